"""Where markers and subtitles go when a track that they ride on is laid out anew and closed up: pure functions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from cutroom.schema.clip import Clip
from cutroom.schema.cue import Cue
from cutroom.schema.document import Marker
from cutroom.schema.track import Track


@dataclass(frozen=True, slots=True)
class Ride:
    """A track before and after: each moment goes with the clip that it lay over."""

    clips: list[tuple[Fraction, Clip]]
    """Of the track as it was, with their starts."""
    now: dict[str, tuple[Fraction, Fraction]]
    """Start and end of those of them that the track still has, in order."""
    order: dict[str, int]
    """Their numbers in that order."""
    ends: tuple[Fraction, Fraction]
    """Of the track, before and after."""

    @classmethod
    def of(cls, before: Track, after: Track) -> Ride:
        """The ride from one layout of a track to another."""
        clips = before.clips()
        known = {clip.id for _, clip in clips}
        now = {clip.id: (start, start + clip.duration) for start, clip in after.clips() if clip.id in known}
        order = {name: number for number, name in enumerate(now)}
        return cls(clips, now, order, (before.duration, after.duration))

    def markers(self, markers: Iterable[Marker]) -> tuple[Marker, ...]:
        """Markers in order of time; those of what went away go to the cut."""
        moved = (marker.evolve(time=self._moved(marker.time)) for marker in markers)
        return tuple(sorted(moved, key=lambda marker: marker.time))

    def cues(self, cues: Iterable[Cue]) -> tuple[Cue, ...]:
        """Subtitles in order of time, cut to what is left of what they stood over.

        One that stood over clips that do not follow each other any more goes with the one it stood over longest.
        """
        moved = ((cue, *self._stretch(cue.start, cue.end)) for cue in cues)
        left = [cue.evolve(start=start, end=end) for cue, start, end in moved if start < end]
        return tuple(sorted(left, key=lambda cue: (cue.start, cue.end)))

    def _moved(self, time: Fraction, *, end: bool = False) -> Fraction:
        """Where a moment went; an end belongs to what comes before it."""
        if time > self.ends[0]:
            return self.ends[1] + time - self.ends[0]
        find = bisect_left if end else bisect_right
        i = find(self.clips, time, key=lambda row: row[0]) - 1
        if i >= 0:
            start, clip = self.clips[i]
            inside = time <= start + clip.duration if end else time < start + clip.duration
            if inside and clip.id in self.now:
                first, last = self.now[clip.id]
                return min(first + time - start, last)
        following = (self.now[clip.id][0] for _, clip in self.clips[i + 1 :] if clip.id in self.now)
        earlier = (self.now[clip.id][1] for _, clip in reversed(self.clips[: i + 1]) if clip.id in self.now)
        return next(following, next(earlier, Fraction(0)))

    def _stretch(self, start: Fraction, end: Fraction) -> tuple[Fraction, Fraction]:
        over = [row for row in self._over(start, end) if row[1].id in self.now]
        if all(self.order[one.id] + 1 == self.order[other.id] for (_, one), (_, other) in pairwise(over)):
            return self._moved(start), self._moved(end, end=True)
        shares = [(max(start, begins), min(end, begins + clip.duration)) for begins, clip in over]
        first, last = max(shares, key=lambda share: share[1] - share[0])
        return self._moved(first), self._moved(last, end=True)

    def _over(self, start: Fraction, end: Fraction) -> list[tuple[Fraction, Clip]]:
        first = max(0, bisect_right(self.clips, start, key=lambda row: row[0]) - 1)
        stop = bisect_left(self.clips, end, key=lambda row: row[0])
        return [(begins, clip) for begins, clip in self.clips[first:stop] if begins + clip.duration > start]

"""Handles: a clip and a track as `(session, id)`, read live."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction

from cutroom.api.arguments import number, pair, text, truth
from cutroom.api.effect import Effect, EffectChain, gone
from cutroom.api.media import Media
from cutroom.api.times import Clock, step
from cutroom.edit import operations as ops
from cutroom.errors import ClipGoneError
from cutroom.schema.clip import Clip as ClipValue
from cutroom.schema.clip import TitleSource
from cutroom.schema.effect import Scalar
from cutroom.schema.time import TimeLike, timecode
from cutroom.schema.track import Track as TrackValue
from cutroom.session import Session


@dataclass(frozen=True, slots=True)
class Track:
    """A track of the timeline."""

    session: Session
    id: str

    @property
    def value(self) -> TrackValue:
        """The track as it is now."""
        for track in self.session.document.tracks:
            if track.id == self.id:
                return track
        raise gone(self.session, "track", self.id)

    @property
    def title(self) -> str:
        """What people call it."""
        return self.value.title

    @property
    def kind(self) -> str:
        """video, audio, title or subtitle."""
        return self.value.kind

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.value.duration

    @property
    def clips(self) -> list[Clip]:
        """Its clips in order."""
        return [Clip(self.session, clip.id) for _, clip in self.value.clips()]

    def __repr__(self) -> str:
        return f"Track({self.title!r}, {self.kind}, {len(self.clips)} clips, {float(self.duration):.3f} s)"


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip on the timeline: a handle that reads the document live.

    Example:
        >>> clip = tl.append("beach.mp4", source=(2, 5))  # doctest: +SKIP
        >>> left, right = clip.split(at=1.5)  # doctest: +SKIP
    """

    session: Session
    id: str

    @property
    def value(self) -> ClipValue:
        """The clip as it is now.

        Raises:
            ClipGoneError: it was removed; the message names the step.
        """
        try:
            return self.session.document.clip(self.id)
        except ClipGoneError:
            raise gone(self.session, "clip", self.id) from None

    @property
    def exists(self) -> bool:
        """Whether it is on the timeline."""
        try:
            self.session.document.locate(self.id)
        except ClipGoneError:
            return False
        return True

    @property
    def start(self) -> Fraction:
        """Seconds on the timeline."""
        return self.session.document.clip_start(self.value.id)

    @property
    def end(self) -> Fraction:
        """Seconds on the timeline, exclusive."""
        return self.start + self.duration

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.value.duration

    @property
    def source(self) -> tuple[Fraction, Fraction]:
        """In and out point in seconds of media time."""
        return self.value.start, self.value.end

    @property
    def media(self) -> Media | None:
        """The media it shows; None for a title."""
        media = self.value.media
        return Media(self.session, media) if media else None

    @property
    def text(self) -> str | None:
        """A title's text."""
        source = self.value.source
        return source.text if isinstance(source, TitleSource) else None

    @property
    def track(self) -> Track:
        """The track it stands on."""
        _ = self.value
        index, _ = self.session.document.locate(self.id)
        return Track(self.session, self.session.document.tracks[index].id)

    @property
    def linked(self) -> list[Clip]:
        """The clips linked to it: a picture's sound, a sound's picture."""
        link = self.value.link
        if link is None:
            return []
        return [
            Clip(self.session, clip.id)
            for track in self.session.document.tracks
            for _, clip in track.clips()
            if clip.link == link and clip.id != self.id
        ]

    @property
    def effects(self) -> EffectChain:
        """Its chain of effects."""
        return EffectChain(self)

    def _step(self, label: str) -> AbstractContextManager[Clock]:
        return step(self.session, label, self.track.kind)

    def split(self, at: TimeLike) -> tuple[Clip, Clip]:
        """Cut it in two at a timeline time; what is linked to it is cut too. The left part keeps the id.

        ::

            before  [A~~~~~~A]
            after   [A~][A'~~]      A keeps id and in point, A' the out point; nothing moves

        Raises:
            EditError: the time is not inside the clip.
        """
        _ = self.value
        with self._step("split") as clock:
            made = self.session.apply(ops.Split(clip=self.id, at=clock.at(at)))
        own = self.session.document.locate(self.id)[0]
        right = next(i for i in made.created if self.session.document.tracks[own].index_of(i) is not None)
        return self, Clip(self.session, right)

    def trim(self, *, start: TimeLike | None = None, end: TimeLike | None = None) -> Clip:
        """Move its edges to timeline times; a gap opens or is taken, nothing else moves.

        ::

            before  [A~~~~~A][B]
            after   [A~~A]···[B]    clip.trim(end=…)

        Raises:
            HandlesError: the media does not reach that far; says by how much.
            EditError: a neighbour is in the way.
        """
        return self._trim(start, end, ripple=False)

    def ripple(self, *, start: TimeLike | None = None, end: TimeLike | None = None) -> Clip:
        """Move its edges; what follows moves along on every sync-locked track.

        ::

            before  [A~~~~~A][B]
            after   [A~~A][B]       clip.ripple(end=…)

        Raises:
            HandlesError: the media does not reach that far; says by how much.
        """
        return self._trim(start, end, ripple=True)

    def _trim(self, start: TimeLike | None, end: TimeLike | None, *, ripple: bool) -> Clip:
        _ = self.value
        with self._step("ripple trim" if ripple else "trim") as clock:
            if end is not None:  # first: a ripple of the start would move it
                self.session.apply(ops.Trim(clip=self.id, edge="end", to=clock.at(end), ripple=ripple))
            if start is not None:
                self.session.apply(ops.Trim(clip=self.id, edge="start", to=clock.at(start), ripple=ripple))
        return self

    def move(self, to: TimeLike | None = None, *, track: str | None = None) -> Clip:
        """Take it, and what is linked to it, to a timeline time or another track, over whatever is there.

        ::

            before  [A][B~~~][C]
            after   [A]·····[C][B~~~]   clip.move(to=…)

        Raises:
            EditError: the track cannot hold it, or a linked clip would start before 0.
        """
        _ = self.value
        named = None if track is None else text("track", track)
        with self._step("move") as clock:
            target = self.start if to is None else clock.at(to)
            self.session.apply(ops.Move.checked(clip=self.id, to=target, track=named))
        return self

    def delete(self, *, ripple: bool = False) -> None:
        """Remove it with what is linked to it; leave a gap, or close it.

        ::

            before  [A][B][C]
            after   [A]···[C]       ripple=False
            after   [A][C]          ripple=True
        """
        _ = self.value
        self.session.apply(ops.Delete(clip=self.id, ripple=truth("ripple", ripple)))

    def transform(self, **parameters: Scalar | tuple[float, float]) -> Effect:
        """Scale, place, turn and fade its picture; a second call replaces the first.

        Args:
            parameters: scale (1 = fitted), position (canvas fractions from the centre, y down), rotation (degrees
                clockwise), opacity (0 to 1); `cr.effects.get("transform")` lists them all.
        """
        flat: dict[str, Scalar] = {}
        for name, value in parameters.items():
            if name == "position" or isinstance(value, tuple):
                x, y = pair(name, value, "a pair (x, y)")
                flat |= {f"{name}_x": number(name, x), f"{name}_y": number(name, y)}
            else:
                flat[name] = value
        return self.effects.replace("transform", **flat)

    def crop(self, **parameters: float) -> Effect:
        """Cut off `left`, `top`, `right`, `bottom`, in fractions of the picture; a second call replaces the first."""
        return self.effects.replace("crop", **parameters)

    def __repr__(self) -> str:
        if not self.exists:
            return f"Clip({self.id!r}, gone)"
        fps = self.session.document.settings.fps
        what = self.media.value.path if self.media else f"title {self.text!r}"
        span = f"{timecode(self.start, fps)} to {timecode(self.end, fps)}"
        return f"Clip({self.id!r}, {what}, {self.track.title} {span})"

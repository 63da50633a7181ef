"""A document while one operation edits it: the few moves on a track's items that every verb is made of."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from pathlib import PurePath

from cutroom.edit.cues import opened, removed
from cutroom.edit.items import closed, cut_sides, edge_effects, melt
from cutroom.edit.limits import beyond, check_overlaps, check_range, check_transition, readable
from cutroom.edit.ride import Ride
from cutroom.edit.ties import Ties, plays_along
from cutroom.errors import HandlesError, LockedTrackError
from cutroom.schema.base import derive_id
from cutroom.schema.clip import Clip, CompoundSource, Gap, Item, Transition
from cutroom.schema.document import Document, Timeline
from cutroom.schema.places import same_ends
from cutroom.schema.track import Track

_HEARD = Fraction(1, 1000)
"""Seconds: what reaches beyond its media by less is no news."""


@dataclass
class Draft:
    """Private to `apply`: it starts as a document and ends as another; the first is never touched."""

    document: Document
    seed: str
    created: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ties: Ties = field(default_factory=Ties)
    """Of the clips that came, went, or were tied anew."""
    parted: dict[tuple[str, str], None] = field(default_factory=dict)
    """Links of clips that were cut, and those of the parts that left them; in order."""
    _made: int = 0

    def __post_init__(self) -> None:
        self._origin = self.document.timeline

    def make_id(self, prefix: str) -> str:
        """The next id that this operation gives."""
        self._made += 1
        return derive_id(prefix, self.seed, self._made)

    def track(self, name: str) -> int:
        """Index of a track that may be edited.

        Raises:
            LockedTrackError: it is locked.
        """
        index = self.document.track_index(name)
        self.require_unlocked(index)
        return index

    def require_unlocked(self, index: int) -> None:
        """Refuse to edit a locked track.

        Raises:
            LockedTrackError: names the track.
        """
        track = self.document.tracks[index]
        if track.locked:
            raise LockedTrackError(f"track {track.title} is locked", value=track.id, hint="unlock it first")

    def unlocked(self, names: Sequence[str] | None) -> list[int]:
        """Tracks that a span verb works on: the named ones, or all that are not locked.

        Raises:
            LockedTrackError: a named one is locked, or every one is.
        """
        if names is not None:
            return list(dict.fromkeys(self.track(name) for name in names))
        found = [i for i, track in enumerate(self.document.tracks) if not track.locked]
        if self.document.tracks and not found:
            raise LockedTrackError("every track is locked", hint="unlock one first")
        return found

    def holds(self, clip_id: str) -> bool:
        """Whether a clip is on the timeline."""
        return any(track.index_of(clip_id) is not None for track in self.document.tracks)

    def group(self, clip_id: str) -> list[tuple[int, int]]:
        """Where a clip and what is linked to it stand (track, item), the clip itself first; none may be locked."""
        own = self.document.locate(clip_id)
        link = self.document.clip(clip_id).link
        members = [own]
        if link is not None:
            for t, track in enumerate(self.document.tracks):
                members += [(t, i) for i in track.linked(link) if (t, i) != own]
        for index, _ in members:
            self.require_unlocked(index)
        return members

    def families(self, clip_id: str) -> list[list[tuple[int, int]]]:
        """Where a clip and its group stand, each with what is linked to it; the clip first; none may be locked."""
        own = self.document.clip(clip_id)
        if own.group is None:
            return [self.group(clip_id)]
        grouped = [clip.id for track in self.document.tracks for _, clip in track.clips() if clip.group == own.group]
        seen: set[tuple[int, int]] = set()
        found: list[list[tuple[int, int]]] = []
        for name in (clip_id, *grouped):
            if self.document.locate(name) not in seen:
                found.append(self.group(name))
                seen.update(found[-1])
        return found

    def set_tracks(self, changed: dict[int, Track]) -> None:
        """Put changed tracks in place."""
        tracks = tuple(changed.get(i, track) for i, track in enumerate(self.document.tracks))
        self.document = self.document.evolve(timeline=self.document.timeline.evolve(tracks=tracks))

    def set_items(self, index: int, items: Sequence[Item]) -> None:
        """Give a track new items; only what differs from the items that it has is looked at."""
        old = self.document.tracks[index].items
        head, tail = same_ends(old, items)
        self.splice(index, head, len(old) - tail, items[head : len(items) - tail])

    def put(self, index: int, start: Fraction, end: Fraction, items: Sequence[Item]) -> None:
        """Put items in the place of what a track holds in [start, end); a gap fills it up where it ends sooner."""
        track = self.document.tracks[index]
        first, stop = track.index_at(start), track.index_at(end)
        pieces, none = list(items), Fraction(0)
        if stop < len(track.items) and track.start_of(stop) < end:
            pieces.append(track.items[stop].part(end - track.start_of(stop), none))
            stop += 1
        if start > track.duration:
            pieces.insert(0, Gap(duration=start - track.duration))
        elif first < len(track.items) and track.start_of(first) < start:
            pieces.insert(0, track.items[first].part(none, track.start_of(first + 1) - start))
        self.splice(index, first, stop, pieces)

    def splice(self, index: int, start: int, stop: int, items: Sequence[Item]) -> None:
        """Replace items [start, stop): pieces of one clip get ids of their own, gaps melt, transitions follow a cut."""
        track = self.document.tracks[index]
        old = track.items
        self.ties.add(old[start:stop])
        pieces, first, last = self._name_pieces([_settled(item) for item in items], track.start_of(start))
        self.ties.add(pieces)
        while start and old[start - 1].kind == "gap":
            start -= 1
            pieces.insert(0, old[start])
        while stop < len(old) and old[stop].kind == "gap":
            pieces.append(old[stop])
            stop += 1
        made = track.spliced(start, stop, melt(pieces, at_end=stop == len(old)))
        if track.transitions:
            beside = {item.id for item in old[max(0, start - 1) : stop + 1] if item.kind == "clip"}
            made = made.evolve(transitions=self._follow(made, beside, first, last))
        self.set_tracks({index: made})

    def set_clip(self, clip: Clip) -> None:
        """Put a changed clip in the place of the one with its id; its duration must be the old one."""
        t, i = self.document.locate(clip.id)
        self.require_unlocked(t)
        self.set_tracks({t: self.document.tracks[t].spliced(i, i + 1, (_settled(clip),))})

    def check_range(self, index: int, clip: Clip, old: Clip | None = None) -> None:
        """Refuse a clip that reaches beyond its media by more than a frame; tell of one that newly does by less.

        Args:
            index: of the track it stands on.
            clip: as it is to be.
            old: as it was.

        Raises:
            HandlesError: says by how much.
        """
        check_range(self.document, clip)
        late = beyond(self.document, clip)[1]
        is_sound = self.document.tracks[index].kind == "audio"
        if late < _HEARD or (old and beyond(self.document, old)[1] >= late) or (is_sound and clip.link):
            return
        what = "is silent then" if is_sound else "holds its last picture"
        self.notes.append(f"{self._called(clip)} ends {readable(late)} before clip {clip.id} does, which {what}")

    def _called(self, clip: Clip) -> str:
        if isinstance(clip.source, CompoundSource):
            return self.document.compound(clip.source.compound).title
        assert clip.media is not None
        return PurePath(self.document.find_media(clip.media).path).name

    def relink(self) -> None:
        """Where a clip was cut and its picture or sound was not, the link goes with the part that plays along."""
        for link, new in self.parted:
            left, parts = self._linked(link), self._linked(new)
            for clip, start in left if len(left) > 1 else ():
                beside = [_meet(clip, start, *other) for other in left if other[0] is not clip]
                if not any(beside) and any(_meet(clip, start, *part) for part in parts):
                    t, _ = self.document.locate(clip.id)
                    if not self.document.tracks[t].locked:
                        self.set_clip(clip.evolve(link=new))
                        self.ties.links[link] = None

    def _linked(self, link: str) -> list[tuple[Clip, Fraction]]:
        found = ((track, i, track.items[i]) for track in self.document.tracks for i in track.linked(link))
        return [(item, track.start_of(i)) for track, i, item in found if isinstance(item, Clip)]

    def whole_frames(self, at: Fraction, delta: Fraction, own: Collection[int]) -> tuple[Fraction, Fraction]:
        """By how much a ripple moves, and how much of a gap it leaves on the tracks of its own.

        What moves pictures moves by whole frames, so that they stay on the frame grid, and their sound with them: it
        opens more, or closes less, than was asked, by less than a frame. A note says so.

        Args:
            at: what starts there or later moves.
            delta: seconds asked for; less than 0 closes.
            own: tracks that the verb itself moves.
        """
        fps = self.document.settings.fps
        amount = math.ceil(delta * fps) / fps
        moved = (
            track.kind != "audio" and track.duration > at
            for t, track in enumerate(self.document.tracks)
            if t in own or (track.sync_lock and not track.locked)
        )
        if amount == delta or not any(moved):
            return delta, Fraction(0)
        opens = f"opened {readable(amount)}" if delta > 0 else f"closed {readable(-amount)}"
        self._note_once(f"{opens} instead of {readable(abs(delta))}, so that pictures stay on their frames")
        return amount, amount - delta

    def shift(self, at: Fraction, delta: Fraction, skip: Iterable[int]) -> None:
        """Ripple every sync-locked track but `skip`, and the markers.

        To the right, a gap of `delta` opens at `at` (of pictures at their next frame), inside of a clip too. To the
        left, `[at + delta, at)` closes: what starts at or after `at` moves, and a marker in between goes to the cut.

        Raises:
            EditError: a track has no gap to give up for a move to the left, or holds a linked clip there, which would
                lose its picture or sound; says how much is in the way.
        """
        if not delta:
            return
        left_out = set(skip)
        for index, track in enumerate(self.document.tracks):
            if index in left_out or not track.sync_lock or track.duration <= min(at, at + delta):
                continue
            if track.locked:
                self._note_once(f"track {track.title} is locked and stayed where it is")
            elif track.cues:
                moved = opened(track.cues, at, delta) if delta > 0 else removed(track.cues, at + delta, at, close=True)
                self.set_tracks({index: track.evolve(cues=moved)})
            elif delta < 0:
                self.set_items(index, closed(track, at, -delta, self._tied))
            elif track.duration > (cut := at if track.kind == "audio" else self._frame_from(at)):
                self.put(index, cut, cut, [Gap(duration=delta)])
        self._shift_markers(at, delta)

    def _tied(self, clip: Clip) -> bool:
        return clip.link is not None or plays_along(self._origin, clip.id)

    def _frame_from(self, at: Fraction) -> Fraction:
        fps = self.document.settings.fps
        return math.ceil(at * fps) / fps

    def ride(self, ride: Ride) -> None:
        """Let markers, and the subtitles of sync-locked tracks, go with the clips of a track that was laid out anew."""
        for index, track in enumerate(self.document.tracks):
            if track.cues and track.sync_lock and track.locked:
                self._note_once(f"track {track.title} is locked and stayed where it is")
            elif track.cues and track.sync_lock:
                self.set_tracks({index: track.evolve(cues=ride.cues(track.cues))})
        timeline = self.document.timeline
        self.document = self.document.evolve(timeline=timeline.evolve(markers=ride.markers(timeline.markers)))

    def _note_once(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _shift_markers(self, at: Fraction, delta: Fraction) -> None:
        timeline, first = self.document.timeline, min(at, at + delta)
        if not any(marker.time >= first for marker in timeline.markers):
            return
        moved = tuple(m.evolve(time=max(first, m.time + delta)) if m.time >= first else m for m in timeline.markers)
        self.document = self.document.evolve(timeline=timeline.evolve(markers=moved))

    def _name_pieces(self, items: list[Item], begin: Fraction) -> tuple[list[Item], dict[str, str], dict[str, str]]:
        """Give repeated ids fresh ones. Returns the items, and for each old id its first and last piece.

        Args:
            items: what is to stand on the track from `begin` on.
            begin: seconds; pieces of linked clips that start at the same moment get the same new link.
        """
        names = [item.id for item in items if item.kind == "clip"]
        first = dict(zip(names, names, strict=True))
        last = dict(first)
        if len(first) == len(names):
            return items, first, last
        places: dict[str, list[int]] = {}
        starts = list(accumulate((item.duration for item in items), initial=begin))
        for i, item in enumerate(items):
            if isinstance(item, Clip):
                places.setdefault(item.id, []).append(i)
        for clip_id, where in places.items():
            for number, i in enumerate(where if len(where) > 1 else ()):
                piece = items[i]
                assert isinstance(piece, Clip)
                piece = piece.evolve(effects=edge_effects(piece.effects, number == 0, number == len(where) - 1))
                if number:
                    old = piece.link
                    link = old and derive_id("l", f"{self.seed}/{old}/{starts[i]}", 0)
                    piece = piece.evolve(id=self.make_id("c"), link=link)
                    if link and old:
                        self.parted[old, link] = None
                    self.created.append(piece.id)
                items[i] = piece
                last[clip_id] = piece.id
        return items, first, last

    def _follow(
        self, track: Track, beside: set[str], first: dict[str, str], last: dict[str, str]
    ) -> tuple[Transition, ...]:
        """The transitions on their cuts' new clips, without those (and a note) whose cut is gone or too short.

        Args:
            track: with its new items and its old transitions.
            beside: ids of the clips that were replaced, and of those next to them; all others are as they were.
            first: the first piece of each replaced clip that is still there.
            last: the last piece.
        """
        kept: list[Transition] = []
        near: list[Transition] = []
        for old in track.transitions:
            new: Transition | None = old
            if old.left in beside or old.right in beside:
                left, right = _piece(track, old.left, last), _piece(track, old.right, first)
                new = self._moved(track, near, old, left, right)
            if new is not None:
                kept.append(new)
        return tuple(kept)

    def standing(self, track: Track, transitions: Iterable[Transition]) -> tuple[Transition, ...]:
        """Those of some transitions that have a cut and media enough on a track; notes on the others."""
        near: list[Transition] = []
        for transition in transitions:
            self._moved(track, near, transition, transition.left, transition.right)
        return tuple(near)

    def rechecked(self, timeline: Timeline) -> Timeline:
        """A timeline without the transitions that lack media now; a note says which."""
        changed = {
            track.id: track.evolve(transitions=kept)
            for track in timeline.tracks
            if (kept := self.standing(track, track.transitions)) != track.transitions
        }
        if not changed:
            return timeline
        return timeline.evolve(tracks=tuple(changed.get(track.id, track) for track in timeline.tracks))

    def _moved(
        self, track: Track, near: list[Transition], old: Transition, left: str | None, right: str | None
    ) -> Transition | None:
        """The transition between these clips, now among `near`, which may share one with it; None where it fails."""
        if (old.left and not left) or (old.right and not right):
            reason = "a clip of it is not beside that cut any more"
        elif (sides := cut_sides(track, left, right)) is None:
            reason = "its clips do not touch any more"
        else:
            new = old.evolve(left=left, right=right)
            try:
                check_transition(self.document, *sides, old.duration)
                check_overlaps(self.document, track, near, new)
            except HandlesError as error:
                reason = error.message
            else:
                near.append(new)
                return new
        self.notes.append(f"removed the {old.transition} {old.id}: {reason}")
        return None


def _settled[I: Item](item: I) -> I:
    """A clip of a still picture that was drawn out to the left: any moment of it is the first."""
    return item.evolve(start=Fraction(0)) if isinstance(item, Clip) and item.start < 0 else item


def _meet(one: Clip, start: Fraction, other: Clip, begin: Fraction) -> bool:
    return start < begin + other.duration and begin < start + one.duration


def _piece(track: Track, clip_id: str | None, pieces: dict[str, str]) -> str | None:
    if clip_id is None:
        return None
    return pieces.get(clip_id) or (clip_id if track.index_of(clip_id) is not None else None)

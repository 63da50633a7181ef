"""A document while one operation edits it: the few moves on a track's items that every verb is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from cutroom.edit.limits import FADES_IN, FADES_OUT, check_overlaps, check_transition, readable
from cutroom.errors import EditError, HandlesError, LockedTrackError
from cutroom.schema.base import derive_id
from cutroom.schema.clip import Clip, Gap, Item, Transition
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.track import Track


@dataclass
class Draft:
    """Private to `apply`: it starts as a document and ends as another; the first is never touched."""

    document: Document
    seed: str
    created: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _made: int = 0

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
        """Tracks that a span verb works on: the named ones, or all that are not locked."""
        if names is not None:
            return [self.track(name) for name in names]
        return [i for i, track in enumerate(self.document.tracks) if not track.locked]

    def group(self, clip_id: str) -> list[tuple[int, int]]:
        """Where a clip and what is linked to it stand (track, item), the clip itself first; none may be locked."""
        own = self.document.locate(clip_id)
        link = self.document.clip(clip_id).link
        members = [own]
        if link is not None:
            for t, track in enumerate(self.document.tracks):
                members += [
                    (t, i)
                    for i, item in enumerate(track.items)
                    if isinstance(item, Clip) and item.link == link and (t, i) != own
                ]
        for index, _ in members:
            self.require_unlocked(index)
        return members

    def set_tracks(self, changed: dict[int, Track]) -> None:
        """Put changed tracks in place."""
        tracks = tuple(changed.get(i, track) for i, track in enumerate(self.document.tracks))
        self.document = self.document.evolve(timeline=self.document.timeline.evolve(tracks=tracks))

    def set_items(self, index: int, items: Iterable[Item]) -> None:
        """Give a track new items: pieces of one clip get ids of their own, gaps melt, transitions follow their cut."""
        track = self.document.tracks[index]
        pieces, first, last = self._name_pieces(list(items))
        bare = track.evolve(items=tuple(_melt(pieces)), transitions=())
        for old in track.transitions:
            new = self._follow(bare, old, first, last)
            if new is not None:
                bare = bare.evolve(transitions=(*bare.transitions, new))
        self.set_tracks({index: bare})

    def set_clip(self, clip: Clip) -> None:
        """Put a changed clip in the place of the one with its id; its duration must be the old one."""
        t, i = self.document.locate(clip.id)
        self.require_unlocked(t)
        track = self.document.tracks[t]
        self.set_tracks({t: track.evolve(items=(*track.items[:i], clip, *track.items[i + 1 :]))})

    def shift(self, at: Fraction, delta: Fraction, skip: Iterable[int]) -> None:
        """Ripple every sync-locked track but `skip`, and the markers.

        To the right, a gap of `delta` opens at `at`, inside of a clip too. To the left, `[at + delta, at)` closes: what
        starts at or after `at` moves, and a marker in between goes to the cut.

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
                self.notes.append(f"track {track.title} is locked and stayed where it is")
            elif delta < 0:
                self.set_items(index, _closed(track, at, -delta))
            elif track.duration > at:
                self.set_items(index, [*before(track, at), Gap(duration=delta), *after(track, at)])
        self._shift_markers(at, delta)

    def _shift_markers(self, at: Fraction, delta: Fraction) -> None:
        timeline, first = self.document.timeline, min(at, at + delta)
        if not any(marker.time >= first for marker in timeline.markers):
            return
        moved = tuple(m.evolve(time=max(first, m.time + delta)) if m.time >= first else m for m in timeline.markers)
        self.document = self.document.evolve(timeline=timeline.evolve(markers=moved))

    def _name_pieces(self, items: list[Item]) -> tuple[list[Item], dict[str, str], dict[str, str]]:
        """Give repeated ids fresh ones. Returns the items, and for each old id its first and last piece."""
        names = [item.id for item in items if isinstance(item, Clip)]
        first = dict(zip(names, names, strict=True))
        last = dict(first)
        if len(first) == len(names):
            return items, first, last
        places: dict[str, list[int]] = {}
        for i, item in enumerate(items):
            if isinstance(item, Clip):
                places.setdefault(item.id, []).append(i)
        for clip_id, where in places.items():
            for number, i in enumerate(where if len(where) > 1 else ()):
                piece = items[i]
                assert isinstance(piece, Clip)
                piece = piece.evolve(effects=_edge_effects(piece.effects, number == 0, number == len(where) - 1))
                if number:
                    link = piece.link and derive_id("l", f"{self.seed}/{piece.link}/{piece.start}", 0)
                    piece = piece.evolve(id=self.make_id("c"), link=link)
                    self.created.append(piece.id)
                items[i] = piece
                last[clip_id] = piece.id
        return items, first, last

    def _follow(self, track: Track, old: Transition, first: dict[str, str], last: dict[str, str]) -> Transition | None:
        """The transition on its cut's new clips; None, and a note, where the cut is gone or too short for it."""
        left = last.get(old.left) if old.left else None
        right = first.get(old.right) if old.right else None
        if (old.left and not left) or (old.right and not right):
            self.notes.append(f"removed the {old.transition} {old.id}: a clip beside it is gone")
            return None
        new = old.evolve(left=left, right=right)
        sides = cut_sides(track, new.left, new.right)
        if sides is None:
            self.notes.append(f"removed the {old.transition} {old.id}: its clips do not touch any more")
            return None
        try:
            check_transition(self.document, *sides, old.duration)
            check_overlaps(self.document, track, new)
        except HandlesError as error:
            self.notes.append(f"removed the {old.transition} {old.id}: {error.message}")
            return None
        return new


def cut_sides(track: Track, left: str | None, right: str | None) -> tuple[Clip | None, Clip | None] | None:
    """The clips on both sides of a cut, where `left` and `right` do meet at one; else None."""
    i = track.index_of(left) if left else None
    j = track.index_of(right) if right else None
    if (left and i is None) or (right and j is None) or (i is None and j is None):
        return None
    items = track.items
    before = items[i] if i is not None else None
    after = items[j] if j is not None else None
    if before is not None and after is not None:
        meets = j == i + 1 if i is not None else False
    elif after is not None:
        assert j is not None
        meets = j == 0 or isinstance(items[j - 1], Gap)
    else:
        assert i is not None
        meets = i == len(items) - 1 or isinstance(items[i + 1], Gap)
    if not meets:
        return None
    assert not isinstance(before, Gap)
    assert not isinstance(after, Gap)
    return before, after


def part(item: Item, head: Fraction, tail: Fraction) -> Item:
    """An item without its first `head` and its last `tail` seconds."""
    if not head and not tail:
        return item
    duration = item.duration - head - tail
    return (
        item.evolve(duration=duration)
        if isinstance(item, Gap)
        else item.evolve(start=item.start + head, duration=duration)
    )


def between(track: Track, start: Fraction, end: Fraction) -> list[Item]:
    """What a track holds in [start, end), cut to it; nothing beyond the track's end."""
    end = min(end, track.duration)
    if end <= start:
        return []
    first, last = track.index_at(start), track.index_at(end)
    if last == len(track.items) or track.start_of(last) == end:
        last -= 1
    head, tail = start - track.start_of(first), track.start_of(last + 1) - end
    if first == last:
        return [part(track.items[first], head, tail)]
    none = Fraction(0)
    return [
        part(track.items[first], head, none),
        *track.items[first + 1 : last],
        part(track.items[last], none, tail),
    ]


def before(track: Track, time: Fraction) -> list[Item]:
    """What a track holds before `time`, filled up with a gap where it ends sooner."""
    items = between(track, Fraction(0), time)
    missing = time - track.duration
    return [*items, Gap(duration=missing)] if missing > 0 else items


def after(track: Track, time: Fraction) -> list[Item]:
    """What a track holds from `time` on."""
    return between(track, time, track.duration)


def _melt(items: list[Item]) -> list[Item]:
    """Neighbouring gaps become one; a gap at the end goes."""
    gaps = [i for i, item in enumerate(items) if item.kind == "gap"]
    if not gaps or (gaps[-1] < len(items) - 1 and all(right - left > 1 for left, right in pairwise(gaps))):
        return items
    melted: list[Item] = []
    for item in items:
        if isinstance(item, Gap) and melted and isinstance(melted[-1], Gap):
            melted[-1] = Gap(duration=melted[-1].duration + item.duration)
        else:
            melted.append(item)
    if melted and isinstance(melted[-1], Gap):
        melted.pop()
    return melted


def _closed(track: Track, at: Fraction, length: Fraction) -> list[Item]:
    """The items with what starts at or after `at` moved left by `length`, into the gap before it.

    Music and titles without a link may lie there, and stay whole, where they leave room.
    """
    for item in between(track, at - length, at):
        if isinstance(item, Clip) and item.link is not None:
            raise _in_the_way(
                f"closing up would tear clip {item.id} on track {track.title} from what it is linked to: "
                f"{readable(item.duration)} in the way",
                item.duration,
                track,
            )
    index = track.index_at(at)
    if index < len(track.items) and track.start_of(index) < at:
        index += 1
    if index < len(track.items) and isinstance(track.items[index], Gap):
        index += 1
    head, tail = list(track.items[:index]), list(track.items[index:])
    if not tail:
        return head
    gap = head[-1] if head and isinstance(head[-1], Gap) else None
    missing = length - (gap.duration if gap else Fraction(0))
    if missing > 0:
        raise _in_the_way(
            f"closing up would push track {track.title} {readable(missing)} into the clip before", missing, track
        )
    return [*head[:-1], *([Gap(duration=-missing)] if missing else []), *tail]


def _in_the_way(message: str, value: Fraction, track: Track) -> EditError:
    return EditError(message, value=value, hint=f"switch off the sync lock of {track.title}, or make room there first")


def _edge_effects(effects: tuple[Effect, ...], is_first: bool, is_last: bool) -> tuple[Effect, ...]:
    dropped = (frozenset() if is_first else FADES_IN) | (frozenset() if is_last else FADES_OUT)
    return tuple(effect for effect in effects if effect.effect not in dropped) if dropped else effects

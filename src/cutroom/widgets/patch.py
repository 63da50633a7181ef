"""The difference between two documents, small because they share every part that did not change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from cutroom.schema.clip import Item, Transition
from cutroom.schema.document import Document
from cutroom.schema.track import Track
from cutroom.widgets.protocol import Clock, Patch, Splice, TrackPatch
from cutroom.widgets.snapshot import State, item_row, marker_rows, media_row, track_row, transition_row

LARGEST = 400
"""Items that a patch may carry; a larger difference travels better as a snapshot."""


def patch(base: State, state: State, clock: Clock) -> Patch | None:
    """What turns one state into the next, on the clock of the last snapshot; None where only a snapshot will do.

    Parts are compared by identity: an edit shares with its document before all that it left alone.
    """
    old, new = base.document, state.document
    if old.settings != new.settings or new.media[: len(old.media)] != old.media:
        return None
    known = {track.id: track for track in old.tracks}
    number = {media.id: i for i, media in enumerate(new.media)}
    tracks: list[TrackPatch] = []
    budget = LARGEST
    for track in new.tracks:
        before = known.get(track.id)
        if before is track:
            continue
        changed = _track(before, track, new, clock, number)
        budget -= sum(len(splice.items) for splice in changed.splices)
        if budget < 0 or not _exact(before, track, clock):
            return None
        tracks.append(changed)
    order = tuple(track.id for track in new.tracks)
    return Patch(
        base=base.revision,
        revision=state.revision,
        order=None if order == tuple(known) else order,
        tracks=tuple(tracks),
        media=tuple(media_row(media, clock) for media in new.media[len(old.media) :]),
        markers=None if old.timeline.markers is new.timeline.markers else marker_rows(new, clock),
        undo=state.undo,
        redo=state.redo,
    )


def _exact(before: Track | None, track: Track, clock: Clock) -> bool:
    """Whether the clock still counts every new duration in whole ticks (an inexact clock is drawn rounded anyway)."""
    if not clock.exact:
        return True
    shared = {id(item) for item in before.items} if before else set()
    return all(clock.timescale % item.duration.denominator == 0 for item in track.items if id(item) not in shared)


def _track(before: Track | None, track: Track, document: Document, clock: Clock, number: dict[str, int]) -> TrackPatch:
    items: Sequence[Item] = before.items if before else ()
    old = {one.id: one for one in before.transitions} if before else dict[str, Transition]()
    kept = {one.id for one in track.transitions}
    return TrackPatch(
        track=track_row(track),
        splices=tuple(
            Splice(at=at, remove=remove, items=tuple(item_row(item, clock, number) for item in put))
            for at, remove, put in splices(items, track.items)
        ),
        dropped=tuple(name for name in old if name not in kept),
        transitions=tuple(transition_row(one, document, clock) for one in track.transitions if old.get(one.id) != one),
    )


def splices[T](old: Sequence[T], new: Sequence[T]) -> list[tuple[int, int, Sequence[T]]]:
    """The fewest replacements `(at, remove, put)` that turn `old` into `new`, things compared by identity.

    Every `at` counts in `old`. What both share in the same order is kept: a longest rising run of old places.

    Example:
        >>> a, b, c, d = "abcd"
        >>> splices([a, b, c], [a, d, c]), splices([a, b, c], [b, c, a])
        ([(1, 1, ['d'])], [(0, 1, []), (3, 0, ['a'])])
    """
    head, most = 0, min(len(old), len(new))
    while head < most and old[head] is new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] is new[-1 - tail]:
        tail += 1
    place = {id(thing): i for i, thing in enumerate(old[head : len(old) - tail], head)}
    found = [(place[id(thing)], j) for j, thing in enumerate(new[head : len(new) - tail], head) if id(thing) in place]
    kept = [*_rising(found), (len(old) - tail, len(new) - tail)]
    result: list[tuple[int, int, Sequence[T]]] = []
    i, j = head, head
    for next_i, next_j in kept:
        if next_i > i or next_j > j:
            result.append((i, next_i - i, new[j:next_j]))
        i, j = next_i + 1, next_j + 1
    return result


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A longest run of pairs whose first numbers rise (patience sorting)."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (value, _) in enumerate(pairs):
        length = bisect_left(ends, value)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            at.append(number)
        else:
            ends[length], at[length] = value, number
    run: list[tuple[int, int]] = []
    number = at[-1] if at else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]

"""The difference between two documents, small because they share every part that did not change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import count, groupby, repeat
from operator import sub

from cutroom.schema.clip import Item, Transition
from cutroom.schema.document import Document
from cutroom.schema.places import same_ends
from cutroom.schema.track import Track
from cutroom.widgets.protocol import Clock, Patch, Splice, TrackPatch
from cutroom.widgets.snapshot import State, compound_titles, item_row, marker_rows, media_row, track_row, transition_row

LARGEST = 400
"""Items that a patch may carry; a larger difference travels better as a snapshot."""
_NEW = -(2**60)
"""The old place of what is new: far from any other, so that it runs on from none."""


def patch(base: State, state: State, clock: Clock) -> Patch | None:
    """What turns one state into the next, on the clock of the last snapshot; None where only a snapshot will do.

    Parts are compared by identity: an edit shares with its document before all that it left alone.
    """
    old, new = base.document, state.document
    if old.settings != new.settings or new.media[: len(old.media)] != old.media:
        return None
    known = {track.id: track for track in old.tracks}
    names = {media.id: i for i, media in enumerate(new.media)}, compound_titles(new)
    tracks: list[TrackPatch] = []
    budget = LARGEST
    for track in new.tracks:
        before = known.get(track.id)
        if before is track:
            continue
        found = splices(before.items if before else (), track.items)
        put = [item for _, _, items in found for item in items]
        budget -= len(put)
        if budget < 0 or not _exact((item.duration for item in put), clock):
            return None
        tracks.append(_track(before, track, found, new, clock, names))
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


def _exact(durations: Iterable[Fraction], clock: Clock) -> bool:
    """Whether the clock counts new durations in whole ticks (an inexact clock is drawn rounded anyway)."""
    return not clock.exact or all(clock.timescale % duration.denominator == 0 for duration in durations)


def _track(  # noqa: PLR0917 - what differs, and what it takes to say so
    before: Track | None,
    track: Track,
    found: list[tuple[int, int, Sequence[Item]]],
    document: Document,
    clock: Clock,
    names: tuple[dict[str, int], dict[str, str]],
) -> TrackPatch:
    old = {one.id: one for one in before.transitions} if before else dict[str, Transition]()
    kept = {one.id for one in track.transitions}
    return TrackPatch(
        track=track_row(track),
        splices=tuple(
            Splice(at=at, remove=remove, items=tuple(item_row(item, clock, *names) for item in put))
            for at, remove, put in found
        ),
        dropped=tuple(name for name in old if name not in kept),
        transitions=tuple(transition_row(one, document, clock) for one in track.transitions if old.get(one.id) != one),
    )


def splices[T](old: Sequence[T], new: Sequence[T]) -> list[tuple[int, int, Sequence[T]]]:
    """The fewest replacements `(at, remove, put)` that turn `old` into `new`, things compared by identity.

    Every `at` counts in `old`. Of what both share in the same order, as much as possible is kept.

    Example:
        >>> a, b, c, d = "abcd"
        >>> splices([a, b, c], [a, d, c]), splices([a, b, c], [b, c, a])
        ([(1, 1, ['d'])], [(0, 1, []), (3, 0, ['a'])])
    """
    head, tail = same_ends(old, new)
    place = dict(zip(map(id, old[head : len(old) - tail]), count(head), strict=False))
    found = list(map(place.get, map(id, new[head : len(new) - tail]), repeat(_NEW)))
    kept = [*_rising(_runs(found, head)), (len(old) - tail, len(new) - tail, 0)]
    result: list[tuple[int, int, Sequence[T]]] = []
    i, j = head, head
    for next_i, next_j, length in kept:
        if next_i > i or next_j > j:
            result.append((i, next_i - i, new[j:next_j]))
        i, j = next_i + length, next_j + length
    return result


Run = tuple[int, int, int]
"""Things that stand together in both: the place of the first in the old, in the new, and how many there are."""


def _runs(places: list[int], first: int) -> Iterator[Run]:
    """The runs among the old places of the things from index `first` of the new on."""
    at = 0
    for _, run in groupby(map(sub, places, count())):  # the same difference: one stands right behind the other
        length = sum(1 for _ in run)
        if places[at] != _NEW:
            yield places[at], first + at, length
        at += length


def _rising(runs: Iterable[Run]) -> list[Run]:
    """Of the chains of runs whose old places rise, one that holds the most things."""
    ends: list[int] = []
    """Old places where chains end that hold more things than every chain that ends before."""
    sizes: list[int] = []
    last: list[int] = []
    taken: list[tuple[Run, int]] = []
    for number, run in enumerate(runs):
        place, _, length = run
        best = bisect_left(ends, place)
        size = length + (sizes[best - 1] if best else 0)
        taken.append((run, last[best - 1] if best else -1))
        at = bisect_left(ends, place + length - 1)
        if at and sizes[at - 1] >= size:
            continue
        worse = at
        while worse < len(ends) and sizes[worse] <= size:
            worse += 1
        ends[at:worse], sizes[at:worse], last[at:worse] = [place + length - 1], [size], [number]
    chain: list[Run] = []
    number = last[-1] if last else -1
    while number >= 0:
        run, number = taken[number]
        chain.append(run)
    return chain[::-1]

"""How long and how fine a document may become: what edits keep to, and what files are read with.

Times are exact, so that numbers could grow without end: a track of items that share no clock finer than
`cutroom.schema.time.WIDEST` would take minutes to add up; compounds in compounds grow with every level.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain
from typing import NamedTuple, Self

from cutroom.errors import EditError
from cutroom.schema.clip import Clip, Item
from cutroom.schema.document import Document, Timeline
from cutroom.schema.places import same_ends
from cutroom.schema.speed import Ramp
from cutroom.schema.time import FARTHEST, LONGEST, WIDEST
from cutroom.schema.track import Track

DEEPEST = 20
"""Compounds in one another."""
MOST_AT_ONCE = 2_000
"""Clips that are shown or heard at one moment, with those inside of compounds."""
MOST_SHOWN = 200_000
"""Clips with those inside of compounds, counted as often as they are shown."""


def too_fine(items: Iterable[Item], base: int = 1) -> bool:
    """Whether some items share no clock that a track can have; stops as soon as that is known."""
    for denominator in {item.duration.denominator for item in items}:
        base = math.lcm(base, denominator)
        if base >= WIDEST:
            return True
    return False


def too_long(track: Track) -> bool:
    """Whether a track is longer than any timeline."""
    return track.duration > LONGEST


def check_bounds(before: Document, after: Document) -> bool:
    """Refuse an edit whose times no project file would hold; only the items that it changed are looked at.

    Returns:
        Whether a clip that shows a compound is among them.

    Raises:
        EditError: names the track.
    """
    known = {track.id: track for track in before.tracks}
    nests = False
    for track in after.tracks:
        old = known.get(track.id)
        if old is track:
            continue
        fresh = _fresh(old.items if old else (), track.items)
        if not all(map(_holds, fresh)) or (
            too_fine(fresh, old.grid.base if old else 1) and too_fine(track.items)  # what was there may have gone
        ):
            raise EditError(
                f"the times on track {track.title} would be too fine to add up",
                value=track.title,
                hint="give times in decimals, or value.limit_denominator(1000)",
            )
        if fresh and too_long(track):
            raise EditError(
                f"track {track.title} would be longer than 1,000 hours", value=track.title, hint="make two projects"
            )
        nests = nests or any(map(_nested, fresh))
    return nests


def _fresh(old: Sequence[Item], new: Sequence[Item]) -> list[Item]:
    """The items that were not there before; those that only moved are not among them."""
    head, tail = same_ends(old, new)
    known = set(map(id, old[head : len(old) - tail]))
    return [item for item in new[head : len(new) - tail] if id(item) not in known]


def check_depth(document: Document) -> None:
    """Refuse an edit that puts too many compounds in one another.

    Raises:
        EditError: says what there is too much of.
    """
    if (says := too_deep(document)) is not None:
        raise EditError(says, value=document.id, hint="unnest some, or export a compound and add it as a media")


def _holds(item: Item) -> bool:
    if not isinstance(item, Clip):
        return _written(item.duration)
    ramp = item.speed
    keys = (key.time for effect in item.effects for curve in effect.curves.values() for key in curve)
    return (
        _written(item.duration)
        and _written(item.start)
        and (not isinstance(ramp, Ramp) or ramp.sane)
        and all(_written(abs(time)) for time in keys)
    )


def _written(exact: Fraction) -> bool:
    return exact.denominator < WIDEST and exact.numerator < WIDEST and exact.numerator <= FARTHEST * exact.denominator


def too_deep(document: Document) -> str | None:
    """What there is too much of in compounds that show one another; None where they can be shown.

    Example:
        >>> too_deep(Document(id="p"))
    """
    if not document.compounds:
        return None
    inside = {compound.id: _Lanes.of(compound.timeline) for compound in document.compounds}
    known: dict[str, _Size] = {}
    for name in _inner_first(inside):
        known[name] = _Size.of(inside[name], known)
        if says := known[name].says:
            return says
    top = _Size.of(_Lanes.of(document.timeline), known)
    return top._replace(levels=top.levels - 1).says


class _Lanes(NamedTuple):
    """Of each track of a timeline: how many items it has, and the compounds that they show."""

    items: list[int]
    shows: list[list[str]]

    @classmethod
    def of(cls, timeline: Timeline) -> Self:
        tracks = timeline.tracks
        return cls(
            [len(t.items) for t in tracks], [[n for n in map(_nested, t.items) if n is not None] for t in tracks]
        )


class _Size(NamedTuple):
    levels: int
    at_once: int
    shown: int

    @classmethod
    def of(cls, lanes: _Lanes, known: dict[str, _Size]) -> Self:
        """Of a timeline, where those of all compounds that it shows are known."""
        levels = at_once = shown = 0
        for items, names in zip(*lanes, strict=True):
            inner = [known[name] for name in names]
            levels = max([levels, *(size.levels for size in inner)])
            at_once += max([min(1, items), *(size.at_once for size in inner)])
            shown += items + sum(size.shown for size in inner)
        return cls(levels + 1, at_once, shown)

    @property
    def says(self) -> str | None:
        if self.levels > DEEPEST:
            return f"more than {DEEPEST} compounds would lie in one another"
        if self.at_once > MOST_AT_ONCE:
            return f"compounds would show more than {MOST_AT_ONCE:,} clips at once"
        if self.shown > MOST_SHOWN:
            return f"compounds would show more than {MOST_SHOWN:,} clips"
        return None


def _nested(item: Item) -> str | None:
    return item.source.compound if item.kind == "clip" and item.source.kind == "compound" else None


def _inner_first(inside: dict[str, _Lanes]) -> list[str]:
    """Names of compounds, each after those that it shows; without recursion, since a file may chain a thousand.

    None shows itself.
    """
    shows = {name: set(chain.from_iterable(lanes.shows)) for name, lanes in inside.items()}
    ordered: dict[str, None] = {}
    waiting = list(inside)
    while waiting:
        name = waiting[-1]
        if left := shows[name] - ordered.keys():
            waiting += sorted(left)
        else:
            ordered[name] = None
            waiting.pop()
    return list(ordered)

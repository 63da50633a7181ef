"""Where the items of a track stand, and what they are called: worked out once, then carried from edit to edit.

Ten thousand items take milliseconds to look at one by one; an edit touches a few. So a changed track takes over what
the track before it knew, but for the stretch that was replaced. Nothing here is part of a document's value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, compress, count
from operator import is_not
from typing import Self

from cutroom.schema.clip import Item

_LARGEST_BASE = 2**40
"""Beyond it the ticks are worked out anew: denominators that no item has any more fall away."""
_MANY = 16
"""Questions after which a dictionary of the names pays."""


def same_ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """How many things at the beginning, and behind those at the end, are the very same ones in both.

    Example:
        >>> a, b, c = object(), object(), object()
        >>> same_ends([a, b, c], [a, c]), same_ends([a, a], [a, a, a])
        ((1, 1), (2, 0))
    """
    most = min(len(old), len(new))
    head = next(compress(count(), map(is_not, old, new)), most)
    tail = next(compress(count(), map(is_not, reversed(old), reversed(new))), most)
    return head, min(tail, most - head)


@dataclass(frozen=True, slots=True)
class Grid:
    """Starts in whole ticks: they add up fifty times as fast as fractions."""

    base: int
    """Ticks per second."""
    ticks: list[int]
    """Where each item starts, then the end of the last."""

    @classmethod
    def of(cls, items: Sequence[Item]) -> Self:
        """The grid of all items."""
        durations = [item.duration for item in items]
        base = math.lcm(*{duration.denominator for duration in durations})
        return cls(base, list(accumulate(_ticks(durations, base), initial=0)))

    def spliced(self, start: int, stop: int, put: Sequence[Item]) -> Self | None:
        """The grid after items [start, stop) were replaced; None where that would make the ticks too small."""
        durations = [item.duration for item in put]
        base = math.lcm(self.base, *{duration.denominator for duration in durations})
        if base > _LARGEST_BASE:
            return None
        ticks = self.ticks if base == self.base else [tick * (base // self.base) for tick in self.ticks]
        middle = list(accumulate(_ticks(durations, base), initial=ticks[start]))
        shift = middle[-1] - ticks[stop]
        rest = [tick + shift for tick in ticks[stop + 1 :]] if shift else ticks[stop + 1 :]
        return type(self)(base, [*ticks[:start], *middle, *rest])


def _ticks(durations: list[Fraction], base: int) -> list[int]:
    return [duration.numerator * (base // duration.denominator) for duration in durations]


@dataclass(slots=True)
class Names:
    """Which item has which id, and which clips are linked."""

    ids: list[str | None]
    """Of each item; None for a gap."""
    links: dict[str, tuple[str, ...]]
    """The clips of each link, by id: that they move does not matter to it."""
    _asked: int = 0
    _index: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Sequence[Item]) -> Self:
        """The names of all items."""
        return cls([], {}).spliced(0, (), items)

    def find(self, clip_id: str) -> int | None:
        """Index of a clip; None where it is not among them.

        An edit asks a few times: looking through the list is cheaper than a dictionary, which is made for many.
        """
        self._asked += 1
        if self._asked > _MANY:
            if not self._index:
                self._index = {name: i for i, name in enumerate(self.ids) if name is not None}
            return self._index.get(clip_id)
        try:
            return self.ids.index(clip_id)
        except ValueError:
            return None

    def spliced(self, start: int, gone: Sequence[Item], put: Sequence[Item]) -> Self:
        """The names after the items `gone`, from index `start` on, were replaced."""
        names = [item.id if item.kind == "clip" else None for item in put]
        links = dict(self.links)
        for item in gone:
            if item.kind == "clip" and item.link is not None:
                left = tuple(name for name in links.pop(item.link, ()) if name != item.id)
                if left:
                    links[item.link] = left
        for item in put:
            if item.kind == "clip" and item.link is not None:
                links[item.link] = (*links.get(item.link, ()), item.id)
        return type(self)([*self.ids[:start], *names, *self.ids[start + len(gone) :]], links)

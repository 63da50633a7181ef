"""A track: ordered items, the transitions on its cuts, and its switches."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field

from cutroom.schema.base import Frozen
from cutroom.schema.clip import Clip, Item, Transition
from cutroom.schema.cue import Cue
from cutroom.schema.places import Grid, Names

TrackKind = Literal["video", "audio", "title", "subtitle"]
_KNOWN = ("grid", "_names")


class Track(Frozen):
    """A track. Item `i` starts at the sum of the durations before it."""

    id: str
    kind: TrackKind
    title: str = Field(max_length=200)
    """What people call it: V1, A1, Music."""
    items: tuple[Item, ...] = Field(default=(), max_length=1_000_000)
    transitions: tuple[Transition, ...] = Field(default=(), max_length=1_000_000)
    cues: tuple[Cue, ...] = Field(default=(), max_length=100_000)
    """Of a subtitle track, which has no items; in order of time."""
    muted: bool = False
    solo: bool = False
    locked: bool = False
    hidden: bool = False
    sync_lock: bool = True
    """Whether a ripple on another track shifts this one too."""
    volume: float = Field(default=1.0, ge=0, le=2)
    pan: float = Field(default=0.0, ge=-1, le=1)

    @cached_property
    def grid(self) -> Grid:
        """Where its items stand, in whole ticks."""
        return Grid.of(self.items)

    @cached_property
    def _names(self) -> Names:
        return Names.of(self.items)

    def spliced(self, start: int, stop: int, put: Sequence[Item]) -> Self:
        """A copy with items [start, stop) replaced, which takes over what this one knows of where the others stand."""
        gone = self.items[start:stop]
        made = self.evolve(items=(*self.items[:start], *put, *self.items[stop:]))
        grid = self.grid.spliced(start, stop, put)
        if grid is not None:
            made.__dict__["grid"] = grid
        made.__dict__["_names"] = self._names.spliced(start, gone, put)
        return made

    def evolve(self, **changes: Any) -> Self:
        """A copy with `changes`; one with the same items takes over what this one knows of them."""
        made = super().evolve(**changes)
        if "items" not in changes:
            made.__dict__.update({name: known for name in _KNOWN if (known := self.__dict__.get(name)) is not None})
        return made

    def forget(self) -> None:
        """Give up what it knows of where its items stand; worked out again when it is asked for."""
        for name in _KNOWN:
            self.__dict__.pop(name, None)

    @property
    def duration(self) -> Fraction:
        """Where its last item or cue ends, in seconds."""
        if self.cues:
            return max(cue.end for cue in self.cues)
        return self.start_of(-1)

    def start_of(self, index: int) -> Fraction:
        """Timeline start of item `index`; `len(items)` gives the end of the track."""
        grid = self.grid
        return Fraction(grid.ticks[index], grid.base)

    def index_of(self, clip_id: str) -> int | None:
        """Index of a clip, None where this track does not hold it."""
        return self._names.find(clip_id)

    def linked(self, link: str) -> list[int]:
        """Indices of the clips with this link, in order."""
        names = self._names
        return sorted(i for name in names.links.get(link, ()) if (i := names.find(name)) is not None)

    def index_at(self, time: Fraction) -> int:
        """Index of the item that holds `time`; `len(items)` at or past the end."""
        grid = self.grid
        return min(bisect_right(grid.ticks, time * grid.base) - 1, len(self.items))

    def clips(self) -> list[tuple[Fraction, Clip]]:
        """Its clips with their starts, in order."""
        base, ticks = self.grid.base, self.grid.ticks
        return [(Fraction(ticks[i], base), item) for i, item in enumerate(self.items) if isinstance(item, Clip)]

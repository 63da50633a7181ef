"""A track: ordered items, the transitions on its cuts, and its switches."""

from __future__ import annotations

import math
from bisect import bisect_right
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import Literal

from pydantic import Field

from cutroom.schema.base import Frozen
from cutroom.schema.clip import Clip, Item, Transition

TrackKind = Literal["video", "audio", "title", "subtitle"]


class Track(Frozen):
    """A track. Item `i` starts at the sum of the durations before it."""

    id: str
    kind: TrackKind
    title: str = Field(max_length=200)
    """What people call it: V1, A1, Music."""
    items: tuple[Item, ...] = ()
    transitions: tuple[Transition, ...] = ()
    muted: bool = False
    solo: bool = False
    locked: bool = False
    hidden: bool = False
    sync_lock: bool = True
    """Whether a ripple on another track shifts this one too."""
    volume: float = Field(default=1.0, ge=0, le=2)
    pan: float = Field(default=0.0, ge=-1, le=1)

    @cached_property
    def _grid(self) -> tuple[int, list[int]]:
        """Ticks per second, and the tick where each item starts (then the end): whole numbers add up fast."""
        base = math.lcm(*{item.duration.denominator for item in self.items}) if self.items else 1
        ticks = (item.duration.numerator * (base // item.duration.denominator) for item in self.items)
        return base, list(accumulate(ticks, initial=0))

    @cached_property
    def _index(self) -> dict[str, int]:
        return {item.id: i for i, item in enumerate(self.items) if isinstance(item, Clip)}

    @property
    def duration(self) -> Fraction:
        """Where its last item ends, in seconds."""
        base, ticks = self._grid
        return Fraction(ticks[-1], base)

    def start_of(self, index: int) -> Fraction:
        """Timeline start of item `index`; `len(items)` gives the end of the track."""
        base, ticks = self._grid
        return Fraction(ticks[index], base)

    def index_of(self, clip_id: str) -> int | None:
        """Index of a clip, None where this track does not hold it."""
        return self._index.get(clip_id)

    def index_at(self, time: Fraction) -> int:
        """Index of the item that holds `time`; `len(items)` at or past the end."""
        base, ticks = self._grid
        return min(bisect_right(ticks, time * base) - 1, len(self.items))

    def clips(self) -> list[tuple[Fraction, Clip]]:
        """Its clips with their starts, in order."""
        base, ticks = self._grid
        return [(Fraction(ticks[i], base), item) for i, item in enumerate(self.items) if isinstance(item, Clip)]

"""The columns that detections are made of: analysed frames in exact ticks, and boxes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_NANOSECOND = Fraction(1, 1_000_000_000)
_MOST_TICKS = 1 << 40


@dataclass(frozen=True, eq=False, slots=True)
class Frames:
    """The analysed frames in order; times in ticks of the table's `time_base`."""

    number: Ints
    """On the grid of the source's nominal rate."""
    start: Ints
    duration: Ints
    until: Ints
    """Where the stretch ends that this frame stands for: the next analysed frame, where frames were skipped."""

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True, eq=False, slots=True)
class Boxes:
    """The objects found, in the order of their frames."""

    row: Ints
    """Index into the analysed frames."""
    track_id: Ints
    """-1 where nothing was tracked."""
    class_id: Ints
    """Index into the labels."""
    confidence: Floats
    xyxy: Floats
    """(n, 4): left, top, right, bottom in pixels of the picture as displayed; right and bottom exclusive."""

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: NDArray[Any]) -> Boxes:
        """Some of them, by mask or index."""
        return Boxes(
            row=self.row[chosen],
            track_id=self.track_id[chosen],
            class_id=self.class_id[chosen],
            confidence=self.confidence[chosen],
            xyxy=self.xyxy[chosen],
        )


def to_ticks(times: Sequence[Fraction]) -> tuple[Fraction, Ints]:
    """A time base in which all times are whole numbers, and these numbers.

    Times with too many different denominators (made-up ones: a container's have few) are rounded to nanoseconds.
    """
    base = 1
    for denominator in {time.denominator for time in times}:
        base = math.lcm(base, denominator)
        if base > _MOST_TICKS:
            return _NANOSECOND, np.array([round(time / _NANOSECOND) for time in times], dtype=np.int64)
    return Fraction(1, base), np.array([time.numerator * (base // time.denominator) for time in times], dtype=np.int64)


def make_boxes(row: Any, track_id: Any, class_id: Any, confidence: Any, xyxy: Any) -> Boxes:
    """The table of boxes from anything that holds the right numbers."""
    return Boxes(
        row=np.asarray(row, np.int64),
        track_id=np.asarray(track_id, np.int64),
        class_id=np.asarray(class_id, np.int64),
        confidence=np.asarray(confidence, np.float32),
        xyxy=np.asarray(xyxy, np.float32).reshape(-1, 4),
    )


def make_frames(rows: Iterable[tuple[int, Fraction, Fraction, Fraction]]) -> tuple[Fraction, Frames]:
    """The table of analysed frames from (number, start, duration, until), and its time base."""
    rows = list(rows)
    base, ticks = to_ticks([time for row in rows for time in row[1:]])
    ticks = ticks.reshape(-1, 3)
    number = np.array([row[0] for row in rows], dtype=np.int64)
    columns = (np.ascontiguousarray(ticks[:, i]) for i in range(3))
    return base, Frames(number, *columns)

"""From outlines to how much of each pixel they cover: exact areas, in plain arithmetic, the same on every machine.

A polygon's edge covers, in each row of pixels that it crosses, what lies to its right: a share of the pixel that it is
in, and all pixels behind it. So it is enough to note at each edge by how much the cover changes there, and to add up
along the rows. Cover is the winding number's: what several outlines cover counts once, a hole runs the other way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Cover = NDArray[np.float32]
"""From 0 to 1 for each pixel, (rows, columns)."""


class Outlines(NamedTuple):
    """Closed polygons, one after the other."""

    points: Numbers
    """(n, 2): x to the right, y down, in pixels."""
    starts: NDArray[np.int64]
    """Number of each polygon's first point."""

    @property
    def following(self) -> NDArray[np.int64]:
        """Number of the point after each."""
        after = np.arange(1, len(self.points) + 1)
        if len(self.starts):
            after[np.append(self.starts[1:], len(self.points)) - 1] = self.starts
        return after

    @property
    def owners(self) -> NDArray[np.int64]:
        """Number of the polygon of each point."""
        counts = np.diff(np.append(self.starts, len(self.points)))
        return np.repeat(np.arange(len(self.starts)), counts)

    def moved(self, x: float, y: float) -> Outlines:
        """The same elsewhere."""
        return Outlines(self.points + np.array([x, y]), self.starts)


NOTHING = Outlines(np.zeros((0, 2)), np.zeros(0, np.int64))


def joined(parts: list[Outlines]) -> Outlines:
    """All of some."""
    if not parts:
        return NOTHING
    sizes = np.cumsum([0, *(len(part.points) for part in parts)])
    starts = [part.starts + size for part, size in zip(parts, sizes, strict=False)]
    return Outlines(np.concatenate([part.points for part in parts]), np.concatenate(starts))


def filled(outlines: Outlines, width: int, height: int) -> Cover:
    """How much of each pixel lies inside of outlines.

    Args:
        outlines: pixel (0, 0) reaches from (0, 0) to (1, 1).
        width: columns.
        height: rows.

    Example:
        >>> square = Outlines(np.array([[0.5, 0.0], [2.0, 0.0], [2.0, 1.0], [0.5, 1.0]]), np.array([0]))
        >>> filled(square, 3, 1).tolist()
        [[0.5, 1.0, 0.0]]
    """
    ends = outlines.points[outlines.following]
    pieces = _by_cell(_by_cell(np.column_stack([outlines.points, ends]), 1, height), 0, width)
    x0, y0, x1, y1 = pieces.T
    rise = y1 - y0
    middle = (x0 + x1) / 2
    column = np.clip(np.floor(middle), 0, width - 1)
    row = np.floor((y0 + y1) / 2)
    seen = (rise != 0) & (row >= 0) & (row < height) & (middle < width)
    rise, middle, column, row = rise[seen], middle[seen], column[seen], row[seen]
    behind = np.clip(middle - column, 0, 1) * rise
    place = (row * (width + 1) + column).astype(np.int64)
    size = height * (width + 1)
    change = np.bincount(place, rise - behind, size) + np.bincount(place + 1, behind, size + 1)[:size]
    cover = np.cumsum(change.reshape(height, width + 1)[:, :width], axis=1)
    return np.minimum(np.abs(cover), 1).astype(np.float32)


def _by_cell(edges: Numbers, axis: int, last: int) -> Numbers:
    """Edges (x0, y0, x1, y1) cut wherever they cross a whole number of one axis; outside of 0 … `last` only there."""
    start, end = edges[:, axis], edges[:, axis + 2]
    low, high = (
        np.clip(np.floor(np.minimum(start, end)), -1, last),
        np.clip(np.ceil(np.maximum(start, end)), 0, last + 1),
    )
    counts = np.maximum(high - low, 1).astype(np.int64)
    if (counts == 1).all():
        return edges
    many = np.repeat(edges, counts, axis=0)
    start, end = np.repeat(start, counts), np.repeat(end, counts)
    number = np.arange(len(many)) - np.repeat(np.cumsum(counts) - counts, counts)
    first = np.repeat(low, counts) + number
    length = end - start
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (first - start) / length, (first + 1 - start) / length
    share = np.stack([np.minimum(a, b), np.maximum(a, b)])
    inner = number > 0
    outer = number < np.repeat(counts, counts) - 1
    forward = length > 0
    # the first and the last piece reach to the edge's own ends, whatever rounding says
    begin = np.where(np.where(forward, inner, outer), share[0], 0.0)
    stop = np.where(np.where(forward, outer, inner), share[1], 1.0)
    delta = many[:, 2:] - many[:, :2]
    return np.column_stack([many[:, :2] + begin[:, None] * delta, many[:, :2] + stop[:, None] * delta])

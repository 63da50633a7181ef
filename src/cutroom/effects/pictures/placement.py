"""Where a layer's own rectangle lies on the canvas: the one rule for pictures, and for what is drawn over them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, TypeVar

from cutroom.effects.nodes import Cell, Crop, Flip, StillNode, Warp
from cutroom.effects.segment import Fit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Row = tuple[float, float, float]
Number = TypeVar("Number", float, "NDArray[np.float64]")


class Edge(NamedTuple):
    """A straight cut: a point (x, y) of the canvas is kept where `across * x + down * y >= least`, all in pixels."""

    across: float
    down: float
    least: float


class Motion(Protocol):
    """Where pixels go."""

    @property
    def scales(self) -> tuple[float, float]:
        """By what factor the layer's width and height grow."""
        ...

    def matrix(self, width: int, height: int) -> tuple[Row, Row]:
        """The map of pixel centres on a canvas of this size, as two rows of an affine matrix."""
        ...


@dataclass(frozen=True)
class Stretch:
    """Scale each way by a factor of its own, about the canvas's top left corner; then move by pixels."""

    scales: tuple[float, float]
    moves: tuple[float, float]

    def matrix(self, width: int, height: int) -> tuple[Row, Row]:
        """As `Motion` says; the canvas's size does not matter."""
        x, y = (move + (scale - 1) / 2 for scale, move in zip(self.scales, self.moves, strict=True))
        return (self.scales[0], 0.0, x), (0.0, self.scales[1], y)


@dataclass(frozen=True)
class Placement:
    """A layer's rectangle, as its crops and transforms have left it. Nothing is rounded, and no canvas cuts it.

    Crops count along the layer's own sides: they turn with it, and cut the same before a transform as after it.

    Args:
        matrix: the map from fractions of the whole layer (right, down) to pixels of the canvas, as two rows of an
            affine matrix; pixel edges are whole numbers.
        window: what is left of the layer: left, top, right, bottom, in the same fractions.

    Example:
        >>> half = Placement.of(Fit(x=0, y=0, width=320, height=180)).warped(Warp(scale=0.5), 320, 180)
        >>> half.cropped(Crop(left=0.5)).corners()
        ((160.0, 45.0), (240.0, 45.0), (240.0, 135.0), (160.0, 135.0))
    """

    matrix: tuple[Row, Row]
    window: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)

    @classmethod
    def of(cls, fit: Fit) -> Self:
        """Of a layer before its effects."""
        return cls(((fit.width, 0.0, fit.x), (0.0, fit.height, fit.y)))

    def after(self, node: StillNode, width: int, height: int) -> Placement:
        """Where it lies after a node, on a canvas of this size; most nodes leave it where it was."""
        if isinstance(node, Crop):
            return self.cropped(node)
        if isinstance(node, Cell):
            return self.celled(node, width, height)
        if isinstance(node, Flip):
            return self.flipped(node)
        return self.warped(node, width, height) if isinstance(node, Warp) else self

    def cropped(self, crop: Crop) -> Placement:
        """With less left of it."""
        left, top, right, bottom = self.window
        across, down = right - left, bottom - top
        kept = (
            left + crop.left * across,
            top + crop.top * down,
            right - crop.right * across,
            bottom - crop.bottom * down,
        )
        return replace(self, window=kept)

    def stretched(self, cell: Cell, width: int, height: int) -> Stretch | None:
        """How it comes into a cell on a canvas of this size; None where its border leaves no room."""
        left, top, right, bottom = inside(cell, width, height)
        xs, ys = zip(*self.corners(), strict=True)
        size = (max(xs) - min(xs), max(ys) - min(ys))
        room = (right - left, bottom - top)
        if min(*size, *room) <= 0:
            return None
        scales = (room[0] / size[0], room[1] / size[1])
        if cell.fit != "stretch":
            scale = max(scales) if cell.fit == "fill" else min(scales)
            scales = (scale, scale)
        x = left + (room[0] - scales[0] * size[0]) * cell.align_x
        y = top + (room[1] - scales[1] * size[1]) * cell.align_y
        return Stretch(scales, (x - scales[0] * min(xs), y - scales[1] * min(ys)))

    def celled(self, cell: Cell, width: int, height: int) -> Placement:
        """In a cell on a canvas of this size."""
        stretch = self.stretched(cell, width, height)
        if stretch is None:
            return self
        moved = self.warped(stretch, width, height)
        (a, b, x), (c, d, y) = moved.matrix
        if b or c or a <= 0 or d <= 0:  # what is cut off a turned layer is no part of its own rectangle
            return moved
        left, top, right, bottom = inside(cell, width, height)
        box = ((left - x) / a, (top - y) / d, (right - x) / a, (bottom - y) / d)
        old = moved.window
        window = (max(old[0], box[0]), max(old[1], box[1]), min(old[2], box[2]), min(old[3], box[3]))
        return replace(moved, window=window)

    def warped(self, warp: Motion, width: int, height: int) -> Placement:
        """Scaled, turned and moved on a canvas of this size."""
        rows = warp.matrix(width, height)
        moved = [_times(row, self.matrix, (row[0] + row[1] - 1) / -2) for row in rows]
        return replace(self, matrix=(moved[0], moved[1]))

    def flipped(self, flip: Flip) -> Placement:
        """Turned over about its middle: what was its left side lies at the right."""
        (a, b, x), (c, d, y) = self.matrix
        if flip.across:
            a, c, x, y = -a, -c, x + a, y + c
        if flip.down:
            b, d, x, y = -b, -d, x + b, y + d
        return replace(self, matrix=((a, b, x), (c, d, y)))

    def edges(self, crop: Crop) -> tuple[list[Edge], list[Edge]]:
        """The cuts that a crop makes at left and right, and those at top and bottom.

        There is none at a side of which it takes nothing, so that a soft edge stays whole.
        """
        left, top, right, bottom = self.cropped(crop).window
        (a, b, x), (c, d, y) = self.matrix
        area = a * d - b * c
        rightwards, downwards = (d / area, -b / area), (-c / area, a / area)

        def edge(direction: tuple[float, float], at: float, sign: int) -> Edge:
            across, down = direction
            length = sign * math.hypot(across, down)
            return Edge(across / length, down / length, (at + across * x + down * y) / length)

        beside = ((crop.left, left, 1), (crop.right, right, -1))
        above = ((crop.top, top, 1), (crop.bottom, bottom, -1))
        return (
            [edge(rightwards, at, sign) for cut, at, sign in beside if cut],
            [edge(downwards, at, sign) for cut, at, sign in above if cut],
        )

    def at(self, across: Number, down: Number) -> tuple[Number, Number]:
        """The pixel of the canvas (or arrays of them) under a point of the layer, in fractions of the whole layer."""
        (a, b, x), (c, d, y) = self.matrix
        return a * across + b * down + x, c * across + d * down + y

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Of what is left: top left, top right, bottom right, bottom left, as the layer itself has them."""
        left, top, right, bottom = self.window
        return self.at(left, top), self.at(right, top), self.at(right, bottom), self.at(left, bottom)


def _times(row: Row, matrix: tuple[Row, Row], shift: float) -> Row:
    """A row of a map of pixel centres times a map of pixel edges; `shift` is what half a pixel becomes."""
    (a, b, x), (c, d, y) = matrix
    over, down, move = row
    return over * a + down * c, over * b + down * d, over * x + down * y + move + shift


def inside(cell: Cell, width: int, height: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a cell within its border, in pixels of a canvas."""
    edge = cell.border * height
    left, top = cell.left * width, cell.top * height
    return left + edge, top + edge, left + cell.width * width - edge, top + cell.height * height - edge

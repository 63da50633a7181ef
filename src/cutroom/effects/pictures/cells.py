"""A layer in a part of the canvas: brought to its size, cut at its edges, and framed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cutroom.effects.nodes import Cell
from cutroom.effects.pictures.colour import from_rgb
from cutroom.effects.pictures.compose import draw
from cutroom.effects.pictures.geometry import Cutter, WarpStage
from cutroom.effects.pictures.levels import Plane, depth_of
from cutroom.effects.pictures.placement import Edge, Placement, Stretch, inside
from cutroom.effects.pictures.planes import Picture, half

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""


class CellStage:
    """Puts a picture into a cell.

    Args:
        node: the cell.
        width: of the canvas.
        height: of the canvas.
        soft: whether a later filter needs the clear surroundings as alpha, even where the edges are sharp.
    """

    def __init__(self, node: Cell, width: int, height: int, *, soft: bool) -> None:
        self._node = node
        self._canvas = (width, height)
        self._soft = soft
        self._moved: tuple[Stretch, WarpStage] | None = None
        self._cutter, self._framer = Cutter(soft=soft), Cutter(soft=soft)

    def run(self, picture: Picture) -> Picture | None:
        """The picture in its cell; None where nothing of it is there."""
        node, placement = self._node, picture.placed
        stretch = placement.stretched(node, *self._canvas)
        if stretch is None:
            return None
        if self._moved is None or self._moved[0] != stretch:
            self._moved = stretch, WarpStage([stretch], *self._canvas, soft=self._soft)
        moved = self._moved[1].run(picture)
        if moved is None:
            return None
        if picture.alpha is None:  # its edges are cut below, to a fraction of a pixel; here they would be cut twice
            moved = replace(moved, alpha=None, alpha_uv=None, frame=None)
        after = placement.celled(node, *self._canvas)
        edges = self._edges(node.border * self._canvas[1], placement.warped(stretch, *self._canvas))
        cut = self._cutter.run(moved, edges, after)
        return cut if cut is None or not node.border else self._framed(cut)

    def _edges(self, inset: float, placement: Placement | None) -> list[list[Edge]]:
        """Where to cut: so far inside of the cell's edges, and at those of a layer that may end before them."""
        node, (width, height) = self._node, self._canvas
        left, top, right, bottom = inside(node.replace(border=inset / height), width, height)
        if placement is not None and node.fit == "fit":
            xs, ys = zip(*placement.corners(), strict=True)
            own = (max(left, min(xs)), max(top, min(ys)), min(right, max(xs)), min(bottom, max(ys)))
        else:
            own = (left, top, right, bottom)
        if not node.polygon:
            return sides(own)
        corners = [
            ((node.left + x * node.width) * width, (node.top + y * node.height) * height) for x, y in node.polygon
        ]
        edges = [[edge._replace(least=edge.least + inset)] for edge in around(corners)]
        return [*edges, *(sides(own) if own != (left, top, right, bottom) else [])]

    def _framed(self, inner: Picture) -> Picture | None:
        """The picture on its border."""
        node, (width, height) = self._node, self._canvas
        box = inside(node.replace(border=0.0), width, height)
        x0, y0 = (2 * math.floor(max(0.0, at) / 2) for at in box[:2])
        x1, y1 = (min(size, 2 * math.ceil(at / 2)) for at, size in zip(box[2:], (width, height), strict=True))
        if x0 >= x1 or y0 >= y1:
            return None
        solid = replace(_solid(node.colour, x1 - x0, y1 - y0, inner.y), x=x0, y0=y0)
        frame = self._framer.run(solid, self._edges(0.0, None), inner.placed)
        if frame is None:
            return None
        target = frame.multiplied()
        if target.alpha is not None:
            target = replace(target, alpha=target.alpha.copy())  # the framer keeps its own
        draw(
            replace(target, x=0, y0=0),
            replace(inner, x=inner.x - target.x, y0=inner.y0 - target.y0, opacity=1.0, placement=None),
        )
        return replace(target, opacity=inner.opacity)


def sides(box: Box) -> list[list[Edge]]:
    """The edges of a box."""
    left, top, right, bottom = box
    return [
        [Edge(1.0, 0.0, left), Edge(-1.0, 0.0, -right)],
        [Edge(0.0, 1.0, top), Edge(0.0, -1.0, -bottom)],
    ]


def around(corners: Sequence[tuple[float, float]]) -> list[Edge]:
    """The edges of a convex shape, whichever way its corners go round."""
    turns = zip(corners, [*corners[1:], corners[0]], strict=True)
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in turns)
    edges = []
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        length = math.copysign(math.hypot(x1 - x0, y1 - y0), area)
        across, down = (y0 - y1) / length, (x1 - x0) / length
        edges.append(Edge(across, down, across * x0 + down * y0))
    return edges


def _solid(colour: str, width: int, height: int, like: Plane) -> Picture:
    """One colour, in planes of the same type."""
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    codes = np.diag([219.0, 224.0, 224.0]) @ from_rgb() @ rgb + np.array([16, 128, 128])
    unit = 1 << depth_of(like) - 8
    shapes = ((height, width), *[(half(height), half(width))] * 2)
    y, u, v = (np.full(shape, round(unit * code), like.dtype) for shape, code in zip(shapes, codes, strict=True))
    return Picture(y, u, v)

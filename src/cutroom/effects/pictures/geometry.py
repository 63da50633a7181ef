"""Crop and warp: where a layer's picture lies on the canvas, to a fraction of a pixel.

FFmpeg's `overlay`, `crop` and `pad` move 4:2:0 pictures in steps of two pixels; these do not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Crop, Flip
from cutroom.effects.pictures.levels import Plane, depth_of, in_codes, peak_of, times
from cutroom.effects.pictures.normalise import Resizer
from cutroom.effects.pictures.placement import Edge, Motion, Placement
from cutroom.effects.pictures.planes import Picture, half, on_chroma

Matrix = NDArray[np.float64]
_NEAR = 1e-6


class CropStage:
    """Cuts away what a crop does.

    Args:
        node: what to cut away.
        soft: whether a later filter needs the clear surroundings as alpha, even where the edges are sharp.
    """

    def __init__(self, node: Crop, *, soft: bool) -> None:
        self._node = node
        self._cutter = Cutter(soft=soft)

    def run(self, picture: Picture) -> Picture | None:
        """The picture inside the edges; None where nothing of it is there."""
        placement = picture.placed
        return self._cutter.run(picture, placement.edges(self._node), placement.cropped(self._node))


class Cutter:
    """Cuts pictures at edges that need not lie on whole pixels.

    Args:
        soft: whether a later filter needs the clear surroundings as alpha, even where the edges are sharp.
    """

    def __init__(self, *, soft: bool) -> None:
        self._soft = soft
        self._kept: tuple[object, _Kept | None] | None = None

    def run(self, picture: Picture, edges: Sequence[Sequence[Edge]], placement: Placement) -> Picture | None:
        """The picture inside the edges; None where nothing of it is there.

        Args:
            picture: what to cut.
            edges: those in one group are parallel.
            placement: where the layer lies afterwards.
        """
        picture = picture.averaged()
        key = (picture.x, picture.y0, picture.width, picture.height, edges)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self._measured(picture, edges)
        kept = self._kept[1]
        if kept is None:
            return None
        left, top, right, bottom = kept.box
        rows, columns = slice(top, bottom), slice(left, right)
        c_rows, c_columns = slice(top // 2, half(bottom)), slice(left // 2, half(right))
        alpha, straight = kept.cover, picture
        if picture.alpha is not None:
            straight = picture.divided()
            inside = picture.alpha[rows, columns]
            alpha = inside if alpha is None else times(inside, alpha)
        return replace(
            straight,
            y=straight.y[rows, columns],
            u=straight.u[c_rows, c_columns],
            v=straight.v[c_rows, c_columns],
            alpha=alpha,
            x=picture.x + left,
            y0=picture.y0 + top,
            frame=None,
            placement=placement,
        )

    def _measured(self, picture: Picture, edges: Sequence[Sequence[Edge]]) -> _Kept | None:
        cover = np.ones((1, 1))
        for group in edges:
            parts = [covered(picture, edge) for edge in group]
            cover = cover * np.clip(sum(parts) - (len(parts) - 1), 0, 1)
        cover[np.abs(cover - 1) < _NEAR] = 1
        cover[cover < _NEAR] = 0
        touched = np.broadcast_to(cover > 0, picture.y.shape)
        spans = []
        for length, axis in ((picture.width, 0), (picture.height, 1)):
            seen = np.flatnonzero(touched.any(axis=axis))
            if not len(seen):
                return None
            first, last = int(seen[0]), int(seen[-1]) + 1
            spans.append((first - first % 2, min(length, last + last % 2)))
        (left, right), (top, bottom) = spans
        # of one row, one column or all, whatever tells them apart
        levels = np.rint(peak_of(picture.y) * cover).astype(picture.y.dtype)
        plane = np.broadcast_to(levels, picture.y.shape)[top:bottom, left:right]
        return _Kept((left, top, right, bottom), plane.copy() if self._soft or plane.min() < peak_of(plane) else None)


class _Kept(NamedTuple):
    """What a crop keeps: the even box of the picture's pixels, and how much of each; None: all of all."""

    box: tuple[int, int, int, int]
    cover: Plane | None


def covered(picture: Picture, edge: Edge) -> NDArray[np.float64]:
    """How much of each pixel lies on the kept side of an edge: (rows, columns), or 1 for either where all are alike."""
    distance = np.full((1, 1), 0.5 - edge.least)
    if edge.across:
        distance = distance + edge.across * (np.arange(picture.width) + picture.x + 0.5)
    if edge.down:
        distance = distance + edge.down * (np.arange(picture.height) + picture.y0 + 0.5)[:, None]
    covered: NDArray[np.float64] = np.clip(distance, 0, 1)
    return covered


class WarpStage:
    """Scales, turns, turns over and moves a picture.

    Args:
        nodes: the movements, one after the other; made as one, so that nothing is lost beside the canvas between them.
        width: of the canvas.
        height: of the canvas.
        soft: whether a later filter needs the clear surroundings as alpha.
    """

    def __init__(self, nodes: Sequence[Motion | Flip], width: int, height: int, *, soft: bool) -> None:
        self._nodes = nodes
        self._canvas = (width, height)
        self._soft = soft
        motions = [node for node in nodes if not isinstance(node, Flip)]
        self._scales = [math.prod(node.scales[axis] for node in motions) for axis in (0, 1)]
        self._resizer = Resizer()
        self._alpha: tuple[tuple[int, ...], Plane | None] | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The picture where it has moved to; None where nothing of it is left on the canvas."""
        placement = picture.placed
        matrix = _translation(picture.x, picture.y0)
        for node in self._nodes:
            if isinstance(node, Flip):
                matrix = turned_over(placement, node) @ matrix
                placement = placement.flipped(node)
            else:
                matrix = np.array([*node.matrix(*self._canvas), (0, 0, 1)]) @ matrix
                placement = placement.warped(node, *self._canvas)
        if self._scales == [1, 1] and (flipped := _flipped(picture, matrix, placement)) is not None:
            return flipped
        small, shrunk = self._shrunk(picture)
        matrix = matrix @ np.linalg.inv(shrunk)
        if (moved := _whole_steps(matrix)) is not None and not self._soft:
            return replace(small, x=moved[0], y0=moved[1], placement=placement)
        return self._warped(small, matrix, placement)

    def _shrunk(self, picture: Picture) -> tuple[Picture, Matrix]:
        """The picture at about its final size, where that is smaller: a warp alone would skip pixels."""
        if min(self._scales) >= 1:
            return picture, np.eye(3)
        # even, so that luma and chroma shrink alike
        sizes = zip((picture.width, picture.height), self._scales, strict=True)
        width, height = (max(2, 2 * round(length * scale / 2)) if scale < 1 else length for length, scale in sizes)
        small = self._resizer.resize(picture, width, height)
        across, down = width / picture.width, height / picture.height
        return small, np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1]])

    def _warped(self, picture: Picture, matrix: Matrix, placement: Placement) -> Picture | None:
        box = self._box(picture, matrix)
        if box is None:
            return None
        left, top, right, bottom = box
        matrix = _translation(-left, -top) @ matrix
        size = (right - left, bottom - top)
        chroma_size = (half(size[0]), half(size[1]))
        if picture.alpha is not None:  # a straight colour beside a clear pixel would take of that one's
            picture = picture.multiplied()
            picture = replace(picture, alpha_uv=picture.chroma_alpha)
        # straight colours go on past their edge, where alpha ends; multiplied ones end with it
        border = cv2.BORDER_CONSTANT if picture.premultiplied else cv2.BORDER_REPLICATE
        chroma = on_chroma(matrix)
        return Picture(
            _warp(picture.y, matrix, size, border),
            _warp(picture.u, chroma, chroma_size, border),
            _warp(picture.v, chroma, chroma_size, border),
            self._moved_alpha(picture, matrix, size),
            left,
            top,
            premultiplied=picture.premultiplied,
            opacity=picture.opacity,
            placement=placement,
            alpha_uv=None if picture.alpha_uv is None else _warp(picture.alpha_uv, chroma, chroma_size, border),
        )

    def _moved_alpha(self, picture: Picture, matrix: Matrix, size: tuple[int, int]) -> Plane | None:
        """Alpha where the picture has moved to; None where it is solid all over."""
        if picture.alpha is not None:
            return _warp(picture.alpha, matrix, size, cv2.BORDER_CONSTANT)
        key = (picture.x, picture.y0, picture.width, picture.height)
        if self._alpha is None or self._alpha[0] != key:
            if not self._soft and _fills(picture, matrix, size):
                self._alpha = key, None
                return None
            alpha = _warp(np.full_like(picture.y, peak_of(picture.y)), matrix, size, cv2.BORDER_CONSTANT)
            self._alpha = key, None if alpha.min() == peak_of(alpha) and not self._soft else alpha
        return self._alpha[1]

    def _box(self, picture: Picture, matrix: Matrix) -> tuple[int, int, int, int] | None:
        """The even box of canvas pixels that the picture can reach, with room for soft edges."""
        right, bottom = picture.width - 0.5, picture.height - 0.5
        corners = matrix @ np.array([[-0.5, right, right, -0.5], [-0.5, -0.5, bottom, bottom], [1, 1, 1, 1]])
        bounds: list[tuple[int, int]] = []
        for values, length in zip(corners, self._canvas, strict=False):
            low, high = max(0, math.floor(values.min()) - 3), min(length, math.ceil(values.max()) + 4)
            bounds.append((low - low % 2, min(length, high + high % 2)))
        (x0, x1), (y0, y1) = bounds
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def turned_over(placement: Placement, flip: Flip) -> Matrix:
    """A flip of a layer that lies there, as a map of pixel centres."""
    own = np.array([*placement.matrix, (0, 0, 1)])
    flipped = np.array([*placement.flipped(flip).matrix, (0, 0, 1)])
    edges: Matrix = flipped @ np.linalg.inv(own)
    return _translation(-0.5, -0.5) @ edges @ _translation(0.5, 0.5)


def _flipped(picture: Picture, matrix: Matrix, placement: Placement) -> Picture | None:
    """The picture turned over onto whole pixels, each as it was; None where it is not just that.

    Chroma stands at the left of its pixels: from right to left it is taken half-way between two samples.
    """
    right, down = (round(float(matrix[i, i])) for i in (0, 1))
    if (right, down) == (1, 1) or abs(right) != 1 or abs(down) != 1:
        return None
    x = round(matrix[0, 2]) - (picture.width - 1 if right < 0 else 0)
    y0 = round(matrix[1, 2]) - (picture.height - 1 if down < 0 else 0)
    whole = np.array([[right, 0, round(matrix[0, 2])], [0, down, round(matrix[1, 2])], [0, 0, 1]])
    if np.abs(matrix - whole).max() > _NEAR or x % 2 or y0 % 2 or (down < 0 and picture.height % 2):
        return None
    halve_step = right < 0 and picture.width % 2 == 0

    def over(plane: Plane | None, *, chroma: bool = False) -> Any:
        if plane is None:
            return None
        turned = np.ascontiguousarray(plane[::down, ::right])
        return _half_left(turned) if chroma and halve_step else turned

    return replace(
        picture,
        y=over(picture.y),
        u=over(picture.u, chroma=True),
        v=over(picture.v, chroma=True),
        alpha=over(picture.alpha),
        alpha_uv=over(picture.alpha_uv, chroma=True),
        x=x,
        y0=y0,
        frame=None,
        placement=placement,
    )


def _half_left(plane: Plane) -> Plane:
    """A plane half-way between each of its samples and the one before it."""
    before = np.concatenate([plane[:, :1], plane[:, :-1]], axis=1)
    return cv2.addWeighted(plane, 0.5, before, 0.5, 0)


def _fills(picture: Picture, matrix: Matrix, size: tuple[int, int]) -> bool:
    """Whether every pixel of a canvas of this size shows pixels of the picture alone."""
    right, bottom = size[0] - 1, size[1] - 1
    across, down, _ = np.linalg.inv(matrix) @ np.array([[0, right, right, 0], [0, 0, bottom, bottom], [1, 1, 1, 1]])
    return bool(
        min(across.min(), down.min()) >= 0 and across.max() <= picture.width - 1 and down.max() <= picture.height - 1
    )


def _translation(x: float, y: float) -> Matrix:
    return np.array([[1.0, 0, x], [0, 1.0, y], [0, 0, 1.0]])


def _whole_steps(matrix: Matrix) -> tuple[int, int] | None:
    """The move, where a matrix does nothing but move by an even number of pixels."""
    x, y = 2 * round(matrix[0, 2] / 2), 2 * round(matrix[1, 2] / 2)
    return (x, y) if np.abs(matrix - _translation(x, y)).max() < _NEAR else None


def _warp(plane: Plane, matrix: Matrix, size: tuple[int, int], border: int) -> Plane:
    """In float: OpenCV's 8-bit warp is off by up to 0.05 pixels."""
    moved = cv2.warpAffine(plane.astype(np.float32), matrix[:2], size, flags=cv2.INTER_LINEAR, borderMode=border)
    return in_codes(moved, depth_of(plane))

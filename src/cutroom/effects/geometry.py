"""Crop and warp: where a layer's picture lies on the canvas, to a fraction of a pixel.

FFmpeg's `overlay`, `crop` and `pad` move 4:2:0 pictures in steps of two pixels; these do not.
"""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Crop, Warp
from cutroom.effects.normalise import Resizer
from cutroom.effects.planes import Picture, Plane, half

Matrix = NDArray[np.float64]
_NEAR = 1e-6
_CHROMA = np.array([[0.5, 0, 0], [0, 0.5, -0.25], [0, 0, 1]])
"""From luma's coordinates to chroma's: every other column, between two rows."""


class CropStage:
    """Cuts a picture to a rectangle that need not lie on whole pixels.

    Args:
        node: what to cut away.
        soft: whether a later filter needs the clear surroundings as alpha, even where the edges are sharp.
    """

    def __init__(self, node: Crop, *, soft: bool) -> None:
        self._node = node
        self._soft = soft
        self._shape: tuple[int, int] | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The picture inside the rectangle."""
        if self._shape != (picture.width, picture.height):
            self._prepare(picture.width, picture.height)
        (left, right), (top, bottom) = self._box
        y = picture.y[top:bottom, left:right]
        c_rows, c_columns = slice(top // 2, half(bottom)), slice(left // 2, half(right))
        u, v = picture.u[c_rows, c_columns], picture.v[c_rows, c_columns]
        x, y0 = picture.x + left, picture.y0 + top
        if self._cover is None and picture.alpha is None:
            return replace(picture, y=y, u=u, v=v, x=x, y0=y0, frame=None)
        alpha = self._cover
        straight = picture.divided()
        if picture.alpha is not None:
            inside = picture.alpha[top:bottom, left:right]
            alpha = inside if alpha is None else cv2.multiply(inside, alpha, scale=1 / 255)
            y, u, v = straight.y[top:bottom, left:right], straight.u[c_rows, c_columns], straight.v[c_rows, c_columns]
        return Picture(y, u, v, alpha, x, y0, opacity=picture.opacity)

    def _prepare(self, width: int, height: int) -> None:
        node = self._node
        columns, self_x = _coverage(width, node.left * width, width - node.right * width)
        rows, self_y = _coverage(height, node.top * height, height - node.bottom * height)
        cover = np.rint(255 * np.outer(rows, columns)).astype(np.uint8)
        self._shape, self._box = (width, height), (self_x, self_y)
        self._cover: Plane | None = cover if self._soft or cover.min() < 255 else None


def _coverage(length: int, start: float, end: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """How much of each pixel lies in [start, end), and the even box of pixels outside which nothing does."""
    pixels = np.arange(length)
    cover = np.clip(np.minimum(pixels + 1, end) - np.maximum(pixels, start), 0, 1)
    cover[np.abs(cover - 1) < _NEAR] = 1
    first, last = int(start + _NEAR), math.ceil(end - _NEAR)
    first -= first % 2
    last = min(length, last + last % 2)
    return cover[first:last], (first, last)


class WarpStage:
    """Scales, turns and moves a picture.

    Args:
        node: the movement.
        width: of the canvas.
        height: of the canvas.
        soft: whether a later filter needs the clear surroundings as alpha.
    """

    def __init__(self, node: Warp, width: int, height: int, *, soft: bool) -> None:
        self._node = node
        self._canvas = (width, height)
        self._soft = soft
        self._matrix = np.array([*node.matrix(width, height), (0, 0, 1)])
        self._resizer = Resizer()
        self._alpha: tuple[tuple[int, ...], Plane | None] | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The picture where it has moved to; None where nothing of it is left on the canvas."""
        matrix = self._matrix @ _translation(picture.x, picture.y0)
        small, shrunk = self._shrunk(picture)
        matrix = matrix @ np.linalg.inv(shrunk)
        if (moved := _whole_steps(matrix)) is not None and not self._soft:
            return replace(small, x=moved[0], y0=moved[1])
        return self._warped(small, matrix)

    def _shrunk(self, picture: Picture) -> tuple[Picture, Matrix]:
        """The picture at about its final size, where that is smaller: a warp alone would skip pixels."""
        scale = self._node.scale
        if scale >= 1:
            return picture, np.eye(3)
        # even, so that luma and chroma shrink alike
        width, height = (max(2, 2 * round(length * scale / 2)) for length in (picture.width, picture.height))
        if picture.alpha is not None:
            picture = picture.multiplied()
        small = self._resizer.resize(picture, width, height)
        across, down = width / picture.width, height / picture.height
        return small, np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1]])

    def _warped(self, picture: Picture, matrix: Matrix) -> Picture | None:
        box = self._box(picture, matrix)
        if box is None:
            return None
        left, top, right, bottom = box
        matrix = _translation(-left, -top) @ matrix
        size = (right - left, bottom - top)
        chroma_size = (half(size[0]), half(size[1]))
        # straight colours go on past their edge, where alpha ends; multiplied ones end with it
        border = cv2.BORDER_CONSTANT if picture.premultiplied else cv2.BORDER_REPLICATE
        chroma = _CHROMA @ matrix @ np.linalg.inv(_CHROMA)
        return Picture(
            _warp(picture.y, matrix, size, border),
            _warp(picture.u, chroma, chroma_size, border),
            _warp(picture.v, chroma, chroma_size, border),
            self._moved_alpha(picture, matrix, size),
            left,
            top,
            premultiplied=picture.premultiplied,
            opacity=picture.opacity,
        )

    def _moved_alpha(self, picture: Picture, matrix: Matrix, size: tuple[int, int]) -> Plane | None:
        """Alpha where the picture has moved to; None where it is solid all over."""
        if picture.alpha is not None:
            return _warp(picture.alpha, matrix, size, cv2.BORDER_CONSTANT)
        key = (picture.x, picture.y0, picture.width, picture.height)
        if self._alpha is None or self._alpha[0] != key:
            alpha = _warp(np.full_like(picture.y, 255), matrix, size, cv2.BORDER_CONSTANT)
            self._alpha = key, None if alpha.min() == 255 and not self._soft else alpha
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


def _translation(x: float, y: float) -> Matrix:
    return np.array([[1.0, 0, x], [0, 1.0, y], [0, 0, 1.0]])


def _whole_steps(matrix: Matrix) -> tuple[int, int] | None:
    """The move, where a matrix does nothing but move by an even number of pixels."""
    x, y = 2 * round(matrix[0, 2] / 2), 2 * round(matrix[1, 2] / 2)
    return (x, y) if np.abs(matrix - _translation(x, y)).max() < _NEAR else None


def _warp(plane: Plane, matrix: Matrix, size: tuple[int, int], border: int) -> Plane:
    """In float: OpenCV's 8-bit warp is off by up to 0.05 pixels."""
    moved = cv2.warpAffine(plane.astype(np.float32), matrix[:2], size, flags=cv2.INTER_LINEAR, borderMode=border)
    return cv2.convertScaleAbs(moved)

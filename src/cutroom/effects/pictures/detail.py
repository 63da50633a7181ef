"""Stages that blur, sharpen and coarsen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import BoxBlur, Glow, Pixelate, Sharpen, Smooth
from cutroom.effects.pictures.grid import Grid, chroma_grid, luma_grid, raised
from cutroom.effects.pictures.levels import Floats, Plane, codes, floats, looked_up, rounded, rounded_luma
from cutroom.effects.pictures.light import Light, Solid, blurred, shone
from cutroom.effects.pictures.planes import Picture, halve, remade

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place

_KNEE = 0.1
_LEAST_SIGMA = 0.1
"""In pixels; a Gaussian that is narrower leaves every pixel to itself."""


def spread(picture: Picture, place: Place) -> Picture:
    """A picture as whatever mixes neighbouring pixels needs it: where it has alpha, multiplied, with room around."""
    picture = picture.averaged()
    return picture if picture.alpha is None else picture.on_canvas(place.width, place.height).multiplied()


class BoxBlurStage:
    """Takes means of squares."""

    def __init__(self, node: BoxBlur, place: Place) -> None:
        self._radius = node.radius * place.height
        self._place = place

    def run(self, picture: Picture) -> Picture | None:
        """The blurred picture."""
        picture = spread(picture, self._place)
        planes = [
            rounded(_boxed(plane, self._radius / (2 if i in {1, 2} else 1)), plane)
            for i, plane in enumerate(picture.planes)
        ]
        return remade(picture, planes)


def _boxed(plane: Plane, radius: float) -> Floats:
    """The mean over a square of side `2 * radius + 1`; the ends of each row and column are repeated."""
    side, part = 2 * radius + 1, radius - int(radius)
    values: Floats = plane
    for across in (True, False):
        inner = _summed(values, int(radius), across)
        if part:
            outer = _summed(values, int(radius) + 1, across)
            values = cv2.addWeighted(inner, (1 - part) / side, outer, part / side, 0)
        else:
            values = inner / np.float32(side)
    return values


def _summed(plane: Floats, reach: int, across: bool) -> Floats:
    length = (2 * reach + 1, 1) if across else (1, 2 * reach + 1)
    summed: Floats = cv2.boxFilter(plane, cv2.CV_32F, length, normalize=False, borderType=cv2.BORDER_REPLICATE)
    return summed


class SharpenStage:
    """Makes luma's small differences larger."""

    def __init__(self, node: Sharpen, place: Place) -> None:
        self._amount = node.amount
        self._sigma = max(node.radius * place.height, _LEAST_SIGMA)

    def run(self, picture: Picture) -> Picture | None:
        """The sharper picture; alpha stays, and what is clear does not count."""
        picture = picture.averaged()
        if picture.alpha is None:
            soft = _soft(floats(picture.y), self._sigma)
        else:
            alpha = floats(picture.alpha) / codes(picture.alpha).top
            straight = picture.divided()
            weight = _soft(alpha, self._sigma)
            soft = _soft(straight.y * alpha, self._sigma) / np.maximum(weight, 1e-3)
            soft = np.where(weight > 1e-3, soft, straight.y)
            picture = straight
        y = cv2.addWeighted(floats(picture.y), 1 + self._amount, soft, -self._amount, 0)
        return replace(picture, y=rounded_luma(y, picture.y), frame=None)


def _soft(plane: Floats, sigma: float) -> Floats:
    return cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


class SmoothStage:
    """Takes means of pixels that are near in place and value."""

    _NEAR = 1.2
    """Standard deviation of the distance, in pixels: noise has the size of pixels, whatever the canvas."""

    def __init__(self, node: Smooth, place: Place) -> None:
        self._noise = node.noise
        self._place = place

    def run(self, picture: Picture) -> Picture | None:
        """The smoother picture."""
        picture = spread(picture, self._place)
        planes = [self._smoothed(plane) for plane in picture.planes[:3]]
        return remade(picture, planes)

    def _smoothed(self, plane: Plane) -> Plane:
        sigma = self._noise * codes(plane).span
        if plane.dtype == np.uint8:
            return cv2.bilateralFilter(plane, 5, sigma, self._NEAR)
        return rounded(cv2.bilateralFilter(floats(plane), 5, sigma, self._NEAR), plane)


class GlowStage:
    """Makes bright parts shine."""

    def __init__(self, node: Glow, place: Place) -> None:
        self._node = node
        self._place = place
        self._sigma = node.radius * place.height

    def run(self, picture: Picture) -> Picture | None:
        """The shining picture; a layer with alpha shines beyond its edges."""
        picture = spread(picture, self._place)
        own, node = codes(picture.y), self._node
        y: Any = picture.y
        if picture.alpha is None:
            levels = (np.arange(own.top + 1) - own.black) / own.span
            mask = looked_up(y, _bright(levels, node.threshold))
            luma = looked_up(y, (levels * _bright(levels, node.threshold)).astype(np.float32))
        else:
            levels = (floats(y) - floats(picture.alpha) * (own.black / own.top)) / own.span
            mask = _bright(levels, node.threshold)
            luma = levels * mask
        mask_uv = halve(mask)
        grey = own.grey if picture.alpha is None else floats(picture.chroma_alpha) * (own.grey / own.top)
        chroma = [(floats(plane) - grey) / np.float32(own.chroma) * mask_uv for plane in (picture.u, picture.v)]
        light_uv = self._softened(halve(luma))
        u, v = (self._softened(part.astype(np.float32)) for part in chroma)
        if picture.alpha is None:
            return shone(picture, Light(_lift(light_uv, y.shape), u, v))
        alpha_uv = np.clip(self._softened(mask_uv), 0, 1)
        return shone(picture, Light(_lift(light_uv, y.shape), u, v, Solid(_lift(alpha_uv, y.shape), alpha_uv)))

    def _softened(self, plane: Floats) -> Floats:
        return blurred(plane, max(self._sigma / 2, _LEAST_SIGMA)) * np.float32(self._node.strength)


def _bright(luma: Any, threshold: float) -> Floats:
    mask: Floats = np.clip((luma - threshold) / _KNEE, 0, 1).astype(np.float32)
    return mask


def _lift(plane: Floats, shape: tuple[int, ...]) -> Floats:
    lifted: Floats = np.clip(raised(plane, shape), 0, 1)
    return lifted


class PixelateStage:
    """Makes squares of one colour."""

    def __init__(self, node: Pixelate, place: Place) -> None:
        self._block = max(node.block * place.height, 1.0)
        self._place = place

    def run(self, picture: Picture) -> Picture | None:
        """The coarse picture."""
        picture = spread(picture, self._place)
        luma, chroma = (self._squares(grid) for grid in (luma_grid(picture), chroma_grid(picture)))
        planes = [
            _averaged(plane, squares)
            for plane, squares in zip(picture.planes, (luma, chroma, chroma, luma), strict=False)
        ]
        alpha_uv = None if picture.alpha is None else _averaged(picture.chroma_alpha, chroma)
        return replace(remade(picture, planes), alpha_uv=alpha_uv)

    def _squares(self, grid: Grid) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Which square each row and each column belongs to."""
        return self._cells(grid.rows[:, 0], self._place.height / 2), self._cells(grid.columns[0], self._place.width / 2)

    def _cells(self, at: NDArray[np.float32], centre: float) -> NDArray[np.intp]:
        """Which square each row or column belongs to, from 0."""
        cells = np.floor((at - centre) / self._block).astype(np.intp)
        return np.unique(cells, return_inverse=True)[1]


def _averaged(plane: Plane, squares: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Plane:
    rows, columns = squares
    tops, lefts = (np.flatnonzero(np.diff(cells, prepend=-1)) for cells in (rows, columns))
    sums = np.add.reduceat(np.add.reduceat(plane, tops, axis=0, dtype=np.uint32), lefts, axis=1)
    heights, widths = np.bincount(rows), np.bincount(columns)
    means = rounded((sums / (heights[:, None] * widths)).astype(np.float32), plane)
    return means[rows][:, columns]

"""Stages that bend pictures as lenses do, by fractions of a pixel in every plane."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from cutroom.effects.nodes import Fringe, Lens
from cutroom.effects.pictures.detail import spread
from cutroom.effects.pictures.grid import Grid, chroma_grid, luma_grid, raised
from cutroom.effects.pictures.levels import Floats, Plane, codes, floats, rounded, rounded_chroma, rounded_luma
from cutroom.effects.pictures.planes import Picture, halve

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place

_RED, _BLUE = 0.2126, 0.0722
_FROM_CR, _FROM_CB = 2 * (1 - _RED), 2 * (1 - _BLUE)
"""Red less luma for one of Cr, blue less luma for one of Cb."""


def _middle(picture: Picture) -> tuple[float, float, float]:
    """The middle of the layer on the canvas, and how far its corners are from it."""
    x, y = picture.placed.at(0.5, 0.5)
    right, bottom = picture.placed.at(1.0, 1.0)
    return x, y, math.hypot(right - x, bottom - y)


class LensStage:
    """Bends a picture."""

    def __init__(self, node: Lens, place: Place) -> None:
        self._node = node
        self._place = place
        self._kept: tuple[object, list[_Map], Plane | None] | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The bent picture, clear where there was none."""
        picture = spread(picture, self._place)
        key = (picture.x, picture.y0, picture.width, picture.height, picture.placed, picture.y.dtype)
        if self._kept is None or self._kept[0] != key:
            maps = [self._map(picture, luma_grid(picture), 1), self._map(picture, chroma_grid(picture), 2)]
            solid = _bent(np.full_like(picture.y, codes(picture.y).top), maps[0], cv2.BORDER_CONSTANT)
            self._kept = key, maps, None if solid.min() == codes(picture.y).top else solid
        _, (luma, chroma), alpha = self._kept
        border = cv2.BORDER_REPLICATE  # straight colours go on past their edge, where alpha ends
        if picture.alpha is not None:
            border = cv2.BORDER_CONSTANT
            alpha = _bent(picture.alpha, luma, border)
        y = _bent(picture.y, luma, border)
        u, v = (_bent(plane, chroma, border) for plane in (picture.u, picture.v))
        return replace(picture, y=y, u=u, v=v, alpha=alpha, frame=None, placement=picture.placed)

    def _map(self, picture: Picture, grid: Grid, step: int) -> _Map:
        x, y, corner = _middle(picture)
        across, down = (grid.columns - x) / corner, (grid.rows - y) / corner
        square = across**2 + down**2
        longer = (1 + self._node.k1 * square + self._node.k2 * square**2) * corner
        first_x, first_y = grid.columns[0, 0], grid.rows[0, 0]
        columns = ((across * longer + x) - first_x) / step
        rows = ((down * longer + y) - first_y) / step
        return _Map(columns.astype(np.float32), rows.astype(np.float32))


class _Map(NamedTuple):
    """Where each sample comes from, in samples."""

    columns: Floats
    rows: Floats


def _bent(plane: Plane, way: _Map, border: int) -> Plane:
    moved = cv2.remap(floats(plane), way.columns, way.rows, cv2.INTER_LINEAR, borderMode=border)
    return rounded(moved, plane)


class FringeStage:
    """Shows red larger and blue smaller.

    Red is Y and a share of Cr, blue Y and a share of Cb: both are scaled where they stand, at their own sizes.
    """

    def __init__(self, node: Fringe, place: Place) -> None:
        self._node = node
        self._place = place

    def run(self, picture: Picture) -> Picture | None:
        """The picture with coloured fringes."""
        picture = spread(picture, self._place)
        own = codes(picture.y)
        share = self._node.amount * self._place.height / _middle(picture)[2]
        solid = picture.alpha is None
        zeros = (own.black, own.grey, own.grey)
        if picture.alpha is not None:  # so that what is clear is 0 in every plane
            alphas = (picture.alpha, picture.chroma_alpha, picture.chroma_alpha)
            y, u, v = (
                p - floats(alpha) * (zero / own.top)
                for p, alpha, zero in zip(picture.planes, alphas, zeros, strict=False)
            )
        else:
            y, u, v = (floats(p) - zero for p, zero in zip(picture.planes, zeros, strict=True))
        y, u, v = y / np.float32(own.span), u / np.float32(own.chroma), v / np.float32(own.chroma)
        red, blue = (self._scaled(y, picture, 1 + way * share, 1, solid) - y for way in (1, -1))
        red_v = self._scaled(v, picture, 1 + share, 2, solid)
        blue_u = self._scaled(u, picture, 1 - share, 2, solid)
        # Y gains by what red and blue gain
        gain_uv = _RED * _FROM_CR * (red_v - v) + _BLUE * _FROM_CB * (blue_u - u)
        gain = _RED * red + _BLUE * blue + raised(gain_uv, y.shape)
        new_v = red_v + (halve(red - gain)) / np.float32(_FROM_CR)
        new_u = blue_u + (halve(blue - gain)) / np.float32(_FROM_CB)
        if solid:
            return replace(
                picture,
                y=rounded_luma((y + gain) * own.span + own.black, picture.y),
                u=rounded_chroma(new_u * own.chroma + own.grey, picture.u),
                v=rounded_chroma(new_v * own.chroma + own.grey, picture.v),
                frame=None,
            )
        return self._with_alpha(picture, (y + gain, new_u, new_v), share)

    def _with_alpha(self, picture: Picture, parts: tuple[Any, Any, Any], share: float) -> Picture:
        assert picture.alpha is not None
        own = codes(picture.y)
        solid = floats(picture.alpha)
        red, blue = (self._scaled(solid, picture, 1 + way * share, 1, False) for way in (1, -1))
        alpha = rounded(_RED * red + _BLUE * blue + (1 - _RED - _BLUE) * solid, picture.alpha)
        whole, whole_uv = floats(alpha) / own.top, floats(halve(alpha)) / own.top
        y, u, v = parts
        return replace(
            picture,
            y=rounded(y * own.span + whole * own.black, picture.y),
            u=rounded(u * own.chroma + whole_uv * own.grey, picture.u),
            v=rounded(v * own.chroma + whole_uv * own.grey, picture.v),
            alpha=alpha,
            frame=None,
        )

    def _scaled(self, plane: Floats, picture: Picture, factor: float, step: int, solid: bool) -> Floats:
        """A plane scaled about the middle of the layer."""
        x, y, _ = _middle(picture)
        grid = luma_grid(picture) if step == 1 else chroma_grid(picture)
        x, y = (x - float(grid.columns[0, 0])) / step, (y - float(grid.rows[0, 0])) / step
        matrix = np.array([[factor, 0, x * (1 - factor)], [0, factor, y * (1 - factor)]])
        border = cv2.BORDER_REPLICATE if solid else cv2.BORDER_CONSTANT
        size = (plane.shape[1], plane.shape[0])
        scaled: Floats = cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border)
        return scaled

"""Lightness and hue where they stand, in Y'CbCr: a table per plane, and for turned hues a sum of two."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from cutroom.effects.nodes import Affine
from cutroom.effects.pictures.levels import Plane
from cutroom.effects.pictures.planes import Picture


class AffineStage:
    """Does what an `Affine` says.

    Args:
        node: what to do.
        place: where; it does not matter.
    """

    def __init__(self, node: Affine, place: object) -> None:
        self._node = node
        self._tables: dict[tuple[str, float, float], Plane] = {}

    def run(self, picture: Picture) -> Picture | None:
        """The picture with other colours; alpha as it was."""
        node, picture = self._node, picture.averaged().divided()
        y, u, v = picture.y, picture.u, picture.v
        if (node.gain, node.offset) != (1, 0):
            y = self._through(y, node.gain, 16 + 219 * node.offset - 16 * node.gain, 235)
        if node.turn % 360:
            turn = math.radians(node.turn)
            cos, sin = node.chroma * math.cos(turn), node.chroma * math.sin(turn)
            u, v = _sum(u, cos, v, -sin), _sum(u, sin, v, cos)
        elif node.chroma != 1:
            u, v = (self._through(plane, node.chroma, 128 - 128 * node.chroma, 240) for plane in (u, v))
        return replace(picture, y=y, u=u, v=v, frame=None)

    def _through(self, plane: Plane, factor: float, offset: float, top: int) -> Plane:
        """8-bit levels times a factor plus an offset, rounded, cut to 16 … `top`."""
        key = (plane.dtype.str, factor, offset)
        if key not in self._tables:
            unit = _unit(plane)
            levels = np.arange(np.iinfo(plane.dtype).max + 1) * factor + offset * unit
            self._tables[key] = np.clip(np.floor(levels + 0.5), 16 * unit, top * unit).astype(plane.dtype)
        return cv2.LUT(plane, self._tables[key])


def _unit(plane: Plane) -> int:
    """What an 8-bit level is: 4 in the 10 bits of wide planes."""
    return 1 if plane.dtype == np.uint8 else 4


def _sum(u: Plane, one: float, v: Plane, other: float) -> Plane:
    unit = _unit(u)
    made = cv2.addWeighted(u, one, v, other, 128 * unit * (1 - one - other))
    return np.clip(made, 16 * unit, 240 * unit, out=made)

"""Stages that make parts of a picture clear by their colours."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from cutroom.effects.nodes import ChromaKey, LumaKey
from cutroom.effects.pictures.colour import ycc
from cutroom.effects.pictures.grid import raised
from cutroom.effects.pictures.levels import (
    Floats,
    Plane,
    codes,
    floats,
    looked_up,
    rounded,
    rounded_chroma,
    rounded_luma,
    times,
)
from cutroom.effects.pictures.planes import Picture, halve

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place

_REACH = (5, 5)
"""Of the chroma samples that a cleared one takes its colours from."""
_COT_60 = 1 / math.sqrt(3)


class ChromaKeyStage:
    """Clears a colour."""

    def __init__(self, node: ChromaKey, place: Place) -> None:
        self._node = node
        self._luma, self._cb, self._cr = ycc(node.colour)

    def run(self, picture: Picture) -> Picture | None:
        """The picture without what has the colour."""
        picture = picture.averaged().divided()
        own = codes(picture.u)
        u, v = floats(picture.u) - own.grey, floats(picture.v) - own.grey
        distance: Floats = cv2.magnitude(u - self._cb * own.chroma, v - self._cr * own.chroma)
        distance /= 255 * math.sqrt(2) * own.unit
        alpha = rounded(self._kept(raised(distance, picture.y.shape)) * own.top, picture.y)
        u, v = _extended((u, v), self._kept(distance), picture)
        y: Any = picture.y
        if self._node.despill:
            spill = self._spill(u, v, own.chroma)
            if spill.any():
                u -= spill * (self._cb * own.chroma)
                v -= spill * (self._cr * own.chroma)
                y = rounded_luma(y - raised(spill, y.shape) * (self._luma * own.span), y)
        u, v = (rounded_chroma(plane + own.grey, like) for plane, like in ((u, picture.u), (v, picture.v)))
        return replace(picture, y=y, u=u, v=v, alpha=_together(picture.alpha, alpha), frame=None)

    def _kept(self, distance: Floats) -> Floats:
        similarity, blend = self._node.similarity, self._node.blend
        if not blend:
            return (distance > similarity).astype(np.float32)
        kept: Floats = np.clip((distance - similarity) / np.float32(blend), 0, 1)
        return kept

    def _spill(self, u: Floats, v: Floats, chroma: int) -> Floats:
        """How much light of the key's colour to take away, as a share of its own."""
        length = math.hypot(self._cb, self._cr)
        if not length:  # grey spills no colour
            return np.zeros_like(u)
        along = u * (self._cb / length) + v * (self._cr / length)
        across = np.abs(u * (self._cr / length) - v * (self._cb / length))
        return np.maximum(along - across * _COT_60, 0) * (self._node.despill / (length * chroma))


class LumaKeyStage:
    """Clears a lightness."""

    def __init__(self, node: LumaKey, place: Place) -> None:
        self._node = node

    def run(self, picture: Picture) -> Picture | None:
        """The picture without what is as light."""
        picture = picture.averaged().divided()
        own, node = codes(picture.y), self._node
        levels = (np.arange(own.top + 1) - own.black) / own.span
        outside = np.abs(levels - node.threshold) - node.tolerance
        kept = np.clip(outside / node.softness, 0, 1) if node.softness else (outside > 0).astype(float)
        kept = 1 - kept if node.invert else kept
        alpha = looked_up(picture.y, np.rint(own.top * kept).astype(picture.y.dtype))
        u, v = floats(picture.u) - own.grey, floats(picture.v) - own.grey
        u, v = _extended((u, v), floats(halve(alpha)) / own.top, picture)
        u, v = (rounded_chroma(plane + own.grey, like) for plane, like in ((u, picture.u), (v, picture.v)))
        return replace(picture, u=u, v=v, alpha=_together(picture.alpha, alpha), frame=None)


def _together(there: Plane | None, made: Plane) -> Plane:
    return made if there is None else times(there, made)


def _extended(chroma: tuple[Floats, Floats], kept: Floats, picture: Picture) -> tuple[Floats, Floats]:
    """Chroma where what is cleared has the colours of what is kept beside it, so that edges take none of the others."""
    weight = kept if picture.alpha is None else kept * (floats(picture.chroma_alpha) / codes(picture.u).top)
    around = cv2.boxFilter(weight, cv2.CV_32F, _REACH)
    scale = (1 - weight) / np.maximum(around, 1e-4)
    u, v = (plane * weight + cv2.boxFilter(plane * weight, cv2.CV_32F, _REACH) * scale for plane in chroma)
    return u, v

"""Film grain: noise that is made once, and lies elsewhere in each frame."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Grain
from cutroom.effects.pictures.levels import Codes, Floats, codes, looked_up, rounded_luma
from cutroom.effects.pictures.planes import Picture

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place

_PITCH = 1.5
"""Cells of the noise to the standard deviation of a grain."""
_SCALE = 32
"""Steps of the stored noise to its standard deviation."""


class GrainStage:
    """Adds grain to luma.

    Args:
        node: of this frame.
        place: where.
    """

    def __init__(self, node: Grain, place: Place) -> None:
        self._node = node
        self._place = place

    def run(self, picture: Picture) -> Picture | None:
        """The grainy picture."""
        picture = picture.averaged().divided()
        noise = self._noise(picture)
        strength = looked_up(picture.y, _strength(codes(picture.y), self._node.amount))
        y = cv2.add(cv2.multiply(strength, noise, dtype=cv2.CV_32F), picture.y, dtype=cv2.CV_32F)
        return replace(picture, y=rounded_luma(y, picture.y), frame=None)

    def _noise(self, picture: Picture) -> NDArray[np.int8]:
        """The noise of this frame on the picture."""
        width, height = self._place.width, self._place.height
        field = _field(self._node.grain, self._node.seed, width, height)
        lot = int(mixed(np.array([self._node.first + (self._node.seed << 32)]))[0])
        down, across = (int((lot >> shift) % 4096 / 4096 * height) for shift in (0, 12))
        rows, columns = (picture.y0 + down) % height, (picture.x + across) % height
        part = field[rows : rows + picture.height, columns : columns + picture.width]
        part = part[:: 1 if lot >> 24 & 1 else -1, :: 1 if lot >> 25 & 1 else -1]
        return np.ascontiguousarray(part)


def mixed(numbers: NDArray[Any]) -> NDArray[np.uint64]:
    """A hash of whole numbers: 64 bits each that look random, the same on every machine."""
    z = numbers.astype(np.int64).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    hashed: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return hashed


@lru_cache(maxsize=4)
def _field(grain: float, seed: int, width: int, height: int) -> NDArray[np.int8]:
    """Noise for a canvas moved by up to its height: (2 H, W + H); a square of it is repeated."""
    cells = max(8, round(_PITCH / grain))
    white = mixed(np.arange(cells * cells) + (seed + 1) * 0x1000003).view(np.uint16).reshape(cells, cells, 4)
    normal = (white.astype(np.float32).sum(axis=2) / 65535 - 2) * np.float32(math.sqrt(3))
    margin = 8
    round_about = cv2.copyMakeBorder(normal, margin, margin, margin, margin, cv2.BORDER_WRAP)
    soft = cv2.GaussianBlur(round_about, (0, 0), _PITCH)[margin:-margin, margin:-margin]
    soft = soft / soft.std()
    way = cv2.INTER_AREA if cells > height else cv2.INTER_CUBIC
    square = cv2.resize(soft, (height, height), interpolation=way)
    levels: NDArray[np.int8] = np.clip(np.rint(square * _SCALE), -127, 127).astype(np.int8)
    rows, columns = np.arange(2 * height) % height, np.arange(width + height) % height
    return levels[rows][:, columns]


@lru_cache(maxsize=16)
def _strength(own: Codes, amount: float) -> Floats:
    """How much of the stored noise comes to each code of luma: as film, most in the darker middle tones."""
    level = np.clip((np.arange(own.top + 1) - own.black) / own.span, 0, 1)
    shape = level**0.6 * (1 - level)
    strength: Floats = (shape / shape.max() * (amount * own.span / _SCALE)).astype(np.float32)
    return strength

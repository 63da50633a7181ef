"""What makes a channel of all three, in place, on planes of 16 bits."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from cutroom.effects.nodes import Matrix, Vibrance
from cutroom.effects.pictures.levels import Plane
from cutroom.effects.pictures.tones import PEAK

_LUMA = (0.2126, 0.7152, 0.0722)


def mix(node: Matrix, red: Plane, green: Plane, blue: Plane) -> None:
    """Do what a `Matrix` says."""
    made: dict[object, Plane] = {}
    wanted = list(zip(node.rows, node.offset, strict=True))
    for row, offset in wanted:
        if (row, offset) not in made:
            made[row, offset] = _sum(*_shares((red, green, blue), row, offset))
    for plane, one in zip((red, green, blue), wanted, strict=True):
        plane[...] = made[one]


def strengthen(node: Vibrance, red: Plane, green: Plane, blue: Plane) -> None:
    """Do what a `Vibrance` says."""
    largest, smallest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    apart = cv2.subtract(largest, smallest, dtype=cv2.CV_32F)
    factor = 1 + node.intensity - np.float32(node.intensity / PEAK) * apart
    luma = cv2.add(*_shares((red, green, blue), _LUMA, 0.0))
    for plane in (red, green, blue):
        plane[...] = _sum(cv2.subtract(plane, luma, dtype=cv2.CV_32F) * factor, luma)


def _shares(planes: Sequence[Plane], row: Sequence[float], offset: float) -> tuple[Plane, Plane]:
    """Two planes whose sum is the mixture."""
    red, green, blue = planes
    two = cv2.addWeighted(red, row[0], green, row[1], offset * PEAK, dtype=cv2.CV_32F)
    return two, cv2.addWeighted(blue, row[2], blue, 0.0, 0.0, dtype=cv2.CV_32F)


def _sum(one: Plane, other: Plane) -> Plane:
    """Rounded, cut to 0 … 1."""
    made: Plane = np.minimum(cv2.add(one, other, dtype=cv2.CV_16U), PEAK)
    return made

"""From what was drawn, red, green and blue, to the numbers of a picture: the one place where covers become codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.colour import from_rgb
from cutroom.effects.pictures.levels import Plane, black, dtype_of
from cutroom.effects.pictures.planes import halve
from cutroom.effects.segment import Depth
from cutroom.effects.text.drawing import Part

_Numbers = NDArray[np.float32]


def codes(part: Part, depth: Depth) -> list[Plane]:
    """The planes of what was drawn: Y', Cb and Cr times alpha, and alpha."""
    y, u, v, alpha = unrounded(part, depth)
    return rounded([y, halve(u), halve(v), alpha], depth)


def unrounded(part: Part, depth: Depth) -> list[_Numbers]:
    """Y', Cb and Cr times alpha, and alpha, all as large as what was drawn."""
    alpha, finer = part[3], 1 << depth - 8
    rows = (from_rgb() / 255 * finer * [[219], [224], [224]]).astype(np.float32)
    y, u, v = (
        share[0] * part[0] + share[1] * part[1] + share[2] * part[2] + np.float32(least) * alpha
        for share, least in zip(rows, black(depth), strict=True)
    )
    return [y, u, v, np.float32(256 * finer - 1) * alpha]


def rounded(planes: list[_Numbers], depth: Depth) -> list[Plane]:
    """Planes as whole numbers."""
    return [np.rint(plane).astype(dtype_of(depth)) for plane in planes]

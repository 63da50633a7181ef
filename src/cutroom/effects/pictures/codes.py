"""What the numbers of a plane mean: its dtype says how many bits a code has. And arithmetic that keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.colour import from_rgb
from cutroom.effects.pictures.levels import Plane
from cutroom.effects.pictures.planes import Picture

Floats = NDArray[Any]
"""float32 numbers."""
_TEN = 10


class Codes(NamedTuple):
    """Codes of limited range."""

    unit: int
    """How many codes there are to one of 8 bits."""
    depth: int
    """What OpenCV calls the planes' numbers."""

    @property
    def black(self) -> int:
        """Luma of black."""
        return 16 * self.unit

    @property
    def span(self) -> int:
        """Codes from black to white."""
        return 219 * self.unit

    @property
    def grey(self) -> int:
        """Cb and Cr of what has no colour."""
        return 128 * self.unit

    @property
    def chroma(self) -> int:
        """Codes from the least Cb or Cr to the most."""
        return 224 * self.unit

    @property
    def top(self) -> int:
        """The largest code; alpha of what is solid."""
        return 256 * self.unit - 1


def codes(plane: Plane) -> Codes:
    """Of 8 bits, or of 10 in 16."""
    return Codes(1, cv2.CV_8U) if plane.dtype == np.uint8 else Codes(1 << (_TEN - 8), cv2.CV_16U)


def rounded(values: Any, like: Plane, limits: tuple[int, int] | None = None) -> Plane:
    """Numbers as codes of a plane, correctly rounded.

    Args:
        values: (H, W), float32.
        like: a plane of the codes.
        limits: the least and the most; None: any code.
    """
    own = codes(like)
    made: Plane = cv2.addWeighted(values, 1, values, 0, 0, dtype=own.depth)
    if limits is not None:
        np.clip(made, *limits, out=made)
    elif own.unit > 1:
        np.minimum(made, own.top, out=made)
    return made


def rounded_luma(values: Any, like: Plane) -> Plane:
    """As `rounded`, between black and white."""
    own = codes(like)
    return rounded(values, like, (own.black, own.black + own.span))


def rounded_chroma(values: Any, like: Plane) -> Plane:
    """As `rounded`, between the least and the most Cb or Cr."""
    own = codes(like)
    return rounded(values, like, (own.black, own.black + own.chroma))


def remade(picture: Picture, planes: Sequence[Plane]) -> Picture:
    """The picture with other planes: luma, Cb, Cr, and alpha where there is a fourth."""
    y, u, v, *alpha = planes
    return replace(picture, y=y, u=u, v=v, alpha=alpha[0] if alpha else picture.alpha, frame=None)


def floats(plane: Plane) -> Floats:
    """The same numbers as float32."""
    return plane.astype(np.float32)


def looked_up(plane: Plane, table: NDArray[Any]) -> Any:
    """`table[plane]`, fast."""
    return cv2.LUT(plane, table) if plane.dtype == np.uint8 else np.take(table, plane, mode="clip")


def smoothstep(values: Any) -> Any:
    """From 0 at 0 to 1 at 1 without corners, and flat beyond."""
    t = np.clip(values, 0, 1)
    return t * t * (3 - 2 * t)


@cache
def ycc(colour: str) -> tuple[float, float, float]:
    """A colour "#rrggbb" as luma (0 to 1), Cb and Cr (-0.5 to 0.5).

    Example:
        >>> [round(value, 4) for value in ycc("#00ff00")]
        [0.7152, -0.3854, -0.4542]
    """
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    y, cb, cr = from_rgb() @ rgb
    return float(y), float(cb), float(cr)

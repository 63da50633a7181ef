"""What the numbers of a plane mean, which their type tells: codes of 8 bits or of 10. And arithmetic that keeps them.

Ten bits are the same scale made four times finer: black is 16 or 64, white 235 or 940, grey chroma 128 or 512. Alpha
goes from 0 to the largest number, 255 or 1023.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.segment import Depth

Plane = NDArray[Any]
"""Numbers of 8 bits (uint8) or of 10 (uint16), (rows, columns)."""
Floats = NDArray[Any]
"""float32 numbers."""
BLACK = (16, 128, 128)
SHOWN = 65535
"""What a mask of 16 bits holds where all is shown."""
_PEAK = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 1023}


def depth_of(plane: Plane) -> Depth:
    """Bits of its numbers."""
    return 8 if plane.dtype == np.uint8 else 10


def peak_of(plane: Plane) -> int:
    """The largest number that it may hold."""
    return _PEAK[plane.dtype]


def dtype_of(depth: Depth) -> type[np.uint8] | type[np.uint16]:
    """What NumPy keeps such numbers in."""
    return np.uint8 if depth == 8 else np.uint16


def black(depth: Depth) -> tuple[int, int, int]:
    """Y, Cb and Cr of black.

    Example:
        >>> black(8), black(10)
        ((16, 128, 128), (64, 512, 512))
    """
    return cast("tuple[int, int, int]", tuple(code << depth - 8 for code in BLACK))


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
    return Codes(1, cv2.CV_8U) if plane.dtype == np.uint8 else Codes(4, cv2.CV_16U)


def scaled(plane: Plane, factor: float, offset: float = 0.0) -> Plane:
    """plane * factor + offset, rounded, and kept between 0 and the largest number."""
    if plane.dtype == np.uint8:
        return cv2.convertScaleAbs(plane, alpha=factor, beta=offset)
    return within(cv2.addWeighted(plane, factor, plane, 0.0, offset, dtype=cv2.CV_16U))


def within(plane: Plane) -> Plane:
    """A plane of one's own, with no number above the largest one."""
    return plane if plane.dtype == np.uint8 else np.minimum(plane, np.uint16(1023), out=plane)


def in_codes(plane: Plane, depth: Depth) -> Plane:
    """Float numbers that are in range, as whole ones; faster than `rounded`."""
    if depth == 8:
        return cv2.convertScaleAbs(plane)
    return cv2.addWeighted(plane, 1.0, plane, 0.0, 0.0, dtype=cv2.CV_16U)


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


def added(left: Plane, right: Plane, depth: Depth) -> Plane:
    """Their sum, rounded; the largest number where it is larger."""
    if depth == 8:
        return cv2.add(left, right, dtype=cv2.CV_8U)
    return within(cv2.add(left, right, dtype=cv2.CV_16U))


def inverted(alpha: Plane) -> Plane:
    """How much is seen through it."""
    return cv2.bitwise_not(alpha) if alpha.dtype == np.uint8 else cv2.subtract(np.full_like(alpha, 1023), alpha)


def times(plane: Plane, alpha: Plane) -> Plane:
    """plane * alpha, where the largest number is one, rounded."""
    return cv2.multiply(plane, alpha, scale=1 / peak_of(alpha))


def over(below: Plane, above: Plane, alpha: Plane) -> Plane:
    """A plane of straight colours over another one, correctly rounded."""
    if alpha.dtype != np.uint8:
        share = cv2.multiply(above, alpha, scale=1 / 1023, dtype=cv2.CV_32F)
        return added(share, cv2.multiply(below, inverted(alpha), scale=1 / 1023, dtype=cv2.CV_32F), 10)
    total = np.multiply(above, alpha, dtype=np.uint16)
    total += np.multiply(below, cv2.bitwise_not(alpha), dtype=np.uint16)
    total += 128
    total += total >> 8  # with the shift below: division by 255, correctly rounded
    return (total >> 8).astype(np.uint8)


def deepened(plane: Plane) -> Plane:
    """8-bit code values as 10-bit ones."""
    return np.left_shift(plane, 2, dtype=np.uint16)

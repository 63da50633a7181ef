"""Arithmetic on planes of 8-bit and of 10-bit numbers; what they hold is told by their type.

Ten bits are the same scale made four times finer: black is 16 or 64, white 235 or 940, grey chroma 128 or 512. Alpha
goes from 0 to the largest number, 255 or 1023.
"""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.segment import Depth

Plane = NDArray[Any]
"""Numbers of 8 bits (uint8) or of 10 (uint16), (rows, columns)."""
BLACK = (16, 128, 128)
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


def scaled(plane: Plane, factor: float, offset: float = 0.0) -> Plane:
    """plane * factor + offset, rounded, and kept between 0 and the largest number."""
    if plane.dtype == np.uint8:
        return cv2.convertScaleAbs(plane, alpha=factor, beta=offset)
    return within(cv2.addWeighted(plane, factor, plane, 0.0, offset, dtype=cv2.CV_16U))


def within(plane: Plane) -> Plane:
    """A plane of one's own, with no number above the largest one."""
    return plane if plane.dtype == np.uint8 else np.minimum(plane, np.uint16(1023), out=plane)


def rounded(plane: Plane, depth: Depth) -> Plane:
    """Float numbers that are in range, as whole ones."""
    if depth == 8:
        return cv2.convertScaleAbs(plane)
    return cv2.addWeighted(plane, 1.0, plane, 0.0, 0.0, dtype=cv2.CV_16U)


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

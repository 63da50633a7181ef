"""From the colours of a source to those of the canvas: Y'CbCr of any matrix and range to BT.709, limited range.

Between two Y'CbCr encodings of the same R'G'B' the new Cb and Cr depend on the old Cb and Cr alone, so they are
computed where they stand; Y takes a share of both, brought up to its own grid from where they stand.
(swscale goes by way of R'G'B', and there moves chroma by half a pixel.)
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.levels import added, peak_of, scaled, within
from cutroom.effects.pictures.planes import Picture

_WEIGHTS = {
    "bt709": (0.2126, 0.0722),
    "bt601": (0.299, 0.114),
    "smpte240m": (0.212, 0.087),
    "fcc": (0.30, 0.11),
    "bt2020": (0.2627, 0.0593),
}
"""Shares of red and blue in luma, from which the rest of a matrix follows (ITU-T H.273, table 4)."""


def from_rgb(matrix: str = "bt709") -> NDArray[np.float64]:
    """R'G'B' (0 to 1) to Y' (0 to 1), Cb and Cr (-0.5 to 0.5)."""
    red, blue = _WEIGHTS[matrix]
    luma = np.array([red, 1 - red - blue, blue])
    return np.stack(
        [luma, (np.array([0, 0, 1]) - luma) / (2 * (1 - blue)), (np.array([1, 0, 0]) - luma) / (2 * (1 - red))]
    )


@lru_cache(maxsize=64)
def ycc(colour: str) -> tuple[float, float, float]:
    """A colour "#rrggbb" as luma (0 to 1), Cb and Cr (-0.5 to 0.5).

    Example:
        >>> [round(value, 4) for value in ycc("#00ff00")]
        [0.7152, -0.3854, -0.4542]
    """
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    y, cb, cr = from_rgb() @ rgb
    return float(y), float(cb), float(cr)


@lru_cache(maxsize=32)
def conversion(matrix: str, full: bool, white: float) -> NDArray[np.float64]:
    """Code values less their zero, to those of BT.709 limited range; both on the scale of 8 bits."""
    to_one = np.diag([1 / white, 1 / white, 1 / white] if full else [1 / 219, 1 / 224, 1 / 224])
    to_codes = np.diag([219.0, 224.0, 224.0])
    return to_codes @ from_rgb() @ np.linalg.inv(from_rgb(matrix)) @ to_one


def is_canvas(matrix: str, full: bool) -> bool:
    """Whether these are the canvas's own colours."""
    return matrix == "bt709" and not full


def to_canvas(picture: Picture, matrix: str, full: bool, white: int | None = None) -> Picture:
    """The picture in the canvas's colours; correctly rounded, alpha untouched.

    Args:
        picture: its depth is kept.
        matrix: of its colours.
        full: whether its range is full.
        white: the largest number of a full range; None: the largest that the picture's depth has.
    """
    if is_canvas(matrix, full):
        return picture
    finer = 1 << picture.depth - 8
    rows = conversion(matrix, full, (white or peak_of(picture.y)) / finer)
    offset = finer * (16.0 - rows[0, 0] * (0.0 if full else 16.0))
    if matrix == "bt709":
        y = scaled(picture.y, rows[0, 0], offset)
    else:
        y = added(
            cv2.addWeighted(picture.y, rows[0, 0], picture.y, 0.0, offset, dtype=cv2.CV_32F),
            upsampled(_mixed(picture, rows[0, 1], rows[0, 2], 0.0, cv2.CV_32F), picture.y.shape),
            picture.depth,
        )
    kind = cv2.CV_8U if picture.depth == 8 else cv2.CV_16U
    u, v = (within(_mixed(picture, rows[i, 1], rows[i, 2], 128.0, kind)) for i in (1, 2))
    return replace(picture, y=y, u=u, v=v, frame=None)


def _mixed(picture: Picture, u_share: float, v_share: float, offset: float, kind: int) -> NDArray[Any]:
    zero = (offset - 128 * (u_share + v_share)) * (1 << picture.depth - 8)
    return cv2.addWeighted(picture.u, u_share, picture.v, v_share, zero, dtype=kind)


def upsampled(plane: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """A chroma plane at luma's size: straight lines between chroma samples where they stand."""
    back = np.array([[0.5, 0, 0], [0, 0.5, -0.25]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(plane, back, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)

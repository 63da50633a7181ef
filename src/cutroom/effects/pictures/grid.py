"""Where the samples of a picture's planes stand on the canvas, and chroma planes brought up to luma's grid."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.planes import Picture, half

_RAISE = np.array([[0.5, 0, 0], [0, 0.5, -0.25]])


class Grid(NamedTuple):
    """Samples of a plane, in pixels of the canvas; pixel edges are whole numbers."""

    columns: NDArray[np.float32]
    """(1, W)"""
    rows: NDArray[np.float32]
    """(H, 1)"""


def luma_grid(picture: Picture) -> Grid:
    """Of Y."""
    return _grid(picture.x + 0.5, picture.y0 + 0.5, 1, picture.width, picture.height)


def chroma_grid(picture: Picture) -> Grid:
    """Of Cb and Cr: level with every other column of Y, between two rows."""
    return _grid(picture.x + 0.5, picture.y0 + 1.0, 2, half(picture.width), half(picture.height))


def _grid(x: float, y: float, step: int, width: int, height: int) -> Grid:
    columns = (x + step * np.arange(width)).astype(np.float32)
    return Grid(columns[None, :], (y + step * np.arange(height)).astype(np.float32)[:, None])


def raised(plane: Any, shape: tuple[int, ...]) -> Any:
    """A float plane at chroma's places, at luma's: straight lines between the samples."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(plane, _RAISE, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)

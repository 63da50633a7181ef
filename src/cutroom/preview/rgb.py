"""From a canvas frame to R'G'B' and JPEG. Child side only."""

from __future__ import annotations

from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.graph import FrameGraph

_TO_RGB = {
    "flags": "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp",
    "in_color_matrix": "bt709",
    "in_range": "limited",
    "out_range": "full",
    "in_h_chr_pos": "0",
    "in_v_chr_pos": "128",
}


def to_rgb(frame: av.VideoFrame, layout: str = "rgb24") -> NDArray[np.uint8]:
    """(height, width, 3) uint8 of a frame in BT.709, limited range; `layout` is `rgb24` or `bgr24`."""
    converted = FrameGraph(frame, [("scale", _TO_RGB), ("format", {"pix_fmts": layout})]).run(frame)
    array: NDArray[Any] = converted.to_ndarray()
    return array


def to_jpeg(frame: av.VideoFrame, quality: int) -> bytes:
    """The frame as a JPEG file."""
    _, data = cv2.imencode(".jpg", to_rgb(frame, "bgr24"), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data)


def black(width: int, height: int) -> NDArray[np.uint8]:
    """A black picture, (height, width, 3)."""
    return np.zeros((height, width, 3), np.uint8)

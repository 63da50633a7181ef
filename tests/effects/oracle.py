"""The ffmpeg program as a second opinion on what a filter does."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import imageio_ffmpeg
import numpy as np


def by_ffmpeg(
    picture: Sequence[np.ndarray], chain: str, format: str = "yuv420p", out: str = "yuv420p"
) -> list[np.ndarray]:
    """A picture's planes after a chain of filters; as BT.709, limited range, chroma on the left."""
    height, width = picture[0].shape
    tags = "setparams=colorspace=bt709:range=tv:chroma_location=left"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", format]
    command += ["-s", f"{width}x{height}", "-i", "-", "-vf", f"{tags},{chain}", "-f", "rawvideo", "-pix_fmt", out, "-"]
    data = b"".join(np.asarray(plane, np.uint8).tobytes() for plane in picture)
    made = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout
    shapes = [
        (height, width),
        *[((height + 1) // 2, (width + 1) // 2)] * 2,
        *[(height, width)] * out.startswith("yuva"),
    ]
    planes, at = [], 0
    for rows, columns in shapes:
        planes.append(np.frombuffer(made, np.uint8, rows * columns, at).reshape(rows, columns).astype(np.float64))
        at += rows * columns
    return planes


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """In dB, of 8-bit codes."""
    return float(10 * np.log10(255**2 / max(1e-9, np.mean((one.astype(float) - other) ** 2))))

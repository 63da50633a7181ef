"""Pictures for colour effects, and what the ffmpeg program makes of them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import imageio_ffmpeg
import numpy as np

FLAGS = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
TO_RGB = (
    f"scale=flags={FLAGS}:in_color_matrix=bt709:in_range=limited:out_range=full:in_h_chr_pos=0:in_v_chr_pos=128,"
    "format=gbrp16le"
)
FROM_RGB = (
    f"scale=flags={FLAGS}:in_range=full:out_color_matrix=bt709:out_range=limited:out_h_chr_pos=0:out_v_chr_pos=128,"
    "format=yuv420p"
)
WEIGHTS = np.array([0.2126, 0.7152, 0.0722])


def colourful(width: int = 320, height: int = 180) -> list[np.ndarray]:
    """Slowly changing hues of all lightnesses, within R'G'B', and a grey wedge, as planes of Y'CbCr 4:2:0."""
    rows, columns = np.mgrid[0:height, 0:width] / np.array([height, width])[:, None, None]
    waves = [
        0.5 + 0.44 * np.sin(6.28 * (columns * a + rows * b) + c) for a, b, c in ((1, 0.5, 0), (0.5, -1, 2), (-1, 1, 4))
    ]
    rgb = np.stack(waves, axis=-1)
    rgb[: height // 6] = columns[: height // 6, :, None]
    return to_planes(rgb)


def to_planes(rgb: np.ndarray) -> list[np.ndarray]:
    """R'G'B' from 0 to 1 as 8-bit Y'CbCr 4:2:0, chroma on the left."""
    y = rgb @ WEIGHTS
    u, v = (rgb[..., 2] - y) / 1.8556, (rgb[..., 0] - y) / 1.5748
    planes = [16 + 219 * y]
    for chroma in (u, v):
        rows = (chroma[0::2] + chroma[1::2]) / 2
        before = np.concatenate([rows[:, :1], rows[:, 1:-1:2]], axis=1)
        planes.append(128 + 224 * (before + 2 * rows[:, 0::2] + rows[:, 1::2]) / 4)
    return [np.rint(plane).astype(np.uint8) for plane in planes]


def to_rgb(planes: Sequence[np.ndarray]) -> np.ndarray:
    """R'G'B' of the middles of 2 by 2 pixels, for pictures that change slowly; not cut to 0 … 1."""
    y, u, v = (np.asarray(plane, float) for plane in planes)
    y = (y.reshape(u.shape[0], 2, u.shape[1], 2).mean(axis=(1, 3)) - 16) / 219
    ahead = [(np.concatenate([c[:, 1:], c[:, -1:]], axis=1) + 3 * c) / 4 for c in (u, v)]
    u, v = ((c - 128) / 224 for c in ahead)
    red, blue = y + 1.5748 * v, y + 1.8556 * u
    return np.stack([red, (y - WEIGHTS[0] * red - WEIGHTS[2] * blue) / WEIGHTS[1], blue], axis=-1)


def filtered(planes: Sequence[np.ndarray], graph: str, rgb: bool = True) -> list[np.ndarray]:
    """What the ffmpeg program makes of a picture; `rgb`: the filters work on R'G'B' of 16 bits."""
    height, width = planes[0].shape
    chain = f"{TO_RGB},{graph},{FROM_RGB}" if rgb else graph
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-f", "rawvideo", "-pix_fmt", "yuv420p"),
        *("-s", f"{width}x{height}", "-color_range", "tv", "-colorspace", "bt709", "-i", "-"),
        *("-vf", chain, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"),
    ]
    data = b"".join(np.ascontiguousarray(plane, np.uint8).tobytes() for plane in planes)
    raw = np.frombuffer(
        subprocess.run(command, input=data, capture_output=True, check=True, timeout=60).stdout, np.uint8
    )
    found, at = [], 0
    for plane in planes:
        found.append(raw[at : at + plane.size].reshape(plane.shape).astype(float))
        at += plane.size
    return found


def psnr(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> float:
    """Of the worst plane, in dB; 99 where all are equal."""
    errors = [np.mean((np.asarray(a, float) - b) ** 2) for a, b in zip(one, other, strict=True)]
    return min(99.0, float(10 * np.log10(255**2 / max(*errors, 1e-9))))

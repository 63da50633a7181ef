"""A .cube table on pictures: a table per channel, and a picture that FFmpeg's `haldclut` looks colours up in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.cube import Cube
from cutroom.effects.pictures.graph import CubeGraph
from cutroom.effects.pictures.tones import PEAK, Bend, Tone

FORMAT = "gbrp16le"


def channel_bend(cube: Cube) -> Bend:
    """What is done to each channel: all of a 1D table; of a 3D one, its domain brought to where `hald` has it."""
    if cube.table.ndim == 2:
        at = np.linspace(0, 1, cube.size, dtype=np.float32)
        return lambda x, i: np.interp(_within(cube, x, i), at, cube.table[:, i]).astype(np.float32)
    share = np.float32((cube.size - 1) / (_level(cube) ** 2 - 1) * 65535 / PEAK)  # `haldclut` has its white at 65535
    return lambda x, i: _within(cube, x, i) * share


def hald(cube: Cube) -> NDArray[np.uint16]:
    """The entries of a 3D table as `haldclut` wants them: (side, side, 3), red fastest.

    A hald picture has a square number of entries along each axis. The table takes the first ones, each in its own
    place, and the last is repeated behind it: so what is between entries is between the very same ones.
    """
    level = _level(cube)
    at = np.minimum(np.arange(level**2), cube.size - 1)
    entries = np.rint(np.clip(cube.table, 0, 1) * PEAK).astype(np.uint16)
    return entries[at[:, None, None], at[:, None], at].reshape(level**3, level**3, 3)


def hald_frame(picture: NDArray[np.uint16], order: Sequence[int] | None = None) -> av.VideoFrame:
    """A hald picture as `CubeGraph` wants it, or with its channels as planes in some order."""
    frame = av.VideoFrame(picture.shape[1], picture.shape[0], FORMAT)
    for plane, channel in zip(wide_views(frame), order or _order(), strict=True):
        plane[...] = picture[..., channel]
    return frame


@cache
def _order() -> tuple[int, ...]:
    """Which channel each plane of a table must hold.

    FFmpeg 9 takes the planes of a table of whole numbers for red, green and blue, while they are green, blue and red in
    pictures. It is asked with a table of one colour, so that it is right too once that has changed.
    """
    levels = (10000, 20000, 30000)
    table = hald_frame(np.full((8, 8, 3), levels, np.uint16), range(3))
    made = wide_views(CubeGraph(table, table).run(hald_frame(np.zeros((8, 8, 3), np.uint16), range(3))))
    plane_of = [levels.index(int(made[i][0, 0])) for i in (2, 0, 1)]  # the plane that came out as red, green, blue
    return tuple(plane_of.index(plane) for plane in range(3))


def wide_views(frame: av.VideoFrame) -> list[NDArray[Any]]:
    """The planes of a planar frame of 16 bits, without a copy: green, blue, red, and alpha where there is one."""
    return [
        np.frombuffer(plane, np.uint16).reshape(-1, plane.line_size // 2)[: plane.height, : plane.width]
        for plane in frame.planes
    ]


def _level(cube: Cube) -> int:
    return max(2, math.ceil(math.sqrt(cube.size)))


def _within(cube: Cube, x: Tone, channel: int) -> Tone:
    low, high = np.float32(cube.low[channel]), np.float32(cube.high[channel])
    inside: Tone = np.clip((x - low) / (high - low), 0, 1)
    return inside

"""A picture as an array of R'G'B' and back, by BT.709's own numbers, without dither: the same on every machine.

Chroma is brought up to luma's grid by straight lines from where it stands, and back as everywhere (`planes.halve`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.colour import from_rgb, upsampled
from cutroom.effects.pictures.levels import Plane, dtype_of, peak_of
from cutroom.effects.pictures.planes import Picture, halve
from cutroom.effects.segment import Depth


@lru_cache(maxsize=4)
def _to_codes(depth: Depth) -> NDArray[np.float64]:
    """From R'G'B' (0 to 1) to code values, as a matrix with an offset."""
    finer = 1 << depth - 8
    scale = finer * np.array([219.0, 224.0, 224.0])
    return np.column_stack([from_rgb() * scale[:, None], finer * np.array([16.0, 128.0, 128.0])])


@lru_cache(maxsize=4)
def _to_colours(depth: Depth) -> NDArray[np.float64]:
    """The way back."""
    there = _to_codes(depth)
    back = np.linalg.inv(there[:, :3])
    return np.column_stack([back, -back @ there[:, 3]])


def colours_of(picture: Picture) -> NDArray[np.float32]:
    """R'G'B' from 0 to 1, (H, W, 3)."""
    shape = picture.y.shape
    whole = cv2.merge(
        [
            picture.y.astype(np.float32),
            *(upsampled(plane.astype(np.float32), shape) for plane in (picture.u, picture.v)),
        ]
    )
    made: NDArray[np.float32] = np.clip(cv2.transform(whole, _to_colours(picture.depth)), 0, 1)
    return made


def planes_of(colours: NDArray[Any], depth: Depth) -> list[Plane]:
    """Luma, Cb and Cr of R'G'B' from 0 to 1, correctly rounded."""
    y, u, v = cv2.split(cv2.transform(colours.astype(np.float32, copy=False), _to_codes(depth)))
    kind = dtype_of(depth)
    return [np.rint(plane).astype(kind) for plane in (y, halve(u), halve(v))]


def whole(values: NDArray[Any], top: int) -> NDArray[Any]:
    """Numbers from 0 to 1 as whole ones from 0 to `top`."""
    return np.rint(values * np.float32(top)).astype(np.uint8 if top == 255 else np.uint16)


def share(plane: Plane) -> NDArray[np.float32]:
    """A plane of alpha from 0 to 1."""
    return plane.astype(np.float32) / np.float32(peak_of(plane))

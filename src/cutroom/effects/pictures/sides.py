"""What transitions do to one of their sides: a picture as large as the canvas, its colours multiplied by its alpha."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.levels import Plane, depth_of, peak_of
from cutroom.effects.pictures.planes import Picture, on_chroma


def tinted(picture: Picture, luma: int, strength: float) -> Picture:
    """The picture on its way to a grey, in its own shape: nothing left of it at strength 0.

    Args:
        picture: any.
        luma: of the grey, in 8 bits.
        strength: how much of the picture is left.
    """
    return _towards(picture, (luma, 128, 128), strength)


def greyed(picture: Picture, strength: float) -> Picture:
    """The picture on its way to black and white: no colour left at strength 0."""
    return _towards(picture, (None, 128, 128), strength)


def mosaic(picture: Picture, size: float) -> Picture:
    """Squares of one colour each, that of the pixel in their middle; as FFmpeg's `xfade` makes them.

    Args:
        picture: any.
        size: from 0 to 0.5; the squares have, in fifty steps, up to a twentieth of the canvas's shorter side.
    """
    step = math.ceil(size * 50 - 1e-9) / 50
    if step <= 0:
        return picture
    square = np.float32(2) * np.float32(step) * np.float32(min(picture.width, picture.height)) / np.float32(20)
    columns, rows = (_middles(length, square) for length in (picture.width, picture.height))

    def picked(plane: Plane, half: bool) -> Plane:
        if not half:
            return np.ascontiguousarray(plane[rows][:, columns])
        return np.ascontiguousarray(plane[rows[::2] // 2][:, columns[::2] // 2])

    return _each(picture, picked)


def blurred(picture: Picture, amount: float) -> Picture:
    """Smeared across by a box of up to the canvas's width.

    Args:
        picture: any.
        amount: the box's width, as a fraction of the canvas's.
    """

    def smeared(plane: Plane, half: bool) -> Plane:
        reach = round(amount * plane.shape[1] / 2)
        return cv2.blur(plane, (2 * reach + 1, 1), borderType=cv2.BORDER_REPLICATE) if reach else plane

    return _each(picture, smeared)


def shifted(picture: Picture, across: int, down: int) -> Picture:
    """Moved by whole pixels to the right and down; edges repeat. Between its samples, chroma is their mean."""

    def moved(plane: Plane, half: bool) -> Plane:
        for axis, step in ((1, across), (0, down)):
            if not half or step % 2 == 0:
                plane = _slid(plane, step // 2 if half else step, axis)
            else:
                plane = cv2.addWeighted(_slid(plane, step // 2, axis), 0.5, _slid(plane, step // 2 + 1, axis), 0.5, 0)
        return plane

    return _each(picture, moved)


def _slid(plane: Plane, step: int, axis: int) -> Plane:
    if not step:
        return plane
    length = plane.shape[axis]
    return np.ascontiguousarray(np.take(plane, np.clip(np.arange(length) - step, 0, length - 1), axis))


def squeezed(picture: Picture, size: float, *, across: bool) -> Picture:
    """Made narrower (or lower) about the middle; beyond its edges, these repeat.

    Args:
        picture: any.
        size: what is left of its width (or height), above 0.
        across: whether the width goes.
    """
    if size == 1:
        return picture
    axis = 0 if across else 1
    length = (picture.width, picture.height)[axis]
    back = np.eye(3)
    back[axis, axis], back[axis, 2] = 1 / size, (1 - 1 / size) * (length - 1) / 2
    chroma = on_chroma(back)

    def narrowed(plane: Plane, half: bool) -> Plane:
        goal = list(plane.shape[::-1])
        goal[axis] = max(1, round(size * goal[axis]))  # shrunk first: a warp alone would skip pixels
        share = goal[axis] / plane.shape[1 - axis]
        shrunk = np.eye(3)
        shrunk[axis, axis], shrunk[axis, 2] = share, (share - 1) / 2
        small = cv2.resize(plane, (goal[0], goal[1]), interpolation=cv2.INTER_AREA)
        return _moved(small, shrunk @ (chroma if half else back), (plane.shape[1], plane.shape[0]))

    return _each(picture, narrowed)


def zoomed(picture: Picture, part: float) -> Picture:
    """What is in the middle of it, as large as the canvas.

    Args:
        picture: any.
        part: how much of each side is seen; at 0, one point.
    """
    if part == 1:
        return picture
    middle = ((picture.width - 1) / 2, (picture.height - 1) / 2)
    back = np.array([[part, 0, (1 - part) * middle[0]], [0, part, (1 - part) * middle[1]], [0, 0, 1]])
    chroma = on_chroma(back)
    return _each(picture, lambda plane, half: _moved(plane, chroma if half else back, plane.shape[::-1]))


def _moved(plane: Plane, back: NDArray[np.float64], size: Sequence[int]) -> Plane:
    """A plane of that width and height, from where `back` says; edges repeat."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(plane.astype(np.float32), back[:2], size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    result: Plane = np.rint(moved).astype(plane.dtype)
    return result


def _middles(length: int, square: np.float32) -> NDArray[np.intp]:
    """For each pixel of a side the one in the middle of its square; in single precision, as `xfade` reckons."""
    middles = (np.floor(np.arange(length, dtype=np.float32) / square) + np.float32(0.5)) * square
    numbers: NDArray[np.intp] = np.minimum(middles, length - 1).astype(np.intp)
    return numbers


def _towards(picture: Picture, codes: Sequence[int | None], strength: float) -> Picture:
    if picture.alpha is not None:
        picture = picture.multiplied()
    planes = []
    for i, (plane, code) in enumerate(zip(picture.planes[:3], codes, strict=True)):
        if code is None:
            planes.append(plane)
            continue
        level = (1 - strength) * (code << depth_of(plane) - 8)
        if picture.alpha is None:
            planes.append(cv2.addWeighted(plane, strength, plane, 0, level))
        else:
            alpha = picture.chroma_alpha if i else picture.alpha
            planes.append(cv2.addWeighted(plane, strength, alpha, level / peak_of(plane), 0))
    y, u, v = planes
    return replace(picture, y=y, u=u, v=v, frame=None)


def _each(picture: Picture, change: Callable[[Plane, bool], Plane]) -> Picture:
    """Every plane changed; `change` is told whether it is one of chroma's size."""
    if picture.alpha is not None:
        picture = picture.multiplied()
    y, u, v = change(picture.y, False), change(picture.u, True), change(picture.v, True)
    alpha = None if picture.alpha is None else change(picture.alpha, False)
    alpha_uv = None if picture.alpha_uv is None else change(picture.alpha_uv, True)
    return replace(picture, y=y, u=u, v=v, alpha=alpha, alpha_uv=alpha_uv, frame=None)

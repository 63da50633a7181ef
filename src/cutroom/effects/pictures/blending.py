"""Blend modes: what a layer's colours become by what is below them (W3C Compositing and Blending Level 1, 9 and 10).

They are reckoned in R'G'B' as it is displayed, from 0 to 1 each, which is what people expect of them. With b below and
s of the layer:

    multiply b·s   screen b+s-b·s   darken min(b, s)   lighten max(b, s)   add min(1, b+s)   subtract max(0, b-s)
    difference |b-s|   exclusion b+s-2·b·s   dodge min(1, b/(1-s))   burn 1-min(1, (1-b)/s)
    hard_light multiply(b, 2·s) up to s = ½, screen(b, 2·s-1) above it   overlay: so with b and s exchanged
    soft_light b-(1-2·s)·b·(1-b) up to s = ½, b+(2·s-1)·(d-b) above it, d = ((16·b-12)·b+4)·b up to b = ¼, √b above

What is seen is (1-a)·s + a·blend(b, s), a being the alpha of what is below, put over that with the layer's own alpha:
where nothing is below, a mode changes nothing. Each plane becomes what is below plus what the mode changes of it, in
4:2:0; so where it changes nothing, every sample stays what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.colour import from_rgb, upsampled
from cutroom.effects.pictures.levels import Floats, Plane, added, depth_of, floats, peak_of
from cutroom.effects.pictures.planes import Picture, halve, overlap

Blend = Callable[[Plane, Plane], Plane]
"""From what is below and the layer to what they make, all of it R'G'B' in 8 or 16 bits, (H, W, 3)."""


def blended(below: Picture, picture: Picture) -> Picture | None:
    """The layer as it looks in its mode, to be drawn in the normal way; None where nothing of it is on the canvas.

    Args:
        below: the canvas.
        picture: the layer, of any mode but the normal one.
    """
    luma, here = overlap(picture.y.shape, below.y.shape, picture.x, picture.y0)
    chroma, there = overlap(picture.u.shape, below.u.shape, picture.x // 2, picture.y0 // 2)
    if below.y[luma].size == 0:
        return None
    layer = _part(picture, here, there).divided()
    under = _part(below, luma, chroma)
    straight = under.divided()
    backdrop = _to_rgb(straight)
    seen = MODES[picture.mode](_whole(backdrop, straight.y), _whole(_to_rgb(layer), layer.y))
    changes: Sequence[Floats] = cv2.split(
        cv2.transform(cv2.subtract(seen, backdrop, dtype=cv2.CV_32F), _from_rgb(seen.dtype.itemsize))
    )
    solid = [None] * 3 if under.alpha is None else [under.alpha, under.chroma_alpha, under.chroma_alpha]
    planes = []
    for i, (base, own, alpha) in enumerate(zip(straight.planes, layer.planes, solid, strict=False)):
        change = _halved(changes[i], layer.alpha) if i else changes[i]
        if alpha is None:
            planes.append(added(base, change, depth_of(base)))
        else:
            share = alpha.astype(np.float32) / peak_of(base)
            planes.append(added(own, (base + change - own) * share, depth_of(base)))
    x, y0 = luma[1].start, luma[0].start
    return replace(layer, y=planes[0], u=planes[1], v=planes[2], x=x, y0=y0, mode="normal", frame=None)


def _part(picture: Picture, luma: Any, chroma: Any) -> Picture:
    """What lies in some rows and columns."""
    return replace(
        picture,
        y=picture.y[luma],
        u=picture.u[chroma],
        v=picture.v[chroma],
        alpha=None if picture.alpha is None else picture.alpha[luma],
        alpha_uv=None if picture.alpha is None else picture.chroma_alpha[chroma],
        frame=None,
    )


def _to_rgb(picture: Picture) -> Floats:
    """R'G'B' of a straight picture, (H, W, 3), 0 to 255 or 65535; beyond that where the codes are no colours."""
    shape = picture.y.shape
    chroma = [floats(picture.u), floats(picture.v)]
    if picture.alpha is None:
        full = [upsampled(plane, shape) for plane in chroma]
    else:  # a sample of colour beside an edge takes nothing from the clear ones behind it
        solid = floats(picture.chroma_alpha)
        weight = np.maximum(upsampled(solid, shape), np.float32(1e-3))
        full = [upsampled(plane * solid, shape) / weight for plane in chroma]
    rgb = cv2.transform(cv2.merge([floats(picture.y), *full]), _matrix(picture.y.dtype.itemsize))
    result: Floats = rgb
    return result


def _halved(change: Floats, alpha: Plane | None) -> Floats:
    """A change at chroma's size; where the layer is clear, nothing changes."""
    if alpha is None:
        return halve(change)
    solid = floats(alpha)
    whole: Floats = halve(change * solid) / np.maximum(halve(solid), np.float32(1e-3))
    return whole


def _whole(rgb: Floats, like: Plane) -> Plane:
    """Rounded, and no darker than black and no lighter than white; in 8 bits, or in 16 for planes of more than 8."""
    return cv2.addWeighted(rgb, 1, rgb, 0, 0, dtype=cv2.CV_8U if like.dtype == np.uint8 else cv2.CV_16U)


@cache
def _matrix(size: int) -> NDArray[np.float64]:
    """From code values to R'G'B' of the same number of bytes, with an offset."""
    peak, unit = (255, 1) if size == 1 else (65535, 4)
    rows = np.linalg.inv(from_rgb()) @ np.diag([1 / 219, 1 / 224, 1 / 224]) * (peak / unit)
    return np.hstack([rows, -rows @ np.array([[16.0], [128], [128]]) * unit])


@cache
def _from_rgb(size: int) -> NDArray[np.float64]:
    """From differences in R'G'B' to those of code values."""
    peak, unit = (255, 1) if size == 1 else (65535, 4)
    return np.diag([219.0, 224.0, 224.0]) @ from_rgb() * (unit / peak)


def _peak(plane: Plane) -> int:
    return int(np.iinfo(plane.dtype).max)


def _multiply(below: Plane, layer: Plane) -> Plane:
    return cv2.multiply(below, layer, scale=1 / _peak(below))


def _screen(below: Plane, layer: Plane) -> Plane:
    return cv2.bitwise_not(_multiply(cv2.bitwise_not(below), cv2.bitwise_not(layer)))


def _exclusion(below: Plane, layer: Plane) -> Plane:
    """b·(1-s) + s·(1-b)."""
    return cv2.add(_multiply(below, cv2.bitwise_not(layer)), _multiply(layer, cv2.bitwise_not(below)))


def _hard_light(below: Plane, layer: Plane) -> Plane:
    peak = _peak(below)
    dark = cv2.multiply(below, layer, scale=2 / peak)
    light = cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(below), cv2.bitwise_not(layer), scale=2 / peak))
    np.copyto(dark, light, where=layer > peak // 2)
    return dark


def _dodge(below: Plane, layer: Plane) -> Plane:
    peak = _peak(below)
    result = cv2.divide(below, cv2.bitwise_not(layer), scale=peak)
    result[(layer == peak) & (below > 0)] = peak  # OpenCV takes a number divided by nothing for nothing
    return result


def _burn(below: Plane, layer: Plane) -> Plane:
    return cv2.bitwise_not(_dodge(cv2.bitwise_not(below), cv2.bitwise_not(layer)))


def _soft_light(below: Plane, layer: Plane) -> Plane:
    """Below plus (2·s-1) times one function of it where the layer is dark, and another one where it is light."""
    peak = _peak(below)
    dark, light = _soft_tables(peak)
    push = layer * np.float32(2 / peak) - np.float32(1)
    push *= np.where(push > 0, _looked_up(light, below), _looked_up(dark, below))
    return cv2.add(below, push, dtype=cv2.CV_8U if peak == 255 else cv2.CV_16U)


def _looked_up(table: Floats, levels: Plane) -> Floats:
    found: Plane = cv2.LUT(levels, table) if len(table) == 256 else table[levels]
    return found


@cache
def _soft_tables(peak: int) -> tuple[Floats, Floats]:
    levels = np.arange(peak + 1) / peak
    roots = np.where(levels <= 0.25, ((16 * levels - 12) * levels + 4) * levels, np.sqrt(levels))
    return (peak * levels * (1 - levels)).astype(np.float32), (peak * (roots - levels)).astype(np.float32)


MODES: Mapping[str, Blend] = {
    "multiply": _multiply,
    "screen": _screen,
    "overlay": lambda below, layer: _hard_light(layer, below),
    "darken": partial(cv2.min),
    "lighten": partial(cv2.max),
    "add": partial(cv2.add),
    "subtract": partial(cv2.subtract),
    "difference": partial(cv2.absdiff),
    "exclusion": _exclusion,
    "soft_light": _soft_light,
    "hard_light": _hard_light,
    "dodge": _dodge,
    "burn": _burn,
}
"""All but the normal one."""

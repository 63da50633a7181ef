"""Light that comes over a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from cutroom.effects.pictures.levels import Floats, codes, floats, rounded, rounded_chroma, rounded_luma
from cutroom.effects.pictures.planes import Picture, halve


class Solid(NamedTuple):
    """How solid light is, for layers that end."""

    y: Floats
    """(H, W), from 0 to 1"""
    uv: Floats


class Light(NamedTuple):
    """Light at the places of a picture's samples, in shares of the way from black to white."""

    y: Floats
    """(H, W), from 0 to 1"""
    u: Floats
    """Cb at chroma's places, from -0.5 to 0.5"""
    v: Floats
    solid: Solid | None = None


def shone(picture: Picture, light: Light) -> Picture:
    """The picture P with light L: P + L * (1 - luma of P).

    Args:
        picture: with straight colours or opaque; or multiplied ones, and light with alpha, which adds to it.
        light: what comes over it.
    """
    own = codes(picture.y)
    base: Floats | float = 1.0
    more: Floats | float = 0.0
    more_uv: Floats | float = 0.0
    alpha = picture.alpha
    if light.solid is not None and alpha is not None:
        base = floats(alpha) / own.top
        more = light.solid.y * (1 - base)
        more_uv = light.solid.uv * (1 - floats(picture.chroma_alpha) / own.top)
        alpha = rounded((base + more) * own.top, alpha)
    room = np.clip(1 - (floats(picture.y) - own.black * base) / own.span, 0, 1)
    room_uv = halve(room)
    y = floats(picture.y) + own.span * light.y * room + own.black * more
    u, v = (
        floats(plane) + own.chroma * part * room_uv + own.grey * more_uv
        for plane, part in ((picture.u, light.u), (picture.v, light.v))
    )
    if picture.premultiplied:
        y, u, v = (rounded(new, old) for new, old in zip((y, u, v), picture.planes, strict=False))
    else:
        y, u, v = rounded_luma(y, picture.y), rounded_chroma(u, picture.u), rounded_chroma(v, picture.v)
    return replace(picture, y=y, u=u, v=v, alpha=alpha, frame=None)


def blurred(plane: Floats, sigma: float) -> Floats:
    """A Gaussian blur; a wide one is made of fewer pixels."""
    step = max(1, int(sigma / 4))
    if step == 1:
        return cv2.GaussianBlur(plane, (0, 0), sigma)
    height, width = plane.shape
    small = (-(-width // step), -(-height // step))
    less = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
    across, down = small[0] / width * sigma, small[1] / height * sigma
    soft = cv2.GaussianBlur(less, (0, 0), sigmaX=across, sigmaY=down)
    return cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)

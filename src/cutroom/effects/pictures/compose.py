"""Putting layers on the canvas: 4:2:0, each plane at its own size, each result correctly rounded."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from cutroom.effects.pictures.blending import blended
from cutroom.effects.pictures.levels import SHOWN, Plane, added, codes, dtype_of, inverted, over, scaled, times
from cutroom.effects.pictures.planes import Picture, half, halve, new_frame, overlap
from cutroom.effects.segment import Depth


def canvas(width: int, height: int, below: Picture | None, depth: Depth = 8) -> Picture:
    """A canvas of one's own to draw on: a copy of what is below, as deep as it, or black."""
    if below is None:
        return Picture.of(new_frame(width, height, depth=depth))
    alpha_uv = None if below.alpha is None else below.chroma_alpha.copy()
    own = Picture.of(new_frame(width, height, below.planes))
    return replace(own, premultiplied=below.premultiplied, alpha_uv=alpha_uv)


def clear(width: int, height: int, depth: Depth = 8) -> Picture:
    """A canvas of one's own on which nothing is drawn yet: what is below it is seen."""
    kind = dtype_of(depth)
    y, alpha = (np.zeros((height, width), kind) for _ in "ya")
    u, v, alpha_uv = (np.zeros((half(height), half(width)), kind) for _ in "uva")
    return Picture(y, u, v, alpha, premultiplied=True, alpha_uv=alpha_uv)


def draw(target: Picture, picture: Picture) -> None:
    """Put a picture over a canvas of one's own, in place and in its mode."""
    if picture.mode != "normal":
        blended_picture = blended(target, picture)
        if blended_picture is None:
            return
        picture = blended_picture
    if target.alpha is not None:
        picture = picture.with_alpha().multiplied()
    alphas: list[Plane | None] = [None, None, None]
    if picture.alpha is not None:
        alphas = [picture.alpha, picture.chroma_alpha, picture.chroma_alpha, picture.alpha]
    layers = list(zip(target.planes, picture.planes, alphas, strict=False))
    if target.alpha_uv is not None:
        layers.append((target.alpha_uv, picture.chroma_alpha, picture.chroma_alpha))
    for i, (below, above, alpha) in enumerate(layers):
        step = 2 if i in {1, 2, 4} else 1
        there, here = overlap(above.shape, below.shape, picture.x // step, picture.y0 // step)
        part = below[there]
        if part.size:
            part[...] = _over(part, above[here], None if alpha is None else alpha[here], picture)


def mix(left: Picture, right: Picture, progress: float) -> Picture:
    """Two canvases blended in a straight line: all left at 0, all right at 1."""
    if left.alpha is not None or right.alpha is not None:
        left, right = left.with_alpha().multiplied(), right.with_alpha().multiplied()
    result = canvas(left.width, left.height, left)
    layers = list(zip(result.planes, left.planes, right.planes, strict=True))
    if result.alpha_uv is not None:
        layers.append((result.alpha_uv, left.chroma_alpha, right.chroma_alpha))
    for target, a, b in layers:
        target[...] = cv2.addWeighted(a, 1 - progress, b, progress, 0)
    return result


def mix_masked(left: Picture, right: Picture, mask: Plane) -> Picture:
    """Two canvases, each pixel its own share of both: all left where the mask is `SHOWN`, all right where it is 0."""
    if left.alpha is not None or right.alpha is not None:
        left, right = left.with_alpha().multiplied(), right.with_alpha().multiplied()
    result = canvas(left.width, left.height, left)
    small = halve(mask)
    layers = list(zip(result.planes, right.planes, (mask, small, small, mask), strict=False))
    if result.alpha_uv is not None:
        layers.append((result.alpha_uv, right.chroma_alpha, small))
    for target, other, share in layers:
        lead = cv2.subtract(target, other, dtype=cv2.CV_32F)
        lead = cv2.multiply(lead, share, scale=1 / SHOWN, dtype=cv2.CV_32F)
        target[...] = cv2.add(other, lead, dtype=codes(target).depth)
    return result


@dataclass(frozen=True)
class Ground:
    """What layers are drawn on.

    Args:
        width: of the canvas.
        height: of the canvas.
        is_clear: whether it is clear where nothing is drawn, as inside of a compound; else it is black.
        depth: bits of each number.
    """

    width: int
    height: int
    is_clear: bool
    depth: Depth = 8

    def blank(self) -> Picture:
        """A canvas of one's own with nothing on it."""
        if self.is_clear:
            return clear(self.width, self.height, self.depth)
        return canvas(self.width, self.height, None, self.depth)

    def over(self, below: Picture | None, picture: Picture | None) -> Picture | None:
        """A picture on what is below it; whatever is handed in is left alone."""
        if picture is None:
            return below
        if picture.fills(self.width, self.height):
            return picture
        target = self.blank() if below is None else canvas(self.width, self.height, below)
        draw(target, picture)
        return target


def _over(below: Plane, above: Plane, alpha: Plane | None, picture: Picture) -> Plane:
    opacity = picture.opacity
    if alpha is None:
        return above if opacity == 1 else cv2.addWeighted(above, opacity, below, 1 - opacity, 0)
    if picture.premultiplied:
        if opacity != 1:
            above, alpha = scaled(above, opacity), scaled(alpha, opacity)
        return added(times(below, inverted(alpha)), above, picture.depth)
    return over(below, above, alpha if opacity == 1 else scaled(alpha, opacity))

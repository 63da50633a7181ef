"""Glyphs as curves, curves as polygons, and polygons made fatter all around, as the outlines of titles are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.text.fill import NOTHING, Numbers, Outlines

_FINE = 0.05
"""Pixels that a polygon may lie beside its curve."""


class Curves(NamedTuple):
    """Closed outlines as cubic Bézier curves."""

    controls: Numbers
    """(n, 4, 2); each curve begins where the one before it ends."""
    starts: NDArray[np.int64]
    """Number of each outline's first curve."""

    def placed(self, scale: tuple[float, float], lean: float, x: float, y: float) -> Curves:
        """The same at another size and place.

        Args:
            scale: factors; a font counts y upwards, so the second one is negative.
            lean: what is added to x for each unit of y, before scaling.
            x: of the origin.
            y: of the origin.
        """
        points = self.controls
        if lean:
            points = points + np.stack([lean * points[..., 1], np.zeros_like(points[..., 1])], axis=-1)
        return Curves(points * np.array(scale) + np.array([x, y]), self.starts)


def polygons(curves: Curves) -> Outlines:
    """Curves as polygons that lie beside them by 1/20 of a pixel at most.

    Example:
        >>> line = lambda a, b: [a, a, b, b]
        >>> corners = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)]
        >>> triangle = Curves(np.array([line(corners[i - 1], corners[i]) for i in (1, 2, 0)]), np.array([0]))
        >>> polygons(triangle).points.tolist()
        [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0]]
    """
    a, b, c, d = (curves.controls[:, i] for i in range(4))
    if not len(a):
        return NOTHING
    first, second = a - 2 * b + c, b - 2 * c + d
    bend = np.sqrt(np.maximum((first**2).sum(axis=1), (second**2).sum(axis=1)))
    straight = ((a == b) & (c == d)).all(axis=1)
    counts = np.where(straight, 1, np.ceil(np.sqrt(0.75 * bend / _FINE)).clip(1, 100)).astype(np.int64)
    ends = np.cumsum(counts)
    number = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
    t = (number / np.repeat(counts, counts))[:, None]
    a, b, c, d = (np.repeat(points, counts, axis=0) for points in (a, b, c, d))
    u = 1 - t
    points = u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d
    return _distinct(Outlines(points, (ends - counts)[curves.starts]))


def _distinct(outlines: Outlines) -> Outlines:
    """Without points that stand on the next one, and polygons without an area."""
    kept = (outlines.points != outlines.points[outlines.following]).any(axis=1)
    owners = outlines.owners
    sizes = np.bincount(owners, kept, len(outlines.starts)).astype(np.int64)
    kept &= (sizes >= 3)[owners]
    sizes = sizes[sizes >= 3]
    return Outlines(outlines.points[kept], np.cumsum(sizes) - sizes)


def oriented(curves: Curves) -> Curves:
    """A font's glyph the way that a solid part runs when its y counts downwards; fonts come in both ways."""
    outlines = polygons(curves)
    points, after = outlines.points, outlines.points[outlines.following]
    if (points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]).sum() <= 0:
        return curves
    starts = len(curves.controls) - np.append(curves.starts[1:], len(curves.controls))
    return Curves(curves.controls[::-1, ::-1].copy(), starts[::-1].copy())


def together(parts: Sequence[Curves]) -> Curves:
    """All of some."""
    sizes = np.cumsum([0, *(len(part.controls) for part in parts)])
    starts = [part.starts + size for part, size in zip(parts, sizes, strict=False)]
    return Curves(np.concatenate([part.controls for part in parts]), np.concatenate(starts))


def fattened(outlines: Outlines, radius: float) -> Outlines:
    """Polygons that reach further by `radius` pixels all around, with round corners; holes become smaller, or close.

    What bends outwards gets an arc, what bends inwards the point at which both sides meet. Where a side is too short
    for that, the polygon goes by way of the corner itself: then it covers something twice, which `filled` counts once.
    """
    if not len(outlines.points) or radius <= 0:
        return outlines
    points, following = outlines.points, outlines.following
    before = np.empty_like(following)
    before[following] = np.arange(len(points))
    edge = points[following] - points
    length = np.sqrt((edge**2).sum(axis=1))
    ahead = edge / length[:, None]
    behind = ahead[before]
    normal = np.column_stack([ahead[:, 1], -ahead[:, 0]])
    last = normal[before]
    cross = behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0]
    dot = (behind * ahead).sum(axis=1)
    outwards = (cross > 0) | (dot < -1 + 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.abs(cross) / (1 + dot)  # tangent of half the angle
    meets = ~outwards & (radius * reach <= 0.5 * np.minimum(length, length[before]))
    turn = np.sqrt(((normal - last) ** 2).sum(axis=1))
    steps = 2 * np.floor(0.8 * turn / (2 * math.sqrt(2 * _FINE / max(radius, 2 * _FINE)))).astype(np.int64) + 2
    counts = np.where(outwards, np.where(turn < 1e-9, 1, steps + 1), np.where(meets, 1, 3))
    ends = np.cumsum(counts)
    which = np.repeat(np.arange(len(points)), counts)
    number = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
    middle = _unit(np.where(dot[:, None] > 0, last + normal, behind - ahead))
    share = (number / np.maximum(np.repeat(counts, counts) - 1, 1))[:, None]
    half = share < 0.5
    arc = _unit(
        np.where(half, last[which], middle[which]) * np.where(half, 1 - 2 * share, 2 - 2 * share)
        + np.where(half, middle[which], normal[which]) * np.where(half, 2 * share, 2 * share - 1)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        corner = (last + normal) / (1 + dot)[:, None]
    by_way = np.where((number == 0)[:, None], last[which], np.where((number == 1)[:, None], 0.0, normal[which]))
    away = np.where(outwards[which, None], arc, np.where(meets[which, None], corner[which], by_way))
    return Outlines(points[which] + radius * away, (ends - counts)[outlines.starts])


def _unit(vectors: Numbers) -> Numbers:
    length: Numbers = np.sqrt((vectors**2).sum(axis=1))
    return vectors / np.maximum(length, 1e-12)[:, None]

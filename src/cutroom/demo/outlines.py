"""Outlines of the shapes, where they lie in a picture, their boxes and how much of them can be seen.

An outline is (N, 2) float64 points, x to the right and y down, centred, the longer side of its box 2.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

CLASSES: tuple[str, ...] = ("circle", "square", "triangle", "star", "cross", "heart")
"""Names of the shapes; a class id is the position in this tuple."""

Points = NDArray[np.float64]


def outline(name: str) -> Points:
    """The outline of a class: (N, 2) points, x to the right and y down, centred, the longer side of its box 2.

    Example:
        >>> outline("square").min().round(6), outline("star").max().round(6)
        (np.float64(-1.0), np.float64(1.0))
    """
    return _fit(_OUTLINES[name]())


def polygon(corners: Points, *, rounding: float = 0.0) -> Points:
    """An outline from `corners`, each rounded over `rounding` times its shorter edge, fitted like `outline`."""
    return _fit(_rounded(corners, rounding))


def placed(points: Points, x: float, y: float, *, turn: float = 0.0, scale: float = 1.0) -> Points:
    """The outline's points in the picture: turned clockwise by `turn` degrees, scaled, moved to (x, y)."""
    angle = math.radians(turn)
    rotation = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    turned: Points = points @ rotation * scale + (x, y)
    return turned


def clipped_box(points: Points, width: int, height: int) -> tuple[float, float, float, float] | None:
    """The box (x1, y1, x2, y2) of the part of an outline that lies in the picture, or None when none does.

    Example:
        >>> clipped_box(placed(outline("square"), 0, 50, scale=10), 100, 100)
        (0.0, 40.0, 10.0, 60.0)
    """
    for axis, bound, sign in ((0, 0, 1), (0, width, -1), (1, 0, 1), (1, height, -1)):
        points = _clip(points, axis, bound, sign)
        if len(points) == 0:
            return None
    (x1, y1), (x2, y2) = points.min(axis=0), points.max(axis=0)
    return (float(x1), float(y1), float(x2), float(y2)) if x2 > x1 and y2 > y1 else None


def visible_shares(outlines: list[Points], width: int, height: int, *, step: int = 1) -> list[float]:
    """How much of each outline can be seen: inside the picture and not covered by later ones, 0 … 1.

    Args:
        outlines: placed outlines, in drawing order.
        width: of the picture.
        height: of the picture.
        step: measure on a grid this many pixels wide.
    """
    ids = np.zeros((math.ceil(height / step), math.ceil(width / step)), np.uint8)
    for number, points in enumerate(outlines, start=1):
        cv2.fillPoly(ids, [fixed_point(points / step)], (number,), cv2.LINE_8, 4)
    counts = np.bincount(ids.ravel(), minlength=len(outlines) + 1)[1:]
    areas = [max(1.0, _area(points) / step**2) for points in outlines]
    return [min(1.0, float(count) / area) for count, area in zip(counts, areas, strict=True)]


def fixed_point(points: Points) -> NDArray[np.int32]:
    """Points in OpenCV's 28.4 fixed point; its pixel centres lie on whole numbers, ours on halves."""
    return np.round((points - 0.5) * 16).astype(np.int32)


def _area(points: Points) -> float:
    x, y = points[:, 0], points[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _clip(points: Points, axis: int, bound: float, sign: int) -> Points:
    """One step of Sutherland-Hodgman: keep the side of one axis-parallel line, cutting the edges that cross it."""
    depth = (points[:, axis] - bound) * sign
    if bool((depth >= 0).all()):
        return points
    following, next_depth = np.roll(points, -1, axis=0), np.roll(depth, -1)
    crosses = (depth >= 0) != (next_depth >= 0)
    share = np.divide(depth, depth - next_depth, out=np.zeros_like(depth), where=crosses)
    both = np.stack([points, points + (following - points) * share[:, None]], axis=1)
    kept: Points = both[np.stack([depth >= 0, crosses], axis=1)]
    return kept


def _fit(points: Points) -> Points:
    low, high = points.min(axis=0), points.max(axis=0)
    fitted: Points = (points - (low + high) / 2) * (2 / float((high - low).max()))
    return fitted


def _rounded(corners: Points, amount: float, steps: int = 7) -> Points:
    """Replace every corner by a quadratic curve that starts and ends `amount` times the shorter edge away from it."""
    if amount <= 0:
        return corners
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    lengths = np.stack([np.hypot(*before.T), np.hypot(*after.T)])
    reach = (lengths.min(axis=0) * amount)[:, None]
    start, end = corners + before / lengths[0][:, None] * reach, corners + after / lengths[1][:, None] * reach
    t = np.linspace(0, 1, steps)[None, :, None]
    curve = start[:, None] * (1 - t) ** 2 + corners[:, None] * 2 * t * (1 - t) + end[:, None] * t**2
    rounded: Points = curve.reshape(-1, 2)
    return rounded


def ring(radii: list[float], first: float = -90.0) -> Points:
    """Corners at even angles around the centre with the given radii, from `first` degrees on, clockwise."""
    angles = np.radians(first + np.arange(len(radii)) * 360 / len(radii))
    corners: Points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.asarray(radii, float)[:, None]
    return corners


def _cross() -> Points:
    arm = 0.34
    quarter = [(-arm, -1.0), (arm, -1.0), (arm, -arm)]
    turns = [np.array([[c, s], [-s, c]]) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    return np.concatenate([np.array(quarter) @ turn for turn in turns])


def _heart() -> Points:
    t = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return np.stack([x, y], axis=1)


_OUTLINES = {
    "circle": lambda: ring([1.0] * 72),
    "square": lambda: _rounded(ring([1.0] * 4, -45), 0.14),
    "triangle": lambda: _rounded(ring([1.0] * 3), 0.16),
    "star": lambda: _rounded(ring([1.0, 0.47] * 5), 0.2),
    "cross": lambda: _rounded(_cross(), 0.18),
    "heart": _heart,
}

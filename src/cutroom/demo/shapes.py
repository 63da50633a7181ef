"""The shapes that the demo film shows and the bundled model knows: outlines, shaded sprites, drawing, boxes.

A shape is an outline in a unit frame (the longer side of its box is 2), baked once into a `Sprite` and then drawn at
any place, turn and size by one warp. `models/train.py` imports this module on its own, under an older Python too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CLASSES: tuple[str, ...] = ("circle", "square", "triangle", "star", "cross", "heart")
"""Names of the shapes; a class id is the position in this tuple."""

Points = NDArray[np.float64]
Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

_LIGHT = (-0.58, -0.81)  # towards the light, screen coordinates: above, a little to the left


def outline(name: str) -> Points:
    """The outline of a class: (N, 2) points, x to the right and y down, centred, the longer side of its box 2.

    Example:
        >>> outline("square").min().round(6), outline("star").max().round(6)
        (np.float64(-1.0), np.float64(1.0))
    """
    return _fit(_OUTLINES[name]())


def polygon(corners: Points, *, rounding: float = 0.0) -> Points:
    """An outline from `corners`, each rounded over `rounding` × its shorter edge, fitted like `outline`."""
    return _fit(_rounded(corners, rounding))


@dataclass(frozen=True)
class Sprite:
    """A shape baked at one size: how far inside a pixel is, which way its surface leans, and its shadow.

    Attributes:
        points: the outline in pixels around the centre (N, 2).
        colour: base colour, RGB.
        alpha: coverage (S, S) uint8.
        lean: slope of the bevelled surface towards x and y, at half resolution, two float32 planes.
        shadow: blurred coverage at half resolution, uint8, with room for the blur.
        height: strength of the shading, 0 flat … 1 glossy.
    """

    points: Points
    colour: Colour
    alpha: Image
    lean: tuple[NDArray[np.float32], NDArray[np.float32]]
    shadow: Image
    height: float


def bake(points: Points, size: float, colour: Colour, *, height: float = 1.0) -> Sprite:
    """Bake an outline (see `outline`) into a sprite whose longer side is `size` pixels."""
    scaled = points * (size / 2)
    reach = math.ceil(float(np.abs(scaled).max()) * 1.03) + 2
    reach += reach % 2  # so that half a side is a whole number
    side = 2 * reach
    alpha = np.zeros((side, side), np.uint8)
    cv2.fillPoly(alpha, [_fixed(scaled + reach)], (255,), cv2.LINE_AA, 4)
    half = cv2.resize(alpha, (reach, reach), interpolation=cv2.INTER_AREA)
    inside = cv2.distanceTransform(cv2.threshold(half, 127, 255, cv2.THRESH_BINARY)[1], cv2.DIST_L2, 5)
    bevel = np.minimum(inside * (1 / max(1.0, 0.16 * size)), 1.0)
    dome = cv2.GaussianBlur(1.0 - (1.0 - bevel) ** 2, (0, 0), max(0.5, 0.016 * size))
    steepness = size * 0.0085 * height
    lean = (cv2.Sobel(dome, cv2.CV_32F, 1, 0, scale=steepness), cv2.Sobel(dome, cv2.CV_32F, 0, 1, scale=steepness))
    pad = math.ceil(size * 0.1)
    shadow = cv2.copyMakeBorder(half, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.5, 0.03 * size))
    return Sprite(scaled, colour, alpha, lean, shadow, height)


def draw(
    canvas: Image,
    sprite: Sprite,
    x: float,
    y: float,
    *,
    turn: float = 0.0,
    scale: float = 1.0,
    shadow: float = 0.35,
) -> None:
    """Draw a sprite into an RGB canvas, in place.

    Args:
        canvas: (H, W, 3) uint8.
        sprite: what to draw.
        x: centre, pixels from the left.
        y: centre, pixels from the top.
        turn: clockwise degrees.
        scale: factor on the baked size.
        shadow: darkness of the drop shadow, 0 … 1.
    """
    size = float(np.ptp(sprite.points, axis=0).max()) * scale
    if shadow > 0:
        _shade(canvas, sprite, x + 0.035 * size, y + 0.075 * size, turn, scale, shadow)
    half = sprite.alpha.shape[0] / 2 * scale * _corner_reach(turn)
    window = _window(canvas, x, y, half)
    if window is None:
        return
    left, top, right, bottom = window
    extent = (right - left, bottom - top)
    matrix = _matrix(sprite.alpha.shape[0], x - left, y - top, turn, scale)
    cover = cv2.warpAffine(sprite.alpha, matrix, extent, flags=cv2.INTER_LINEAR)
    matrix = _matrix(sprite.alpha.shape[0] // 2, x - left, y - top, turn, scale * 2)
    surface = cv2.warpAffine(_surface(sprite, turn), matrix, extent, flags=cv2.INTER_LINEAR)
    below = canvas[top:bottom, left:right]
    surface = cv2.multiply(surface, cv2.cvtColor(cover, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    rest = cv2.multiply(below, cv2.cvtColor(255 - cover, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    cv2.add(surface, rest, dst=below)


def placed(points: Points, x: float, y: float, *, turn: float = 0.0, scale: float = 1.0) -> Points:
    """The outline's points in the picture: turned clockwise by `turn` degrees, scaled, moved to (x, y)."""
    angle = math.radians(turn)
    rotation = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return points @ rotation * scale + (x, y)


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
        cv2.fillPoly(ids, [_fixed(points / step)], (number,), cv2.LINE_8, 4)
    counts = np.bincount(ids.ravel(), minlength=len(outlines) + 1)[1:]
    areas = [max(1.0, _area(points) / step**2) for points in outlines]
    return [min(1.0, float(count) / area) for count, area in zip(counts, areas, strict=True)]


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


def _corner_reach(turn: float) -> float:
    angle = math.radians(turn)
    return abs(math.cos(angle)) + abs(math.sin(angle))


def _window(canvas: Image, x: float, y: float, half: float) -> tuple[int, int, int, int] | None:
    height, width = canvas.shape[:2]
    left, top = max(0, math.floor(x - half)), max(0, math.floor(y - half))
    right, bottom = min(width, math.ceil(x + half) + 1), min(height, math.ceil(y + half) + 1)
    return (left, top, right, bottom) if right > left and bottom > top else None


def _matrix(side: int, x: float, y: float, turn: float, scale: float) -> NDArray[np.float64]:
    centre = (side - 1) / 2
    matrix = cv2.getRotationMatrix2D((centre, centre), -turn, scale)
    matrix[:, 2] += (x - 0.5 - centre, y - 0.5 - centre)
    return matrix


def _shade(canvas: Image, sprite: Sprite, x: float, y: float, turn: float, scale: float, depth: float) -> None:
    window = _window(canvas, x, y, sprite.shadow.shape[0] * scale * _corner_reach(turn))
    if window is None:
        return
    left, top, right, bottom = window
    matrix = _matrix(sprite.shadow.shape[0], x - left, y - top, turn, scale * 2)
    cover = cv2.warpAffine(sprite.shadow, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    keep = 255 - cv2.convertScaleAbs(cover, alpha=depth)
    below = canvas[top:bottom, left:right]
    cv2.multiply(below, cv2.cvtColor(keep, cv2.COLOR_GRAY2RGB), dst=below, scale=1 / 255)


def _surface(sprite: Sprite, turn: float) -> Image:
    """The sprite's colour at half resolution, lit from the picture's upper left whichever way the shape is turned."""
    angle = math.radians(turn)
    light_x = _LIGHT[0] * math.cos(angle) + _LIGHT[1] * math.sin(angle)
    light_y = -_LIGHT[0] * math.sin(angle) + _LIGHT[1] * math.cos(angle)
    ramp = np.linspace(-0.3, 0.3, sprite.lean[0].shape[0], dtype=np.float32) * np.float32(sprite.height)
    facing = sprite.lean[0] * np.float32(-light_x) + ramp * np.float32(light_x)
    facing -= sprite.lean[1] * np.float32(light_y) - (ramp * np.float32(light_y))[:, None]
    level = cv2.convertScaleAbs(facing, alpha=100, beta=128)
    return cv2.merge([cv2.LUT(level, _tone(value)) for value in sprite.colour])


def _tone(value: int) -> Image:
    """What a colour value becomes at every light level: 128 is itself, below goes to shade, above to white."""
    light = (np.arange(256) - 128) / 100
    toned = np.where(light > 0, value + (255 - value) * np.clip(light * 0.62, 0, 0.8), value * (1 + light * 0.48))
    return np.clip(toned, 0, 255).astype(np.uint8)


def _fixed(points: Points) -> NDArray[np.int32]:
    """Points in OpenCV's 28.4 fixed point; its pixel centres lie on whole numbers, ours on halves."""
    return np.round((points - 0.5) * 16).astype(np.int32)


def _fit(points: Points) -> Points:
    low, high = points.min(axis=0), points.max(axis=0)
    fitted: Points = (points - (low + high) / 2) * (2 / float((high - low).max()))
    return fitted


def _rounded(corners: Points, amount: float, steps: int = 7) -> Points:
    """Replace every corner by a quadratic curve that starts and ends `amount` × the shorter edge away from it."""
    if amount <= 0:
        return corners
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    lengths = np.stack([np.hypot(*before.T), np.hypot(*after.T)])
    reach = (lengths.min(axis=0) * amount)[:, None]
    start, end = corners + before / lengths[0][:, None] * reach, corners + after / lengths[1][:, None] * reach
    t = np.linspace(0, 1, steps)[None, :, None]
    curve = start[:, None] * (1 - t) ** 2 + corners[:, None] * 2 * t * (1 - t) + end[:, None] * t**2
    return curve.reshape(-1, 2)


def ring(radii: list[float], first: float = -90.0) -> Points:
    """Corners at even angles around the centre with the given radii, from `first` degrees on, clockwise."""
    angles = np.radians(first + np.arange(len(radii)) * 360 / len(radii))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * np.asarray(radii, float)[:, None]


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

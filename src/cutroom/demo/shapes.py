"""The shapes that the demo film shows and the bundled model knows, as shaded sprites.

An outline (`outlines`) is baked once into a `Sprite` and then drawn at any place, turn and size by a few
warps. `models/train.py` imports this module on its own, under an older Python too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.demo.outlines import CLASSES, Points, fixed_point

__all__ = ["CLASSES", "Colour", "Image", "Sprite", "bake", "draw"]

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

_LIGHT = (-0.58, -0.81)  # towards the light, screen coordinates: above, a little to the left


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
    alpha = _coverage(scaled + reach, 2 * reach, 4 if size < 120 else 2)
    half = cv2.resize(alpha, (reach, reach), interpolation=cv2.INTER_AREA)
    inside = cv2.distanceTransform(cv2.threshold(half, 127, 255, cv2.THRESH_BINARY)[1], cv2.DIST_L2, 5)
    bevel = np.minimum(inside * (1 / max(1.0, 0.16 * size)), 1.0)
    dome = cv2.GaussianBlur(1.0 - (1.0 - bevel) ** 2, (0, 0), max(0.5, 0.016 * size))
    steepness = size * 0.0085 * height
    lean = (cv2.Sobel(dome, cv2.CV_32F, 1, 0, scale=steepness), cv2.Sobel(dome, cv2.CV_32F, 0, 1, scale=steepness))
    pad = math.ceil(size * 0.1)
    shadow = cv2.copyMakeBorder(half, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.5, 0.03 * size))
    return Sprite(scaled, colour, alpha, lean, np.asarray(shadow, np.uint8), height)


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
        place = (x + 0.035 * size, y + 0.075 * size)
        _shade(canvas, sprite, place, turn=turn, scale=scale, depth=shadow)
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
    surface = cv2.cvtColor(surface, cv2.COLOR_RGBA2RGB)
    below = canvas[top:bottom, left:right]
    surface = cv2.multiply(surface, cv2.cvtColor(cover, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    rest = cv2.multiply(below, cv2.cvtColor(255 - cover, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    cv2.add(surface, rest, dst=below)


def _coverage(points: Points, side: int, fine: int) -> Image:
    """How much of each pixel an outline covers, counted on a grid `fine` times as fine.

    OpenCV's own smooth edges would make every shape half a pixel larger all round.
    """
    grid = np.zeros((side * fine, side * fine), np.uint8)
    cv2.fillPoly(grid, [fixed_point(points * fine)], (255,), cv2.LINE_8, 4)
    return np.asarray(cv2.resize(grid, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


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
    matrix = np.asarray(cv2.getRotationMatrix2D((centre, centre), -turn, scale), np.float64)
    matrix[:, 2] += np.array([x - 0.5 - centre, y - 0.5 - centre])
    return matrix


def _shade(
    canvas: Image, sprite: Sprite, place: tuple[float, float], *, turn: float, scale: float, depth: float
) -> None:
    x, y = place
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
    """The sprite's colour at half resolution, lit from the picture's upper left whichever way the shape is turned.

    RGB and a fourth channel without meaning: OpenCV warps four channels in a third of the time that three take.
    """
    angle = math.radians(turn)
    light_x = _LIGHT[0] * math.cos(angle) + _LIGHT[1] * math.sin(angle)
    light_y = -_LIGHT[0] * math.sin(angle) + _LIGHT[1] * math.cos(angle)
    ramp = np.linspace(-0.3, 0.3, sprite.lean[0].shape[0], dtype=np.float32) * np.float32(sprite.height)
    facing = sprite.lean[0] * np.float32(-light_x) + ramp * np.float32(light_x)
    facing -= sprite.lean[1] * np.float32(light_y) - (ramp * np.float32(light_y))[:, None]
    level = cv2.convertScaleAbs(facing, alpha=100, beta=128)
    tones = [cv2.LUT(level, _tone(value)) for value in sprite.colour]
    return np.asarray(cv2.merge([*tones, tones[0]]), np.uint8)


def _tone(value: int) -> Image:
    """What a colour value becomes at every light level: 128 is itself, below goes to shade, above to white."""
    light = (np.arange(256) - 128) / 100
    toned = np.where(light > 0, value + (255 - value) * np.clip(light * 0.62, 0, 0.8), value * (1 + light * 0.48))
    return np.clip(toned, 0, 255).astype(np.uint8)

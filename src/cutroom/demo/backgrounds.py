"""Backgrounds for the demo film and the model's training pictures: gradients and textures, none of them a class.

Like `shapes`, this module needs nothing but NumPy and OpenCV.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.demo.shapes import Colour, Image

Rng = np.random.Generator
Field = NDArray[np.float32]


def background(kind: str, width: int, height: int, palette: list[Colour], rng: Rng) -> Image:
    """A background picture.

    Args:
        kind: one of `KINDS`.
        width: pixels.
        height: pixels.
        palette: two or more RGB colours, the deepest first.
        rng: source of all randomness.

    Returns:
        (height, width, 3) uint8 RGB.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> background("dunes", 64, 36, [(10, 20, 60), (240, 200, 160)], rng).shape
        (36, 64, 3)
    """
    colours = np.array(palette, np.float32)
    painted = _PAINTERS[kind](width, height, colours, rng)
    grain = rng.standard_normal((height, width), dtype=np.float32) * np.float32(1.6)
    return np.asarray(cv2.convertScaleAbs(np.maximum(painted + grain[..., None], 0)), np.uint8)


def cloud(width: int, height: int, rng: Rng, *, coarse: int = 3, octaves: int = 4) -> Field:
    """Fractal noise from 0 to 1: sums of ever finer random grids, `coarse` cells high at the coarsest."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        rows = coarse * 2**octave + 1
        columns = max(2, round(rows * width / height))
        grid = rng.random((rows, columns), dtype=np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(0.5**octave)
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def tinted(field: Field, colours: Field) -> Field:
    """Colours for a field from 0 to 1: its value runs through the palette."""
    stops = np.linspace(0, 255, len(colours))
    table = np.stack([np.interp(np.arange(256), stops, colours[:, channel]) for channel in range(3)], axis=1)
    levels = cv2.convertScaleAbs(np.clip(field, 0, 1), alpha=255)
    return np.asarray(cv2.LUT(cv2.merge([levels, levels, levels]), table.astype(np.float32)[None]), np.float32)


def _axes(width: int, height: int) -> tuple[Field, Field]:
    x = np.linspace(0, width / height, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    return x, y


def _dusk(width: int, height: int, colours: Field, rng: Rng) -> Field:
    """A plain gradient along a random direction, with a faint glow."""
    x, y = _axes(width, height)
    angle = rng.uniform(0.2, math.pi - 0.2)
    along = x * math.cos(angle) + y * math.sin(angle)
    along = (along - along.min()) / (along.max() - along.min())
    glow = np.exp(-((x - rng.uniform(0, width / height)) ** 2 + (y - rng.uniform(0, 1)) ** 2) * 3)
    return tinted(np.clip(along + 0.25 * (glow - 0.5), 0, 1).astype(np.float32), colours)


def _mist(width: int, height: int, colours: Field, rng: Rng) -> Field:
    """Soft clouds."""
    return tinted(cloud(width, height, rng, coarse=int(rng.integers(2, 4)), octaves=3), colours)


def _dunes(width: int, height: int, colours: Field, rng: Rng) -> Field:
    """Layers of hills under a sky, each nearer one deeper in colour."""
    x, y = _axes(width, height)
    picture = tinted(np.broadcast_to(0.72 + 0.28 * y, (height, width)), colours)
    layers = 5
    for layer in range(layers):
        ridge = np.full_like(x, 0.34 + 0.66 * layer / layers)
        for wave in range(1, 4):
            ridge += np.sin(x * rng.uniform(1.2, 3.2) * wave + rng.uniform(0, 6.3)) * np.float32(0.075 / wave)
        depth = np.clip((y - ridge) * 2, 0, 0.3)
        shade = np.clip(0.66 * (1 - layer / layers) - depth * 0.5, 0, 1)
        cover = np.clip((y - ridge) * (height / 2), 0, 1)[..., None]
        picture = picture * (1 - cover) + tinted(shade.astype(np.float32), colours) * cover
    return picture.astype(np.float32)


def _bands(width: int, height: int, colours: Field, rng: Rng) -> Field:
    """Broad slanting bands, softly edged."""
    x, y = _axes(width, height)
    angle = rng.uniform(0.3, 1.2) * rng.choice((-1.0, 1.0))
    along = (x * math.cos(angle) + y * math.sin(angle)) * rng.uniform(4, 8) + rng.uniform(0, 6)
    step = np.floor(along) + np.clip((along % 1 - 0.5) * 40 + 0.5, 0, 1)
    level = 0.5 + 0.5 * np.sin(step * 2.4)
    return tinted((0.25 + 0.5 * level + 0.2 * y).astype(np.float32), colours)


def _grid(width: int, height: int, colours: Field, rng: Rng) -> Field:
    """Graph paper on a gradient: fine lines, every fourth one stronger."""
    picture = _dusk(width, height, colours, rng)
    pitch = height / rng.uniform(14, 22)
    for number in range(math.floor((width - 1) / pitch) + 1):
        picture[:, int(number * pitch)] += 26 if number % 4 == 0 else 11
    for number in range(math.floor((height - 1) / pitch) + 1):
        picture[int(number * pitch)] += 26 if number % 4 == 0 else 11
    return np.clip(picture, 0, 255)


def _ripples(width: int, height: int, colours: Field, rng: Rng) -> Field:
    """Contour lines of a bumpy field, as on a map."""
    field = cloud(width, height, rng, coarse=2, octaves=2)
    lines = np.clip(1 - np.abs((field * rng.uniform(7, 12)) % 1 - 0.5) * 9, 0, 1)
    lined: Field = np.clip(tinted(field * 0.8, colours) + lines[..., None] * 20, 0, 255)
    return lined


_PAINTERS: dict[str, Callable[[int, int, Field, Rng], Field]] = {
    "dusk": _dusk,
    "mist": _mist,
    "dunes": _dunes,
    "bands": _bands,
    "grid": _grid,
    "ripples": _ripples,
}

KINDS: tuple[str, ...] = tuple(_PAINTERS)
"""Names of the backgrounds."""

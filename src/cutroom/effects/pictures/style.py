"""Stages that imitate lenses and drawing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from cutroom.effects.nodes import Edges, Flare, Vignette
from cutroom.effects.pictures.colour import ycc
from cutroom.effects.pictures.grid import Grid, chroma_grid, luma_grid, raised
from cutroom.effects.pictures.levels import Floats, Plane, codes, floats, rounded, smoothstep
from cutroom.effects.pictures.light import Light, shone
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.pictures.planes import Picture, halve

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place


class VignetteStage:
    """Darkens corners, by a table that is made once for each place of the layer."""

    def __init__(self, node: Vignette, place: Place) -> None:
        self._node = node
        self._kept: tuple[object, list[tuple[Floats, Floats]]] | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The darker picture."""
        picture = picture.averaged().divided()
        key = (picture.x, picture.y0, picture.width, picture.height, picture.placed, picture.y.dtype)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self._tables(picture)
        y, u, v = (
            rounded(cv2.add(cv2.multiply(plane, factor, dtype=cv2.CV_32F), offset), plane)
            for plane, (factor, offset) in zip(picture.planes, self._kept[1], strict=False)
        )
        return replace(picture, y=y, u=u, v=v, frame=None)

    def _tables(self, picture: Picture) -> list[tuple[Floats, Floats]]:
        own = codes(picture.y)
        luma, chroma = (self._factor(grid, picture.placed) for grid in (luma_grid(picture), chroma_grid(picture)))
        return [(luma, own.black * (1 - luma)), (chroma, own.grey * (1 - chroma)), (chroma, own.grey * (1 - chroma))]

    def _factor(self, grid: Grid, placement: Placement) -> Floats:
        (a, b, x), (c, d, y) = placement.matrix
        area = a * d - b * c
        left, top, right, bottom = placement.window
        across = ((grid.columns - x) * d - (grid.rows - y) * b) / area
        down = ((grid.rows - y) * a - (grid.columns - x) * c) / area
        # from -1 to 1 in what is left of the layer
        across = (2 * across - left - right) / (right - left)
        down = (2 * down - top - bottom) / (bottom - top)
        distance = np.sqrt((across**2 + down**2) / 2)
        node = self._node
        dark = smoothstep((distance - node.radius) / max(node.softness, 1e-6))
        factor: Floats = (1 - node.amount * dark).astype(np.float32)
        return factor


class FlareStage:
    """Draws the light of a lamp."""

    GHOSTS = ((0.45, 0.10, 0.10), (0.8, 0.05, 0.14), (1.35, 0.18, 0.07), (1.7, 0.08, 0.12), (2.1, 0.3, 0.05))
    """Where on the way through the centre (0 is the lamp, 1 the centre), radius in radii of the ring, strength."""

    def __init__(self, node: Flare, place: Place) -> None:
        self._node = node
        self._place = place
        self._kept: tuple[object, Light] | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The picture with the light."""
        picture = picture.averaged().divided()
        key = (picture.x, picture.y0, picture.width, picture.height)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self._light(picture)
        return shone(picture, self._kept[1])

    def _light(self, picture: Picture) -> Light:
        white, tinted = self._drawn(chroma_grid(picture))
        luma, cb, cr = ycc(self._node.colour)
        strength = np.float32(self._node.strength)
        y = np.clip(raised((white + luma * tinted) * strength, picture.y.shape), 0, 1)
        u, v = (np.clip(tinted * (share * strength), -0.5, 0.5) for share in (cb, cr))
        return Light(y, u, v)

    def _drawn(self, grid: Grid) -> tuple[Floats, Floats]:
        """White light, and light of the flare's colour."""
        node, place = self._node, self._place
        unit = node.flare * place.height
        lamp = (node.position_x * place.width / unit, node.position_y * place.height / unit)
        columns = (grid.columns - place.width / 2) / unit
        rows = (grid.rows - place.height / 2) / unit
        across, down = columns - lamp[0], rows - lamp[1]
        distance = np.sqrt(across**2 + down**2)
        white = np.exp(-((distance / 0.12) ** 2)) + 0.35 * np.exp(-distance / 0.15)
        tinted = 0.4 * np.exp(-distance / 0.4) + 0.15 * np.exp(-(((distance - 1) / 0.06) ** 2))
        tinted += 0.4 * np.exp(-((down / 0.03) ** 2)) * np.exp(-np.abs(across) / 1.2)
        for way, radius, strength in self.GHOSTS:
            x, y = ((1 - way) * at for at in lamp)
            away = np.sqrt((columns - x) ** 2 + (rows - y) ** 2)
            tinted += strength * smoothstep((radius - away) / (0.3 * radius))
        return white.astype(np.float32), tinted.astype(np.float32)


class EdgesStage:
    """Draws lines where luma changes."""

    _SOBEL = 0.7
    """Variance that the slope's own kernel adds to the blur's, in pixels squared."""

    def __init__(self, node: Edges, place: Place) -> None:
        self._node = node
        self._sigma = max(node.radius * place.height, 0.3)

    def run(self, picture: Picture) -> Picture | None:
        """The lines, on black or on the picture."""
        picture = picture.averaged()
        own = codes(picture.y)
        lit = floats(picture.multiplied().y)
        if picture.alpha is not None:
            lit -= floats(picture.alpha) * (own.black / own.top)
            picture = picture.divided()
        line = self._line(lit / own.span)
        line_uv = halve(line)
        luma, cb, cr = ycc(self._node.colour)
        y, u, v = (
            self._drawn(plane, part, dark, colour)
            for plane, part, dark, colour in (
                (picture.y, line, own.black, own.black + luma * own.span),
                (picture.u, line_uv, own.grey, own.grey + cb * own.chroma),
                (picture.v, line_uv, own.grey, own.grey + cr * own.chroma),
            )
        )
        return replace(picture, y=y, u=u, v=v, frame=None)

    def _line(self, luma: Floats) -> Floats:
        """How much of the line's colour each pixel has."""
        soft = cv2.GaussianBlur(luma, (0, 0), self._sigma, borderType=cv2.BORDER_REPLICATE)
        slopes = (cv2.Sobel(soft, cv2.CV_32F, *way, scale=1 / 8, borderType=cv2.BORDER_REPLICATE) for way in _WAYS)
        step = cv2.magnitude(*slopes) * math.sqrt(2 * math.pi * (self._sigma**2 + self._SOBEL))
        line: Floats = smoothstep(step / self._node.threshold - 1)
        return line

    def _drawn(self, plane: Plane, line: Floats, dark: float, colour: float) -> Plane:
        under: Any = dark if self._node.mode == "wires" else plane
        return rounded(line * np.float32(colour) + (1 - line) * under, plane)


_WAYS = ((1, 0), (0, 1))

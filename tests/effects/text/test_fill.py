"""Covers of outlines: exact where they are known, and as FreeType draws the same letters."""

from __future__ import annotations

import io
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from cutroom.effects.text.fill import Outlines, filled
from cutroom.effects.text.fonts import bundled
from cutroom.effects.text.outline import Curves, fattened, polygons


def shape(*polygons_: list[tuple[float, float]]) -> Outlines:
    starts = np.cumsum([0, *(len(points) for points in polygons_)])[:-1]
    return Outlines(np.array([point for points in polygons_ for point in points], float), starts)


def box(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def test_a_box_covers_just_its_area() -> None:
    cover = filled(shape(box(1.25, 0.5, 3.5, 2.0)), 5, 3)
    assert np.allclose(cover, [[0, 0.375, 0.5, 0.25, 0], [0, 0.75, 1, 0.5, 0], [0] * 5])


def test_a_triangle_covers_shares_of_pixels() -> None:
    assert np.allclose(filled(shape([(0, 0), (2, 0), (0, 2)]), 3, 3), [[1, 0.5, 0], [0.5, 0, 0], [0] * 3])


def test_a_hole_is_a_hole_and_what_lies_twice_counts_once() -> None:
    ring = shape(box(0, 0, 4, 4), box(1, 1, 3, 3)[::-1])
    assert filled(ring, 4, 4).sum() == 12
    assert filled(shape(box(0, 0, 3, 3), box(1, 1, 4, 4)), 4, 4).sum() == 14


@pytest.mark.parametrize(("x", "y"), [(-2.5, 0), (0, -2.5), (2.5, 0), (0, 2.5), (-9, -9), (9, 9), (-1.5, 1.5)])
def test_what_lies_outside_changes_nothing_inside(x: float, y: float) -> None:
    whole = filled(shape([(10.2, 10.1), (13.9, 11.3), (11.7, 13.8)]).moved(x, y), 40, 40)
    part = filled(shape([(0.2, 0.1), (3.9, 1.3), (1.7, 3.8)]).moved(x, y), 4, 4)
    assert np.allclose(part, whole[10:14, 10:14], atol=1e-6)


def test_a_circle_has_the_area_of_one() -> None:
    k = 0.5522847498
    quarter = [((0, -1), (k, -1), (1, -k), (1, 0)), ((1, 0), (1, k), (k, 1), (0, 1))]
    quarter += [((0, 1), (-k, 1), (-1, k), (-1, 0)), ((-1, 0), (-1, -k), (-k, -1), (0, -1))]
    circle = polygons(Curves(np.array(quarter, float), np.array([0])).placed((50, 50), 0, 64, 64))
    assert filled(circle, 128, 128).sum() == pytest.approx(np.pi * 50**2, rel=2e-3)
    for radius in (3.0, 10.0):
        assert filled(fattened(circle, radius), 128, 128).sum() == pytest.approx(np.pi * (50 + radius) ** 2, rel=2e-3)


def test_a_box_grows_by_its_sides_and_round_corners() -> None:
    grown = filled(fattened(shape(box(20, 20, 40, 30)), 5), 60, 50)
    assert grown.sum() == pytest.approx(20 * 10 + 5 * 60 + np.pi * 25, rel=2e-3)


def test_holes_shrink_and_close() -> None:
    ring = shape(box(10, 10, 50, 50), box(20, 20, 40, 40)[::-1])
    assert filled(fattened(ring, 4), 60, 60)[30, 30] == 0
    assert filled(fattened(ring, 4), 60, 60)[22, 22] == 1
    assert filled(fattened(ring, 4), 60, 60).sum() == pytest.approx(40 * 40 + 4 * 160 + np.pi * 16 - 12 * 12, rel=1e-3)
    assert (filled(fattened(ring, 11), 60, 60)[10:50, 10:50] == 1).all()


@pytest.mark.parametrize("character", ["O", "g", "&", "W", "ض"])
@pytest.mark.parametrize("stroke", [0, 7])
def test_letters_are_as_freetype_draws_them(character: str, stroke: int) -> None:
    data = (files("cutroom.effects.text") / "fonts" / "DejaVuSans-Bold.ttf").read_bytes()
    size, font = 200, bundled()[0]
    free = ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)
    image = Image.new("L", (400, 400))
    ImageDraw.Draw(image).text((80, 280), character, fill=255, font=free, stroke_width=stroke, anchor="ls")
    theirs = np.asarray(image, float) / 255
    number = font.glyph(character)
    assert number is not None
    scale = size / font.upem
    outline = polygons(font.curves(number).placed((scale, -scale), 0, 80, 280))
    ours = filled(fattened(outline, stroke), 400, 400)
    perimeter = np.sqrt((np.diff(outline.points, axis=0) ** 2).sum(axis=1)).sum()
    assert np.abs(ours - theirs).sum() < 0.25 * perimeter  # hinting moves edges by a fraction of a pixel
    assert ((ours > 0.99) & (theirs < 0.01)).sum() == ((ours < 0.01) & (theirs > 0.99)).sum() == 0

"""Outlines, boxes and drawing."""

from __future__ import annotations

import numpy as np
import pytest

from cutroom.demo.outlines import CLASSES, clipped_box, outline, placed, polygon, ring, visible_shares
from cutroom.demo.shapes import bake, draw


@pytest.mark.parametrize("name", CLASSES)
def test_an_outline_is_centred_and_two_wide(name: str) -> None:
    points = outline(name)
    low, high = points.min(axis=0), points.max(axis=0)
    assert np.allclose(low + high, 0, atol=1e-9)
    assert (high - low).max() == pytest.approx(2)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(("x", "y", "turn"), [(100, 90, 0), (100, 90, 37), (8, 90, 120), (190, 175, 300)])
def test_a_box_holds_exactly_the_pixels_that_were_drawn(name: str, x: float, y: float, turn: float) -> None:
    canvas = np.full((180, 200, 3), 255, np.uint8)
    sprite = bake(outline(name), 70, (30, 30, 30))
    draw(canvas, sprite, x, y, turn=turn, shadow=0)
    rows, columns = np.nonzero(canvas.min(axis=2) < 143)  # half covered
    box = clipped_box(placed(sprite.points, x, y, turn=turn), 200, 180)
    assert box is not None
    drawn = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.abs(np.array(box) - drawn).max() <= 2.0  # the tip of the heart is thinner than a pixel
    assert np.abs(np.array(box) - drawn).mean() <= 0.8


def test_the_light_stays_above_however_a_shape_is_turned() -> None:
    for turn in (0, 90, 180, 270):
        canvas = np.full((120, 120, 3), 200, np.uint8)
        draw(canvas, bake(outline("circle"), 80, (90, 140, 220)), 60, 60, turn=turn, shadow=0)
        assert int(canvas[30, 60].sum()) > int(canvas[90, 60].sum()) + 60


def test_nothing_is_drawn_or_boxed_outside_the_picture() -> None:
    canvas = np.full((60, 60, 3), 200, np.uint8)
    sprite = bake(outline("heart"), 30, (200, 0, 0))
    draw(canvas, sprite, -80, 30)
    assert (canvas == 200).all()
    assert clipped_box(placed(sprite.points, -80, 30), 60, 60) is None


def test_a_cut_off_outline_keeps_the_box_of_its_visible_part() -> None:
    corners = polygon(ring([1.0] * 4, -45)) * 10
    assert clipped_box(placed(corners, 0, 0), 100, 100) == pytest.approx((0, 0, 10, 10))
    heart = placed(outline("heart") * 20, 50, -8)  # only its tip is left in the picture
    left, top, right, bottom = clipped_box(heart, 100, 100) or (0, 0, 0, 0)
    assert top == 0
    assert bottom == pytest.approx(heart[:, 1].max())
    assert 2 < right - left < 20


def test_visible_shares_count_what_is_covered_and_what_is_outside() -> None:
    square = polygon(ring([1.0] * 4, -45)) * 20
    below, above, outside = placed(square, 50, 50), placed(square, 70, 50), placed(square, 0, 100)
    shares = visible_shares([below, above, outside], 200, 200)
    assert shares == pytest.approx([0.5, 1.0, 0.5], abs=0.06)

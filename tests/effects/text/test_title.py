from __future__ import annotations

import numpy as np
import pytest

from cutroom.effects.text.lettering import require_glyphs
from cutroom.effects.text.title import draw_title
from cutroom.errors import ValidationError
from cutroom.schema.clip import TitleStyle


def _box(picture):
    rows, columns = np.nonzero(picture[..., 3] > 10)
    return columns.min(), rows.min(), columns.max(), rows.max()


def test_text_stands_in_the_middle_by_default():
    left, top, right, bottom = _box(draw_title("HHHH", TitleStyle(), (640, 360)))
    assert (left + right) / 2 == pytest.approx(319.5, abs=2)
    assert (top + bottom) / 2 == pytest.approx(180, abs=6)


def test_position_and_size_are_fractions_of_the_canvas():
    small = _box(draw_title("HH", TitleStyle(size=0.1, outline=0, position=(-0.2, 0.25)), (640, 360)))
    large = _box(draw_title("HH", TitleStyle(size=0.1, outline=0, position=(-0.2, 0.25)), (1280, 720)))
    assert [2 * side for side in small] == pytest.approx(large, abs=3)
    assert (small[0] + small[2]) / 2 == pytest.approx(0.3 * 640, abs=2)
    assert small[3] - small[1] == pytest.approx(0.1 * 360 * 0.72, abs=4)  # capitals are about 0.7 of the size


def test_colours_outline_and_background():
    style = TitleStyle(size=0.5, colour="#ff0000", outline=0.02, outline_colour="#00ff00", background="#0000ff80")
    picture = draw_title("I", style, (320, 180))
    colours = {tuple(int(c) for c in pixel) for pixel in picture.reshape(-1, 4)}
    assert (255, 0, 0, 255) in colours
    assert (0, 255, 0, 255) in colours
    assert (0, 0, 255, 128) in colours
    assert (0, 0, 0, 0) in colours


def test_long_lines_break_and_stay_within_the_width():
    style = TitleStyle(max_width=0.5, outline=0)
    left, top, right, bottom = _box(draw_title("one two three four five six seven", style, (640, 360)))
    assert right - left <= 320
    assert bottom - top > 2 * 0.09 * 360
    word = _box(draw_title("x" * 80, style, (640, 360)))
    assert word[2] - word[0] <= 320


@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_lines_are_aligned(align):
    picture = draw_title("HHHHHHHH\nH", TitleStyle(align=align, outline=0), (640, 360))
    rows = np.flatnonzero((picture[..., 3] > 10).any(axis=1))
    split = rows[np.flatnonzero(np.diff(rows) > 1)[0]] + 1
    first, second = (_box(part) for part in (picture[:split], picture[split:]))
    expected = {"left": first[0], "right": first[2] - (second[2] - second[0])}
    expected["center"] = (expected["left"] + expected["right"]) / 2
    assert second[0] == pytest.approx(expected[align], abs=2)


def test_a_letter_that_the_font_lacks_is_named():
    with pytest.raises(ValidationError, match="漢"):
        require_glyphs("漢字")
    require_glyphs("All of “this”, 0123 & more! Привет, Ελλάδα, garçon, Übung ★")


def test_an_empty_title_draws_nothing(studio):
    assert not draw_title(" \n", TitleStyle(), (64, 64)).any()
    below = studio.clip(studio.film(studio.flat(80), 3), "1/10")
    document = studio.document(studio.track(below), studio.track(studio.title(" ", "1/10")))
    assert (studio.frames(document)[0][0] == 80).all()


def test_a_title_lies_over_the_picture_in_the_right_colours(studio):
    below = studio.clip(studio.film(studio.flat(60, 90, 160), 3), "1/10")
    title = studio.title("I", "1/10", size=0.9, colour="#00ff00", outline=0)
    y, u, v = studio.frames(studio.document(studio.track(below), studio.track(title)))[0]
    assert (y[90, :100] == 60).all()
    green = 16 + 219 * 0.7152
    inside = np.abs(y - green) <= 1
    assert inside.sum() > 500
    where = inside[::2, ::2]
    assert np.median(u[where]) == pytest.approx(128 - 224 * 0.7152 / 1.8556, abs=1)
    assert np.median(v[where]) == pytest.approx(128 - 224 * 0.7152 / 1.5748, abs=1)


def test_half_clear_colours_blend(studio):
    below = studio.clip(studio.film(studio.flat(60), 3), "1/10")
    title = studio.title("I", "1/10", size=0.9, colour="#ffffff80", outline=0)
    y = studio.frames(studio.document(studio.track(below), studio.track(title)))[0][0]
    assert y.max() == pytest.approx(60 + (235 - 60) * 128 / 255, abs=1)


def test_effects_work_on_titles(studio):
    plain = studio.title("HH", "1/10", outline=0)
    dark = studio.title("HH", "1/10", [studio.effect("brightness", value=-0.5)], outline=0)
    soft = studio.title("HH", "1/10", [studio.effect("blur", radius=0.03)], outline=0)
    moved = studio.title("HH", "1/10", [studio.effect("transform", position_x=0.1, position_y=0.1)], outline=0)
    shown = [studio.picture(clip)[0] - 16 for clip in (plain, dark, soft, moved)]
    assert shown[0].max() == 219
    assert shown[1].max() == pytest.approx(219 / 2, abs=1)
    assert shown[2].max() < 200
    assert shown[2].sum() == pytest.approx(shown[0].sum(), rel=0.05)
    assert np.array_equal(shown[3][18:, 32:], shown[0][:-18, :-32])

"""How titles look: shadow, box, spacing, where they are anchored, sizes of their own, what is written yet."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.text.title import Now, draw_title
from cutroom.schema.clip import TextSpan, TitleStyle
from cutroom.schema.curve import Keyframe
from cutroom.schema.effect import Effect

SIZE = (640, 360)


def box(picture: np.ndarray, least: int = 127) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(picture[..., 3] > least)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_a_shadow_lies_where_its_offset_says_and_is_as_soft_as_its_blur() -> None:
    plain = TitleStyle(size=0.4, outline=0, shadow="#ff0000", shadow_offset=(0.1, 0.05), shadow_blur=0)
    without = draw_title("I", plain.replace(shadow=None), SIZE)
    hard, soft = draw_title("I", plain, SIZE), draw_title("I", plain.replace(shadow_blur=0.02), SIZE)
    red = (hard[..., 0] > 200) & (hard[..., 1] < 50) & (hard[..., 3] > 200)
    rows, columns = np.nonzero(red)
    _, _, right, bottom = box(without)
    assert (columns.max() + 1 - right, rows.max() + 1 - bottom) == pytest.approx((36, 18), abs=1)
    assert np.array_equal(hard[without[..., 3] == 255], without[without[..., 3] == 255])
    edge = soft[180 + 18, :, 3].astype(float)
    rising = np.flatnonzero((edge > 20) & (edge < 235) & (np.arange(640) > right + 18))
    assert 6 < len(rising) < 24  # a Gaussian of 7.2 pixels
    assert soft[..., 3].sum() > without[..., 3].sum()
    assert draw_title("I", plain.replace(shadow="#ff000080"), SIZE)[red, 3].max() == 128


def test_a_box_reaches_as_far_as_its_padding_and_has_round_corners() -> None:
    style = TitleStyle(size=0.2, outline=0, background="#0000ff", padding=0.5)
    left, top, right, bottom = box(draw_title("HH", style, SIZE))
    tight = box(draw_title("HH", style.replace(padding=0), SIZE))
    assert (tight[0] - left, right - tight[2]) == pytest.approx((36, 36), abs=1)
    assert (tight[1] - top, bottom - tight[3]) == pytest.approx((36, 36), abs=1)
    round_ = draw_title("HH", style.replace(radius=0.05), SIZE)
    square = draw_title("HH", style, SIZE)
    lost = (square[..., 3].astype(float) - round_[..., 3]).sum() / 255
    assert lost == pytest.approx((4 - np.pi) * 18**2, rel=0.02)
    assert box(round_, 200) == pytest.approx((left, top, right, bottom), abs=1)


@pytest.mark.parametrize("anchor", ["top_left", "top", "top_right", "left", "center", "bottom_left", "bottom_right"])
def test_the_anchor_lies_at_the_position(anchor: str) -> None:
    style = TitleStyle(size=0.2, outline=0, background="#0000ff", padding=0, anchor=anchor, position=(0.1, -0.1))  # type: ignore[arg-type]
    left, top, right, bottom = box(draw_title("HH", style, SIZE))
    x = left if "left" in anchor else right if "right" in anchor else (left + right) / 2
    y = top if "top" in anchor else bottom if "bottom" in anchor else (top + bottom) / 2
    assert (x, y) == pytest.approx((0.6 * 640, 0.4 * 360), abs=1)


def test_a_margin_keeps_the_text_inside() -> None:
    style = TitleStyle(size=0.1, outline=0, background="#0000ff", position=(0.5, 0.5), margin=0.05)
    _, _, right, bottom = box(draw_title("HHHH", style, SIZE))
    assert (right, bottom) == pytest.approx((0.95 * 640, 0.95 * 360), abs=1)
    assert box(draw_title("HHHH", style.replace(position=(-0.5, -0.5)), SIZE))[:2] == pytest.approx((32, 18), abs=1)
    assert box(draw_title("HHHH", style.replace(margin=None), SIZE))[2] == 640


def test_spacing_of_lines_and_letters() -> None:
    style = TitleStyle(size=0.1, outline=0)
    single, double = (draw_title("H\nH", style.replace(line_spacing=factor), SIZE) for factor in (1, 2))
    (_, top, _, bottom), (_, higher, _, lower) = box(single), box(double)
    ink = box(draw_title("H", style, SIZE))
    assert lower - higher - (ink[3] - ink[1]) == pytest.approx(2 * (bottom - top - (ink[3] - ink[1])), abs=2)
    wide, plain = (box(draw_title("HHHH", style.replace(letter_spacing=s), SIZE)) for s in (0.5, 0))
    assert (wide[2] - wide[0]) - (plain[2] - plain[0]) == pytest.approx(3 * 0.5 * 36, abs=2)


def test_a_line_in_another_size() -> None:
    style, spans = TitleStyle(size=0.2, outline=0), (TextSpan(start=2, end=3, size=0.5),)
    picture = draw_title("H\nH", style, SIZE, spans=spans)
    rows = np.flatnonzero((picture[..., 3] > 127).any(axis=1))
    gap = int(np.flatnonzero(np.diff(rows) > 1)[0])
    assert (gap + 1, len(rows) - gap - 1) == pytest.approx((0.729 * 72, 0.729 * 36), abs=2)


def test_a_variable_weight_that_a_font_lacks_is_drawn_fatter_where_it_is_thin() -> None:
    bold = TitleStyle(size=0.3, outline=0, weight=700)
    assert np.array_equal(draw_title("H", bold, SIZE), draw_title("H", bold.replace(weight=None), SIZE))  # it is bold


def test_what_is_written_comes_in_the_order_of_reading_and_nothing_moves() -> None:
    style = TitleStyle(size=0.3, outline=0)
    for text, side in (("HIH", slice(None)), ("אבג", slice(None, None, -1))):
        whole = draw_title(text, style, SIZE)[:, side]
        first = draw_title(text, style, SIZE, now=Now(0.34))[:, side]
        middle = np.flatnonzero((first[..., 3] > 0).any(axis=0)).max()
        assert np.array_equal(first[:, :middle], whole[:, :middle])
        assert first[..., 3].sum() < 0.6 * whole[..., 3].sum()
        assert not draw_title(text, style, SIZE, now=Now(0.0)).any()
        assert np.array_equal(draw_title(text, style, SIZE, now=Now(1.0))[:, side], whole)


def test_letters_out_of_sight_throw_their_shadow_into_it() -> None:
    style = TitleStyle(
        size=0.3, outline=0, shadow="#ff0000", shadow_offset=(0.0, 0.4), shadow_blur=0, position=(0, -0.62)
    )
    picture = draw_title("HH", style, SIZE)
    assert not (picture[..., 1] > 100).any()  # the letters are above the canvas
    lower = draw_title("HH", style.replace(position=(0, -0.4)), SIZE)
    whole = int(lower[lower[..., 1] == 0, 3].sum())
    assert int(picture[..., 3].sum()) == pytest.approx(whole, rel=0.1)


def test_a_roll_goes_from_below_to_above() -> None:
    style = TitleStyle(size=0.2, outline=0)
    text = "\n".join("H" * 12)
    drawn = [draw_title(text, style, SIZE, now=Now(1.0, way)) for way in (0.0, 0.05, 0.5, 0.95, 1.0)]
    assert not drawn[0].any()
    assert not drawn[-1].any()
    assert box(drawn[1])[1] > 250
    assert box(drawn[3])[3] < 110
    one = draw_title(text, style, SIZE, now=Now(1.0, 0.5))
    # twelve lines and the canvas: so many pixels for the whole way
    total = 360 + (11 * 1.2 + 1) * 1.164 * 72
    other = draw_title(text, style, SIZE, now=Now(1.0, 0.5 + 40 / total))
    assert np.abs(one[40:, :, 3].astype(int) - other[:-40, :, 3]).max() <= 40


def test_an_italic_style_and_the_same_bytes_every_time() -> None:
    style = TitleStyle(size=0.2, italic=True, shadow="#000000", background="#ffffff40", radius=0.02)
    assert np.array_equal(draw_title("Ab", style, SIZE), draw_title("Ab", style, SIZE))
    assert not np.array_equal(draw_title("Ab", style, SIZE), draw_title("Ab", style.replace(italic=False), SIZE))


def test_effects_of_titles_work_by_keyframes_and_cuts_leave_them_where_they_were(studio) -> None:
    def keys(*values: tuple[str, float]) -> tuple[Keyframe, ...]:
        return tuple(Keyframe(time=Fraction(time), value=value) for time, value in values)

    typed = Effect(id="e", effect="typewriter", curves={"shown": keys(("0", 0.0), ("1", 1.0))})
    title = studio.title("HHHHHHHHHH", 2, [typed], outline=0)
    document = studio.document(studio.track(title))
    frames = studio.frames(document, 0, 31)
    ink = [float((planes[0] - 16).sum()) for planes in frames]
    assert ink[0] == 0
    assert np.allclose(np.array(ink) / ink[30], np.floor(np.arange(31) / 3 + 1e-6) / 10, atol=0.01)
    rest = studio.document(studio.track(title.part(Fraction(1, 2), Fraction(0))))
    for one, other in zip(studio.frames(rest, 0, 5), frames[15:20], strict=True):
        assert np.array_equal(one[0], other[0])
    roll = Effect(id="e", effect="roll", curves={"way": keys(("0", 0.0), ("1", 1.0))})
    rolling = studio.document(studio.track(studio.title("H", 1, [roll], outline=0)))
    inks = [(planes[0] - 16).sum(axis=1) for planes in studio.frames(rolling, 5, 20)]
    heights = [float((row * np.arange(len(row))).sum() / row.sum()) for row in inks]
    assert np.allclose(np.diff(heights), np.diff(heights).mean(), atol=0.05)
    assert np.diff(heights).mean() < -5

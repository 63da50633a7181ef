"""Letters in their forms and places: HarfBuzz's own glyphs, the order of UAX #9, ends of lines."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
import uharfbuzz as hb

from cutroom.effects.text.bidi import levels, ordered
from cutroom.effects.text.breaks import breakable, letters
from cutroom.effects.text.fonts import Font, FontFile, bundled, family
from cutroom.effects.text.shaping import Write, laid_out
from cutroom.effects.text.title import draw_title
from cutroom.errors import UnsupportedMediaError
from cutroom.schema.clip import TextSpan, TitleStyle

FONTS = files("cutroom.effects.text") / "fonts"
SHAPED = {
    "Latin": ("DejaVuSans-Bold.ttf", "AVATAR office"),
    "Arabic": ("DejaVuSans-Bold.ttf", "السلام"),
    "Hebrew": ("DejaVuSans-Bold.ttf", "שָׁלוֹם"),
    "Devanagari": ("NotoSansDevanagari-Bold.ttf", "क्षत्रिय हिन्दी"),
    "Thai": ("NotoSansThai-Bold.ttf", "ที่นี่"),
    "Khmer": ("NotoSansKhmer-Bold.ttf", "ភាសាខ្មែរ"),
}


def lined(text: str, size: float = 100.0, room: float = 1e6, **options):
    return laid_out(text, lambda i: Write(bundled(), size), size, room, **options)


@pytest.mark.parametrize(("file", "text"), SHAPED.values(), ids=SHAPED)
def test_glyphs_and_places_are_those_of_harfbuzz(file: str, text: str) -> None:
    face = hb.Face((FONTS / file).read_bytes())
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(hb.Font(face), buffer)
    (line,) = lined(text)
    assert [glyph.number for glyph in line.glyphs] == [info.codepoint for info in buffer.glyph_infos]
    x, expected = 0, []
    for place in buffer.glyph_positions:
        expected.append(((x + place.x_offset) * 100 / face.upem, place.y_offset * 100 / face.upem))
        x += place.x_advance
    assert np.allclose([(glyph.x, glyph.y) for glyph in line.glyphs], expected)
    assert line.width == pytest.approx(x * 100 / face.upem)


def test_arabic_letters_join_and_devanagari_vowels_go_before_their_letter() -> None:
    font = bundled()[0]
    (line,) = lined("بب")
    alone = font.glyph("ب")
    assert all(glyph.number != alone for glyph in line.glyphs)
    assert line.glyphs[0].number != line.glyphs[1].number  # the last form, and the first one
    assert [glyph.place for glyph in line.glyphs] == [1, 0]
    (line,) = lined("कि")  # ka, then i, which is written first
    devanagari = line.glyphs[0].font
    assert devanagari.title == "NotoSansDevanagari-Bold.ttf"
    assert line.glyphs[1].number == devanagari.glyph("क")
    assert line.glyphs[0].number != devanagari.glyph("क")


def test_pairs_are_kerned() -> None:
    apart = sum(lined(letter)[0].width for letter in "AV")
    assert lined("AV")[0].width < apart - 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", "abc"),
        ("אבג", "גבא"),
        ("ab אבג cd", "ab גבא cd"),
        ("אב (12) גד", "דג (12) בא"),
        ("אב ab גד", "דג ab בא"),
        ("ab \u2067אב, 1\u2069 c", "ab 1 ,בא c"),
        ("عدد 123.45 ب", "ب 123.45 ددع"),
    ],
)
def test_the_order_of_letters_is_that_of_unicode(text: str, expected: str) -> None:
    seen = [i for i, c in enumerate(text) if c not in "\u2067\u2069"]
    found = levels(text)
    order = ordered([found[i] for i in seen])
    assert (
        "".join({"(": ")", ")": "("}.get(c, c) if found[seen[i]] % 2 else c for i in order if (c := text[seen[i]]))
        == expected
    )


def test_runs_of_a_line_stand_where_they_belong() -> None:
    (line,) = lined("ab אב cd")
    by_place = {glyph.place: glyph.x for glyph in line.glyphs}
    assert by_place[0] < by_place[1] < by_place[4] < by_place[3] < by_place[6] < by_place[7]


def test_marks_stay_with_their_letters() -> None:
    assert letters("क्षि") == [0]
    assert letters("नमस्ते") == [0, 1, 2]
    assert letters("ที่นี่") == [0, 3]
    assert letters("กำ") == [0]
    assert letters("👨\u200d👩") == [0]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one two", ["one ", "two"]),
        ("well-known - 5-6 -x", ["well-", "known ", "- ", "5-6 ", "-x"]),
        ("no\u00a0break", ["no\u00a0break"]),
        ("漢字「仮名」。終", ["漢", "字", "「仮", "名」。", "終"]),
        ("abc漢", ["abc", "漢"]),
        ("ไทย\u200bไทย", ["ไทย\u200b", "ไทย"]),
        ("soft\u00adly", ["soft\u00ad", "ly"]),
        ("Wait! (what)", ["Wait! ", "(what)"]),
    ],
)
def test_where_lines_may_end(text: str, parts: list[str]) -> None:
    at = [0, *breakable(text), len(text)]
    assert [text[a:b] for a, b in pairwise(at)] == parts


def test_lines_are_as_long_as_they_can_be_and_not_longer() -> None:
    room = lined("one two")[0].width + 1
    lines = lined("one two three", room=room)
    assert [line.glyphs[0].place for line in lines] == [0, 8]
    assert all(line.width <= room for line in lines)
    assert lines[0].width == pytest.approx(lined("one two")[0].width)
    soft = lined("soft\u00adly", room=lined("soft-")[0].width + 1)
    assert [len([g for g in line.glyphs if g.font.curves(g.number).starts.size]) for line in soft] == [5, 2]
    assert [glyph.number for glyph in soft[0].glyphs][-1] == bundled()[0].glyph("-")


@pytest.mark.parametrize(
    "word",
    ["ภาษาไทยเป็นภาษาที่มีระดับเสียงของคำแน่นอนหรือวรรณยุกต์เช่นเดียวกับภาษาจีน", "https://example.com/" + "q=0123456789&" * 9],
    ids=["Thai", "URL"],
)
def test_a_word_that_is_too_long_is_parted_between_letters_and_never_leaves_its_box(word: str) -> None:
    room = 700.0
    lines = lined(word, room=room)
    assert len(lines) > 2
    assert all(0 < line.width <= room for line in lines)
    begins = set(letters(word))
    assert all(min(glyph.place for glyph in line.glyphs) in begins for line in lines)  # no mark begins a line
    assert {glyph.place for line in lines for glyph in line.glyphs} >= begins
    style = TitleStyle(size=0.1, max_width=0.3, outline=0)
    columns = np.flatnonzero(draw_title(word, style, (640, 360))[..., 3].any(axis=0))
    assert columns[-1] - columns[0] <= 0.3 * 640 + 2


def test_a_right_to_left_line_ends_at_the_left() -> None:
    first, second = lined("אבג דהו", room=lined("אבג")[0].width + 1)
    assert {glyph.place for glyph in first.glyphs} == {0, 1, 2}
    assert first.glyphs[0].place == 2
    assert second.glyphs[-1].place == 4


def test_space_between_letters_but_not_where_they_hang_together() -> None:
    plain, wide = lined("office")[0], lined("office", spacing=0.1)[0]
    assert len(plain.glyphs) < len(wide.glyphs) == 6  # no ligature
    assert wide.width == pytest.approx(sum(lined(c)[0].width for c in "office") + 50, abs=3)
    assert lined("سلام", spacing=0.1)[0].width == lined("سلام")[0].width


def test_a_font_of_ones_own_goes_first_and_is_left_for_what_it_lacks() -> None:
    thai = FontFile("0" * 64, (FONTS / "NotoSansThai-Bold.ttf").read_bytes())
    fonts = family(thai)
    (line,) = laid_out("ไทย abc", lambda i: Write(fonts, 100.0), 100.0, 1e6)
    titles = [glyph.font.title for glyph in line.glyphs]
    assert titles[:3] == ["the font 000000000000…"] * 3
    assert titles[-1] in {"the font 000000000000…", "DejaVuSans-Bold.ttf"}
    with_own = draw_title("ก", TitleStyle(font="0" * 64), (320, 180), font=thai)
    assert np.array_equal(with_own, draw_title("ก", TitleStyle(), (320, 180))) is (
        bundled()[0].glyph("ก") is None and _same_metrics(fonts[0], bundled()[0])
    )


def _same_metrics(one: Font, other: Font) -> bool:
    return (one.ascent, one.descent) == (other.ascent, other.descent)


@pytest.mark.parametrize("data", [b"", b"no font at all" * 100, (FONTS / "DejaVuSans-Bold.ttf").read_bytes()[:5000]])
def test_a_broken_font_is_an_error(data: bytes) -> None:
    with pytest.raises(UnsupportedMediaError, match="is no font"):
        family(FontFile(hashlib.sha256(data).hexdigest(), data))


def test_a_face_that_a_file_does_not_have_is_named() -> None:
    with pytest.raises(UnsupportedMediaError, match="holds 1 face, and no number 3"):
        family(FontFile("1" * 64, (FONTS / "NotoSansThai-Bold.ttf").read_bytes()), 3)


def test_spans_lean_and_have_colours_of_their_own() -> None:
    style, size = TitleStyle(outline=0, size=0.5), (640, 360)
    plain = draw_title("ll", style, size)
    red = draw_title("ll", style, size, spans=(TextSpan(start=1, end=2, colour="#ff0000"),))
    assert np.array_equal(plain[..., 3], red[..., 3])
    columns = np.flatnonzero(red[..., 3].max(axis=0) > 200)
    assert red[180, columns[0], :3].tolist() == [255, 255, 255]
    assert red[180, columns[-1], :3].tolist() == [255, 0, 0]
    leaning = draw_title("l", style, size, spans=(TextSpan(start=0, end=1, italic=True),))
    rows = np.flatnonzero(leaning[..., 3].max(axis=1) > 200)
    left = [np.flatnonzero(leaning[row, :, 3] > 127)[0] for row in (rows[2], rows[-3])]
    assert left[0] - left[1] == pytest.approx(0.2 * (rows[-3] - rows[2]), abs=1.5)

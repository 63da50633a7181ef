"""The order of letters by the rules of UAX #9, and against another library's implementation of them."""

from __future__ import annotations

import unicodedata

import pytest
from bidi import get_base_level, get_display
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cutroom.effects.text.bidi import levels, ordered
from cutroom.effects.text.brackets import bracket_pairs, closing
from cutroom.effects.text.fonts import bundled
from cutroom.effects.text.shaping import Write, laid_out

UNSEEN = "\u202a\u202b\u202c\u202d\u202e\u200b"
"""Embeddings and overrides, which rule X9 takes out."""
BLANK = frozenset({"WS", "S", "B", "LRI", "RLI", "FSI", "PDI", "BN", "LRE", "RLE", "LRO", "RLO", "PDF"})


def seen(text: str) -> str:
    """The characters of a line from left to right, not mirrored."""
    found = levels(text)
    for i in range(len(text))[::-1]:  # rule L1, of the ends of lines, where titles have no blanks
        if unicodedata.bidirectional(text[i]) not in BLANK:
            break
        found[i] = get_base_level(text)
    return without(text[i] for i in ordered(found))


def without(characters) -> str:
    return "".join(c for c in characters if c not in UNSEEN)


CASES = {
    "Latin in brackets": ("אב (ab) גד", "דג )ab( בא"),
    "brackets that end a paragraph": ("אב (ab)", ")ab( בא"),
    "Hebrew in brackets in Latin": ("ab (אב) cd", "ab (בא) cd"),
    "both inside": ("אב (ab גד) ה", "ה )דג ab( בא"),
    "nested": ("אב [ab (cd) ef] ג", "ג ]ab (cd) ef[ בא"),
    "nested, one that holds both": ("אב [ab (גד) ef]", "]ef )דג( ab[ בא"),
    "never closed": ("אב (ab", "ab( בא"),
    "never opened": ("אב ab)", ")ab בא"),
    "crossed": ("אב (a[b)c]", None),
    "Arabic with numbers": ("عدد (123) ب", "ب )123( ددع"),
    "European numbers in Latin brackets": ("ab (12) אב", "ab (12) בא"),
    "context before them": ("ab אב (cd) x", None),
    "angles that are two numbers for one": ("אב \u2329ab\u3009 ג", None),
    "marks behind brackets": ("אב (ab)\u0301 ג", None),
    "a mark behind a bracket that is turned": ("a\u05d0(\u05d0)\u0301", None),
    "an isolate": ("ab \u2067אב (c)\u2069 d", None),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_brackets_stand_where_unicode_puts_them(text: str, expected: str | None) -> None:
    assert seen(text) == without(get_display(text))
    if expected is not None:
        assert seen(text) == expected


LETTERS = "abאבعب12٣٤ ()[]{}<>.,+-$%!\u0301/:«»「」"
MARKS = "\u2066\u2067\u2068\u2069"


@given(st.text(LETTERS + MARKS, max_size=16))
@settings(max_examples=1500, deadline=None)
@example("a(ב)c אב")
@example("אב (\u2067ab)\u2069 c)")
def test_any_text_stands_as_another_library_puts_it(text: str) -> None:
    assert seen(text) == without(get_display(text))


@given(st.text(LETTERS + MARKS + UNSEEN, max_size=16))
@settings(max_examples=1500, deadline=None)
def test_embeddings_and_overrides_too(text: str) -> None:
    whole = f"{text}a"  # the other library's L1 forgets blanks behind overrides at the end
    assert seen(whole) == without(get_display(whole))


def test_embeddings_beyond_the_deepest_level_are_passed_over() -> None:
    text = "\u202b" * 200 + "ab" + "\u202c" * 200 + "אב\u2067" * 130 + "c\u2069d"
    assert max(levels(text)) <= 126
    assert seen(text) == without(get_display(text))


def test_every_pair_of_brackets_is_known() -> None:
    opening = [c for c in map(chr, range(0x110000)) if closing(c)]
    partners = [closing(c) for c in opening]
    assert len(opening) == len(set(partners)) >= 60
    for one, other in zip(opening, partners, strict=True):
        assert (unicodedata.category(other), unicodedata.mirrored(other)) == ("Pe", 1)
        assert bracket_pairs([one, other], ["ON", "ON"]) == [(0, 1)]


def test_no_more_than_63_brackets_are_open() -> None:
    assert len(bracket_pairs("(" * 63 + ")" * 63, ["ON"] * 126)) == 63
    assert bracket_pairs("(" * 64 + ")" * 64, ["ON"] * 128) == []


def test_brackets_are_drawn_turned_over_where_they_run_from_right_to_left() -> None:
    fonts = bundled()
    (line,) = laid_out("אב (ab) ג", lambda i: Write(fonts, 100.0), 100.0, 1e6)
    glyphs = {glyph.place: glyph for glyph in line.glyphs}
    assert glyphs[7].x < glyphs[6].x < glyphs[4].x < glyphs[5].x < glyphs[3].x < glyphs[1].x
    assert glyphs[3].number == fonts[0].glyph(")")
    assert glyphs[6].number == fonts[0].glyph("(")


def test_a_mark_runs_as_the_bracket_before_it() -> None:
    """Where the pair runs as the text before it does, and not as the paragraph."""
    assert levels("a\u05d0(\u05d0)\u0301") == [0, 1, 1, 1, 1, 1]
    assert levels("a\u05d0(\u05d0)") == [0, 1, 1, 1, 1]

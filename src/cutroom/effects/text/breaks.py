"""Where a text may be parted: between what a reader takes for one letter, and at the ends of lines.

The rules are those of the Unicode Standard (UAX #29 and #14) as far as titles need them: marks stay with their letters,
lines end behind spaces and hyphens, Chinese and Japanese lines anywhere but before closing and behind opening signs.
Thai, Lao, Khmer and Burmese are written without spaces; finding their words takes a dictionary. Put a zero-width space
(U+200B) where a line may end; without one they part inside of a word where they must.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_JOINS = "\u200d"
_OPENING = frozenset({"Ps", "Pi"})
_CLOSING = frozenset({"Pe", "Pf"})
_CLINGS = frozenset("!,.:;?%‰℃°、。，．：；？！・ーァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎ々〻…‥·’”」』】）〕》〉")  # noqa: RUF001  the signs themselves
"""What never begins a line."""
_HYPHENS = frozenset("-\u2010\u2013\u2014/")
_IDEOGRAPHIC = ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "BOPOMOFO", "HANGUL", "FULLWIDTH", "YI")
_KEEPS = frozenset("\u00a0\u202f\u2060\ufeff")
SPACE, SOFT = "\u200b", "\u00ad"
"""The zero-width space, and the hyphen that is seen at the end of a line only."""


def letters(text: str) -> list[int]:
    """Where each letter begins, with the marks and signs that belong to it.

    Example:
        >>> letters("e\u0301a क्षि")
        [0, 2, 3, 4]
    """
    return [i for i in range(len(text)) if i == 0 or not _belongs(text[i - 1], text[i])]


def _belongs(before: str, here: str) -> bool:
    """Whether a character belongs to the one before it."""
    if unicodedata.category(here) in {"Mn", "Mc", "Me"} or here in {_JOINS, "\u200c"}:
        return True
    if here in "\u0e33\u0eb3":  # the vowels of Thai and Lao that are written with what they follow
        return True
    if before == _JOINS:
        return True
    return unicodedata.combining(before) == 9 and unicodedata.category(here) == "Lo"  # a killed vowel ties two letters


def breakable(text: str) -> list[int]:
    """Where a line may end: indices of the characters that would begin the next one.

    Example:
        >>> breakable("one two-three"), breakable("漢字、仮名。")
        ([4, 8], [1, 3, 4])
    """
    starts = letters(text)
    return [i for i in starts[1:] if _may_part(text, i)]


def _may_part(text: str, i: int) -> bool:
    before, here = text[i - 1], text[i]
    if before in _KEEPS or here in _KEEPS or here.isspace() or here == SPACE:
        return False
    if before.isspace() or before in {SPACE, SOFT}:
        return True
    if here in _CLINGS or unicodedata.category(here) in _CLOSING or unicodedata.category(before) in _OPENING:
        return False
    if before in _HYPHENS:
        return i > 1 and here.isalpha() and not text[i - 2].isspace()
    return _is_ideographic(before) or _is_ideographic(here)


def _is_ideographic(character: str) -> bool:
    return character > "\u1100" and unicodedata.name(character, "").startswith(_IDEOGRAPHIC)


def lines(text: str, widths: Sequence[float], room: float) -> list[tuple[int, int]]:
    """Lines that fit, each as long as it can be.

    A word that is wider than the room is parted between its letters, marks and all; so is Thai, Lao, Khmer and Burmese
    wherever it has neither spaces nor zero-width spaces (U+200B), which may be in the middle of a word.

    Args:
        text: a paragraph.
        widths: how far each character goes on.
        room: how wide a line may be; spaces at its end do not count.

    Returns:
        Where each begins and ends; a paragraph without letters is one line.

    Example:
        >>> lines("ab cd ef", [1.0] * 8, 5)
        [(0, 6), (6, 8)]
    """
    found: list[tuple[int, int]] = []
    allowed, inside = set(breakable(text)), letters(text)
    first, last, width = 0, 0, 0.0
    for start, end in zip(inside, [*inside, len(text)][1:], strict=True):
        wide = sum(widths[start:end])
        if start in allowed:
            last = start
        if width + wide > room and start > first and not text[start].isspace():
            stop = last if last > first else start
            found.append((first, stop))
            first, width = stop, sum(widths[stop:start])
        width += wide
    return [*found, (first, len(text))]

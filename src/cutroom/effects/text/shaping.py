"""From a text to glyphs in their places: fonts chosen, scripts and directions told apart, shaped, broken into lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from cutroom.effects.text.bidi import levels, ordered
from cutroom.effects.text.breaks import SOFT, letters, lines
from cutroom.effects.text.fonts import Font

_SCRIPTS = frozenset(
    {
        *("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "COPTIC", "GLAGOLITIC", "GOTHIC", "OGHAM", "RUNIC"),
        *("HEBREW", "ARABIC", "SYRIAC", "MANDAIC", "SAMARITAN", "THAANA", "NKO", "ADLAM", "ETHIOPIC", "TIFINAGH"),
        *("DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM"),
        *("SINHALA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "MONGOLIAN", "LIMBU", "BALINESE", "SUNDANESE"),
        *("JAVANESE", "TAGALOG", "CHEROKEE", "CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL", "YI"),
    }
)
"""First words of the names of letters, which tell their scripts."""
_JOINED = frozenset({"ARABIC", "SYRIAC", "MANDAIC", "MONGOLIAN", "NKO", "ADLAM", "DEVANAGARI", "BENGALI", "GURMUKHI"})
"""Scripts whose letters hang together: no space comes between them."""


class Glyph(NamedTuple):
    """A glyph in its place."""

    font: Font
    number: int
    x: float
    """Of its origin, from the line's left end, in pixels; y counts from the line that letters stand on, upwards."""
    y: float
    size: float
    """Of the letter, in pixels."""
    place: int
    """Index of the first character that it belongs to."""


@dataclass(frozen=True)
class Line:
    """A line of a text."""

    glyphs: tuple[Glyph, ...]
    width: float
    """In pixels, without spaces at its end."""
    size: float
    """Of its largest letters, in pixels."""


class _Run(NamedTuple):
    """Characters that are shaped together."""

    start: int
    end: int
    font: Font
    level: int
    script: str
    size: float


class Write(NamedTuple):
    """How one character is written."""

    fonts: Sequence[Font]
    """Best first."""
    size: float
    """In pixels."""


def missing(text: str, fonts: Sequence[Font]) -> list[str]:
    """The characters that no font has, each once.

    Example:
        >>> from cutroom.effects.text.fonts import bundled
        >>> missing("Hello 漢字 שלום", bundled())
        ['字', '漢']
    """
    return sorted({c for c in set(text) if not _unseen(c) and not any(_has(font, c) for font in fonts)})


def laid_out(
    text: str, write: Callable[[int], Write], usual: float, room: float, *, spacing: float = 0.0
) -> list[Line]:
    """The lines of a text.

    Args:
        text: with line breaks.
        write: how the character with an index is written.
        usual: size of a line without letters, in pixels.
        room: how wide a line may be, in pixels.
        spacing: between letters beside what the fonts say, in sizes of the letters.
    """
    found: list[Line] = []
    start = 0
    for paragraph in text.split("\n"):
        found += _Paragraph(paragraph.replace("\t", " "), start, write, usual, spacing).broken(room)
        start += len(paragraph) + 1
    return found


class _Paragraph:
    def __init__(self, text: str, start: int, write: Callable[[int], Write], usual: float, spacing: float) -> None:
        self._text = text
        self._start = start
        self._usual = usual
        self._spacing = spacing
        self._levels = levels(text)
        self._runs = list(self._found(write))

    def broken(self, room: float) -> Iterator[Line]:
        """Its lines."""
        widths = [0.0] * len(self._text)
        for run in self._runs:
            for _, place, advance, *_ in self._shaped(run, self._text[run.start : run.end]):
                widths[place] += advance
        for first, end in lines(self._text, widths, room):
            yield self._line(first, end)

    def _line(self, first: int, end: int) -> Line:
        text = self._text
        hyphen = end < len(text) and text[end - 1] == SOFT
        while end > first and text[end - 1].isspace():
            end -= 1
        inside = [
            run._replace(start=max(run.start, first), end=min(run.end, end))
            for run in self._runs
            if run.start < end and run.end > first
        ]
        glyphs: list[Glyph] = []
        x = 0.0
        for number in ordered([run.level for run in inside]):
            run = inside[number]
            told = text[run.start : run.end]
            if hyphen and run.end == end:
                told = f"{told[:-1]}-"
            for glyph, place, advance, dx, dy in self._shaped(run, told):
                glyphs.append(Glyph(run.font, glyph, x + dx, dy, run.size, self._start + place))
                x += advance
        if glyphs and self._spacing and not any(run.script in _JOINED for run in inside):
            x -= self._spacing * inside[-1].size
        return Line(tuple(glyphs), x, max((run.size for run in inside), default=self._usual))

    def _shaped(self, run: _Run, text: str) -> Iterator[tuple[int, int, float, float, float]]:
        """Glyph, place in the paragraph, advance and offset in pixels, from left to right."""
        spaced = bool(self._spacing) and run.script not in _JOINED
        features = {"liga": False, "clig": False} if spaced else {}
        scale = run.size / run.font.upem
        found = run.font.shaped(text, right_to_left=bool(run.level % 2), features=features)
        begins = {run.start + i for i in letters(text)} if spaced else set()
        last = -1
        for glyph, cluster, position in found:
            place = run.start + cluster
            advance = position.x_advance * scale
            if spaced and place in begins and place != last:
                advance += self._spacing * run.size
            last = place
            yield glyph, place, advance, position.x_offset * scale, position.y_offset * scale

    def _found(self, write: Callable[[int], Write]) -> Iterator[_Run]:
        text = self._text
        chosen: list[tuple[Font, int, str, float]] = []
        script = next((known for known in map(_script, text) if known), "")
        begins = letters(text)
        font: Font | None = None
        for start, end in zip(begins, [*begins, len(text)][1:], strict=True):
            letter, (able, size) = text[start:end], write(self._start + start)
            own = _script(letter[0])
            kept = not own and font is not None and font in able and all(_has(font, c) for c in letter)
            if not kept:
                font = next((f for f in able if all(_has(f, c) or _unseen(c) for c in letter)), None)
                font = font or next((f for f in able if _has(f, letter[0])), able[0])
            script = own or script
            assert font is not None
            chosen += [(font, level, script, size) for level in self._levels[start:end]]
        for (known, level, name, size), group in groupby(range(len(text)), key=lambda i: chosen[i]):
            members = list(group)
            yield _Run(members[0], members[-1] + 1, known, level, name, size)


def _script(character: str) -> str:
    """The first word of a letter's name, where that is a script; "" for signs that all scripts share."""
    if character < "A" or unicodedata.category(character)[0] == "M":
        return ""
    word = unicodedata.name(character, "").split(" ", 1)[0]
    return word if word in _SCRIPTS else ""


def _has(font: Font, character: str) -> bool:
    if font.glyph(character) is not None:
        return True
    parts = unicodedata.normalize("NFD", character)
    return len(parts) > 1 and all(font.glyph(part) is not None for part in parts)


def _unseen(character: str) -> bool:
    """Whether there is nothing to draw: spaces, joiners, marks of direction."""
    return (
        character.isspace()
        or unicodedata.category(character) in {"Cf", "Cc", "Zs"}
        or "\ufe00" <= character <= "\ufe0f"
    )

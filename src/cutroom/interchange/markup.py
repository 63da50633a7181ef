"""Tags in the text of subtitles as spans of it: italic, bold and colours; what else a tag says is named."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from cutroom.schema.clip import TextSpan

MOST_SPANS = 1000
_NAMED = {
    "white": "#ffffff",
    "black": "#000000",
    "red": "#ff0000",
    "green": "#008000",
    "blue": "#0000ff",
    "yellow": "#ffff00",
    "cyan": "#00ffff",
    "magenta": "#ff00ff",
    "lime": "#00ff00",
    "gray": "#808080",
}
_FONT = re.compile(r"</?font\b[^>]{0,500}>", re.IGNORECASE)
_COLOUR = re.compile(r"<font\s[^>]{0,300}?color\s{0,9}=\s{0,9}[\"']?(#[0-9a-f]{6}|[a-z]{3,10})\b", re.IGNORECASE)
_PLAIN_FONT = re.compile(r"<font\s+color\s{0,9}=\s{0,9}[\"']?#?\w{3,10}[\"']?\s{0,9}>|</font>", re.IGNORECASE)
_STYLE = re.compile(r"<(/?)(i|b|em|strong)>|\{(/?)([ib])\}|\{\\([ib])([01]?)\}", re.IGNORECASE)


class Look(NamedTuple):
    """How one character looks; None: as the style says."""

    italic: bool | None = None
    bold: bool | None = None
    colour: str | None = None


PLAIN = Look()
Letters = list[tuple[str, Look]]
"""Characters, each with its look."""


def looks(text: str) -> Letters:
    """The characters of a text with tags, none of which is left out yet, and how those behind each tag look.

    Example:
        >>> [(c, look.italic) for c, look in looks("<i>a</i>b") if c in "ab"]
        [('a', True), ('b', None)]
    """
    found: Letters = []
    italic = bold = 0
    colours: list[str | None] = []
    tags = sorted((*_STYLE.finditer(text), *_FONT.finditer(text)), key=lambda tag: tag.start())
    at = 0
    for tag in tags:
        look = Look(italic > 0 or None, bold > 0 or None, next((c for c in reversed(colours) if c), None))
        found += [(character, look) for character in text[at : tag.start()]]
        found += [(character, PLAIN) for character in text[max(at, tag.start()) : tag.end()]]
        at = max(at, tag.end())
        if tag.re is _FONT:
            if tag[0].startswith("</"):
                colours = colours[:-1]
            else:
                colours.append(colour_of(tag[0]))
            continue
        word = (tag[2] or tag[4] or tag[5]).lower()
        on = not (tag[1] or tag[3]) and tag[6] != "0"
        if word in {"i", "em"}:
            italic = max(0, italic + (1 if on else -1))
        else:
            bold = max(0, bold + (1 if on else -1))
    look = Look(italic > 0 or None, bold > 0 or None, next((c for c in reversed(colours) if c), None))
    return [*found, *((character, look) for character in text[at:])]


def colour_of(tag: str) -> str | None:
    """The colour that a font tag names, as "#rrggbb"."""
    found = _COLOUR.match(tag)
    if found is None:
        return None
    named = found[1].lower()
    return named if named.startswith("#") else _NAMED.get(named)


def is_carried(tag: str) -> bool:
    """Whether all that a tag says is kept."""
    if _STYLE.fullmatch(tag):
        return True
    return bool(_PLAIN_FONT.fullmatch(tag)) and (tag.startswith("</") or colour_of(tag) is not None)


def without(letters: Letters, pattern: re.Pattern[str], instead: dict[str, str]) -> Letters:
    """Letters without what a pattern finds, or with something in its place."""
    text = "".join(character for character, _ in letters)
    kept: Letters = []
    at = 0
    for found in pattern.finditer(text):
        kept += letters[at : found.start()]
        look = letters[found.end()][1] if found.end() < len(letters) else PLAIN
        kept += [(character, look) for character in instead.get(found[0], "")]
        at = found.end()
    return kept + letters[at:]


def unescaped(letters: Letters) -> Letters:
    """Letters with HTML's names of characters read."""
    made: Letters = []
    for look, group in groupby(letters, key=lambda one: one[1]):
        made += [(character, look) for character in html.unescape("".join(character for character, _ in group))]
    return made


def tidied(letters: Letters) -> Letters:
    """Letters without empty lines, and without spaces where a line begins and ends."""
    lines: list[Letters] = []
    line: Letters = []
    rest = iter("".join(character for character, _ in letters).splitlines(keepends=True))
    at = 0
    for row in rest:
        bare = row.rstrip()
        lead = len(bare) - len(bare.lstrip())
        line = letters[at + lead : at + len(bare)]
        at += len(row)
        if line:
            lines.append(line)
    made: Letters = []
    for number, one in enumerate(lines):
        made += [("\n", PLAIN)] * (number > 0) + one
    return made


def spans_of(letters: Sequence[tuple[str, Look]]) -> tuple[TextSpan, ...]:
    """Letters that do not look plain, as spans; at most `MOST_SPANS`."""
    return tuple(_spans(letters))[:MOST_SPANS]


def _spans(letters: Iterable[tuple[str, Look]]) -> Iterator[TextSpan]:
    at = 0
    for look, group in groupby(letters, key=lambda one: one[1]):
        length = len(list(group))
        if look != PLAIN:
            yield TextSpan(start=at, end=at + length, italic=look.italic, bold=look.bold, colour=look.colour)
        at += length

"""SubRip and WebVTT taken apart into cues, line by line; what is malformed is left out and named by its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from cutroom.errors import InterchangeError
from cutroom.interchange.markup import PLAIN, is_carried, looks, spans_of, tidied, unescaped, without
from cutroom.interchange.report import Loss
from cutroom.schema.clip import TextSpan, TitleStyle

_TIME = r"(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})(?:[,.:]\s?(\d{1,3}))?"
_TIMING = re.compile(rf"{_TIME}\s{{0,40}}-->\s{{0,40}}{_TIME}(?:\s+(\S.*))?")
_LIKE_TIMING = re.compile(r"-?\d{1,6}:[\d:.,]{1,20}\s{0,9}(?:-{1,3}>.*|-{1,3}[\s\d:.,-]{0,40})")
_NUMBER = re.compile(r"\d+")
_STYLED = re.compile(r"</?(?:i|b|u|s|em|strong)>", re.IGNORECASE)
_BRACED = re.compile(r"\{/?[ibus]\}|\{\\[ibus][01]?\}", re.IGNORECASE)
_FONTS = re.compile(r"</?font\b[^>]{0,500}>", re.IGNORECASE)
_PLACED = re.compile(r"\{\\[^}]{0,500}\}")
_SPANS = re.compile(r"</?(?:c|v|ruby|rt|lang)(?:[ .][^>]{0,500})?>|<\d[\d:.]{0,20}>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\[Nh]")
_BLOCK = re.compile(r"(NOTE|STYLE|REGION)(\s.*)?")
_TAGS = (
    ("underlined, struck out", _STYLED),
    ("placing and effects", _FONTS),
    ("voices, classes, inner times", _SPANS),
)
_COMMANDS = {
    "vtt": _TAGS,
    "srt": (
        *_TAGS,
        ("underlined, struck out", _BRACED),
        ("placing and effects", _PLACED),
        ("line breaks and spaces of another format", _ESCAPED),
    ),
}
"""What players of a format take for a command; braces and backslashes are plain text in WebVTT."""


@dataclass
class Block:
    """One cue as a file has it."""

    line: int
    start: Fraction
    end: Fraction
    text: str
    lost: list[str] = field(default_factory=list)
    """Kinds of things that its text does not carry."""
    spans: tuple[TextSpan, ...] = ()
    style: TitleStyle | None = None


def blocks(text: str, *, format: str, title: str) -> tuple[list[Block], list[Loss]]:
    """The cues of a SubRip or WebVTT file in its order, and what else it holds.

    Args:
        text: of the file.
        format: "srt" or "vtt".
        title: of the file.

    Raises:
        InterchangeError: not one cue; names the first line that may have been one.
    """
    losses: list[Loss] = []
    made: list[Block] = []
    broken: list[int] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, found, body in _timed(lines, format == "vtt", losses, title):
        if found is None:
            broken.append(number)
            what = lines[number - 1].strip()[:60]
            losses.append(Loss(what="block", where=f"{title}, line {number}", why=f"left out: no timing: {what}"))
            continue
        parts = found.groups()
        if any(int(one) > 59 for one in (parts[1], parts[2], parts[5], parts[6])):
            broken.append(number)
            why = f"left out: minutes and seconds stay below 60: {found[0].strip()[:60]}"
            losses.append(Loss(what="block", where=f"{title}, line {number}", why=why))
            continue
        lost = ["placing of cues"] if parts[8] else []
        plain, spans = _plain(body, format, lost)
        made.append(Block(number, _seconds(*parts[:4]), _seconds(*parts[4:8]), plain, lost, spans))
    if not made and (broken or text.strip("\ufeff \n\r\t") not in {"", "WEBVTT"}):
        where = f" at line {broken[0]}" if broken else ""
        what = f"{title} holds no cue of {format}{where}"
        raise InterchangeError(what, value=broken[0] if broken else title, hint="is it the right file?")
    return made, losses


def _timed(
    lines: list[str], strict: bool, losses: list[Loss], title: str
) -> Iterator[tuple[int, re.Match[str] | None, list[str]]]:
    """Each timing with the number of its line and the lines of its text; None for one that is broken.

    WebVTT ends a cue at an empty line. SubRip goes on to the next timing: many files hold empty lines in a cue. A
    broken timing is one only where a block begins: anywhere else a line of clock times is text.
    """
    if not strict:
        marks = [(i, timing_of(line)) for i, line in enumerate(lines) if is_timing(lines, i)]
        for number, (i, found) in enumerate(marks):
            after = marks[number + 1][0] if number + 1 < len(marks) else None
            body = lines[i + 1 : after]
            if after is not None and body and _NUMBER.fullmatch(body[-1].strip()):
                body.pop()  # the number of the next
            yield i + 1, found, body
        return
    if any(_BLOCK.fullmatch(line) for line in lines[1:]):
        losses.append(Loss(what="notes, styles, regions", where=title, why="left out: cues are plain text"))
    if any(line.startswith("X-TIMESTAMP-MAP") for line in lines):
        losses.append(Loss(what="time of a stream", where=title, why="left out: cues count from the start of the file"))
    current: tuple[int, re.Match[str] | None, list[str]] | None = None
    aside = False
    for i, line in enumerate([*lines, ""]):
        if not line.strip():
            aside = False
        elif not aside and ((found := timing_of(line)) or (current is None and _looks_timed(line))):
            if current:
                yield current
            current = i + 1, found, []
            continue
        elif current:
            current[2].append(line)
        elif i and _BLOCK.fullmatch(line):
            aside = True
        if current and not line.strip():
            yield current
            current = None


def timing_of(line: str) -> re.Match[str] | None:
    """The timing of a cue that a line is."""
    return _TIMING.fullmatch(line.strip()) if "-->" in line else None


def _looks_timed(line: str) -> bool:
    """Whether a line that is no timing may have been meant as one."""
    return "-->" in line or _LIKE_TIMING.fullmatch(line.strip()) is not None


def is_timing(lines: list[str], i: int) -> bool:
    """Whether a line of SubRip is a timing, or begins a block and may have been meant as one."""
    if timing_of(lines[i]):
        return True
    before = lines[i - 1].strip() if i else ""
    return (not before or _NUMBER.fullmatch(before) is not None) and _looks_timed(lines[i])


def _seconds(hours: str | None, minutes: str, seconds: str, part: str | None) -> Fraction:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + Fraction(int((part or "0").ljust(3, "0")), 1000)


def commands(text: str, format: str) -> Iterator[tuple[str, str]]:
    """What of a cue's text is no text in a format: its kind, and the first of that kind."""
    for kind, pattern in _COMMANDS[format]:
        if found := pattern.search(text):
            yield kind, found[0]


def _uncarried(text: str, format: str) -> Iterator[str]:
    """Kinds of tags of a text that say more than its spans do."""
    for kind, pattern in _COMMANDS[format]:
        if any(not is_carried(found[0]) for found in pattern.finditer(text)):
            yield kind


def _plain(body: list[str], format: str, lost: list[str]) -> tuple[str, tuple[TextSpan, ...]]:
    """The plain text of a cue with its line breaks, and what of it looks different; what is lost is noted."""
    text = "\n".join(body)
    lost += dict.fromkeys(_uncarried(text, format))
    letters = looks(text) if "<" in text or "{" in text else [(character, PLAIN) for character in text]
    for _, pattern in _COMMANDS[format]:
        letters = without(letters, pattern, {"\\N": "\n", "\\h": "\u00a0"})
    letters = tidied(unescaped(letters) if format == "vtt" else letters)
    return "".join(character for character, _ in letters), spans_of(letters)

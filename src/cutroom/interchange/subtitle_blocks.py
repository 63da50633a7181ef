"""SubRip and WebVTT taken apart into cues, line by line; what is malformed is left out and named by its line."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from cutroom.errors import InterchangeError
from cutroom.interchange.report import Loss

_TIME = r"(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})(?:[,.:]\s?(\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s+(\S.*?))?\s*")
_LIKE_TIMING = re.compile(r"-->|^\s*-?\d+:\d+(?::\d+)?[,.:]?\d*\s*-+>?\s*-?\d*")
_NUMBER = re.compile(r"\s*\d+\s*")
_STYLED = re.compile(r"</?(?:i|b|u|s|em|strong)>|\{/?[ibus]\}|\{\\[ibus][01]?\}", re.IGNORECASE)
_PLACED = re.compile(r"</?font\b[^>]{0,500}>|\{\\[^}]{0,500}\}", re.IGNORECASE)
_SPANS = re.compile(r"</?(?:c|v|ruby|rt|lang)(?:[ .][^>]{0,500})?>|<\d[\d:.]{0,20}>", re.IGNORECASE)
_BLOCK = re.compile(r"(NOTE|STYLE|REGION)(\s.*)?")


@dataclass
class Block:
    """One cue as a file has it."""

    line: int
    start: Fraction
    end: Fraction
    text: str
    lost: list[str] = field(default_factory=list)
    """Kinds of things that its text does not carry."""


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
        made.append(Block(number, _seconds(*parts[:4]), _seconds(*parts[4:8]), _plain(body, format, lost), lost))
    if not made and (broken or text.strip("\ufeff \n\r\t") not in {"", "WEBVTT"}):
        where = f" at line {broken[0]}" if broken else ""
        what = f"{title} holds no cue of {format}{where}"
        raise InterchangeError(what, value=broken[0] if broken else title, hint="is it the right file?")
    return made, losses


def _timed(
    lines: list[str], strict: bool, losses: list[Loss], title: str
) -> Iterator[tuple[int, re.Match[str] | None, list[str]]]:
    """Each timing with the number of its line and the lines of its text.

    WebVTT ends a cue at an empty line. SubRip goes on to the next timing: many files hold empty lines in a cue.
    """
    marks = [(i, _TIMING.fullmatch(line)) for i, line in enumerate(lines) if looks_timed(line)]
    if not strict:
        for number, (i, found) in enumerate(marks):
            after = marks[number + 1][0] if number + 1 < len(marks) else None
            body = lines[i + 1 : after]
            if after is not None and body and _NUMBER.fullmatch(body[-1]):
                body.pop()  # the number of the next
            yield i + 1, found, body
        return
    if any(_BLOCK.fullmatch(line) for line in lines[1:]):
        losses.append(Loss(what="notes, styles, regions", where=title, why="left out: cues are plain text"))
    if any(line.startswith("X-TIMESTAMP-MAP") for line in lines):
        losses.append(Loss(what="time of a stream", where=title, why="left out: cues count from the start of the file"))
    timings = dict(marks)
    current: tuple[int, re.Match[str] | None, list[str]] | None = None
    aside = False
    for i, line in enumerate([*lines, ""]):
        if not line.strip():
            aside = False
        elif not aside and i in timings:
            if current:
                yield current
            current = i + 1, timings[i], []
            continue
        elif current:
            current[2].append(line)
        elif i and _BLOCK.fullmatch(line):
            aside = True
        if current and not line.strip():
            yield current
            current = None


def looks_timed(line: str) -> bool:
    """Whether a line is, or may have been meant as, the timing of a cue."""
    return "-->" in line or _LIKE_TIMING.match(line) is not None


def _seconds(hours: str | None, minutes: str, seconds: str, part: str | None) -> Fraction:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + Fraction(int((part or "0").ljust(3, "0")), 1000)


def _plain(body: list[str], format: str, lost: list[str]) -> str:
    """The plain text of a cue with its line breaks; what is stripped from it is noted."""
    text = "\n".join(body)
    for kind, pattern in (
        ("bold, italic, underlined", _STYLED),
        ("placing and effects", _PLACED),
        ("voices, classes, inner times", _SPANS),
    ):
        if pattern.search(text):
            lost.append(kind)
            text = pattern.sub("", text)
    text = html.unescape(text) if format == "vtt" else text.replace("\\N", "\n").replace("\\h", "\u00a0")
    return "\n".join(line for row in text.splitlines() if (line := row.strip()))

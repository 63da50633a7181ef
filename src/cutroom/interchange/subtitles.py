"""Subtitles as files: SubRip and WebVTT, and Advanced SubStation as pysubs2 reads it."""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Sequence
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from cutroom.errors import InterchangeError, nearest
from cutroom.interchange.guard import decode
from cutroom.interchange.markup import spans_of, tidied
from cutroom.interchange.report import Loss, Report
from cutroom.interchange.substation import USUAL, Canvas, event_of, margins_of, placed, style_of
from cutroom.interchange.subtitle_blocks import Block, blocks, commands, is_timing
from cutroom.schema.base import derive_id
from cutroom.schema.cue import SUBTITLE_STYLE, Cue
from cutroom.schema.time import LONGEST

FORMATS = ("srt", "vtt", "ass", "ssa")
MOST_CUES = 100_000
LONGEST_TEXT = 10_000
"""Characters of a cue."""
_TAG = re.compile(r"</?[a-zA-Z][^>]{0,500}>")


def subtitle_format(path: str, format: str | None = None) -> str:
    """The format of subtitles: as named, or by the file's suffix.

    Raises:
        UnknownNameError: no such format; names those that there are.
    """
    name = (format or PurePath(path).suffix.removeprefix(".")).lower()
    if name not in FORMATS:
        raise nearest(name, FORMATS, what="subtitle format")
    return name


def read_subtitles(data: bytes, *, format: str, title: str) -> tuple[tuple[Cue, ...], Report]:
    """Cues of a subtitle file, in order of time; times are exact milliseconds (hundredths in ASS).

    Args:
        data: of the file.
        format: "srt", "vtt", "ass" or "ssa".
        title: of the file, for errors.

    Returns:
        The cues with what is italic, bold or coloured in them (and in ASS with their styles and places), and what was
        left out: fonts, karaoke, drawings, cues without a length, malformed blocks by their line.

    Raises:
        InterchangeError: not subtitles of that format.
    """
    text, guessed = decode(data, title)
    losses: list[Loss] = []
    if guessed:
        why = f"it is not UTF-8; read as {guessed}"
        losses.append(Loss(what="text encoding", where=title, why=why))
    if format == "vtt" and not text.lstrip().startswith("WEBVTT"):
        raise InterchangeError(f"{title} is not WebVTT: line 1 is not WEBVTT", value="line 1", hint="is it an SRT?")
    split = blocks(text, format=format, title=title) if format in {"srt", "vtt"} else _events(text, format, title)
    losses += split[1]
    cues: list[Cue] = []
    for number, block in enumerate(split[0], start=1):
        where = f"cue {number}, line {block.line}" if block.line else f"cue {number}"
        where = f"{where}, {_clock(int(block.start * 1000))}"
        if not block.text or block.end <= block.start or block.start < 0 or block.end > LONGEST:
            losses.append(Loss(what="cue", where=where, why="left out: without text, or without a length"))
            continue
        losses += [Loss(what=what, where=where, why="left out") for what in block.lost]
        if len(cues) == MOST_CUES:
            raise InterchangeError(f"{title} has more than {MOST_CUES:,} cues", value=title, hint="split it")
        if len(block.text) > LONGEST_TEXT:
            losses.append(Loss(what="text", where=where, why=f"cut after {LONGEST_TEXT:,} characters"))
        text = block.text[:LONGEST_TEXT]
        cues.append(
            Cue(
                id=derive_id("s", title, number),
                start=block.start,
                end=block.end,
                text=text,
                style=block.style,
                spans=tuple(span for span in block.spans if span.end <= len(text)),
            )
        )
    if not split[0] and not losses:
        losses.append(Loss(what="subtitles", where=title, why="the file holds none"))
    ordered = tuple(sorted(cues, key=lambda cue: (cue.start, cue.end)))
    return ordered, Report(format=format, verb="read", losses=tuple(losses))


def _events(text: str, format: str, title: str) -> tuple[list[Block], list[Loss]]:
    """The cues of an Advanced SubStation file."""
    import pysubs2

    losses: list[Loss] = []
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        try:
            found = pysubs2.SSAFile.from_string(text, format_=format)
        except Exception as error:  # a parser of others, on a file of others: whatever it says, the file is broken
            raise InterchangeError(
                f"{title} is no {format}: {error}", value=title, hint="is it the right file?"
            ) from None
    losses += [Loss(what="a cue", where=title, why=str(doubt.message)) for doubt in doubts]
    made: list[Block] = []
    usual, canvas = pysubs2.SSAStyle(), Canvas.of(dict(found.info))
    for event in found.events:
        if event.is_comment or event.is_drawing:
            where = pysubs2.time.ms_to_str(event.start)
            losses.append(Loss(what="comment" if event.is_comment else "drawing", where=where, why="left out"))
            continue
        style = found.styles.get(event.style, usual)
        look, margins = SUBTITLE_STYLE, USUAL
        if style != usual:
            margins = margins_of(style, canvas, event)
            look = placed(style_of(style, canvas), int(style.alignment), margins)
        read = event_of(_broken(event.text), look, canvas, margins)
        letters = tidied(read.letters)
        start, end = Fraction(event.start, 1000), Fraction(event.end, 1000)
        own = None if read.style == SUBTITLE_STYLE else read.style
        words = "".join(character for character, _ in letters)
        made.append(Block(0, start, end, words, read.lost, spans_of(letters), own))
    if not found.events and "[Events]" not in text:
        raise InterchangeError(f"{title} holds no cue of {format}", value=title, hint="is it the right file?")
    used = {event.style for event in found.events if not event.is_comment}
    for name in dict.fromkeys(style.fontname for key, style in found.styles.items() if key in used and style != usual):
        losses.append(
            Loss(
                what=f"font {name}",
                where=title,
                why='drawn in the title fonts; cue.style = {"font": path} gives another',
            )
        )
    return made, losses


def _broken(text: str) -> str:
    """The text of an event with its line breaks."""
    return text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", "\u00a0")


def write_subtitles(cues: Sequence[Cue], *, format: str) -> tuple[str, Report]:
    """The text of a subtitle file; times are rounded to the file's clock.

    Args:
        cues: of a track.
        format: "srt", "vtt", "ass" or "ssa".

    Returns:
        The text, and what it does not say: looks other than the usual (in SRT and WebVTT), times between two ticks.

    Example:
        >>> cue = Cue(id="s", start=Fraction(1), end=Fraction(5, 2), text="Hello")
        >>> print(write_subtitles([cue], format="srt")[0].strip())
        1
        00:00:01,000 --> 00:00:02,500
        Hello
    """
    losses: list[Loss] = []
    tick = 100 if format in {"ass", "ssa"} else 1000
    rows: list[tuple[int, int, str]] = []
    for number, cue in enumerate(cues, start=1):
        start, end = (int(time * tick + Fraction(1, 2)) * (1000 // tick) for time in (cue.start, cue.end))
        where = f"cue {number}, {_clock(start)}"
        if Fraction(start, 1000) != cue.start or Fraction(end, 1000) != cue.end:
            losses.append(Loss(what="times", where=where, why=f"rounded to 1/{tick} s"))
        if cue.style not in {None, SUBTITLE_STYLE}:
            losses.append(Loss(what="look", where=where, why="left out: the player's own look"))
        if cue.spans:
            losses.append(Loss(what="italic, bold, colours", where=where, why="left out: its text is plain"))
        lines = [line.strip() for line in cue.text.splitlines()]
        text = "\n".join(line for line in lines if line) or "\u00a0"
        if text != cue.text:
            losses.append(Loss(what="white space", where=where, why="left out: an empty line ends a cue"))
        if format == "srt":
            text, plain = _no_timings(text), text
            if text != plain:
                why = "its arrow or hyphen became another: such a line would begin the next cue"
                losses.append(Loss(what="text like a timing", where=where, why=why))
        rows.append((start, max(end, start + 1000 // tick), text))
    made, more = _WRITERS[format](rows)
    return made, Report(format=format, verb="written", losses=(*losses, *more))


def _no_timings(text: str) -> str:
    """A text in which no line looks like the timing of a cue."""
    lines = ["the timing of the cue itself", *text.replace("-->", "→").split("\n")]
    for i in range(1, len(lines)):
        if is_timing(lines, i):
            lines[i] = lines[i].replace("-", "\u2013")
    return "\n".join(lines[1:])


def _clock(milliseconds: int, mark: str = ",") -> str:
    """Milliseconds as HH:MM:SS,mmm."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{rest:03}"


def _srt(rows: list[tuple[int, int, str]]) -> tuple[str, list[Loss]]:
    cues = [f"{i}\n{_clock(a)} --> {_clock(b)}\n{text}\n" for i, (a, b, text) in enumerate(rows, start=1)]
    why = "kept, but players take it for a command"
    taken = [
        Loss(what=f"text {found}", where=f"cue {i}, {_clock(row[0])}", why=why)
        for i, row in enumerate(rows, start=1)
        for found in dict.fromkeys((*_TAG.findall(row[2])[:1], *(piece for _, piece in commands(row[2], "srt"))))
    ]
    return "\n".join(cues), taken


def _vtt(rows: list[tuple[int, int, str]]) -> tuple[str, list[Loss]]:
    cues = [f"{_clock(a, '.')} --> {_clock(b, '.')}\n{html.escape(text, quote=False)}\n" for a, b, text in rows]
    return "\n".join(["WEBVTT\n", *cues]), []


def _ass(rows: list[tuple[int, int, str]], format: str = "ass") -> tuple[str, list[Loss]]:
    import pysubs2

    losses: list[Loss] = []
    made = pysubs2.SSAFile()
    for number, (start, end, text) in enumerate(rows, start=1):
        plain = text.replace("{", "(").replace("}", ")").replace("\\", "/")
        if plain != text:
            why = "became parentheses and slashes: they are commands in this format"
            losses.append(Loss(what="braces and backslashes", where=f"cue {number}, {_clock(start)}", why=why))
        made.events.append(pysubs2.SSAEvent(start=start, end=end, text=plain.replace("\n", "\\N")))
    return str(made.to_string(format)), losses


_WRITERS: dict[str, Any] = {"srt": _srt, "vtt": _vtt, "ass": _ass, "ssa": lambda rows: _ass(rows, "ssa")}

"""Subtitles as a stream of the file, which players switch on and off: what is told, and when, in milliseconds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from cutroom.schema.cue import Cue
from cutroom.schema.document import Document
from cutroom.schema.track import Track

LARGEST = 0xFFFF
"""Bytes of one sample's text in MP4."""


class Told(NamedTuple):
    """A text for a while."""

    start: int
    """Milliseconds from the start of the file."""
    end: int
    """Exclusive."""
    text: str


class SoftTrack(NamedTuple):
    """One stream of subtitles."""

    language: str
    """Three letters, as ISO 639-2 has them."""
    told: tuple[Told, ...]
    """In order; none overlaps another."""


def soft_tracks(document: Document, span: tuple[Fraction, Fraction], language: str) -> tuple[SoftTrack, ...]:
    """The subtitles of a timeline, a stream for each track that is shown and tells something.

    Args:
        document: the project; subtitles inside of compounds are no part of its timeline.
        span: the part of the timeline that the file holds, in seconds.
        language: of all tracks.
    """
    tracks = [track for track in document.tracks if track.kind == "subtitle"]
    solo = [track for track in document.tracks if track.kind != "audio" and track.solo]
    shown = [track for track in tracks if not track.hidden and (not solo or track.solo)]
    found = (SoftTrack(language, tuple(told(track.cues, span))) for track in shown)
    return tuple(one for one in found if one.told)


def without_subtitles(document: Document, *, inside: bool) -> Document:
    """A project whose subtitles are not drawn.

    Args:
        document: the project.
        inside: whether those in compounds are not drawn, either.
    """
    changes: dict[str, object] = {"timeline": document.timeline.evolve(tracks=tuple(_hidden(document.tracks)))}
    if inside:
        changes["compounds"] = tuple(
            one.evolve(timeline=one.timeline.evolve(tracks=tuple(_hidden(one.timeline.tracks))))
            for one in document.compounds
        )
    return document.evolve(**changes)


def _hidden(tracks: Iterable[Track]) -> Iterator[Track]:
    for track in tracks:
        yield track.evolve(cues=()) if track.cues else track


def told(cues: Sequence[Cue], span: tuple[Fraction, Fraction]) -> Iterator[Told]:
    """What is told when: texts that overlap stand over each other for as long as both do, the later one above.

    Args:
        cues: of a track, in order of time.
        span: what the file holds, in seconds of the timeline.

    Example:
        >>> one, two = (Cue(id=t, start=s, end=s + 2, text=t) for t, s in (("a", 1), ("b", 2)))
        >>> [tuple(one) for one in told([one, two], (Fraction(0), Fraction(9)))]
        [(1000, 2000, 'a'), (2000, 3000, 'b\\na'), (3000, 4000, 'b')]
    """
    rows: list[Told] = []
    for cue in cues:
        start, end = _milliseconds(cue.start, span), _milliseconds(cue.end, span)
        if end > start:
            rows.append(Told(start, end, cue.text))
    edges = sorted({edge for row in rows for edge in row[:2]})
    standing: list[Told] = []
    waiting = iter(sorted(rows, key=lambda row: row.start))
    following = next(waiting, None)
    for start, end in pairwise(edges):
        standing = [row for row in standing if row.end > start]
        while following is not None and following.start <= start:
            standing.append(following)
            following = next(waiting, None)
        if standing:
            yield Told(start, end, _cut("\n".join(row.text for row in reversed(standing))))


def _milliseconds(time: Fraction, span: tuple[Fraction, Fraction]) -> int:
    inside = max(min(time, span[1]) - span[0], Fraction(0))
    return int(inside * 1000 + Fraction(1, 2))


def _cut(text: str) -> str:
    return text.encode()[:LARGEST].decode(errors="ignore")

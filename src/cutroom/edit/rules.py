"""What every edit leaves true of a document, and what a file that somebody else has written may not be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cutroom.edit.bounds import too_deep, too_fine, too_long
from cutroom.edit.items import cut_sides
from cutroom.edit.limits import check_kind
from cutroom.edit.references import Problem
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Document
from cutroom.schema.time import FASTEST_RATE
from cutroom.schema.track import Track


def breaches(document: Document) -> Iterator[Problem]:
    """Where a document is what no edit makes; nothing for one that was only edited.

    A transition that is too long for its clips is none: a media or a compound behind them may have become shorter.

    Args:
        document: whose names are in order, see `cutroom.edit.references.problems`.

    Example:
        >>> from cutroom.schema.clip import Gap
        >>> from cutroom.schema.document import Timeline
        >>> late = Track(id="t", kind="video", title="V1", items=(Gap(duration=1),))
        >>> [found] = breaches(Document(id="p", timeline=Timeline(tracks=(late,))))
        >>> found.where, found.says
        ('$.timeline.tracks[0].items[0]', 'a gap at the end of a track')
    """
    fps = document.settings.fps
    if fps > FASTEST_RATE:
        yield Problem("$.settings.fps", document.id, f"a timeline has at most {FASTEST_RATE} frames a second")
    if says := too_deep(document):
        yield Problem("$.compounds", document.id, says)
    tracks: set[str] = set()
    places = [("$", None), *((f"$.compounds[{i}]", known.id) for i, known in enumerate(document.compounds))]
    for where, compound in places:
        inside = document.inside(compound)
        for number, (one, other) in enumerate(pairwise(inside.timeline.markers), start=1):
            if other.time < one.time:
                yield Problem(f"{where}.timeline.markers[{number}]", other.id, "markers stand in order of time")
        for number, track in enumerate(inside.tracks):
            at = f"{where}.timeline.tracks[{number}]"
            if track.id in tracks:
                yield Problem(f"{at}.id", track.id, f"the id {track.id!r} stands twice")
            tracks.add(track.id)
            yield from _track(inside, track, at)


def _track(document: Document, track: Track, at: str) -> Iterator[Problem]:
    if too_fine(track.items):
        yield Problem(f"{at}.items", track.id, "its times are too fine to add up")
        return
    if too_long(track):
        yield Problem(f"{at}.items", track.id, "it is longer than 1,000 hours")
    yield from _items(document, track, at)
    yield from _transitions(track, at)
    if track.cues and track.kind != "subtitle":
        yield Problem(f"{at}.cues", track.id, f"a {track.kind} track holds no subtitles")
    for number, (one, other) in enumerate(pairwise(track.cues), start=1):
        if (other.start, other.end) < (one.start, one.end):
            yield Problem(f"{at}.cues[{number}]", other.id, "subtitles stand in order of time")


def _items(document: Document, track: Track, at: str) -> Iterator[Problem]:
    links: set[str] = set()
    fitting: set[str] = set()
    """Media that have what the track holds: asked once each."""
    gap = False
    for number, item in enumerate(track.items):
        where = f"{at}.items[{number}]"
        if not isinstance(item, Clip):
            if gap:
                yield Problem(where, track.id, "a gap behind a gap")
            gap = True
            continue
        gap = False
        if item.link is not None:
            if item.link in links:
                yield Problem(f"{where}.link", item.id, f"two clips of one track with the link {item.link!r}")
            links.add(item.link)
        if item.media not in fitting:
            if says := _misplaced(document, track, item):
                yield Problem(f"{where}.source", item.id, says)
            elif item.media is not None:
                fitting.add(item.media)
    if gap:
        yield Problem(f"{at}.items[{len(track.items) - 1}]", track.id, "a gap at the end of a track")
    if track.items and track.kind == "subtitle":
        yield Problem(f"{at}.items", track.id, "a subtitle track holds no clips")


def _misplaced(document: Document, track: Track, clip: Clip) -> str | None:
    if isinstance(clip.source, CompoundSource):  # which may have lost its sound, or its pictures
        return None if track.kind in {"video", "audio"} else f"a {track.kind} track shows no compounds"
    try:
        check_kind(document, track, clip.source)
    except EditError as error:
        return error.message
    return None


def _transitions(track: Track, at: str) -> Iterator[Problem]:
    lefts: set[str] = set()
    rights: set[str] = set()
    for number, known in enumerate(track.transitions):
        where = f"{at}.transitions[{number}]"
        if cut_sides(track, known.left, known.right) is None:
            yield Problem(where, known.id, "its clips do not meet at a cut")
        if known.left in lefts or known.right in rights:
            yield Problem(where, known.id, "its cut has a transition already")
        lefts |= {known.left} if known.left is not None else set()
        rights |= {known.right} if known.right is not None else set()

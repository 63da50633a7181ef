"""A document as a CMX 3600 list: events in order of record time, sound in the event of its picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from cutroom.edit.limits import inside_parts
from cutroom.interchange.fit import Abilities
from cutroom.interchange.references import Locate
from cutroom.interchange.report import Loss, place_of
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document
from cutroom.schema.speed import NORMAL
from cutroom.schema.time import DROP_RATES, timecode
from cutroom.schema.track import Track

ABLE = Abilities("an EDL", pictures=1, sounds=4, speeds=True)
SOUNDS = ("A", "A2", "A3", "A4")
TOGETHER = {
    frozenset({"V", "A"}): "B",
    frozenset({"V", "A2"}): "A2/V",
    frozenset({"V", "A", "A2"}): "AA/V",
    frozenset({"A", "A2"}): "AA",
}
"""Channels that an event can have at once."""


@dataclass(frozen=True)
class _Event:
    """The lines of an edit, with ### for its number and @@ for its channel."""

    start: Fraction
    lines: tuple[str, ...]
    link: str | None
    channel: str
    fade: bool = False
    """Whether it is the end of the clip before it."""


def write(document: Document, title: str, locate: Locate) -> tuple[str, list[Loss]]:
    """The list of a fitted document; markers as locators."""
    fps = document.settings.fps
    found: list[_Event] = []
    losses: list[Loss] = []
    sounds = iter(SOUNDS)
    reels = _reels(document)
    for track in document.tracks:
        channel = next(sounds) if track.kind == "audio" else "V"
        made, more = _events(document, track, channel, reels, locate)
        found += made
        losses += more
    events, alone = _joined(found)
    if alone:
        why = f"left out: {alone} clips are events of their own"
        losses.append(Loss(what="links", where="timeline", why=why))
    if len(events) > 999:
        losses.append(Loss(what="event numbers", where="timeline", why="more than 999: some systems stop there"))
    lines = [f"TITLE: {_line(title) or 'Untitled'}"]
    lines.append(f"FCM: {'DROP FRAME' if fps in DROP_RATES else 'NON-DROP FRAME'}")
    markers, told = document.timeline.markers, 0
    for number, event in enumerate(events, start=1):
        named = (line.replace("###", f"{number:03}", 1).replace("@@", event.channel, 1) for line in event.lines)
        lines += named
        until = events[number].start if number < len(events) else None
        while told < len(markers) and (until is None or markers[told].time < until):
            marker = markers[told]
            lines.append(f"* LOC: {timecode(marker.time, fps)} RED     {_line(marker.title)}")
            told += 1
    left = markers[told:]
    losses += [Loss(what=f"marker {m.title}", where="timeline", why="left out: no event holds it") for m in left]
    return "\n".join(lines) + "\n", losses


def _joined(events: list[_Event]) -> tuple[list[_Event], int]:
    """Events in order, those of linked clips as one where a channel says so; and how many linked clips stay alone."""
    takes: dict[object, list[_Event]] = {}
    for event in events:
        key = (event.start, event.lines, event.link) if event.link else event.channel, event.start
        takes.setdefault(key, []).append(event)
    made: list[_Event] = []
    alone = 0
    for take in takes.values():
        channels = frozenset(event.channel for event in take)
        if len(take) > 1 and (channel := TOGETHER.get(channels)) is not None:
            made.append(_Event(take[0].start, take[0].lines, take[0].link, f"{channel:5}"))
        else:
            alone += sum(event.link is not None and not event.fade for event in take)
            made += [_Event(one.start, one.lines, one.link, f"{one.channel:5}") for one in take]
    return sorted(made, key=lambda event: event.start), alone


def _events(
    document: Document, track: Track, channel: str, reels: dict[str, str], locate: Locate
) -> tuple[list[_Event], list[Loss]]:
    """The events of a track. A dissolve begins where its incoming clip does: half of it lies before our cut."""
    fps, none = document.settings.fps, Fraction(0)
    opening = {t.right: t for t in track.transitions if t.right}
    closing = {t.left: t for t in track.transitions if t.left}
    events: list[_Event] = []
    losses: list[Loss] = []
    before: Clip | None = None
    for at, clip in track.clips():
        into, out_of = opening.get(clip.id), closing.get(clip.id)
        head = inside_parts(into, fps)[0] if into else none
        tail = inside_parts(out_of, fps)[0] if out_of else none
        left = before.part(none, head) if into and into.left and before else None
        shown = clip.part(-head, tail) if tail < clip.duration + head else None
        reel = reels[_media(clip)]
        lines: list[str] = []
        start = at - head
        if shown is not None:
            source = f"{timecode(shown.start, fps)} {timecode(shown.start + _played(shown, fps), fps)}"
            record = f"{timecode(start, fps)} {timecode(start + shown.duration, fps)}"
            named = f"{_name(document, clip)}", f"{_url(document, clip, locate)}"
            if (shown.start * fps).denominator != 1:
                where = place_of(track.title, at, fps, clip.id)
                losses.append(Loss(what="in point of a dissolve", where=where, why="rounded to a whole frame"))
            if into is None:
                lines.append(f"###  {reel:8} @@ C        {source} {record}")
                lines += _speed(shown, reel, fps)
                lines += [f"* FROM CLIP NAME:  {named[0]}", f"* FROM CLIP: {named[1]}"]
            else:
                length = int(into.duration * fps)
                lines += _leg(left, start, reels, fps)
                lines.append(f"###  {reel:8} @@ D {length:03}    {source} {record}")
                lines += _speed(shown, reel, fps)
                lines += _from(document, left, locate)
                lines += [f"* TO CLIP NAME:  {named[0]}", f"* TO CLIP: {named[1]}"]
            events.append(_Event(start, tuple(lines), clip.link, channel))
        elif into is not None:
            what, where = f"transition {into.transition}", place_of(track.title, at, fps, clip.id)
            losses.append(Loss(what=what, where=where, why="left out: nothing of the clip is left behind it"))
        if out_of is not None and out_of.right is None:
            cut = at + clip.duration - out_of.duration
            rest = clip.part(none, out_of.duration)
            join = f"{timecode(cut, fps)} {timecode(cut + out_of.duration, fps)}"
            length = int(out_of.duration * fps)
            black = f"{timecode(none, fps)} {timecode(out_of.duration, fps)}"
            lines = _leg(rest, cut, reels, fps)
            lines.append(f"###  {'BL':8} @@ D {length:03}    {black} {join}")
            lines += _speed(rest, reel, fps) if shown is None else []
            lines += _from(document, rest, locate)
            events.append(_Event(cut, tuple(lines), clip.link, channel, fade=True))
        before = clip
    return events, losses


def _leg(left: Clip | None, at: Fraction, reels: dict[str, str], fps: Fraction) -> list[str]:
    """The first line of a transition: where the outgoing clip, or black, is cut."""
    reel, edge = "BL", Fraction(0)
    if left is not None:
        reel, edge = reels[_media(left)], left.start if left.reverse else left.end
    source, join = timecode(edge, fps), timecode(at, fps)
    return [f"###  {reel:8} @@ C        {source} {source} {join} {join}"]


def _from(document: Document, left: Clip | None, locate: Locate) -> list[str]:
    if left is None:
        return []
    return [f"* FROM CLIP NAME:  {_name(document, left)}", f"* FROM CLIP: {_url(document, left, locate)}"]


def _played(clip: Clip, fps: Fraction) -> Fraction:
    """Seconds of source that an event names: at least a frame, of a held picture just that."""
    return max(clip.end - clip.start, 1 / fps)


def _speed(clip: Clip, reel: str, fps: Fraction) -> list[str]:
    assert isinstance(clip.speed, Fraction)
    if clip.speed == NORMAL and not clip.reverse:
        return []
    rate = float(-clip.speed * fps if clip.reverse else clip.speed * fps)
    return [f"M2   {reel:8} {rate:010.6f}   {timecode(clip.start, fps).replace(';', ':')}"]


def _media(clip: Clip) -> str:
    assert isinstance(clip.source, MediaSource)
    return clip.source.media


def _name(document: Document, clip: Clip) -> str:
    return _line(document.find_media(_media(clip)).path.replace("\\", "/").rpartition("/")[2])


def _url(document: Document, clip: Clip, locate: Locate) -> str:
    return _line(locate(document.find_media(_media(clip))))


def _line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def _reels(document: Document) -> dict[str, str]:
    """A reel of at most eight letters for each media, no two alike."""
    reels: dict[str, str] = {}
    for media in document.media:
        stem = media.path.replace("\\", "/").rpartition("/")[2].partition(".")[0]
        short = re.sub(r"[^A-Za-z0-9]", "", stem).upper()[:8] or "REEL"
        name, number = short, 1
        while name in {*reels.values(), "AX", "BL", "BLACK", "BARS"}:
            number += 1
            name = f"{short[: 8 - len(str(number))]}{number}"
        reels[media.id] = name
    return reels

"""CMX 3600 edit decision lists: read by OpenTimelineIO's adapter, written here.

The adapter writes one track only and gives retimed clips the inverse of their source's length; a list is lines of text.
"""

from __future__ import annotations

import importlib
import re
from fractions import Fraction

from opentimelineio import schema
from opentimelineio.opentime import RationalTime, TimeRange

from cutroom.edit.limits import transition_parts
from cutroom.errors import InterchangeError, TimeError
from cutroom.interchange.fit import Abilities
from cutroom.interchange.moments import exact, to_moment
from cutroom.interchange.references import Locate
from cutroom.interchange.report import Loss, place_of
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document
from cutroom.schema.speed import NORMAL
from cutroom.schema.time import DROP_RATES, parse_time, timecode
from cutroom.schema.track import Track

ABLE = Abilities("an EDL", pictures=1, sounds=4, speeds=True, fades=False)
CHANNELS = ("A", "A2", "A3", "A4")
_LOCATOR = re.compile(r"^\s*\*\s*LOC:?\s+(\d+:\d\d:\d\d[:;]\d\d)\s+(\w+)[ \t]*(.*)$", re.MULTILINE)
_SPEED = re.compile(r"^\s*(M2\s.*?(-?[\d.]+)\s+\d+:\d\d:\d\d[:;]\d\d)\s*$", re.MULTILINE)
_TO = re.compile(r"TO (?:CLIP|FILE):\s*(.+)")


def write(document: Document, title: str, locate: Locate) -> tuple[str, list[Loss]]:
    """The list of a fitted document; events in order of record time, markers as locators."""
    fps = document.settings.fps
    events: list[tuple[Fraction, list[str]]] = []
    losses: list[Loss] = []
    sounds = iter(CHANNELS)
    reels = _reels(document)
    for track in document.tracks:
        channel = next(sounds) if track.kind == "audio" else "V"
        made, more = _events(document, track, channel, reels, locate)
        events += made
        losses += more
        if any(clip.link for _, clip in track.clips()) and track.kind != "audio":
            losses.append(Loss(what="links", where=track.title, why="left out: picture and sound are separate events"))
    events.sort(key=lambda event: event[0])
    if len(events) > 999:
        losses.append(Loss(what="event numbers", where="timeline", why="more than 999: some systems stop there"))
    lines = [f"TITLE: {_line(title) or 'Untitled'}"]
    lines.append(f"FCM: {'DROP FRAME' if fps in DROP_RATES else 'NON-DROP FRAME'}")
    markers = list(document.timeline.markers)
    for number, (start, event) in enumerate(events, start=1):
        lines += [line.replace("###", f"{number:03}", 1) for line in event]
        until = events[number][0] if number < len(events) else None
        while markers and (until is None or markers[0].time < until):
            marker = markers.pop(0)
            lines.append(f"* LOC: {timecode(marker.time, fps)} RED     {_line(marker.title)}")
        del start
    losses += [Loss(what=f"marker {m.title}", where="timeline", why="left out: no event holds it") for m in markers]
    return "\n".join(lines) + "\n", losses


def _events(
    document: Document, track: Track, channel: str, reels: dict[str, str], locate: Locate
) -> tuple[list[tuple[Fraction, list[str]]], list[Loss]]:
    """The events of a track. A dissolve begins where its incoming clip does: half of it lies before our cut."""
    fps = document.settings.fps
    opening = {t.right: t for t in track.transitions}
    closing = {t.left: t for t in track.transitions}
    events: list[tuple[Fraction, list[str]]] = []
    losses: list[Loss] = []
    before: Clip | None = None
    for at, clip in track.clips():
        into, out_of = opening.get(clip.id), closing.get(clip.id)
        head = transition_parts(into.duration, fps)[0] if into else Fraction(0)
        tail = transition_parts(out_of.duration, fps)[0] if out_of else Fraction(0)
        if out_of is not None and clip.duration + head <= tail:
            what, where = f"transition {out_of.transition}", place_of(track.title, at, fps, clip.id)
            losses.append(Loss(what=what, where=where, why="left out: nothing of the clip is left before it"))
            del opening[out_of.right]
            tail = Fraction(0)
        shown = clip.part(-head, tail)
        start = at - head
        record = f"{timecode(start, fps)} {timecode(start + shown.duration, fps)}"
        source = f"{timecode(shown.start, fps)} {timecode(shown.start + _played(shown, fps), fps)}"
        reel = reels[_media(clip)]
        if (shown.start * fps).denominator != 1:
            where = place_of(track.title, at, fps, clip.id)
            losses.append(Loss(what="in point of a dissolve", where=where, why="rounded to a whole frame"))
        lines = []
        if into is not None and before is not None:
            left = before.part(Fraction(0), head)
            edge = timecode(left.start if left.reverse else left.end, fps)
            length = int(into.duration * fps)
            join = timecode(start, fps)
            lines.append(f"###  {reels[_media(before)]:8} {channel:5} C        {edge} {edge} {join} {join}")
            lines.append(f"###  {reel:8} {channel:5} D {length:03}    {source} {record}")
            lines.append(f"* FROM CLIP NAME:  {_name(document, before)}")
            lines += _speed(shown, reel, fps)
            lines.append(f"* TO CLIP NAME:  {_name(document, clip)}")
            lines.append(f"* TO CLIP: {_url(document, clip, locate)}")
        else:
            lines.append(f"###  {reel:8} {channel:5} C        {source} {record}")
            lines += _speed(shown, reel, fps)
            lines.append(f"* FROM CLIP NAME:  {_name(document, clip)}")
            lines.append(f"* FROM CLIP: {_url(document, clip, locate)}")
        events.append((start, lines))
        before = clip
    return events, losses


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


def read(text: str, fps: Fraction | None) -> tuple[schema.Timeline, list[Loss]]:
    """The timeline of a list. Lists do not say their rate: `fps`, or 30.

    Raises:
        InterchangeError: not a list, or not at that rate.
    """
    rate = fps or (Fraction(30000, 1001) if ";" in text else Fraction(30))
    losses: list[Loss] = []
    if fps is None:
        why = f"an EDL does not say it: taken as {float(rate):g}; give fps=..."
        losses.append(Loss(what="frame rate", where="file", why=why))
    adapter = importlib.import_module("otio_cmx3600_adapter.cmx_3600")
    try:
        timeline = adapter.read_from_string(_SPEED.sub(_spoken, _LOCATOR.sub("", text)), rate=float(rate))
    except Exception as error:  # a parser of others, on a file of others: whatever it says, the file is broken
        said = str(error).partition("\n")[0]
        raise InterchangeError(
            f"the EDL cannot be read at {float(rate):g} fps: {said}", value=said, hint=_HINT
        ) from None
    if not len(timeline.tracks):
        raise InterchangeError("the EDL holds no event", value=text[:40], hint=_HINT)
    starts = [track.source_range.start_time for track in timeline.tracks if track.source_range is not None]
    first = min((-exact(start) for start in starts), default=Fraction(0))
    hour = timecode(first, rate).partition(":")[0]  # programmes start on an hour, by custom the first
    origin = parse_time(f"{hour}:00:00{';' if rate in DROP_RATES else ':'}00", rate=rate)
    for track in timeline.tracks:
        own = -exact(track.source_range.start_time) if track.source_range is not None else Fraction(0)
        track.source_range = None
        if own > origin:
            gap = schema.Gap(source_range=TimeRange(RationalTime(0, float(rate)), to_moment(own - origin, rate)))
            track.insert(0, gap)
        previous = None
        for child in track:
            if isinstance(child, schema.Clip):
                _mend(child, isinstance(previous, schema.Transition), rate)
                losses += _comments(child, track.name)
            previous = child
    in_order = sorted(timeline.tracks, key=lambda track: (track.kind != schema.TrackKind.Video, track.name))
    timeline.tracks[:] = [track.deepcopy() for track in in_order]
    if origin:
        why = "the timeline starts at 0"
        losses.append(Loss(what="start timecode", where=timecode(origin, rate), why=why))
    for found in _LOCATOR.finditer(text):
        try:
            time = parse_time(found[1], rate=rate) - origin
        except TimeError:
            continue
        marked = TimeRange(to_moment(time, rate), RationalTime(0, float(rate)))
        timeline.tracks.markers.append(schema.Marker(name=found[3].strip(), marked_range=marked))
    return timeline, losses


_HINT = "is it a CMX 3600 list, and is fps=... its rate?"


def _spoken(found: re.Match[str]) -> str:
    """A speed as the adapter reads it, and once more as a comment: it passes over one that keeps the length."""
    return f"{found[1].replace(';', ':')}\n* SPEED: {found[2]}"


def _mend(clip: schema.Clip, dissolved: bool, rate: Fraction) -> None:
    """What the adapter reads otherwise than it is meant: the media of a dissolve, reels as names, speeds."""
    comments = _said(clip)
    if dissolved:  # FROM CLIP names the outgoing one
        to = comments.get("TO CLIP") or comments.get("TO FILE")
        clip.media_reference = schema.ExternalReference(target_url=to) if to else schema.MissingReference()
    reel = clip.metadata.get("cmx_3600", {}).get("reel")
    if clip.name.isdigit() and reel:
        clip.name = str(reel)
    if "SPEED" in comments:
        scalar = Fraction(comments["SPEED"]) / rate
        clip.effects[:] = [schema.LinearTimeWarp(time_scalar=float(scalar))] if scalar != 1 else []


def _said(clip: schema.Clip) -> dict[str, str]:
    """The comments of an event that the adapter did not understand."""
    lines = (str(line).partition(":") for line in clip.metadata.get("cmx_3600", {}).get("comments", ()))
    return {key.strip(): value.strip() for key, _, value in lines}


def _comments(clip: schema.Clip, track: str) -> list[Loss]:
    where = f"{track}, {clip.name}"
    known = {"TO CLIP", "TO FILE", "SPEED"}
    losses = [
        Loss(what="comment", where=where, why=f"left out: {key}: {value}")
        for key, value in _said(clip).items()
        if key not in known
    ]
    if "cdl" in clip.metadata:
        losses.append(Loss(what="colour decision (CDL)", where=where, why="left out"))
    return losses

"""What an element of FCPXML plays: which file, which part of it, how fast, and whether it is seen, heard or both."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from itertools import pairwise
from xml.etree.ElementTree import Element

from cutroom.interchange.fcpxml_times import seconds_of

STORY = {
    "asset-clip",
    "clip",
    "video",
    "audio",
    "ref-clip",
    "sync-clip",
    "mc-clip",
    "title",
    "gap",
    "spine",
    "audition",
}
"""What can stand in a storyline; inside a clip, without a lane of its own, it is what the clip plays."""


def content(element: Element) -> list[Element]:
    """What a <clip> or <sync-clip> plays: what stands in it without a lane of its own."""
    return [child for child in element if child.tag in STORY and child.get("lane") is None]


def streams_of(clip: Element) -> tuple[tuple[Element, Fraction] | None, tuple[Element, Fraction] | None] | None:
    """The picture and the sound of a plain <clip>, each with what its own time is ahead of the clip's.

    None where it plays more than one file, or a storyline: then it is a timeline of its own.
    """
    inside = content(clip)
    if len(inside) != 1 or inside[0].tag not in {"video", "audio", "gap"}:
        return None
    found = _walk(inside[0], Fraction(0))
    pictures, sounds = ([one for one in found if one[0].tag == tag] for tag in ("video", "audio"))
    if len(pictures) > 1 or len({one.get("ref") for one, _ in found}) != 1:
        return None
    return (pictures[0] if pictures else None), (sounds[0] if sounds else None)


def _walk(element: Element, ahead: Fraction) -> list[tuple[Element, Fraction]]:
    ahead += seconds_of(element.get("start")) - seconds_of(element.get("offset"))
    found = [(element, ahead)] if element.tag != "gap" else []
    for child in element:
        if child.tag in {"video", "audio", "gap"}:
            found += _walk(child, ahead)
        elif child.tag in STORY:
            found += [(child, ahead)] * 2  # more than a plain clip holds
    return found


def is_heard(element: Element) -> bool:
    """Whether any of its channels is switched on."""
    channels = [one for one in element if one.tag in {"audio-channel-source", "audio-role-source"}]
    return not channels or any(one.get("enabled", "1") != "0" and one.get("active", "1") != "0" for one in channels)


def time_map(element: Element, start: Fraction, length: Fraction) -> tuple[Fraction, Fraction, bool]:
    """In point in the source's time, seconds of source a second, and whether that is the mean of several speeds."""
    found = element.find("timeMap")
    points = [] if found is None else found.findall("timept")
    values = {seconds_of(point.get("time")): seconds_of(point.get("value")) for point in points}
    line = sorted(values.items())
    if len(line) < 2 or length <= 0:
        return start, Fraction(1), False
    first, last = _value(line, start), _value(line, start + length)
    speeds = {
        (b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(line) if b[0] > start and a[0] < start + length
    }  # where it shows more than one piece of the line
    return min(first, last), (last - first) / length, len(speeds) > 1


def _value(line: list[tuple[Fraction, Fraction]], time: Fraction) -> Fraction:
    """The value of a broken line, which goes on straight at both ends."""
    place = bisect_right(line, time, 1, len(line) - 1, key=lambda point: point[0])
    a, b = line[place - 1], line[place]
    return a[1] + (time - a[0]) * (b[1] - a[1]) / (b[0] - a[0])


def words_of(element: Element) -> str:
    """The text of a title or a caption."""
    return "\n".join("".join(text.itertext()) for text in element.findall("text")).strip()

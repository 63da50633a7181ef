"""FCPXML as an OpenTimelineIO timeline: lanes become tracks, picture and sound of one clip two linked ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from opentimelineio import core, schema

from cutroom.errors import InterchangeError
from cutroom.interchange.fcpxml_times import seconds_of
from cutroom.interchange.moments import to_moment, to_range
from cutroom.interchange.read_items import LINK
from cutroom.interchange.report import Loss, place_of
from cutroom.interchange.to_otio import MOST_ITEMS, TITLE
from cutroom.schema.base import new_id
from cutroom.schema.time import timecode

CLIPS = {"asset-clip", "clip", "video", "audio", "ref-clip", "title"}
MARKERS = {"marker", "chapter-marker", "analysis-marker", "rating"}
KNOWN = {"timeMap", "text", "text-style-def", "spine", "note", "metadata", "keyword"} | CLIPS | MARKERS
DEEPEST = 20
"""Compounds within compounds."""
_HINT = "export it as FCPXML 1.8 to 1.11 from the program that made it"


def read(text: str) -> tuple[schema.Timeline, list[Loss]]:
    """The first project of a file that passed the guard.

    Raises:
        InterchangeError: no project in it, or one that refers to what is not there.
    """
    root = ElementTree.fromstring(text)  # noqa: S314 - `guard.check_xml` refused entities and document types
    if root.tag != "fcpxml":
        raise InterchangeError(f"this is no FCPXML but <{root.tag}>", value=root.tag, hint=_HINT)
    projects = list(root.iter("project"))
    sequence = projects[0].find("sequence") if projects else None
    if sequence is None:
        raise InterchangeError("the file holds no project with a sequence", value=None, hint=_HINT)
    resources = {one.get("id", ""): one for shelf in root.iter("resources") for one in shelf}
    rate = _rate(sequence, resources)
    losses = [
        Loss(what=f"project {other.get('name', '')}", where="file", why="left out: the first is read")
        for other in projects[1:]
    ]
    reader = _Reader(resources, rate, losses)
    start = seconds_of(sequence.get("tcStart"))
    if start:
        losses.append(Loss(what="start timecode", where=timecode(start, rate), why="the timeline starts at 0"))
    timeline = schema.Timeline(name=projects[0].get("name", ""), global_start_time=to_moment(Fraction(0), rate))
    timeline.tracks = reader.stack(sequence, ())
    return timeline, losses


def _rate(sequence: Element, resources: dict[str, Element]) -> Fraction:
    named = resources.get(sequence.get("format", ""))
    length = seconds_of(named.get("frameDuration")) if named is not None else Fraction(0)
    if not Fraction(1, 240) <= length <= 1:
        raise InterchangeError("the sequence has no frame rate", value=sequence.get("format"), hint=_HINT)
    return 1 / length


@dataclass
class _Lane:
    """What stands in a lane, with its start on the timeline."""

    items: list[tuple[Fraction, core.Item]] = field(default_factory=list)
    cuts: dict[Fraction, tuple[Fraction, Fraction]] = field(default_factory=dict)
    """Start and length of transitions, by their cut."""
    title: str = ""


@dataclass
class _Reader:
    resources: dict[str, Element]
    fps: Fraction
    losses: list[Loss]
    made: int = 0
    compounds: dict[str, schema.Stack] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def stack(self, sequence: Element, under: tuple[str, ...]) -> schema.Stack:
        """The tracks of a sequence: pictures from the lowest lane up, then sound."""
        lanes: dict[tuple[str, int], _Lane] = {}
        markers: list[schema.Marker] = []
        spine = sequence.find("spine")
        if spine is not None:
            _Layout(self, lanes, markers, under).storyline(spine, Fraction(0), 0)
        made = schema.Stack(name=sequence.get("name", ""))
        lanes = {key: lane for key, lane in lanes.items() if lane.items}
        pictures = sorted(key for key in lanes if key[0] == "picture")
        sounds = sorted((key for key in lanes if key[0] == "sound"), key=lambda key: -key[1])
        for number, key in enumerate((*pictures, *sounds)):
            kind = schema.TrackKind.Video if key[0] == "picture" else schema.TrackKind.Audio
            letter, count = ("V", number + 1) if key[0] == "picture" else ("A", number - len(pictures) + 1)
            for track in self.tracks(lanes[key], f"{letter}{count}", kind):
                made.append(track)
        made.markers.extend(markers)
        return made

    def tracks(self, lane: _Lane, title: str, kind: str) -> Iterable[schema.Track]:
        """The track of a lane; a second where things in it overlap."""
        track = schema.Track(name=lane.title or title, kind=kind)
        position, later = Fraction(0), _Lane(title=lane.title)
        placed: list[tuple[Fraction, Fraction, core.Composable]] = []
        for start, item in sorted(lane.items, key=lambda pair: pair[0]):
            length = Fraction(item.source_range.duration.value).limit_denominator(1_000_000) / self.fps
            if start < position:
                later.items.append((start, item))
                continue
            if start > position:
                gap = schema.Gap(source_range=to_range(Fraction(0), start - position, self.fps))
                placed.append((position, start - position, gap))
            placed.append((start, length, item))
            position = start + length
        for at, _, item in placed:
            self._transition(track, lane, at, item)
            track.append(item)
        self._transition(track, lane, position, None)
        yield track
        if later.items:
            yield from self.tracks(later, f"{title}+", kind)

    def _transition(self, track: schema.Track, lane: _Lane, at: Fraction, item: core.Composable | None) -> None:
        """Add the transition that lies over a cut beside a clip."""
        before = track[-1] if len(track) else None
        if at not in lane.cuts or all(one is None or isinstance(one, schema.Gap) for one in (before, item)):
            return
        start, length = lane.cuts.pop(at)
        made = schema.Transition(
            transition_type=schema.TransitionTypes.SMPTE_Dissolve,
            in_offset=to_moment(max(Fraction(0), at - start), self.fps),
            out_offset=to_moment(max(Fraction(0), start + length - at), self.fps),
        )
        track.append(made)

    def resource(self, element: Element) -> Element:
        """What an element refers to.

        Raises:
            InterchangeError: it is not there.
        """
        found = self.resources.get(element.get("ref", ""))
        if found is None:
            name = element.get("name", element.tag)
            raise InterchangeError(
                f"{name} refers to {element.get('ref')!r}, which the file does not hold", value=element.get("ref"),
                hint=_HINT,
            )  # fmt: skip
        return found

    def size(self, key: str, under: tuple[str, ...]) -> int:
        """How many clips a compound unfolds to, worked out before any of it is made."""
        if len(under) > DEEPEST:
            raise InterchangeError(f"compounds nest deeper than {DEEPEST}", value=key, hint=_HINT)
        if key not in self.sizes:
            found = self.resources.get(key)
            inner = [] if found is None or key in under else [one for one in found.iter() if one.tag in CLIPS]
            nested = (one.get("ref", "") for one in inner if one.tag == "ref-clip")
            self.sizes[key] = len(inner) + sum(self.size(one, (*under, key)) for one in nested)
        return self.sizes[key]

    def count(self, clips: int) -> None:
        """Keep within measure what compounds in compounds unfold to.

        Raises:
            InterchangeError: too many clips.
        """
        self.made += clips
        if self.made > MOST_ITEMS:
            what = f"the compounds unfold to more than {MOST_ITEMS:,} clips"
            raise InterchangeError(what, value=MOST_ITEMS, hint=_HINT)

    def lose(self, what: str, where: str, why: str) -> None:
        """Note a loss."""
        self.losses.append(Loss(what=what, where=where, why=why))


@dataclass
class _Layout:
    """One sequence while it is laid out."""

    reader: _Reader
    lanes: dict[tuple[str, int], _Lane]
    markers: list[schema.Marker]
    under: tuple[str, ...]

    def storyline(self, spine: Element, at: Fraction, lane: int) -> None:
        """Elements one after the other; each says where it begins, which is relative to the storyline."""
        position = Fraction(0)
        for element in spine:
            offset = seconds_of(element.get("offset"), position)
            length = seconds_of(element.get("duration"))
            if element.tag == "transition":
                name = element.get("name", "transition")
                if "dissolve" not in name.lower():
                    self.lose(f"transition {name}", at + offset, "became a dissolve")
                for kind in ("picture", "sound"):
                    self.lane(kind, lane).cuts[at + position] = at + offset, length
                continue
            if lane and spine.get("name"):
                for kind in ("picture", "sound"):
                    self.lane(kind, lane).title = spine.get("name", "")
            self.element(element, at + offset, lane)
            position = offset + length

    def lane(self, kind: str, number: int) -> _Lane:
        return self.lanes.setdefault((kind, number), _Lane())

    def lose(self, what: str, at: Fraction, why: str) -> None:
        self.reader.lose(what, place_of("spine", max(Fraction(0), at), self.reader.fps), why)

    def element(self, element: Element, at: Fraction, lane: int) -> None:
        """A clip or a gap, and what is anchored to it."""
        if element.tag == "audition":
            chosen = next(iter(element), None)
            if chosen is not None:
                chosen.set("offset", element.get("offset", "0s"))
                self.element(chosen, at, lane)
            return
        if element.tag in CLIPS:
            self.clip(element, at, lane)
        elif element.tag not in {"gap", "spine"} | MARKERS:
            self.lose(
                f"<{element.tag}> {element.get('name', '')}".strip(), at, "left as a gap: Cutroom has no such thing"
            )
        start = seconds_of(element.get("start"))
        for child in element:
            if child.tag in MARKERS:
                self.marker(child, at + seconds_of(child.get("start"), start) - start)
            elif child.tag == "spine":
                self.storyline(child, at + seconds_of(child.get("offset"), start) - start, _number(child, lane))
            elif child.get("lane") is not None and child.tag not in KNOWN - CLIPS:
                self.element(child, at + seconds_of(child.get("offset"), start) - start, _number(child, lane))
            elif child.tag not in KNOWN and element.tag in CLIPS:
                self.lose(f"<{child.tag}> {child.get('name', '')}".strip(), at, "left out")

    def marker(self, element: Element, at: Fraction) -> None:
        if element.tag in {"analysis-marker", "rating"} or at < 0:
            return
        marked = to_range(at, Fraction(0), self.reader.fps)
        self.markers.append(schema.Marker(name=element.get("value", ""), marked_range=marked))

    def clip(self, element: Element, at: Fraction, lane: int) -> None:
        """Picture and sound of a clip, linked where it has both."""
        if at < 0:
            self.lose(f"clip {element.get('name', '')}", at, "left out: before the start")
            return
        picture, sound = self._streams(element)
        link = new_id("l") if picture and sound else None
        for kind, has in (("picture", picture), ("sound", sound)):
            if not has:
                continue
            made = self._made(element, at)
            if made is None:
                return
            if link:
                made.metadata[LINK] = link
            self.lane(kind, lane).items.append((at, made))

    def _streams(self, element: Element) -> tuple[bool, bool]:
        """Whether a clip shows a picture, and whether it is heard."""
        if element.tag == "title":
            return True, False
        inner = _inner(element)
        if inner.tag in {"video", "audio"} and element.tag in {"clip", "video", "audio"}:
            both = element.tag == "clip" and element.find(".//audio") is not None and inner.tag == "video"
            return inner.tag == "video", inner.tag == "audio" or both
        enabled = element.get("srcEnable", "all")
        found = self.reader.resource(inner)
        if found.tag == "media":
            if enabled in {"video", "audio"}:
                return enabled == "video", enabled == "audio"
            tracks = {child.get("srcEnable", "all") for child in found.iter() if child.tag in CLIPS}
            has_picture, has_sound = tracks != {"audio"}, bool(tracks & {"audio", "all"})
        else:
            has_picture, has_sound = found.get("hasVideo") == "1", found.get("hasAudio") == "1"
        return has_picture and enabled in {"all", "video"}, has_sound and enabled in {"all", "audio"}

    def _made(self, element: Element, at: Fraction) -> core.Item | None:
        fps = self.reader.fps
        if not self.under:
            self.reader.count(1)
        length = seconds_of(element.get("duration"))
        name = element.get("name", "")
        start, scalar = self._time_map(element, seconds_of(element.get("start")), length, at)
        window = to_range(start, length, fps)
        made: core.Item
        if element.tag == "title":
            words = "".join("".join(text.itertext()) for text in element.findall("text")).strip()
            generator = schema.GeneratorReference(name=TITLE, generator_kind=TITLE, parameters={"text": words})
            made = schema.Clip(name=name, media_reference=generator, source_range=window)
        elif element.tag == "ref-clip":
            made = self._nested(element, name)
            made.source_range = window
        else:
            made = schema.Clip(name=name, media_reference=self._reference(_inner(element)), source_range=window)
        if scalar != 1:
            made.effects.append(schema.LinearTimeWarp(time_scalar=float(scalar)))
        made.enabled = element.get("enabled", "1") != "0"
        return made

    def _nested(self, element: Element, name: str) -> schema.Stack:
        found = self.reader.resource(element)
        sequence = found.find("sequence")
        key = element.get("ref", "")
        if sequence is None or key in self.under or len(self.under) > DEEPEST:
            raise InterchangeError(f"compound clip {name} has no sequence of its own", value=key, hint=_HINT)
        if _rate(sequence, self.reader.resources) != self.reader.fps:
            self.reader.lose(f"frame rate of {name}", name, "it counts in the frames of the project")
        self.reader.count(self.reader.size(key, ()))
        if key not in self.reader.compounds:
            made = self.reader.stack(sequence, (*self.under, key))
            made.name = found.get("name", name)
            self.reader.compounds[key] = made
        return self.reader.compounds[key].deepcopy()

    def _reference(self, element: Element) -> Any:
        asset = self.reader.resource(element)
        name = asset.get("name", element.get("name", ""))
        representation = asset.find("media-rep")
        url = asset.get("src") or (representation.get("src") if representation is not None else None)
        if asset.tag == "effect" or not url:
            return schema.GeneratorReference(name=name, generator_kind=name or "generator")
        available = to_range(seconds_of(asset.get("start")), seconds_of(asset.get("duration")), self.reader.fps)
        return schema.ExternalReference(target_url=url, available_range=available)

    def _time_map(self, element: Element, start: Fraction, length: Fraction, at: Fraction) -> tuple[Fraction, Fraction]:
        """In point in the source's time, and seconds of source a second."""
        found = element.find("timeMap")
        points = sorted((seconds_of(p.get("time")), seconds_of(p.get("value"))) for p in _points(found))
        if len(points) < 2 or length <= 0:
            return start, Fraction(1)
        if len({(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points) if b[0] > a[0]}) > 1:
            self.lose("speed ramp", at, "became its mean")
        first, last = _value(points, start), _value(points, start + length)
        return min(first, last), (last - first) / length


def _points(time_map: Element | None) -> list[Element]:
    return [] if time_map is None else time_map.findall("timept")


def _value(points: list[tuple[Fraction, Fraction]], time: Fraction) -> Fraction:
    """The value of a broken line, which goes on straight at both ends."""
    pairs = [pair for pair in pairwise(points) if pair[1][0] > pair[0][0]]
    if not pairs:
        return points[0][1]
    a, b = next((pair for pair in pairs if time <= pair[1][0]), pairs[-1])
    return a[1] + (time - a[0]) * (b[1] - a[1]) / (b[0] - a[0])


def _inner(element: Element) -> Element:
    """The <video> or <audio> inside a <clip>; anything else is its own."""
    if element.tag != "clip":
        return element
    found = next((child for child in element.iter() if child.tag in {"video", "audio"} and child.get("ref")), None)
    if found is None:
        name = element.get("name", "")
        raise InterchangeError(f"clip {name} shows nothing", value=name, hint=_HINT)
    return found


def _number(element: Element, default: int) -> int:
    text = element.get("lane", str(default))
    if not text.removeprefix("-").isdecimal() or len(text) > 6:
        raise InterchangeError(f"not a lane: {text[:40]!r}", value=text, hint=_HINT)
    return int(text)

"""One storyline of FCPXML and everything anchored to it, laid out in lanes."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from opentimelineio import core, schema

from cutroom.errors import InterchangeError
from cutroom.interchange.carried import carry
from cutroom.interchange.fcpxml_lanes import Kind, Lanes
from cutroom.interchange.fcpxml_sources import STORY, content, is_heard, streams_of, time_map, words_of
from cutroom.interchange.fcpxml_times import seconds_of
from cutroom.interchange.moments import to_range
from cutroom.interchange.read_items import ANGLE, LINK, SHARED
from cutroom.interchange.report import place_of, shortened
from cutroom.interchange.to_otio import TITLE
from cutroom.schema.base import new_id
from cutroom.schema.document import Marker

if TYPE_CHECKING:
    from cutroom.interchange.fcpxml_read import Reader

MARKERS = {"marker", "chapter-marker"}
PLAIN = {"timeMap", "text", "text-style-def", "metadata", "audio-channel-source", "mc-source", "analysis-marker"}
"""What says nothing of its own that could be lost, or is read elsewhere."""
DEEPEST = 20
"""Compounds within compounds."""
ROLES = {"dialogue", "dialogue.dialogue-1", "video", "video.video-1", "titles", "titles.titles-1"}
"""What everything has that nobody gave another role."""


@dataclass
class Layout:
    """One sequence while it is laid out."""

    reader: Reader
    lanes: Lanes
    under: tuple[str, ...]
    markers: list[schema.Marker] = field(default_factory=list)

    def storyline(self, spine: Element | list[Element], at: Fraction, lane: int) -> None:
        """Elements one after the other; each says where it begins, which is relative to the storyline."""
        position = Fraction(0)
        title = spine.get("name", "") if lane and isinstance(spine, Element) else ""
        for element in spine:
            offset = seconds_of(element.get("offset"), position)
            length = seconds_of(element.get("duration"))
            if element.tag == "transition":
                name = element.get("name", "transition")
                if "dissolve" not in name.lower():
                    self.lose(f"transition {name}", at + offset, "became a dissolve")
                filters = {child.tag for child in element} & {"filter-video", "filter-audio"}
                for kind, one, _ in _KINDS:
                    if one in filters or not filters:
                        self.lanes.lane(kind, lane).cuts[at + position] = at + offset, length
                continue
            if title:
                for kind, _, _ in _KINDS:
                    self.lanes.lane(kind, lane).title = title
            self.element(element, at + offset, lane)
            position = offset + length

    def lose(self, what: str, at: Fraction, why: str) -> None:
        """Note a loss at a time of the sequence."""
        self.reader.lose(what, place_of("spine", max(Fraction(0), at), self.reader.fps), why)

    def element(self, element: Element, at: Fraction, lane: int) -> None:
        """A clip or a gap, and what is anchored to it."""
        if element.tag == "audition":
            chosen = next(iter(element), None)
            if chosen is not None:
                if len(element) > 1:
                    self.lose("audition", at, f"the chosen clip is read, {len(element) - 1} others are left out")
                self.element(chosen, at, lane)
            return
        if element.tag == "spine":
            self.storyline(element, at, lane)
            return
        if element.tag == "caption":
            self.caption(element, at)
            return
        inside = content(element) if element.tag in {"clip", "sync-clip"} else []
        if element.tag in STORY - {"gap"}:
            self.clip(element, inside, at, lane)
        elif element.tag != "gap":
            named = f"<{element.tag}> {element.get('name', '')}".strip()
            self.lose(named, at, "left as a gap: Cutroom has no such thing")
        start = seconds_of(element.get("start"))
        for child in element:
            if child in inside:
                continue
            own = at + seconds_of(child.get("offset"), start) - start
            if child.tag in MARKERS:
                self.marker(child, at + seconds_of(child.get("start"), start) - start)
            elif child.tag in STORY or child.tag == "caption":
                self.element(child, own, number_of(child, lane))
            elif child.tag not in PLAIN:
                self.other(child, at)

    def other(self, child: Element, at: Fraction) -> None:
        """What a clip has that is not carried."""
        if child.tag in {"keyword", "rating"}:
            self.lose(f"{child.tag} {child.get('value') or child.get('name') or ''}".strip(), at, "left out")
        elif child.tag == "note":
            self.lose("note", at, f"left out: {' '.join((child.text or '').split())[:80]}")
        elif child.tag == "sync-source":
            if any(one.get("active") == "0" or one.get("enabled") == "0" for one in child):
                self.lose("sound that is switched off", at, "it is heard: switch it off inside of the compound")
        elif child.tag == "conform-rate":
            if child.get("scaleEnabled", "1") != "0":
                self.lose("frame rate of a source", at, f"{child.get('srcFrameRate', '')}: it plays at natural speed")
        else:
            self.lose(f"<{child.tag}> {child.get('name', '')}".strip(), at, "left out")

    def marker(self, element: Element, at: Fraction) -> None:
        """A marker of the sequence: a chapter, or a note."""
        if at < 0:
            return
        title = shortened(element.get("value", ""), 500, "spine", self.reader.lose)
        made = schema.Marker(name=title, marked_range=to_range(at, Fraction(0), self.reader.fps))
        if element.tag == "chapter-marker":
            made.metadata.update(carry(Marker(id=new_id("m"), time=at, title=title, marker="chapter")))
        elif element.get("completed") is not None:
            state = "is done" if element.get("completed") == "1" else "is to be done"
            self.lose(f"to-do {title}".strip(), at, f"became a plain marker; it {state}")
        if note := element.get("note"):
            self.lose(f"note of marker {title}".strip(), at, f"left out: {note[:80]}")
        self.markers.append(made)

    def caption(self, element: Element, at: Fraction) -> None:
        """A subtitle, on the track of its role."""
        role = element.get("role", "").partition("?")
        name = role[0] or "Captions"
        language = role[2].rpartition(".")[2]
        name = f"{name} {language}" if language and "=" not in language and language != "en" else name
        text, length = words_of(element), seconds_of(element.get("duration"))
        if at < 0 or length <= 0 or not text or element.get("enabled") == "0":
            self.lose("caption", at, "left out: without text or length, or switched off")
            return
        self.lanes.captions.setdefault(name, []).append((at, length, text))

    def clip(self, element: Element, inside: list[Element], at: Fraction, lane: int) -> None:
        """Picture and sound of a clip, linked where it has both."""
        if at < 0:
            self.lose(f"clip {element.get('name', '')}", at, "left out: before the start")
            return
        length = seconds_of(element.get("duration"))
        if element.tag == "clip" and not inside:
            name = element.get("name", "")
            raise InterchangeError(f"clip {name} shows nothing", value=name, hint="export the timeline anew")
        self._roles(element, at)
        made = self._parts(element, inside, at, length)
        link = new_id("l") if len(made) > 1 else None
        for kind, item in made.items():
            if not self.under:
                self.reader.count(1)
            if link:
                item.metadata[LINK] = link
            item.enabled = element.get("enabled", "1") != "0"
            self.lanes.lane(kind, lane).items.append((at, length, item))

    def _parts(self, element: Element, inside: list[Element], at: Fraction, length: Fraction) -> dict[Kind, core.Item]:
        """What a clip shows and lets hear."""
        fps, name = self.reader.fps, element.get("name", "")
        start, speed, uneven = time_map(element, seconds_of(element.get("start")), length)
        if uneven:
            self.lose("speed ramp", at, f"became its mean, {float(speed):g}")

        def timed(item: core.Item, ahead: Fraction = Fraction(0)) -> core.Item:
            item.source_range = to_range(start + ahead, length, fps)
            if speed != 1:
                item.effects.append(schema.LinearTimeWarp(time_scalar=float(speed)))
            return item

        if element.tag == "title":
            generator = schema.GeneratorReference(
                name=TITLE, generator_kind=TITLE, parameters={"text": words_of(element)}
            )
            made = schema.Clip(name=name, media_reference=generator, source_range=to_range(Fraction(0), length, fps))
            return {"picture": made}
        streams = streams_of(element) if element.tag == "clip" else None
        if element.tag in {"ref-clip", "mc-clip", "sync-clip"} or (element.tag == "clip" and streams is None):
            uses, begins = self._nested(element, inside, start)
            return {kind: timed(item, -begins) for kind, item in uses.items()}
        if streams is not None:
            sides: list[tuple[Kind, tuple[Element, Fraction] | None]] = [("picture", streams[0]), ("sound", streams[1])]
            return {
                kind: timed(schema.Clip(name=name, media_reference=self._reference(one[0])), one[1])
                for kind, one in sides
                if one is not None
            }
        kinds: list[Kind] = ["picture"] if element.tag == "video" else ["sound"]
        if element.tag == "asset-clip":
            found, enabled = self.reader.resource(element), element.get("srcEnable", "all")
            kinds = ["picture"] if found.get("hasVideo") == "1" and enabled in {"all", "video"} else []
            if found.get("hasAudio") == "1" and enabled in {"all", "audio"} and is_heard(element):
                kinds.append("sound")
        return {kind: timed(schema.Clip(name=name, media_reference=self._reference(element))) for kind in kinds}

    def _nested(
        self, element: Element, inside: list[Element], start: Fraction
    ) -> tuple[dict[Kind, core.Item], Fraction]:
        """The uses of a compound, a multi-camera or a storyline of the clip's own; and where that begins to count."""
        if element.tag in {"clip", "sync-clip"}:
            if len(self.under) > DEEPEST:
                what = f"clips nest deeper than {DEEPEST}"
                raise InterchangeError(what, value=element.get("name"), hint="unnest some")
            key, begins = self.reader.inline(element, inside, (*self.under, ""))
        else:
            key, begins = self.reader.shared(element, self.under)
        begins = begins if begins <= start else Fraction(0)
        stack = self.reader.shelf[key]
        enabled = element.get("srcEnable", "all")
        made: dict[Kind, core.Item] = {}
        shown = {track.kind for track in stack} & {schema.TrackKind.Video, schema.TrackKind.Audio}
        for kind, filters, theirs in _KINDS:
            word = filters.removeprefix("filter-")
            if enabled != word and (enabled != "all" or theirs not in (shown or {schema.TrackKind.Video})):
                continue
            use = schema.Stack(name=element.get("name") or stack.name)
            use.metadata[SHARED] = key
            if element.tag == "mc-clip":
                sources = element.findall("mc-source")
                angle = next((one for one in sources if one.get("srcEnable", "all") in {"all", word}), None)
                if sources and angle is None:
                    continue
                place = key, angle.get("angleID", "") if angle is not None else "", kind
                title = self.reader.angles.get(place) if sources else stack[0].name
                if title is None:
                    continue
                use.metadata[ANGLE] = title
            made[kind] = use
        return made, begins

    def _roles(self, element: Element, at: Fraction) -> None:
        roles = {element.get(name, "") for name in ("role", "audioRole", "videoRole")} - {""}
        for role in sorted(roles - ROLES):
            self.lose(f"role {role}", at, "left out")

    def _reference(self, element: Element) -> Any:
        asset = self.reader.resource(element)
        name = asset.get("name", element.get("name", ""))
        representation = asset.find("media-rep")
        url = asset.get("src") or (representation.get("src") if representation is not None else None)
        if asset.tag == "effect" or not url:
            return schema.GeneratorReference(name=name, generator_kind=name or "generator")
        available = to_range(seconds_of(asset.get("start")), seconds_of(asset.get("duration")), self.reader.fps)
        return schema.ExternalReference(target_url=url, available_range=available)


_KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("picture", "filter-video", schema.TrackKind.Video),
    ("sound", "filter-audio", schema.TrackKind.Audio),
)


def number_of(element: Element, default: int) -> int:
    """The lane of an element.

    Raises:
        InterchangeError: not a number.
    """
    text = element.get("lane", str(default))
    if not text.removeprefix("-").isdecimal() or len(text) > 6:
        raise InterchangeError(f"not a lane: {text[:40]!r}", value=text, hint="export the timeline anew")
    return int(text)

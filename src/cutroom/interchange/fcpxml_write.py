"""A document as FCPXML: the lowest pictures are the spine, every other track a storyline connected to its head."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from cutroom.edit.limits import inside_parts
from cutroom.interchange.fcpxml_times import seconds_of, text_of
from cutroom.interchange.fit import CONTROLS, Abilities
from cutroom.interchange.references import Locate
from cutroom.interchange.report import Loss
from cutroom.schema.clip import Clip, CompoundSource, Gap, MediaSource, TitleSource, Transition
from cutroom.schema.document import Document, Marker, Timeline
from cutroom.schema.speed import NORMAL
from cutroom.schema.time import DROP_RATES
from cutroom.schema.track import Track

ABLE = Abilities("FCPXML", titles=True, compounds=True, speeds=True, late_markers=False)
DISSOLVE = "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"
TITLE = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"


def write(document: Document, title: str, locate: Locate) -> tuple[str, list[Loss]]:
    """The XML of a fitted document, version 1.10."""
    writer = _Writer(document, locate)
    writer.resources()
    name = CONTROLS.sub("", title) or "Untitled"
    event = SubElement(SubElement(writer.root, "library"), "event", name=name)
    project = SubElement(event, "project", name=name)
    writer.sequence(project, document.timeline)
    linked = [clip.id for track in document.tracks for _, clip in track.clips() if clip.link]
    if linked:
        why = f"left out: {len(linked)} clips stand by themselves"
        writer.losses.append(Loss(what="links", where="timeline", why=why))
    ElementTree.indent(writer.root)
    text = ElementTree.tostring(writer.root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{text}\n', writer.losses


@dataclass
class _Writer:
    document: Document
    locate: Locate
    root: Element = field(default_factory=lambda: Element("fcpxml", version="1.10"))
    losses: list[Loss] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    _styles: int = 0

    @property
    def fps(self) -> Fraction:
        return self.document.settings.fps

    def resources(self) -> None:
        """Formats, media, compounds and effects; each is named once and referred to by an id."""
        document, settings = self.document, self.document.settings
        shelf = SubElement(self.root, "resources")
        for number, name in enumerate(("format", "dissolve", "title", *self._things()), start=1):
            self.ids[name] = f"r{number}"
        SubElement(
            shelf, "format", id=self.ids["format"], frameDuration=text_of(1 / self.fps), width=str(settings.width),
            height=str(settings.height),
        )  # fmt: skip
        SubElement(shelf, "effect", id=self.ids["dissolve"], name="Cross Dissolve", uid=DISSOLVE)
        SubElement(shelf, "effect", id=self.ids["title"], name="Basic Title", uid=TITLE)
        for media in document.media:
            name = CONTROLS.sub("", media.path.replace("\\", "/").rpartition("/")[2])
            asset = SubElement(
                shelf, "asset", id=self.ids[media.id], name=name, start="0s", duration=text_of(media.duration),
                format=self.ids["format"],
            )  # fmt: skip
            if media.video:
                asset.set("hasVideo", "1")
            if media.audio:
                asset.attrib |= {"hasAudio": "1", "audioSources": "1", "audioChannels": str(media.audio.channels)}
            SubElement(asset, "media-rep", kind="original-media", src=CONTROLS.sub("", self.locate(media)))
        for compound in document.compounds:
            made = SubElement(shelf, "media", id=self.ids[compound.id], name=CONTROLS.sub("", compound.title))
            self.sequence(made, compound.timeline)

    def _things(self) -> list[str]:
        return [*(media.id for media in self.document.media), *(compound.id for compound in self.document.compounds)]

    def sequence(self, parent: Element, timeline: Timeline) -> None:
        """A timeline: its spine, and the storylines connected to it."""
        layout = "DF" if self.fps in DROP_RATES else "NDF"
        sequence = SubElement(
            parent, "sequence", format=self.ids["format"], duration=text_of(timeline.duration), tcStart="0s",
            tcFormat=layout,
        )  # fmt: skip
        spine = SubElement(sequence, "spine")
        pictures = [track for track in timeline.tracks if track.kind != "audio"]
        first = pictures[0] if pictures else Track(id="", kind="video", title="V1")
        self.storyline(spine, first, Fraction(0))
        rest = timeline.duration - first.duration
        if rest > 0:
            self.gap(spine, first.duration, rest)
        places = [element for element in spine if element.tag != "transition"]
        lanes = [(lane, track) for lane, track in enumerate(pictures[1:], start=1)]
        sounds = [track for track in timeline.tracks if track.kind == "audio"]
        lanes += [(-lane, track) for lane, track in enumerate(sounds, start=1)]
        for lane, track in lanes:
            if track.clips():
                head = places[0]
                made = Element("spine", lane=str(lane), offset=head.get("start", "0s"), name=track.title)
                self.storyline(made, track, Fraction(0))
                _insert(head, made)
        for marker in timeline.markers:
            self.marker(marker, places)

    def storyline(self, spine: Element, track: Track, at: Fraction) -> None:
        """Items end to end, transitions over their cuts."""
        opening = {t.right: t for t in track.transitions if t.right and not t.left}
        closing = {t.left: t for t in track.transitions if t.left}
        for item in track.items:
            if isinstance(item, Gap):
                self.gap(spine, at, item.duration)
            else:
                if item.id in opening:
                    self.transition(spine, opening[item.id], at)
                self.clip(spine, item, at, track)
                if item.id in closing:
                    self.transition(spine, closing[item.id], at + item.duration)
            at += item.duration

    def gap(self, spine: Element, at: Fraction, duration: Fraction) -> None:
        """Nothing for a while."""
        SubElement(spine, "gap", name="Gap", offset=text_of(at), start="0s", duration=text_of(duration))

    def transition(self, spine: Element, transition: Transition, cut: Fraction) -> None:
        """A dissolve that begins as long before its cut as it does here."""
        before = inside_parts(transition, self.fps)[0]
        made = SubElement(
            spine, "transition", name="Cross Dissolve", offset=text_of(cut - before),
            duration=text_of(transition.duration),
        )  # fmt: skip
        SubElement(made, "filter-video", ref=self.ids["dissolve"], name="Cross Dissolve")

    def clip(self, spine: Element, clip: Clip, at: Fraction, track: Track) -> None:
        """A clip of a media, a compound or a title."""
        place = {"offset": text_of(at), "duration": text_of(clip.duration)}
        source = clip.source
        if isinstance(source, TitleSource):
            self.title(spine, source, place)
            return
        if isinstance(source, CompoundSource):
            name = CONTROLS.sub("", self.document.compound(source.compound).title)
            made = SubElement(spine, "ref-clip", {"ref": self.ids[source.compound], "name": name, **place})
            length = self.document.compound(source.compound).timeline.duration
        else:
            assert isinstance(source, MediaSource)
            media = self.document.find_media(source.media)
            name = CONTROLS.sub("", media.path.replace("\\", "/").rpartition("/")[2])
            made = SubElement(spine, "asset-clip", {"ref": self.ids[source.media], "name": name, **place})
            length = media.duration
        made.set("srcEnable", "audio" if track.kind == "audio" else "video")
        made.set("start", text_of(self.time_map(made, clip, max(length, clip.end))))

    def time_map(self, made: Element, clip: Clip, length: Fraction) -> Fraction:
        """The map from the clip's own time to its source's, and the start in the former."""
        speed = clip.speed
        assert isinstance(speed, Fraction)
        if speed == NORMAL and not clip.reverse:
            return clip.start
        points = SubElement(made, "timeMap")
        if not speed:
            pairs, start = [(Fraction(0), clip.start), (clip.duration, clip.start)], Fraction(0)
        elif clip.reverse:
            pairs, start = [(Fraction(0), length), (length / speed, Fraction(0))], (length - clip.end) / speed
        else:
            pairs, start = [(Fraction(0), Fraction(0)), (length / speed, length)], clip.start / speed
        for time, value in pairs:
            SubElement(points, "timept", time=text_of(time), value=text_of(value), interp="linear")
        return start

    def title(self, spine: Element, source: TitleSource, place: dict[str, str]) -> None:
        """A basic title."""
        self._styles += 1
        style = f"ts{self._styles}"
        name = " ".join(source.text.split())[:40]
        named = {"ref": self.ids["title"], "name": name or "Title", "start": "0s"}
        made = SubElement(spine, "title", {**named, **place})
        SubElement(SubElement(made, "text"), "text-style", ref=style).text = source.text
        definition = SubElement(made, "text-style-def", id=style)
        size = round(source.style.size * self.document.settings.height)
        SubElement(
            definition, "text-style", font="Helvetica", fontSize=str(size), alignment=source.style.align,
            fontColor=_colour(source.style.colour),
        )  # fmt: skip

    def marker(self, marker: Marker, places: list[Element]) -> None:
        """A marker of whatever stands there in the spine."""
        for element in places:
            start = seconds_of(element.get("offset"))
            if start <= marker.time < start + seconds_of(element.get("duration")):
                own = seconds_of(element.get("start")) + marker.time - start
                made = Element("marker", start=text_of(own), duration=text_of(1 / self.fps), value=marker.title)
                _insert(element, made)
                return
        why = "left out: nothing stands there"
        self.losses.append(Loss(what=f"marker {marker.title}", where="timeline", why=why))


def _insert(parent: Element, made: Element) -> None:
    """Put an anchored thing where the order of elements has it: behind time map and text, markers last."""
    after = {"timeMap", "text", "text-style-def", "spine"} | ({"marker"} if made.tag == "marker" else set())
    place = sum(child.tag in after for child in parent)
    parent.insert(place, made)


def _colour(colour: str) -> str:
    numbers = [int(colour[i : i + 2], 16) / 255 for i in range(1, len(colour), 2)]
    return " ".join(f"{number:g}" for number in (*numbers, 1)[:4])

"""A document as FCPXML: the lowest pictures are the spine, every other track a storyline connected to its head."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from cutroom.edit.limits import inside_parts
from cutroom.interchange.fcpxml_pairs import cuts_of, partners, take_of
from cutroom.interchange.fcpxml_times import seconds_of, text_of
from cutroom.interchange.fit import CONTROLS, Abilities
from cutroom.interchange.references import Locate
from cutroom.interchange.report import Loss
from cutroom.schema.clip import Clip, CompoundSource, Gap, MediaSource, TitleSource, Transition
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document, Marker, Timeline
from cutroom.schema.media import Media
from cutroom.schema.speed import NORMAL
from cutroom.schema.time import DROP_RATES
from cutroom.schema.track import Track

ABLE = Abilities(
    "FCPXML", titles=True, compounds=True, speeds=True, late_markers=False, inner_markers=True, subtitles=True,
    fine_sound=True, marker_kinds=frozenset({"note", "chapter"}),
)  # fmt: skip
DISSOLVE = "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"
CROSSFADE = "FFAudioTransition"
TITLE = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"


def write(document: Document, title: str, locate: Locate) -> tuple[str, list[Loss]]:
    """The XML of a fitted document, version 1.10."""
    writer = _Writer(document, locate)
    writer.resources()
    name = CONTROLS.sub("", title) or "Untitled"
    event = SubElement(SubElement(writer.root, "library"), "event", name=name)
    project = SubElement(event, "project", name=name)
    writer.sequence(project, document.timeline)
    if writer.alone:
        why = f"left out: {writer.alone} clips stand by themselves"
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
    alone: int = 0
    """Linked clips that are not one with what they are linked to."""
    _styles: int = 0

    @property
    def fps(self) -> Fraction:
        return self.document.settings.fps

    def resources(self) -> None:
        """Formats, media, compounds and effects; each is named once and referred to by an id."""
        document, settings = self.document, self.document.settings
        shelf = SubElement(self.root, "resources")
        formats = {name: self._format(media) for media in document.media if (name := media.id) and media.video}
        looks = list(dict.fromkeys(formats.values()))
        for number, name in enumerate(("format", "dissolve", "crossfade", "title", *self._things()), start=1):
            self.ids[name] = f"r{number}"
        plain = {"frameDuration": text_of(1 / self.fps), "width": str(settings.width), "height": str(settings.height)}
        SubElement(shelf, "format", {"id": self.ids["format"], **plain})
        named = {look: f"f{number}" for number, look in enumerate(looks, start=1)}
        for (length, width, height), name in named.items():
            SubElement(shelf, "format", id=name, frameDuration=text_of(length), width=width, height=height)
        SubElement(shelf, "effect", id=self.ids["dissolve"], name="Cross Dissolve", uid=DISSOLVE)
        SubElement(shelf, "effect", id=self.ids["crossfade"], name="Audio Crossfade", uid=CROSSFADE)
        SubElement(shelf, "effect", id=self.ids["title"], name="Basic Title", uid=TITLE)
        for media in document.media:
            name = CONTROLS.sub("", media.path.replace("\\", "/").rpartition("/")[2])
            asset = SubElement(
                shelf, "asset", id=self.ids[media.id], name=name, start="0s", duration=text_of(media.duration)
            )
            if media.video:
                asset.attrib |= {"hasVideo": "1", "videoSources": "1", "format": named[formats[media.id]]}
            if media.audio:
                asset.attrib |= {"hasAudio": "1", "audioSources": "1", "audioChannels": str(media.audio.channels)}
                asset.set("audioRate", str(media.audio.sample_rate))
            SubElement(asset, "media-rep", kind="original-media", src=CONTROLS.sub("", self.locate(media)))
        for compound in document.compounds:
            made = SubElement(shelf, "media", id=self.ids[compound.id], name=CONTROLS.sub("", compound.title))
            self.sequence(made, compound.timeline)

    def _format(self, media: Media) -> tuple[Fraction, str, str]:
        """Length of a frame, width and height of a media."""
        assert media.video is not None
        return 1 / media.video.rate, str(media.video.width), str(media.video.height)

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
        pictures = [track for track in timeline.tracks if track.kind not in {"audio", "subtitle"}]
        sounds = [track for track in timeline.tracks if track.kind == "audio"]
        if not pictures:
            pictures = [Track(id="", kind="video", title="V1")]
        with_sound = partners(pictures, sounds)
        inside = {track.id for track in with_sound.values()}
        self.storyline(spine, pictures[0], with_sound.get(pictures[0].id))
        rest = timeline.duration - pictures[0].duration
        if rest > 0:
            self.gap(spine, pictures[0].duration, rest)
        places = [element for element in spine if element.tag != "transition"]
        lanes = list(enumerate(pictures[1:], start=1))
        lanes += [(-lane, track) for lane, track in enumerate((s for s in sounds if s.id not in inside), start=1)]
        for lane, track in lanes:
            if track.clips():
                head = places[0]
                made = Element("spine", lane=str(lane), offset=head.get("start", "0s"), name=track.title)
                self.storyline(made, track, with_sound.get(track.id))
                _insert(head, made)
        starts = [seconds_of(element.get("offset")) for element in places]
        captions = [track for track in timeline.tracks if track.kind == "subtitle"]
        for lane, track in enumerate(captions, start=len(pictures)):
            for cue in track.cues:
                place = bisect_right(starts, cue.start) - 1
                self.caption(places[place], cue.start - starts[place], cue, track, lane)
        for marker in timeline.markers:
            place = bisect_right(starts, marker.time) - 1
            if place < 0 or marker.time >= timeline.duration:
                why = "left out: nothing stands there"
                self.losses.append(Loss(what=f"marker {marker.title}", where="timeline", why=why))
            else:
                self.marker(places[place], marker.time - starts[place], marker)

    def storyline(self, spine: Element, track: Track, sound: Track | None) -> None:
        """Items end to end with the sound that is theirs, transitions over their cuts."""
        own, heard = cuts_of(track), cuts_of(sound) if sound else {}
        takes = {take_of(at, clip) for at, clip in sound.clips()} if sound else set()
        alone = "audio" if track.kind == "audio" else "video"
        at = Fraction(0)
        for item in (*track.items, None):
            kinds = ([alone] if at in own else []) + (["audio"] if at in heard else [])
            if kinds:
                self.transition(spine, own.get(at) or heard[at], at, kinds)
            if item is None:
                return
            if isinstance(item, Gap):
                self.gap(spine, at, item.duration)
            else:
                both = take_of(at, item) in takes
                self.alone += bool(item.link and not both)
                self.clip(spine, item, at, "all" if both else alone)
            at += item.duration

    def gap(self, spine: Element, at: Fraction, duration: Fraction) -> None:
        """Nothing for a while."""
        SubElement(spine, "gap", name="Gap", offset=text_of(at), start="0s", duration=text_of(duration))

    def transition(self, spine: Element, transition: Transition, cut: Fraction, kinds: list[str]) -> None:
        """A dissolve of picture, sound or both that begins as long before its cut as it does here."""
        before = inside_parts(transition, self.fps)[0]
        made = SubElement(
            spine, "transition", name="Cross Dissolve", offset=text_of(cut - before),
            duration=text_of(transition.duration),
        )  # fmt: skip
        if "video" in kinds:
            SubElement(made, "filter-video", ref=self.ids["dissolve"], name="Cross Dissolve")
        if "audio" in kinds:
            SubElement(made, "filter-audio", ref=self.ids["crossfade"], name="Audio Crossfade")

    def clip(self, spine: Element, clip: Clip, at: Fraction, heard: str) -> None:
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
        if heard != "all":
            made.set("srcEnable", heard)
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

    def marker(self, element: Element, after: Fraction, marker: Marker) -> None:
        """A marker of what stands there in the spine, `after` seconds behind its start."""
        own = text_of(seconds_of(element.get("start")) + after)
        tag = "chapter-marker" if marker.marker == "chapter" else "marker"
        _insert(element, Element(tag, start=own, duration=text_of(1 / self.fps), value=marker.title))

    def caption(self, element: Element, after: Fraction, cue: Cue, track: Track, lane: int) -> None:
        """A subtitle over what stands there in the spine."""
        own = text_of(seconds_of(element.get("start")) + after)
        made = Element(
            "caption", lane=str(lane), offset=own, name=" ".join(cue.text.split())[:40], start="0s",
            duration=text_of(cue.end - cue.start), role=f"{track.title}?captionFormat=SRT.en",
        )  # fmt: skip
        SubElement(SubElement(made, "text"), "text-style").text = cue.text
        _insert(element, made)


def _insert(parent: Element, made: Element) -> None:
    """Put an anchored thing where the order of elements has it: behind time map and text, markers last."""
    if made.tag.endswith("marker"):
        parent.append(made)
        return
    place = len(parent)
    while place and parent[place - 1].tag.endswith("marker"):
        place -= 1
    parent.insert(place, made)


def _colour(colour: str) -> str:
    numbers = [int(colour[i : i + 2], 16) / 255 for i in range(1, len(colour), 2)]
    return " ".join(f"{number:g}" for number in (*numbers, 1)[:4])

"""A document as Final Cut Pro 7's XML: pictures, then sounds; files and sequences are told where they first occur."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from cutroom.edit.limits import transition_parts
from cutroom.errors import InterchangeError
from cutroom.interchange.conform import conformed
from cutroom.interchange.fcp7_library import DEEPEST
from cutroom.interchange.fcp7_looks import is_hushed, put_looks, put_title
from cutroom.interchange.fcp7_speed import in_point, put_speed
from cutroom.interchange.fcp7_values import nearest_rate, put, put_rate
from cutroom.interchange.fit import CONTROLS, Abilities
from cutroom.interchange.references import Locate
from cutroom.interchange.report import Loss, place_of
from cutroom.schema.clip import Clip, CompoundSource, Gap, MediaSource, TitleSource, Transition
from cutroom.schema.document import Document, Timeline
from cutroom.schema.media import Media
from cutroom.schema.speed import NORMAL
from cutroom.schema.time import DROP_RATES, timecode
from cutroom.schema.track import Track

ABLE = Abilities(
    "Final Cut Pro 7's XML", titles=True, compounds=True, speeds=True, ramps=True, hidden=True, locks=True,
    inner_markers=True, looks=True, effects=frozenset({"transform", "gain"}),
)  # fmt: skip


def write(document: Document, title: str, locate: Locate) -> tuple[str, list[Loss]]:
    """The XML of a fitted document, version 5."""
    document, losses = conformed(document, nearest_rate(document.settings.fps))
    writer = _Writer(document, locate, losses)
    root = Element("xmeml", version="5")
    writer.sequence(root, document.timeline, CONTROLS.sub("", title) or "Untitled", "")
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{text}\n', writer.losses


class _Spot(NamedTuple):
    """What links say of a clip: its item, and where that is counted from 1."""

    item: str
    kind: str
    track: int
    clip: int


@dataclass
class _Writer:
    document: Document
    locate: Locate
    losses: list[Loss]
    files: dict[str, int] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    items: int = 0
    depth: int = 0

    @property
    def fps(self) -> Fraction:
        return self.document.settings.fps

    def frames(self, seconds: Fraction) -> int:
        """Whole frames of the sequence."""
        return round(seconds * self.fps)

    def sequence(self, parent: Element, timeline: Timeline, title: str, compound: str) -> None:
        """A timeline with everything on it; of a compound that is told already, its id."""
        known = compound in self.sequences
        number = self.sequences.setdefault(compound, len(self.sequences) + 1)
        made = SubElement(parent, "sequence", id=f"sequence-{number}")
        if known:
            return
        self.depth += 1
        if self.depth > DEEPEST:
            raise InterchangeError(f"compounds nest deeper than {DEEPEST}", value=title, hint="unnest some of them")
        settings = self.document.settings
        put(made, "name", title)
        put(made, "duration", self.frames(timeline.duration))
        put_rate(made, self.fps)
        start = SubElement(made, "timecode")
        put_rate(start, self.fps)
        put(start, "string", timecode(Fraction(0), self.fps))
        put(start, "frame", 0)
        put(start, "displayformat", "DF" if self.fps in DROP_RATES else "NDF")
        media = SubElement(made, "media")
        video, audio = SubElement(media, "video"), SubElement(media, "audio")
        picture = SubElement(SubElement(video, "format"), "samplecharacteristics")
        put_rate(picture, self.fps)
        put(picture, "width", settings.width)
        put(picture, "height", settings.height)
        put(picture, "pixelaspectratio", "square")
        sound = SubElement(SubElement(audio, "format"), "samplecharacteristics")
        put(sound, "depth", 16)
        put(sound, "samplerate", settings.sample_rate)
        layers = {
            "video": [track for track in timeline.tracks if track.kind != "audio"],
            "audio": [track for track in timeline.tracks if track.kind == "audio"],
        }
        spots = self.spots(layers)
        for kind, parent_of in (("video", video), ("audio", audio)):
            for track in layers[kind]:
                self.track(parent_of, track, kind, spots)
        for marker in timeline.markers:
            one = SubElement(made, "marker")
            put(one, "name", marker.title)
            put(one, "comment", "")
            put(one, "in", self.frames(marker.time))
            put(one, "out", -1)
        self.depth -= 1

    def spots(self, layers: dict[str, list[Track]]) -> dict[str, list[_Spot]]:
        """The items of a sequence: of each clip its own, and behind that those that it is linked with."""
        spots: dict[str, _Spot] = {}
        links: dict[str, list[str]] = {}
        for kind, tracks in layers.items():
            for number, track in enumerate(tracks, start=1):
                for place, (_, clip) in enumerate(track.clips(), start=1):
                    self.items += 1
                    spots[clip.id] = _Spot(f"clipitem-{self.items}", kind, number, place)
                    if clip.link:
                        links.setdefault(clip.link, []).append(clip.id)
        linked = {name: [spots[one] for one in group] for group in links.values() if len(group) > 1 for name in group}
        return {name: [spot, *linked.get(name, ())] for name, spot in spots.items()}

    def track(self, parent: Element, track: Track, kind: str, spots: dict[str, list[_Spot]]) -> None:
        """Items with transitions between them."""
        made = SubElement(parent, "track", {"MZ.TrackName": track.title})
        opening = {one.right: one for one in track.transitions if one.right}
        closing = {one.left: one for one in track.transitions if one.left}
        at = Fraction(0)
        for item in track.items:
            if isinstance(item, Gap):
                at += item.duration
                continue
            into, out_of = opening.get(item.id), closing.get(item.id)
            if into is not None and into.left is None:
                self.transition(made, into, at, kind)
            self.item(made, item, at, (into, out_of), kind, spots[item.id], track.title)
            at += item.duration
            if out_of is not None:
                self.transition(made, out_of, at, kind)
        put(made, "enabled", not (track.muted if kind == "audio" else track.hidden))
        put(made, "locked", track.locked)

    def transition(self, parent: Element, transition: Transition, cut: Fraction, kind: str) -> None:
        """A dissolve or a crossfade over a cut, or at a clip's end."""
        before, after = self.parts(transition)
        made = SubElement(parent, "transitionitem")
        put(made, "start", self.frames(cut - before))
        put(made, "end", self.frames(cut + after))
        sides = transition.left is not None, transition.right is not None
        put(made, "alignment", {(True, True): "center", (False, True): "start-black"}.get(sides, "end-black"))
        put_rate(made, self.fps)
        effect = SubElement(made, "effect")
        sound = kind == "audio"
        put(effect, "name", "Cross Fade (+3dB)" if sound else "Cross Dissolve")
        put(effect, "effectid", "KGAudioTransCrossFade3dB" if sound else "Cross Dissolve")
        if not sound:
            put(effect, "effectcategory", "Dissolve")
        put(effect, "effecttype", "transition")
        put(effect, "mediatype", kind)

    def parts(self, transition: Transition) -> tuple[Fraction, Fraction]:
        """How much of a transition lies before its cut, and after it."""
        if transition.left is None:
            return Fraction(0), transition.duration
        if transition.right is None:
            return transition.duration, Fraction(0)
        return transition_parts(transition.duration, self.fps)

    def item(  # noqa: PLR0917 - the parts of one item, private and called once
        self, parent: Element, clip: Clip, at: Fraction, over: tuple[Transition | None, Transition | None], kind: str,
        spots: list[_Spot], title: str,
    ) -> None:  # fmt: skip
        """A clip, with the material that its transitions show beyond its cuts."""
        where = place_of(title, at, self.fps, clip.id)

        def lose(what: str, why: str) -> None:
            self.losses.append(Loss(what=what, where=where, why=why))

        into, out_of = over
        head = self.parts(into)[0] if into is not None else Fraction(0)
        tail = self.parts(out_of)[1] if out_of is not None and out_of.right is not None else Fraction(0)
        wide = clip.part(-head, -tail)
        source = clip.source
        made = SubElement(parent, "generatoritem" if clip.is_title else "clipitem", id=spots[0].item)
        whole = self.named(made, clip, wide)
        put(made, "enabled", not is_hushed(clip.effects, kind == "audio"))
        paced = isinstance(clip.speed, Fraction) and clip.speed
        put(made, "duration", self.frames(whole / paced if paced else whole))
        put_rate(made, self.fps)
        put(made, "start", -1 if into is not None else self.frames(at))
        put(made, "end", -1 if out_of is not None else self.frames(at + clip.duration))
        begin = 0 if clip.is_title else in_point(wide, whole, self.fps)
        put(made, "in", begin)
        put(made, "out", begin + self.frames(wide.duration))
        settings = self.document.settings
        canvas = size = settings.width, settings.height
        if isinstance(source, TitleSource):
            effect = SubElement(made, "effect")
            for tag in ("name", "effectid", "effectcategory"):
                put(effect, tag, "Text")
            put(effect, "effecttype", "generator")
            put(effect, "mediatype", "video")
            put_title(effect, source.text, source.style, canvas)
        elif isinstance(source, CompoundSource):
            compound = self.document.compound(source.compound)
            self.sequence(made, compound.timeline, compound.title, compound.id)
        else:
            media = self.document.find_media(source.media)
            self.file(made, media)
            size = media.video.display_size if media.video else canvas
        retimed = not clip.is_title and (clip.speed != NORMAL or clip.reverse)
        if retimed and not put_speed(made, wide, whole, self.fps, kind):
            lose("speed ramp", "became its mean: its graph would have too many points")
        put_looks(made, clip.effects, canvas, size, lose, sound=kind == "audio")
        if kind == "audio":
            channel = SubElement(made, "sourcetrack")
            put(channel, "mediatype", "audio")
            put(channel, "trackindex", 1)
        _put_links(made, spots[1:])

    def named(self, made: Element, clip: Clip, wide: Clip) -> Fraction:
        """Say what an item shows; how long that is, in seconds."""
        source = clip.source
        if isinstance(source, TitleSource):
            put(made, "name", " ".join(source.text.split())[:40] or "Text")
            return wide.duration
        if isinstance(source, CompoundSource):
            compound = self.document.compound(source.compound)
            put(made, "name", compound.title)
            return max(compound.timeline.duration, wide.end)
        assert isinstance(source, MediaSource)
        media = self.document.find_media(source.media)
        number = self.files.get(media.id, len(self.files) + 1)
        put(made, "masterclipid", f"masterclip-{number}")
        put(made, "name", _name(media))
        return max(media.duration, wide.end)

    def file(self, parent: Element, media: Media) -> None:
        """A media; of one that is told already, its id."""
        known = media.id in self.files
        number = self.files.setdefault(media.id, len(self.files) + 1)
        made = SubElement(parent, "file", id=f"file-{number}")
        if known:
            return
        own = media.video.rate if media.video else self.fps
        rate = own if nearest_rate(own) == own else self.fps
        put(made, "name", _name(media))
        url = CONTROLS.sub("", self.locate(media))
        put(made, "pathurl", f"file://localhost{url[7:]}" if url.startswith("file:///") else url)
        put_rate(made, rate)
        put(made, "duration", round(media.duration * rate))
        streams = SubElement(made, "media")
        if media.video:
            picture = SubElement(SubElement(streams, "video"), "samplecharacteristics")
            put_rate(picture, rate)
            for tag, value in zip(("width", "height"), media.video.display_size, strict=True):
                put(picture, tag, value)
        if media.audio:
            sound = SubElement(streams, "audio")
            put(SubElement(sound, "samplecharacteristics"), "samplerate", media.audio.sample_rate)
            put(sound, "channelcount", media.audio.channels)


def _put_links(item: Element, spots: Iterable[_Spot]) -> None:
    for spot in spots:
        link = SubElement(item, "link")
        put(link, "linkclipref", spot.item)
        put(link, "mediatype", spot.kind)
        put(link, "trackindex", spot.track)
        put(link, "clipindex", spot.clip)
        if spot.kind == "audio":
            put(link, "groupindex", 1)


def _name(media: Media) -> str:
    return CONTROLS.sub("", media.path.replace("\\", "/").rpartition("/")[2])

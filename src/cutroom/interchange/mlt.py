"""MLT XML, which `melt`, Shotcut and Kdenlive's renderer play: written, not read.

Times are frames of the profile. A track is a playlist, a dissolve a small tractor in it, a compound a tractor that
entries show like a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree import ElementTree

from cutroom.edit.limits import inside_parts, transition_parts
from cutroom.interchange.fit import CONTROLS, Abilities
from cutroom.interchange.references import Locate, path_of
from cutroom.interchange.report import Loss, place_of
from cutroom.schema.clip import Clip, CompoundSource, Gap, MediaSource, TitleSource, Transition
from cutroom.schema.document import Document, Timeline
from cutroom.schema.speed import NORMAL
from cutroom.schema.time import LONGEST, to_frame
from cutroom.schema.track import Track

ABLE = Abilities("MLT", titles=True, compounds=True, speeds=True, markers=False, hidden=True, multicam=True)


def write(document: Document, title: str, locate: Locate) -> tuple[str, list[Loss]]:
    """The XML of a fitted document."""
    writer = _Writer(document, locate)
    settings = document.settings
    writer.root.set("title", CONTROLS.sub("", title))
    ElementTree.SubElement(
        writer.root, "profile", description="timeline", width=str(settings.width), height=str(settings.height),
        progressive="1", sample_aspect_num="1", sample_aspect_den="1", display_aspect_num=str(settings.width),
        display_aspect_den=str(settings.height), frame_rate_num=str(settings.fps.numerator),
        frame_rate_den=str(settings.fps.denominator), colorspace="709",
    )  # fmt: skip
    writer.tractor("main", document.timeline, None)
    ElementTree.indent(writer.root)
    text = ElementTree.tostring(writer.root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n', writer.losses


@dataclass
class _Writer:
    document: Document
    locate: Locate
    root: ElementTree.Element = field(
        default_factory=lambda: ElementTree.Element("mlt", LC_NUMERIC="C", version="7.0.0", producer="main")
    )
    losses: list[Loss] = field(default_factory=list)
    _made: dict[tuple[object, ...], str] = field(default_factory=dict)
    _count: int = 0

    @property
    def fps(self) -> Fraction:
        return self.document.settings.fps

    def frames(self, time: Fraction) -> int:
        return to_frame(time, self.fps)

    def tractor(self, name: str, timeline: Timeline, angle: str | None) -> None:
        """Tracks over black, pictures laid over each other, sound summed."""
        length = max(1, self.frames(timeline.duration))
        black = self.colour("#ff000000", length)
        playlists = [(track, self.playlist(track)) for track in timeline.tracks]
        made = ElementTree.Element("tractor", {"id": name, "in": "0", "out": str(length - 1)})
        ElementTree.SubElement(made, "track", producer=black)
        for track, playlist in playlists:
            hide = "video" if track.kind == "audio" else "audio"
            if track.hidden or track.muted or angle not in {None, track.id}:
                hide = "both"
            ElementTree.SubElement(made, "track", producer=playlist, hide=hide)
        for number, (track, _) in enumerate(playlists, start=1):
            sums = {"a_track": 0, "b_track": number, "always_active": 1}
            if track.kind == "audio":
                _service(made, "transition", "mix", {**sums, "sum": 1})
            else:
                _service(made, "transition", "composite", {**sums, "progressive": 1, "fill": 1, "distort": 0})
        self.root.append(made)

    def playlist(self, track: Track) -> str:
        """A track; entries end where a dissolve takes over."""
        opening = {t.right: t for t in track.transitions if t.right}
        closing = {t.left: t for t in track.transitions if t.left}
        made = ElementTree.Element("playlist", id=self.name("track"))
        before: Clip | None = None
        for i, item in enumerate(track.items):
            if isinstance(item, Gap):
                ElementTree.SubElement(made, "blank", length=str(self.frames(item.duration)))
                before = None
                continue
            into, out_of = opening.get(item.id), closing.get(item.id)
            if into is not None:
                self.dissolve(made, into, before, item)
            head = inside_parts(into, self.fps)[1] if into else Fraction(0)
            tail = inside_parts(out_of, self.fps)[0] if out_of else Fraction(0)
            if item.duration > head + tail:
                where = place_of(track.title, track.start_of(i), self.fps, item.id)
                self.entry(made, "entry", item.part(head, tail), where)
            if out_of is not None and out_of.right is None:
                self.dissolve(made, out_of, item, None)
            before = item
        self.root.append(made)
        return str(made.get("id"))

    def dissolve(
        self, playlist: ElementTree.Element, transition: Transition, left: Clip | None, right: Clip | None
    ) -> None:
        """A tractor with the end of one clip, the beginning of the other, and what fades between them."""
        length = self.frames(transition.duration)
        before, after = transition_parts(transition.duration, self.fps)
        none = Fraction(0)
        made = ElementTree.Element("tractor", {"id": self.name("dissolve"), "in": "0", "out": str(length - 1)})
        if transition.left is None or transition.right is None:
            before, after = (none, transition.duration) if transition.left is None else (transition.duration, none)
        for clip, part in (
            (left, left and left.part(left.duration - before, -after)),
            (right, right and right.part(-before, right.duration - after)),
        ):
            side_shown = clip is not None and (transition.left if clip is left else transition.right) == clip.id
            if side_shown and part is not None:
                self.entry(made, "track", part, "")
            else:
                ElementTree.SubElement(made, "track", producer=self.colour("#00000000", length))
        span = {"in": "0", "out": str(length - 1)}
        _service(made, "transition", "luma", {"a_track": 0, "b_track": 1}, span)
        _service(made, "transition", "mix", {"a_track": 0, "b_track": 1, "start": -1, "accepts_blanks": 1}, span)
        self.root.append(made)
        ElementTree.SubElement(playlist, "entry", {"producer": str(made.get("id")), **span})

    def entry(self, parent: ElementTree.Element, tag: str, clip: Clip, where: str) -> None:
        """What an entry of a playlist or a track of a tractor shows."""
        length = self.frames(clip.duration)
        producer, start = self.producer(clip, length, where)
        ElementTree.SubElement(parent, tag, {"producer": producer, "in": str(start), "out": str(start + length - 1)})

    def producer(self, clip: Clip, length: int, where: str) -> tuple[str, int]:
        """Id of what plays a clip, and the frame at which it begins there."""
        source = clip.source
        if isinstance(source, TitleSource):
            return self.title(source, length), 0
        assert isinstance(clip.speed, Fraction)
        start = self.frames(clip.start)
        if isinstance(source, CompoundSource):
            if clip.speed != NORMAL or clip.reverse:
                what = f"speed {float(-clip.speed if clip.reverse else clip.speed):g}"
                self.losses.append(Loss(what=what, where=where, why="a compound plays at natural speed in MLT"))
            return self.compound(source), start
        if self.document.find_media(source.media).is_still:
            return self.media(source, NORMAL, freeze=0), 0
        if clip.speed == 0:
            return self.media(source, NORMAL, freeze=start), 0
        if clip.speed == NORMAL and not clip.reverse:
            return self.media(source, NORMAL), start
        media = self.document.find_media(source.media)
        if clip.reverse:
            length = self.length(media.duration, clip.speed)  # melt counts backwards from the end that is declared
            return self.media(source, -clip.speed), max(0, length - self.frames(clip.end / clip.speed))
        return self.media(source, clip.speed), self.frames(clip.start / clip.speed)

    def media(self, source: MediaSource, speed: Fraction, freeze: int | None = None) -> str:
        """A file; at another speed, its frames count in the time that it then takes."""
        key = ("media", source.media, speed, freeze)
        if key not in self._made:
            media = self.document.find_media(source.media)
            url = self.locate(media)
            path = CONTROLS.sub("", path_of(url) or url)
            played = media.duration if freeze is None else Fraction(LONGEST)
            length = self.length(played, abs(speed))
            name = self._made[key] = self.name("media")
            made = self.element("producer", name, length)
            if freeze is not None:
                _set(made, {"resource": path, "mlt_service": "hold", "length": length, "frame": freeze})
            elif speed == NORMAL:
                _set(made, {"resource": path, "mlt_service": "avformat", "length": length})
            else:
                warp = {"warp_speed": float(speed), "warp_resource": path, "warp_pitch": 0}
                _set(made, {"resource": f"{float(speed)}:{path}", "mlt_service": "timewarp", "length": length, **warp})
        return self._made[key]

    def length(self, duration: Fraction, speed: Fraction) -> int:
        """Frames of a file at a speed, the last begun one with them."""
        return self.frames(duration / speed) + 1

    def compound(self, source: CompoundSource) -> str:
        """A compound's tractor, of one angle or of all tracks."""
        key = ("compound", source.compound, source.angle)
        if key not in self._made:
            name = self._made[key] = self.name("compound")
            self.tractor(name, self.document.compound(source.compound).timeline, source.angle)
        return self._made[key]

    def title(self, source: TitleSource, length: int) -> str:
        """Drawn text on a clear ground."""
        name = self.colour("#00000000", length, key=source.text)
        made = next(one for one in self.root if one.get("id") == name)
        if made.find("filter") is None:
            style = source.style
            text = {
                "argument": source.text.replace("#", "\\#"),
                "size": round(style.size * self.document.settings.height),
                "fgcolour": _argb(style.colour),
                "olcolour": _argb(style.outline_colour),
                "outline": round(style.outline * self.document.settings.height),
                "bgcolour": _argb(style.background or "#00000000"),
                "halign": {"center": "centre"}.get(style.align, style.align),
                "valign": "middle",
                "geometry": "0%/0%:100%x100%:100%",
            }
            _service(made, "filter", "dynamictext", text)
        return name

    def colour(self, colour: str, length: int, key: str = "") -> str:
        """A plain picture without sound."""
        found = self._made.get(("colour", colour, length, key))
        if found is None:
            found = self._made["colour", colour, length, key] = self.name("colour")
            made = self.element("producer", found, length)
            _set(made, {"resource": colour, "mlt_service": "color", "length": length, "mlt_image_format": "rgba"})
        return found

    def name(self, kind: str) -> str:
        """The next id of a kind."""
        self._count += 1
        return f"{kind}{self._count}"

    def element(self, tag: str, name: str, length: int) -> ElementTree.Element:
        """A producer at its place: before whatever shows it."""
        return ElementTree.SubElement(self.root, tag, {"id": name, "in": "0", "out": str(length - 1)})


def _argb(colour: str) -> str:
    """#rrggbb[aa] as #aarrggbb."""
    return f"#{colour[7:] or 'ff'}{colour[1:7]}"


def _set(element: ElementTree.Element, values: dict[str, object]) -> None:
    for name, value in values.items():
        ElementTree.SubElement(element, "property", name=name).text = str(value)


def _service(
    parent: ElementTree.Element, tag: str, service: str, values: dict[str, object], span: dict[str, str] | None = None
) -> None:
    made = ElementTree.SubElement(parent, tag, span or {})
    _set(made, {"mlt_service": service, **values})

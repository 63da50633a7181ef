"""One item of a track of Final Cut Pro 7's XML as a clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from cutroom.interchange.fcp7_library import Library
from cutroom.interchange.fcp7_looks import Size, filters_of, hushed, parameters_of, read_looks, read_title
from cutroom.interchange.fcp7_speed import Remap, Shown
from cutroom.interchange.fcp7_values import frames_of, named, rate_of, said, seconds, words
from cutroom.interchange.read_items import EMPTY
from cutroom.interchange.reader import Reader
from cutroom.interchange.report import place_of, shortened
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip, CompoundSource, MediaSource, TitleSource
from cutroom.schema.document import Marker
from cutroom.schema.effect import Effect
from cutroom.schema.media import Media
from cutroom.schema.speed import FASTEST, NORMAL, travel

TEXTS = {"text", "outlinetext", "outline text"}
"""Generators of text."""
_PLAIN = {"", "normal"}
_CLEAR = ("black", "slug", "transparent")
"""In names of what shows nothing; other pictures that have no file may stand for a slug, too."""


@dataclass(frozen=True)
class Context:
    """The sequence that an item stands in."""

    reader: Reader
    library: Library
    rate: Fraction
    canvas: Size
    where: str
    compound: Callable[[Element], str]
    """The id of the compound that a sequence inside of a clip is."""


@dataclass
class ItemMaker:
    """Makes clips; keeps their markers, which become the sequence's."""

    context: Context
    markers: list[Marker] = field(default_factory=list)
    sizes: dict[str, Size | None] = field(default_factory=dict)
    """Of the pictures of media."""

    def clip(  # noqa: PLR0917 - the parts of one clip, private to this format
        self, item: Element, sound: bool, at: Fraction, duration: Fraction, title: str, link: str | None
    ) -> Clip | None:
        """The clip; None, which is a gap, where there is nothing to show.

        Args:
            item: a clipitem or a generatoritem.
            sound: whether it is heard, not seen.
            at: where its material starts on the timeline, in seconds.
            duration: how long its material lasts there, in seconds.
            title: of its track.
            link: shared with other clips.
        """
        context = self.context
        where = place_of(title, max(Fraction(0), at), context.reader.fps, words(item, "name"))

        def lose(what: str, why: str) -> None:
            context.reader.lose(what, where, why)

        on = said(item, "enabled", True)
        if not on:
            lose(named(item), "it is switched off: here it is there, and neither seen nor heard")
        rate = rate_of(item, context.rate)
        begin = frames_of(item, "in") or Fraction(0)
        filters, remap = [], Remap()
        for one in filters_of(item):
            if one[0] == "timeremap" and one[2]:
                remap = Remap.of(parameters_of(one[1]), named(item))
            elif one[0] != "timeremap":
                filters.append(one)
        self._marked(item, begin, rate, at, duration, title)
        self._unspoken(item, lose)
        if (effect := item.find("effect")) is not None:
            title_source = self._generated(item, effect, lose)
            if title_source is None:
                return None
            looks = tuple(read_looks(filters, context.canvas, context.canvas, sound, lose))
            looks = looks if on else hushed(looks, sound)
            return Clip(id=new_id("c"), source=title_source, duration=duration, effects=looks)
        shown = self._shown(item, remap, begin, rate, duration, lose)
        start = seconds(shown.start, rate, item, "in")
        found = self._source(item, sound, start, travel(shown.speed, duration), where)
        if found is None:
            return None
        source, size = found
        if begin < 0:
            lose(named(item), "left as a gap: it starts before its media")
            return None
        effects: tuple[Effect, ...] = ()
        if filters:
            effects = tuple(read_looks(filters, context.canvas, size or context.canvas, sound, lose))
        if not on:
            effects = hushed(effects, sound)
        return Clip(
            id=new_id("c"), source=source, start=start, duration=duration, speed=shown.speed, reverse=shown.reverse,
            link=link, effects=effects,
        )  # fmt: skip

    def _shown(  # noqa: PLR0917 - as above
        self, item: Element, remap: Remap, begin: Fraction, rate: Fraction, duration: Fraction,
        lose: Callable[[str, str], None],
    ) -> Shown:  # fmt: skip
        """What it plays of its media, in its own frames."""
        length = duration * rate
        if said(item, "stillframe", False):
            return Shown(frames_of(item, "stillframeoffset") or begin, Fraction(0), False)
        out = frames_of(item, "out")
        played = length if out is None else out - begin
        plain = abs(played - length) > 1 and abs(played - length * remap.speed) <= max(Fraction(1), remap.speed)
        if abs(played - length) > 1 and not (plain or remap.variable):
            lose("in and out", f"they are {float(played):g} frames apart, its place {float(length):g}: that counts")
        if remap == Remap():
            return Shown(max(begin, Fraction(0)), NORMAL, False)
        shown = remap.shown(begin, length, rate, self._whole(item, rate) if remap.reverse else None, plain)
        if shown.mean:
            lose("speed ramp", f"became its mean, {float(travel(shown.speed, Fraction(1))):g}")
        if isinstance(shown.speed, Fraction) and shown.speed > FASTEST:
            lose(f"speed {float(shown.speed):g}", f"plays at natural speed: at most {FASTEST} times it is possible")
            return Shown(shown.start, NORMAL, shown.reverse)
        return shown

    def _whole(self, item: Element, rate: Fraction) -> Fraction | None:
        """How long its media is, in its own frames."""
        found = item.find("file")
        element = found if found is not None else item.find("sequence")
        if element is None:
            return frames_of(item, "duration")
        element = self.context.library.resolved(element)
        length = frames_of(element, "duration")
        return length / rate_of(element, rate) * rate if length is not None else frames_of(item, "duration")

    def _source(
        self, item: Element, sound: bool, start: Fraction, played: Fraction, where: str
    ) -> tuple[MediaSource | CompoundSource, Size | None] | None:
        """What it shows, and how large that is."""
        context, title = self.context, words(item, "name")
        if (nested := item.find("sequence")) is not None:
            return CompoundSource(compound=context.compound(nested)), None
        file = item.find("file")
        if file is None and (multiclip := item.find("multiclip")) is not None:
            context.reader.lose(f"multiclip {title}", where, "shows the angle that is chosen, and no other")
            file = _angle(multiclip, sound)
        url = None
        if file is not None:
            file = context.library.resolved(file)
            url = words(file, "pathurl") or None
            generator = words(file, "mediaSource")
            if url is None and generator:
                if not any(name in title.lower() for name in _CLEAR):
                    context.reader.lose(f"generator {title}", where, "left as a gap: Cutroom has no such generator")
                return None
            title = title if url is not None else words(file, "name") or title
        media = context.reader.media_named(url, title, sound, start, played, where)
        if media is None:
            return None
        if sound:
            return MediaSource(media=media.id), None
        if media.id not in self.sizes:
            self.sizes[media.id] = _size(file, media)
        return MediaSource(media=media.id), self.sizes[media.id]

    def _generated(self, item: Element, effect: Element, lose: Callable[[str, str], None]) -> TitleSource | None:
        """The title that a generator draws."""
        name = words(effect, "effectid") or words(effect, "name")
        if name.lower() not in TEXTS:
            if name.lower() not in EMPTY:
                lose(f"generator {words(item, 'name') or name}", "left as a gap: Cutroom has no such generator")
            return None
        text, style = read_title(effect, self.context.canvas, lose)
        return TitleSource(text=text, style=style)

    def _marked(  # noqa: PLR0917 - as above
        self, item: Element, begin: Fraction, rate: Fraction, at: Fraction, duration: Fraction, title: str
    ) -> None:
        """Take over the markers of an item that lie within what it shows."""
        for marker in item.findall("marker"):
            own = frames_of(marker, "in") or Fraction(0)
            label = words(marker, "name") or words(marker, "comment")
            label = shortened(label, 500, title, self.context.reader.lose)
            time = (own - begin) / rate
            if not 0 <= time < duration or at + time < 0:
                self.context.reader.lose(f"marker {label}", title, "left out: its clip does not show that moment")
                continue
            self.markers.append(Marker(id=new_id("m"), time=at + time, title=label))
            why = "it belonged to a clip and is one of the timeline now"
            self.context.reader.lose(f"marker {label}", title, why)

    @staticmethod
    def _unspoken(item: Element, lose: Callable[[str, str], None]) -> None:
        mode = words(item, "compositemode")
        if mode.lower() not in _PLAIN:
            lose(f"composite mode {mode}", "left out: it covers what is below")
        if (part := item.find("subclipinfo")) is not None and frames_of(part, "startoffset"):
            lose("subclip", "its in point is taken from the start of its media")


def _angle(multiclip: Element, sound: bool) -> Element | None:
    angles = multiclip.findall("angle")
    active = "activeaudioangle" if sound else "activevideoangle"
    chosen = next((one for one in angles if said(one, active, False)), angles[0] if angles else multiclip)
    return chosen.find(".//file")


def _size(file: Element | None, media: Media) -> Size | None:
    """How large the pictures of a file are: as it says, or as they are."""
    if file is not None and (found := file.find("media/video/samplecharacteristics")) is not None:
        width, height = frames_of(found, "width"), frames_of(found, "height")
        if width and height and width > 0 and height > 0:
            return int(width) or 1, int(height) or 1
    return media.video.display_size if media.video else None

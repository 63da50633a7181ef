"""Clips, gaps and markers of an OpenTimelineIO timeline, one at a time."""

from __future__ import annotations

import abc
import math
from collections.abc import Iterable
from fractions import Fraction

from opentimelineio import core, exceptions, schema
from opentimelineio.opentime import RationalTime, TimeRange

from cutroom.interchange.carried import CarriedClip, CarriedMedia, carried, plain_text, visible_speed
from cutroom.interchange.moments import exact
from cutroom.interchange.reader import Reader
from cutroom.interchange.references import Find
from cutroom.interchange.report import place_of, shortened
from cutroom.interchange.to_otio import TITLE
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip, CompoundSource, Gap, MediaSource, TitleSource
from cutroom.schema.document import Marker
from cutroom.schema.effect import Effect
from cutroom.schema.media import Media
from cutroom.schema.speed import FASTEST, NORMAL, Ramp, travel
from cutroom.schema.track import Track

LINK = "cutroom_link"
"""Metadata of clips that are picture and sound of one, where a reader knows it."""
SHELF, SHARED, ANGLE = "cutroom_shelf", "cutroom_shared", "cutroom_angle"
"""Metadata of a timeline: stacks by key. Of an empty stack: which of them it shows, and the title of the one track."""
EMPTY = {"black", "slug"}
"""Generators that show nothing."""


class ItemReader(Reader, abc.ABC):
    """Reads what stands on tracks; remembers the markers of clips until their track is laid out."""

    def __init__(self, fps: Fraction, find: Find, media: Iterable[Media]) -> None:
        super().__init__(fps, find, media)
        self.pending: list[tuple[Clip, schema.Marker]] = []
        self.found: list[Marker] = []

    def item(self, child: core.Composable, track: Track, title: str, at: Fraction) -> Clip | Gap | None:
        """A clip, or a gap as long where there is nothing to show; None for what lasts no time."""
        if not isinstance(child, core.Item):
            self.lose(type(child).__name__, title, "left out: Cutroom has no such thing")
            return None
        where = place_of(title, at, self.fps, child.name)
        known = None if isinstance(child, schema.Gap) else carried(child.metadata, CarriedClip, f"clip {child.name}")
        window = _window(child)
        if window is None:
            self.lose(f"clip {child.name}", where, "left out: the file does not say how long it is")
            return None
        gap = carried(child.metadata, Gap, "a gap") if isinstance(child, schema.Gap) else None
        length = gap.duration if gap else known.clip.duration if known else None
        duration = exact(window.duration, length, self.fps)
        if duration <= 0:
            return None
        if isinstance(child, schema.Gap):
            return Gap(duration=duration)
        if not child.enabled:
            self.lose(f"clip {child.name}", where, "left as a gap: it is switched off")
            return Gap(duration=duration)
        clip = self._clip(child, known, window.start_time, duration, track, where)
        if clip is None:
            return Gap(duration=duration)
        if known is None and isinstance(child, schema.Clip):
            self.pending += [(clip, marker) for marker in child.markers]
        return clip

    def _clip(  # noqa: PLR0917 - the parts of one clip, private and called once
        self,
        child: core.Item,
        known: CarriedClip | None,
        start: RationalTime,
        duration: Fraction,
        track: Track,
        where: str,
    ) -> Clip | None:
        speed, reverse = self._speed(child, known.clip if known else None, where)
        begins = exact(start, known.clip.start if known else None, self.fps)
        if known is None and isinstance(child, schema.Clip):
            begins -= _origin(child, begins)
        source: CompoundSource | TitleSource | MediaSource | None
        if isinstance(child, core.Composition):
            source = self.compound(child, where)
        elif isinstance(child, schema.Clip) and isinstance(child.media_reference, schema.GeneratorReference):
            source, begins = self._title(child.media_reference, known, where), Fraction(0)
        else:
            played = travel(speed, duration)
            source = self._media(child, begins, played, track, where)
        if source is None:
            return None
        if begins < 0:
            self.lose(f"clip {child.name}", where, "left as a gap: it starts before its media")
            return None
        link = child.metadata.get(LINK)
        base = known.clip if known else Clip(id=new_id("c"), source=source, duration=duration, link=link)
        made = base.replace(source=source, start=begins, duration=duration, speed=speed, reverse=reverse, effects=())
        effects = self._effects(child, where)
        return made.replace(effects=tuple(_moved(one, known.clip, made) if known else one for one in effects))

    @abc.abstractmethod
    def compound(self, child: core.Composition, where: str) -> CompoundSource:
        """The compound that a nested stack is."""

    def _speed(self, child: core.Item, known: Clip | None, where: str) -> tuple[Fraction | Ramp, bool]:
        scalar = 1.0
        for effect in child.effects:
            if isinstance(effect, schema.LinearTimeWarp):
                scalar *= effect.time_scalar
            elif isinstance(effect, schema.TimeEffect):
                self.lose(f"speed change {effect.effect_name}", where, "left out: Cutroom does not know it")
        if known is not None and (known.is_title or math.isclose(scalar, visible_speed(known), rel_tol=1e-9)):
            return known.speed, known.reverse
        if not math.isfinite(scalar) or abs(scalar) > FASTEST:
            self.lose(f"speed {scalar:g}", where, f"plays at natural speed: at most {FASTEST} times it is possible")
            return NORMAL, False
        return Fraction(abs(scalar)).limit_denominator(10_000), scalar < 0

    def _title(self, generator: schema.GeneratorReference, known: CarriedClip | None, where: str) -> TitleSource | None:
        source = known.clip.source if known else None
        parameters = generator.parameters
        if generator.generator_kind == TITLE and "text" in parameters:
            text = str(parameters["text"])
            if isinstance(source, TitleSource):
                return source if self.same_text(source.text, text) else source.replace(text=text, spans=())
            return TitleSource(text=text)
        if (generator.generator_kind or "").lower() not in EMPTY:
            kind = generator.generator_kind or generator.name
            self.lose(f"generator {kind}", where, "left as a gap: Cutroom has no such generator")
        return None

    def _media(
        self, child: core.Item, start: Fraction, played: Fraction, track: Track, where: str
    ) -> MediaSource | None:
        reference = getattr(child, "media_reference", None)
        url = getattr(reference, "target_url", None) or None
        metadata = reference.metadata if reference is not None else {}
        told = carried(metadata, CarriedMedia, f"the media of {child.name}")
        if told is not None and told.url != url:
            told = None  # another program linked it to another file
        title = child.name or (reference.name if reference is not None else "")
        media = self.media_named(url, title, track.kind == "audio", start, played, where, told.media if told else None)
        return MediaSource(media=media.id) if media is not None else None

    def _effects(self, child: core.Item, where: str) -> Iterable[Effect]:
        for effect in child.effects:
            if isinstance(effect, schema.TimeEffect):
                continue
            known = carried(effect.metadata, Effect, f"effect {effect.effect_name}")
            if known is None:
                name = effect.effect_name or effect.name
                self.lose(f"effect {name}", where, "left out: another program's")
            else:
                yield known if known.enabled == effect.enabled else known.evolve(enabled=effect.enabled)

    def marker(self, marker: schema.Marker, shift: Fraction, where: str) -> Marker | None:
        """A marker, `shift` seconds later than it says; None and a loss where that is before the start."""
        known = carried(marker.metadata, Marker, f"marker {marker.name}")
        time = exact(marker.marked_range.start_time, known.time if known else None, self.fps) + shift
        if time < 0:
            self.lose(f"marker {marker.name}", where or "timeline", "left out: before the start")
            return None
        if known is not None:
            title = known.title if self.same_text(known.title, marker.name) else self.label(marker, where)
            return known.evolve(time=time, title=title)
        if exact(marker.marked_range.duration) * self.fps > 1:
            self.lose(f"marker {marker.name}", where or "timeline", "it marks a moment here, the start of its range")
        return Marker(id=new_id("m"), time=time, title=self.label(marker, where))

    def label(self, marker: schema.Marker, where: str) -> str:
        """What a marker is called."""
        return shortened(marker.name, 500, where or "timeline", self.lose)

    def place_pending(self, track: Track, title: str) -> None:
        """Put the markers of clips on the timeline, now that it is known where the clips stand."""
        for clip, marker in self.pending:
            index = track.index_of(clip.id)
            if index is None:
                continue
            now = track.items[index]
            speed = clip.speed if isinstance(clip.speed, Fraction) and clip.speed else NORMAL
            assert isinstance(now, Clip)
            own = exact(marker.marked_range.start_time)
            time = track.start_of(index) + (own - now.start) / speed
            if made := self.marker(marker, time - own, title):
                self.lose(f"marker {marker.name}", title, "it belonged to a clip and is one of the timeline now")
                self.found.append(made)
        self.pending = []

    def place_markers(self, markers: Iterable[schema.Marker], track: Track, where: str) -> None:
        """Take over the markers of a track as the timeline's."""
        self.found += [made for marker in markers if (made := self.marker(marker, Fraction(0), where or track.title))]

    def take_markers(self) -> list[Marker]:
        """The markers that came from clips and tracks since the last call."""
        found, self.found = self.found, []
        return found

    @staticmethod
    def same_text(carried_text: str, shown: str) -> bool:
        """Whether a text is what another program shows of it."""
        return plain_text(carried_text) == shown


def _moved(effect: Effect, known: Clip, now: Clip) -> Effect:
    """An effect whose keyframes follow the clip, where another program has trimmed it or changed its speed."""
    if now.speed != known.speed or now.reverse != known.reverse:
        return effect.stretched(now.duration / known.duration)
    if isinstance(now.speed, Ramp) or not now.speed:
        return effect
    cut = known.end - now.end if now.reverse else now.start - known.start
    return effect.later(cut / now.speed)


def _window(item: core.Item) -> TimeRange | None:
    """The part of its source that an item shows; None where it cannot be told."""
    if item.source_range is not None:
        return item.source_range
    try:
        return item.trimmed_range()
    except (exceptions.OTIOError, ValueError):
        return None


def _origin(clip: schema.Clip, start: Fraction) -> Fraction:
    """The timecode at which a media starts, where the clip's start counts from that."""
    reference = clip.media_reference
    if reference is None or reference.available_range is None:
        return Fraction(0)
    origin = exact(reference.available_range.start_time)
    return origin if origin <= start else Fraction(0)

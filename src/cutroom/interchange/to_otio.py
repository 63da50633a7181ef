"""A document as an OpenTimelineIO timeline: what others can show as they show it, the rest in metadata."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from opentimelineio import core, schema
from opentimelineio.opentime import TimeRange

from cutroom.edit.limits import transition_parts
from cutroom.errors import InterchangeError
from cutroom.interchange.carried import (
    CarriedClip,
    CarriedDocument,
    CarriedMedia,
    CarriedTrack,
    CarriedTransition,
    angle_of,
    carry,
    is_shown,
    plain_text,
    visible_speed,
)
from cutroom.interchange.moments import to_moment, to_range
from cutroom.interchange.references import Locate, url_of
from cutroom.interchange.report import Loss, Report, place_of
from cutroom.schema.clip import Clip, CompoundSource, Gap, MediaSource, TitleSource, Transition
from cutroom.schema.document import Compound, Document, Marker, Timeline
from cutroom.schema.track import Track

MOST_ITEMS = 500_000
"""Items of an unfolded timeline: every use of a compound is a copy of what it holds."""
KINDS = {"video": schema.TrackKind.Video, "title": schema.TrackKind.Video, "audio": schema.TrackKind.Audio}
SUBTITLES = "Subtitle"
"""OpenTimelineIO has no kind for subtitles; programs pass over a kind that they do not know."""
TITLE = "Title"


def to_otio(document: Document, *, title: str = "", locate: Locate = url_of) -> tuple[schema.Timeline, Report]:
    """A document as an OpenTimelineIO timeline, from which `from_otio` makes the very same document.

    Ranges are frames at the timeline's rate, media time in clips and timeline time in markers. A clip's range lasts as
    long as the clip stands on the timeline, whatever its speed (`LinearTimeWarp`, the mean of a ramp). Titles are
    clips with a generator, compounds nested stacks, cues markers of a track without items. Exact fractions, effects,
    links, groups, switches and unused media travel in metadata under "cutroom".

    Args:
        document: to be carried.
        title: of the timeline.
        locate: the URL of a media; as its path stands in the project where it is left out.

    Raises:
        InterchangeError: compounds within compounds unfold to more than half a million items.

    Example:
        >>> timeline, report = to_otio(Document(id="p"), title="Trip")
        >>> timeline.name, report.complete
        ('Trip', True)
    """
    writer = _Writer(document, locate)
    unused = {compound.id for compound in document.compounds} - document.compounds_of(document.timeline)
    bare = document.evolve(timeline=Timeline(), compounds=())
    names = tuple(compound.id for compound in document.compounds)
    shelf = [writer.stack(compound, None) for compound in document.compounds if compound.id in unused]
    timeline = schema.Timeline(
        name=plain_text(title),
        global_start_time=to_moment(Fraction(0), document.settings.fps),
        metadata={
            **carry(CarriedDocument(document=bare, compounds=names)),
            **({"cutroom_unused": shelf} if shelf else {}),
        },
    )
    timeline.tracks = writer.tracks(document.timeline, None)
    return timeline, Report(format="otio", verb="written", losses=tuple(writer.losses))


@dataclass
class _Writer:
    document: Document
    locate: Locate
    losses: list[Loss] = field(default_factory=list)
    _items: int = 0

    @property
    def fps(self) -> Fraction:
        return self.document.settings.fps

    def tracks(self, timeline: Timeline, angle: str | None) -> schema.Stack:
        """A timeline's tracks and markers."""
        stack = schema.Stack(name="tracks", children=[self.track(track, angle) for track in timeline.tracks])
        stack.markers.extend(self.marker(marker) for marker in timeline.markers)
        return stack

    def stack(self, compound: Compound, clip: Clip | None) -> schema.Stack:
        """A compound, as a clip shows it."""
        stack = self.tracks(compound.timeline, angle_of(clip) if clip else None)
        stack.name = plain_text(compound.title)
        if clip is None:
            clip = Clip(id="", source=CompoundSource(compound=compound.id), duration=Fraction(1))
        else:
            stack.source_range = to_range(clip.start, clip.duration, self.fps)
            stack.effects.extend(self.effects(clip))
        bare = clip.evolve(effects=())
        stack.metadata.update(carry(CarriedClip(clip=bare, title=compound.title, multicam=compound.multicam)))
        return stack

    def marker(self, marker: Marker) -> schema.Marker:
        return schema.Marker(
            name=plain_text(marker.title),
            marked_range=to_range(marker.time, Fraction(0), self.fps),
            metadata=carry(marker),
        )

    def track(self, track: Track, angle: str | None) -> schema.Track:
        self._items += len(track.items) + len(track.cues) + 1
        if self._items > MOST_ITEMS:
            raise InterchangeError(
                f"the compounds unfold to more than {MOST_ITEMS:,} items",
                value=self._items,
                hint="unnest some of the compounds, or show them less often",
            )
        bare = track.evolve(items=(), transitions=(), cues=())
        names = tuple(transition.id for transition in track.transitions)
        made = schema.Track(
            name=plain_text(track.title),
            kind=KINDS.get(track.kind, SUBTITLES),
            children=self.items(track),
            metadata=carry(CarriedTrack(track=bare, transitions=names)),
        )
        made.enabled = is_shown(track, angle)
        for cue in track.cues:
            marked = to_range(cue.start, cue.end - cue.start, self.fps)
            made.markers.append(schema.Marker(name=plain_text(cue.text), marked_range=marked, metadata=carry(cue)))
        return made

    def items(self, track: Track) -> list[core.Composable]:
        """Items and transitions in order; a transition stands behind the left clip of its cut."""
        behind = {transition.left: transition for transition in track.transitions if transition.left}
        before = {t.right: t for t in track.transitions if t.right and not t.left}
        made: list[core.Composable] = []
        written = 0
        for item in track.items:
            if isinstance(item, Gap):
                uneven = carry(item) if (item.duration * self.fps).denominator > 1 else {}
                made.append(schema.Gap(source_range=to_range(Fraction(0), item.duration, self.fps), metadata=uneven))
                continue
            if (opening := before.get(item.id)) is not None:
                made.append(self.transition(opening))
                written += 1
            made.append(self.clip(item))
            if (closing := behind.get(item.id)) is not None:
                made.append(self.transition(closing))
                written += 1
        if written < len(track.transitions):
            count = len(track.transitions) - written
            where = place_of(track.title, Fraction(0), self.fps)
            self.losses.append(Loss(what=f"{count} transitions", where=where, why="left out: they stand on no cut"))
        return made

    def transition(self, transition: Transition) -> schema.Transition:
        before, after = transition_parts(transition.duration, self.fps)
        if transition.left is None:
            before, after = Fraction(0), transition.duration
        elif transition.right is None:
            before, after = transition.duration, Fraction(0)
        dissolve = transition.transition == "dissolve"
        value = CarriedTransition(
            id=transition.id,
            transition=transition.transition,
            left=transition.left,
            right=transition.right,
            duration=str(transition.duration),
        )
        return schema.Transition(
            name=plain_text(transition.transition),
            transition_type=(schema.TransitionTypes.SMPTE_Dissolve if dissolve else schema.TransitionTypes.Custom),
            in_offset=to_moment(before, self.fps),
            out_offset=to_moment(after, self.fps),
            metadata=carry(value),
        )

    def clip(self, clip: Clip) -> schema.Clip | schema.Stack:
        if isinstance(clip.source, CompoundSource):
            return self.stack(self.document.compound(clip.source.compound), clip)
        made = schema.Clip(
            name=self.name(clip),
            media_reference=self.reference(clip),
            source_range=to_range(clip.start, clip.duration, self.fps),
            metadata=carry(CarriedClip(clip=clip.evolve(effects=()))),
        )
        made.effects.extend(self.effects(clip))
        return made

    def name(self, clip: Clip) -> str:
        if isinstance(clip.source, TitleSource):
            return plain_text(clip.source.text.strip().partition("\n")[0])
        assert isinstance(clip.source, MediaSource)
        path = self.document.find_media(clip.source.media).path
        return plain_text(path.replace("\\", "/").rpartition("/")[2])

    def reference(self, clip: Clip) -> core.MediaReference:
        if isinstance(clip.source, TitleSource):
            text = plain_text(clip.source.text)
            return schema.GeneratorReference(name=TITLE, generator_kind=TITLE, parameters={"text": text})
        assert isinstance(clip.source, MediaSource)
        media = self.document.find_media(clip.source.media)
        url = plain_text(self.locate(media))
        available: TimeRange = to_range(Fraction(0), media.duration, self.fps)
        made = schema.ExternalReference(
            target_url=url, available_range=available, metadata=carry(CarriedMedia(media=media, url=url))
        )
        made.name = self.name(clip)
        return made

    def effects(self, clip: Clip) -> list[schema.Effect]:
        """The chain, behind the speed where it is not the natural one."""
        made: list[schema.Effect] = []
        speed = visible_speed(clip)
        if not clip.is_title and speed != 1.0:
            if speed:
                made.append(schema.LinearTimeWarp(name="speed", time_scalar=speed))
            else:
                made.append(schema.FreezeFrame(name="freeze"))
        for effect in clip.effects:
            one = schema.Effect(name=plain_text(effect.effect), effect_name=plain_text(effect.effect))
            one.metadata.update(carry(effect))
            one.enabled = effect.enabled
            made.append(one)
        return made

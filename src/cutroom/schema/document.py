"""The document: everything that a project file holds. A new edit makes a new document; nothing here ever changes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field

from cutroom.errors import ClipGoneError, EditError
from cutroom.schema.base import Frozen
from cutroom.schema.clip import Clip, CompoundSource, TitleSource
from cutroom.schema.media import Media
from cutroom.schema.resource import MOST_RESOURCES, Resource, code_of
from cutroom.schema.time import Rate, Seconds
from cutroom.schema.track import Track

SCHEMA_VERSION = 1
MOST_MARKERS = 10_000
"""Of one timeline."""
MarkerKind = Literal["chapter", "section", "note", "export"]


class Marker(Frozen):
    """A named moment of the timeline."""

    id: str
    time: Seconds
    title: str = Field(max_length=500)
    marker: MarkerKind = "note"


class ProjectSettings(Frozen):
    """The timeline's picture and sound format."""

    fps: Rate = Fraction(30)
    width: int = Field(default=1920, ge=16, le=8192)
    height: int = Field(default=1080, ge=16, le=8192)
    sample_rate: int = Field(default=48_000, ge=8_000, le=192_000)
    channels: Literal[1, 2] = 2
    adopt: tuple[Literal["fps", "size", "sample_rate"], ...] = ()
    """What nobody chose: the first video decides it."""


class Timeline(Frozen):
    """Tracks from bottom to top, and markers."""

    tracks: tuple[Track, ...] = Field(default=(), max_length=200)
    markers: tuple[Marker, ...] = Field(default=(), max_length=MOST_MARKERS)

    @property
    def duration(self) -> Fraction:
        """Where its last track ends, in seconds."""
        return max((track.duration for track in self.tracks), default=Fraction(0))


class Compound(Frozen):
    """A timeline inside of the project that clips show as if it were a media: a scene, or a multi-camera's angles."""

    id: str
    title: str = Field(min_length=1, max_length=200)
    timeline: Timeline = Timeline()
    multicam: bool = False
    """Whether its tracks are angles of one moment, of which a clip shows one."""


class Document(Frozen):
    """A project."""

    schema_version: Literal[1] = 1
    id: str
    settings: ProjectSettings = ProjectSettings()
    media: tuple[Media, ...] = Field(default=(), max_length=100_000)
    timeline: Timeline = Timeline()
    compounds: tuple[Compound, ...] = Field(default=(), max_length=1000)
    resources: tuple[Resource, ...] = Field(default=(), max_length=MOST_RESOURCES)
    """Fonts, look-up tables and code that titles and effects name by their SHA-256."""

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The timeline's tracks."""
        return self.timeline.tracks

    @property
    def duration(self) -> Fraction:
        """Where the last track ends, in seconds."""
        return self.timeline.duration

    @cached_property
    def _media(self) -> dict[str, Media]:
        return {media.id: media for media in self.media}

    def everywhere(self) -> Iterator[tuple[Track, Clip]]:
        """Every clip of the project with its track: the timeline's, then those inside of compounds."""
        for timeline in (self.timeline, *(compound.timeline for compound in self.compounds)):
            for track in timeline.tracks:
                for _, clip in track.clips():
                    yield track, clip

    @cached_property
    def used_media(self) -> frozenset[str]:
        """Ids of the media that some clip shows."""
        return frozenset(clip.media for _, clip in self.everywhere() if clip.media is not None)

    @cached_property
    def used_resources(self) -> frozenset[str]:
        """SHA-256 of the resources that some title, subtitle or effect names."""
        known = {resource.sha256 for resource in self.resources}
        if not known:
            return frozenset()
        named = set(self._named())
        code = {beginning for name in named if (beginning := code_of(name))}
        return frozenset(sha256 for sha256 in known if sha256 in named or sha256[:16] in code)

    def _named(self) -> Iterator[str]:
        """Whatever may be the name of a resource."""
        for timeline in (self.timeline, *(compound.timeline for compound in self.compounds)):
            for track in timeline.tracks:
                for _, clip in track.clips():
                    if isinstance(clip.source, TitleSource) and clip.source.style.font:
                        yield clip.source.style.font
                    for effect in clip.effects:
                        yield effect.effect
                        yield from (value for value in effect.parameters.values() if isinstance(value, str))
                yield from (cue.style.font for cue in track.cues if cue.style is not None and cue.style.font)

    def find_resource(self, sha256: str) -> Resource:
        """The resource with this content.

        Raises:
            EditError: the project has none.
        """
        for resource in self.resources:
            if resource.sha256 == sha256:
                return resource
        raise EditError(
            f"the project has no resource {sha256[:12]!r}", value=sha256, hint="project.resources.add(path) adds one"
        )

    def evolve(self, **changes: Any) -> Self:
        """A copy with `changes`; one with the same media finds them as this one does."""
        made = super().evolve(**changes)
        if "media" not in changes and (known := self.__dict__.get("_media")) is not None:
            made.__dict__["_media"] = known
        return made

    def compound(self, compound_id: str) -> Compound:
        """The compound with this id.

        Raises:
            EditError: the project has no such compound.
        """
        for compound in self.compounds:
            if compound.id == compound_id:
                return compound
        raise EditError(f"the project has no compound {compound_id!r}", value=compound_id)

    def compounds_of(self, timeline: Timeline) -> set[str]:
        """Ids of the compounds that a timeline shows, directly or through others."""
        found: set[str] = set()
        waiting = [timeline]
        while waiting:
            for track in waiting.pop().tracks:
                for _, clip in track.clips():
                    if isinstance(clip.source, CompoundSource) and clip.source.compound not in found:
                        found.add(clip.source.compound)
                        waiting.append(self.compound(clip.source.compound).timeline)
        return found

    @cached_property
    def _inside(self) -> dict[tuple[str, str | None], Document]:
        return {}

    def inside(self, compound_id: str | None, angle: str | None = None) -> Document:
        """The project as if a compound's timeline were the project's own; None gives the project itself.

        Args:
            compound_id: of a compound.
            angle: id of the one track that is left of it, shown and heard whatever its switches say; None: all tracks.

        Raises:
            EditError: the project has no such compound.
        """
        if compound_id is None:
            return self
        key = compound_id, angle
        if key not in self._inside:
            timeline = self.compound(compound_id).timeline
            if angle is not None:
                alone = (track for track in timeline.tracks if track.id == angle)
                timeline = timeline.evolve(tracks=tuple(track.evolve(hidden=False, muted=False) for track in alone))
            self._inside[key] = self.evolve(timeline=timeline)
        return self._inside[key]

    def find_media(self, media_id: str) -> Media:
        """The media with this id.

        Raises:
            EditError: the project has no such media.
        """
        try:
            return self._media[media_id]
        except KeyError:
            raise EditError(f"the project has no media {media_id!r}", value=media_id) from None

    def track_index(self, track_id: str) -> int:
        """Index of a track by id, or by title where only one track has it.

        Raises:
            EditError: no such track.
        """
        for i, track in enumerate(self.tracks):
            if track.id == track_id:
                return i
        named = [i for i, track in enumerate(self.tracks) if track.title == track_id]
        if len(named) == 1:
            return named[0]
        titles = ", ".join(track.title for track in self.tracks)
        raise EditError(f"there is no track {track_id!r}", value=track_id, hint=f"tracks: {titles or 'none yet'}")

    def locate(self, clip_id: str) -> tuple[int, int]:
        """Track index and item index of a clip.

        Raises:
            ClipGoneError: no track holds it.
        """
        for i, track in enumerate(self.tracks):
            index = track.index_of(clip_id)
            if index is not None:
                return i, index
        raise ClipGoneError(f"there is no clip {clip_id!r} on the timeline", value=clip_id)

    def clip(self, clip_id: str) -> Clip:
        """The clip with this id.

        Raises:
            ClipGoneError: no track holds it.
        """
        track, index = self.locate(clip_id)
        item = self.tracks[track].items[index]
        assert isinstance(item, Clip)
        return item

    def clip_start(self, clip_id: str) -> Fraction:
        """Where a clip starts on the timeline."""
        track, index = self.locate(clip_id)
        return self.tracks[track].start_of(index)

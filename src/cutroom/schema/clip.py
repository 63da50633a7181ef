"""Items of a track: clips and gaps in order; a start is never stored, it is a sum of durations."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from cutroom.schema.base import Frozen
from cutroom.schema.effect import Effect
from cutroom.schema.time import Duration, Seconds


class MediaSource(Frozen):
    """A stretch of a media file."""

    kind: Literal["media"] = "media"
    media: str
    """Id of the media."""


Offset = Annotated[float, Field(ge=-10, le=10)]


class TitleStyle(Frozen):
    """How a title looks. Sizes are fractions of the canvas height, so that a title survives a change of size."""

    size: float = Field(default=0.09, ge=0.01, le=1)
    colour: str = Field(default="#ffffff", pattern=r"^#[0-9a-f]{6}([0-9a-f]{2})?$")
    outline: float = Field(default=0.006, ge=0, le=0.1)
    outline_colour: str = Field(default="#000000", pattern=r"^#[0-9a-f]{6}([0-9a-f]{2})?$")
    background: str | None = Field(default=None, pattern=r"^#[0-9a-f]{6}([0-9a-f]{2})?$")
    align: Literal["left", "center", "right"] = "center"
    position: tuple[Offset, Offset] = (0.0, 0.0)
    """Middle of the text: canvas fractions from the centre, y down."""
    max_width: float = Field(default=0.8, ge=0.01, le=1)
    """Lines break at this fraction of the canvas width."""


class TitleSource(Frozen):
    """Drawn text on a clear background."""

    kind: Literal["title"] = "title"
    text: str = Field(max_length=10_000)
    style: TitleStyle = TitleStyle()


Source = Annotated[MediaSource | TitleSource, Field(discriminator="kind")]


class Clip(Frozen):
    """A stretch of a source on a track. Nothing in it depends on where it stands."""

    kind: Literal["clip"] = "clip"
    id: str
    source: Source
    start: Seconds = Fraction(0)
    """In point, in media time (0 for titles)."""
    duration: Duration
    """On the timeline."""
    link: str | None = None
    """Shared by a picture and its sound."""
    effects: tuple[Effect, ...] = Field(default=(), max_length=64)

    @property
    def end(self) -> Fraction:
        """Out point in media time, exclusive."""
        return self.start + self.duration

    @property
    def media(self) -> str | None:
        """Id of the media it shows, if any."""
        return self.source.media if isinstance(self.source, MediaSource) else None


class Gap(Frozen):
    """Nothing for a while: black, or silence."""

    kind: Literal["gap"] = "gap"
    duration: Duration


Item = Annotated[Clip | Gap, Field(discriminator="kind")]


class Transition(Frozen):
    """A transition attached to a cut, half of it on each side.

    A gap, or the track's edge, may be one side: None. Then all of it lies inside the clip.
    """

    id: str
    transition: str = Field(default="dissolve", max_length=100)
    left: str | None
    """Id of the clip before the cut."""
    right: str | None
    """Id of the clip after the cut."""
    duration: Duration

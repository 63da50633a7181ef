"""Items of a track: clips and gaps in order; a start is never stored, it is a sum of durations."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cutroom.schema.base import Frozen
from cutroom.schema.effect import Effect
from cutroom.schema.speed import NORMAL, Ramp, Speed, travel
from cutroom.schema.time import Duration, Seconds


class MediaSource(Frozen):
    """A stretch of a media file."""

    kind: Literal["media"] = "media"
    media: str
    """Id of the media."""


Offset = Annotated[float, Field(ge=-10, le=10)]


Paint = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}([0-9a-f]{2})?$")]
"""A colour, "#rrggbb", or "#rrggbbaa" where it is not solid."""
Anchor = Literal["top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"]
Shift = Annotated[float, Field(ge=-0.5, le=0.5)]


class TitleStyle(Frozen):
    """How a title looks. Sizes are fractions of the canvas height, so that a title survives a change of size."""

    size: float = Field(default=0.09, ge=0.01, le=1)
    colour: Paint = "#ffffff"
    outline: float = Field(default=0.006, ge=0, le=0.1)
    outline_colour: Paint = "#000000"
    background: Paint | None = None
    """Of a box behind the text."""
    padding: float = Field(default=0.3, ge=0, le=5)
    """How far the box reaches beyond the text, in sizes of its letters."""
    radius: float = Field(default=0.0, ge=0, le=0.5)
    """Of the box's corners."""
    shadow: Paint | None = None
    """Its colour; None: no shadow."""
    shadow_offset: tuple[Shift, Shift] = (0.004, 0.004)
    """To the right and down."""
    shadow_blur: float = Field(default=0.004, ge=0, le=0.1)
    """Standard deviation."""
    align: Literal["left", "center", "right"] = "center"
    """Of the lines to each other."""
    position: tuple[Offset, Offset] = (0.0, 0.0)
    """Where the text's `anchor` lies: canvas fractions from the centre, y down."""
    anchor: Anchor = "center"
    """The point of the text that lies at `position`."""
    margin: float | None = Field(default=None, ge=0, le=0.45)
    """Fraction of the canvas at each side into which the text, with its box, does not reach; None: it may."""
    max_width: float = Field(default=0.8, ge=0.01, le=1)
    """Lines break at this fraction of the canvas width."""
    line_spacing: float = Field(default=1.0, ge=0.5, le=5)
    """Factor."""
    letter_spacing: float = Field(default=0.0, ge=-0.2, le=5)
    """Between letters, in sizes of the letters; scripts whose letters hang together stay as they are."""
    font: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of a font among the project's resources; None: the fonts that Cutroom brings."""
    font_index: int = Field(default=0, ge=0, le=1000)
    """Of a collection (.ttc), which face."""
    weight: int | None = Field(default=None, ge=1, le=1000)
    """400 is regular, 700 bold: of a variable font; another one is made bolder from 600 on. None: as the font is."""
    italic: bool = False
    """Leaning letters; a font that has none is slanted."""


class TextSpan(Frozen):
    """Some letters of a text that look different; what is None is as the title's style says."""

    start: int = Field(ge=0, le=10_000)
    """Index of its first character."""
    end: int = Field(ge=1, le=10_000)
    """Of the one after its last."""
    italic: bool | None = None
    bold: bool | None = None
    """Of a font that is bold already, such as those that Cutroom brings, nothing changes."""
    colour: Paint | None = None
    size: float | None = Field(default=None, ge=0.1, le=10)
    """Factor on the style's size."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a span must end after it starts")
        return self


class TitleSource(Frozen):
    """Drawn text on a clear background."""

    kind: Literal["title"] = "title"
    text: str = Field(max_length=10_000)
    style: TitleStyle = TitleStyle()
    spans: tuple[TextSpan, ...] = Field(default=(), max_length=1000)
    """Letters that look different; of two that overlap, the later one tells."""


class CompoundSource(Frozen):
    """A stretch of another timeline of the project; of a multi-camera, one angle."""

    kind: Literal["compound"] = "compound"
    compound: str
    """Id of the compound."""
    angle: str | None = None
    """Id of the one track that is shown or heard; None: all, as they lie over each other."""


Source = Annotated[MediaSource | TitleSource | CompoundSource, Field(discriminator="kind")]


class Clip(Frozen):
    """A stretch of a source on a track. Nothing in it depends on where it stands."""

    kind: Literal["clip"] = "clip"
    id: str
    source: Source
    start: Seconds = Fraction(0)
    """In point: the first moment of media time that it plays (0 for titles); played last where it is reversed."""
    duration: Duration
    """On the timeline."""
    speed: Speed = NORMAL
    """Seconds of media per second of timeline."""
    reverse: bool = False
    """Whether it plays from its out point to its in point."""
    keep_pitch: bool = Field(default=False, exclude_if=lambda kept: not kept)
    """Whether its sound stays as high as it is at another speed."""
    link: str | None = None
    """Shared by a picture and its sound."""
    group: str | None = None
    """Shared by clips that are moved and deleted together."""
    effects: tuple[Effect, ...] = Field(default=(), max_length=64)

    @property
    def end(self) -> Fraction:
        """Out point in media time, exclusive."""
        return self.start + travel(self.speed, self.duration)

    def media_at(self, time: Fraction) -> Fraction:
        """The media time that plays `time` seconds after the clip's start; outside of it, in its handles, too.

        Example:
            >>> clip = Clip(id="c_1", source=MediaSource(media="m_1"), start=4, duration=2, speed=2, reverse=True)
            >>> clip.media_at(Fraction(0)), clip.media_at(Fraction(2))
            (Fraction(8, 1), Fraction(4, 1))
        """
        if self.reverse:
            return self.start + travel(self.speed, self.duration, time)
        return self.start + travel(self.speed, time)

    def part(self, head: Fraction, tail: Fraction) -> Clip:
        """The clip without its first `head` and its last `tail` seconds of timeline; negative: with so much more."""
        if not head and not tail:
            return self
        first, last = (self.duration - tail, self.duration) if self.reverse else (Fraction(0), head)
        return self.evolve(
            start=self.start if self.is_title else self.start + travel(self.speed, last, first),
            duration=self.duration - head - tail,
            speed=self.speed.later(head) if head and isinstance(self.speed, Ramp) else self.speed,
            effects=_each(self.effects, lambda effect: effect.later(head)) if head else self.effects,
        )

    def paced(self, speed: Fraction | Ramp, duration: Fraction) -> Clip:
        """The clip at another speed, which lasts `duration` then; its keyframes move apart or together as it does."""
        factor = duration / self.duration
        effects = _each(self.effects, lambda effect: effect.stretched(factor))
        return self.evolve(speed=speed, duration=duration, effects=effects)

    def held(self, at: Fraction) -> tuple[Effect, ...]:
        """Its effects as they are at one moment, without animation."""
        return _each(self.effects, lambda effect: effect.held(at))

    @property
    def is_title(self) -> bool:
        """Whether it is drawn, and so has no in point, no speed and no end of its own."""
        return isinstance(self.source, TitleSource)

    @property
    def media(self) -> str | None:
        """Id of the media it shows, if any."""
        return self.source.media if isinstance(self.source, MediaSource) else None


def _each(effects: tuple[Effect, ...], change: Callable[[Effect], Effect]) -> tuple[Effect, ...]:
    """The effects changed, those that are animated; the very same where none is."""
    return tuple(map(change, effects)) if any(effect.curves for effect in effects) else effects


class Gap(Frozen):
    """Nothing for a while: black, or silence."""

    kind: Literal["gap"] = "gap"
    duration: Duration

    def part(self, head: Fraction, tail: Fraction) -> Gap:
        """The gap without its first `head` and its last `tail` seconds."""
        return self if not head and not tail else Gap(duration=self.duration - head - tail)


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

"""What a stretch of the timeline shows and sounds like, as frozen data: the compiler's result, the runner's input.

`canonical_json(segment)` is its identity in cache keys. Nothing in it knows a path, an id of the document, or where on
the timeline it stands: equal stretches are equal values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_serializer, model_validator

from cutroom.effects.nodes import Filter, Gain, Moving, PictureNode, PointNode, SoundNode, StillNode
from cutroom.media.light import Light
from cutroom.schema.base import Frozen, digest
from cutroom.schema.clip import TextSpan, TitleStyle
from cutroom.schema.media import AudioStream, VideoStream
from cutroom.schema.time import Exact, Rate

Depth = Literal[8, 10]
"""Bits of a number of the picture."""


class VideoInput(Frozen):
    """The picture of one file's content."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    stream: VideoStream


class AudioInput(Frozen):
    """The sound of one file's content."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    stream: AudioStream


Input = VideoInput | AudioInput


class MediaPicture(Frozen):
    """Pictures of a file. Frame `i` of the segment shows what the file shows at `start + i * step + i * i * bend`."""

    kind: Literal["media"] = "media"
    input: VideoInput
    start: Exact
    """Media time, in seconds, at the segment's first frame."""
    step: Exact
    """Seconds of media per frame of the segment; negative where it plays backwards."""
    bend: Exact = Fraction(0)
    """What a ramp of the speed adds, per frame squared."""
    before: tuple[Exact, ...] = ()
    """Where the clip did not always follow that law: media times of the shot's `lead` frames before the first."""
    matrix: Literal["bt709", "bt601", "smpte240m", "fcc", "bt2020"]
    """How its numbers mean colours: the file's own word, or the rule for files that do not say."""
    full_range: bool
    light: Light | None = None
    """None: it is the canvas's own."""

    def grace(self, i: int) -> Fraction:
        """Seconds for which frame `i` holds the last picture, as times are rounded: a frame, or one of the timeline.

        By the speed at that frame, so that it is the same wherever the segment begins.
        """
        step = self.time(i + 1) - self.time(i) if i < 0 and self.before else self.step + 2 * i * self.bend
        return max(abs(step), 1 / self.input.stream.rate)

    def shows(self, i: int) -> bool:
        """Whether the media, as long as it says it is, has a picture for frame `i` of the segment."""
        stream = self.input.stream
        return self.time(i) < stream.start + stream.duration + self.grace(i)

    def time(self, i: int) -> Fraction:
        """The media time that frame `i` of the segment shows; negative: a frame before it."""
        return self.before[i] if i < 0 and self.before else self.start + i * self.step + i * i * self.bend


class TitlePicture(Frozen):
    """Drawn text; the same at every frame."""

    kind: Literal["title"] = "title"
    text: str
    style: TitleStyle
    spans: tuple[TextSpan, ...] = ()


class CompoundPiece(Frozen):
    """A stretch without cuts of a timeline inside of a clip."""

    first: int
    """Frame of the inner timeline, counted from the first one that the segment shows."""
    picture: PictureSegment


class CompoundPicture(Frozen):
    """Pictures of a timeline. Frame `i` shows the inner frame `floor(start + i * step + i * i * bend)`."""

    kind: Literal["compound"] = "compound"
    start: Exact
    step: Exact
    bend: Exact = Fraction(0)
    before: tuple[Exact, ...] = ()
    """As of a `MediaPicture`, in inner frames."""
    pieces: tuple[CompoundPiece, ...]
    """In order; between them, before and behind them there is nothing to see."""

    def number(self, i: int) -> int:
        """The inner frame that frame `i` of the segment shows; negative: a frame before it."""
        at = self.before[i] if i < 0 and self.before else self.start + i * self.step + i * i * self.bend
        return math.floor(at)


class Fit(Frozen):
    """Where a picture lies on the canvas before its effects, in pixels."""

    x: int
    y: int
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class Shot(Frozen):
    """One clip's picture: what it shows, where it lies, what is done to it."""

    source: Annotated[MediaPicture | TitlePicture | CompoundPicture, Field(discriminator="kind")]
    fit: Fit
    nodes: tuple[PictureNode, ...] = ()
    """In the order of the clip's effects."""
    preroll: int = Field(default=0, ge=0)
    """Frames before the one shown that its filters must have seen."""
    lead: int = Field(default=0, ge=0)
    """How many of those the clip has before the segment's first frame; its first frame stands in for the others."""

    def nodes_at(self, i: int) -> tuple[StillNode, ...]:
        """Its nodes at frame `i` of the segment."""
        return tuple(
            one.at(i)
            for node in self.nodes
            for one in (node.frames[i + node.lead] if isinstance(node, Moving) else (node,))
        )

    @property
    def chains(self) -> Iterator[tuple[StillNode, ...]]:
        """Its nodes at each frame, those before the first that are looked at among them.

        Only once where they are the same at all of them.
        """
        counts = [len(node.frames) - node.lead for node in self.nodes if isinstance(node, Moving)]
        return (self.nodes_at(i) for i in range(-self.lead if counts else 0, max(counts, default=1)))


class Blend(Frozen):
    """A transition at work: at frame `i` it has come to `progress + i * step`, from 0 (outgoing) to 1 (incoming)."""

    transition: str
    progress: Exact
    step: Exact


class Layer(Frozen):
    """One track's part of the picture; in a transition, two shots and the blend between them."""

    shot: Shot | None
    """In a transition: the outgoing one. None: nothing there."""
    incoming: Shot | None = None
    blend: Blend | None = None

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if self.blend is None and (self.incoming is not None or self.shot is None):
            raise ValueError("a layer is one shot, or two shots (one may be missing) with a blend")
        if self.blend is not None and self.shot is None and self.incoming is None:
            raise ValueError("a blend needs a shot on one side at least")
        return self


class PictureSegment(Frozen):
    """Pictures of a stretch without cuts: the same layers from its first frame to its last, over black."""

    fps: Rate
    width: int
    height: int
    depth: Depth = 8
    """Bits of each number, on the way and in the end."""
    frames: int = Field(ge=1)
    layers: tuple[Layer, ...] = ()
    """From bottom to top."""

    @property
    def untouched(self) -> MediaPicture | None:
        """The file whose frames this segment shows as they are, without any change to a pixel; None otherwise.

        True of one opaque layer without effects whose size, pixel format and colours are the canvas's own, and whose
        pixels are upright squares. Whether its frames lie on the timeline's grid is for the reader of `start`, `step`
        and `input.stream` to judge.
        """
        if len(self.layers) != 1 or self.layers[0].blend is not None:
            return None
        shot = self.layers[0].shot
        if shot is None or shot.nodes or not isinstance(shot.source, MediaPicture):
            return None
        source, stream = shot.source, shot.source.input.stream
        same = (
            (stream.width, stream.height) == (self.width, self.height)
            and stream.pixel_format == ("yuv420p" if self.depth == 8 else "yuv420p10le")
            and stream.pixel_aspect == 1
            and stream.rotation == 0
            and not stream.interlaced
            and source.matrix == "bt709"
            and not source.full_range
            and source.light is None
        )
        return source if same else None


class SoundClip(Frozen):
    """One clip's sound inside a segment.

    Sample `at + k` of the segment hears the source's sample `first + k * pace + k * k * bend`, interpolated where that
    is no whole number; where every sample is heard as it stands, `first` is whole, `pace` 1 and `bend` 0.
    """

    input: AudioInput | SoundSegment | Tape
    """A file, what a timeline inside of the clip sounds like, or sound that is processed from its beginning."""
    at: int = Field(ge=0)
    first: Exact
    """Of the source, on the project's sample grid. Outside the source there is silence."""
    pace: Exact = Fraction(1)
    bend: Exact = Fraction(0)
    samples: int = Field(ge=1)
    nodes: tuple[PointNode, ...] = ()
    sides: tuple[SoundSegment, ...] = ()
    """Other sound that nodes listen to."""
    gains: tuple[float, ...]
    """Track volume and pan: one factor per channel of the segment."""


class SoundSegment(Frozen):
    """Sound of a stretch: the sum of its clips, in 32-bit float, not clipped."""

    sample_rate: int
    channels: Literal[1, 2]
    samples: int = Field(ge=1)
    clips: tuple[SoundClip, ...] = ()
    master: tuple[Gain, ...] = ()
    """What is done to the sum."""


class Tape(Frozen):
    """A clip's sound from its first audible sample on, through nodes that remember.

    It says nothing of which of its samples are wanted: the stretches of a long clip hold equal tapes, and a runner that
    keeps one open goes on where it stands. As JSON it is its digest alone, since every stretch repeats it.
    """

    source: SoundSegment
    """All of what goes in; one clip, or one for each turn of the speed."""
    keep_pitch: bool = False
    """Whether the source's clips are stretched in time, where they would be played as a tape is."""
    nodes: tuple[SoundNode, ...] = ()
    sides: tuple[SoundSegment, ...] = ()
    """Other sound that nodes listen to."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it is."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return digest({name: _plain(value) for name, value in fields.items()})

    @model_serializer(mode="plain", when_used="json")
    def _short(self) -> dict[str, str]:
        return {"tape": self.digest}


def _plain(value: Frozen | tuple[Frozen, ...] | bool) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.model_dump(mode="json") if isinstance(value, Frozen) else value


CompoundPiece.model_rebuild()
SoundClip.model_rebuild()
Tape.model_rebuild()


def picture_inputs(segment: PictureSegment) -> Iterator[str]:
    """SHA-256 of every file that a picture is made of, fonts and all; one that is shown twice comes twice."""
    for layer in segment.layers:
        for shot in (layer.shot, layer.incoming):
            if shot is None:
                continue
            if isinstance(shot.source, MediaPicture):
                yield shot.source.input.sha256
            elif isinstance(shot.source, CompoundPicture):
                for piece in shot.source.pieces:
                    yield from picture_inputs(piece.picture)
            elif shot.source.style.font is not None:
                yield shot.source.style.font
            yield from node_inputs(shot.nodes)


def node_inputs(nodes: Iterable[PictureNode]) -> Iterator[str]:
    """SHA-256 of every file that the nodes of a chain read."""
    for node in nodes:
        if isinstance(node, Moving):
            for frame in node.frames:
                yield from node_inputs(frame)
        elif not isinstance(node, Filter):
            yield from node.files


def sound_inputs(segment: SoundSegment) -> Iterator[str]:
    """SHA-256 of every file that is heard; one that is heard twice comes twice."""
    for clip in segment.clips:
        if isinstance(clip.input, AudioInput):
            yield clip.input.sha256
        elif isinstance(clip.input, Tape):
            for part in (clip.input.source, *clip.input.sides):
                yield from sound_inputs(part)
        else:
            yield from sound_inputs(clip.input)
        for side in clip.sides:
            yield from sound_inputs(side)


def run_up(segment: SoundSegment) -> int:
    """Samples that its tapes must have played before the first that is heard; of several the longest.

    Example:
        >>> run_up(SoundSegment(sample_rate=48000, channels=2, samples=480))
        0
    """
    longest = 0
    for clip in segment.clips:
        if isinstance(clip.input, Tape):
            longest = max(longest, int(clip.first), run_up(clip.input.source), *map(run_up, clip.input.sides))
        elif isinstance(clip.input, SoundSegment):
            longest = max(longest, run_up(clip.input))
        longest = max([longest, *map(run_up, clip.sides)])
    return longest

"""A finished plan: its segments and chunks, their keys, their runs, its table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from cutroom.effects.analysis import Loudness, Results, level_for
from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.compiler.sound import Sounds
from cutroom.effects.nodes import Gain, Limit
from cutroom.effects.registry import Registry
from cutroom.effects.segment import PictureSegment, SoundClip, SoundSegment, Tape
from cutroom.errors import RenderError
from cutroom.render.engine import engine_digest
from cutroom.render.orders import FileLayout
from cutroom.schema.base import canonical_json
from cutroom.schema.document import Document
from cutroom.schema.export import ExportSettings
from cutroom.schema.time import to_sample

if TYPE_CHECKING:
    import pandas as pd

Action = Literal["encode", "cached"]
Master = tuple[Gain | Limit, ...]
"""What is done to a mix."""

RUN_SEGMENTS = 8
"""Segments of one run at most: their decoders stay open from one to the next."""
LEAST_RUNS = 8
"""A run is one part in so many of what is left, at most: several workers share a short film, and the end of a long."""
RUN_UP = 60
"""Seconds of sound with a memory that are rather heard twice than that two chunks wait for each other."""
SOUND_FILES = 200
"""Media files of one run of sound at most, so that a worker can hold them all."""
RUN_FILES = 32
"""Media files of one run at most: they stay open together."""
_TEXTS = ("action", "reason", "key")
_OF_PICTURE = {"codec", "encoder_preset", "crf", "gop", "threads", "pixel_format"}
_OF_SOUND = {"audio_codec", "audio_bitrate"}
"""Settings that an encoder is told; all others show in what is encoded, or in the file alone."""
CEILING = -1.0
"""dBTP of a mix that is brought to a loudness."""


class Segment(NamedTuple):
    """A stretch of the picture that is encoded on its own."""

    start_frame: int
    """On the timeline."""
    frames: int
    action: Action
    reason: str
    key: str
    files: tuple[str, ...]
    """SHA-256 of the media that it shows."""
    picked: range
    """Which of its frames are in the file: all, but for a file of a lower rate."""
    need: int = 0
    """Bytes of memory that encoding it takes, beside what every worker has; see `need`."""


class Chunk(NamedTuple):
    """A stretch of the sound that is encoded on its own."""

    start_sample: int
    """On the timeline, of what is encoded: it begins before the chunk and ends behind it."""
    samples: int
    action: Action
    key: str
    files: tuple[str, ...]
    """SHA-256 of the media that is heard."""
    lead: int
    """Samples of silence before the first one."""
    packets: int
    """Packets that are kept, after those that warm up the encoder."""
    run_up: int = 0
    """Samples that effects with a memory must have heard before: of the clip that has sounded longest."""


@dataclass(frozen=True)
class Plan:
    """What an export will do. Draws itself as its table.

    Args:
        layout: what the file will hold.
        segments: of the picture, in order.
        chunks: of the sound, in order.
        first_frame: of the timeline's frames, the first in the file.
        engine: digest of the engine that the keys were made for.
        document: the project.
        registry: the effects.
        results: what was measured.
        loudness: of the whole mix as it is; None: the export leaves it so.
        master: what brings it to the loudness that the settings ask for.

    Example:
        >>> plan(document, ExportSettings()).to_df()  # doctest: +SKIP
    """

    layout: FileLayout
    segments: tuple[Segment, ...]
    chunks: tuple[Chunk, ...]
    first_frame: int
    engine: str
    document: Document = field(repr=False)
    registry: Registry = field(repr=False)
    results: Results | None = field(default=None, repr=False)
    loudness: Loudness | None = None
    master: Master = ()

    @cached_property
    def runs(self) -> tuple[tuple[Segment, ...], ...]:
        """Consecutive segments that are encoded together. They do not depend on what is cached."""
        return tuple(_runs(self.segments))

    @cached_property
    def sound_runs(self) -> tuple[tuple[Chunk, ...], ...]:
        """Consecutive chunks that are encoded together, because sound with a memory goes on from one to the next."""
        return tuple(_sound_runs(self.chunks, self.layout.sample_rate))

    @property
    def seconds(self) -> float:
        """Length of the file."""
        layout = self.layout
        return max(float(layout.frames / layout.fps), layout.samples / layout.sample_rate)

    def picture(self, segment: Segment) -> PictureSegment:
        """What a segment shows."""
        settings, size = self.layout.settings, (self.layout.width, self.layout.height)
        content = compile_picture(
            self.document,
            segment.start_frame,
            segment.frames,
            self.registry,
            size=size,
            depth=settings.depth,
            results=self.results,
        )
        if segment_key(picture_prefix(settings), segment.picked, canonical_json(content)) != segment.key:
            raise RenderError("a segment is not what was planned", value=segment.key, hint="report this as a bug")
        return content

    def sound(self, chunk: Chunk) -> SoundSegment:
        """What a chunk of sound is mixed from."""
        return self._mix.compile(chunk.start_sample, chunk.samples)

    @cached_property
    def _mix(self) -> Mix:
        begin = to_sample(self.first_frame / self.document.settings.fps, self.layout.sample_rate)
        sounds = Sounds(self.document, self.registry, results=self.results)
        return Mix(sounds, (begin, begin + self.layout.samples), self.master)

    def to_df(self) -> pd.DataFrame:
        """One row per segment of the picture, in order.

        Columns: ``start``, ``end`` (seconds of the timeline, float64), ``start_frame``, ``end_frame`` (Int64),
        ``action`` (``encode``, ``cached``), ``reason``, ``key`` (SHA-256; equal keys are encoded once), ``frames``
        (Int64; in the file, which may have a lower rate than the timeline).
        """
        import pandas as pd

        fps = self.document.settings.fps
        starts = [segment.start_frame for segment in self.segments]
        ends = [segment.start_frame + segment.frames for segment in self.segments]
        table = pd.DataFrame(
            {
                "start": [frame * fps.denominator / fps.numerator for frame in starts],
                "end": [frame * fps.denominator / fps.numerator for frame in ends],
                "start_frame": starts,
                "end_frame": ends,
                "action": [segment.action for segment in self.segments],
                "reason": [segment.reason for segment in self.segments],
                "key": [segment.key for segment in self.segments],
                "frames": [len(segment.picked) for segment in self.segments],
            }
        )
        whole = dict.fromkeys(("start_frame", "end_frame", "frames"), "Int64")
        return table.astype({"start": "float64", "end": "float64", **dict.fromkeys(_TEXTS, "str"), **whole})

    def __str__(self) -> str:
        frames = f"{self.layout.frames} frame{'' if self.layout.frames == 1 else 's'}"
        picture = f"{frames} in {_counted('segment', self.segments)}" if self.segments else "no picture"
        sound = f"sound in {_counted('chunk', self.chunks)}" if self.chunks else "no sound"
        return f"{self.seconds:.3f} s: {picture}; {sound}"

    def __repr__(self) -> str:
        return f"<Plan {self}>"

    def _repr_html_(self) -> str:
        table = self.to_df()._repr_html_() if self.segments else ""  # type: ignore[operator]  # pandas has it, its stubs do not
        return f"<div>{self}</div>{table}"


def _counted(what: str, parts: Sequence[Segment | Chunk]) -> str:
    cached = sum(part.action == "cached" for part in parts)
    return f"{len(parts)} {what}{'' if len(parts) == 1 else 's'}, {cached} in the cache"


def mastering(found: Loudness, target: float) -> Master:
    """What brings a mix to a loudness in LUFS, its true peaks below the ceiling."""
    return level_for(found, target, CEILING)


@dataclass(frozen=True)
class Mix:
    """The sound of an export. A limiter has heard all of it from its first sample on: the mix is then one tape.

    Args:
        sounds: of the timeline.
        span: first sample of the export, and the one behind the last.
        master: what is done to the mix.
    """

    sounds: Sounds
    span: tuple[int, int]
    master: Master

    def compile(self, first: int, samples: int) -> SoundSegment:
        """Some samples of it, by their place on the timeline."""
        gains = tuple(node for node in self.master if isinstance(node, Gain))
        if len(gains) == len(self.master):
            content = self.sounds.compile(first, samples)
            return content.evolve(master=gains) if gains else content
        return _alone(self._tape, self._tape.source.evolve(samples=samples), first - self.span[0])

    @cached_property
    def _tape(self) -> Tape:
        whole = self.sounds.compile(self.span[0], self.span[1] - self.span[0])
        return Tape(source=_alone(whole, whole, 0), nodes=self.master)


def _alone(heard: SoundSegment | Tape, like: SoundSegment, first: int) -> SoundSegment:
    """A segment of one clip."""
    clip = SoundClip(input=heard, at=0, first=Fraction(first), samples=like.samples, gains=(1.0,) * like.channels)
    return SoundSegment(sample_rate=like.sample_rate, channels=like.channels, samples=like.samples, clips=(clip,))


def picture_prefix(settings: ExportSettings) -> str:
    """What the keys of all picture segments of an export have in common."""
    return _prefix("picture", settings.model_dump(mode="json", include=_OF_PICTURE))


def sound_prefix(settings: ExportSettings) -> str:
    """What the keys of all sound chunks of an export have in common."""
    return _prefix("sound", settings.model_dump(mode="json", include=_OF_SOUND))


def _prefix(kind: str, settings: dict[str, object]) -> str:
    return canonical_json({"kind": kind, "settings": settings, "engine": engine_digest()})


def segment_key(prefix: str, picked: range, content: str) -> str:
    """The key of a segment of the picture, whose content is canonical JSON."""
    return make_key(prefix, f"{picked.start},{picked.step}", content)


def make_key(*parts: str) -> str:
    """SHA-256 of texts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _runs(segments: Sequence[Segment]) -> Iterator[tuple[Segment, ...]]:
    """Each a share of what is left, so that they become short: workers have done about at the same time."""
    run: list[Segment] = []
    files: set[str] = set()
    most = 0
    for number, segment in enumerate(segments):
        if run and (len(run) == most or len(files.union(segment.files)) > RUN_FILES):
            yield tuple(run)
            run, files = [], set()
        if not run:
            most = min(RUN_SEGMENTS, -(-(len(segments) - number) // LEAST_RUNS))
        run.append(segment)
        files.update(segment.files)
    if run:
        yield tuple(run)


def _sound_runs(chunks: Sequence[Chunk], rate: int) -> Iterator[tuple[Chunk, ...]]:
    run: list[Chunk] = []
    files: set[str] = set()
    for chunk in chunks:
        most = max(SOUND_FILES, len(chunk.files))
        if run and (chunk.run_up <= RUN_UP * rate or len(files.union(chunk.files)) > most):
            yield tuple(run)
            run, files = [], set()
        run.append(chunk)
        files.update(chunk.files)
    if run:
        yield tuple(run)

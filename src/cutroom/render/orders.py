"""What workers are told in an export, as plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from cutroom.effects.segment import PictureSegment, SoundSegment
from cutroom.render.soft import SoftTrack
from cutroom.schema.export import ExportSettings


@dataclass(frozen=True)
class RunTask:
    """Pictures to encode: at most eight consecutive segments, whose decoders stay open from one to the next.

    Args:
        segments: cache key and content of each, and which of its frames are encoded.
        settings: of the export.
        paths: absolute path of each media file that they show, by SHA-256.
        engine: digest of the engine that the keys were made for.
        keep: give the payloads back in the result, for an executor that carries no progress.
        trace: the span that the run belongs to.
    """

    segments: tuple[tuple[str, PictureSegment, range], ...]
    settings: ExportSettings
    paths: tuple[tuple[str, str], ...]
    engine: str
    keep: bool = False
    trace: Mapping[str, str] = field(default_factory=dict)

    def reads(self) -> tuple[str, ...]:
        """The media."""
        return tuple(dict.fromkeys(path for _, path in self.paths))

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Of what it makes."""
        return tuple(key for key, _, _ in self.segments)

    @property
    def frames(self) -> int:
        """How many it encodes."""
        return sum(len(picked) for _, _, picked in self.segments)


class SoundOrder(NamedTuple):
    """A chunk of sound to encode."""

    key: str
    """Of the cache."""
    segment: SoundSegment
    """The chunk, with what comes before and after it."""
    lead: int
    """Samples of silence before the segment."""
    packets: int
    """Packets to keep."""


@dataclass(frozen=True)
class SoundTask:
    """Chunks of sound to encode, one after the other: what must be heard from its beginning goes on in the next.

    Args:
        chunks: consecutive ones.
        settings: of the export.
        paths: absolute path of each media file in it, by SHA-256.
        engine: digest of the engine that the keys were made for.
        keep: as in `RunTask`.
        trace: as in `RunTask`.
    """

    chunks: tuple[SoundOrder, ...]
    settings: ExportSettings
    paths: tuple[tuple[str, str], ...]
    engine: str
    keep: bool = False
    trace: Mapping[str, str] = field(default_factory=dict)

    def reads(self) -> tuple[str, ...]:
        """The media."""
        return tuple(dict.fromkeys(path for _, path in self.paths))

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Of what it makes."""
        return tuple(chunk.key for chunk in self.chunks)


class Piece(NamedTuple):
    """A payload inside the spool file, in bytes."""

    offset: int
    size: int


@dataclass(frozen=True)
class FileLayout:
    """What the finished file holds. No pictures: `frames` is 0; no sound: `samples` is 0.

    Args:
        settings: of the export.
        fps: frames a second.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        frames: how many there are.
        joins: the first frame of each segment.
        sample_rate: of the sound.
        channels: of the sound.
        samples: how many there are.
        subtitles: streams of subtitles.
    """

    settings: ExportSettings
    fps: Fraction
    width: int
    height: int
    frames: int
    joins: tuple[int, ...]
    sample_rate: int
    channels: int
    samples: int
    subtitles: tuple[SoftTrack, ...] = ()


@dataclass(frozen=True)
class MuxTask:
    """A file to put together.

    Args:
        spool: path of the file that holds all payloads.
        output: path of the file to write.
        layout: what it holds.
        pictures: the picture's payloads, in order.
        sounds: the sound's payloads, in order.
    """

    spool: str
    output: str
    layout: FileLayout
    pictures: tuple[Piece, ...]
    sounds: tuple[Piece, ...]

    def reads(self) -> tuple[str, ...]:
        """The payloads."""
        return (self.spool,)

    def writes(self) -> tuple[str, ...]:
        """The file."""
        return (self.output,)


@dataclass(frozen=True)
class VerifyTask:
    """A finished file to look at.

    Args:
        path: of the file.
        expected: what it should hold; None: whatever it says itself.
        threads: that decode it.
    """

    path: str
    expected: FileLayout | None = None
    threads: int = 1

    def reads(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

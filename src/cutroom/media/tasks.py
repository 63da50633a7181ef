"""The tasks of this room: what a worker is asked, as plain values, and the functions that answer.

The functions load codecs when they are called; a worker loads them beforehand through `warm`, since it can load
nothing once it is locked.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cutroom.schema.media import AudioStream, VideoStream
from cutroom.workers.context import DIRECT, Context


@dataclass(frozen=True)
class _FileTask:
    """Reads one file, named by its absolute path."""

    path: str

    def reads(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class ProbeTask(_FileTask):
    """Find out what is in a file; `sha256` when its digest is known already."""

    sha256: str | None = None


@dataclass(frozen=True)
class DigestTask(_FileTask):
    """Read a file for its digest alone."""


@dataclass(frozen=True)
class IndexTask(_FileTask):
    """List the packets of a stream; None: the picture in use, or else the sound."""

    stream: int | None = None


@dataclass(frozen=True)
class ThumbnailsTask(_FileTask):
    """Make small pictures; `stream` when the picture is known already."""

    times: tuple[Fraction, ...]
    size: tuple[int, int]
    exact: bool = False
    stream: VideoStream | None = None


@dataclass(frozen=True)
class WaveformTask(_FileTask):
    """Draw the sound; `stream` when it is known already."""

    resolution: int
    stream: AudioStream | None = None


@dataclass(frozen=True)
class DamageTask(_FileTask):
    """Decode all of a file; `video` and `audio` are what the probe found."""

    video: VideoStream | None
    audio: AudioStream | None


def warm() -> None:
    """Load everything that the tasks need."""
    from cutroom.media import damage, digest, peaks, probing, scan, strip  # noqa: F401


def probe(task: ProbeTask, context: Context = DIRECT) -> dict[str, Any]:
    """What is in the file, its digest and its number of bytes."""
    from cutroom.media.digest import digest_file
    from cutroom.media.probing import probe_file

    with context.open(task.path) as file:
        size = file.seek(0, 2)
        found = probe_file(file, lambda done: context.progress(done / 2, size))
        sha256 = task.sha256 or digest_file(file, lambda done: context.progress((size + done) / 2, size))
    return {
        "fingerprint": {"sha256": sha256, "size": size},
        "format": found.format,
        "duration": str(found.duration),
        "video": found.video and found.video.model_dump(mode="json"),
        "audio": found.audio and found.audio.model_dump(mode="json"),
        "warnings": list(found.warnings),
    }


def digest(task: DigestTask, context: Context = DIRECT) -> str:
    """SHA-256 of the file."""
    from cutroom.media.digest import digest_file

    with context.open(task.path) as file:
        return digest_file(file)


def index(task: IndexTask, context: Context = DIRECT) -> dict[str, Any]:
    """The packet index of a stream, as `PacketIndex.dump` gives it."""
    from cutroom.media.opening import open_container
    from cutroom.media.scan import pick, scan

    with context.open(task.path) as file:
        size = file.seek(0, 2)
        container = open_container(file)
        try:
            stream = pick(container, task.stream, file)
            return scan(container, [stream], lambda done: context.progress(done, size))[0].dump()
        finally:
            container.close()


def thumbnails(task: ThumbnailsTask, context: Context = DIRECT) -> list[bytes]:
    """JPEG pictures, one a time."""
    from cutroom.media.strip import exact_thumbnails, nearby_thumbnails

    def progress(done: int) -> None:
        context.progress(done, len(task.times))

    with context.open(task.path) as file:
        if task.exact:
            return exact_thumbnails(file, task.times, task.size, task.stream, progress)
        return nearby_thumbnails(file, task.times, task.size, progress)


def waveform(task: WaveformTask, context: Context = DIRECT) -> Any:
    """The peaks, int8 of shape (pairs, 2)."""
    from cutroom.media.peaks import peaks

    with context.open(task.path) as file:
        return peaks(
            file, task.resolution, task.stream, lambda done, total: context.progress(float(done), float(total))
        )


def damage(task: DamageTask, context: Context = DIRECT) -> list[list[str]]:
    """What cannot be decoded: stream ("picture" or "sound"), start and end in exact seconds."""
    from cutroom.media.damage import find_damage

    def tell(done: Fraction, total: Fraction) -> None:
        context.progress(float(done), float(total))

    found = find_damage(lambda: context.open(task.path), task.video, task.audio, tell)
    return [[stream, str(start), str(end)] for stream, start, end in found]

"""What the rest of the program asks about media files; the work is done by an executor, in a worker process."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.errors import MediaError, MediaNotFoundError, RenderError, UnsupportedMediaError, ValidationError
from cutroom.media import tasks
from cutroom.media.packets import PacketIndex
from cutroom.schema.base import new_id
from cutroom.schema.media import AudioStream, Media, VideoStream
from cutroom.schema.time import received
from cutroom.telemetry import record
from cutroom.workers.context import OnProgress, Runner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cutroom.media.fingerprint import Digests

_LEAST_SECONDS = 300.0
_SLOWEST = 1_000_000
"""Bytes a second that a slow network disk gives, and that the slowest sound decodes at."""


def probe(
    path: str | os.PathLike[str],
    executor: Runner,
    *,
    digests: Digests | None = None,
    on_progress: OnProgress | None = None,
) -> Media:
    """Find out what is in a media file: streams, exact times, colours, digest, and what is wrong with it.

    The whole file is read once for its packets and once for its SHA-256 (unless `digests` remembers that).

    Args:
        path: of the file; kept as given.
        executor: runs the task, in a worker process.
        digests: remembered digests.
        on_progress: called with `{"done": bytes, "total": bytes}`.

    Returns:
        The media, with a new id. `warnings` says what was wrong and could be lived with.

    Raises:
        MediaNotFoundError: no such file.
        UnsupportedMediaError: a folder, not media, or nothing in it that can be decoded here.
        DamagedMediaError: empty, cut short before its index, or nothing decodes.
        MediaError: it may not be read.
        ValidationError: its path holds a line break or another control character, which no project takes.
    """
    absolute = checked_path(path)
    known = digests.find(absolute) if digests is not None else None
    before = _identity(absolute) if digests is not None and known is None else None
    task = tasks.ProbeTask(absolute, known.sha256 if known else None)
    with _measured("probe"):
        found = executor.run(tasks.probe, task, on_progress=on_progress, timeout=_limit(absolute))
    media = Media.checked(**{**found, "id": new_id("m"), "path": os.fspath(path)})
    if digests is not None and before is not None:
        digests.remember(absolute, before, media.fingerprint.sha256)
    return media


def index(
    path: str | os.PathLike[str],
    executor: Runner,
    *,
    stream: int | None = None,
    on_progress: OnProgress | None = None,
) -> PacketIndex:
    """The packet index of a file's picture (or sound, where there is no picture), or of the stream asked for.

    Raises:
        MediaError: as `probe`; or the file has no such stream.
    """
    task = tasks.IndexTask(checked_path(path), stream)
    with _measured("index"):
        return PacketIndex.load(executor.run(tasks.index, task, on_progress=on_progress, timeout=_limit(task.path)))


def thumbnails(
    path: str | os.PathLike[str],
    times: Iterable[Fraction],
    size: tuple[int, int],
    executor: Runner,
    *,
    exact: bool = False,
    stream: VideoStream | None = None,
    on_progress: OnProgress | None = None,
) -> list[bytes]:
    """Small upright JPEG pictures of a film, one for each time.

    Args:
        path: of the file.
        times: media times in seconds.
        size: width and height of the box that they fit into; small pictures are not enlarged.
        executor: runs the task, in a worker process.
        exact: False gives the last keyframe at or before each time, which is fast; True the very frame, or black where
            that is damaged.
        stream: what the probe found; it saves another probe before exact pictures.
        on_progress: called with `{"done": pictures, "total": pictures}`.

    Raises:
        MediaError: as `probe`; or a picture cannot be decoded.
        ValidationError: a size below one pixel.
    """
    if min(size) < 1:
        raise ValidationError(f"not a size of a picture: {size}", value=size, hint="give width and height in pixels")
    task = tasks.ThumbnailsTask(checked_path(path), tuple(times), size, exact, stream)
    return [
        bytes(picture)
        for picture in executor.run(tasks.thumbnails, task, on_progress=on_progress, timeout=_limit(task.path))
    ]


def waveform(
    path: str | os.PathLike[str],
    executor: Runner,
    *,
    resolution: int = 100,
    stream: AudioStream | None = None,
    on_progress: OnProgress | None = None,
) -> NDArray[np.int8]:
    """Lowest and highest sample of every 1/`resolution` second, int8 of shape (pairs, 2), 127 at full scale.

    Args:
        path: of the file.
        executor: runs the task, in a worker process.
        resolution: pairs a second.
        stream: what the probe found; it saves another probe.
        on_progress: called with `{"done": seconds, "total": seconds}`.

    Raises:
        MediaError: as `probe`; or the file has no sound.
        ValidationError: a resolution outside 1 … 1000.
    """
    if not 1 <= resolution <= 1000:
        raise ValidationError(f"not a resolution: {resolution} pairs a second", value=resolution, hint="give 1 to 1000")
    task = tasks.WaveformTask(checked_path(path), resolution, stream)
    peaks: NDArray[np.int8] = executor.run(tasks.waveform, task, on_progress=on_progress, timeout=_limit(task.path))
    return peaks


def damage(
    path: str | os.PathLike[str],
    executor: Runner,
    *,
    video: VideoStream | None,
    audio: AudioStream | None,
    on_progress: OnProgress | None = None,
) -> list[tuple[str, Fraction, Fraction]]:
    """Decode all of a file: which stretches cannot be, as stream ("picture" or "sound"), start and end in seconds.

    Args:
        path: of the file.
        executor: runs the task, in a worker process.
        video: what the probe found.
        audio: likewise.
        on_progress: called with `{"done": seconds, "total": seconds}`.

    Raises:
        MediaError: as `probe`.
        RenderError: the worker sent something else.
    """
    task = tasks.DamageTask(checked_path(path), video, audio)
    found = executor.run(tasks.damage, task, on_progress=on_progress, timeout=float("inf"))
    return [_stretch(one) for one in (found if isinstance(found, list) else [found])]


def _stretch(data: Any) -> tuple[str, Fraction, Fraction]:
    """A damaged stretch as a worker sends it; one that a file has taken over may send anything else."""
    match data:
        case ["picture" | "sound" as stream, str(start), str(end)]:
            first, last = received(start), received(end)
            if first is not None and last is not None:
                return stream, first, last
    raise RenderError(
        "a worker sent something else than what of a media is damaged",
        value=type(data).__name__,
        hint="try again; if it stays so, the media may be made to do harm",
    )


def checked_path(path: str | os.PathLike[str]) -> str:
    """The absolute path of a file that is there and may be read.

    Raises:
        MediaNotFoundError, UnsupportedMediaError, MediaError: naming the file and the remedy.
    """
    shown, absolute = os.fspath(path), os.path.abspath(path)
    try:
        mode = os.stat(absolute).st_mode
    except (FileNotFoundError, NotADirectoryError):
        hint = f"relative paths start from {os.getcwd()}"
        if "%" in shown or "*" in shown:
            hint = "several files that make one film: project.media.add_sequence(pattern, fps=25)"
        raise MediaNotFoundError(f"there is no file {shown}", value=shown, hint=hint) from None
    except (OSError, ValueError) as error:
        raise MediaError(f"{shown} cannot be read: {error}", value=shown, hint="check the path") from None
    if stat.S_ISDIR(mode):
        raise UnsupportedMediaError(f"{shown} is a folder", value=shown, hint="name one of the files in it")
    if not stat.S_ISREG(mode):
        raise UnsupportedMediaError(f"{shown} is no regular file", value=shown, hint="save the media to a file first")
    if not os.access(absolute, os.R_OK):
        raise MediaError(f"{shown} may not be read", value=shown, hint="give yourself permission to read it")
    return absolute


@contextmanager
def _measured(task: str) -> Iterator[None]:
    """Records how long it took, if it came to an end."""
    began = time.monotonic()
    yield
    record("media_processing_duration_seconds", time.monotonic() - began, task=task)


def _limit(path: str) -> float:
    """Seconds that a task which reads a whole file may take: a slow disk must manage, a hanging decoder must not."""
    return _LEAST_SECONDS + os.path.getsize(path) / _SLOWEST


def _identity(path: str) -> tuple[int, int, int, int, int]:
    from cutroom.media.fingerprint import identity_of

    return identity_of(path)

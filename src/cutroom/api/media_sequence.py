"""`project.media.add_sequence`: numbered image files, as renderers and time-lapse cameras write them, become a film."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cutroom.api import arguments
from cutroom.api.media_frames import folder_for, home, require_open, target_of
from cutroom.api.sequence_files import Held, resolved
from cutroom.errors import UnsupportedMediaError, ValidationError
from cutroom.jobs.bar import Bar
from cutroom.render.cache import SegmentCache
from cutroom.render.publish import Part
from cutroom.schema.time import parse_rate
from cutroom.services import MediaWorkers

if TYPE_CHECKING:
    from cutroom.api.media import Media, MediaLibrary

CHUNK_FILES, CHUNK_BYTES = 64, 32 << 20
"""What a worker is given at once, where one file is not larger."""


def add_sequence(
    self: MediaLibrary,
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    fps: Any = 25,
    *,
    missing: Literal["error", "hold"] = "error",
    path: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Media:
    """Make a film of numbered image files, without loss, and put it into the project.

    The files are taken in, one frame each, through workers, into a QuickTime file: PNG and JPEG byte for byte, TIFF,
    BMP and WebP as PNG. From then on the project needs that file alone; files that are changed later are another
    film, so call this again. The same files make one film and one media.

    Args:
        files: a pattern with a number in it ("shots/frame.%04d.png"; "%d" where nothing fills it up to a width), one
            with a star ("shots/*.png", by the numbers in the names), or the files themselves, in order.
        fps: frames a second, 1 to 240; 29.97 means 30000/1001.
        missing: what is done about numbers that no file has: "error" names them, "hold" shows the frame before them.
        path: the film, `.mov`; None: one beside the project, in the folder `trip-media` of `trip.tlp`.
        progress: whether to draw a bar.

    Raises:
        MediaNotFoundError: no file fits the pattern, or numbers are missing; names them.
        UnsupportedMediaError, DamagedMediaError: a file is no picture, or is another size or kind than the first.
        OutputError, DiskFullError: the film exists, or cannot be written; no file is ever replaced.

    Example:
        >>> project.media.add_sequence("shots/frame.%04d.png", fps=24)  # doctest: +SKIP
        Media(frame-0f3a52d97c1b8e64.mov, 10.000 s, 1920x1080 png at 24 fps)
    """
    rate, draws = parse_rate(fps), arguments.truth("progress", progress)
    if missing not in {"error", "hold"}:
        raise ValidationError(f"missing is 'error' or 'hold', not {missing!r}", value=missing, hint='missing="hold"')
    held = resolved(files, hold=missing == "hold")
    target = None if path is None else target_of(path)
    require_open(self.session)
    for one in held:
        self.app.access.grant_read(one.path, remember=False)
    folder = home(self.session, "media") if target is None else target.parent
    stem = re.sub(r"[^\w-]+$", "", re.split(r"\d+$|%", held[0].path.stem)[0]) or "sequence"
    from cutroom.render.frame_tasks import Reel, TakePicturesTask, take_pictures
    from cutroom.render.frames import Order, write_reel  # here: they load what exports are made of

    taken = _Taken(held)

    def place(digest: str) -> Path:
        return target or folder / f"{stem}-{digest[:16]}.mov"

    def describe() -> tuple[Reel, str]:
        reel = Reel(*taken.kind, fps=rate)
        return reel, repr((*taken.kind, str(rate)))

    with folder_for(folder), Bar(stem) if draws else nullcontext() as bar, self.app.access.writing() as grant:
        Part(target or folder / f"{stem}.mov").discard()  # what cannot be written shows before the first frame
        orders = (
            Order(take_pictures, TakePicturesTask(tuple(map(str, chunk))), CHUNK_BYTES) for chunk in _chunks(held)
        )
        written, is_new = write_reel(
            orders,
            taken.take,
            describe,
            place,
            self.app.get(MediaWorkers),
            folder=self.app.get(SegmentCache).folder,
            grant=grant,
            total=sum(one.times for one in held),
            on_progress=None if bar is None else bar.update,
        )
        try:
            return self.add(written)
        except BaseException:
            if is_new:
                written.unlink(missing_ok=True)
            raise


class _Taken:
    """Checks what workers found in the files, in order: all are of one kind."""

    def __init__(self, held: list[Held]) -> None:
        self._held = iter(held)
        self._first: tuple[Path, tuple[Any, ...]] | None = None

    @property
    def kind(self) -> tuple[str, int, int, str]:
        """Codec, width, height, pixel format."""
        assert self._first is not None
        codec, width, height, pixels = self._first[1]
        return str(codec), int(width), int(height), str(pixels)

    def take(self, result: dict[str, Any]) -> Iterator[tuple[bytes, int]]:
        for data, kind in zip(result["frames"], result["reels"], strict=True):
            one = next(self._held)
            if self._first is None:
                self._first = one.path, tuple(kind)
            path, first = self._first
            if tuple(kind) != first:
                raise UnsupportedMediaError(
                    f"{one.path.name} is {_words(kind)}, and {path.name} is {_words(first)}",
                    value=str(one.path),
                    hint="all files of a sequence have one size and one kind: save them alike",
                )
            yield bytes(data), one.times


def _words(kind: Any) -> str:
    codec, width, height, pixels = kind
    return f"{width}x{height} {codec} ({pixels})"


def _chunks(held: list[Held]) -> Iterator[list[Path]]:
    chunk: list[Path] = []
    size = 0
    for one in held:
        length = one.path.stat().st_size
        if chunk and (len(chunk) == CHUNK_FILES or size + length > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(one.path)
        size += length
    if chunk:
        yield chunk

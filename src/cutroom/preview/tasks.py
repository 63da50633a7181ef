"""The task of a still, and what a worker does with it.

A worker keeps the decoders of the stills before: the next one is mostly a few frames away in the same files. Between
two tasks they hold no file; each task hands its own in.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cutroom.effects.segment import PictureSegment
from cutroom.errors import MediaError
from cutroom.schema.resource import ResourceKind
from cutroom.workers.context import DIRECT, Context

if TYPE_CHECKING:
    import av

    from cutroom.effects.run import Readers

THREADS = 2
"""Of each decoder: a cold seek in a long GOP takes two thirds of the time that one needs."""
KEPT = 6
"""Decoders that stay warm."""


class _Warm(threading.local):
    """Readers of this thread; workers have one thread, tests may have more."""

    readers: Readers | None = None


_WARM = _Warm()


@dataclass(frozen=True)
class StillTask:
    """One frame to show.

    Args:
        segment: what to show, one frame long.
        paths: SHA-256 and absolute path of each media file in it.
        format: `"array"` or `"jpeg"`.
        quality: of the JPEG.
    """

    segment: PictureSegment
    paths: tuple[tuple[str, str], ...]
    format: Literal["array", "jpeg"] = "array"
    quality: int = 75

    def reads(self) -> tuple[str, ...]:
        """The media."""
        return tuple(dict.fromkeys(path for _, path in self.paths))

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class ResourceTask:
    """A font or a look-up table to look at.

    Args:
        path: of the file.
        kind: what it must be.
    """

    path: str
    kind: ResourceKind

    def reads(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


def warm() -> None:
    """Load everything that a still needs; a locked worker could not."""
    import cv2

    import cutroom.effects.run
    import cutroom.preview.rgb

    cv2.imencode(".jpg", cutroom.preview.rgb.black(16, 16))


def look_at_resource(task: ResourceTask, context: Context = DIRECT) -> dict[str, Any]:
    """Make sure that a font or a look-up table can be read.

    Returns:
        Of a font: `weight` (400 is regular, 700 bold) and `leans`. Of a table: `entries` along an axis.

    Raises:
        UnsupportedMediaError: it is no font, or its letters have no outlines.
        ValidationError: a table that is broken; names the line.
    """
    from cutroom.effects.cube import parse_cube
    from cutroom.effects.text.fonts import Font
    from cutroom.schema.resource import LARGEST_FILE

    title = task.path.rsplit("/", 1)[-1]
    with context.open(task.path) as file:
        data = file.read(LARGEST_FILE)
    if task.kind == "lut":
        return {"entries": parse_cube(data, title).size}
    font = Font(data, title)
    return {"weight": font.weight, "leans": font.leans}


def make_still(task: StillTask, context: Context = DIRECT) -> dict[str, Any]:
    """Make a still. Its progress says whose code is `running`, by SHA-256, and "" when it is done.

    Returns:
        `picture`: (height, width, 3) uint8 RGB, or the bytes of a JPEG file.

    Raises:
        MediaError: a file that cannot be read.
    """
    from cutroom.effects.run import Readers

    def on_call(sha256: str) -> None:
        context.progress(0, running=sha256)

    paths = dict(task.paths)
    readers = _WARM.readers
    if readers is None:
        readers = _WARM.readers = Readers(context, paths, threads=THREADS, keep=KEPT)
    was_warm = readers.idle > 0
    readers.attach(context, paths, on_call=on_call)
    try:
        try:
            frame = _frame(task, readers)
        except MediaError:
            if not was_warm:
                raise
            readers.close()  # a file may have changed under a warm decoder: look at it afresh before giving up
            frame = _frame(task, readers)
    finally:
        readers.release()
    return {"picture": _encoded(frame, task)}


def _frame(task: StillTask, readers: Readers) -> av.VideoFrame:
    from cutroom.effects.run import PictureRunner

    with PictureRunner(task.segment, readers) as runner:
        return runner.frame(0)


def _encoded(frame: av.VideoFrame, task: StillTask) -> Any:
    from cutroom.preview.rgb import to_jpeg, to_rgb

    return to_rgb(frame) if task.format == "array" else to_jpeg(frame, task.quality)

"""`project.media.add_frames`: pictures made in Python, checked one by one on their way into a file."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutroom.api import arguments
from cutroom.api.picture import Frame
from cutroom.app import App
from cutroom.errors import OutputError, ValidationError
from cutroom.jobs.bar import Bar
from cutroom.render.cache import SegmentCache
from cutroom.render.publish import Part
from cutroom.schema.time import parse_rate, shown
from cutroom.services import MediaWorkers
from cutroom.session import Session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cutroom.api.media import Media, MediaLibrary
    from cutroom.render.frame_tasks import Canvas

SUFFIX = ".mov"
LARGEST = 8192
"""Pixels of a side that can be read back."""
_TAKES = "give arrays of shape (height, width, 3) or (height, width, 4), uint8"


def add_frames(
    self: MediaLibrary,
    frames: Iterable[Any],
    fps: Any = 25,
    *,
    path: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Media:
    """Make a film of pictures that Python has made, without loss, and put it into the project.

    The frames go, as they come, through workers into a QuickTime file with a PNG a frame: reading it gives the very
    same numbers back. A generator of any length may give them; a few are in memory at a time. An error or Ctrl-C
    on the way leaves no file. Equal frames make one file and one media.

    Args:
        frames: arrays of one size, uint8: (height, width, 3) RGB, (height, width, 4) RGB with straight alpha, or
            (height, width) grey. A `Frame` of a timeline, a picture of Pillow's and a figure of
            Matplotlib's will do.
        fps: frames a second, 1 to 240; 29.97 means 30000/1001.
        path: the file, `.mov`; None: one beside the project, in the folder `trip-media` of `trip.tlp`.
        progress: whether to draw a bar.

    Raises:
        ValidationError: no frames, or one of another kind or size than the first; names it.
        TimeError: not a frame rate.
        OutputError, DiskFullError: the file exists, or cannot be written; no file is ever replaced.
        EditError, ReadOnlyProjectError: the project was closed, or another process holds it; before the first frame.

    Example:
        >>> import cutroom as cr, numpy as np
        >>> project = cr.Project.create("fade.tlp")  # doctest: +SKIP
        >>> ramp = (np.full((180, 320, 3), level, np.uint8) for level in range(256))
        >>> project.media.add_frames(ramp, fps=50)  # doctest: +SKIP
        Media(frames-d0c4b53d0bc2f3e1.mov, 5.120 s, 320x180 png at 50 fps)
    """
    rate, draws = parse_rate(fps), arguments.truth("progress", progress)
    target = None if path is None else target_of(path)
    require_open(self.session)
    folder = home(self.session, "media") if target is None else target.parent
    with folder_for(folder), Bar("frames") if draws else nullcontext() as bar:
        Part(target or folder / f"frames{SUFFIX}").discard()  # what cannot be written shows before the first frame
        arrays, canvas, total = _arrays(frames, rate)

        def place(digest: str) -> Path:
            return target or folder / f"frames-{digest[:16]}{SUFFIX}"

        written, is_new = _write(self.app, arrays, canvas, place, total, bar)
        try:
            return self.add(written)
        except BaseException:
            if is_new:
                written.unlink(missing_ok=True)
            raise


def _write(  # noqa: PLR0917  what `write_frames` is made of
    services: App,
    arrays: Iterator[NDArray[np.uint8]],
    canvas: Canvas,
    place: Callable[[str], Path],
    total: int | None,
    bar: Bar | None,
) -> tuple[Path, bool]:
    with services.access.writing() as grant:
        from cutroom.render.frames import write_frames  # here: it loads what exports are made of

        return write_frames(
            arrays,
            canvas,
            place,
            services.get(MediaWorkers),
            folder=services.get(SegmentCache).folder,
            grant=grant,
            total=total,
            on_progress=None if bar is None else bar.update,
        )


def require_open(session: Session) -> None:
    """Refuse a project that cannot be changed before long work, not after it.

    Raises:
        EditError: it was closed.
        ReadOnlyProjectError: another process holds it.
    """
    with session.edit("nothing"):
        pass


def home(session: Session, what: str) -> Path:
    """The folder beside a project for files that it makes: `trip-media` of `trip.tlp`."""
    return session.folder / f"{session.path.stem if session.path else 'unsaved'}-{what}"


def target_of(path: str | os.PathLike[str]) -> Path:
    """The file that a film of frames is written to.

    Raises:
        OutputError: it exists, or its name is no QuickTime file's.
    """
    target = arguments.path(path)
    if target.suffix.lower() != SUFFIX:
        raise OutputError(
            f"frames are written as QuickTime, not {target.name!r}",
            value=str(target),
            hint=f"name it {target.stem}.mov",
        )
    if target.exists():
        raise OutputError(
            f"{target} exists",
            value=str(target),
            hint="choose another name, or leave path out: equal frames make one file",
        )
    return target


@contextlib.contextmanager
def folder_for(folder: Path) -> Iterator[None]:
    """A folder that is there meanwhile, and afterwards where something is in it."""
    is_new = not folder.exists()
    if is_new:
        try:
            folder.mkdir()
        except OSError as error:
            raise OutputError(
                f"cannot make the folder {folder}: {error.strerror}",
                value=str(folder),
                hint="save the project where you may write, or name another place",
            ) from error
    try:
        yield
    finally:
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()  # only an empty one goes


def _arrays(frames: Any, rate: Any) -> tuple[Iterator[NDArray[np.uint8]], Canvas, int | None]:
    """The frames, each checked when it comes; what all have in common; how many there are, where that is known."""
    import numpy as np

    if isinstance(frames, np.ndarray) and frames.ndim == 3 and frames.shape[-1] in {3, 4}:
        raise ValidationError(
            f"one array of shape {frames.shape} is one frame", value=frames.shape, hint="pass several: [frame]"
        )
    try:
        total = len(frames)
    except TypeError:
        total = None
    try:
        source = iter(frames)
    except TypeError:
        raise arguments.wrong("frames", "several arrays", frames) from None
    try:
        start = _checked(next(source), 0)
    except StopIteration:
        raise ValidationError("there are no frames", value=total, hint=_TAKES) from None
    height, width, channels = start.shape
    if max(height, width) > LARGEST:
        raise ValidationError(
            f"frames of {width}x{height} pixels are too large", value=(width, height), hint=f"at most {LARGEST} a side"
        )
    rest = (_alike(_checked(frame, number), start.shape, number) for number, frame in enumerate(source, start=1))
    from cutroom.render.frame_tasks import Canvas

    return itertools.chain((start,), rest), Canvas(width, height, channels, rate), total


def _plain(frame: Any) -> Any:
    """The array in a `Frame`, a picture of Pillow's in a mode that an array can hold, or a drawn figure."""
    if isinstance(frame, Frame):
        return frame.array
    if hasattr(frame, "convert") and isinstance(mode := getattr(frame, "mode", None), str):
        if mode in {"L", "RGB", "RGBA"}:
            return frame
        clear = mode in {"LA", "PA", "La", "RGBa"} or "transparency" in getattr(frame, "info", {})
        return frame.convert("RGBA" if clear else "RGB")
    canvas: Any = getattr(frame, "canvas", None)
    if hasattr(canvas, "buffer_rgba"):  # Matplotlib's
        canvas.draw()
        return canvas.buffer_rgba()
    return frame


def _checked(frame: Any, number: int) -> NDArray[np.uint8]:
    """A frame as (height, width, 3 or 4) uint8."""
    import numpy as np

    frame = _plain(frame)
    try:
        array = np.asarray(frame)
    except Exception as error:  # whatever an object does when it is asked for its numbers
        raise ValidationError(f"frame {number} is no array: {error}", value=type(frame), hint=_TAKES) from None
    if array.dtype != np.uint8:
        hint = _TAKES
        if array.dtype.kind == "f":
            hint = "for values from 0 to 1: (frame * 255).round().astype('uint8')"
        elif array.dtype.kind in "iu":
            hint = "for values from 0 to 255: frame.astype('uint8')"
        elif array.dtype.kind == "b":
            hint = "for True as white: frame.astype('uint8') * 255"
        what = str(array.dtype) if array.dtype.kind in "biufc" else shown(type(frame).__name__)
        raise ValidationError(f"frame {number} is {what}, not uint8", value=str(array.dtype), hint=hint)
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 1):
        grey = array.reshape(*array.shape[:2], 1)
        array = np.repeat(grey, 3, axis=2)
    if array.ndim != 3 or array.shape[2] not in {3, 4} or 0 in array.shape:
        hint = "move the channels to the end: frame.transpose(1, 2, 0)" if array.shape[:1] in {(3,), (4,)} else _TAKES
        raise ValidationError(f"frame {number} has the shape {array.shape}", value=array.shape, hint=hint)
    return array


def _alike(array: NDArray[np.uint8], shape: tuple[int, ...], number: int) -> NDArray[np.uint8]:
    if array.shape != shape:
        raise ValidationError(
            f"frame {number} has the shape {array.shape}, the ones before it {shape}",
            value=array.shape,
            hint="all frames of a film have one size, and all have alpha or none has",
        )
    return array

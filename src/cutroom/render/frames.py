"""Pictures become a film: made in workers, part by part as they come, written whole or not at all."""

from __future__ import annotations

import filecmp
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cutroom.errors import OutputError
from cutroom.render.encoding import BASE_TIMEOUT
from cutroom.render.executor import finished, slots, stop
from cutroom.render.frame_tasks import Canvas, EncodeFramesTask, Reel, WriteFramesTask, encode_frames
from cutroom.render.frame_tasks import write_frames as write_file
from cutroom.render.orders import Piece
from cutroom.render.publish import Part
from cutroom.render.spool import Spool
from cutroom.workers.context import Runner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 16 << 20
"""Bytes of raw frames that a worker is given at once, where one frame is not larger."""
IN_FLIGHT = 256 << 20
"""Bytes of raw frames that may be under way, beside the largest frame."""

OnProgress = Callable[[dict[str, Any]], None]


def write_frames(
    frames: Iterable[NDArray[np.uint8]],
    canvas: Canvas,
    place: Callable[[str], Path],
    executor: Runner,
    *,
    folder: Path,
    grant: Callable[[Path], None],
    total: int | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[Path, bool]:
    """Write frames as a file that gives the very same frames back; whatever stops it leaves nothing behind.

    Frames are taken only as fast as they are compressed: a few chunks are in memory, what is compressed is on the disk.

    Args:
        frames: (height, width, channels) uint8, all of the canvas; each is copied before the next one is asked for.
        canvas: what they are.
        place: the file to write, from a digest of what is in it.
        executor: runs the work.
        folder: for what is compressed and not in the file yet.
        grant: told which file is about to be written and read back.
        total: how many there are, where that is known.
        on_progress: called with ``stage``, ``done``, ``total``.

    Returns:
        The path of the file, and whether it is new: one that holds the same bytes already stays as it is.

    Raises:
        OutputError, DiskFullError: the folder or the file cannot be written, or holds something else.
        WorkerError: a worker failed.
    """
    orders = (Order(encode_frames, EncodeFramesTask(canvas, chunk), len(chunk)) for chunk in _chunks(frames, canvas))

    def take(result: dict[str, Any]) -> Iterator[tuple[bytes, int]]:
        return ((bytes(data), 1) for data in result["frames"])

    head = repr((canvas.width, canvas.height, canvas.channels, str(canvas.fps)))
    return write_reel(
        orders, take, lambda: (canvas.reel, head), place, executor,
        folder=folder, grant=grant, total=total, on_progress=on_progress,
    )  # fmt: skip


class Order(NamedTuple):
    """A part of a film to have made."""

    function: Callable[..., Any]
    task: Any
    size: int
    """Bytes of it in memory."""


def write_reel(
    orders: Iterable[Order],
    take: Callable[[dict[str, Any]], Iterable[tuple[bytes, int]]],
    describe: Callable[[], tuple[Reel, str]],
    place: Callable[[str], Path],
    executor: Runner,
    *,
    folder: Path,
    grant: Callable[[Path], None],
    total: int | None,
    on_progress: OnProgress | None,
) -> tuple[Path, bool]:
    """Have a film's frames made, part by part, and write it whole or not at all.

    Args:
        orders: the parts, in order; they are asked for only as fast as they are made.
        take: gives what a part has come to: packets, each with how many frames it is shown for.
        describe: called when all is made: what the film is, and in words what tells it from others with its frames.
        place, executor, folder, grant, total, on_progress: as of `write_frames`.

    Returns:
        As `write_frames`.
    """
    tell = on_progress or (lambda _: None)
    digests: list[bytes] = []
    pieces: list[Piece] = []
    with Spool(folder) as spool:
        flying: deque[Future[Any]] = deque()

        def land() -> None:
            for payload, times in take(flying[0].result()):
                key = str(len(pieces))
                spool.add(key, payload)
                pieces.extend([spool[key]] * times)
                digests.extend([hashlib.sha256(payload).digest()] * times)
            flying.popleft()
            tell({"stage": "compress", "done": len(pieces), "total": total})

        try:
            for order in orders:
                flying.append(executor.submit(order.function, order.task, timeout=BASE_TIMEOUT))
                while len(flying) >= max(2, min(slots(executor), IN_FLIGHT // max(order.size, 1))):
                    land()
            while flying:
                land()
        finally:
            for future in flying:
                stop(future)
        spool.flush()
        reel, head = describe()
        output = place(hashlib.sha256(b"".join([head.encode(), *digests])).hexdigest())
        with Part(output) as part:
            grant(part.path)
            task = WriteFramesTask(reel, str(spool.path), tuple(pieces), str(part.path))
            try:
                finished(
                    executor.submit(
                        write_file,
                        task,
                        on_progress=lambda told: tell({**told, "stage": "write"}),
                        timeout=BASE_TIMEOUT + len(pieces),
                    )
                )
                is_new = not (part.output.exists() and filecmp.cmp(part.path, part.output, shallow=False))
            except OutputError as error:
                raise part.renamed(error) from error
            except OSError as error:  # an executor without workers passes them on as they are
                raise part.failure(error) from error
            if is_new:
                part.publish(replace=False)
    return output, is_new


def _chunks(frames: Iterable[NDArray[np.uint8]], canvas: Canvas) -> Iterable[bytes]:
    """Raw frames, a few at a time."""
    size = max(1, CHUNK // canvas.frame_bytes)
    waiting: list[bytes] = []
    for frame in frames:
        waiting.append(frame.tobytes())
        if len(waiting) == size:
            yield b"".join(waiting)
            waiting = []
    if waiting:
        yield b"".join(waiting)

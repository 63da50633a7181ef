"""Pictures that were made in Python become a file: compressed in workers as they come, written whole or not at all."""

from __future__ import annotations

import filecmp
import hashlib
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutroom.errors import OutputError
from cutroom.render.encoding import BASE_TIMEOUT
from cutroom.render.executor import finished, slots, stop
from cutroom.render.frame_tasks import Canvas, EncodeFramesTask, WriteFramesTask, encode_frames
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
    tell = on_progress or (lambda _: None)
    digest = hashlib.sha256(repr((canvas.width, canvas.height, canvas.channels, str(canvas.fps))).encode())
    pieces: list[Piece] = []
    with Spool(folder) as spool:
        flying: deque[Future[Any]] = deque()

        def land() -> None:
            for data in flying[0].result()["frames"]:
                payload = bytes(data)
                digest.update(hashlib.sha256(payload).digest())
                key = str(len(pieces))
                spool.add(key, payload)
                pieces.append(spool[key])
            flying.popleft()
            tell({"stage": "compress", "done": len(pieces), "total": total})

        try:
            for chunk in _chunks(frames, canvas):
                flying.append(executor.submit(encode_frames, EncodeFramesTask(canvas, chunk), timeout=BASE_TIMEOUT))
                while len(flying) >= max(2, min(slots(executor), IN_FLIGHT // max(len(chunk), 1))):
                    land()
            while flying:
                land()
        finally:
            for future in flying:
                stop(future)
        spool.flush()
        output = place(digest.hexdigest())
        with Part(output) as part:
            grant(part.path)
            task = WriteFramesTask(canvas, str(spool.path), tuple(pieces), str(part.path))
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

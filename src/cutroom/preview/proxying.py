"""Has proxies made in workers, several at a time; each appears whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cutroom.errors import CutroomError, OutputError
from cutroom.preview.proxies import picture_of, sound_of
from cutroom.preview.proxy_tasks import ProxyTask, make_proxy
from cutroom.render.encoding import BASE_TIMEOUT, FRAME_TIMEOUT
from cutroom.render.executor import stop
from cutroom.render.publish import Part
from cutroom.schema.media import Media
from cutroom.workers.context import Runner


@dataclass(frozen=True, slots=True)
class Order:
    """A proxy that is wanted.

    Args:
        media: what it is made of; it has a picture.
        source: absolute path of its file.
        output: the file to write.
        height: of the picture, or its width where that is less, in pixels; see `picture_of`.
        protected: files that must not be overwritten, beside the source.
    """

    media: Media
    source: Path
    output: Path
    height: int
    protected: tuple[str, ...] = ()

    def task(self, output: Path) -> ProxyTask:
        """What a worker is asked."""
        video, audio = self.media.video, self.media.audio
        assert video is not None
        return ProxyTask(
            source=str(self.source),
            sha256=self.media.fingerprint.sha256,
            video=video,
            audio=audio,
            proxy=picture_of(video, self.height),
            sound=sound_of(audio) if audio is not None else None,
            output=str(output),
        )


def make_proxies(
    orders: Iterable[Order],
    executor: Runner,
    *,
    grant: Callable[[Path], None],
    done: Callable[[Order], None],
    on_progress: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Make proxies; one that fails does not keep the others from being made.

    Args:
        orders: what is wanted.
        executor: runs the work.
        grant: told which files are about to be written and read back.
        done: told of each proxy whose file is there.
        on_progress: called with ``done`` and ``total`` frames.

    Raises:
        OutputError: a file cannot be written, or must not be overwritten; then none is made.
        CutroomError: the first thing that went wrong, after the others were made.
    """
    wanted = list(orders)
    frames = dict.fromkeys(range(len(wanted)), 0)
    total = sum(order.media.video.frames for order in wanted if order.media.video)

    def tell(number: int, told: dict[str, Any]) -> None:
        frames[number] = int(told["done"])
        if on_progress is not None:
            on_progress({"done": sum(frames.values()), "total": total})

    failure: CutroomError | None = None
    with contextlib.ExitStack() as stack:
        parts = [stack.enter_context(Part(order.output, [str(order.source), *order.protected])) for order in wanted]
        flying: dict[Future[Any], tuple[Order, Part]] = {}
        try:
            for number, (order, part) in enumerate(zip(wanted, parts, strict=True)):
                grant(part.path)
                task = order.task(part.path)
                limit = BASE_TIMEOUT + FRAME_TIMEOUT * task.video.frames
                future = executor.submit(make_proxy, task, on_progress=partial(tell, number), timeout=limit)
                flying[future] = order, part
            while flying:
                for over in wait(flying, return_when=FIRST_COMPLETED).done:
                    order, part = flying.pop(over)
                    try:
                        over.result()
                        part.publish()
                        done(order)
                    except OutputError as error:
                        failure = failure or part.renamed(error)
                    except CutroomError as error:
                        failure = failure or error
        finally:
            for left in flying:
                stop(left)
            wait(flying, timeout=10)  # workers that are being killed may still write
    if failure is not None:
        raise failure

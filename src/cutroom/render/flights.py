"""Tasks under way: as many as an executor has places for, what they tell, and the files that they read."""

from __future__ import annotations

import math
import queue
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from itertools import count
from typing import Any, NamedTuple

from cutroom.effects.python.late import crashed, too_slow
from cutroom.errors import RenderError, WorkerCrashedError, WorkerTimeoutError
from cutroom.media.fingerprint import Identity, identity_of
from cutroom.render.executor import TaskExecutor, slots, stop, submit
from cutroom.render.watch import Watch
from cutroom.schema.document import Document

LOOK_EVERY = 0.1
"""Seconds between two looks at whether to stop."""
Require = Callable[[Mapping[str, str]], Mapping[str, Identity]]
"""Looks at media files (paths by SHA-256) before they are read: raises where one is not what it was, and gives the
state in which it found each path."""


class Order(NamedTuple):
    """A task as it is submitted."""

    function: Callable[..., Any]
    task: Any
    """`task.paths` are the files that it reads, by SHA-256."""
    timeout: float
    """Seconds; then it is killed. Where it calls functions of the user's own, each call has a limit instead."""


def nonsense(order: Order) -> RenderError:
    """The error of a worker that tells or answers what no worker of ours would."""
    return RenderError(
        "a worker told something that makes no sense",
        value=order.function.__name__,
        hint="try again; report this as a bug",
    )


class Flight[W](NamedTuple):
    """A task under way."""

    number: int
    work: W
    """What it was made of."""
    order: Order
    future: Future[Any]
    sources: Mapping[str, Identity]
    """The states of the files that it reads, from before it began."""
    watch: Watch
    calls: bool
    """Whether it calls functions of the user's own."""

    @property
    def untouched(self) -> bool:
        """Whether the files are still in the states in which they were found."""
        try:
            return all(identity_of(path) == state for path, state in self.sources.items())
        except OSError:
            return False


class Flights[W]:
    """Has work done, a bounded number of tasks at a time; everything it calls is called in the thread of `run`.

    Args:
        executor: runs the tasks.
        document: what is made; its functions and clips are named where a call never ends, or ends its worker.
        check: called often; raises when this is to stop.
        require: called before a task.
        order: makes the task of some work, when its turn has come.
        heard: what a task tells while it runs, but for whose code is `running`.
        landed: what it gives in the end.
        cancelled: raised where a task was cancelled.
    """

    def __init__(
        self,
        executor: TaskExecutor,
        document: Document,
        *,
        check: Callable[[], None],
        require: Require,
        order: Callable[[W], Order],
        heard: Callable[[Flight[W], dict[str, Any]], None],
        landed: Callable[[Flight[W], Any], None],
        cancelled: RenderError,
    ) -> None:
        self._executor = executor
        self._document = document
        self._codes = {one.sha256 for one in document.resources if one.kind == "python"}
        self._check = check
        self._require = require
        self._order = order
        self._heard = heard
        self._landed = landed
        self._cancelled = cancelled
        self._flying: dict[int, Flight[W]] = {}
        self._events: queue.SimpleQueue[tuple[int, dict[str, Any] | None]] = queue.SimpleQueue()
        self._numbers = count()
        self._looked = time.monotonic()

    def run(self, waiting: deque[W]) -> None:
        """Do what waits, the first first, also what is put there meanwhile; after an error no task goes on."""
        most = slots(self._executor)
        try:
            while waiting or self._flying:
                self._check()
                while waiting and len(self._flying) < most:
                    if self._start(waiting.popleft()).done():  # in this process: take what it made first
                        break
                self._listen()
                self._look()
        finally:
            for flight in self._flying.values():
                stop(flight.future)
            self._flying.clear()

    def _start(self, work: W) -> Future[Any]:
        number, events, order = next(self._numbers), self._events, self._order(work)
        paths, watch = dict(order.task.paths), Watch()
        calls = not self._codes.isdisjoint(paths)
        sources = self._require(paths)

        def tell(progress: Any) -> None:
            told = progress if isinstance(progress, dict) else {}
            watch.heard(told)
            events.put((number, told))

        future = submit(
            self._executor,
            order.function,
            order.task,
            on_progress=tell,
            timeout=math.inf if calls else order.timeout,
        )
        self._flying[number] = Flight(number, work, order, future, sources, watch, calls)
        future.add_done_callback(lambda _: events.put((number, None)))
        return future

    def _listen(self) -> None:
        try:
            number, progress = self._events.get(timeout=LOOK_EVERY)
        except queue.Empty:
            return
        flight = self._flying.get(number)
        if flight is None:
            return  # one that was stopped
        if progress is not None:
            if "running" not in progress:
                self._heard(flight, progress)
            return
        try:
            answer = flight.future.result()
        except CancelledError:
            raise self._cancelled from None
        except WorkerCrashedError as error:
            raise crashed(self._document, flight.watch.running, error) from None
        del self._flying[number]
        self._landed(flight, answer)

    def _look(self) -> None:
        now = time.monotonic()
        passed, self._looked = now - self._looked, now
        for flight in self._flying.values():
            if flight.calls and flight.future.running() and (limit := flight.watch.overdue(passed)) is not None:
                error = WorkerTimeoutError(
                    f"a worker said nothing for {limit:g} s and was stopped",
                    value=limit,
                    hint="try again; project.verify(decode=True) tells whether a file is damaged",
                )
                what = f"the {limit:g} s that one call may take"
                raise too_slow(self._document, flight.watch.running, what, error)

"""Tasks under way: as many as an executor has places for, what they tell, and the files that they read."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from itertools import count
from typing import Any, NamedTuple

from cutroom.errors import RenderError, WorkerTimeoutError
from cutroom.media.fingerprint import Identity, identity_of
from cutroom.render.executor import TaskExecutor, slots, stop, submit

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
    """Seconds; then it is killed."""


class Flight[W](NamedTuple):
    """A task under way."""

    number: int
    work: W
    """What it was made of."""
    order: Order
    future: Future[Any]
    sources: Mapping[str, Identity]
    """The states of the files that it reads, from before it began."""

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
        check: called often; raises when this is to stop.
        require: called before a task.
        order: makes the task of some work, when its turn has come.
        heard: what a task tells while it runs.
        landed: what it gives in the end.
        cancelled: raised where a task was cancelled.
        most: so many tasks at a time; None: as many as the executor has places for.
        late: what is raised where a task took longer than it may.
    """

    def __init__(
        self,
        executor: TaskExecutor,
        *,
        check: Callable[[], None],
        require: Require,
        order: Callable[[W], Order],
        heard: Callable[[Flight[W], dict[str, Any]], None],
        landed: Callable[[Flight[W], Any], None],
        cancelled: RenderError,
        most: int | None = None,
        late: Callable[[Flight[W], WorkerTimeoutError], Exception] = lambda _, error: error,
    ) -> None:
        self._executor = executor
        self._check = check
        self._require = require
        self._order = order
        self._heard = heard
        self._landed = landed
        self._cancelled = cancelled
        self._most = most
        self._late = late
        self._flying: dict[int, Flight[W]] = {}
        self._events: queue.SimpleQueue[tuple[int, dict[str, Any] | None]] = queue.SimpleQueue()
        self._numbers = count()

    def run(self, waiting: deque[W]) -> None:
        """Do what waits, the first first, also what is put there meanwhile; after an error no task goes on."""
        most = self._most or slots(self._executor)
        try:
            while waiting or self._flying:
                self._check()
                while waiting and len(self._flying) < most:
                    if self._start(waiting.popleft()).done():  # in this process: take what it made first
                        break
                self._listen()
        finally:
            for flight in self._flying.values():
                stop(flight.future)
            self._flying.clear()

    def _start(self, work: W) -> Future[Any]:
        number, events, order = next(self._numbers), self._events, self._order(work)
        sources = self._require(dict(order.task.paths))
        future = submit(
            self._executor,
            order.function,
            order.task,
            on_progress=lambda progress: events.put((number, progress)),
            timeout=order.timeout,
        )
        self._flying[number] = Flight(number, work, order, future, sources)
        future.add_done_callback(lambda _: events.put((number, None)))
        return future

    def _listen(self) -> None:
        try:
            number, progress = self._events.get(timeout=LOOK_EVERY)
        except queue.Empty:
            return
        flight = self._flying[number]
        if progress is not None:
            self._heard(flight, progress)
            return
        try:
            answer = flight.future.result()
        except WorkerTimeoutError as error:
            raise self._late(flight, error) from None
        except CancelledError:
            raise self._cancelled from None
        del self._flying[number]
        self._landed(flight, answer)

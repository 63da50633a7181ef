"""Worker processes behind the interface of `concurrent.futures.Executor`."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from types import TracebackType
from typing import Any, Literal, Self

from cutroom import errors
from cutroom.workers import selfcheck
from cutroom.workers.call import Call, OnProgress, prepare
from cutroom.workers.classes import ChildClass, named_class
from cutroom.workers.context import Task
from cutroom.workers.futures import TaskFuture
from cutroom.workers.grants import Grants
from cutroom.workers.link import Link, Ready

_log = logging.getLogger(__name__)


class WorkerPool(Executor):
    """Runs tasks in sandboxed processes: one broker and one child for each worker.

    Workers start when there is work for them, several at once, and stay warm. A worker whose child dies costs the task
    it was running and nothing else. A child imports `preload` before it locks itself in; the module of a task function
    and of its values is added when it is missing, at the price of one restart, so name the modules beforehand.

    Args:
        child_class: "media" (decoders, filters, encoders) or "model" (ONNX), or a class of one's own.
        workers: at most so many at once; None: the cores that this process may use.
        preload: modules imported before the lock; their `warm()` is called when they have one.
        grants: what tasks may read and write; nothing by default.
        queue: at most so many tasks may wait, beyond the running ones; None: any number.
        timeout: seconds that a task may run, unless `submit` says otherwise; None: no limit.

    Example:
        >>> from cutroom.workers.selfcheck import Attempts, attempts
        >>> with WorkerPool("media", workers=1) as pool:
        ...     pool.run(attempts, Attempts())["open"], pool.level  # doctest: +SKIP
        (True, 'confined')
    """

    def __init__(
        self,
        child_class: Literal["media", "model"] | ChildClass,
        *,
        workers: int | None = None,
        preload: tuple[str, ...] = (),
        grants: Grants | None = None,
        queue: int | None = None,
        timeout: float | None = 300,
    ) -> None:
        if workers is not None and workers < 1:
            raise errors.ValidationError(f"not a number of workers: {workers}", value=workers, hint="at least 1")
        self.workers = workers or _cores()
        self._timeout = timeout
        self._crew = _Crew(
            named_class(child_class), preload, Grants() if grants is None else grants, self.workers, queue
        )
        _crews.add(self._crew)
        weakref.finalize(self, self._crew.finish).atexit = False

    def submit(  # type: ignore[override]  # one task value instead of any arguments: it must list its files
        self,
        fn: Callable[..., Any],
        /,
        task: Task,
        *,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> TaskFuture:
        """Have `fn(task, context)` run by a worker.

        Args:
            fn: an importable function.
            task: a picklable value that lists the files it needs.
            on_progress: called with each progress dictionary, on a thread of the pool.
            timeout: seconds that this task may run; None: the pool's.

        Raises:
            ValidationError: the task cannot be sent.
            OverloadedError: the queue is full.
            RuntimeError: the pool was shut down.
        """
        future = TaskFuture(self._crew.stop)
        self._crew.enqueue(prepare(fn, task, self._timeout if timeout is None else timeout, on_progress, future))
        return future

    def run(
        self, fn: Callable[..., Any], task: Task, *, on_progress: OnProgress | None = None, timeout: float | None = None
    ) -> Any:
        """Run one task and give its result; an interrupt (Ctrl-C) kills it.

        Raises:
            CutroomError: what the task raised, or what happened to its worker.
        """
        future = self.submit(fn, task, on_progress=on_progress, timeout=timeout)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.kill()
            raise

    @property
    def grants(self) -> Grants:
        """What the tasks may read and write."""
        return self._crew.grants

    @grants.setter
    def grants(self, grants: Grants) -> None:
        self._crew.grants = grants

    @property
    def level(self) -> str:
        """How strongly children are held: "confined" or "isolated". Starts a worker when none runs yet."""
        return str(self.report()["level"])

    def report(self) -> dict[str, Any]:
        """What the sandbox of a child says about itself: level, landlock, seccomp, reason, refused, pid, seconds."""
        ready = self._crew.first_ready()
        if ready is None:
            self.run(selfcheck.attempts, selfcheck.Attempts())
            ready = self._crew.first_ready()
        return {} if ready is None else dict(ready.report)

    def status(self) -> list[dict[str, Any]]:
        """One row for each worker: pid, child_pid, level, tasks, restarts, rss (bytes), busy."""
        return self._crew.status()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks, finish those in line (or cancel them), and stop the processes."""
        self._crew.finish(cancel=cancel_futures)
        if wait:
            self._crew.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:  # leaving by an error, an interrupt included: nobody waits for the rest
            self._crew.abandon()
        self.shutdown()


class _Crew:
    """What the threads of a pool share; they hold this and not the pool, so that a forgotten pool goes away."""

    def __init__(
        self, limits: ChildClass, preload: tuple[str, ...], grants: Grants, size: int, queue: int | None
    ) -> None:
        self.limits = limits
        self.preload = preload
        self.grants = grants
        self._size = size
        self._most_waiting = queue
        self._owner = os.getpid()
        self._changed = threading.Condition()
        self._line: deque[Call] = deque()
        self._hands: list[_Hand] = []
        self._idle = 0
        self._closing = False

    def enqueue(self, call: Call) -> None:
        if os.getpid() != self._owner:
            raise errors.WorkerError("this pool belongs to the process that forked", hint="make a pool in this process")
        with self._changed:
            if self._closing:
                raise RuntimeError("the pool was shut down")
            free = self._idle + self._size - len(self._hands)
            if self._most_waiting is not None and len(self._line) >= self._most_waiting + free:
                raise errors.OverloadedError(
                    f"{len(self._line)} tasks wait already", value=len(self._line), hint="wait for some to finish"
                )
            self._line.append(call)
            if len(self._line) > self._idle and len(self._hands) < self._size:
                self._hands.append(_Hand(self, len(self._hands)))
                self._hands[-1].start()
            self._changed.notify()

    def next(self) -> Call | None:
        with self._changed:
            self._idle += 1
            try:
                while not self._line:
                    if self._closing:
                        return None
                    self._changed.wait()
                return self._line.popleft()
            finally:
                self._idle -= 1

    def need(self, modules: frozenset[str]) -> None:
        with self._changed:
            self.preload += tuple(sorted(modules - set(self.preload)))

    def stop(self, future: TaskFuture) -> None:
        for hand in list(self._hands):
            hand.stop(future)

    def first_ready(self) -> Ready | None:
        return next((hand.link.ready for hand in list(self._hands) if hand.link and hand.link.ready), None)

    def status(self) -> list[dict[str, Any]]:
        return [hand.status() for hand in list(self._hands)]

    def finish(self, *, cancel: bool = False) -> None:
        with self._changed:
            self._closing = True
            dropped = list(self._line) if cancel else []
            if cancel:
                self._line.clear()
            self._changed.notify_all()
        for call in dropped:
            call.future.cancel()

    def abandon(self) -> None:
        """Cancel what waits and kill what runs."""
        if os.getpid() != self._owner:
            return
        self.finish(cancel=True)
        for hand in list(self._hands):
            hand.abandon()

    def join(self) -> None:
        for hand in list(self._hands):
            hand.join()


class _Hand(threading.Thread):
    """One worker: takes tasks from the line and runs them on its link."""

    def __init__(self, crew: _Crew, number: int) -> None:
        super().__init__(name=f"cutroom-{crew.limits.name}-{number}", daemon=True)
        self._crew = crew
        self._guard = threading.Lock()
        self._current: TaskFuture | None = None
        self._done = 0
        self._starts = 0
        self.link: Link | None = None

    def run(self) -> None:
        try:
            while (call := self._crew.next()) is not None:
                self._take(call)
                del call  # its future holds the result, which may be large
        finally:
            self._drop()

    def stop(self, future: TaskFuture) -> None:
        with self._guard:
            if self._current is future and self.link is not None:
                self.link.kill()

    def abandon(self) -> None:
        with self._guard:
            current = self._current
        if current is not None:
            current.kill()
        elif (link := self.link) is not None:
            link.kill()

    def status(self) -> dict[str, Any]:
        link = self.link
        ready = None if link is None else link.ready
        return {
            "pid": None if link is None else link.pid,
            "child_pid": None if ready is None else ready.pid,
            "level": None if ready is None else ready.level,
            "tasks": self._done,
            "restarts": max(self._starts + (0 if link is None else link.starts) - 1, 0),
            "rss": None if ready is None else _resident(ready.pid),
            "busy": self._current is not None,
        }

    def _take(self, call: Call) -> None:
        if not call.future.set_running_or_notify_cancel():
            return
        with self._guard:
            self._current = call.future
        try:
            outcome = self._work(call)
        except BaseException as error:
            outcome = error
        with self._guard:
            self._current = None
        self._done += 1
        call.future.settle(outcome)

    def _work(self, call: Call) -> Any:
        link, known = self._connect()
        if missing := call.modules - known:
            self._crew.need(missing)
            self._drop()
            link, known = self._connect()
            if missing := call.modules - known:
                raise errors.WorkerError(f"a worker cannot import {', '.join(sorted(missing))}", value=sorted(missing))
        if call.future.killed:
            return None
        return link.run(self._quiet(call), self._crew.grants)

    def _quiet(self, call: Call) -> Call:
        """The call with a progress callback that cannot break the task."""
        tell = call.on_progress
        if tell is None:
            return call

        def told(data: dict[str, Any]) -> None:
            try:
                tell(data)
            except Exception:
                _log.exception("a progress callback failed")

        return Call(call.payload, call.modules, call.reads, call.writes, call.timeout, told, call.future)

    def _connect(self) -> tuple[Link, frozenset[str]]:
        """A link whose child is ready, and the modules that the child has."""
        if self.link is not None and not self.link.alive:
            self._drop()
        if self.link is None:
            link = Link(self._crew.limits, self._crew.preload)
            with self._guard:
                self.link = link
        try:
            return self.link, self.link.await_ready().modules
        except errors.WorkerError:
            self._drop()
            raise

    def _drop(self) -> None:
        with self._guard:
            link, self.link = self.link, None
        if link is not None:
            self._starts += link.starts
            link.close()


def self_test(child_class: Literal["media", "model"] | ChildClass = "media") -> dict[str, Any]:
    """Start a child and have a task in it try to get out.

    Returns:
        level, landlock (ABI, 0 for none), seccomp, reason (why not confined), seconds (start of the child), and
        refused: each attempt (open, create, socket, exec, fork, ptrace, …) with whether the system refused it.
    """
    with WorkerPool(child_class, workers=1, timeout=60) as pool:
        report = pool.report()
        if report["level"] == "confined":  # elsewhere the attempts would succeed, and prove nothing
            report["refused"] = pool.run(selfcheck.attempts, selfcheck.Attempts())
    return {key: report[key] for key in ("level", "landlock", "seccomp", "reason", "seconds", "refused")}


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _resident(pid: int) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


_crews: weakref.WeakSet[_Crew] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    for crew in list(_crews):
        crew.abandon()

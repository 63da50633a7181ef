"""Worker processes behind the interface of `concurrent.futures.Executor`."""

from __future__ import annotations

import socket
import sys
import weakref
from collections.abc import Callable
from concurrent.futures import Executor
from types import TracebackType
from typing import Any, Literal, Self

from cutroom import errors
from cutroom.workers import selfcheck
from cutroom.workers.call import prepare
from cutroom.workers.classes import ChildClass, named_class
from cutroom.workers.context import OnProgress, Task
from cutroom.workers.crew import Crew
from cutroom.workers.futures import TaskFuture
from cutroom.workers.grants import Grants


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
        timeout: seconds that a task may run, unless `submit` says otherwise; None or infinity: no limit.

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
        if not hasattr(socket, "SCM_RIGHTS"):
            raise errors.WorkerError(
                "worker processes need a system that passes open files between processes",
                value=sys.platform,
                hint="on Windows, run Cutroom inside WSL",
            )
        if workers is not None and workers < 1:
            raise errors.ValidationError(f"not a number of workers: {workers}", value=workers, hint="at least 1")
        self.workers = workers or _cores()
        self._timeout = timeout
        self._crew = Crew(
            named_class(child_class), preload, Grants() if grants is None else grants, self.workers, queue
        )
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
            timeout: seconds that this task may run; None: the pool's limit; infinity: no limit.

        Raises:
            ValidationError: the task cannot be sent.
            OverloadedError: the queue is full.
            RuntimeError: the pool was shut down.
            WorkerError: this process is a fork of the one that made the pool, or can start no thread.
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
            self.run(selfcheck.nothing, selfcheck.Attempts())
            ready = self._crew.first_ready()
        return {} if ready is None else dict(ready.report)

    def start(self) -> None:
        """Start a worker before there is work for it, and return at once; nothing happens where one was started.

        Raises:
            WorkerError: this process can start no thread.
        """
        self._crew.start()

    def status(self) -> list[dict[str, Any]]:
        """One row for each worker: pid, child_pid, level, tasks, restarts, rss (bytes), busy."""
        return self._crew.status()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks, finish those in line (or cancel them), and stop the processes."""
        self._crew.finish(cancel=cancel_futures)
        if wait:
            self._crew.join()

    def abandon(self) -> None:
        """Stop at once: end what runs, cancel what waits."""
        self._crew.abandon()
        self.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:  # leaving by an error, an interrupt included: nobody waits for the rest
            self.abandon()
        else:
            self.shutdown()


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
    from cutroom.settings import limits  # it reads files and psutil, which only a pool without a number needs

    return limits().cores

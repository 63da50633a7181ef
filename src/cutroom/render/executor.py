"""What an export asks of an executor: `submit`, and progress and killing where there is such a thing."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, Protocol

_LAST = 10.0
"""Seconds that a worker which is being killed is waited for."""


class TaskExecutor(Protocol):
    """A `concurrent.futures.Executor`: a `WorkerPool`, an `InlineExecutor`, a cluster's.

    One that takes `on_progress` is given each finished segment at once; any other gets them with the run's result.
    """

    def submit(self, fn: Callable[..., Any], /, task: Any) -> Future[Any]:
        """Have `fn(task)` run."""
        ...


def carries_progress(executor: TaskExecutor) -> bool:
    """Whether `submit` takes `on_progress` and `timeout`."""
    try:
        return {"on_progress", "timeout"} <= inspect.signature(executor.submit).parameters.keys()
    except (TypeError, ValueError):
        return False


def submit(
    executor: TaskExecutor,
    fn: Callable[..., Any],
    task: Any,
    *,
    on_progress: Callable[[dict[str, Any]], None],
    timeout: float,
) -> Future[Any]:
    """Submit a task, with progress and a time limit where the executor has them."""
    if carries_progress(executor):
        tell: Any = executor
        future: Future[Any] = tell.submit(fn, task, on_progress=on_progress, timeout=timeout)
        return future
    return executor.submit(fn, task)


def stop(future: Future[Any]) -> None:
    """Kill a running task where that is possible, cancel a waiting one otherwise."""
    kill = getattr(future, "kill", future.cancel)
    kill()


def finished(future: Future[Any]) -> Any:
    """The result of a task; one that is not waited for to the end is stopped, and does not write any more."""
    try:
        return future.result()
    finally:
        if not future.done():
            stop(future)
            wait([future], timeout=_LAST)  # a worker that is being killed may still write


def at_once(executor: TaskExecutor) -> int | None:
    """How many tasks it runs at once; None where it does not say."""
    workers = getattr(executor, "workers", None)
    return workers if isinstance(workers, int) and workers > 0 else None


def slots(executor: TaskExecutor) -> int:
    """How many tasks are worth having under way: what it can run at once, and one that waits for each."""
    return 2 * (at_once(executor) or 2)

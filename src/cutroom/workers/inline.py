"""The Executor interface in this very process: for tests, and wherever a process of one's own is not wanted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from cutroom.workers import codec
from cutroom.workers.context import Direct, OnProgress, Task
from cutroom.workers.futures import TaskFuture
from cutroom.workers.wire import Kind


class InlineExecutor(Executor):
    """Runs each task when it is submitted, in this process, without a sandbox, a time limit or grants.

    The rest is as in a worker: only listed paths open, and results are plain data (tuples become lists, arrays are
    read-only). Exceptions come as they were raised.

    Example:
        >>> from cutroom.media.tasks import DigestTask, digest
        >>> InlineExecutor().run(digest, DigestTask("/dev/null"))[:8]
        'e3b0c442'
    """

    def submit(  # type: ignore[override]  # the signature of WorkerPool.submit
        self,
        fn: Callable[..., Any],
        /,
        task: Task,
        *,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> TaskFuture:
        """Run `fn(task, context)` now; the future is done when this returns."""
        future = TaskFuture()
        future.set_running_or_notify_cancel()
        context = Direct(only=(*task.reads(), *task.writes()), on_progress=on_progress)
        try:
            future.set_result(codec.decode(codec.encode(Kind.RESULT, fn(task, context), use_shared=False)))
        except Exception as error:
            future.set_exception(error)
        return future

    def run(
        self, fn: Callable[..., Any], task: Task, *, on_progress: OnProgress | None = None, timeout: float | None = None
    ) -> Any:
        """Run one task and give its result."""
        return self.submit(fn, task, on_progress=on_progress, timeout=timeout).result()

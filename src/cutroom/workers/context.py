"""What a task function may touch: the files that its task lists, and a way to say how far it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from cutroom.errors import AccessDeniedError

if TYPE_CHECKING:
    from cutroom.workers.futures import TaskFuture

Result = Any
"""JSON-able data (dict with string keys, list, tuple, str, numbers, bool, None) with bytes and numpy arrays inside."""


OnProgress = Callable[[dict[str, Any]], None]
"""What is told how far a task is: `{"done": …, "total": …, **data}`."""


class Task(Protocol):
    """A picklable frozen value that names the files it needs, by absolute path."""

    def reads(self) -> tuple[str, ...]:
        """Paths to be opened for reading."""
        ...

    def writes(self) -> tuple[str, ...]:
        """Paths to be created, or emptied when they exist; their folders must exist."""
        ...


class Context(Protocol):
    """The second argument of every task function."""

    def open(self, path: str) -> BinaryIO:
        """A read-only seekable file with a position of its own; only for paths in `task.reads()`."""
        ...

    def create(self, path: str) -> BinaryIO:
        """A writable, readable and seekable file; only for paths in `task.writes()`."""
        ...

    def progress(self, done: float, total: float | None = None, **data: object) -> None:
        """Tell the caller how far the task is; `data` may hold whatever a result may hold."""
        ...


class Runner(Protocol):
    """What runs tasks: a `WorkerPool` or an `InlineExecutor`."""

    def run(
        self, fn: Callable[..., Any], task: Any, *, on_progress: OnProgress | None = None, timeout: float | None = None
    ) -> Any:
        """Run `fn(task, context)` and give its result; `timeout` in seconds, None for the runner's own."""
        ...

    def submit(
        self,
        fn: Callable[..., Any],
        /,
        task: Any,
        *,
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> TaskFuture:
        """Have `fn(task, context)` run; gives a future that can be killed."""
        ...


class Direct:
    """Opens paths in this very process.

    Args:
        only: paths that may be opened or created; None allows all.
        on_progress: called with `{"done": …, "total": …, **data}`.
    """

    def __init__(self, *, only: Iterable[str] | None = None, on_progress: OnProgress | None = None) -> None:
        self._only = None if only is None else frozenset(only)
        self._on_progress = on_progress

    def open(self, path: str) -> BinaryIO:
        """Open for reading."""
        return open(self._checked(path), "rb")

    def create(self, path: str) -> BinaryIO:
        """Create or empty, for writing and reading."""
        return open(self._checked(path), "w+b")

    def progress(self, done: float, total: float | None = None, **data: object) -> None:
        """Pass the progress on, or drop it."""
        if self._on_progress is not None:
            self._on_progress({"done": done, "total": total, **data})

    def _checked(self, path: str) -> str:
        path = os.fspath(path)
        if self._only is not None and path not in self._only:
            raise not_listed(path)
        return path


def not_listed(path: str) -> AccessDeniedError:
    """The error for a path that the task did not list."""
    return AccessDeniedError(
        f"the task did not list this path: {path}", value=path, hint="return it from the task's reads() or writes()"
    )


DIRECT: Context = Direct()
"""Opens any path in this process and drops progress: the default context of a task function."""

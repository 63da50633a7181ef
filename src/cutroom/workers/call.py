"""A task on its way to a worker: checked, pickled, and with the modules that its pickle needs."""

from __future__ import annotations

import io
import math
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cutroom.errors import ValidationError
from cutroom.workers.context import OnProgress, Task
from cutroom.workers.futures import TaskFuture
from cutroom.workers.wire import MAX_DESCRIPTORS


@dataclass(frozen=True)
class Call:
    """What a worker needs to run one task."""

    payload: bytes
    modules: frozenset[str]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    timeout: float | None
    on_progress: OnProgress | None
    future: TaskFuture

    def header(self) -> dict[str, Any]:
        """The task message's header."""
        return {
            "reads": list(self.reads),
            "writes": list(self.writes),
            "timeout": self.timeout,
            "progress": self.on_progress is not None,
        }


class _Pickler(pickle.Pickler):
    """Also notes the module of every class and function that the pickle refers to, and what values want imported.

    A value says so by `worker_imports`: names of modules that its task cannot import once the worker is locked.
    """

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.modules: set[str] = set()

    def reducer_override(self, value: Any) -> Any:
        module = getattr(value, "__module__", None)
        if isinstance(value, type) or callable(value):
            self.modules.add(module or "builtins")
        else:
            self.modules.update(getattr(value, "worker_imports", ()))
        return NotImplemented


def prepare(
    function: Callable[..., Any], task: Task, timeout: float | None, on_progress: OnProgress | None, future: TaskFuture
) -> Call:
    """Check and pickle a task.

    Raises:
        ValidationError: the function cannot be imported elsewhere, a path is not absolute, or there are too many.
    """
    reads, writes = tuple(dict.fromkeys(task.reads())), tuple(dict.fromkeys(task.writes()))
    for path in (*reads, *writes):
        if not os.path.isabs(path) or "\0" in path:
            raise ValidationError(f"not an absolute path: {path!r}", value=path, hint="use os.path.abspath(path)")
    if len(reads) + len(writes) > MAX_DESCRIPTORS:
        count = len(reads) + len(writes)
        raise ValidationError(
            f"a task names {count} files, at most {MAX_DESCRIPTORS} are possible", value=count, hint="split the task"
        )
    if timeout is not None and not timeout > 0:
        raise ValidationError(
            f"not a time limit: {timeout!r}", value=timeout, hint="seconds above 0, or None for no limit"
        )
    buffer = io.BytesIO()
    pickler = _Pickler(buffer)
    try:
        pickler.dump((function, task))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ValidationError(
            f"the task cannot be sent to a worker: {error}",
            value=function,
            hint="use functions and classes of a module",
        ) from None
    if "__main__" in pickler.modules:
        raise ValidationError(
            "a worker cannot import what a notebook or script defines itself",
            value=function,
            hint="put the function and its task in a module",
        )
    limit = None if timeout is None or math.isinf(timeout) else timeout
    return Call(buffer.getvalue(), frozenset(pickler.modules), reads, writes, limit, on_progress, future)

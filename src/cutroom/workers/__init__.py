"""Worker processes: a broker that opens files, and a locked-in child that decodes them.

A task is a picklable value with `reads()` and `writes()`; a task function is importable and takes the task and a
`Context`. The same function runs in a worker (`WorkerPool`) or in this process (`InlineExecutor`, or a plain call).

Example:
    >>> from cutroom.workers import Grants, WorkerPool
    >>> from cutroom.media.tasks import DigestTask, digest
    >>> grants = Grants()
    >>> grants.allow_read(__file__)  # doctest: +SKIP
    >>> with WorkerPool("media", workers=1, grants=grants) as pool:  # doctest: +SKIP
    ...     pool.run(digest, DigestTask(__file__))
    '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutroom.workers.classes import MEDIA, MODEL, ChildClass
    from cutroom.workers.context import DIRECT, Context, OnProgress, Result, Runner, Task
    from cutroom.workers.futures import TaskFuture
    from cutroom.workers.grants import Grants
    from cutroom.workers.inline import InlineExecutor
    from cutroom.workers.pool import WorkerPool, self_test

_HOME = {
    "MEDIA": "classes",
    "MODEL": "classes",
    "ChildClass": "classes",
    "DIRECT": "context",
    "Context": "context",
    "OnProgress": "context",
    "Result": "context",
    "Runner": "context",
    "Task": "context",
    "TaskFuture": "futures",
    "Grants": "grants",
    "InlineExecutor": "inline",
    "WorkerPool": "pool",
    "self_test": "pool",
}

__all__ = [
    "DIRECT",
    "MEDIA",
    "MODEL",
    "ChildClass",
    "Context",
    "Grants",
    "InlineExecutor",
    "OnProgress",
    "Result",
    "Runner",
    "Task",
    "TaskFuture",
    "WorkerPool",
    "self_test",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used: the broker runs from this package and must stay small."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

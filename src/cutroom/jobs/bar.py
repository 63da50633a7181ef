"""A progress bar: drawn on terminals and in notebooks, plain lines where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

PLAIN_EVERY = 5.0
"""Seconds between two plain lines."""


class Bar:
    """A progress bar over updates with `done`, `total`, `stage`.

    Example:
        >>> with Bar("out.mp4") as bar:  # doctest: +SKIP
        ...     bar.update({"stage": "encode", "done": 10, "total": 100})
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._progress: Any = None
        self._task: Any = None
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        notebook = "ipykernel" in sys.modules and "IPython" in sys.modules
        if notebook or sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            console = Console(stderr=True) if not notebook else None
            self._progress = Progress(*columns, console=console, transient=True)
            self._progress.start()
            self._task = self._progress.add_task(self._title, total=None)
        return self

    def update(self, progress: Mapping[str, Any]) -> None:
        """Show how far it is."""
        done, total, stage = progress.get("done"), progress.get("total"), progress.get("stage", "")
        if self._progress is not None:
            self._progress.update(
                self._task, completed=done or 0, total=total, description=f"{self._title} {stage}".rstrip()
            )
        elif total and time.monotonic() - self._last > PLAIN_EVERY:
            self._last = time.monotonic()
            print(f"{self._title}: {stage} {100 * (done or 0) / total:.0f} %", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

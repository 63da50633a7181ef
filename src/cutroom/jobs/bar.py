"""A progress bar: drawn on terminals and in notebooks, plain lines where nobody watches."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from html import escape
from types import TracebackType
from typing import Any, Protocol, Self

PLAIN_EVERY = 5.0
"""Seconds between two plain lines."""
CELL_AFTER = 0.5
"""Seconds that something must last before a cell shows a bar: one that has shown anything stays taller."""
CELL_EVERY = 0.1
"""Seconds between two pictures of a notebook's bar."""


class _Drawing(Protocol):
    def draw(self, title: str, done: int, total: int | None) -> None: ...
    def end(self) -> None: ...


class Bar:
    """A progress bar over updates with `done`, `total`, `stage`. It is gone when it ends.

    Example:
        >>> with Bar("out.mp4") as bar:  # doctest: +SKIP
        ...     bar.update({"stage": "encode", "done": 10, "total": 100})
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._drawing: _Drawing | None = None

    def __enter__(self) -> Self:
        if "ipykernel" in sys.modules and "IPython" in sys.modules:
            self._drawing = _Cell()
        else:
            self._drawing = _Terminal(self._title) if sys.stderr.isatty() else _Lines()
        return self

    def update(self, progress: Mapping[str, Any]) -> None:
        """Show how far it is."""
        if self._drawing is not None:
            title = f"{self._title} {progress.get('stage', '')}".rstrip()
            self._drawing.draw(title, progress.get("done") or 0, progress.get("total"))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawing is not None:
            self._drawing.end()


@contextlib.contextmanager
def late_bar(title: str) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A bar that begins with the first update, for what mostly takes no time at all; updates come on this thread."""
    with contextlib.ExitStack() as stack:
        bars: list[Bar] = []

        def update(progress: Mapping[str, Any]) -> None:
            if not bars:
                bars.append(stack.enter_context(Bar(title)))
            bars[0].update(progress)

        yield update


class _Terminal:
    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._progress.start()
        self._task = self._progress.add_task(title, total=None)

    def draw(self, title: str, done: int, total: int | None) -> None:
        self._progress.update(self._task, completed=done, total=total, description=title)

    def end(self) -> None:
        self._progress.stop()


class _Lines:
    def __init__(self) -> None:
        self._last = time.monotonic()

    def draw(self, title: str, done: int, total: int | None) -> None:
        if total and time.monotonic() - self._last > PLAIN_EVERY:
            self._last = time.monotonic()
            print(f"{title}: {100 * done / total:.0f} %", file=sys.stderr, flush=True)

    def end(self) -> None:
        pass


class _Cell:
    """An output of the cell that is drawn over again, and has nothing in it at the end: no height, nothing saved.

    A bar of rich, an ipywidget, would leave its empty frame, and `Output()` in the saved notebook.
    """

    def __init__(self) -> None:
        # updates come on threads of their own, on which ipykernel knows the last message's cell only, not this one
        self._cell = copy_context()
        self._one = threading.Lock()
        self._began = time.monotonic()
        self._next = self._began + CELL_AFTER
        self._shown: Any = None

    def draw(self, title: str, done: int, total: int | None) -> None:
        with self._one:
            now = time.monotonic()
            if now >= self._next:
                self._next = now + CELL_EVERY
                self._cell.run(self._show, _picture(title, done, total, now - self._began))

    def _show(self, data: dict[str, str]) -> None:
        from IPython.display import display

        if self._shown is None:
            self._shown = display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._shown.update(data, raw=True)

    def end(self) -> None:
        with self._one:
            self._next = float("inf")
            if self._shown is not None:
                self._cell.run(self._show, {})


def _picture(title: str, done: int, total: int | None, seconds: float) -> dict[str, str]:
    """A bar as HTML and as text."""
    if not total:
        share, value = "", ""
    else:
        left = round(seconds * (total - done) / done) if done else None
        share = f"{100 * done / total:.0f} %" + (f", {left // 60}:{left % 60:02} left" if left is not None else "")
        value = f' value="{done}" max="{total}"'
    style = "display: flex; gap: 10px; align-items: center; white-space: nowrap; font-variant-numeric: tabular-nums"
    long = "flex: 0 1 16em; min-width: 5em; accent-color: var(--jp-brand-color1, #2196f3)"
    bar = f'<progress{value} style="{long}"></progress>'
    name = f'<span style="overflow: hidden; text-overflow: ellipsis">{escape(title)}</span>'
    html = f'<div style="{style}">{name}{bar}<span>{share}</span></div>'
    return {"text/plain": f"{title} {share}".rstrip(), "text/html": html}

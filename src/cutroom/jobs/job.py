"""`Job`: a handle on a background job, valid in any process of the user."""

from __future__ import annotations

import contextlib
import html
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cutroom.errors import JobCancelledError, JobError, ValidationError, WorkerTimeoutError, from_plain
from cutroom.jobs.places import log_path, tidy
from cutroom.jobs.store import ENDED, JobStore, Record, State, process_birth

GRACE = 2.0
"""Seconds that a job has to stop by itself after `cancel`."""


@dataclass(frozen=True, slots=True)
class Job:
    """A background job.

    Example:
        >>> job = renderer.submit("out.mp4")  # doctest: +SKIP
        >>> job.progress  # {} until the kernel has begun  # doctest: +SKIP
        {'stage': 'encode', 'done': 120, 'total': 1200, 'fps': 61.3, 'eta': 17.6}
        >>> job.result().output  # doctest: +SKIP
        '/films/out.mp4'
    """

    store: JobStore
    id: str
    read: Callable[[str, dict[str, Any]], Any]
    """Makes the result of a kind of job from its JSON."""

    @property
    def record(self) -> Record:
        """Everything that the store knows of it."""
        return self.store.get(self.id)

    @property
    def status(self) -> State:
        """queued, running, done, failed, cancelled or interrupted."""
        return self.record.state

    @property
    def progress(self) -> dict[str, Any]:
        """How far it is: stage, done, total, and what else the work tells."""
        return self.record.progress

    @property
    def logs(self) -> str:
        """What its kernel printed."""
        path = log_path(self.id)
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def report(self) -> Any:
        """The result of a finished job; None before."""
        record = self.record
        return self.read(record.kind, record.result) if record.result is not None else None

    def wait(self, timeout: float | None = None, *, on_progress: Callable[[Record], None] | None = None) -> Record:
        """Wait for the end.

        Raises:
            WorkerTimeoutError: it did not come within `timeout` seconds; the job goes on.
            ValidationError: `timeout` is no number.
        """
        if timeout is not None and not isinstance(timeout, int | float):
            raise ValidationError(f"timeout takes seconds, not {timeout!r}", value=timeout, hint="None waits for ever")
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = 0.02
        while True:
            record = self.record
            if on_progress:
                on_progress(record)
            if record.state in ENDED:
                tidy(self.id)
                return record
            if deadline is not None and time.monotonic() > deadline:
                raise WorkerTimeoutError(
                    f"{self.id} is still {record.state} after {timeout} s",
                    value=self.id,
                    hint="wait longer; it goes on",
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 0.25)

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the end, with a progress bar, and give the result.

        Raises:
            JobCancelledError: it was cancelled.
            JobError: it was interrupted.
            CutroomError: whatever it failed with.
            WorkerTimeoutError: not yet; the job goes on.
        """
        from cutroom.jobs.bar import Bar

        with Bar(self.record.title) as bar:
            record = self.wait(timeout, on_progress=lambda now: bar.update(now.progress))
        if record.state == "done":
            return self.read(record.kind, record.result or {})
        if record.state == "cancelled":
            raise JobCancelledError(f"{self.id} was cancelled", value=self.id)
        if record.state == "interrupted":
            raise JobError(
                f"{self.id} was interrupted: its process is gone", value=self.id,
                hint="submit it again; segments that were finished are not rendered twice",
            )  # fmt: skip
        raise from_plain(record.error or {})

    def cancel(self) -> State:
        """Stop it: first by asking, after two seconds by ending its processes. Returns the state it ended in."""
        self.store.ask_cancel(self.id)
        deadline = time.monotonic() + GRACE
        while (record := self.record).state not in ENDED:
            if time.monotonic() > deadline:
                if record.state == "running" and record.pid and process_birth(record.pid) == record.born:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(record.pid, signal.SIGKILL)  # a kernel leads a group of its own
                self.store.finish(self.id, "cancelled")
            time.sleep(0.02)
        tidy(self.id)
        return record.state

    def __repr__(self) -> str:
        record = self.record
        return f"Job({self.id!r}, {record.title}, {record.state}{_how_far(record)})"

    def _ipython_display_(self) -> None:
        """A line in the notebook that follows the job."""
        from IPython.display import HTML, display

        handle = display(HTML(self._line(self.record)), display_id=True)  # type: ignore[no-untyped-call]

        def follow() -> None:
            last = ""
            while True:
                record = self.record
                line = self._line(record)
                if line != last:
                    handle.update(HTML(line))  # type: ignore[no-untyped-call]
                    last = line
                if record.state in ENDED:
                    return
                time.sleep(0.3)

        threading.Thread(target=follow, daemon=True, name=f"follow {self.id}").start()

    def _line(self, record: Record) -> str:
        done, total = record.progress.get("done"), record.progress.get("total")
        bar = f'<progress value="{done}" max="{total}"></progress> ' if total and record.state == "running" else ""
        error = f" <code>{html.escape(str(record.error.get('message')))}</code>" if record.error else ""
        return (
            f"<div><strong>{html.escape(record.title)}</strong> {bar}"
            f"{html.escape(record.state + _how_far(record))}{error} <small>{html.escape(self.id)}</small></div>"
        )


def _how_far(record: Record) -> str:
    progress = record.progress
    if record.state != "running":
        return ""
    if not progress.get("done"):
        return ", starting"
    text = f", {progress['done']:.0f} of {progress['total']:.0f} frames"
    if progress.get("eta") is not None:
        text += f", {progress['eta']:.0f} s left"
    return text


def when(seconds: float | None) -> datetime | None:
    """A Unix time as a local datetime."""
    return None if seconds is None else datetime.fromtimestamp(seconds).astimezone()

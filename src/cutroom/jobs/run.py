"""Inside a background kernel: take the job, do it, say how it ended, and go."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from cutroom.errors import CutroomError, JobCancelledError, OutputError, nearest, to_plain
from cutroom.jobs.store import JobStore
from cutroom.telemetry import attached, flush, span

EVERY = 0.2
"""Seconds between two looks at the store."""


class Control:
    """What a job's work is given: where to say how far it is, and whether to stop."""

    def __init__(self, store: JobStore, job_id: str) -> None:
        self._store = store
        self._job_id = job_id
        self._latest: dict[str, Any] = {}
        self._told: dict[str, Any] = {}
        self._stop = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="job control")
        self._thread.start()

    def progress(self, update: Mapping[str, Any]) -> None:
        """Say how far the work is; cheap, as often as you like."""
        self._latest = {**self._latest, **update}

    def cancelled(self) -> bool:
        """Whether to stop."""
        return self._stop.is_set()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            self._look()

    def _look(self) -> None:
        latest = self._latest
        try:
            asked = (
                self._store.progress(self._job_id, latest)
                if latest is not self._told
                else self._store.cancel_asked(self._job_id)
            )
        except OutputError as error:  # a busy or full disk now must not end the job, nor the looking
            print(f"the job store did not answer: {error}", file=sys.stderr)
            return
        self._told = latest
        if asked:
            self._stop.set()

    def close(self) -> None:
        """The last word about progress."""
        self._over.set()
        self._thread.join()
        self._look()


Handler = Callable[[dict[str, Any], Control], dict[str, Any]]
"""Does one kind of job: specification and control in, result out (both JSON)."""


def run(store: JobStore, job_id: str, handlers: Mapping[str, Handler]) -> None:
    """Do a queued job in this process and record how it ended.

    Args:
        store: where the job is.
        job_id: which one.
        handlers: what can be done, by kind.
    """
    record = store.get(job_id)
    if not store.start(job_id, os.getpid()):
        return
    spec = store.spec(job_id)
    control = Control(store, job_id)
    began = time.monotonic()
    try:
        with attached(spec.get("context") or {}), span("job", kind=record.kind, job=job_id):
            if record.kind not in handlers:
                raise nearest(record.kind, handlers, what="kind of job")
            result = handlers[record.kind](spec, control)
    except JobCancelledError as error:
        control.close()
        store.finish(job_id, "cancelled", error=to_plain(error))
    except BaseException as error:  # a job's end is always recorded, even that of a KeyboardInterrupt
        traceback.print_exc()
        control.close()
        plain = to_plain(error if isinstance(error, CutroomError) else CutroomError(f"{type(error).__name__}: {error}"))
        store.finish(job_id, "cancelled" if control.cancelled() else "failed", error=plain)
    else:
        control.close()
        store.finish(job_id, "done", result={**result, "wall_seconds": time.monotonic() - began})
    finally:
        flush()

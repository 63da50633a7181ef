"""The jobs of this user as a service: submit, attach, list, run."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutroom.jobs.job import Job, when
from cutroom.jobs.places import log_path
from cutroom.jobs.store import JobStore
from cutroom.settings import private_folder, settings
from cutroom.telemetry import current_context

if TYPE_CHECKING:
    import pandas as pd

KEPT = 30 * 24 * 3600.0
"""Seconds that an ended job is remembered."""


def _read(kind: str, result: dict[str, Any]) -> Any:
    """The result of a job as people know it."""
    if kind == "export":
        from cutroom.render.report import Report

        return Report.model_validate(result)
    return result


class Jobs:
    """The job service.

    Args:
        path: the store's file.
    """

    def __init__(self, path: Path) -> None:
        self.store = JobStore(path)

    def submit(self, kind: str, title: str, spec: dict[str, Any]) -> Job:
        """Start a job in a background kernel; returns as soon as the kernel has it.

        Args:
            kind: export.
            title: what people call it.
            spec: what to do, as JSON; no code.

        Raises:
            JobError: the kernel did not start.
        """
        from cutroom.jobs.kernel import launch

        for old in self.store.prune(time.time() - KEPT):
            log_path(old).unlink(missing_ok=True)
        job_id = self.store.add(kind, title, {**spec, "context": current_context()})
        try:
            self.store.launched(job_id, launch(job_id))
        except BaseException as error:
            self.store.finish(job_id, "failed", error={"class": "JobError", "message": str(error)})
            raise
        return Job(self.store, job_id, _read)

    def attach(self, job_id: str) -> Job:
        """A handle on a job that any process started.

        Raises:
            JobNotFoundError: no such job.
        """
        self.store.get(job_id)
        return Job(self.store, job_id, _read)

    def to_df(self) -> pd.DataFrame:
        """One row per job, newest first: id, kind, state, title, done, total, created, started, finished, error."""
        import pandas as pd

        rows = [
            (
                record.id,
                record.kind,
                record.state,
                record.title,
                record.progress.get("done"),
                record.progress.get("total"),
                when(record.created),
                when(record.started),
                when(record.finished),
                (record.error or {}).get("message"),
            )
            for record in self.store.all()
        ]
        columns = ["id", "kind", "state", "title", "done", "total", "created", "started", "finished", "error"]
        table = pd.DataFrame(rows, columns=columns)
        return table.astype({"done": "Float64", "total": "Float64"})

    def close(self) -> None:
        """Let go of the store; jobs go on."""
        with _lock:
            if _open.get(self.store.path) is self:
                del _open[self.store.path]
            self.store.close()


_lock = threading.Lock()
_open: dict[Path, Jobs] = {}


def default_jobs() -> Jobs:
    """The jobs in this user's data folder: one service for the whole process, until somebody closes it."""
    path = private_folder(settings().data_dir) / "jobs.db"
    with _lock:
        if path not in _open:
            _open[path] = Jobs(path)
        return _open[path]

"""Where a job's files lie."""

from __future__ import annotations

import shutil
from pathlib import Path

from cutroom.settings import private_folder, settings


def folder(job_id: str) -> Path:
    """Where a job's connection file and sockets lie, 0700; made when it is not there."""
    private_folder(settings().runtime_dir)
    return private_folder(_runtime(job_id))


def log_path(job_id: str) -> Path:
    """What a job's kernel printed."""
    return private_folder(private_folder(settings().data_dir) / "logs") / f"{job_id}.log"


def tidy(job_id: str) -> None:
    """Remove the sockets and the connection file of a kernel that is gone or going."""
    shutil.rmtree(_runtime(job_id), ignore_errors=True)


def _runtime(job_id: str) -> Path:
    return settings().runtime_dir / job_id.removeprefix("job_")

"""Where a job's files lie."""

from __future__ import annotations

from pathlib import Path

from cutroom.settings import private_folder, settings


def folder(job_id: str) -> Path:
    """Where a job's connection file and sockets lie, 0700."""
    return private_folder(private_folder(settings().runtime_dir) / job_id.removeprefix("job_"))


def log_path(job_id: str) -> Path:
    """What a job's kernel printed."""
    return private_folder(private_folder(settings().data_dir) / "logs") / f"{job_id}.log"

"""The files of a project's journal: where they lie; moved and removed together."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from cutroom.edit.lock import lock_path


def journal_path(project: Path) -> Path:
    """Where a project's journal lies."""
    return project.with_name(project.name + "-journal")


def own_files(project: Path) -> tuple[Path, Path, Path]:
    """The files of an open project, which nothing else may write: itself, its journal, its lock."""
    return project, journal_path(project), lock_path(project)


def with_logs(journal: Path) -> list[Path]:
    """A journal and the files that SQLite keeps beside it."""
    return [journal.with_name(journal.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")]


def delete(journal: Path) -> None:
    """Remove a journal."""
    for file in with_logs(journal):
        file.unlink(missing_ok=True)


def rename(journal: Path, target: Path) -> None:
    """Give a journal another name."""
    for file, to in zip(with_logs(journal), with_logs(target), strict=True):
        with contextlib.suppress(FileNotFoundError):
            file.rename(to)


def free_aside(journal: Path) -> Path:
    """A name that says that a journal was set aside, and that nothing has yet."""
    number = 1
    while os.path.lexists(aside := journal.with_name(f"{journal.name}.aside-{number}")):
        number += 1
    return aside

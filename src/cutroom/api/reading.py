"""A project as it is on the disk at this moment, whoever has it open: read, never written, never locked."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from cutroom.api import arguments
from cutroom.api.project import Project
from cutroom.app import app
from cutroom.edit.journal_files import journal_path, with_logs
from cutroom.edit.plain_file import require_plain
from cutroom.edit.project_file import require_readable
from cutroom.edit.recovery import opened
from cutroom.errors import ProjectFileError, ReadOnlyProjectError
from cutroom.session import Session

PATIENCE = 5.0
"""Seconds to wait for a moment in which nobody writes."""


def read_only(path: str | os.PathLike[str]) -> Project:
    """A project that cannot be edited, with the edits that a notebook has in its journal and not in the file yet.

    `recovered` says how many those are. It is put together in a folder of its own from copies of the file and the
    journal; the project's own folder is left as it is.

    Args:
        path: the project file.

    Raises:
        ProjectFileError: the file cannot be read or understood, or edits that are not in it.
        ReadOnlyProjectError: it is written all the time.
    """
    target = Path(os.path.realpath(arguments.path(path)))
    require_readable(target)
    with tempfile.TemporaryDirectory(prefix="cutroom-") as folder:
        for name, data in _still(target).items():
            Path(folder, name).write_bytes(data)
        found = opened(Path(folder, target.name))
        problem = found.journal.problem
        found.journal.close(keep=False)
    if problem:
        raise ProjectFileError(
            f"{target.name} has edits that are not saved, and their journal cannot be read, or not for this file",
            value=str(target),
            hint="open it with Project.open(...), look at it and save it",
        )
    services = app()
    services.check_document(found.document)
    session = Session(found.document, target, read_only=True)
    services.grant_beneath(target.parent, [session.media_path(media.id) for media in found.document.media])
    if found.unsaved:
        session.recovered = f"with {found.unsaved} edits that are not saved yet"
    return Project(session, services)


def _still(project: Path) -> dict[str, bytes]:
    """The files of a project by name, all of one moment: what is read twice and the same stood still in between."""
    end = time.monotonic() + PATIENCE
    last = _files(project)
    while (now := _files(project)) != last:
        if time.monotonic() > end:
            raise ReadOnlyProjectError(
                f"{project.name} is written to all the time", value=str(project), hint="wait, then try again"
            )
        last = now
        time.sleep(0.02)
    return now


def _files(project: Path) -> dict[str, bytes]:
    found = {}
    for file in (project, *with_logs(journal_path(project))):
        require_plain(file)
        if file.name.endswith("-shm"):  # SQLite makes it anew
            continue
        try:
            found[file.name] = file.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ProjectFileError(
                f"cannot read {file}: {error.strerror}", value=str(file), hint="it must be readable"
            ) from None
    return found

"""A project as it is on the disk at this moment, whoever has it open: read, never written, never locked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cutroom.api import arguments
from cutroom.api.project import Project
from cutroom.app import app
from cutroom.edit.change import State
from cutroom.edit.journal_files import journal_path, with_logs
from cutroom.edit.ledger import Ledger
from cutroom.edit.recovery import opened
from cutroom.edit.rescue import require_project
from cutroom.edit.still import still
from cutroom.errors import ProjectFileError
from cutroom.session import Session


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
    require_project(target)
    with tempfile.TemporaryDirectory(prefix="cutroom-") as folder:
        files = [target, *(file for file in with_logs(journal_path(target)) if not file.name.endswith("-shm"))]
        for file, data in still(files).items():
            Path(folder, file.name).write_bytes(data)
        found = opened(Path(folder, target.name))
        problem = found.journal.problem
        found.journal.close(keep=False)
    if problem:
        raise ProjectFileError(
            f"{target.name} has edits that are not saved, and their journal cannot be read, or not for this file",
            value=str(target),
            hint="open it with Project.open(...), look at it and save it; Project.recover(...) gives the edits",
        )
    services = app()
    services.check_document(found.document)
    words = f"with {found.unsaved} edits that are not saved yet" if found.unsaved else ""
    session = Session(Ledger(State(0, found.document), target, read_only=True, recovered=words))
    services.access.grant_beneath(target.parent, session.files())
    return Project(session, services)


def recover(path: str | os.PathLike[str]) -> Project:
    """A project in memory with the edits of a journal that no project could be opened with; see `Project.recover`."""
    services = app()
    session = Session.recover(arguments.path(path), check=services.check)
    services.check_document(session.document)
    services.access.grant_beneath(session.folder, session.files())
    return Project(session, services)

"""A project at the start of a session: made anew or opened, its journal begun, replayed or set aside, never lost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cutroom.edit.history import History
from cutroom.edit.journal import Journal
from cutroom.edit.project_file import dump, load, sweep, uncollected, write_whole
from cutroom.edit.replay import before, replay
from cutroom.edit.rescue import left_behind, require_project
from cutroom.errors import CutroomError, ProjectExistsError
from cutroom.schema.document import Document


@dataclass(frozen=True, slots=True)
class Opened:
    """A project that was opened: under the lock of its journal, with the steps that a crashed session left."""

    journal: Journal
    document: Document
    history: History = field(default_factory=History)
    revision: int = 0
    unsaved: int = 0
    """Steps that the journal holds and the file does not."""
    left: str = ""
    """What to tell of journals that the project has under another name."""


def begin(path: Path, document: Document, history: History | None = None, *, overwrite: bool) -> Journal:
    """Write a project file anew, under the lock of its journal; unsaved steps that were left there are set aside.

    Args:
        path: the file.
        document: what it will hold.
        history: the steps that led to it, which the journal takes over.
        overwrite: whether a file that is there may be replaced.

    Raises:
        ProjectExistsError: the file exists and `overwrite` is off.
        ReadOnlyProjectError: another process has the project open.
        OutputError: the file cannot be written; what was there is as it was.
    """
    _require_free(path, overwrite=overwrite)
    journal = Journal(path)
    try:
        _require_free(path, overwrite=overwrite)  # once more: another may have made it, and closed it, meanwhile
    except BaseException:
        journal.abandon(keep=journal.begun)
        raise
    kept = journal.begun
    try:
        sweep(path)
        data = dump(document)
        if journal.holds_unsaved():
            journal.set_aside("it was started anew", of="the project that was here")
        journal.begin(document, hashlib.sha256(data).hexdigest(), history)  # first: it can be taken back, a file cannot
        kept = False
        write_whole(path, data)
    except BaseException:
        journal.abandon(keep=kept)
        raise
    return journal


def _require_free(path: Path, *, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        hint = "Project.open(...) opens it; overwrite=True replaces it"
        raise ProjectExistsError(f"{path} exists", value=str(path), hint=hint)


def opened(path: Path) -> Opened:
    """Lock a project, read it, and replay what a crashed session had acknowledged but not saved.

    The steps of sessions that were saved are its history, where the file is still the one that they led to.

    A journal that cannot be replayed is set aside; `journal.problem` says why.

    Raises:
        ProjectFileError: the file cannot be read or understood.
        ReadOnlyProjectError: another process has the project open.
    """
    require_project(path)
    journal = Journal(path)
    try:
        sweep(path)
        document, file_digest = load(path)  # only now: nobody can save it any more
        kept = None
        try:
            recovery = journal.recover(file_digest)
            if recovery is not None:
                with uncollected():
                    made = replay(recovery)
                return Opened(journal, made.document, made.history, made.steps, recovery.unsaved)
            kept = journal.past(file_digest)
        except CutroomError as error:
            journal.set_aside(error.message)
        journal.go_on(document, file_digest)
        return Opened(journal, document, before(kept, document), left=left_behind(path, document))
    except BaseException:
        journal.abandon(keep=journal.begun)
        raise

"""A project's journal at the start of a session: begun anew, replayed, or set aside; never thrown away unread."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

from cutroom.edit.journal import Journal, JournalDamagedError, Recovery, journal_path, move_aside
from cutroom.edit.project_file import dump, write_whole
from cutroom.errors import CutroomError
from cutroom.schema.document import Document


def begin(path: Path, document: Document) -> Journal:
    """Write a project file anew, under the lock of its journal; steps that a crashed session left are set aside.

    Raises:
        ReadOnlyProjectError: another process has the project open.
        OutputError: the file cannot be written; what was there is as it was.
    """
    journal, recovery, problem = opened(path, "")
    if problem:
        warnings.warn(f"{path.name}: {problem}", stacklevel=4)
    assert recovery is None  # no file has an empty digest
    data = dump(document)
    try:
        write_whole(path, data)
        journal.begin(document, hashlib.sha256(data).hexdigest())
    except CutroomError:
        journal.close(keep=False)
        raise
    return journal


def opened(path: Path, file_digest: str) -> tuple[Journal, Recovery | None, str]:
    """A project's journal, what it has to replay, and what was set aside, in words ("" for nothing).

    Raises:
        ReadOnlyProjectError: another process has the project open.
    """
    try:
        journal = Journal(path)
    except JournalDamagedError as error:
        aside = move_aside(journal_path(path))
        return Journal(path), None, _told(aside, error.message)
    try:
        return journal, journal.recover(file_digest), ""
    except JournalDamagedError as error:
        made, told = set_aside(journal, path, error.message)
        return made, None, told


def set_aside(journal: Journal, path: Path, why: str) -> tuple[Journal, str]:
    """A fresh journal in the place of one that cannot be used, and what happened, in words."""
    aside = journal.set_aside()
    return Journal(path), _told(aside, why)


def _told(aside: Path, why: str) -> str:
    return f"unsaved edits of a crashed session are kept in {aside.name}: {why}"

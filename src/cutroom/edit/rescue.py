"""Journals that no project was opened with: set aside, or left under the name that a project had once."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cutroom.edit.history import History
from cutroom.edit.journal import Journal
from cutroom.edit.journal_files import journal_path, with_logs
from cutroom.edit.project_file import require_readable
from cutroom.edit.replay import replay
from cutroom.edit.still import still
from cutroom.errors import CutroomError, ProjectFileError
from cutroom.schema.document import Document

_JOURNAL = re.compile(r"(.+)-journal(\.aside-[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Rescued:
    """What a journal leads to, as far as it can be read and done."""

    document: Document
    history: History
    steps: int
    folder: Path
    """What relative media paths start from."""
    words: str
    """What was done, and what could not be."""


def rescued(path: Path) -> Rescued:
    """All edits of a journal, whatever project file it belongs to; it is copied, and left as it is.

    Args:
        path: a journal that was set aside (`trip.tlp-journal.aside-1`), or the project whose journal is meant.

    Raises:
        ProjectFileError: there is none, or not even the document that it begins with can be read.
    """
    journal = path if _JOURNAL.fullmatch(path.name) else journal_path(path)
    if not journal.exists():
        aside = [
            file.name for file in path.parent.glob("*-journal.aside-*") if file.name.startswith(journal.name + ".")
        ]
        hint = f"there is {_way(max(aside, key=lambda name: (len(name), name)))}" if aside else "check the path"
        raise ProjectFileError(f"there is no journal {journal}", value=str(journal), hint=hint)
    with _copied(journal) as copy:
        if not copy.begun:
            raise ProjectFileError(
                f"{journal.name} holds nothing that can be read",
                value=str(journal),
                hint="restore the project from a backup or from version control",
            )
        found = replay(copy.everything(), partly=True)
    words = f"{found.steps} edits of {journal.name}, not in any file yet: save_as(...) keeps them"
    if not found.steps:
        words = f"the project as it was closed, by {journal.name}; it has no file yet: save_as(...) gives it one"
    if found.problem:
        words += f"; the next one cannot be done, so it ends there: {found.problem}"
    return Rescued(found.document, found.history, found.steps, journal.parent, words)


def require_project(path: Path) -> None:
    """Look whether there is a project file, before anything is made beside it.

    Raises:
        ProjectFileError: there is none; where there is a journal, it says how to get what that holds.
    """
    if not path.exists() and journal_path(path).exists():
        raise ProjectFileError(
            f"there is no project {path}, but a journal of its edits",
            value=str(path),
            hint=f"{_way(path.name)} brings them back; was the project renamed?",
        )
    require_readable(path)


def left_behind(path: Path, document: Document) -> str:
    """What to tell of journals in the folder of a project with unsaved edits of it, from before it was renamed."""
    found = []
    for journal in sorted(path.parent.glob("*-journal")):
        project = journal.with_name(journal.name.removesuffix("-journal"))
        if project == path or project.exists():
            continue
        with contextlib.suppress(CutroomError, OSError), _copied(journal) as copy:
            if copy.begun and copy.holds_unsaved() and copy.everything().base.id == document.id:
                found.append(
                    f"unsaved edits of this project, from when it was {project.name}, are in {journal.name}: "
                    f"{_way(project.name)} brings them back"
                )
    return "; ".join(found)


def _way(name: str) -> str:
    return f'Project.recover("{name}")'


@contextlib.contextmanager
def _copied(journal: Path) -> Iterator[Journal]:
    """A copy of a journal, whoever has it open, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="cutroom-") as folder:
        project = Path(folder, "copy.tlp")
        for file, data in still([file for file in with_logs(journal) if not file.name.endswith("-shm")]).items():
            suffix = file.name.removeprefix(journal.name)
            Path(folder, journal_path(project).name + suffix).write_bytes(data)
        copy = Journal(project)
        try:
            yield copy
        finally:
            copy.close(keep=False)

"""The project files that this process has open: asked for once more, they are the same session, not a second one.

A notebook runs its cells again. `Project.open("trip.tlp")` in a cell that was run before must not be refused because
this very kernel holds the project's lock.
"""

from __future__ import annotations

import threading
from pathlib import Path

from cutroom.edit.apply import Checker
from cutroom.edit.relocate import real
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session


class OpenProjects:
    """Opens project files, and knows those that are open.

    Args:
        check: validates operations against the registries.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     projects = OpenProjects(lambda operation, document: None)
        ...     first = projects.create(Path(folder) / "trip.tlp", ProjectSettings())
        ...     again = projects.open(Path(folder) / "trip.tlp") is first
        ...     first.close()
        >>> again
        True
    """

    def __init__(self, check: Checker) -> None:
        self._check = check
        self._sessions: list[Session] = []  # a project's lock lives as long as its session: it must be found till then
        self._lock = threading.Lock()
        self._listing = threading.Lock()

    def find(self, path: Path) -> Session | None:
        """The session of a project file, if this process has it open."""
        target = real(path)
        known = [session for session in self._sessions if session.is_here and not session.is_closed]
        return next((session for session in known if session.path == target), None)

    def open(self, path: Path) -> Session:
        """Open a project file, or give the session that has it open.

        Raises:
            ProjectFileError: it is missing, broken or from a newer Cutroom.
            ReadOnlyProjectError: another process has it open.
        """
        with self._lock:
            found = self.find(path) if path.exists() else None
            return found or self.keep(Session.open(path, check=self._check))

    def create(self, path: Path, settings: ProjectSettings, *, overwrite: bool = False) -> Session:
        """A new project file. What this process had open under that name is closed, its unsaved edits with it.

        Raises:
            ProjectExistsError: it exists and `overwrite` is off.
            ReadOnlyProjectError: another process has it open.
            OutputError: the folder cannot be written.
        """
        with self._lock:
            found = self.find(path)
            if found is not None and (overwrite or not path.exists()):
                found.close(save=False)
            return self.keep(Session.create(path, settings, overwrite=overwrite, check=self._check))

    def keep(self, session: Session) -> Session:
        """Know a session that has got a file."""
        with self._listing:
            self._sessions = [known for known in self._sessions if known.is_here and not known.is_closed] + [session]
        return session

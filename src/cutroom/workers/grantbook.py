"""What this user granted on this machine, kept from one session to the next."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import apsw

from cutroom.settings import choose_journal, storing
from cutroom.workers.grants import Grants


class GrantBook:
    """Grants that outlive a session.

    A file that the user names (`project.media.add(path)`, `cr.detect(path)`) is granted by that, and remembered. A file
    that only a project names is granted for the session where it lies beneath the project's folder, and not elsewhere.

    Args:
        path: of the SQLite file; a damaged one is set aside and begun anew, which forgets grants and nothing else.

    Raises:
        OutputError: the file cannot be opened; names it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        with storing(path):
            try:
                self._db, known = self._open()
            except (apsw.NotADBError, apsw.CorruptError):
                path.replace(path.with_name(path.name + ".damaged"))
                self._db, known = self._open()
        self.grants = Grants(read=known)

    def _open(self) -> tuple[apsw.Connection, list[str]]:
        connection = apsw.Connection(str(self._path))
        try:
            connection.set_busy_timeout(5_000)
            choose_journal(connection, self._path)
            connection.execute("create table if not exists grants(path text primary key) without rowid")
            known = [str(path) for (path,) in connection.execute("select path from grants")]
        except BaseException:
            connection.close()
            raise
        return connection, known

    def allow(self, path: Path, *, remember: bool) -> None:
        """Grant reading of a file, now and, where it is remembered, in later sessions.

        Raises:
            OutputError, DiskFullError: it is granted now, and could not be remembered.
        """
        self.grants.allow_read(path)
        if remember:
            with self._lock, storing(self._path):
                self._db.execute("insert or ignore into grants values(?)", (os.path.realpath(path),))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

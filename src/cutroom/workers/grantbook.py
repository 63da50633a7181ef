"""What this user granted on this machine, kept from one session to the next."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import apsw

from cutroom.settings import choose_journal
from cutroom.workers.grants import Grants


class GrantBook:
    """Grants that outlive a session.

    A file that the user names (`project.media.add(path)`, `cr.detect(path)`) is granted by that, and remembered. A file
    that only a project names is granted for the session where it lies beneath the project's folder, and not elsewhere.

    Args:
        path: of the SQLite file; a damaged one is set aside and begun anew, which forgets grants and nothing else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            self._db = self._open()
        except (apsw.NotADBError, apsw.CorruptError):
            path.replace(path.with_name(path.name + ".damaged"))
            self._db = self._open()
        rows = self._db.execute("select path from grants").fetchall()
        self.grants = Grants(read=[str(row[0]) for row in rows])

    def _open(self) -> apsw.Connection:
        connection = apsw.Connection(str(self._path))
        try:
            connection.set_busy_timeout(5_000)
            choose_journal(connection, self._path)
            connection.execute("create table if not exists grants(path text primary key) without rowid")
        except BaseException:
            connection.close()
            raise
        return connection

    def allow(self, path: Path, *, remember: bool) -> None:
        """Grant reading of a file, now and, where it is remembered, in later sessions."""
        self.grants.allow_read(path)
        if remember:
            with self._lock:
                self._db.execute("insert or ignore into grants values(?)", (os.path.realpath(path),))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

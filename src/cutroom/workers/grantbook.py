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

    The code of an effect is granted by its SHA-256: by defining it here, or by saying so of a project's.

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
                self._db, known, self._code = self._open()
            except (apsw.NotADBError, apsw.CorruptError):
                path.replace(path.with_name(path.name + ".damaged"))
                self._db, known, self._code = self._open()
        self.grants = Grants(read=known)

    def _open(self) -> tuple[apsw.Connection, list[str], set[str]]:
        connection = apsw.Connection(str(self._path))
        try:
            connection.set_busy_timeout(5_000)
            choose_journal(connection, self._path)
            connection.execute("create table if not exists grants(path text primary key) without rowid")
            connection.execute("create table if not exists code(sha256 text primary key) without rowid")
            known = [str(path) for (path,) in connection.execute("select path from grants")]
            code = {str(sha256) for (sha256,) in connection.execute("select sha256 from code")}
        except BaseException:
            connection.close()
            raise
        return connection, known, code

    def allow(self, path: Path, *, remember: bool) -> None:
        """Grant reading of a file, now and, where it is remembered, in later sessions.

        Raises:
            OutputError, DiskFullError: it is granted now, and could not be remembered.
        """
        self.grants.allow_read(path)
        if remember:
            with self._lock, storing(self._path):
                self._db.execute("insert or ignore into grants values(?)", (os.path.realpath(path),))

    def allow_code(self, sha256: str, *, remember: bool) -> None:
        """Let workers run the code of an effect, now and, where it is remembered, in later sessions.

        Raises:
            OutputError, DiskFullError: it is granted now, and could not be remembered.
        """
        with self._lock:
            self._code.add(sha256)
            if remember:
                with storing(self._path):
                    self._db.execute("insert or ignore into code values(?)", (sha256,))

    def may_run(self, sha256: str) -> bool:
        """Whether workers may run code."""
        with self._lock:
            return sha256 in self._code

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

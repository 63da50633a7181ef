"""The SQLite file of a journal and the lock beside it: opened, held, written whole or not at all.

SQLite comes from `apsw`, because the standard library's builds lie in the range with the WAL-reset corruption.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from cutroom.edit.identity import Identity, identity_of
from cutroom.edit.journal_files import delete, journal_path, rename, with_logs
from cutroom.edit.journal_rows import COPIES, TABLES, Statement
from cutroom.edit.lock import ProjectLock, cannot_keep, moved, open_elsewhere
from cutroom.edit.plain_file import require_plain
from cutroom.edit.project_file import LARGEST, writing
from cutroom.edit.recorded import JournalDamagedError
from cutroom.errors import OutputError, ReadOnlyProjectError
from cutroom.settings import on_network_disk


class JournalDatabase:
    """Born with the project's lock, which the system drops when the process ends; `open` makes or opens the file.

    It is of the process that opened it. One that forked from that can neither write nor close it: SQLite, which knows
    of no fork, would take the files away from under the parent.

    Raises:
        ReadOnlyProjectError: another process has the project open.
        ProjectFileError: what lies there is a link, say, and not a plain file.
    """

    connection: apsw.Connection

    def __init__(self, project: Path) -> None:
        self.path = journal_path(project)
        self._file: Identity | None = None
        """The one that is open, wherever its name leads."""
        self._project = project
        self._owner = os.getpid()
        _alive.add(self)
        self._lock = ProjectLock(project)

    @property
    def is_here(self) -> bool:
        """Whether this process has opened it, not one that this was forked from."""
        return self._owner == os.getpid()

    def require_here(self) -> None:
        """Refuse a process that has no part in it.

        Raises:
            ReadOnlyProjectError: this process was forked from the one that opened it.
        """
        if not self.is_here:
            raise ReadOnlyProjectError(
                f"{self._project.name} is open in process {self._owner}; this one ({os.getpid()}) was forked from it",
                value=str(self._project),
                hint="edit it there; a copy can be edited here: save_as(...)",
            )

    def open(self) -> None:
        """Make it or open it.

        Raises:
            JournalDamagedError: it cannot be read.
            ReadOnlyProjectError: another process has it open, or the folder cannot be written.
        """
        for file in with_logs(self.path):
            require_plain(file)
        with self._telling():
            try:
                self.connection = apsw.Connection(str(self.path))
                try:
                    self._prepare()
                except BaseException:
                    self.connection.close()
                    raise
            except apsw.BusyError:
                raise open_elsewhere(self._project) from None
            except (apsw.NotADBError, apsw.CorruptError, apsw.SQLError) as error:
                raise JournalDamagedError(f"{self.path.name} is damaged: {error}", value=str(self.path)) from None
            except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError) as error:
                raise cannot_keep(self._project, str(error)) from None
        self._file = identity_of(self.path)

    @property
    def is_there(self) -> bool:
        """Whether the file that is open lies where it did: nobody has removed it, or put another in its place."""
        return self._file is not None and identity_of(self.path) == self._file

    def hold(self) -> None:
        """See to it that a journal and a lock lie beside the project; what something else removed is made again.

        Raises:
            ReadOnlyProjectError: the project was moved, or what lies there is of another.
            OutputError: they cannot be made.
        """
        self.require_here()
        if not self._lock.is_there:
            self._lock.take_again()
        if not self.is_there:
            if identity_of(self.path) is not None:
                raise moved(self._project)
            self._write_again()

    def _write_again(self) -> None:
        kept = apsw.Connection(":memory:")  # closing the open one removes, by name, files of the one to come
        rows = [(put, row) for look, put in COPIES for row in self.connection.execute(look).fetchall()]
        for sql, values in [*((table, ()) for table in TABLES), *rows]:
            kept.execute(sql, values)
        self.connection.close()
        self.connection, self._file = kept, None
        try:
            delete(self.path)
            self.open()
            self.write(*rows)
        except BaseException:
            self.connection.close()
            delete(self.path)
            self.connection, self._file = kept, None
            raise

    def _prepare(self) -> None:
        self.connection.set_busy_timeout(200)
        self.connection.limit(apsw.SQLITE_LIMIT_LENGTH, LARGEST)
        for power in (apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, apsw.SQLITE_DBCONFIG_ENABLE_VIEW):
            self.connection.config(power, 0)  # what a journal from a stranger may bring
        self.connection.execute("pragma locking_mode=exclusive")
        self.connection.execute(f"pragma journal_mode={'delete' if on_network_disk(self.path.parent) else 'wal'}")
        self.connection.execute("pragma synchronous=full")
        self.connection.execute("begin exclusive")
        for table in TABLES:
            self.connection.execute(table)
        self.connection.execute("commit")

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """What SQLite says of the disk becomes an error of ours."""
        self.require_here()
        with writing(self.path):
            try:
                yield
            except apsw.FullError:
                raise OSError(errno.ENOSPC, "no space left") from None
            except apsw.Error as error:
                raise OSError(errno.EIO, str(error)) from None

    @contextlib.contextmanager
    def _using(self) -> Iterator[None]:
        """As `_telling`, where a project is open: what it shows is not lost with its journal."""
        with self._telling():
            try:
                yield
            except (apsw.IOError, apsw.CorruptError, apsw.NotADBError) as error:
                raise OutputError(
                    f"the journal {self.path.name} can be neither read nor written any more: {error}",
                    value=str(self.path),
                    hint='save_as("other.tlp") keeps the project as it is open here',
                ) from None

    def write(self, *statements: Statement) -> None:
        """One transaction: all of it or nothing, also where Ctrl-C comes between two statements."""
        with self._using():
            try:
                self._drop_unfinished()
                self.connection.execute("begin immediate")
                for sql, values in statements:
                    self.connection.execute(sql, values)
                self.connection.execute("commit")
            finally:
                self._drop_unfinished()

    def _drop_unfinished(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("rollback")

    def value(self, sql: str) -> Any:
        """What a statement gives first, of what is on the disk.

        Raises:
            OutputError: the disk is gone.
        """
        with self._using():
            self._drop_unfinished()
            return self.connection.execute(sql).get

    def get(self, key: str) -> object:
        """A value of its own; None where there is none.

        Raises:
            OutputError: the disk is gone.
        """
        with self._using():
            return self.connection.execute("select value from meta where key = ?", (key,)).get

    def move_away(self, aside: Path) -> None:
        """Close the file and give it another name."""
        with contextlib.suppress(apsw.Error):  # a damaged one cannot
            self.connection.execute(
                "pragma journal_mode=delete"
            )  # folds the write-ahead log in, so that one file moves
        self.connection.close()
        rename(self.path, aside)

    def put_back(self, aside: Path) -> None:
        """Take back `move_away`; what was written since is gone, and nothing is open."""
        self.connection.close()
        delete(self.path)
        rename(aside, self.path)

    def close(self, *, keep: bool) -> None:
        """Let go of the project; without `keep` the file is deleted, before anybody else can come."""
        if not self.is_here:
            return
        mine = self.is_there
        self.connection.close()
        if not keep and mine:
            delete(self.path)
        self.release()

    def release(self) -> None:
        """Let go of the lock alone."""
        self._lock.release()

    def __del__(self) -> None:
        if hasattr(self, "connection") and self.is_here:  # nobody closed it: SQLite lets go of its files first
            self.connection.close()
            self._lock.release()

    def disown(self) -> None:
        """In a child of the process that opened it: keep the connection for ever, its end would delete the files."""
        if hasattr(self, "connection"):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self.connection))


_alive: weakref.WeakSet[JournalDatabase] = weakref.WeakSet()


def _forked() -> None:
    for database in list(_alive):
        database.disown()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

"""The journal beside a project: every acknowledged step is on the disk before the call that made it returns.

One SQLite file per project. It holds the document as it was when the session began, every step since, and the digest of
the `.tlp` at the last save: after a crash `recover` replays those. Before them it holds the past: the steps of earlier
sessions, and the document before the first of them; what is replayed after a crash does not depend on it, unless that
goes back into it. In a long session, and at its end, the journal starts anew where the history does. SQLite comes from
`apsw`, because the standard library's builds lie in the range with the WAL-reset corruption.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import weakref
from collections.abc import Iterator
from pathlib import Path

import apsw

from cutroom.edit.history import DEPTH, History
from cutroom.edit.identity import Identity, identity_of
from cutroom.edit.journal_files import delete, free_aside, journal_path, rename, with_logs
from cutroom.edit.journal_rows import COPIES, TABLES, Statement, put, put_document, put_history, put_step
from cutroom.edit.lock import ProjectLock, cannot_keep, moved, open_elsewhere
from cutroom.edit.operations import Operation
from cutroom.edit.plain_file import require_plain
from cutroom.edit.project_file import LARGEST, writing
from cutroom.edit.recorded import (
    JournalDamagedError,
    Kept,
    Kind,
    Recovery,
    steps_after,
    steps_until,
    understanding,
    unpacked,
)
from cutroom.errors import CutroomError, OutputError, ReadOnlyProjectError
from cutroom.schema.document import Document
from cutroom.settings import on_network_disk

LONGEST = 3 * DEPTH
"""Steps that a journal may hold after a save; more than it takes to do and to undo all that a history knows."""
LEFT = 200
"""Steps that a journal may hold after a clean close."""
KEPT = 100
"""Of a longer one, the steps that can be undone after that."""


class Journal:
    """An open journal; it holds an exclusive lock that the system drops when the process ends.

    It is of the process that opened it. One that forked from that can neither write nor close it: SQLite, which knows
    of no fork, would take the files away from under the parent.

    Raises:
        ReadOnlyProjectError: another process has the project open.
        ProjectFileError: what lies there is a link, say, and not a plain file.
    """

    def __init__(self, project: Path) -> None:
        self.path = journal_path(project)
        self.aside: Path | None = None
        """Where a journal lies that could not be used."""
        self.problem = ""
        """What was set aside and why, in words; empty for nothing."""
        self._db: apsw.Connection
        self._file: Identity | None = None
        """The one that is open, wherever its name leads."""
        self._project = project
        self._owner = os.getpid()
        _alive.add(self)
        self._lock = ProjectLock(project)
        try:
            try:
                self._open()
            except JournalDamagedError as error:
                self.set_aside(error.message)
        except BaseException:
            self._lock.release()
            raise

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

    def _open(self) -> None:
        for file in with_logs(self.path):
            require_plain(file)
        with self._telling():
            try:
                self._db = apsw.Connection(str(self.path))
                try:
                    self._prepare()
                except BaseException:
                    self._db.close()
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
        rows = [(put, row) for look, put in COPIES for row in self._db.execute(look).fetchall()]
        for sql, values in [*((table, ()) for table in TABLES), *rows]:
            kept.execute(sql, values)
        self._db.close()
        self._db, self._file = kept, None
        try:
            delete(self.path)
            self._open()
            self._write(*rows)
        except BaseException:
            self._db.close()
            delete(self.path)
            self._db, self._file = kept, None
            raise

    def _prepare(self) -> None:
        self._db.set_busy_timeout(200)
        self._db.limit(apsw.SQLITE_LIMIT_LENGTH, LARGEST)
        for power in (apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, apsw.SQLITE_DBCONFIG_ENABLE_VIEW):
            self._db.config(power, 0)  # what a journal from a stranger may bring
        self._db.execute("pragma locking_mode=exclusive")
        self._db.execute(f"pragma journal_mode={'delete' if on_network_disk(self.path.parent) else 'wal'}")
        self._db.execute("pragma synchronous=full")
        self._db.execute("begin exclusive")
        for table in TABLES:
            self._db.execute(table)
        self._db.execute("commit")

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

    def _write(self, *statements: Statement) -> None:
        """One transaction: all of it or nothing, also where Ctrl-C comes between two statements."""
        with self._telling():
            try:
                self._drop_unfinished()
                self._db.execute("begin immediate")
                for sql, values in statements:
                    self._db.execute(sql, values)
                self._db.execute("commit")
            finally:
                self._drop_unfinished()

    def _drop_unfinished(self) -> None:
        if self._db.in_transaction:
            self._db.execute("rollback")

    def _get(self, key: str) -> object:
        self.require_here()
        return self._db.execute("select value from meta where key = ?", (key,)).get

    def begin(self, document: Document, file_digest: str, history: History | None = None) -> None:
        """Start anew from a document that the file with this digest holds, and the steps that led to it."""
        past = put_history(history) if history else []
        self._write(
            ("delete from steps", ()),
            ("delete from meta where key in ('next_digest', 'next_step', 'past')", ()),
            *([put_document("past", history.steps[0].before)] if history and past else []),
            *past,
            put_document("base", document),
            put("start", len(past)),
            put("digest", file_digest),
            put("saved_step", len(past)),
        )

    def go_on(self, document: Document, file_digest: str) -> None:
        """Where there is nothing to recover: begin a session with this document; what led to it becomes the past.

        Args:
            document: what the file holds.
            file_digest: of the file; where that is not what was saved, there is no past.
        """
        if file_digest not in self.digests or not (last := self.last_step()):
            self.begin(document, file_digest)
            return
        first = "insert or ignore into meta select 'past', value from meta where key = 'base'"
        self._write(
            *([(first, ())] if last > self._start else []),
            ("delete from meta where key in ('next_digest', 'next_step')", ()),
            put_document("base", document),
            put("start", last),
            put("digest", file_digest),
            put("saved_step", last),
        )

    def record(self, kind: Kind, label: str, operation: Operation | None) -> None:
        """Put a step on the disk; returns when it is there.

        Raises:
            OutputError: the disk is full or gone; the step must not be acknowledged.
            ReadOnlyProjectError: the project was moved, or another put in its place.
            EditError: it holds a text that is not UTF-8.
        """
        self.hold()
        self._write(put_step(kind, label, operation))
        try:
            self.hold()  # it may have been removed in between
        except CutroomError:
            with contextlib.suppress(CutroomError):  # no step that is refused may be found again
                self._write(("delete from steps where number = (select max(number) from steps)", ()))
            raise

    def last_step(self) -> int:
        """The number of the step that was recorded last; 0 before the first.

        Raises:
            OutputError: the disk is gone.
        """
        with self._telling():
            self._drop_unfinished()
            return int(self._db.execute("select coalesce(max(number), 0) from steps").get)

    @property
    def digests(self) -> tuple[object, object]:
        """What the project file may be: as it was saved last, or as a save that was interrupted has written it."""
        return self._get("digest"), self._get("next_digest")

    def saving(self, file_digest: str, *, found: str | None) -> None:
        """Announce the digest of the file about to be written: a crash between the rename and `saved` is harmless.

        Args:
            file_digest: of what is about to be written.
            found: of the file that is there; an announced one has been written after all.

        Raises:
            ReadOnlyProjectError: the project was moved, or another put in its place.
        """
        self.hold()
        if found is not None and found == self._get("next_digest"):
            self.saved()
        self._write(put("next_digest", file_digest), put("next_step", self.last_step()))

    def saved(self) -> None:
        """The announced file is in place."""
        self._write(put("digest", self._get("next_digest")), put("saved_step", self._get("next_step")))

    def shorten(self, document: Document, history: History, *, closing: bool = False) -> None:
        """After a save: where it has grown long, start anew from the oldest document that can still be undone to.

        Args:
            document: what was saved.
            history: the steps that led to it, and those that can be redone.
            closing: whether the session ends, so that it is long sooner, and less is kept.
        """
        with contextlib.suppress(OutputError):  # no space for it: the long one serves as well
            if self.is_there and self.last_step() > (LEFT if closing else LONGEST):
                steps = history.whole()
                self.begin(document, str(self._get("digest")), steps.latest(KEPT) if closing else steps)

    def holds_unsaved(self) -> bool:
        """Whether there are steps after the last save, whatever the file is now, or what may be some."""
        try:
            return self.begun and self.last_step() > int(str(self._get("saved_step")))
        except (apsw.Error, OutputError, ValueError):
            return True

    def recover(self, file_digest: str) -> Recovery | None:
        """What a crashed session left, where its journal belongs to this very file; None where there is nothing.

        Raises:
            JournalDamagedError: there are steps, but for another state of the file, or that cannot be read.
        """
        with understanding(self.path.name):
            return self._recover(file_digest)

    def _recover(self, file_digest: str) -> Recovery | None:
        if not self.begun:
            return None
        announced = file_digest == self._get("next_digest")
        saved, last = int(str(self._get("next_step" if announced else "saved_step"))), self.last_step()
        if not 0 <= self._start <= saved <= last:
            raise JournalDamagedError(f"{self.path.name} contradicts itself", value=str(self.path))
        if saved == last:
            return None
        if not announced and file_digest != self._get("digest"):
            raise JournalDamagedError("the project file was changed by something else", value=str(self.path))
        return self._recovery(last - saved)

    def everything(self) -> Recovery:
        """All that it holds, whatever file it belongs to.

        Raises:
            JournalDamagedError: it cannot be read.
        """
        with understanding(self.path.name):
            if not self.begun:
                raise JournalDamagedError(f"{self.path.name} holds nothing", value=str(self.path))
            return self._recovery(self.last_step() - self._start)

    def _recovery(self, unsaved: int) -> Recovery:
        packed = self._get("base")
        assert isinstance(packed, bytes)
        steps = steps_after(self._db, self._start, self.path.name)
        return Recovery(unpacked(packed, self.path.name), steps, unsaved, self._kept(self._start))

    def past(self, file_digest: str) -> Kept | None:
        """All steps, where there is nothing to recover and they lead to the file; nobody has looked at them yet.

        Raises:
            JournalDamagedError: they cannot be read.
        """
        with understanding(self.path.name):
            return self._kept(self.last_step()) if file_digest in self.digests else None

    def _kept(self, last: int) -> Kept | None:
        packed = self._get("past") or self._get("base")
        rows = steps_until(self._db, last, most=2 * LONGEST)
        return Kept(packed, rows, self.path.name) if rows and isinstance(packed, bytes) else None

    @property
    def _start(self) -> int:
        """The last step of the past."""
        return int(str(self._get("start") or 0))

    @property
    def begun(self) -> bool:
        """Whether there is anything in it."""
        return isinstance(self._get("base"), bytes)

    def close_as_saved(self) -> None:
        """Let go of a project whose unsaved steps live on elsewhere; what came before stays as the past of its file."""
        left = False
        if self.is_here and self.is_there:
            with contextlib.suppress(OutputError):
                self._write(("delete from steps where number > (select value from meta where key = 'saved_step')", ()))
                left = self.last_step() > 0
        self.close(keep=left)

    def close(self, *, keep: bool) -> None:
        """Let go of the project; without `keep` the journal has served and is deleted, before anybody else can come."""
        if not self.is_here:
            return
        mine = self.is_there
        self._db.close()
        if not keep and mine:
            delete(self.path)
        self._lock.release()

    def abandon(self, *, keep: bool) -> None:
        """Let go of a project that could not be opened or made; what was set aside is back in its place."""
        self._db.close()
        if self.aside is not None:
            delete(self.path)
            rename(self.aside, self.path)
        self.close(keep=keep or self.aside is not None)

    def __del__(self) -> None:
        if hasattr(self, "_db") and self.is_here:  # nobody closed it: SQLite lets go of its files before the lock goes
            self._db.close()
            self._lock.release()

    def disown(self) -> None:
        """In a child of the process that opened it: keep the connection for ever, its end would delete the files."""
        if hasattr(self, "_db"):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._db))

    def set_aside(self, why: str, *, of: str = "a crashed session") -> None:
        """Start anew; what was there is moved out of the way, under a name that says so."""
        with contextlib.suppress(apsw.Error):  # a damaged one cannot
            self._db.execute("pragma journal_mode=delete")  # folds the write-ahead log in, so that one file moves
        self._db.close()
        aside = free_aside(self.path)
        rename(self.path, aside)
        remedy = f'; Project.recover("{aside.name}") brings them back'
        self.aside, self.problem = aside, f"unsaved edits of {of} are kept in {aside.name}: {why}{remedy}"
        self._open()


_alive: weakref.WeakSet[Journal] = weakref.WeakSet()


def _forked() -> None:
    for journal in list(_alive):
        journal.disown()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

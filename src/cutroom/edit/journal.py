"""The journal beside a project: every acknowledged step is on the disk before the call that made it returns.

One SQLite file per project. It holds the document as it was when the session began, every step since, and the digest of
the `.tlp` at the last save: after a crash `recover` replays those. Before them it holds the past: the steps of earlier
sessions, and the document before the first of them; what is replayed after a crash does not depend on it, unless that
goes back into it. In a long session, and at its end, the journal starts anew where the history does.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import apsw

from cutroom.edit.history import DEPTH, History
from cutroom.edit.journal_database import JournalDatabase
from cutroom.edit.journal_files import free_aside, journal_path
from cutroom.edit.journal_rows import put, put_document, put_history, put_step
from cutroom.edit.operations import Operation
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
from cutroom.errors import CutroomError, OutputError
from cutroom.schema.document import Document

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
        self.database = JournalDatabase(project)
        try:
            try:
                self.database.open()
            except JournalDamagedError as error:
                self.set_aside(error.message)
        except BaseException:
            self.database.release()
            raise

    @property
    def is_here(self) -> bool:
        """Whether this process has opened it, not one that this was forked from."""
        return self.database.is_here

    def begin(self, document: Document, file_digest: str, history: History | None = None) -> None:
        """Start anew from a document that the file with this digest holds, and the steps that led to it."""
        past = put_history(history) if history else []
        self.database.write(
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
        self.database.write(
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
        self.database.hold()
        self.database.write(put_step(kind, label, operation))
        try:
            self.database.hold()  # it may have been removed in between
        except CutroomError:
            with contextlib.suppress(CutroomError):  # no step that is refused may be found again
                self.database.write(("delete from steps where number = (select max(number) from steps)", ()))
            raise

    def last_step(self) -> int:
        """The number of the step that was recorded last; 0 before the first.

        Raises:
            OutputError: the disk is gone.
        """
        return int(self.database.value("select coalesce(max(number), 0) from steps"))

    @property
    def digests(self) -> tuple[object, object]:
        """What the project file may be: as it was saved last, or as a save that was interrupted has written it."""
        return self.database.get("digest"), self.database.get("next_digest")

    def saving(self, file_digest: str, *, found: str | None) -> None:
        """Announce the digest of the file about to be written: a crash between the rename and `saved` is harmless.

        Args:
            file_digest: of what is about to be written.
            found: of the file that is there; an announced one has been written after all.

        Raises:
            ReadOnlyProjectError: the project was moved, or another put in its place.
        """
        self.database.hold()
        if found is not None and found == self.database.get("next_digest"):
            self.saved()
        self.database.write(put("next_digest", file_digest), put("next_step", self.last_step()))

    def saved(self) -> None:
        """The announced file is in place."""
        self.database.write(
            put("digest", self.database.get("next_digest")), put("saved_step", self.database.get("next_step"))
        )

    def shorten(self, document: Document, history: History, *, closing: bool = False) -> None:
        """After a save: where it has grown long, start anew from the oldest document that can still be undone to.

        Args:
            document: what was saved.
            history: the steps that led to it, and those that can be redone.
            closing: whether the session ends, so that it is long sooner, and less is kept.
        """
        with contextlib.suppress(OutputError):  # no space for it: the long one serves as well
            if self.database.is_there and self.last_step() > (LEFT if closing else LONGEST):
                steps = history.whole()
                self.begin(document, str(self.database.get("digest")), steps.latest(KEPT) if closing else steps)

    def holds_unsaved(self) -> bool:
        """Whether there are steps after the last save, whatever the file is now, or what may be some."""
        try:
            return self.begun and self.last_step() > int(str(self.database.get("saved_step")))
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
        announced = file_digest == self.database.get("next_digest")
        saved, last = int(str(self.database.get("next_step" if announced else "saved_step"))), self.last_step()
        if not 0 <= self._start <= saved <= last:
            raise JournalDamagedError(f"{self.path.name} contradicts itself", value=str(self.path))
        if saved == last:
            return None
        if not announced and file_digest != self.database.get("digest"):
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
        packed = self.database.get("base")
        assert isinstance(packed, bytes)
        steps = steps_after(self.database.connection, self._start, self.path.name)
        return Recovery(unpacked(packed, self.path.name), steps, unsaved, self._kept(self._start))

    def past(self, file_digest: str) -> Kept | None:
        """All steps, where there is nothing to recover and they lead to the file; nobody has looked at them yet.

        Raises:
            JournalDamagedError: they cannot be read.
        """
        with understanding(self.path.name):
            return self._kept(self.last_step()) if file_digest in self.digests else None

    def _kept(self, last: int) -> Kept | None:
        packed = self.database.get("past") or self.database.get("base")
        rows = steps_until(self.database.connection, last, most=2 * LONGEST)
        return Kept(packed, rows, self.path.name) if rows and isinstance(packed, bytes) else None

    @property
    def _start(self) -> int:
        """The last step of the past."""
        return int(str(self.database.get("start") or 0))

    @property
    def begun(self) -> bool:
        """Whether there is anything in it."""
        return isinstance(self.database.get("base"), bytes)

    def close_as_saved(self) -> None:
        """Let go of a project whose unsaved steps live on elsewhere; what came before stays as the past of its file."""
        left = False
        if self.is_here and self.database.is_there:
            with contextlib.suppress(OutputError):
                self.database.write(
                    ("delete from steps where number > (select value from meta where key = 'saved_step')", ())
                )
                left = self.last_step() > 0
        self.close(keep=left)

    def close(self, *, keep: bool) -> None:
        """Let go of the project; without `keep` the journal has served and is deleted, before anybody else can come."""
        self.database.close(keep=keep)

    def abandon(self, *, keep: bool) -> None:
        """Let go of a project that could not be opened or made; what was set aside is back in its place."""
        if self.aside is not None:
            self.database.put_back(self.aside)
        self.close(keep=keep or self.aside is not None)

    def set_aside(self, why: str, *, of: str = "a crashed session") -> None:
        """Start anew; what was there is moved out of the way, under a name that says so."""
        aside = free_aside(self.path)
        remedy = f'; Project.recover("{aside.name}") brings them back'
        self.database.move_away(aside)
        self.aside, self.problem = aside, f"unsaved edits of {of} are kept in {aside.name}: {why}{remedy}"
        self.database.open()

"""The one place where a document changes: the current document, its lock, history, journal and events."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from psygnal import EmitLoopError, Signal

from cutroom.edit import operations as ops
from cutroom.edit.apply import Applied, Checker
from cutroom.edit.attempt import attempt
from cutroom.edit.block import Block
from cutroom.edit.change import Change, State
from cutroom.edit.history import History, Step, words
from cutroom.edit.ledger import Ledger
from cutroom.edit.recorded import Kind
from cutroom.edit.relocate import files, real, shown_files
from cutroom.edit.rerun import changes, rerun
from cutroom.errors import EditError
from cutroom.schema.document import Document, ProjectSettings

_log = logging.getLogger(__name__)


class Session:
    """A document being edited. Safe to use from several threads; every call is one step of history.

    Args:
        start: a document, for a project that lives in memory only; or a ledger.
        check: validates operations against the registries.

    Example:
        >>> from cutroom.edit.operations import AddTrack
        >>> session = Session(Document(id="p"))
        >>> _ = session.apply(AddTrack(track="video", title="V1"))
        >>> session.revision, session.undo().label, len(session.document.tracks)
        (1, 'add track', 0)
    """

    changed = Signal(Change)
    closed = Signal()

    def __init__(self, start: Document | Ledger, *, check: Checker | None = None) -> None:
        self.ledger = Ledger(State(0, start)) if isinstance(start, Document) else start
        self._lock = threading.RLock()
        self._check = check
        self._block: Block | None = None

    @classmethod
    def create(
        cls, path: Path, settings: ProjectSettings, *, overwrite: bool = False, check: Checker | None = None
    ) -> Session:
        """A new project file with its journal.

        Raises:
            ProjectExistsError: the file exists and `overwrite` is off.
            OutputError: the folder cannot be written.
        """
        return cls(Ledger.created(path, settings, overwrite=overwrite), check=check)

    @classmethod
    def open(cls, path: Path, *, check: Checker | None = None) -> Session:
        """Open a project; steps that a crashed process had acknowledged but not saved are replayed.

        What was saved has its history, too, as the journal has kept it.

        Raises:
            ProjectFileError: the file cannot be read or understood.
            ReadOnlyProjectError: another process has it open.
        """
        return cls(Ledger.opened(path), check=check)

    @classmethod
    def recover(cls, path: Path, *, check: Checker | None = None) -> Session:
        """The edits of a journal that no project was opened with, as a project in memory; see `rescued`."""
        return cls(Ledger.rescued(path), check=check)

    @property
    def state(self) -> tuple[int, Document]:
        """Revision and document that belong together, without what an `edit` block has not finished yet."""
        state = self.ledger.state  # once: another thread may put the next one there
        return state.revision, state.document

    @property
    def document(self) -> Document:
        """The document now. It never changes; the next edit makes another.

        Inside an `edit` block its thread sees what it has done so far; every other thread sees the block's beginning.
        """
        block = self._own_block
        return block.document if block is not None else self.ledger.state.document

    @property
    def revision(self) -> int:
        """Goes up by one with every change, undo and redo included.

        For a block that is run again it is the one that the block began with in its first run.
        """
        block = self._own_block
        return block.revision if block is not None else self.ledger.state.revision

    @property
    def _own_block(self) -> Block | None:
        """The block under way, where it is this thread's."""
        block = self._block
        return block if block is not None and block.thread == threading.get_ident() else None

    @property
    def history(self) -> History:
        """The steps that can be undone and redone; those before `open` are done once more when it is asked for."""
        return self.ledger.state.history.whole()

    @property
    def last(self) -> str:
        """What the last step did beside what was asked, in words."""
        return self.ledger.state.last

    @property
    def path(self) -> Path | None:
        """The project file; None for a project in memory."""
        return self.ledger.path

    @property
    def folder(self) -> Path:
        """What relative media paths start from."""
        return self.ledger.folder

    @property
    def recovered(self) -> str:
        """What was found beside the file when it was opened, in words; empty when nothing was lost."""
        return self.ledger.recovered

    @property
    def dirty(self) -> bool:
        """Whether there are steps that the project file does not hold yet (the journal does)."""
        return self.ledger.dirty

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called: it can be read, not edited."""
        return self.ledger.is_closed

    @property
    def is_here(self) -> bool:
        """Whether this process may edit and close it; one that was forked while it was open may read it."""
        return self.ledger.is_here

    def files(self) -> list[Path]:
        """Absolute paths of all media, of their proxies, of the originals of proxies, and of resources."""
        return files(self.document, self.folder)

    def media_path(self, media_id: str) -> Path:
        """Absolute path of a media."""
        return (self.folder / self.document.find_media(media_id).path).absolute()

    def paths(self, document: Document | None = None) -> dict[str, str]:
        """Absolute path of every media and resource that a timeline (of another document, too) shows, by SHA-256."""
        return shown_files(document or self.document, self.folder)

    def apply(self, operation: ops.Operation, label: str | None = None) -> Applied:
        """Do one operation. When this returns, it is in the journal.

        Raises:
            EditError: it cannot be done; nothing changed.
            OutputError: the journal cannot be written; nothing changed.
        """
        with self._lock:
            self.ledger.require_open()
            if self._block is not None:
                operation = self._block.named(operation)
            made = attempt(self.document, operation, self._check)
            if self._block is None:
                self._commit(label or words(operation), operation, made)
            else:
                self._block.add(operation, made)
            return made

    @contextlib.contextmanager
    def edit(self, label: str, *, again: bool = False) -> Iterator[None]:
        """Everything inside is one step: all of it or, after an exception, nothing.

        A block inside a block belongs to the outer one; when it fails, the outer one goes on without it.

        Args:
            label: names the step.
            again: whether it takes the place of the step in force that such a block with this label made. It then
                starts from the document before that one, and the later steps are done once more on top.

        Raises:
            EditError: a later step does not fit any more; or `again` inside of another block.
        """
        with self._lock:
            if self._block is not None:
                if again:
                    self._require_no_block("replace an earlier run")
                with self._block.savepoint():
                    yield
                return
            self.ledger.require_open()
            before = self.ledger.state.document
            revision = self.ledger.state.revision
            block = Block.again(self.history, before, label, revision) if again else Block(before, revision)
            try:
                try:
                    self._block = block
                    yield
                finally:
                    self._block = None
            finally:  # Ctrl-C may have come before the line above
                self._block = None
            if again:
                self._commit_again(label, block.operation, block.notes)
            elif (operation := block.operation) is not None:
                self._commit(label, operation, Applied(block.document, (), tuple(block.notes)))

    def _commit_again(self, label: str, operation: ops.Operation | None, notes: list[str]) -> None:
        revision, before = self.state
        if operation is not None and changes(self.history, label, operation):
            made = rerun(self.history, before, label, operation, revision=revision, check=self._check)
            last = "; ".join([label, *filter(None, [made.words]), *notes])
            self._become("rerun", label, operation, State(revision + 1, made.document, made.history, last))

    def note(self, text: str) -> None:
        """Put something beside what the operations of the `edit` block under way tell: a time that snapped, say.

        Raises:
            EditError: outside of `edit`.
        """
        with self._lock:
            if self._block is None:
                raise EditError("no edit block is under way", value=text, hint="note it inside of edit(...)")
            self._block.notes.append(text)

    def _commit(self, label: str, operation: ops.Operation, made: Applied) -> None:
        revision, before = self.state
        history = self.ledger.state.history.add(Step(label, operation, before, made.document, made.notes))
        last = "; ".join([label, *made.notes])
        self._become("apply", label, operation, State(revision + 1, made.document, history, last))

    def _become(self, kind: Kind, label: str, operation: ops.Operation | None, after: State) -> None:
        previous = self.document
        self.ledger.put(kind, label, operation, after)
        self._tell(Change(after.revision, after.document, previous, "apply" if kind == "rerun" else kind, label))

    def _tell(self, change: Change) -> None:
        try:
            self.changed.emit(change)
        except EmitLoopError:
            _log.exception("a subscriber of the session failed; the edit stands")

    def undo(self) -> Step:
        """Take the last step back.

        Raises:
            EditError: nothing to undo, or inside `edit`.
        """
        return self._travel("undo")

    def redo(self) -> Step:
        """Do the step that was undone last once more.

        Raises:
            EditError: nothing to redo, or inside `edit`.
        """
        return self._travel("redo")

    def _travel(self, kind: Literal["undo", "redo"]) -> Step:
        with self._lock:
            self.ledger.require_open()
            self._require_no_block(kind)
            history, step = self.history.undo() if kind == "undo" else self.history.redo()
            document = step.before if kind == "undo" else step.after
            after = State(self.revision + 1, document, history, f"{kind}: {step.label}")
            self._become(kind, step.label, None, after)
            return step

    def _require_no_block(self, what: str) -> None:
        if self._block is not None:
            raise EditError(f"cannot {what} inside an edit block", hint=f"{what} before or after it")

    def save(self, *, overwrite: bool = False) -> None:
        """Write the project file; the journal goes on from it.

        Args:
            overwrite: whether a file that something else changed meanwhile may be replaced.

        Raises:
            EditError: it has no file, it was closed, or an edit block is not finished.
            ProjectExistsError: the file was changed by something else, and `overwrite` is off.
            ReadOnlyProjectError: it was moved while it was open, or is of the process that this one was forked from.
            OutputError, DiskFullError: the file is as it was, the edits are safe in the journal.
        """
        with self._lock:
            if self.path is None:
                raise EditError("this project has no file yet", hint='project.save_as("name.tlp") gives it one')
            self.ledger.require_open()
            self._require_no_block("save")
            self.ledger.save(self.path, overwrite=overwrite)

    def save_as(self, path: Path, *, overwrite: bool = False) -> None:
        """Go on under another name, with all steps of the history; relative media paths are kept true.

        What was read only can be edited from then on: the copy is its own.

        Raises:
            ProjectExistsError: the file exists and `overwrite` is off.
            EditError: it was closed, or an edit block is not finished.
        """
        with self._lock:
            path = real(path)
            if path == self.path or (self.is_here and not self.ledger.read_only):
                self.ledger.require_open()
            self._require_no_block("save")
            if path == self.path:
                self.ledger.save(path, overwrite=overwrite)
                return
            before = self.ledger.state.document
            self.ledger.move(path, overwrite=overwrite)
            revision, document = self.state
            self._tell(Change(revision, document, before, "apply", "save as"))

    def close(self, *, save: bool = True) -> None:
        """Save what is unsaved and let go of the project; with `save=False` the journal keeps the edits.

        The journal keeps the last steps in any case, for the session to come.

        Raises:
            ProjectExistsError, ReadOnlyProjectError, OutputError: as `save`; the project is still open.
        """
        with self._lock:
            if self.is_closed:
                return
            self.ledger.settle()
            self._require_no_block("close")
            self.ledger.close(save=save)
        try:
            self.closed.emit()
        except EmitLoopError:
            _log.exception("a subscriber of the session failed while it was closed")

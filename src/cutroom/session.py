"""The one place where a document changes: the current document, its lock, history, journal and events."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
import warnings
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
from cutroom.edit.journal import Journal
from cutroom.edit.project_file import digest_of, dump, write_whole
from cutroom.edit.recorded import Kind
from cutroom.edit.recovery import begin, opened
from cutroom.edit.relocate import Move, real
from cutroom.edit.rerun import changes, rerun
from cutroom.edit.rescue import rescued
from cutroom.errors import EditError, ProjectExistsError, ReadOnlyProjectError
from cutroom.schema.base import new_id
from cutroom.schema.document import Document, ProjectSettings

_log = logging.getLogger(__name__)


class Session:
    """A document being edited. Safe to use from several threads; every call is one step of history.

    Args:
        document: what to start from.
        path: the project file; None for a project that lives in memory only.
        check: validates operations against the registries.
        read_only: whether it refuses every edit.

    Example:
        >>> from cutroom.edit.operations import AddTrack
        >>> session = Session(Document(id="p"))
        >>> _ = session.apply(AddTrack(track="video", title="V1"))
        >>> session.revision, session.undo().label, len(session.document.tracks)
        (1, 'add track', 0)
    """

    changed = Signal(Change)
    closed = Signal()

    def __init__(
        self,
        document: Document,
        path: Path | None = None,
        *,
        check: Checker | None = None,
        read_only: bool = False,
    ) -> None:
        self.read_only = read_only
        self._state = State(0, document)
        self._lock = threading.RLock()
        self._check = check
        self._block: Block | None = None
        self._closed = False
        self._pending: tuple[int, State] | None = None
        self.path = path
        self._home = Path.cwd()  # of a project in memory: where it began, wherever the process goes
        self.journal: Journal | None = None
        self.recovered = ""
        """What `open` replayed after a crash, in words; empty when nothing was lost."""
        self.saved_revision = 0

    @classmethod
    def create(
        cls, path: Path, settings: ProjectSettings, *, overwrite: bool = False, check: Checker | None = None
    ) -> Session:
        """A new project file with its journal.

        Raises:
            ProjectExistsError: the file exists and `overwrite` is off.
            OutputError: the folder cannot be written.
        """
        path = real(path)
        replaces = path.exists()  # then it was asked for: whoever does so is not warned of what goes
        document = Document(id=new_id("p"), settings=settings)
        journal = begin(path, document, overwrite=overwrite)
        session = cls(document, path, check=check)
        session.journal, session.recovered = journal, journal.problem
        if journal.problem and not replaces:
            warnings.warn(f"{path.name}: {journal.problem}", stacklevel=3)
        return session

    @classmethod
    def open(cls, path: Path, *, check: Checker | None = None) -> Session:
        """Open a project; steps that a crashed process had acknowledged but not saved are replayed.

        What was saved has its history, too, as the journal has kept it.

        Raises:
            ProjectFileError: the file cannot be read or understood.
            ReadOnlyProjectError: another process has it open.
        """
        path = real(path)
        found = opened(path)
        session = cls(found.document, path, check=check)
        session.journal = found.journal
        session._state = State(found.revision, found.document, found.history)
        session.saved_revision = found.revision - found.unsaved
        if found.unsaved:
            session.recovered = f"replayed {found.unsaved} unsaved edits of a session that did not end cleanly"
        if found.journal.problem or found.left:
            session.recovered = "; ".join(filter(None, [found.journal.problem, found.left]))
            try:
                warnings.warn(f"{path.name}: {session.recovered}", stacklevel=3)
            except BaseException:  # where warnings are errors, nobody gets the session
                session.close(save=False)
                raise
        return session

    @classmethod
    def recover(cls, path: Path, *, check: Checker | None = None) -> Session:
        """The edits of a journal that no project was opened with, as a project in memory; see `rescued`."""
        found = rescued(real(path))
        session = cls(found.document, check=check)
        session._home = found.folder
        session._state = State(found.steps, found.document, found.history)
        session.recovered = found.words
        return session

    @property
    def state(self) -> tuple[int, Document]:
        """Revision and document that belong together, without what an `edit` block has not finished yet."""
        return self._state.revision, self._state.document

    @property
    def document(self) -> Document:
        """The document now. It never changes; the next edit makes another.

        Inside an `edit` block its thread sees what it has done so far; every other thread sees the block's beginning.
        """
        block = self._own_block
        return block.document if block is not None else self._state.document

    @property
    def revision(self) -> int:
        """Goes up by one with every change, undo and redo included.

        For a block that is run again it is the one that the block began with in its first run.
        """
        block = self._own_block
        return block.revision if block is not None else self._state.revision

    @property
    def _own_block(self) -> Block | None:
        """The block under way, where it is this thread's."""
        block = self._block
        return block if block is not None and block.thread == threading.get_ident() else None

    @property
    def history(self) -> History:
        """The steps that can be undone and redone; those before `open` are done once more when it is asked for."""
        return self._state.history.whole()

    @property
    def last(self) -> str:
        """What the last step did beside what was asked, in words."""
        return self._state.last

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called: it can be read, not edited."""
        return self._closed

    @property
    def is_here(self) -> bool:
        """Whether this process may edit and close it; one that was forked while it was open may read it."""
        return self.journal is None or self.journal.is_here

    @property
    def folder(self) -> Path:
        """What relative media paths start from."""
        return self.path.parent if self.path else self._home

    @property
    def dirty(self) -> bool:
        """Whether there are steps that the project file does not hold yet (the journal does)."""
        return self._state.revision != self.saved_revision

    def files(self) -> list[Path]:
        """Absolute paths of all media, of their proxies, of the originals of proxies, and of resources."""
        document = self.document
        named = [path for media in document.media for path in media.paths]
        named += [resource.path for resource in document.resources if resource.path is not None]
        return [(self.folder / path).absolute() for path in named]

    def media_path(self, media_id: str) -> Path:
        """Absolute path of a media."""
        return (self.folder / self.document.find_media(media_id).path).absolute()

    def paths(self, document: Document | None = None) -> dict[str, str]:
        """Absolute path of every media and resource that a timeline (of another document, too) shows, by SHA-256."""
        document = document or self.document
        resources = {
            resource.sha256: str((self.folder / resource.path).absolute())
            for resource in document.resources
            if resource.path is not None and resource.sha256 in document.used_resources
        }
        return resources | {
            media.fingerprint.sha256: str((self.folder / media.path).absolute())
            for media in document.media
            if media.id in document.used_media
        }

    def apply(self, operation: ops.Operation, label: str | None = None) -> Applied:
        """Do one operation. When this returns, it is in the journal.

        Raises:
            EditError: it cannot be done; nothing changed.
            OutputError: the journal cannot be written; nothing changed.
        """
        with self._lock:
            self._require_open()
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
            self._require_open()
            before = self._state.document
            revision = self._state.revision
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
        history = self._state.history.add(Step(label, operation, before, made.document, made.notes))
        last = "; ".join([label, *made.notes])
        self._become("apply", label, operation, State(revision + 1, made.document, history, last))

    def _become(self, kind: Kind, label: str, operation: ops.Operation | None, after: State) -> None:
        """Put a step into the journal and take over what it made: both or, wherever Ctrl-C strikes, neither."""
        previous = self.document
        try:
            self._pending = (self.journal.last_step() if self.journal else 0), after
            if self.journal:
                self.journal.record(kind, label, operation)
        finally:
            self._settle()
        self._tell(Change(after.revision, after.document, previous, "apply" if kind == "rerun" else kind, label))

    def _settle(self) -> None:
        """Take over the step under way where the journal holds it, else forget it."""
        if self._pending is None:
            return
        number, after = self._pending
        if self.journal is None or self.journal.last_step() > number:
            self._state = after
        self._pending = None

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
            self._require_open()
            self._require_no_block(kind)
            history, step = self.history.undo() if kind == "undo" else self.history.redo()
            document = step.before if kind == "undo" else step.after
            after = State(self.revision + 1, document, history, f"{kind}: {step.label}")
            self._become(kind, step.label, None, after)
            return step

    def _require_open(self) -> None:
        if self.journal:
            self.journal.require_here()
        self._settle()
        if self.read_only:
            raise ReadOnlyProjectError(
                "this project was opened to be read only",
                value=str(self.path),
                hint="Project.open(...) without read_only=True, once nobody else has it open; or save_as(...) a copy",
            )
        if self._closed:
            raise EditError(
                "this project was closed: an edit would not be kept",
                value=str(self.path),
                hint="open it again: Project.open(...)",
            )

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
            self._require_open()
            self._require_no_block("save")
            self._save(self.path, overwrite=overwrite)

    def _save(self, path: Path, *, overwrite: bool = False) -> None:
        revision, document = self.state
        data = dump(document)
        if self.journal:
            found = digest_of(path)
            if found is not None and found not in self.journal.digests and not overwrite:
                raise ProjectExistsError(
                    f"{path.name} was changed by something else since it was opened or saved here",
                    value=str(path),
                    hint='save_as("other.tlp") keeps both, save(overwrite=True) replaces it',
                )
            self.journal.saving(hashlib.sha256(data).hexdigest(), found=found)
        write_whole(path, data)
        if self.journal:
            self.journal.saved()
        self.saved_revision = revision
        if self.journal:
            self.journal.shorten(document, self._state.history)

    def save_as(self, path: Path, *, overwrite: bool = False) -> None:
        """Go on under another name, with all steps of the history; relative media paths are kept true.

        What was read only can be edited from then on: the copy is its own.

        Raises:
            ProjectExistsError: the file exists and `overwrite` is off.
            EditError: it was closed, or an edit block is not finished.
        """
        with self._lock:
            path = real(path)
            if path == self.path or (self.is_here and not self.read_only):
                self._require_open()
            self._require_no_block("save")
            if path == self.path:
                self._save(path, overwrite=overwrite)
                return
            revision, before = self.state
            move = Move(self.folder, path.parent)
            document, history = move.document(before), move.history(self.history)
            old, journal = self.journal, begin(path, document, history, overwrite=overwrite)
            self.path, self.journal, self.read_only = path, journal, False
            self._state = State(revision + 1, document, history, "save as")
            self.saved_revision = revision + 1
            if old:
                old.close_as_saved()
            self._tell(Change(revision + 1, document, before, "apply", "save as"))

    def close(self, *, save: bool = True) -> None:
        """Save what is unsaved and let go of the project; with `save=False` the journal keeps the edits.

        The journal keeps the last steps in any case, for the session to come.

        Raises:
            ProjectExistsError, ReadOnlyProjectError, OutputError: as `save`; the project is still open.
        """
        with self._lock:
            if self._closed:
                return
            self._settle()
            self._require_no_block("close")
            if self.journal is not None:
                if save and self.is_here and self.dirty and self.path is not None:
                    self._save(self.path)
                if self.is_here and not self.dirty:
                    self.journal.shorten(self._state.document, self._state.history, closing=True)
                self.journal.close(keep=self.dirty or not self._state.history.is_empty)
                self.journal = None
            self._closed = True
        try:
            self.closed.emit()
        except EmitLoopError:
            _log.exception("a subscriber of the session failed while it was closed")

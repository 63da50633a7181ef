"""The one place where a document changes: the current document, its lock, history, journal and events."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from psygnal import EmitLoopError, Signal

from cutroom.edit import operations as ops
from cutroom.edit.apply import Applied, apply
from cutroom.edit.history import History, Step
from cutroom.edit.journal import Journal, Recovery
from cutroom.edit.project_file import dump, load, write_whole
from cutroom.errors import CutroomError, EditError, ProjectExistsError
from cutroom.schema.base import new_id
from cutroom.schema.document import Document, ProjectSettings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """What subscribers hear. `previous` and `document` share every part that did not change."""

    revision: int
    document: Document
    previous: Document
    kind: Literal["apply", "undo", "redo"]
    label: str


Checker = Callable[[ops.Operation, Document], None]
"""Looks at an operation and the document it gives (names, ranges of effects); raises where something does not fit."""


class Session:
    """A document being edited. Safe to use from several threads; every call is one step of history.

    Args:
        document: what to start from.
        path: the project file; None for a project that lives in memory only.
        check: validates operations against the registries.

    Example:
        >>> from cutroom.edit.operations import AddTrack
        >>> session = Session(Document(id="p"))
        >>> _ = session.apply(AddTrack(track="video", title="V1"))
        >>> session.revision, session.undo().label, len(session.document.tracks)
        (1, 'add track', 0)
    """

    changed = Signal(Change)

    def __init__(self, document: Document, path: Path | None = None, *, check: Checker | None = None) -> None:
        self._document = document
        self._revision = 0
        self._lock = threading.RLock()
        self._check = check or (lambda operation, document: None)
        self._group: list[ops.Operation] | None = None
        self._closed = False
        self.path = path
        self.history = History()
        self.journal: Journal | None = None
        self.recovered = ""
        """What `open` replayed after a crash, in words; empty when nothing was lost."""
        self.last = ""
        """What the last step did beside what was asked, in words."""
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
        if path.exists() and not overwrite:
            raise ProjectExistsError(
                f"{path} exists", value=str(path), hint="Project.open(...) opens it; overwrite=True starts anew"
            )
        session = cls(Document(id=new_id("p"), settings=settings), path, check=check)
        session.journal = Journal(path)  # first, so that a project that another process holds is not overwritten
        data = dump(session.document)
        try:
            write_whole(path, data)
        except CutroomError:
            session.journal.close(keep=False)
            raise
        session.journal.begin(session.document, hashlib.sha256(data).hexdigest())
        return session

    @classmethod
    def open(cls, path: Path, *, check: Checker | None = None) -> Session:
        """Open a project; steps that a crashed process had acknowledged but not saved are replayed.

        Raises:
            ProjectFileError: the file cannot be read or understood.
            ReadOnlyProjectError: another process has it open.
        """
        document, file_digest = load(path)
        session = cls(document, path, check=check)
        session.journal = Journal(path)
        try:
            recovery = session.journal.recover(file_digest)
        except LookupError:
            aside = session.journal.set_aside()
            warnings.warn(
                f"{path.name} was changed by something else; unsaved edits of a crashed session that do not fit it "
                f"any more are kept in {aside.name}",
                stacklevel=3,
            )
            session.recovered = f"unsaved edits set aside in {aside.name}: the project file changed behind them"
            session.journal = Journal(path)
            recovery = None
        if recovery is None:
            session.journal.begin(document, file_digest)
        else:
            session._replay(recovery)
        return session

    def _replay(self, recovery: Recovery) -> None:
        self._document = recovery.base
        for kind, label, operation in recovery.steps:
            if kind == "undo":
                self._document = self.history.undo().before
            elif kind == "redo":
                self._document = self.history.redo().after
            else:
                assert operation is not None
                made = apply(self._document, operation)
                self.history.add(Step(label, operation, self._document, made.document, made.notes))
                self._document = made.document
            self._revision += 1
        self.saved_revision = self._revision - recovery.unsaved
        self.recovered = f"replayed {recovery.unsaved} unsaved edits of a session that did not end cleanly"

    @property
    def document(self) -> Document:
        """The document now. It never changes; the next edit makes another."""
        return self._document

    @property
    def revision(self) -> int:
        """Goes up by one with every change, undo and redo included."""
        return self._revision

    @property
    def folder(self) -> Path:
        """What relative media paths start from."""
        return self.path.parent if self.path else Path.cwd()

    @property
    def dirty(self) -> bool:
        """Whether there are steps that the project file does not hold yet (the journal does)."""
        return self._revision != self.saved_revision

    def media_path(self, media_id: str) -> Path:
        """Absolute path of a media."""
        return (self.folder / self._document.find_media(media_id).path).absolute()

    def paths(self) -> dict[str, str]:
        """Absolute path of every media, by the SHA-256 of its content."""
        return {media.fingerprint.sha256: str((self.folder / media.path).absolute()) for media in self._document.media}

    def apply(self, operation: ops.Operation, label: str | None = None) -> Applied:
        """Do one operation. When this returns, it is in the journal.

        Raises:
            EditError: it cannot be done; nothing changed.
            OutputError: the journal cannot be written; nothing changed.
        """
        with self._lock:
            self._require_open()
            made = apply(self._document, operation)
            self._check(operation, made.document)
            if self._group is not None:
                self._group.append(operation)
                self._document = made.document
                return made
            self._commit("apply", label or words(operation), operation, made)
            return made

    @contextlib.contextmanager
    def edit(self, label: str) -> Iterator[None]:
        """Everything inside is one step: all of it or, after an exception, nothing."""
        with self._lock:
            if self._group is not None:  # an edit inside an edit belongs to the outer one
                yield
                return
            before, self._group = self._document, []
            try:
                yield
            except BaseException:
                self._document, self._group = before, None
                raise
            inner, after, self._group = tuple(self._group), self._document, None
            self._document = before
            if inner:
                operation = inner[0] if len(inner) == 1 else ops.Batch(operations=inner)
                self._commit("apply", label, operation, Applied(after, (), ()))

    def _commit(self, kind: Literal["apply"], label: str, operation: ops.Operation, made: Applied) -> None:
        before = self._document
        if self.journal:
            self.journal.record(kind, label, operation)
        self._document = made.document
        self.history.add(Step(label, operation, before, made.document, made.notes))
        self.last = "; ".join([label, *made.notes])
        self._announce(kind, label, before)

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
            if self._group is not None:
                raise EditError(f"cannot {kind} inside an edit block", hint=f"{kind} before or after it")
            before, done = self._document, self.history.done
            step = self.history.undo() if kind == "undo" else self.history.redo()
            try:
                if self.journal:
                    self.journal.record(kind, step.label, None)
            except CutroomError:
                self.history.done = done
                raise
            self._document = step.before if kind == "undo" else step.after
            self.last = f"{kind}: {step.label}"
            self._announce(kind, step.label, before)
            return step

    def _require_open(self) -> None:
        if self._closed:
            raise EditError(
                "this project was closed: an edit would not be kept",
                value=str(self.path),
                hint="open it again: Project.open(...)",
            )

    def _announce(self, kind: Literal["apply", "undo", "redo"], label: str, previous: Document) -> None:
        self._revision += 1
        try:
            self.changed.emit(Change(self._revision, self._document, previous, kind, label))
        except EmitLoopError:
            _log.exception("a subscriber of the session failed; the edit stands")

    def save(self, path: Path | None = None) -> None:
        """Write the project file; the journal goes on from it.

        Raises:
            OutputError, DiskFullError: the file is as it was, the edits are safe in the journal.
        """
        with self._lock:
            target = path or self.path
            if target is None:
                raise EditError("this project has no file yet", hint='project.save_as("name.tlp") gives it one')
            data = dump(self._document)
            if self.journal:
                self.journal.saving(hashlib.sha256(data).hexdigest())
            write_whole(target, data)
            if self.journal:
                self.journal.saved()
            self.saved_revision = self._revision

    def save_as(self, path: Path, *, overwrite: bool = False) -> None:
        """Go on under another name; relative media paths are kept true.

        Raises:
            ProjectExistsError: the file exists and `overwrite` is off.
        """
        with self._lock:
            if path.exists() and not overwrite and path != self.path:
                raise ProjectExistsError(f"{path} exists", value=str(path), hint="pass overwrite=True to replace it")
            journal = Journal(path)
            moved = tuple(
                media.evolve(path=portable(self.folder / media.path, path.parent)) for media in self._document.media
            )
            document = self._document.evolve(media=moved)
            data = dump(document)
            try:
                write_whole(path, data)
            except CutroomError:
                journal.close(keep=False)
                raise
            journal.begin(document, hashlib.sha256(data).hexdigest())
            if self.journal:
                self.journal.close(keep=False)
            previous, self._document = self._document, document
            self.path, self.journal, self.history = path, journal, History()
            self._announce("apply", "save as", previous)
            self.saved_revision = self._revision

    def close(self, *, save: bool = True) -> None:
        """Save what is unsaved and let go of the project; with `save=False` the journal keeps the edits."""
        with self._lock:
            if self.journal is None:
                return
            if save and self.dirty:
                self.save()
            self.journal.close(keep=self.dirty)
            self.journal = None
            self._closed = True


def portable(media: Path, folder: Path) -> str:
    """A media path as a project file stores it: relative where the media lies beneath the project, else absolute."""
    absolute = media.absolute()
    try:
        return absolute.relative_to(folder.absolute()).as_posix()
    except ValueError:
        return str(absolute)


def words(operation: ops.Operation) -> str:
    """An operation in a few words, for the history.

    Example:
        >>> from fractions import Fraction
        >>> words(ops.Split(clip=None, at=Fraction(7, 2)))
        'split'
    """
    if isinstance(operation, ops.AddEffect):
        return f"add {operation.effect}"
    if isinstance(operation, ops.AddTransition):
        return f"add {operation.transition}"
    return operation.op.replace("_", " ")

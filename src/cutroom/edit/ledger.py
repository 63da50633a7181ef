"""The state of a project and the files that keep it: its `.tlp` and, step by step, the journal beside that."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Self

from cutroom.edit.change import State
from cutroom.edit.journal import Journal
from cutroom.edit.operations import Operation
from cutroom.edit.project_file import digest_of, dump, write_whole
from cutroom.edit.recorded import Kind
from cutroom.edit.recovery import begin, opened
from cutroom.edit.relocate import Move, real
from cutroom.edit.rescue import rescued
from cutroom.errors import EditError, ProjectExistsError, ReadOnlyProjectError, warn
from cutroom.schema.base import new_id
from cutroom.schema.document import Document, ProjectSettings


class Ledger:
    """What is on the disk is ahead of `state`, never behind. One thread at a time; see `Session`.

    Args:
        state: to start from.
        path: the project file; None for a project that lives in memory only.
        journal: beside it, open; None for one that keeps nothing.
        folder: what relative media paths of a project in memory start from; None: the current one, and for good.
        saved: the revision that the file holds.
        read_only: whether it refuses every edit.
        recovered: what was found beside the file, in words.
    """

    def __init__(
        self,
        state: State,
        path: Path | None = None,
        journal: Journal | None = None,
        *,
        folder: Path | None = None,
        saved: int = 0,
        read_only: bool = False,
        recovered: str = "",
    ) -> None:
        self.state = state
        self.path = path
        self.journal = journal
        self.read_only = read_only
        self.is_closed = False
        self.recovered = recovered
        self._home = folder or Path.cwd()
        self._saved = saved
        self._pending: tuple[int, State] | None = None

    @classmethod
    def created(cls, path: Path, settings: ProjectSettings, *, overwrite: bool) -> Self:
        """Of a new project file; see `begin`."""
        path = real(path)
        replaces = path.exists()  # then it was asked for: whoever does so is not warned of what goes
        document = Document(id=new_id("p"), settings=settings)
        journal = begin(path, document, overwrite=overwrite)
        made = cls(State(0, document), path, journal, recovered=journal.problem)
        if made.recovered and not replaces:
            try:
                warn(f"{path.name}: {made.recovered}")
            except BaseException:  # where warnings are errors, nothing was made
                path.unlink()
                journal.abandon(keep=False)
                raise
        return made

    @classmethod
    def opened(cls, path: Path) -> Self:
        """Of a project file; see `recovery.opened`."""
        path = real(path)
        found = opened(path)
        state, saved = State(found.revision, found.document, found.history), found.revision - found.unsaved
        made = cls(state, path, found.journal, saved=saved)
        made.recovered = "; ".join(filter(None, [found.journal.problem, found.left]))
        if made.recovered:
            try:
                warn(f"{path.name}: {made.recovered}")
            except BaseException:  # where warnings are errors, nobody gets the project
                made.close(save=False)
                raise
        elif found.unsaved:
            made.recovered = f"replayed {found.unsaved} unsaved edits of a session that did not end cleanly"
        return made

    @classmethod
    def rescued(cls, path: Path) -> Self:
        """Of a journal that no project was opened with, in memory; see `rescue.rescued`."""
        found = rescued(real(path))
        return cls(State(found.steps, found.document, found.history), folder=found.folder, recovered=found.words)

    @property
    def folder(self) -> Path:
        """What relative media paths start from."""
        return self.path.parent if self.path else self._home

    @property
    def is_here(self) -> bool:
        """Whether this process may edit and close it; one that was forked while it was open may read it."""
        return self.journal is None or self.journal.is_here

    @property
    def dirty(self) -> bool:
        """Whether there are steps that the project file does not hold yet (the journal does)."""
        return self.state.revision != self._saved

    def require_open(self) -> None:
        """Refuse an edit of what cannot be edited.

        Raises:
            ReadOnlyProjectError: it was opened to be read, or in the process that this one was forked from.
            EditError: it was closed.
        """
        if self.journal:
            self.journal.database.require_here()
        self.settle()
        if self.read_only:
            raise ReadOnlyProjectError(
                "this project was opened to be read only",
                value=str(self.path),
                hint="Project.open(...) without read_only=True, once nobody else has it open; or save_as(...) a copy",
            )
        if self.is_closed:
            raise EditError(
                "this project was closed: an edit would not be kept",
                value=str(self.path),
                hint="open it again: Project.open(...)",
            )

    def put(self, kind: Kind, label: str, operation: Operation | None, after: State) -> None:
        """Put a step into the journal and take over what it made: both or, wherever Ctrl-C strikes, neither."""
        try:
            self._pending = (self.journal.last_step() if self.journal else 0), after
            if self.journal:
                self.journal.record(kind, label, operation)
        finally:
            self.settle()

    def settle(self) -> None:
        """Take over the step under way where the journal holds it, else forget it."""
        if self._pending is None:
            return
        number, after = self._pending
        if self.journal is None or self.journal.last_step() > number:
            self.state = after
        self._pending = None

    def save(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the project file; the journal goes on from it. See `Session.save`."""
        revision, document = self.state.revision, self.state.document
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
        self._saved = revision
        if self.journal:
            self.journal.shorten(document, self.state.history)

    def move(self, path: Path, *, overwrite: bool = False) -> None:
        """Go on under another name; see `Session.save_as`."""
        move = Move(self.folder, path.parent)
        document, history = move.document(self.state.document), move.history(self.state.history.whole())
        old, journal = self.journal, begin(path, document, history, overwrite=overwrite)
        self.path, self.journal, self.read_only = path, journal, False
        self.state = State(self.state.revision + 1, document, history, "save as")
        self._saved = self.state.revision
        if old:
            old.close_as_saved()

    def close(self, *, save: bool) -> None:
        """Let go of the files; see `Session.close`."""
        if self.journal is not None:
            if save and self.is_here and self.dirty and self.path is not None:
                self.save(self.path)
            if self.is_here and not self.dirty:
                self.journal.shorten(self.state.document, self.state.history, closing=True)
            self.journal.close(keep=self.dirty or not self.state.history.is_empty)
            self.journal = None
        self.is_closed = True

"""How a project is kept: its steps, one of history each, and its file."""

from __future__ import annotations

import abc
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from cutroom.api import arguments
from cutroom.api.belongings import belongings
from cutroom.api.history import History
from cutroom.app import App
from cutroom.errors import ProjectExistsError, ValidationError
from cutroom.render.publish import refuse
from cutroom.session import Session


class Keeping(abc.ABC):
    """Part of `Project`."""

    session: Session
    _app: App

    @property
    def path(self) -> Path | None:
        """The project file; None for a project in memory."""
        return self.session.path

    @property
    def history(self) -> History:
        """Its steps."""
        return History(self.session)

    @property
    def last(self) -> str:
        """What the last step did beside what was asked, in words."""
        return self.session.last

    @property
    def recovered(self) -> str:
        """What `open` replayed after a crash, in words; empty when nothing was lost."""
        return self.session.recovered

    def undo(self) -> Self:
        """Take the last step back, also one that was made before the project was closed and opened again.

        Raises:
            EditError: nothing to undo: a session remembers 500 steps, a close leaves the last 100 of them at least.
        """
        self.session.undo()
        return self

    def redo(self) -> Self:
        """Do the step that was undone last once more.

        Raises:
            EditError: nothing to redo.
        """
        self.session.redo()
        return self

    @contextlib.contextmanager
    def edit(self, label: str, *, rerun: Literal["replace"] | None = None) -> Iterator[Self]:
        """Everything inside is one step of history: all of it or, after an exception, nothing.

        Args:
            label: names the step.
            rerun: "replace" for a cell that is run again and again: its step takes the place of the step with this
                label that it made before, the clips keep their ids, and the steps after it are done once more on top.
                Inside, the timeline is as it was before the cell ran for the first time. That holds as long as the
                step can be undone, also when the kernel was restarted or the project closed in between.

        Raises:
            EditError: a later step does not fit what the cell does now; names it, and nothing has changed.

        Example:
            >>> import cutroom as cr
            >>> project = cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000)
            >>> for text in ("Hello", "Good morning"):  # the same cell, run twice
            ...     with project.edit("title", rerun="replace"):
            ...         title = project.timeline.add_title(text, at=0, duration=2)
            >>> [clip.text for clip in project.timeline.clips], len(project.history)
            (['Good morning'], 1)
        """
        if rerun not in {None, "replace"}:
            raise ValidationError(f"rerun is 'replace' or None, not {rerun!r}", value=rerun, hint='rerun="replace"')
        with self.session.edit(arguments.text("label", label), again=rerun is not None):
            yield self

    def save(self, *, overwrite: bool = False) -> None:
        """Write the project file whole or not at all.

        Args:
            overwrite: whether a file that something else (a git checkout, say) changed meanwhile may be replaced.

        Raises:
            ProjectExistsError: something else changed the file, and `overwrite` is off.
            OutputError, DiskFullError: the old file is as it was.
        """
        self.session.save(overwrite=overwrite)

    def save_as(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Go on under another name. All steps can still be undone; the old file stays as it was saved last.

        Args:
            path: the project file; relative to the current folder, or absolute.
            overwrite: whether an existing file may be replaced.

        Raises:
            ProjectExistsError: the file exists and `overwrite` is off.
            ReadOnlyProjectError: another process has that project open.
            OutputError: the file cannot be written, or belongs to this project, which is as it was.
        """
        target = arguments.path(path)
        own = str(self.session.path)
        refuse(Path(os.path.realpath(target)), (one for one in belongings(self.session) if one != own))
        if overwrite:
            require_project(target)
        self.session.save_as(target, overwrite=overwrite)
        self._app.projects.keep(self.session)

    def close(self) -> None:
        """Save what is unsaved and let go of the file. A closed project can still be read.

        The journal stays beside the file (`trip.tlp-journal`) with at least the last 100 steps, so that they can be
        undone when the project is opened again. There is nothing unsaved in it: it may be deleted. A project that gets
        another name keeps its history where the journal is renamed along.

        Raises:
            ProjectExistsError: something else changed the file; it is not replaced, and the project is still open.
            OutputError, DiskFullError: the file cannot be written; the project is still open.
        """
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close(save=error is None)


def require_project(path: Path) -> None:
    """Refuse to put a project in the place of a file that is none: a film, say.

    Raises:
        ProjectExistsError: names it.
    """
    if path.suffix.lower() == ".tlp" or not path.is_file():
        return
    with contextlib.suppress(OSError), path.open("rb") as file:
        if b'"schema_version"' in file.read(4096):
            return
    raise ProjectExistsError(f"{path} is no project", value=str(path), hint='projects are called "name.tlp"')

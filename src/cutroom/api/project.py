"""`Project`: a document on the disk (or in memory), its media, its timeline and its history."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from cutroom.api import arguments, completion, compound
from cutroom.api.belongings import belongings
from cutroom.api.compound import Compound
from cutroom.api.handover import Handover
from cutroom.api.history import History
from cutroom.api.media import Media, MediaLibrary
from cutroom.api.python_effects import ProjectEffects
from cutroom.api.resources import ResourceLibrary
from cutroom.api.timeline import Timeline
from cutroom.app import App, app
from cutroom.errors import ProjectExistsError, ValidationError
from cutroom.render.publish import refuse
from cutroom.schema.base import new_id
from cutroom.schema.document import Document, ProjectSettings
from cutroom.schema.time import TimeLike, parse_rate
from cutroom.services import MediaWorkers
from cutroom.session import Session

_ROWS_SHOWN = 60
"""Clips that a cell shows of a project; of more, the first and the last."""


class Project(Handover):
    """A project. Every edit is in a journal on the disk before the call that made it returns.

    Example:
        >>> with cr.Project.create("trip.tlp") as project:  # doctest: +SKIP
        ...     project.timeline.append("beach.mp4", source=(2, 5))
        ...     project.timeline.render("trip.mp4")
    """

    def __init__(self, session: Session, services: App) -> None:
        self.session = session
        self._app = services
        services.start_ahead(MediaWorkers)
        completion.teach()

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        fps: Any = None,
        size: tuple[int, int] | None = None,
        sample_rate: int | None = None,
        overwrite: bool = False,
    ) -> Self:
        """Start a project.

        Args:
            path: the project file (`.tlp`); None: in memory, until `save_as`.
            fps: frames per second (29.97 means 30000/1001); None: from the first video.
            size: (width, height) in pixels; None: from the first video.
            sample_rate: of the sound; None: from the first video.
            overwrite: whether an existing project may be replaced; where this process has it open, that one is closed.

        Raises:
            ProjectExistsError: the file exists.
            ReadOnlyProjectError: another process has it open.
            OutputError: the folder cannot be written.
        """
        chosen: dict[str, Any] = {}
        missing = []
        if fps is None:
            missing.append("fps")
        else:
            chosen["fps"] = parse_rate(fps)
        if size is None:
            missing.append("size")
        else:
            chosen["width"], chosen["height"] = arguments.pair("size", size, "(width, height) in pixels")
        if sample_rate is None:
            missing.append("sample_rate")
        else:
            chosen["sample_rate"] = sample_rate
        settings = ProjectSettings.checked(**chosen, adopt=tuple(missing))
        services = app()
        if path is None:
            return cls(Session(Document(id=new_id("p"), settings=settings), check=services.check), services)
        target = arguments.path(path)
        if overwrite:
            _require_project(target)
        return cls(services.projects.create(target, settings, overwrite=overwrite), services)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, create: bool = False, read_only: bool = False) -> Project:
        """Open a project; edits of a session that did not end cleanly are replayed (`project.recovered` says so).

        The steps that were made before it was closed can be undone, redone and replaced by their cells, as long as
        nothing else has changed the file since.

        A cell that is run again gets the same project: what this process has open is not opened twice, and has one list
        of steps and one `close`. A journal that does not fit the file any more is set aside, with a warning; `recover`
        brings its edits back.

        Args:
            path: the project file.
            create: whether to start one where there is none.
            read_only: look at it as it is at this moment, with the edits that are not saved yet, while another process
                may go on editing it. The project cannot be edited.

        Raises:
            ProjectFileError: the file is missing, broken or from a newer Cutroom; names the place.
            ReadOnlyProjectError: another process has it open, and `read_only` is off.

        Example:
            >>> project = Project.open("trip.tlp", create=True)  # doctest: +SKIP
        """
        target = arguments.path(path)
        if read_only:
            from cutroom.api.reading import read_only as reading

            return reading(target)
        if create and not target.exists():
            return cls.create(target)
        services = app()
        known = services.projects.find(target)
        session = services.projects.open(target)
        try:
            services.check_document(session.document)
            services.grant_beneath(session.folder, session.files())
        except BaseException:
            if session is not known:
                session.close(save=False)
            raise
        return cls(session, services)

    @classmethod
    def recover(cls, path: str | os.PathLike[str]) -> Project:
        """Bring back the edits of a journal that no project could be opened with, as a project that has no file yet.

        Such a journal is left where a project was changed by something else after a crash (`open` warns, and names the
        journal that it has set aside), where its file was renamed or removed, or where a part of it is damaged: then
        the edits before that are there. All of them can be undone. `recovered` says what was found; `save_as` keeps
        it. The journal stays as it is; delete it when you have what you need.

        Args:
            path: the journal that was set aside, `trip.tlp-journal.aside-1` say; or the project file, which need not
                be there, for the journal beside it.

        Raises:
            ProjectFileError: there is no journal, or not even its beginning can be read.

        Example:
            >>> project = Project.recover("trip.tlp-journal.aside-1")  # doctest: +SKIP
            >>> project.save_as("rescued.tlp")  # doctest: +SKIP
        """
        from cutroom.api.reading import recover

        return recover(path)

    @property
    def timeline(self) -> Timeline:
        """Its timeline."""
        return Timeline(self.session, None, self._app)

    @property
    def compounds(self) -> list[Compound]:
        """Its compounds: timelines of their own, with a title, which clips can show."""
        return compound.compounds(self.session, self._app)

    def compound(self, name: str) -> Compound:
        """A compound by title or id.

        Raises:
            UnknownNameError: there is none; names the nearest.

        Example:
            >>> project.timeline.append(project.compound("Scene"))  # doctest: +SKIP
        """
        return compound.find(self.session, self._app, name)

    def add_compound(self, name: str) -> Compound:
        """Begin an empty compound, to be edited like a timeline.

        Args:
            name: its title, 1 to 200 characters.

        Raises:
            EditError: there is a compound of that name.

        Example:
            >>> project.add_compound("Scene").append("beach.mp4")  # doctest: +SKIP
        """
        return compound.begin(self.session, self._app, name)

    def multicam(
        self,
        name: str,
        media: Sequence[str | os.PathLike[str] | Media],
        *,
        sync: Literal["sound", "start"] | Sequence[TimeLike] = "sound",
        titles: Sequence[str] | None = None,
    ) -> Compound:
        """Bring recordings of one event together: a compound whose tracks are angles.

        ::

            left   [~~~~~~~~~]
            right  ···[~~~~~~~~~]       one moment of the event stands at one time on all tracks

        A clip of it shows one angle, the first, and plays the first one's sound; `clip.switch(...)` cuts to another.

        Args:
            name: title of the compound.
            media: two recordings or more: paths, or media of the project. One without a picture is a sound only.
            sync: "sound": by what their microphones heard (each is compared with the first); "start": all begin at
                once; or for each the time at which it begins, in seconds, less than 0 for earlier.
            titles: of the angles; None: the names of the files without suffix.

        Raises:
            MediaError: a file cannot be used.
            ValidationError: two of them share no sound that could be found; or something else than said above.
            EditError: there is a compound of that name.

        Example:
            >>> talk = project.multicam("Talk", ["left.mp4", "right.mp4"])  # doctest: +SKIP
            >>> project.timeline.append(talk).switch("right", at=4)  # doctest: +SKIP
        """
        return compound.film(self.session, self._app, name, media=media, sync=sync, titles=titles)

    @property
    def media(self) -> MediaLibrary:
        """Its media."""
        return MediaLibrary(self.session, self._app)

    @property
    def resources(self) -> ResourceLibrary:
        """Its fonts, look-up tables and effects' code."""
        return ResourceLibrary(self.session, self._app)

    @property
    def effects(self) -> ProjectEffects:
        """Its effects in Python: their text, and whether they may run here."""
        return ProjectEffects(self.session, self._app)

    @property
    def history(self) -> History:
        """Its steps."""
        return History(self.session)

    @property
    def path(self) -> Path | None:
        """The project file; None for a project in memory."""
        return self.session.path

    @property
    def settings(self) -> ProjectSettings:
        """Frame rate, size, sample rate."""
        return self.session.document.settings

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
            _require_project(target)
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

    def __eq__(self, other: object) -> bool:
        """Whether both are the same open project, with one list of steps; `diff` compares what they hold."""
        return isinstance(other, Project) and self.session is other.session

    def __hash__(self) -> int:
        return hash(self.session)

    def __repr__(self) -> str:
        name = self.path.name if self.path else "unsaved project"
        return f"Project({name}, {self.timeline!r})"

    def _repr_html_(self) -> str:
        from html import escape

        name = escape(self.path.name if self.path else "unsaved project")
        table = self.timeline.to_df().to_html(index=False, max_rows=_ROWS_SHOWN)
        return f"<strong>{name}</strong> {escape(repr(self.timeline))}{table}"


def _require_project(path: Path) -> None:
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


def timeline(path: str | os.PathLike[str], **source: Any) -> Timeline:
    """A one-off edit of one file: the timeline of an unsaved project with the size and rate of its source.

    Example:
        >>> cr.timeline("a.mp4").keep([(0, 2), (5, 6)]).render("b.mp4")  # doctest: +SKIP
    """
    project = Project.create()
    project.timeline.append(path, **source)
    return project.timeline

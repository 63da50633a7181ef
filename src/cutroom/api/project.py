"""`Project`: a document on the disk (or in memory), its media, its timeline and its history."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal, Self

from cutroom.api import arguments, completion, compound
from cutroom.api.compound import Compound
from cutroom.api.handover import Handover
from cutroom.api.keeping import Keeping, require_project
from cutroom.api.media import Media, MediaLibrary
from cutroom.api.python_effects import ProjectEffects
from cutroom.api.resources import ResourceLibrary
from cutroom.api.timeline import Timeline
from cutroom.app import App, app
from cutroom.schema.base import new_id
from cutroom.schema.document import Document, ProjectSettings
from cutroom.schema.time import TimeLike, parse_rate
from cutroom.services import MediaWorkers
from cutroom.session import Session

_ROWS_SHOWN = 60
"""Clips that a cell shows of a project; of more, the first and the last."""


class Project(Keeping, Handover):
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
            sample_rate: of the sound; None: from the first video with sound, 48,000 where that has fewer than 44,100.
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
            require_project(target)
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
            services.access.grant_beneath(session.folder, session.files())
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
    def settings(self) -> ProjectSettings:
        """Frame rate, size, sample rate."""
        return self.session.document.settings

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


def timeline(path: str | os.PathLike[str], **source: Any) -> Timeline:
    """A one-off edit of one file: the timeline of an unsaved project with the size and rate of its source.

    Example:
        >>> cr.timeline("a.mp4").keep([(0, 2), (5, 6)]).render("b.mp4")  # doctest: +SKIP
    """
    project = Project.create()
    project.timeline.append(path, **source)
    return project.timeline

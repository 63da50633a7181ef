"""What a project is checked with and handed over by: exact operations, differences, scripts, packs."""

from __future__ import annotations

import abc
import os
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cutroom.api import arguments
from cutroom.api.belongings import belongings
from cutroom.app import App, app
from cutroom.edit.operations import Operation
from cutroom.edit.operations.base import BaseOperation
from cutroom.effects.registry import Registry
from cutroom.errors import AccessDeniedError, CutroomError, MediaError, ValidationError
from cutroom.jobs.bar import Bar
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource
from cutroom.services import MediaWorkers
from cutroom.session import Session
from cutroom.workers.grantbook import GrantBook

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.api.media import MediaLibrary
    from cutroom.api.timeline import Timeline
    from cutroom.interchange.packing import Packed, Which
    from cutroom.interchange.report import Report
    from cutroom.render.requirements import Deviation

_LOCK = "requirements.lock"
_COLUMN = {"where": "place"}
"""A table has a method `where`."""


class Handover(abc.ABC):
    """Part of `Project`."""

    session: Session
    _app: App

    def apply(self, operation: Operation) -> tuple[str, ...]:
        """Apply one operation of `cr.ops` exactly: nothing is snapped, guessed or made beside it; one undo step.

        Returns:
            Ids of what it made, in order: a clip and its linked sound, a track, an effect.

        Raises:
            EditError: it cannot be done; nothing changed.
            UnknownNameError, ValidationError: an effect, a transition or a parameter that does not exist.

        Example:
            >>> import cutroom as cr
            >>> project = cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000)
            >>> [track] = project.apply(cr.ops.AddTrack(track="video", title="V1"))
            >>> project.timeline.track(track).title
            'V1'
        """
        if not isinstance(operation, BaseOperation):
            raise arguments.wrong("operation", "one of cr.ops", operation)
        return self.session.apply(operation).created

    @property
    @abc.abstractmethod
    def media(self) -> MediaLibrary:
        """Its media."""

    @property
    @abc.abstractmethod
    def timeline(self) -> Timeline:
        """Its timeline."""

    def export_timeline(
        self, path: str | os.PathLike[str], *, format: str | None = None, overwrite: bool = True
    ) -> Report:
        """Write the timeline for other programs: OTIO, EDL, Final Cut's XML, MLT; see `Timeline.export_timeline`.

        Example:
            >>> project.export_timeline("trip.otio")  # doctest: +SKIP
        """
        return self.timeline.export_timeline(path, format=format, overwrite=overwrite)

    def import_timeline(
        self,
        path: str | os.PathLike[str],
        *,
        format: str | None = None,
        fps: object = None,
        media: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    ) -> Report:
        """Put a timeline of another program on new tracks; see `Timeline.import_timeline`.

        Example:
            >>> project.import_timeline("theirs.xml", media="footage")  # doctest: +SKIP
        """
        return self.timeline.import_timeline(path, format=format, fps=fps, media=media)

    def diff(self, other: Self | str | os.PathLike[str]) -> pd.DataFrame:
        """What must change in this project to make the other one of it; an empty table where they are equal.

        Things are the same by their id, and where they agree in everything. Media are compared as files: two projects
        in different folders that show the same files do not differ.

        Args:
            other: a project, or the path of one, which is only read (with edits that are not saved yet).

        Returns:
            One row per difference: what (setting, media, resource, track, clip, effect, transition, marker, cue,
            compound), id, place (its track or clip), change (added, removed, changed), field, before, after. Times are
            fractions of seconds.

        Raises:
            ProjectFileError: there is no such project, or it cannot be read.

        Example:
            >>> import cutroom as cr
            >>> one, two = (cr.Project.create(fps=fps, size=(640, 360), sample_rate=48_000) for fps in (25, 30))
            >>> one.diff(two)[["what", "field", "before", "after"]].values.tolist()
            [['setting', 'fps', Fraction(25, 1), Fraction(30, 1)]]
        """
        import pandas as pd

        from cutroom.api.reading import read_only
        from cutroom.edit.difference import Difference, differences
        from cutroom.edit.relocate import Move

        there = other.session if isinstance(other, Handover) else read_only(other).session
        moved = Move(there.folder, self.session.folder).document(there.document)
        rows = differences(Move(self.session.folder, self.session.folder).document(self.session.document), moved)
        return pd.DataFrame(rows, columns=list(Difference._fields), dtype="object")

    def to_script(self) -> str:
        """Python that rebuilds the edit exactly, one line for each thing, in the order of the timeline.

        Run it in the project's folder: it adds the media from where they are now, the originals of those whose proxies
        are in use. It makes a project in memory, called `project`; add `project.save_as("again.tlp")` to keep it.

        Raises:
            EditError: something can only be read from a file and not be made by edits any more (a transition whose clip
                has become too short for it after a change of the frame rate); names it.

        Example:
            >>> import cutroom as cr
            >>> project = cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000)
            >>> title = project.timeline.add_title("Hi", at=0, duration=2)
            >>> print(project.to_script().splitlines()[-1].strip())
            [hi_title_1] = do(ops.Overwrite(track='T1', at=0, source=ops.TitleSource(text='Hi'), duration=2))
        """
        from cutroom.interchange.script import script

        path, document = self.session.path, self.session.document
        media = tuple(known.as_original().evolve(proxy=None) for known in document.media)
        return script(document.evolve(media=media), title=path.name if path else "an edit")

    def verify(self, *, decode: bool = False, progress: bool = True) -> pd.DataFrame:
        """Look at everything that could keep the project from being shown or handed over; nothing is raised.

        Of media it is looked whether they are, by their fingerprint, the files that were added: one that was damaged
        before that is "ok". What of it can be decoded takes as long as to watch it fast: `decode=True`.

        Args:
            decode: whether all media that are "ok" are decoded from end to end, in a worker; a file of which something
                cannot be is "damaged", and its detail says from when to when. An export is clear or silent there. Where
                the worker came to grief, it is "not decoded".
            progress: whether a bar is drawn meanwhile.

        Returns:
            One row for each media, resource (font, look-up table, code), clip, transition and effect, for each
            reference that leads nowhere, and for each part of the machine that is not what a `requirements.lock` beside
            the project says. Columns: what, id, place, status, detail. A status is "ok", or of a media or a resource
            "missing", "changed", "damaged", "not decoded", "not granted" (nobody named the file, or trusted the code,
            on this machine); of a clip "beyond" (it reaches out of its source); of a transition "short", "apart" or
            "unknown"; of an effect "unknown" or "invalid"; of a reference "loose"; of a version "other".

        Example:
            >>> import cutroom as cr
            >>> project = cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000)
            >>> title = project.timeline.add_title("Hi", at=0, duration=2)
            >>> project.verify().query("status != 'ok'").empty
            True
        """
        import pandas as pd

        from cutroom.interchange.verify import Finding, verify

        decodes, draws = arguments.truth("decode", decode), arguments.truth("progress", progress)

        def state(media: Media | Resource) -> tuple[str, str]:
            found = self._state_of(media)
            if not decodes or found[0] != "ok" or not isinstance(media, Media):
                return found
            return self._decoded(media, progress=draws)

        rows = list(verify(self.session.document, state, self._app.get(Registry)))
        rows += [
            Finding("version", part, _LOCK, "other", f"{here}, not {locked}") for part, locked, here in self._other()
        ]
        return pd.DataFrame(rows, columns=[_COLUMN.get(name, name) for name in Finding._fields], dtype="str")

    def _state_of(self, media: Media | Resource) -> tuple[str, str]:
        if media.path is None:
            return self._state_of_code(media.fingerprint.sha256)
        path = str(self.session.folder / media.path)
        library = "media" if isinstance(media, Media) else "resources"
        try:
            if not os.path.isfile(path):
                return "missing", f"there is no file {path}; project.{library}.relink(...) names another"
            self._app.access.require_granted([path])
            self._app.access.require_unchanged({media.fingerprint.sha256: path})
        except AccessDeniedError as error:
            return "not granted", error.message
        except (CutroomError, OSError) as error:
            return "changed", str(error)
        return "ok", ""

    def _decoded(self, media: Media, *, progress: bool) -> tuple[str, str]:
        """Whether all of a media can be decoded."""
        from cutroom.media.library import damage
        from cutroom.render.shortfall import spans

        try:
            with Bar(f"decode {Path(media.path).name}") if progress else nullcontext() as bar:
                found = damage(
                    self.session.folder / media.path,
                    self._app.get(MediaWorkers),
                    video=media.video,
                    audio=media.audio,
                    on_progress=None if bar is None else bar.update,
                )
        except MediaError as error:
            return "damaged", str(error)
        except (CutroomError, OSError) as error:  # a worker was killed, or had no memory: that says nothing of the file
            return "not decoded", str(error)
        parts = {stream: [one[1:] for one in found if one[0] == stream] for stream in ("picture", "sound")}
        told = [f"the {stream} {spans(lost)}" for stream, lost in parts.items() if lost]
        return ("damaged", "cannot be decoded: " + "; ".join(told)) if told else ("ok", "")

    def _state_of_code(self, sha256: str) -> tuple[str, str]:
        if self._app.get(GrantBook).may_run(sha256):
            return "ok", ""
        return "not granted", "nobody granted the code of this effect to run here; project.effects.trust(...) does"

    def _other(self) -> list[Deviation]:
        from cutroom.render.requirements import deviations

        try:
            return deviations((self.session.folder / _LOCK).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return []

    def lock(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write down the exact versions of everything that makes pixels and samples, so that others can have the same.

        `pip install -r` reads it; in comments stand the libraries inside of PyAV, a digest of Cutroom's own code and
        the processor's vector instructions. `verify` compares a `requirements.lock` beside the project with the
        machine; opening a project does not.

        Args:
            path: relative to the current folder, or absolute; what is there is replaced. None: `requirements.lock`
                beside the project.

        Raises:
            OutputError: it cannot be written, or belongs to the project.
        """
        from cutroom.render.publish import publish
        from cutroom.render.requirements import requirements

        target = self.session.folder / _LOCK if path is None else arguments.path(path)
        publish(target, requirements().encode(), belongings(self.session))
        return target

    def pack(self, path: str | os.PathLike[str], *, media: Which = "used", progress: bool = True) -> Packed:
        """Write the project, its media and its resources as one `.zip`, to hand to somebody; `Project.unpack` opens it.

        A pack of proxies is small. Proxies that are missing are made first, beside the project. Whoever unpacks it
        edits, shows and exports with them, and `project.media.relink(folder)` puts the originals in their place where
        they are: the edit stays as it is, frame for frame.

        Args:
            path: the file; an existing one is replaced when the new one is whole.
            media: "used" on the timeline, "all", "proxies" of the used ones (sound alone goes in as it is), or "none".
                Where a proxy is in use (`project.media.use_proxies`), it is what goes in.
            progress: whether to draw a bar.

        Returns:
            What went in (`files`), what stayed out (`left_out`), and the `size` in bytes.

        Raises:
            MediaNotFoundError, MediaError: a media is not there, or has another content than when it was added.
            OutputError, DiskFullError: it cannot be written, or belongs to the project; what was there is still there.

        Example:
            >>> packed = project.pack("lesson.zip", media="proxies")  # doctest: +SKIP
            >>> theirs = cr.Project.unpack("lesson.zip", "lesson")  # doctest: +SKIP
            >>> theirs.media.relink("/disk2/footage")  # doctest: +SKIP
        """
        from cutroom.interchange.packing import pack
        from cutroom.jobs.bar import Bar

        if media not in {"used", "all", "proxies", "none"}:
            raise ValidationError(
                f"media is 'used', 'all', 'proxies' or 'none', not {media!r}", value=media, hint='media="used"'
            )
        target = arguments.path(path)
        if media == "proxies":
            used = self.session.document.used_media
            self.media.make_proxies([one for one in self.media if one.id in used], progress=progress)
        with Bar(target.name) as bar:
            tell = (lambda done, total: bar.update({"done": done, "total": total})) if progress else None
            own = belongings(self.session)
            document, folder = self.session.document, self.session.folder
            return pack(document, folder, target, media=media, protected=own, on_progress=tell)

    @classmethod
    @abc.abstractmethod
    def open(cls, path: str | os.PathLike[str], *, create: bool = False) -> Self:
        """See `Project`."""

    @classmethod
    def unpack(cls, path: str | os.PathLike[str], folder: str | os.PathLike[str], *, progress: bool = True) -> Self:
        """Put what a pack holds into a new folder, and open the project in it.

        Of a pack of proxies, originals that lie beside that folder as they lay beside the project (or right in it, by
        name) take the place of their proxies, if they have the same content; `project.last` says so.

        Args:
            path: what `pack` has written. Nothing in it is trusted: names that lead elsewhere, links and contents that
                are not what the project says are refused.
            folder: is made by this call.
            progress: whether to draw a bar.

        Raises:
            ProjectFileError: no pack, or a damaged one; nothing is left behind.
            UnknownNameError, ValidationError: an effect or a transition that is not known here; nothing is left behind.
            ProjectExistsError: the folder is there.
            OutputError, DiskFullError: the folder cannot be written.
        """
        from cutroom.api.proxies import restore
        from cutroom.interchange.packing import unpack
        from cutroom.jobs.bar import Bar

        source: Path = arguments.path(path)
        with Bar(source.name) as bar:
            tell = (lambda done, total: bar.update({"done": done, "total": total})) if progress else None
            target = arguments.path(folder)
            made = cls.open(unpack(source, target, check=app().check_document, on_progress=tell))
        restore(made.media, made.session.folder.parent)
        return made

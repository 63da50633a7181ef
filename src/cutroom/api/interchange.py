"""Timelines and subtitles from other programs and for them: what `Project` and `Timeline` hand on to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cutroom.api import arguments
from cutroom.api.belongings import belongings
from cutroom.api.place import LETTER, ensure_track
from cutroom.edit import operations as ops
from cutroom.edit.relocate import portable
from cutroom.errors import CutroomError, EditError, MediaNotFoundError, ProjectExistsError
from cutroom.render.publish import publish
from cutroom.schema.base import new_id
from cutroom.schema.document import Document
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource
from cutroom.schema.time import parse_rate
from cutroom.schema.track import Track
from cutroom.session import Session
from cutroom.workers.grantbook import GrantBook

if TYPE_CHECKING:
    from cutroom.api.timeline import Timeline
    from cutroom.interchange.references import Reference
    from cutroom.interchange.report import Loss, Report

PathLike = str | os.PathLike[str]


def export_timeline(timeline: Timeline, path: PathLike, *, format: str | None = None, overwrite: bool = True) -> Report:
    """Write a timeline for another program. Media are named, not copied; where a proxy is in use, its original.

    Args:
        timeline: of a project.
        path: the file; written whole or not at all.
        format: "otio", "edl", "fcp7" (Premiere, Resolve and others read it too), "fcpxml" or "mlt"; None: by the
            suffix, .xml is "fcp7".
        overwrite: whether an existing file may be replaced.

    Returns:
        What the format could not say: a table of what, where and why. OTIO says everything.

    Raises:
        UnknownNameError: there is no such format.
        ProjectExistsError: the file exists and `overwrite` is off.
        OutputError: the folder cannot be written, or the file belongs to the project.

    Example:
        >>> project.export_timeline("trip.otio")  # doctest: +SKIP
        <Report otio written, with everything>
    """
    from cutroom.interchange.formats import timeline_format, write_timeline
    from cutroom.interchange.references import url_of_path

    target = arguments.path(path)
    kind = timeline_format(target.name, format)
    session = timeline.session

    def locate(media: Media) -> str:
        return url_of_path((session.folder / media.path).absolute().as_posix())

    title = session.path.stem if session.path else target.stem
    document = timeline.document
    whole = document.evolve(
        media=tuple(known.as_original() for known in document.media),
        resources=tuple(_found(known, session.folder) for known in document.resources),
    )
    text, report = write_timeline(whole, format=kind, title=title, locate=locate)
    _write(session, target, text, overwrite)
    return report


def import_timeline(
    timeline: Timeline,
    path: PathLike,
    *,
    format: str | None = None,
    fps: object = None,
    media: PathLike | Iterable[PathLike] = (),
) -> Report:
    """Put a timeline of another program on new tracks, from the start, as one undo step.

    A media is used where it lies beneath the file's folder, the project's folder or a folder of `media` (there also
    under its file name alone), where it is in the project already, or where it was granted before. Others are not
    opened, since only the file names them. What is missing becomes a gap as long as its clip; in a timeline that
    Cutroom wrote the clips stay, and their media can be relinked. Media of the folders in `media` are granted for
    later sessions too, others for this one.

    Args:
        timeline: of a project; an empty one takes over rate and size.
        path: the file.
        format: "otio", "edl", "fcp7" or "fcpxml"; None: by the suffix.
        fps: frames a second, for an EDL, which does not say; None: the project's.
        media: folders to look for media in, or files.

    Returns:
        What could not be taken over: a table of what, where and why; and which titles and subtitles, though they are
        kept, the title font has no letters for.

    Raises:
        InterchangeError: broken, hostile or not of that format; names the place. Nothing has changed.
        MediaNotFoundError: one of `media` is not there.

    Example:
        >>> project.import_timeline("theirs.xml", media="footage")  # doctest: +SKIP
    """
    from cutroom.effects.checks import check
    from cutroom.effects.registry import Registry
    from cutroom.interchange.bring_in import bring_in
    from cutroom.interchange.formats import read_timeline, timeline_format
    from cutroom.interchange.guard import read_bytes
    from cutroom.interchange.lettering import undrawable

    source = arguments.path(path)
    kind = timeline_format(source.name, format)
    session, registry = timeline.session, timeline.app.get(Registry)
    named = [media] if isinstance(media, str | os.PathLike) else list(media)
    finder = _Finder(timeline, source.parent, [_present(arguments.path(one)) for one in named])
    rate = parse_rate(fps) if fps is not None else None if "fps" in session.document.settings.adopt else timeline.fps
    part, report = read_timeline(read_bytes(source), format=kind, name=source.name, find=finder.find, fps=rate)

    def known(document: Document) -> None:
        check(document, registry)

    resources = tuple(finder.resource(one) for one in part.resources)
    part = part.evolve(resources=resources)
    with session.edit(f"import {source.name}"):
        batch, losses = bring_in(part, timeline.document, check=known)
        if batch.operations:
            session.apply(batch)
    return report.joined([*finder.notes(), *losses, *undrawable(part)])


def add_subtitles(timeline: Timeline, path: PathLike, *, track: str | None = None, format: str | None = None) -> Report:
    """Put the subtitles of a file on a track, beside those that it has.

    Args:
        timeline: of a project.
        path: an .srt, .vtt, .ass or .ssa file.
        track: a subtitle track by title or id; None: a new one; made when it is missing.
        format: "srt", "vtt", "ass" or "ssa"; None: by the suffix.

    Returns:
        What was left out: fonts, what is underlined, comments, places other than those of ASS. Italic, bold and
        coloured letters are kept; the report says where bold ones are not seen, since the title fonts are bold
        throughout, and which texts the title fonts have no letters for.

    Raises:
        InterchangeError: not subtitles. Nothing has changed.
        EditError: the track holds something else.

    Example:
        >>> tl.add_subtitles("talk.srt")  # doctest: +SKIP
    """
    from cutroom.interchange.guard import read_bytes
    from cutroom.interchange.lettering import undrawable_cues, unseen_bold
    from cutroom.interchange.subtitles import read_subtitles, subtitle_format

    source = arguments.path(path)
    kind = subtitle_format(source.name, format)
    cues, report = read_subtitles(read_bytes(source), format=kind, title=source.name)
    session = timeline.session
    with session.edit(f"add subtitles {source.name}"):
        name = track or _free_title(timeline.document)
        ensure_track(timeline, name, "subtitle")
        known = timeline.document.tracks[timeline.document.track_index(name)].cues
        fresh = tuple(cue.evolve(id=new_id("s")) for cue in cues)
        timeline.apply(ops.SetCues(track=name, cues=(*known, *fresh)))
    return report.joined([*unseen_bold(cues, source.name), *undrawable_cues(cues, source.name, timeline.fps)])


def export_subtitles(
    timeline: Timeline, path: PathLike, *, track: str | None = None, format: str | None = None, overwrite: bool = True
) -> Report:
    """Write the subtitles of a track as a file.

    Args:
        timeline: of a project.
        path: an .srt, .vtt, .ass or .ssa file; written whole or not at all.
        track: a subtitle track by title or id; None: the only one.
        format: "srt", "vtt", "ass" or "ssa"; None: by the suffix.
        overwrite: whether an existing file may be replaced.

    Returns:
        What the file does not say: looks, times between two of its ticks.

    Raises:
        EditError: no such track, or more than one to choose from.
        ProjectExistsError: the file exists and `overwrite` is off.
        OutputError: the folder cannot be written, or the file belongs to the project.

    Example:
        >>> tl.export_subtitles("talk.vtt")  # doctest: +SKIP
    """
    from cutroom.interchange.subtitles import subtitle_format, write_subtitles

    target = arguments.path(path)
    kind = subtitle_format(target.name, format)
    text, report = write_subtitles(_subtitles(timeline.document, track).cues, format=kind)
    _write(timeline.session, target, text, overwrite)
    return report


def _found(resource: Resource, folder: Path) -> Resource:
    """A resource with its absolute path."""
    return resource if resource.path is None else resource.evolve(path=str((folder / resource.path).absolute()))


def _write(session: Session, target: Path, text: str, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        raise ProjectExistsError(f"{target} exists", value=str(target), hint="pass overwrite=True to replace it")
    publish(target, text.encode(), belongings(session))


def _free_title(document: Document) -> str:
    titles, number = {track.title for track in document.tracks}, 1
    while f"{LETTER['subtitle']}{number}" in titles:
        number += 1
    return f"{LETTER['subtitle']}{number}"


def _subtitles(document: Document, name: str | None) -> Track:
    tracks = [track for track in document.tracks if track.kind == "subtitle"]
    if name is not None:
        tracks = [document.tracks[document.track_index(name)]]
    if len(tracks) != 1 or tracks[0].kind != "subtitle":
        titles = ", ".join(track.title for track in document.tracks if track.kind == "subtitle") or "none yet"
        raise EditError(
            "say which track of subtitles to write", value=name, hint=f'track="..."; tracks of subtitles: {titles}'
        )
    return tracks[0]


@dataclass
class _Finder:
    """Looks for the media that a file names, where the user's word allows it."""

    timeline: Timeline
    beside: Path
    folders: list[Path]
    _refused: dict[str, str] = field(default_factory=dict)

    def find(self, reference: Reference) -> Media | None:
        """The media that a reference means; in Cutroom's own files, what they say of one that is away."""
        for path in self._places(reference):
            if (known := self._in_project(path)) is not None:
                return known
            if path.is_file():
                if not self._allowed(path):
                    why = 'not opened, since only the file names it: name its folder, media="..."'
                    self._refused[str(path)] = why
                    continue
                try:
                    return self._probed(path, reference)
                except CutroomError as error:
                    self._refused[str(path)] = error.message
        beside = self.beside / Path(reference.title).name
        if not reference.url and reference.title and beside.is_file():
            why = 'not opened, though it lies beside the file, which gives no path: name its folder, media="..."'
            self._refused.setdefault(str(beside), why)
        if reference.stated is not None:
            name = reference.url or reference.stated.path
            self._refused.setdefault(name, "away: its clips are there, relink it to see them")
        return reference.stated

    def resource(self, stated: Resource) -> Resource:
        """A font or another file that a timeline of Cutroom's own names, as this project names it."""
        if stated.path is None:
            return stated
        path = Path(os.path.normpath(self.beside / stated.path))
        if self._allowed(path):
            self.timeline.app.access.grant_read(path, remember=False)
        return stated.evolve(path=portable(path, self.timeline.session.folder))

    def notes(self) -> list[Loss]:
        """What was found and not used, and what is away."""
        from cutroom.interchange.report import Loss

        return [Loss(what=f"media {Path(name).name}", where=name, why=why) for name, why in self._refused.items()]

    def _places(self, reference: Reference) -> list[Path]:
        """Where a media may be: where the file says, then by its name in the folders."""
        from cutroom.interchange.references import path_of

        path = path_of(reference.url) if reference.url else None
        places: list[Path] = []
        if path is not None:
            places.append(self.beside / path)
        if reference.stated is not None:
            places.append(self.timeline.session.folder / reference.stated.path)
        names = [name for name in (Path(path or "").name, Path(reference.title).name) if name not in {"", ".", ".."}]
        for folder in self.folders:
            places += [folder] if folder.name in names and folder.is_file() else [folder / name for name in names]
        if path is None:
            places += [Path(self.timeline.session.media_path(m.id)) for m in self._named(names)]
        return [Path(os.path.normpath(place)) for place in dict.fromkeys(places)]

    def _named(self, names: list[str]) -> list[Media]:
        return [media for media in self.timeline.session.document.media if Path(media.path).name in names]

    def _in_project(self, path: Path) -> Media | None:
        session = self.timeline.session
        known = session.document.media
        return next((m for m in known if path in {(session.folder / one).absolute() for one in m.paths}), None)

    def _allowed(self, path: Path) -> bool:
        home = self.timeline.session.path
        if _beneath(path, [self.beside, *self.folders, *([home.parent] if home else [])]):
            return True
        return self.timeline.app.get(GrantBook).grants.may_read(os.path.realpath(path))

    def _probed(self, path: Path, reference: Reference) -> Media:
        """What the file is. It is granted for later only where a person named its folder."""
        app, session = self.timeline.app, self.timeline.session
        app.access.grant_read(path, remember=False)
        probed = app.probe(path)
        if _beneath(path, self.folders):
            app.access.grant_read(path, remember=True)
        if reference.stated is not None and reference.stated.fingerprint != probed.fingerprint:
            self._refused[str(path)] = "its content is not what it was when the timeline was written"
        return probed.evolve(path=portable(path, session.folder))


def _present(path: Path) -> Path:
    if not path.exists():
        raise MediaNotFoundError(f"there is nothing at {path}", value=str(path), hint="name a folder, or a media file")
    return path


def _beneath(path: Path, folders: Iterable[Path]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)

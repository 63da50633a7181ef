"""Compounds: timelines inside of the project, and multi-cameras, whose tracks are angles of one event."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cutroom.api import arguments
from cutroom.api.handle import gone
from cutroom.api.media import Media, MediaLibrary
from cutroom.api.timeline import Timeline
from cutroom.app import App
from cutroom.edit import operations as ops
from cutroom.errors import ValidationError, nearest
from cutroom.jobs.bar import Bar
from cutroom.schema.clip import MediaSource
from cutroom.schema.document import Compound as CompoundValue
from cutroom.schema.media import Media as MediaValue
from cutroom.schema.time import TimeLike, parse_time
from cutroom.session import Session

if TYPE_CHECKING:
    from cutroom.detection.align import Alignment

MOST_ANGLES = 100
_AUDIBLE = 0.02
"""Seconds by which a recording may come apart from the others before it is told."""


@dataclass(slots=True, unsafe_hash=True)
class Compound(Timeline):
    """A timeline inside of the project, edited like any other, which clips can show as if it were a media.

    Where an edit makes it shorter than a clip shows, or a transition needs, `project.last` says which, and by how much.

    Example:
        >>> scene = project.add_compound("Scene")  # doctest: +SKIP
        >>> scene.append("beach.mp4", source=(2, 5))  # doctest: +SKIP
        >>> project.timeline.append(scene)  # doctest: +SKIP
    """

    @property
    def id(self) -> str:
        """Its id."""
        assert self.within is not None
        return self.within

    @property
    def value(self) -> CompoundValue:
        """The compound as it is now.

        Raises:
            ClipGoneError: it was removed.
        """
        for compound in self.session.document.compounds:
            if compound.id == self.within:
                return compound
        raise gone(self.session, "compound", self.id)

    @property
    def title(self) -> str:
        """What people call it, 1 to 200 characters; no two compounds have the same. What shows it shows it still.

        Raises:
            EditError: on setting: another compound has this title.
            ValidationError: on setting: not a text of 1 to 200 characters.

        Example:
            >>> import cutroom as cr
            >>> project = cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000)
            >>> scene = project.add_compound("Scene")
            >>> scene.title = "Opening"
            >>> project.compound("Opening") == scene, project.last
            (True, 'rename compound')
        """
        return self.value.title

    @title.setter
    def title(self, title: str) -> None:
        _ = self.value
        self.session.apply(
            ops.SetCompound.checked(name=self.id, title=arguments.text("title", title)), "rename compound"
        )

    @property
    def multicam(self) -> bool:
        """Whether its tracks are angles, of which a clip shows one."""
        return self.value.multicam

    @property
    def angles(self) -> list[str]:
        """Titles of the tracks that can be seen, from the bottom; `clip.switch(angle)` shows one."""
        return [track.title for track in self.value.timeline.tracks if track.kind != "audio"]

    def remove(self) -> None:
        """Take it out of the project; where it is gone already, nothing happens.

        Raises:
            EditError: a clip shows it; `.value` has the ids.
        """
        if self.exists:
            self.session.apply(ops.RemoveCompound(name=self.id))

    def __repr__(self) -> str:
        settings, what = self.document.settings, "Multicam" if self.multicam else "Compound"
        return (
            f"{what}({self.title!r}, {float(self.duration):.3f} s at {float(settings.fps):g} fps,"
            f" {len(self.value.timeline.tracks)} tracks, {len(self.clips)} clips)"
        )


def compounds(session: Session, services: App) -> list[Compound]:
    """All compounds of a project, in the order they were made."""
    return [Compound(session, compound.id, services) for compound in session.document.compounds]


def find(session: Session, services: App, name: Any) -> Compound:
    """A compound by title or id.

    Raises:
        UnknownNameError: there is none; names the nearest.
    """
    wanted = arguments.text("name", name)
    for compound in compounds(session, services):
        if wanted in {compound.id, compound.title}:
            return compound
    raise nearest(wanted, {compound.title for compound in session.document.compounds}, what="compound")


def begin(session: Session, services: App, name: Any, *, multicam: bool = False) -> Compound:
    """An empty compound.

    Raises:
        EditError: the title is taken.
        ValidationError: no title, or one of more than 200 characters.
    """
    made = session.apply(ops.AddCompound.checked(title=arguments.text("name", name), multicam=multicam))
    return Compound(session, made.created[0], services)


def film(
    session: Session,
    services: App,
    name: Any,
    *,
    media: Sequence[str | os.PathLike[str] | Media],
    sync: Literal["sound", "start"] | Sequence[TimeLike],
    titles: Sequence[str] | None,
) -> Compound:
    """A multi-camera of several recordings of one event; see `Project.multicam`."""
    title = arguments.text("name", name)
    given = arguments.several("media", media)
    if isinstance(media, str | os.PathLike) or not 2 <= len(given) <= MOST_ANGLES:
        raise arguments.wrong("media", f"2 to {MOST_ANGLES} recordings", media)
    named = None if titles is None else arguments.names("titles", titles)
    if named is not None and (isinstance(titles, str) or len({*named}) != len(given)):
        raise arguments.wrong("titles", f"{len(given)} different titles, one for each recording", titles)
    library = MediaLibrary(session, services)
    known = [one if isinstance(one, Media) else library.probe(one) for one in given]
    probed = [one.value if isinstance(one, Media) else one for one in known]
    paths = [one.path for one in known]
    begins, notes = _begins(services, probed, paths, sync)
    with session.edit(f"multicam {title}"):
        found = [one if isinstance(one, Media) else library.put(one) for one in known]
        made = begin(session, services, title, multicam=True)
        for one, at, angle in zip(found, begins, named or _titles(probed), strict=True):
            _add_angle(made, one, at, angle)
        for note in notes:
            session.note(note)
    return made


def _begins(
    services: App, media: list[MediaValue], paths: list[str], sync: str | Sequence[TimeLike]
) -> tuple[list[Fraction], list[str]]:
    """When each recording begins, in seconds after the first of them; and what is to be told about it."""
    notes: list[str] = []
    if isinstance(sync, str):
        if sync not in {"sound", "start"}:
            raise nearest(arguments.text("sync", sync), ("sound", "start"), what="way to synchronise")
        offsets = [Fraction(0)] * len(media)
        if sync == "sound":
            with Bar("multi-camera") as bar:
                found = services.align(media, paths, bar.update)
            offsets[1:] = [one.offset for one in found]
            notes = list(filter(None, map(_clock, media[1:], found)))
    else:
        given = arguments.several("sync", sync)
        if len(given) != len(media):
            raise arguments.wrong("sync", f'"sound", "start" or {len(media)} offsets, one for each recording', sync)
        rates = [one.video.rate if one.video else None for one in media]
        offsets = [parse_time(at, rate=rate, signed=True) for at, rate in zip(given, rates, strict=True)]
    return [offset - min(offsets) for offset in offsets], notes


def _clock(media: MediaValue, found: Alignment) -> str | None:
    """What to tell of a recording that does not keep up with the first one, since its recorder's clock runs apart."""
    assert media.audio is not None
    late = found.drift * 1e-6 * float(media.audio.duration)
    if abs(late) < _AUDIBLE:
        return None
    where = "behind" if late > 0 else "ahead of"
    return (
        f"{Path(media.path).name} is {abs(late):.2f} s {where} the first recording by its end: "
        f"retime({1 + found.drift * 1e-6:.5f}) inside of the compound keeps it there"
    )


def _titles(media: list[MediaValue]) -> list[str]:
    """Names of the files without their suffix, told apart by a number where they are alike."""
    found: list[str] = []
    for one in media:
        stem = Path(one.path).stem[:150] or "angle"
        number = 1 + sum(Path(other.path).stem[:150] == stem for other in media[: len(found)])
        title = stem if number == 1 else f"{stem} {number}"
        while title in found:
            number += 1
            title = f"{stem} {number}"
        found.append(title)
    return found


def _add_angle(multicam: Compound, media: Media, begins: Fraction, title: str) -> None:
    """A track for the picture and one for the sound of a recording.

    It starts on the first frame of the timeline that it has, at the very moment of the recording that belongs there.
    """
    fps = multicam.fps
    at = math.ceil(begins * fps) / fps
    start = at - begins
    value = media.value
    ends = value.video.start + value.video.duration if value.video else value.duration
    frames = math.floor((ends - start) * fps)
    if frames < 1:
        raise ValidationError(
            f"{value.path} is shorter than a frame of the project", value=value.path, hint="leave it out"
        )
    names = []
    if value.video:
        multicam.apply(ops.AddTrack.checked(track="video", title=title))
        names.append(title)
    if value.audio:
        sound = f"{title} sound" if value.video else title
        multicam.apply(ops.AddTrack.checked(track="audio", title=sound))
        names.append(sound)
    placing: dict[str, Any] = {"source": MediaSource(media=media.id), "start": start, "duration": frames / fps}
    multicam.apply(
        ops.Overwrite.checked(track=names[0], at=at, sound_track=names[1] if len(names) > 1 else None, **placing)
    )

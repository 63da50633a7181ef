"""`project.media.make_proxies` and what goes with it: small files that stand in for large ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cutroom.api import arguments, media_files
from cutroom.api.belongings import belongings
from cutroom.api.media_frames import folder_for, home, require_open
from cutroom.app import App
from cutroom.edit.operations import SetMedia
from cutroom.edit.relocate import portable
from cutroom.errors import EditError, MediaNotFoundError, warn
from cutroom.jobs.bar import Bar
from cutroom.schema.document import Document
from cutroom.schema.media import Media as MediaValue
from cutroom.schema.media import Proxy as ProxyValue
from cutroom.schema.media import Rendition
from cutroom.services import MediaWorkers
from cutroom.session import Session

if TYPE_CHECKING:
    from cutroom.api.media import Media, MediaLibrary
    from cutroom.preview.proxying import Order

USUAL = 540
"""Pixels of a proxy's shorter side."""
State = Literal["none", "fresh", "stale", "missing"]
type Which = Media | str | os.PathLike[str] | Iterable[Media | str | os.PathLike[str]] | None
"""A media by handle, id, path or file name, several of them, or None for all."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy of a media: a small file with the same frames at the same times.

    Example:
        >>> project.media["beach.mp4"].proxy  # doctest: +SKIP
        Proxy(fresh, beach-3f2a81c09d4e-540p.mp4)
    """

    path: str | None
    """Absolute path; None where there is no proxy."""
    state: State
    """ "none", "fresh", "stale" (made of another content than the media has now, or changed), or "missing"."""
    in_use: bool
    """Whether the project shows it in place of the media."""

    def __repr__(self) -> str:
        name = f", {Path(self.path).name}" if self.path else ""
        return f"Proxy({self.state}{name}{', in use' if self.in_use else ''})"


def proxy_of(session: Session, services: App, media: MediaValue, *, thorough: bool) -> Proxy:
    """What there is of a media's proxy; `thorough`: a file of the right size is read where its content is not known."""
    known = media.as_original().proxy
    if known is None:
        return Proxy(None, "none", in_use=False)
    path, state = str((session.folder / known.path).absolute()), _state(session, services, media, thorough)
    return Proxy(path, state, in_use=media.original is not None)


def _state(session: Session, services: App, media: MediaValue, thorough: bool) -> State:
    whole = media.as_original()
    assert whole.proxy is not None
    found = media_files.state(session, services, whole.proxy, thorough=thorough)
    if found == "missing":
        return "missing"
    return "fresh" if found == "ok" and whole.proxy.of == whole.fingerprint else "stale"


def shown(session: Session, services: App, document: Document) -> Document:
    """A document with proxies in place of all media that have a fresh one, which may be read."""

    def best(media: MediaValue) -> MediaValue:
        if media.proxy is None or not services.access.may_read(str(session.folder / media.proxy.path)):
            return media
        return media.as_proxy() if _state(session, services, media, thorough=False) == "fresh" else media

    return document.evolve(media=tuple(best(media) for media in document.media))


def make_proxies(
    self: MediaLibrary,
    media: Which = None,
    *,
    height: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> list[Media]:
    """Make proxies: small files with the same frames at the same times, which are quick to show.

    A proxy is H.264 with a keyframe every 12 frames (ProRes 4444 where parts of the picture are clear) and AAC sound,
    upright, in the colours of the canvas. What has a fresh one is skipped; a media that is sound alone, or a still
    picture, needs none; where a proxy is in use no other is made, with a warning. Copies of a file that have its name
    share a proxy. Several are made at a time, in workers. Exports show the media themselves all the same;
    `tl.frame(..., proxy=True)` and `use_proxies` show proxies.

    Args:
        media: by handle, id, path or file name, one or several; None: all.
        height: of the picture (of one that stands upright, the width), in pixels, 16 to 4320; a smaller media keeps
            its own. None: 540, or what a fresh proxy has already.
        folder: where to; None: beside the project, in `trip-proxies` of `trip.tlp`.
        progress: whether to draw a bar.

    Returns:
        The media that have a proxy now.

    Raises:
        MediaNotFoundError: a media is not where it should be.
        MediaError: it has changed since it was added, or cannot be decoded to its end; proxies that were finished
            are kept.
        OutputError, DiskFullError: the folder cannot be written; or the proxy that is to be made anew is a media of
            the project by now, or in use.
        EditError, ReadOnlyProjectError: the project was closed, or another process holds it; nothing was made.

    Example:
        >>> project.media.make_proxies(height=360)  # doctest: +SKIP
        >>> project.media["beach.mp4"].proxy.state  # doctest: +SKIP
        'fresh'
    """
    tall = None if height is None else arguments.whole("height", height, 16, 4320)
    draws = arguments.truth("progress", progress)
    session, services = self.session, self.app
    place = home(session, "proxies") if folder is None else arguments.path(folder)
    seen = [one for one in _chosen(self, media) if one.value.video is not None and not one.value.is_still]
    lacking = [one for one in seen if not _is_right(session, services, one.value.as_original(), tall)]
    in_use = [one for one in lacking if one.value.original is not None]
    _warn_of_used(in_use)
    orders = [_order(session, one.value, place, tall or USUAL) for one in lacking if one not in in_use]
    if orders:
        require_open(session)
        made: dict[Path, ProxyValue] = {}  # copies of a file have one output
        for order in orders:
            if (value := _known(session, services, order)) is not None:
                made[order.output] = value

        def done(order: Order) -> None:
            made[order.output] = _value(session, services, order)

        with folder_for(place), Bar("proxies") if draws else nullcontext() as bar:
            try:
                wanted = {order.output: order for order in orders if order.output not in made}
                _have_made(services, list(wanted.values()), done, bar)
            finally:  # what is finished is kept, whatever happened to the rest
                if made:
                    outputs = {order.media.id: order.output for order in orders}
                    with session.edit("make proxies"):
                        for one in session.document.media:
                            if outputs.get(one.id) in made:
                                session.apply(SetMedia(media=one.evolve(proxy=made[outputs[one.id]])))
    return [one for one in seen if one not in in_use]


def _warn_of_used(media: list[Media]) -> None:
    """Say so where a proxy is wanted beside one that is in use: a media has one at a time."""
    if media:
        original = media[0].value.as_original()
        more = f" and {len(media) - 1} more" if len(media) > 1 else ""
        told = f"{original.path}{more}: its proxy is in use, and no other is made; project.media.use_originals() first"
        warn(told)


def _known(session: Session, services: App, order: Order) -> ProxyValue | None:
    """The proxy that is wanted, where another media of the same content has it, fresh."""
    for one in session.document.media:
        whole = one.as_original()
        known = whole.proxy if whole.fingerprint == order.media.fingerprint else None
        if known is None or (session.folder / known.path).absolute() != order.output.absolute():
            continue
        if _state(session, services, one, thorough=True) == "fresh":
            return known
    return None


def _have_made(services: App, orders: list[Order], done: Callable[[Order], None], bar: Bar | None) -> None:
    from cutroom.preview.proxying import make_proxies as have_made

    services.access.require_unchanged({order.media.fingerprint.sha256: str(order.source) for order in orders})
    with services.access.writing() as grant:
        tell = None if bar is None else bar.update
        have_made(orders, services.get(MediaWorkers), grant=grant, done=done, on_progress=tell)


def _chosen(library: MediaLibrary, media: Which) -> list[Media]:
    if media is None:
        return list(library)
    if isinstance(media, str | os.PathLike) or not isinstance(media, Iterable):
        return [library.named(media)]
    return list({one.id: one for one in map(library.named, media)}.values())


def _order(session: Session, media: MediaValue, folder: Path, height: int) -> Order:
    from cutroom.preview.proxies import picture_of
    from cutroom.preview.proxying import Order

    assert media.video is not None
    source = session.folder / media.path
    if not source.is_file():
        raise MediaNotFoundError(
            f"there is no file {source}", value=str(source), hint="project.media.relink(...) finds it"
        )
    picture = picture_of(media.video, height)
    name = f"{source.stem[:100]}-{media.fingerprint.sha256[:12]}-{min(picture.width, picture.height)}p"
    output = folder / (name + (".mov" if picture.codec == "prores" else ".mp4"))
    return Order(media, source.absolute(), output, height, _protected(session, media))


def _protected(session: Session, media: MediaValue) -> tuple[str, ...]:
    """What a new proxy of a media must not replace: all belongings but the old one, if that is nothing else."""
    known = session.document.media
    shown = {one.path for one in known} | {one.original.path for one in known if one.original is not None}
    own = {one.proxy.path for one in known if one.proxy is not None and one.fingerprint == media.fingerprint}
    remade = {str((session.folder / path).absolute()) for path in own - shown}
    return tuple(path for path in belongings(session) if path not in remade)


def _is_right(session: Session, services: App, media: MediaValue, height: int | None) -> bool:
    """Whether a media has the proxy that is asked for."""
    from cutroom.preview.proxies import picture_of

    assert media.video is not None
    if media.proxy is None or media.proxy.video is None:
        return False
    known, wanted = media.proxy.video, None if height is None else picture_of(media.video, height)
    as_large = wanted is None or (known.width, known.height) == (wanted.width, wanted.height)
    return as_large and _state(session, services, media, thorough=True) == "fresh"


def _value(session: Session, services: App, order: Order) -> ProxyValue:
    """What the document holds of a finished proxy: the file as it was found, with the media's own exact times."""
    from cutroom.preview.proxies import picture_of, sound_of

    found = media_files.probe(services, order.output)
    video, audio = order.media.video, order.media.audio
    assert video is not None
    assert found.video is not None
    picture = picture_of(video, order.height)
    here = {name: getattr(found.video, name) for name in ("index", "codec", "pixel_format")}
    sound = sound_of(audio) if audio is not None else None
    if sound is not None and found.audio is not None:
        sound = sound.replace(index=found.audio.index)
    return ProxyValue(
        path=portable(order.output, session.folder),
        fingerprint=found.fingerprint,
        format=found.format,
        video=picture.replace(**here),
        audio=sound,
        of=order.media.fingerprint,
    )


def use_proxies(self: MediaLibrary, media: Which = None) -> list[Media]:
    """Put proxies in the place of their media: everything shows them then, exports too (which say so).

    The edit stays as it is, frame for frame. It is for working where the media themselves are not.

    Args:
        media: by handle, id, path or file name, one or several; None: all that have a proxy.

    Returns:
        The media whose proxies were put in their place.

    Raises:
        MediaNotFoundError: a proxy is not there, or was made of another content.

    Example:
        >>> project.media.use_proxies()  # doctest: +SKIP
    """
    session, services = self.session, self.app
    swapped = []
    for one in _chosen(self, media):
        if one.value.original is not None or (media is None and one.value.proxy is None):
            continue
        found = proxy_of(session, services, one.value, thorough=True)
        if found.state != "fresh":
            raise MediaNotFoundError(
                f"{one.value.path} has no fresh proxy: it is {found.state}"
                if found.path
                else f"{one.value.path} has no proxy",
                value=one.value.path,
                hint="project.media.make_proxies() makes one",
            )
        swapped.append(one)
    _swap(session, "use proxies", [one.value.as_proxy() for one in swapped])
    return swapped


def use_originals(self: MediaLibrary, media: Which = None) -> list[Media]:
    """Put media in their own place again, which proxies have taken; `relink` finds those that were moved.

    Args:
        media: by handle, id, path or file name, one or several; None: all.

    Returns:
        The media that were put back.

    Raises:
        MediaNotFoundError, EditError: a file is not there, or has another content; nothing changed.

    Example:
        >>> project.media.use_originals()  # doctest: +SKIP
    """
    session, services = self.session, self.app
    swapped = [one for one in _chosen(self, media) if one.value.original is not None]
    for one in swapped:
        whole = one.value.as_original()
        state = media_files.state(session, services, whole, thorough=True)
        path = session.folder / whole.path
        if state == "missing":
            raise MediaNotFoundError(
                f"there is no file {path}; its proxy is shown in its place",
                value=str(path),
                hint="project.media.relink(folder) looks for it by its content",
            )
        if state == "changed":
            raise EditError(
                f"{path} is not what its proxy was made of", value=str(path), hint="relink to the right file"
            )
        services.access.grant_beneath(session.folder, [path])
    _swap(session, "use originals", [one.value.as_original() for one in swapped])
    return swapped


def restore(library: MediaLibrary, beside: Path) -> list[Media]:
    """Put originals in the place of their proxies that lie where the project or a folder says; by their content."""
    session, access = library.session, library.app.access
    found: list[MediaValue] = []
    for one in library:
        original = one.value.original
        for path in _candidates(original, session.folder, beside) if original is not None else ():
            assert original is not None
            if path.is_file() and path.stat().st_size == original.fingerprint.size:
                access.grant_beneath(beside, [path])
                if not access.may_read(str(path)) or access.sha256(str(path)) != original.fingerprint.sha256:
                    continue
                access.grant_read(path)
                found.append(one.value.as_original().evolve(path=portable(path, session.folder)))
                break
    _swap(session, "found originals", found)
    return [library[value.id] for value in found]


def _candidates(original: Rendition, folder: Path, beside: Path) -> list[Path]:
    """Where the project says that it is, the same place seen from the folder that the project lies in, and there."""
    name = Path(original.path).name
    return [Path(os.path.normpath(place)) for place in (folder / original.path, beside / original.path, beside / name)]


def _swap(session: Session, label: str, media: list[MediaValue]) -> None:
    if media:
        with session.edit(label):
            for value in media:
                session.apply(SetMedia(media=value))

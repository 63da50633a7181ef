"""The files behind the media of a project: whether they are there, where they went, and what else lies in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cutroom.api import arguments
from cutroom.app import App
from cutroom.edit.operations import SetMedia
from cutroom.edit.relocate import portable
from cutroom.errors import CutroomError, EditError, MediaNotFoundError
from cutroom.jobs.bar import Bar
from cutroom.media.library import checked_path
from cutroom.schema.media import Media as MediaValue
from cutroom.schema.media import Rendition
from cutroom.session import Session

if TYPE_CHECKING:
    from cutroom.api.media import Media, MediaLibrary

State = Literal["ok", "missing", "changed"]
_FILM = "3gp avi flv m2ts m4v mkv mov mp4 mpeg mpg mts mxf ogv ts vob webm wmv"
_SOUND = "aac ac3 aif aiff caf flac m4a mka mp3 oga ogg opus wav wma"
SUFFIXES = frozenset(f".{suffix}" for suffix in f"{_FILM} {_SOUND}".split())
"""Of the files that a scan looks into."""


def probe(services: App, path: Any) -> MediaValue:
    """Examine a file; nothing is granted for later sessions before it has proved to be a media.

    Raises:
        MediaNotFoundError, UnsupportedMediaError, DamagedMediaError: names the file and what to do.
    """
    absolute = arguments.path(path)
    checked_path(absolute)
    services.access.grant_read(absolute, remember=False)
    probed = services.probe(absolute)
    services.access.grant_read(absolute, remember=True)
    return probed


def state(session: Session, services: App, media: MediaValue | Rendition, *, thorough: bool) -> State:
    """Whether the file of a media is as it was added.

    Args:
        session: of the project.
        services: of the process.
        media: what the document holds.
        thorough: whether a file of the right size is read where its content is not known.
    """
    path = str((session.folder / media.path).absolute())
    try:
        size = os.stat(path).st_size
    except OSError:
        return "missing"
    if size != media.fingerprint.size:
        return "changed"
    if thorough and services.access.may_read(path) and services.access.sha256(path) != media.fingerprint.sha256:
        return "changed"
    return "ok"


def put(session: Session, old: MediaValue, probed: MediaValue, *, override: bool) -> None:
    """Let a media be another file; where its proxy is in its place, the media's own file takes it again.

    Raises:
        EditError: another content, and `override` is off; or a clip shows more than the file has.
    """
    path, whole = portable(Path(probed.path), session.folder), old.as_original()
    if probed.fingerprint == old.fingerprint:
        made = old.evolve(path=path)
    elif probed.fingerprint == whole.fingerprint or override:
        made = probed.replace(id=old.id, path=path, proxy=whole.proxy)
    else:
        raise EditError(
            f"{probed.path} has another content than {whole.path}",
            value=probed.path,
            hint="override=True takes it all the same",
        )
    session.apply(SetMedia(media=made), f"relink {Path(old.path).name}")


def search(library: MediaLibrary, lost: Iterable[Media], folder: Path, *, progress: bool) -> list[Media]:
    """Find media in a folder by their content: those of a media's size are read, and no others.

    Of files with the same content each media takes the one with its own name, else one that no other took.

    Of media whose proxies are in their place it is their own files that are looked for.

    Raises:
        MediaNotFoundError: there is no such folder.
    """
    session, services = library.session, library.app
    contents = {media: media.value.as_original().fingerprint for media in lost}
    wanted: dict[str, list[Media]] = {}
    for media, fingerprint in contents.items():
        wanted.setdefault(fingerprint.sha256, []).append(media)
    sizes = {fingerprint.size for fingerprint in contents.values()}
    files = [path for path in _files(folder) if path.stat().st_size in sizes]
    copies: dict[str, list[Path]] = {}
    for path in _told(files, f"relink {folder.name}", progress=progress):
        services.access.grant_read(path, remember=False)
        if (content := services.access.sha256(str(path))) in wanted:
            copies.setdefault(content, []).append(path)
    found: list[tuple[Media, MediaValue]] = []
    for content, paths in copies.items():
        found += [(media, probe(services, path)) for media, path in _matched(wanted.pop(content), paths)]
    with session.edit(f"relink {folder.name}"):
        for media, probed in found:
            put(session, media.value, probed, override=False)
        for media in (one for alike in wanted.values() for one in alike if found):
            session.note(f"{media.value.path} is not in {folder}")
    return [media for media, _ in found]


def _matched(alike: list[Media], paths: list[Path]) -> list[tuple[Media, Path]]:
    """Which of some files with one content each media of that content is."""
    left = list(paths)
    chosen: dict[Media, Path] = {}
    for by_name in (True, False):
        for media in alike:
            own = Path(media.value.as_original().path).name
            path = next((path for path in left if not by_name or path.name == own), None)
            if media not in chosen and path is not None:
                left.remove(path)
                chosen[media] = path
    return [(media, chosen.get(media, paths[0])) for media in alike]


def scan(library: MediaLibrary, folder: Any, *, progress: bool) -> list[str]:
    """Put what lies in a folder into the project; see `MediaLibrary.scan`. Returns ids."""
    draws, root = arguments.truth("progress", progress), arguments.path(folder)
    session, services = library.session, library.app
    files = [path for path in _files(root) if path.suffix.lower() in SUFFIXES]
    known = {str((session.folder / one.path).absolute()): one.id for one in _stored(session)}
    probed: dict[str, MediaValue] = {}
    left_out: list[str] = []
    for path in _told(files, f"scan {root.name}", progress=draws):
        if str(path) not in known:
            try:
                probed[str(path)] = probe(services, path)
            except CutroomError as error:  # whatever is wrong with one file, the others are wanted
                left_out.append(f"left out {_relative(path, root)}: {error.message}")
    with session.edit(f"scan {root.name}"):
        contents = {one.fingerprint: one.id for one in _stored(session)}
        for name, value in probed.items():
            if value.fingerprint not in contents:
                contents[value.fingerprint] = library.put(value).id
            else:
                first = session.document.find_media(contents[value.fingerprint]).path
                left_out.append(f"left out {_relative(name, root)}: it has the same content as {first}")
            known[name] = contents[value.fingerprint]
        for note in left_out:
            session.note(note)
    return list(dict.fromkeys(known[str(path)] for path in files if str(path) in known))


def _stored(session: Session) -> list[MediaValue]:
    """The media of a project as they are, and as they are without their proxies."""
    return [one for media in session.document.media for one in (media.as_original(), media)]


def _relative(path: str | Path, root: Path) -> str:
    return str(Path(path).relative_to(root)).encode(errors="replace").decode()


def _files(folder: Path) -> list[Path]:
    """The regular files of a folder and of those in it, by path; hidden ones and links to folders are left out."""
    if not folder.is_dir():
        raise MediaNotFoundError(f"there is no folder {folder}", value=str(folder), hint="check the path")
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(here, name) for name in names if not name.startswith(".") and Path(here, name).is_file()]
    return sorted(found)


def _told(files: list[Path], title: str, *, progress: bool) -> Iterator[Path]:
    """The files one by one, with a bar."""
    with Bar(title) if progress and files else nullcontext() as bar:
        for count, path in enumerate(files):
            yield path
            if bar is not None:
                bar.update({"done": count + 1, "total": len(files)})

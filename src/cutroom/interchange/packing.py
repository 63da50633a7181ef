"""A project and its media in one file, to hand to somebody; and back into a folder, with suspicion."""

from __future__ import annotations

import hashlib
import os
import posixpath
import secrets
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from cutroom.edit.project_file import LARGEST, dump, parse, sync_folder, write_whole, writing
from cutroom.errors import DiskFullError, MediaError, MediaNotFoundError, OutputError, ProjectExistsError
from cutroom.errors import ProjectFileError as PackError
from cutroom.render.publish import Part
from cutroom.schema.document import Document
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource

Which = Literal["all", "used", "proxies", "none"]
OnProgress = Callable[[int, int], None]
"""Bytes done, bytes in all."""
Check = Callable[[Document], None]
"""Refuses a document with effects or transitions that nobody knows."""
MEDIA = "media"
_BLOCK = 1 << 20
_MOST = 100_000
_HINT = "ask whoever packed it for a fresh copy"


@dataclass(frozen=True, slots=True)
class Packed:
    """What went into a pack."""

    path: Path
    files: tuple[str, ...]
    """Media, fonts and look-up tables inside, by their names in it."""
    left_out: tuple[str, ...]
    """Paths of those that stayed out; whoever opens the pack must have them."""
    size: int
    """Bytes."""


def pack(
    document: Document,
    folder: Path,
    output: Path,
    *,
    media: Which = "used",
    protected: Iterable[str] = (),
    on_progress: OnProgress | None = None,
) -> Packed:
    """Write a project as one file: the project file, its media, and the fonts and look-up tables that it uses.

    All are uncompressed, as they are.

    Args:
        document: the project.
        folder: what its relative media paths start from.
        output: the file, `.zip`; an existing one is replaced whole.
        media: all of them, those that the timeline uses, the proxies of those (and what has no picture as it is), or
            none. Fonts and look-up tables go with them: "used" and "proxies" take the used ones.
        protected: files that are not overwritten, beside the media that are packed: the project's own.
        on_progress: called as bytes are copied.

    Raises:
        MediaNotFoundError: a media is not where it should be.
        MediaError: a media has other content than when it was added.
        OutputError, DiskFullError: it cannot be written; what was there is still there.
    """
    if output.suffix.lower() != ".zip":
        raise OutputError(f"a pack is a .zip file, not {output.name}", value=str(output), hint="name it lesson.zip")
    wanted = [m for m in document.media if media == "all" or (media != "none" and m.id in document.used_media)]
    if media == "proxies":
        wanted = [m.as_proxy() for m in wanted]
    files = [one for one in document.resources if one.path is not None]
    beside = [one for one in files if media == "all" or (media != "none" and one.sha256 in document.used_resources)]
    packed: list[Media | Resource] = [*wanted, *beside]
    all_files: list[Media | Resource] = [*document.media, *files]
    going = {_key(one) for one in packed}
    left_out = tuple(one.path for one in all_files if _key(one) not in going and one.path)
    names = dict(zip(map(_key, packed), _names(packed, left_out), strict=True))
    paths = {_key(one): folder / (one.path or "") for one in packed}
    for path in paths.values():
        if not path.is_file():
            raise MediaNotFoundError(
                f"there is no file {path}", value=str(path), hint="relink it, or pack media='proxies' or 'none'"
            )
    inside = {m.id: m.evolve(path=names[m.id]) for m in wanted}
    moved = document.evolve(
        media=tuple(inside.get(m.id, m).evolve(proxy=None) for m in document.media),
        resources=tuple(one.evolve(path=names.get(_key(one), one.path)) for one in document.resources),
    )
    total, done = sum(one.fingerprint.size for one in packed), 0
    with Part(output, [*map(str, paths.values()), *protected]) as part, writing(part.path):
        with zipfile.ZipFile(part.path, "x", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr(output.with_suffix(".tlp").name, dump(moved))
            for known in packed:
                with archive.open(names[_key(known)], "w", force_zip64=True) as target:
                    for copied in _copied(paths[_key(known)], known, target):
                        done += copied
                        if on_progress is not None:
                            on_progress(done, total)
        size = part.path.stat().st_size
        part.publish()
    return Packed(output, tuple(names.values()), left_out, size)


def _key(one: Media | Resource) -> str:
    """What a file of a pack is known by: media by their ids, for two may have one content."""
    return one.id if isinstance(one, Media) else one.sha256


def _names(media: list[Media | Resource], left_out: tuple[str, ...]) -> Iterator[str]:
    """Names in the pack: the files' own, told apart by a number where two are called the same, or one left out is."""
    taken = {posixpath.normpath(path).lower() for path in left_out}
    for known in media:
        path = PurePosixPath((known.path or "").replace("\\", "/"))
        name, number = path.name, 1
        while f"{MEDIA}/{name}".lower() in taken:
            number += 1
            name = f"{path.stem}-{number}{path.suffix}"
        taken.add(f"{MEDIA}/{name}".lower())
        yield f"{MEDIA}/{name}"


def _copied(path: Path, media: Media | Resource, target: IO[bytes]) -> Iterator[int]:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            target.write(block)
            yield len(block)
    if digest.hexdigest() != media.fingerprint.sha256:
        raise MediaError(
            f"{path} has changed since it was added to the project",
            value=str(path),
            hint="put the old file back, or add this one: project.media.add(path), project.resources.add(path)",
        )


def unpack(source: Path, folder: Path, *, check: Check | None = None, on_progress: OnProgress | None = None) -> Path:
    """Put what a pack holds into a folder that is not there yet; returns the project file.

    Nothing of it is opened as media; names that lead anywhere else, links and contents that are not what the project
    says are refused, and then nothing is left behind.

    Args:
        source: a pack.
        folder: made by this call.
        check: refuses a project that cannot be opened here, before anything else is read.
        on_progress: called as bytes are written.

    Raises:
        ProjectFileError: no pack, or one that is damaged or does not hold what it says.
        ProjectExistsError: the folder is there.
        OutputError, DiskFullError: the folder cannot be written.
    """
    if folder.exists():
        raise ProjectExistsError(f"{folder} exists", value=str(folder), hint="name a folder that is not there yet")
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError:
        raise PackError(f"there is no file {source}", value=str(source), hint="check the path") from None
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise PackError(f"{source.name} is no pack: {error}", value=str(source), hint=_HINT) from None
    with archive, writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        temporary.mkdir()
        try:
            project = _extract(archive, source, temporary, check, on_progress)
            os.rename(temporary, folder)
            sync_folder(folder.parent)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    return folder / project


def _extract(
    archive: zipfile.ZipFile, source: Path, target: Path, check: Check | None, on_progress: OnProgress | None
) -> str:
    name = source.name
    project, entries = _contents(archive, source)
    try:
        data = _read(archive, entries[project])
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise PackError(f"{name} is damaged: {error}", value=name, hint=_HINT) from None
    document = parse(data, name=f"{name}/{project}")
    if check is not None:
        check(document)
    named: list[Media | Resource] = [*document.media, *document.resources]
    expected = {one.path: one for one in named if one.path is not None and one.path in entries}
    for path, entry in entries.items():
        if path == project:
            continue
        if path not in expected or not _is_plain(entry):
            raise PackError(f"{name} holds {path!r}, which is no file of its project", value=path, hint=_HINT)
        if entry.file_size != expected[path].fingerprint.size:
            raise _other(path, name)
    total = sum(media.fingerprint.size for media in expected.values())
    if shutil.disk_usage(target).free < total:
        raise DiskFullError(f"{name} needs {total >> 20} MiB", value=str(target), hint="free some space")
    if expected:
        (target / MEDIA).mkdir()
    done = 0
    for path, media in expected.items():
        for written in _written(archive, entries[path], media, target / path, name):
            done += written
            if on_progress is not None:
                on_progress(done, total)
    if expected:
        sync_folder(target / MEDIA)
    write_whole(target / project, data)
    return project


def _contents(archive: zipfile.ZipFile, source: Path) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """The name of the project file, and everything by its name; nothing larger than the pack can come of it."""
    name = source.name
    entries = {entry.filename: entry for entry in archive.infolist()}
    projects = [entry for entry in entries if "/" not in entry and "\\" not in entry and entry.endswith(".tlp")]
    if len(projects) != 1 or len(entries) != len(archive.infolist()) or len(entries) > _MOST:
        raise PackError(f"{name} is no pack of one project", value=name, hint=_HINT)
    if squeezed := next((e.filename for e in entries.values() if e.compress_type != zipfile.ZIP_STORED), None):
        raise PackError(f"{squeezed} in {name} is squeezed, as nothing in a pack is", value=name, hint=_HINT)
    if sum(entry.file_size for entry in entries.values()) > source.stat().st_size:
        raise PackError(f"{name} says that it holds more than it has", value=name, hint=_HINT)
    return projects[0], entries


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    """Whether it is a file right in the media folder."""
    parts = entry.filename.split("/")
    mode = entry.external_attr >> 16
    safe = len(parts) == 2 and parts[0] == MEDIA and parts[1] not in {"", ".", ".."} and "\\" not in parts[1]
    return safe and "\0" not in parts[1] and (not stat.S_IFMT(mode) or stat.S_ISREG(mode))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        return file.read(LARGEST + 1)


def _written(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, media: Media | Resource, path: Path, name: str
) -> Iterator[int]:
    digest = hashlib.sha256()
    try:
        with archive.open(entry) as source, path.open("xb") as target:
            while block := source.read(_BLOCK):
                digest.update(block)
                target.write(block)
                yield len(block)
            target.flush()
            os.fsync(target.fileno())
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise PackError(f"{name} is damaged: {entry.filename}: {error}", value=name, hint=_HINT) from None
    if digest.hexdigest() != media.fingerprint.sha256:
        raise _other(entry.filename, name)


def _other(path: str, name: str) -> PackError:
    return PackError(f"{path} in {name} is not what its project says", value=name, hint=_HINT)

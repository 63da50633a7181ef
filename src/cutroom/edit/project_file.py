"""The project file (`.tlp`): one JSON text with stable key order, written whole or not at all, read with suspicion."""

from __future__ import annotations

import contextlib
import errno
import gc
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pydantic

from cutroom.edit.plain_file import open_plain
from cutroom.edit.references import problems
from cutroom.edit.rules import breaches
from cutroom.errors import CutroomError, DiskFullError, OutputError, ProjectFileError
from cutroom.schema.base import strict_json
from cutroom.schema.document import SCHEMA_VERSION, Document
from cutroom.schema.migrations import STEPS, Step, upgraded

LARGEST = 256 * 2**20
"""Bytes; a 24-hour timeline of 10,000 clips has about 4 MB."""


def dump(document: Document) -> bytes:
    """The bytes of a project file: readable, one field a line, made for git diffs."""
    return (document.model_dump_json(indent=1) + "\n").encode()


def parse(data: bytes, *, name: str, steps: Mapping[int, Step] = STEPS) -> Document:
    """The document in the bytes of a project file.

    Args:
        data: of this version of the schema or an older one.
        name: of the file, for errors.
        steps: upgrade older versions.

    Raises:
        ProjectFileError: not JSON, doubled keys, NaN, a newer schema, a field that does not fit, or a name that leads
            nowhere (a clip of a media that is not there, say) or stands twice; names the place.
    """
    if len(data) > LARGEST:
        raise ProjectFileError(f"{name} has {len(data) >> 20} MiB, too large for a project", hint="is it a project?")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ProjectFileError(f"{name} is not a project file: it is not text", value=name, hint=_RESTORE) from None
    with uncollected():
        return _understood(text, name, steps)


def _understood(text: str, name: str, steps: Mapping[int, Step]) -> Document:
    try:
        plain = strict_json(text)
    except (ValueError, RecursionError) as error:
        raise ProjectFileError(f"{name} is not a project file: {error}", value=name, hint=_RESTORE) from None
    if not isinstance(plain, dict) or type(plain.get("schema_version")) is not int:
        raise ProjectFileError(f"{name} is JSON, but not a Cutroom project", value=name, hint="is it the right file?")
    version = plain["schema_version"]
    if version > SCHEMA_VERSION:
        raise ProjectFileError(
            f"{name} was made by a newer Cutroom (schema {version}, this one reads up to {SCHEMA_VERSION})",
            value=version,
            hint="install a newer Cutroom",
        )
    try:
        if version < SCHEMA_VERSION:
            plain = upgraded(plain, steps=steps)
            text = json.dumps(plain)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ProjectFileError(f"{name} cannot be upgraded: {error}", value=version, hint=_RESTORE) from None
    try:
        document = Document.model_validate_json(text, strict=True)
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where, told = (
            _place(plain, first["loc"], first["type"] == "missing"),
            first["msg"].removeprefix("Value error, "),
        )
        raise ProjectFileError(f"{name}: {told} at {where}", value=where, hint=_RESTORE) from None
    for problem in chain(problems(document), breaches(document)):  # the rules need names that are in order
        raise ProjectFileError(f"{name}: {problem.says} at {problem.where}", value=problem.where, hint=_RESTORE)
    return document


def _place(plain: Any, parts: Sequence[int | str], missing: bool) -> str:
    """A place in the file as a JSON path: pydantic's steps without those into the kinds of a union.

    Of the ways to take the steps ("media" is a kind of source and a field of it) the longest leads there; the last one
    may be to a field that is `missing`.
    """
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in _steps(plain, parts, missing))


def _steps(plain: Any, parts: Sequence[int | str], missing: bool) -> list[int | str]:
    if not parts:
        return []
    step, rest = parts[0], parts[1:]
    skipped = _steps(plain, rest, missing)
    if isinstance(step, int):
        inside = isinstance(plain, list) and step < len(plain)
    else:
        inside = isinstance(plain, dict) and (step in plain or (missing and not rest))
    if not inside:
        return skipped
    taken = [step, *_steps(plain[step] if rest else None, rest, missing)]
    return taken if len(taken) > len(skipped) else skipped


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector, which would look at ten thousand new clips again and again: none is garbage."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


_RESTORE = "restore it from a backup or from version control"


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ProjectFileError(
            f"there is no project {path}", value=str(path), hint="check the path, or pass create=True"
        ) from None
    except OSError as error:
        raise ProjectFileError(
            f"cannot read {path}: {error.strerror}", value=str(path), hint="name a project file, such as trip.tlp"
        ) from None


def require_readable(path: Path) -> None:
    """Look whether there is a file that can be read, before anything is made beside it.

    Raises:
        ProjectFileError: there is none.
    """
    with _reading(path), open_plain(path):
        pass


def load(path: Path) -> tuple[Document, str]:
    """The document in a file, and the SHA-256 of the file.

    Raises:
        ProjectFileError: it cannot be read or understood.
    """
    with _reading(path), open_plain(path) as file:
        data = file.read(LARGEST + 1)
    return parse(data, name=path.name), hashlib.sha256(data).hexdigest()


def digest_of(path: Path) -> str | None:
    """The SHA-256 of a file; None where there is none.

    Raises:
        ProjectFileError: it cannot be read.
    """
    if not path.exists():
        return None
    with _reading(path), open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Translate what the file system says while `path` is written."""
    try:
        yield
    except CutroomError:
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(
                f"no space left for {path}", value=str(path), hint="free some space, then save"
            ) from None
        raise OutputError(
            f"cannot write {path}: {error.strerror}", value=str(path), hint="check the folder and its permissions"
        ) from None


_PART = ".part"
_NO_MODES = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one: temporary file, fsync, rename, folder fsync.

    Raises:
        OutputError: the folder cannot be written; the old file is as it was.
    """
    with writing(path):
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
            with _allowed(_NO_MODES):
                os.chmod(temporary, mode)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable (a no-op where folders cannot be opened, or synced: some network disks)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with _allowed(_NO_FOLDER_SYNC):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _allowed(codes: set[int]) -> Iterator[None]:
    """Go on where a disk says that it does not know such a thing."""
    try:
        yield
    except OSError as error:
        if error.errno not in codes:
            raise


def sweep(path: Path) -> None:
    """Remove what processes that were killed while they saved this project have left; only for who holds its lock."""
    left = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}{re.escape(_PART)}")
    with contextlib.suppress(OSError):
        for file in [file for file in path.parent.iterdir() if left.fullmatch(file.name)]:
            file.unlink()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask

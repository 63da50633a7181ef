"""Code runs where the user granted it by its digest, and only there: nothing of it reaches a worker before."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Mapping
from pathlib import Path

from cutroom.effects.python.code import code, name_of
from cutroom.errors import AccessDeniedError, DiskFullError, OutputError
from cutroom.schema.document import Document
from cutroom.schema.resource import Resource
from cutroom.workers.grantbook import GrantBook


def used_code(document: Document) -> list[Resource]:
    """The code that some effect of a document runs."""
    return [one for one in document.resources if one.kind == "python" and one.sha256 in document.used_resources]


def require_code(document: Document, book: GrantBook) -> None:
    """Refuse a document whose effects run code that nobody granted, or that this Python cannot run.

    Raises:
        AccessDeniedError: names the effect.
        RenderError: another Python made it.
    """
    for resource in used_code(document):
        found = code(resource)
        if not book.may_run(resource.sha256):
            raise AccessDeniedError(
                f"the project runs code that nobody granted: effect {found.title}",
                value=name_of(resource),
                hint=f"read it, project.effects.source({found.title!r}), and where you trust it,"
                f" project.effects.trust({found.title!r}); or remove it from the clips",
            )
        found.require_runnable()


def supplied(document: Document, paths: Mapping[str, str], book: GrantBook, folder: Path) -> Mapping[str, str]:
    """Paths of what a document shows, and of its effects' code, which is put where workers can read it.

    Args:
        document: a project.
        paths: of its media and resources, by SHA-256.
        book: what the user granted.
        folder: of all code, private.

    Raises:
        AccessDeniedError, RenderError: as `require_code`; nothing was written.
        OutputError, DiskFullError: the folder cannot be written.
    """
    require_code(document, book)
    placed: dict[str, str] = {}
    for resource in used_code(document):
        path = _placed(folder, resource)
        book.grants.allow_read(path)
        placed[resource.sha256] = str(path)
    return {**paths, **placed} if placed else paths


def _placed(folder: Path, resource: Resource) -> Path:
    """The file of some code, written where it is not there yet."""
    path, data = folder / resource.sha256, resource.data
    assert data is not None
    try:
        if not path.is_file() or path.read_bytes() != data:
            part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
            part.write_bytes(data)
            part.replace(path)
    except OSError as error:
        kind = DiskFullError if error.errno == errno.ENOSPC else OutputError
        raise kind(
            f"cannot write {path}: {error.strerror}",
            value=str(path),
            hint="make its folder writable, or set CUTROOM_CACHE_DIR to another one",
        ) from None
    return path

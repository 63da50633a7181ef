"""`project.resources`: fonts and look-up tables that titles and effects name; a path given to them becomes one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutroom.api import arguments
from cutroom.api.arguments import text
from cutroom.app import App, app
from cutroom.edit.operations import AddResource, RemoveResource
from cutroom.edit.relocate import portable
from cutroom.effects.registry import EffectSpec
from cutroom.errors import MediaNotFoundError, UnknownNameError, UnsupportedMediaError
from cutroom.schema.media import Fingerprint
from cutroom.schema.resource import LARGEST_FILE, ResourceKind
from cutroom.schema.resource import Resource as ResourceValue
from cutroom.session import Session

if TYPE_CHECKING:
    import pandas as pd


SUFFIXES: Mapping[str, ResourceKind] = {".ttf": "font", ".otf": "font", ".ttc": "font", ".otc": "font", ".cube": "lut"}
"""What a file is, by its suffix."""
_HEX = frozenset("0123456789abcdef")


def stored(session: Session, services: App, path: Any, kind: ResourceKind | None = None) -> str:
    """Put a file into the project as a resource, where it is not one yet; its SHA-256.

    Args:
        session: of the project.
        services: of the process.
        path: of the file; a `Resource`, or the SHA-256 of one that the project has, stands for itself.
        kind: what it must be; None: by its suffix.

    Raises:
        MediaNotFoundError: there is no such file.
        UnsupportedMediaError: a folder, an empty or a very large file, one with another suffix, or a broken font.
        ValidationError: a broken table; names the line.
    """
    if isinstance(path, Resource):
        path = path.value.sha256
    if isinstance(path, str) and len(path) == 64 and set(path) <= _HEX:
        return session.document.find_resource(path).sha256
    absolute = arguments.path(path)
    found, known = SUFFIXES.get(absolute.suffix.lower()), ", ".join(SUFFIXES)
    if found is None or (kind is not None and found != kind):
        suffixes = ", ".join(suffix for suffix, one in SUFFIXES.items() if one == kind) or known
        raise UnsupportedMediaError(
            f"{absolute.name} is no {kind or 'font or look-up table'}", value=str(absolute), hint=f"give a {suffixes}"
        )
    size = _size(absolute, found)
    services.access.grant_read(absolute, remember=False)
    sha256 = services.access.sha256(str(absolute))
    if sha256 not in {one.sha256 for one in session.document.resources}:
        services.require_resource(str(absolute), found)
    services.access.grant_read(absolute, remember=True)
    made = ResourceValue.checked(
        kind=found, path=portable(absolute, session.folder), fingerprint=Fingerprint(sha256=sha256, size=size)
    )
    if made not in session.document.resources:
        session.apply(AddResource(resource=made), f"add {found} {absolute.name}")
    return sha256


def _size(path: Path, kind: str) -> int:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise MediaNotFoundError(
            f"there is no {kind} {path}: {error.strerror}", value=str(path), hint="check the path"
        ) from None
    if not path.is_file():
        raise UnsupportedMediaError(f"{path} is a folder, not a {kind}", value=str(path), hint="name a file inside it")
    if not 0 < size <= LARGEST_FILE:
        says = "is empty" if not size else f"has more than {LARGEST_FILE >> 20} MiB"
        raise UnsupportedMediaError(f"{path} {says}", value=str(path), hint=f"check the {kind}")
    return size


def with_files(session: Session, services: App, spec: EffectSpec, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of an effect as the document holds them: paths of files become resources of the project.

    Args:
        session: of the project.
        services: of the process.
        spec: of the effect.
        parameters: as they were given.

    Raises:
        MediaNotFoundError, UnsupportedMediaError: what is wrong with a path.
        ValidationError: what is wrong with a table, and in which line.
    """
    given = dict(parameters)
    for parameter in spec.parameters:
        value = given.get(parameter.key)
        if parameter.kind == "file" and isinstance(value, str | os.PathLike | Resource) and value != "":
            given[parameter.key] = stored(session, services, value, parameter.resource)
    return given


def with_font(session: Session, style: Mapping[str, Any]) -> dict[str, Any]:
    """The look of a title as the document holds it: a path of a font becomes a resource of the project.

    Raises:
        MediaNotFoundError, UnsupportedMediaError: what is wrong with the path.
    """
    font = style.get("font")
    return dict(style) if font is None else {**style, "font": stored(session, app(), font, "font")}


@dataclass(frozen=True, slots=True)
class Resource:
    """A font, a look-up table or the code of an effect, read live."""

    session: Session
    sha256: str

    @property
    def value(self) -> ResourceValue:
        """What the document holds.

        Raises:
            EditError: it was removed.
        """
        return self.session.document.find_resource(self.sha256)

    @property
    def kind(self) -> ResourceKind:
        """font, lut or python."""
        return self.value.kind

    @property
    def path(self) -> str | None:
        """Absolute path; None where it lies in the project itself."""
        path = self.value.path
        return None if path is None else str((self.session.folder / path).absolute())

    @property
    def state(self) -> str:
        """ "ok", "missing", or "changed" since it was added."""
        path = self.path
        if path is None:
            return "ok"
        if not os.path.isfile(path):
            return "missing"
        services = app()
        if os.stat(path).st_size != self.value.fingerprint.size:
            return "changed"
        return "ok" if not services.access.may_read(path) or services.access.sha256(path) == self.sha256 else "changed"

    def remove(self) -> None:
        """Take it out of the project; the file stays where it is.

        Raises:
            EditError: a title or an effect names it.
        """
        self.session.apply(RemoveResource(resource=self.sha256))

    def __repr__(self) -> str:
        return f"Resource({self.value.title}, {self.kind})"


class ResourceLibrary:
    """The fonts, look-up tables and effects' code of a project.

    Example:
        >>> import cutroom as cr
        >>> project = cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000)
        >>> project.resources.add("MyFont.ttf")  # doctest: +SKIP
        Resource(MyFont.ttf, font)
        >>> len(project.resources)
        0
    """

    def __init__(self, session: Session, services: App) -> None:
        self.session = session
        self.app = services

    def add(self, path: str | os.PathLike[str], *, kind: ResourceKind | None = None) -> Resource:
        """Put a font (.ttf, .otf, .ttc) or a look-up table (.cube) into the project; the same content only once.

        Args:
            path: relative to the current folder, or absolute. Where the project has this content already, that lies
                here from now on.
            kind: what it must be; None: by its suffix.

        Raises:
            MediaNotFoundError: there is no such file.
            UnsupportedMediaError: a folder, an empty or a very large file, one of another kind, or a broken font.
            ValidationError: a broken table; names the line.
        """
        return Resource(self.session, stored(self.session, self.app, path, kind))

    def relink(self, path: str | os.PathLike[str]) -> list[Resource]:
        """Find resources that were moved.

        Args:
            path: a file that one of them is now, or a folder, in which all that are missing or changed are looked for
                by their content.

        Returns:
            Those that were found.

        Raises:
            MediaNotFoundError: there is no such file or folder, or none of it is a resource of the project.
        """
        target = arguments.path(path)
        if not target.exists():
            raise MediaNotFoundError(f"there is nothing at {target}", value=str(target), hint="check the path")
        lost = {one.sha256: one for one in self if one.path is not None and (target.is_file() or one.state != "ok")}
        sizes = {one.value.fingerprint.size for one in lost.values()}
        files = sorted(one for one in target.rglob("*") if one.is_file()) if target.is_dir() else [target]
        found: list[Resource] = []
        with self.session.edit(f"relink {target.name}"):
            for file in files:
                if lost and file.suffix.lower() in SUFFIXES and file.stat().st_size in sizes:
                    self.app.access.grant_read(file, remember=False)
                    one = lost.pop(self.app.access.sha256(str(file)), None)
                    if one is not None:
                        stored(self.session, self.app, file, one.kind)
                        found.append(one)
        if not found and (lost or target.is_file()):
            names = ", ".join(one.value.title for one in lost.values()) or "a resource of the project"
            raise MediaNotFoundError(
                f"{target} does not hold the content of {names}", value=str(target), hint="look in another folder"
            )
        return found

    def __iter__(self) -> Iterator[Resource]:
        return iter([Resource(self.session, one.sha256) for one in self.session.document.resources])

    def __len__(self) -> int:
        return len(self.session.document.resources)

    def __getitem__(self, name: str) -> Resource:
        """A resource by file name, path or SHA-256.

        Raises:
            UnknownNameError: there is none, or more than one.
        """
        wanted = text("a resource", name)
        found = [r for r in self if wanted in {r.sha256, r.value.title, r.value.path, r.path}]
        if len(found) != 1:
            known = ", ".join(r.value.title for r in self) or "none"
            raise UnknownNameError(
                f"{len(found) or 'no'} resources called {name!r}", value=name, hint=f"known: {known}"
            )
        return found[0]

    def to_df(self) -> pd.DataFrame:
        """One row per resource: `id` (its SHA-256), `kind`, `title`, `path`, `state`, `bytes`, `used`."""
        import pandas as pd

        used = self.session.document.used_resources
        rows = [
            (r.sha256, r.kind, r.value.title, r.value.path, r.state, r.value.fingerprint.size, r.sha256 in used)
            for r in self
        ]
        frame = pd.DataFrame(rows, columns=["id", "kind", "title", "path", "state", "bytes", "used"])
        return frame.astype({"bytes": "Int64", "used": "bool"})

    def __repr__(self) -> str:
        return f"{len(self)} resources: " + ", ".join(r.value.title for r in self)

    def _repr_html_(self) -> str:
        return str(self.to_df().to_html(index=False))

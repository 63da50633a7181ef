"""Which files the workers of this process may read and write, and whether those are what a document says of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from cutroom.effects.python.granted import supplied
from cutroom.errors import AccessDeniedError, MediaNotFoundError
from cutroom.media.fingerprint import Identity
from cutroom.media.sources import Sources
from cutroom.schema.document import Document
from cutroom.services import MediaWorkers, Services
from cutroom.settings import private_folder, settings
from cutroom.workers.gate import GRANT_HINT
from cutroom.workers.grantbook import GrantBook


class Access:
    """Part of `App`.

    Args:
        services: holds the grants, and the workers that look at files.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def grant_read(self, path: Path, *, remember: bool = True) -> None:
        """Let workers read a file or a folder that the user named."""
        self._services.get(GrantBook).allow(path, remember=remember)

    def grant_beneath(self, folder: Path, paths: Iterable[Path]) -> None:
        """Let workers of this session read what lies beneath a project's folder: it is granted with the project."""
        home = os.path.realpath(folder)
        for path in paths:
            real = os.path.realpath(path)
            if os.path.commonpath([home, real]) == home:
                self.grant_read(Path(real), remember=False)

    def require_granted(self, paths: Iterable[str]) -> None:
        """Refuse files that only a project names: a job carries its grants with it, so they are checked before.

        Raises:
            AccessDeniedError: names the file.
        """
        grants = self._services.get(GrantBook).grants
        for path in paths:
            if os.path.exists(path) and not grants.may_read(path):
                raise AccessDeniedError(f"nobody granted this path to be read: {path}", value=path, hint=GRANT_HINT)

    def may_read(self, path: str) -> bool:
        """Whether workers may read a file."""
        return self._services.get(GrantBook).grants.may_read(path)

    def supplied(self, document: Document, paths: Mapping[str, str]) -> Mapping[str, str]:
        """Paths of what a document shows, and of the code of its effects; see `effects.python.granted`.

        Raises:
            AccessDeniedError: nobody granted the code; names the effect.
            RenderError: another Python made it.
        """
        return supplied(document, paths, self._services.get(GrantBook), private_folder(settings().cache_dir / "code"))

    def require_unchanged(self, paths: Mapping[str, str]) -> dict[str, Identity]:
        """Refuse media whose content is not what the document says; cached segments would be wrong for ever.

        Returns:
            The state in which each file was found, by path; see `Sources.require`.

        Raises:
            MediaError: names the file.
        """
        granted = self._services.get(GrantBook).grants
        known = {sha256: path for sha256, path in paths.items() if granted.may_read(path)}
        return self._services.get(Sources).require(known, self._services.get(MediaWorkers))

    @contextlib.contextmanager
    def writing(self) -> Iterator[Callable[[Path], None]]:
        """What lets workers write a file and read it back, for as long as this lasts; they read the cache meanwhile."""
        grants = self._services.get(GrantBook).grants
        grants.allow_read(settings().cache_dir)
        written: list[Path] = []

        def allow(part: Path) -> None:
            grants.allow_write(part)
            grants.allow_read(part)
            written.append(part)

        try:
            yield allow
        finally:
            for part in written:
                grants.forget(part)

    def sha256(self, path: str) -> str:
        """The digest of a file's content, from a worker where it is not known."""
        return self._services.get(Sources).sha256(path, self._services.get(MediaWorkers))


def require_there(document: Document, paths: Mapping[str, str]) -> None:
    """Name the remedy where a file is missing: a media that has a proxy or is one, a font, a look-up table.

    What else is missing shows when it is opened.

    Raises:
        MediaNotFoundError: names the file.
    """
    for media in document.media:
        path = paths.get(media.fingerprint.sha256)
        if path is None or os.path.exists(path):
            continue
        if media.proxy is not None:
            raise MediaNotFoundError(
                f"there is no file {path}; it has a proxy",
                value=path,
                hint="project.media.use_proxies() shows proxies in place of media, relink(folder) finds what was moved",
            )
        if media.original is not None:
            raise MediaNotFoundError(
                f"there is no file {path}; it is a proxy, in the place of {media.original.path}",
                value=path,
                hint="project.media.use_originals() shows the media themselves again, relink(folder) finds them",
            )
    for resource in document.resources:
        path = paths.get(resource.sha256)
        if path is not None and not os.path.exists(path):
            raise MediaNotFoundError(
                f"there is no {resource.kind} {path}, which the project uses",
                value=path,
                hint="put it back, or project.resources.relink(folder) finds it by its content",
            )

"""Whether media files still hold what the document says: the digest in a project is a promise about a file."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cutroom.errors import MediaError
from cutroom.media import tasks
from cutroom.media.fingerprint import Digests, Identity, identity_of

if TYPE_CHECKING:
    from cutroom.workers import WorkerPool


class Sources:
    """Remembers which files were found to be what they should be; a look at an unchanged file costs one `stat`.

    Args:
        digests: digests that are known already.
    """

    def __init__(self, digests: Digests) -> None:
        self._digests = digests
        self._seen: dict[str, tuple[Identity, str]] = {}
        self._lock = threading.Lock()

    def require(self, paths: Mapping[str, str], pool: WorkerPool) -> dict[str, Identity]:
        """Make sure that each path holds the content with its SHA-256; a file that is not there is not our business.

        Args:
            paths: by SHA-256.
            pool: hashes what is not known.

        Returns:
            The state in which each file was found, by path: it is right for as long as `identity_of` gives the same.

        Raises:
            MediaError: a file has another content than when it was added.
        """
        states: dict[str, Identity] = {}
        for sha256, path in paths.items():
            if not os.path.exists(path):
                continue
            states[path], found = self._looked(path, pool)
            if found != sha256:
                raise MediaError(
                    f"{path} has changed since it was added to the project",
                    value=path,
                    hint="put the old file back, or add this one: project.media.add(path)",
                )
        return states

    def sha256(self, path: str, pool: WorkerPool) -> str:
        """The digest of a file as it is now; it is read only when it was touched since it was last looked at."""
        return self._looked(path, pool)[1]

    def _looked(self, path: str, pool: WorkerPool) -> tuple[Identity, str]:
        identity = identity_of(path)
        with self._lock:
            seen = self._seen.get(path)
        if seen is not None and seen[0] == identity:
            return seen
        known = self._digests.find(path)
        found = known.sha256 if known else str(pool.run(tasks.digest, tasks.DigestTask(path), timeout=float("inf")))
        self._digests.remember(path, identity, found)
        if identity_of(path) == identity:
            with self._lock:
                self._seen[path] = identity, found
        return identity, found

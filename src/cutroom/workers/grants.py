"""What the user granted: the paths that tasks may read and write."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable


class Grants:
    """The files and folders that workers may open, changeable at any time and from any thread.

    A grant is kept by its real path, so a link inside a granted folder grants nothing outside of it. A grant to write
    does not grant reading.

    Example:
        >>> grants = Grants()
        >>> grants.allow_read("/usr/share")
        >>> grants.may_read("/usr/share/dict/words"), grants.may_read("/etc/passwd"), grants.may_write("/usr/share/x")
        (True, False, False)
    """

    def __init__(
        self, *, read: Iterable[str | os.PathLike[str]] = (), write: Iterable[str | os.PathLike[str]] = ()
    ) -> None:
        self._lock = threading.Lock()
        self._read: frozenset[str] = frozenset(os.path.realpath(path) for path in read)
        self._write: frozenset[str] = frozenset(os.path.realpath(path) for path in write)

    def allow_read(self, path: str | os.PathLike[str]) -> None:
        """Let tasks read a file, or everything inside a folder."""
        with self._lock:
            self._read |= {os.path.realpath(path)}

    def allow_write(self, path: str | os.PathLike[str]) -> None:
        """Let tasks create and overwrite a file, or any file inside a folder."""
        with self._lock:
            self._write |= {os.path.realpath(path)}

    def forget(self, path: str | os.PathLike[str]) -> None:
        """Take back what was granted for exactly this path."""
        real = {os.path.realpath(path)}
        with self._lock:
            self._read -= real
            self._write -= real

    def may_read(self, path: str | os.PathLike[str]) -> bool:
        """Whether the real path of `path` lies in a grant to read."""
        return inside(os.path.realpath(path), self._read)

    def may_write(self, path: str | os.PathLike[str]) -> bool:
        """Whether the real path of `path` lies in a grant to write."""
        return inside(os.path.realpath(path), self._write)

    def snapshot(self) -> tuple[frozenset[str], frozenset[str]]:
        """What may be read and written now, as real paths."""
        with self._lock:
            return self._read, self._write


def inside(path: str, granted: frozenset[str]) -> bool:
    """Whether an absolute real path, or any folder above it, is granted.

    Example:
        >>> inside("/a/b/c", frozenset({"/a/b"})), inside("/a/bc", frozenset({"/a/b"}))
        (True, False)
    """
    while path not in granted:
        parent = os.path.dirname(path)
        if parent == path:
            return False
        path = parent
    return True

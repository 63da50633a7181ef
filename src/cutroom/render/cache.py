"""Rendered segments on disk, by key: checked when they are read, bounded in size, shared by every process of a user.

An entry is a file `KEY[:2]/KEY`: magic, SHA-256 of the payload, payload. Files appear whole, by a rename; the time of
last use is the file's modification time. Nothing is locked: two processes that write one key write the same bytes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cutroom.errors import DiskFullError, OutputError
from cutroom.workers.files import LIMITED_HINT

if TYPE_CHECKING:
    import pandas as pd

MAGIC = b"CWC1"
HEAD = len(MAGIC) + hashlib.sha256().digest_size
DEFAULT_LIMIT = 10_000_000_000
_LOW_WATER = 0.9
_STALE = 24 * 3600.0


class Entry(NamedTuple):
    """One cached segment."""

    key: str
    size: int
    used: float
    """When it was last read or written, in seconds since 1970."""


class SegmentCache:
    """A folder of payloads by key, holding at most `limit` bytes; the least recently used go first.

    Args:
        folder: made when the first entry is written.
        limit: bytes.
        clock: seconds since 1970, for tests.

    Example:
        >>> import tempfile
        >>> cache = SegmentCache(Path(tempfile.mkdtemp()))
        >>> cache.put("ab" * 32, b"packets")
        >>> cache.get("ab" * 32), cache.get("cd" * 32)
        (b'packets', None)
    """

    def __init__(self, folder: Path, *, limit: int = DEFAULT_LIMIT, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.limit = limit
        self._clock = clock
        self._guard = threading.Lock()
        self._unmeasured: int | None = None  # bytes written since the folder was last measured

    def __contains__(self, key: object) -> bool:
        """Whether there is an entry; whether it is whole shows when it is read."""
        return isinstance(key, str) and self._path(key).exists()

    def size_of(self, key: str) -> int | None:
        """Bytes of the payload, as long as the file says; None where there is none."""
        try:
            return max(0, self._path(key).stat().st_size - HEAD)
        except OSError:
            return None

    def get(self, key: str) -> bytes | None:
        """The payload, now the most recently used; None where there is none or it was damaged (and is then removed)."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if not _intact(data):
            path.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):
            os.utime(path, (now := self._clock(), now))
        return data[HEAD:]

    def put(self, key: str, payload: bytes) -> None:
        """Keep a payload, and forget the least recently used ones beyond the limit.

        Raises:
            DiskFullError, OutputError: it cannot be written; nothing half-written stays.
        """
        path = self._path(key)
        temporary = path.with_name(f".{key[:16]}.{os.getpid()}-{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with open(temporary, "xb") as file:
                    file.write(MAGIC + hashlib.sha256(payload).digest())
                    file.write(payload)
                os.utime(temporary, (now := self._clock(), now))
                os.replace(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise unwritable(self.folder, error) from error
        self._grown(HEAD + len(payload))

    def entries(self) -> list[Entry]:
        """What is kept, the least recently used first."""
        return sorted(self._scan(), key=lambda entry: (entry.used, entry.key))

    def size(self) -> int:
        """Bytes on disk."""
        return sum(entry.size for entry in self._scan())

    def to_df(self) -> pd.DataFrame:
        """One row per entry, the least recently used first: ``key`` (str), ``bytes`` (int64), ``used`` (UTC)."""
        import pandas as pd

        entries = self.entries()
        return pd.DataFrame(
            {
                "key": pd.array([entry.key for entry in entries], dtype="str"),
                "bytes": pd.array([entry.size for entry in entries], dtype="int64"),
                "used": pd.to_datetime([entry.used for entry in entries], unit="s", utc=True),
            }
        )

    def clear(self) -> int:
        """Forget everything; how many entries there were."""
        entries = self.entries()
        for entry in entries:
            self._path(entry.key).unlink(missing_ok=True)
        return len(entries)

    def verify(self) -> list[str]:
        """Read every entry, remove the damaged ones, and give their keys."""
        damaged = []
        for entry in self.entries():
            path = self._path(entry.key)
            try:
                whole = _intact(path.read_bytes())
            except FileNotFoundError:  # forgotten meanwhile
                continue
            if not whole:
                damaged.append(entry.key)
                path.unlink(missing_ok=True)
        return damaged

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def _grown(self, size: int) -> None:
        """Measure the folder at the first entry and after each twentieth of the limit; make room when it is full."""
        with self._guard:
            self._unmeasured = None if self._unmeasured is None else self._unmeasured + size
            if self._unmeasured is not None and self._unmeasured < self.limit / 20:
                return
            self._unmeasured = 0
            self._make_room()

    def _make_room(self) -> None:
        entries = self.entries()
        total = sum(entry.size for entry in entries)
        if total <= self.limit:
            return
        for entry in entries:
            with contextlib.suppress(OSError):
                self._path(entry.key).unlink()
            total -= entry.size
            if total <= self.limit * _LOW_WATER:
                return

    def _scan(self) -> Iterator[Entry]:
        for folder in _listed(self.folder):
            for file in _listed(folder.path) if len(folder.name) == 2 and folder.is_dir() else ():
                with contextlib.suppress(OSError):
                    status = file.stat()
                    if not file.name.startswith("."):
                        yield Entry(file.name, status.st_size, status.st_mtime)
                    elif self._clock() - status.st_mtime > _STALE:  # a writer that was killed
                        os.unlink(file.path)


def _listed(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _intact(data: bytes) -> bool:
    payload = memoryview(data)[HEAD:]
    return data[: len(MAGIC)] == MAGIC and data[len(MAGIC) : HEAD] == hashlib.sha256(payload).digest()


def unwritable(folder: Path, error: OSError) -> OutputError:
    """The error for a write into the cache's folder that failed."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError(
            f"no space left for the cache in {folder}",
            value=str(folder),
            hint="free some space, clear the cache, or move it with CUTROOM_CACHE_DIR",
        )
    return OutputError(
        f"cannot write the cache in {folder}: {error.strerror or error}",
        value=str(folder),
        hint=LIMITED_HINT if error.errno == errno.EFBIG else "name a folder that you may write to (CUTROOM_CACHE_DIR)",
    )

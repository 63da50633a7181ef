"""A memory of digests: a file that has not changed need not be read again."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import apsw

from cutroom.schema.media import Fingerprint

_SETTLED = 2.0
"""Seconds after its last change from which a file's times tell every later change apart, on any file system."""

Identity = tuple[int, int, int, int, int]
"""Device, inode, size, modification and change time in nanoseconds: what differs when a file's content does."""


def identity_of(path: str) -> Identity:
    """What the file system knows of a file's state."""
    found = os.stat(path)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class Digests:
    """Remembered digests, in one SQLite file that any number of processes may share.

    It is a cache: where it cannot be read or written, files are read again and nothing else happens.

    Args:
        path: of the database; it and its folder are made when first needed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, path: str) -> Fingerprint | None:
        """The digest of a file that has not changed since it was remembered."""
        try:
            identity = identity_of(path)
            with contextlib.closing(self._connect()) as connection:
                row = connection.execute(
                    "SELECT sha256 FROM digests WHERE device=? AND inode=? AND size=? AND modified=? AND changed=?",
                    _signed(identity),
                ).fetchone()
        except (apsw.Error, OSError):
            return None
        return Fingerprint(sha256=str(row[0]), size=identity[2]) if row else None

    def remember(self, path: str, before: Identity, sha256: str) -> None:
        """Keep a digest, unless the file changed while it was read or so lately that its times may repeat.

        Args:
            path: of the file.
            before: `identity_of(path)` from before it was read.
            sha256: what was found.
        """
        try:
            if identity_of(path) != before or time.time() - max(before[3:]) / 1e9 < _SETTLED:
                return
            with contextlib.closing(self._connect()) as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)", (*_signed(before), sha256)
                )
        except (apsw.Error, OSError):
            return

    def _connect(self) -> apsw.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = apsw.Connection(str(self._path))
        connection.set_busy_timeout(2_000)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS digests (device INTEGER, inode INTEGER, size INTEGER, modified INTEGER, "
            "changed INTEGER, sha256 TEXT, PRIMARY KEY (device, inode))"
        )
        return connection


def _signed(identity: Identity) -> tuple[int, ...]:
    """SQLite's whole numbers have a sign; some file systems use the top bit of an inode."""
    return tuple((number + (1 << 63)) % (1 << 64) - (1 << 63) for number in identity)

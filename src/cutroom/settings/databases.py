"""SQLite files that several processes of a user open at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DiskFullError, OutputError
from .folders import on_network_disk

if TYPE_CHECKING:
    import apsw

PATIENCE = 10.0
"""Seconds that opening waits for others who open the same new file."""


def choose_journal(connection: apsw.Connection, path: Path) -> None:
    """Switch to write-ahead logging, or on a network disk, where that is unsafe, to a rollback journal.

    Of several processes that switch a new file at the same moment SQLite refuses all but one at once, whatever their
    busy timeout is; they wait here.

    Raises:
        apsw.BusyError: the file stayed locked.
    """
    import apsw

    mode = "delete" if on_network_disk(path) else "wal"
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode = {mode}")
            return
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Translate what SQLite and the file system say while a file of the data folder is used.

    Raises:
        DiskFullError: no space left.
        OutputError: it cannot be opened, read or written; names the file and the setting.

    Example:
        >>> with storing(Path("grants.db")):
        ...     raise PermissionError(13, "Permission denied")
        Traceback (most recent call last):
        cutroom.errors.OutputError: cannot use grants.db: Permission denied
          → make its folder writable, or set CUTROOM_DATA_DIR to another one
    """
    import apsw

    try:
        yield
    except apsw.FullError:
        raise DiskFullError(
            f"no space left for {path}", value=str(path), hint="free some space, or set CUTROOM_DATA_DIR"
        ) from None
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise OutputError(
            f"{path} is damaged: {error}", value=str(path), hint="move it away, or set CUTROOM_DATA_DIR"
        ) from None
    except (
        apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.IOError, apsw.BusyError, apsw.LockedError,
        OSError,
    ) as error:  # fmt: skip
        raise OutputError(
            f"cannot use {path}: {getattr(error, 'strerror', None) or error}",
            value=str(path),
            hint="make its folder writable, or set CUTROOM_DATA_DIR to another one",
        ) from None

"""SQLite files that several processes of a user open at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

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

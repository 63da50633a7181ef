"""Files that somebody else may be writing, all as they are at one moment."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from cutroom.edit.plain_file import require_plain
from cutroom.errors import ProjectFileError, ReadOnlyProjectError

PATIENCE = 5.0
"""Seconds to wait for a moment in which nobody writes."""


def still(files: Sequence[Path]) -> dict[Path, bytes]:
    """What is in those of the files that are there: what is read twice and the same stood still in between.

    Raises:
        ProjectFileError: one cannot be read, or is a link.
        ReadOnlyProjectError: they are written all the time.
    """
    end = time.monotonic() + PATIENCE
    last = _read(files)
    while (now := _read(files)) != last:
        if time.monotonic() > end:
            name = files[0].name
            raise ReadOnlyProjectError(
                f"{name} is written to all the time", value=str(files[0]), hint="wait, then try again"
            )
        last = now
        time.sleep(0.02)
    return now


def _read(files: Sequence[Path]) -> dict[Path, bytes]:
    found = {}
    for file in files:
        require_plain(file)
        try:
            found[file] = file.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ProjectFileError(
                f"cannot read {file}: {error.strerror}", value=str(file), hint="it must be readable"
            ) from None
    return found

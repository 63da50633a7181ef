"""Which file lies under a name: it may have been removed, or another put in its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Identity(NamedTuple):
    """What tells a file from any other while one of the two is open."""

    device: int
    number: int


def identity_of(file: Path | int) -> Identity | None:
    """Of what lies there (of a link, not of where it leads), or of an open descriptor; None where there is nothing.

    Example:
        >>> identity_of(Path("/")) == identity_of(Path("/.")), identity_of(Path("/no/such/file"))
        (True, None)
    """
    try:
        found = os.fstat(file) if isinstance(file, int) else os.lstat(file)
    except OSError:
        return None
    return Identity(found.st_dev, found.st_ino)

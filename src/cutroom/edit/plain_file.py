"""Files that are what their names say: not links, which lead anywhere, nor pipes and devices, which have no end."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

from cutroom.errors import ProjectFileError


def require_plain(file: Path) -> None:
    """Refuse something that is there and is not a file of its own.

    Raises:
        ProjectFileError: it is a link, a pipe, a device or a folder.
    """
    try:
        mode = os.lstat(file).st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode):
        raise ProjectFileError(
            f"{file.name} is not a plain file{', but a link' if stat.S_ISLNK(mode) else ''}: it is not followed",
            value=str(file),
            hint="remove it, and look what else came with this project",
        )


def open_plain(file: str | os.PathLike[str]) -> BufferedReader:
    """A file for reading, through links, but never a pipe or a device, which could be waited for or read for ever.

    Raises:
        OSError: it cannot be opened, or is not a plain file.
    """
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a plain file")
    return os.fdopen(descriptor, "rb")

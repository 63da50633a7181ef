"""Paths of media as a project file stores them: relative to the folder of the file, where they lie beneath it."""

from __future__ import annotations

import os
from pathlib import Path


def portable(media: Path, folder: Path) -> str:
    """A media path as a project file in `folder` stores it: relative where the media lies beneath it, else absolute.

    The folder may have been named through a symbolic link, and the media through another.

    Example:
        >>> portable(Path("/films/trip/raw/beach.mp4"), Path("/films/trip"))
        'raw/beach.mp4'
        >>> portable(Path("/films/beach.mp4"), Path("/films/trip"))
        '/films/beach.mp4'
    """
    named = media.absolute()
    real = Path(os.path.realpath(named.parent)) / named.name
    for path, base in ((named, folder.absolute()), (real, Path(os.path.realpath(folder)))):
        try:
            return path.relative_to(base).as_posix()
        except ValueError:
            continue
    return str(named)

"""The payloads of one export in one file: a worker takes few files, and the cache may forget them meanwhile."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Self

from cutroom.render.cache import unwritable
from cutroom.render.orders import Piece
from cutroom.render.publish import alive, here

_NAME = re.compile(rf"spool-{here()}-(\d+)-[0-9a-f]{{8}}")


class Spool:
    """A temporary file of payloads by key, removed when it is closed.

    Args:
        folder: where to keep it; those of processes that died are removed from it.

    Raises:
        OutputError: the folder cannot be written to (DiskFullError: no space in it).
    """

    def __init__(self, folder: Path) -> None:
        self._pieces: dict[str, Piece] = {}
        self._end = 0
        self.path = folder / f"spool-{here()}-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sweep(folder)
            self._file = open(self.path, "xb")  # noqa: SIM115  closed by close()
        except OSError as error:
            raise unwritable(folder, error) from error

    def __contains__(self, key: str) -> bool:
        return key in self._pieces

    def __getitem__(self, key: str) -> Piece:
        return self._pieces[key]

    def add(self, key: str, payload: bytes) -> None:
        """Append a payload.

        Raises:
            DiskFullError, OutputError: it cannot be written.
        """
        try:
            self._file.write(payload)
        except OSError as error:
            raise unwritable(self.path.parent, error) from error
        self._pieces[key] = Piece(self._end, len(payload))
        self._end += len(payload)

    def flush(self) -> None:
        """Let other processes see everything that was added.

        Raises:
            DiskFullError, OutputError: it cannot be written.
        """
        try:
            self._file.flush()
        except OSError as error:
            raise unwritable(self.path.parent, error) from error

    def close(self) -> None:
        """Remove the file."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _sweep(folder: Path) -> None:
    for name in os.listdir(folder):
        if (match := _NAME.fullmatch(name)) and not alive(int(match[1])):
            (folder / name).unlink(missing_ok=True)

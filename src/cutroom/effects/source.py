"""A file that can be let go between two tasks and taken up again: a decoder over it stays warm meanwhile."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Source(io.RawIOBase):
    """Reads through whatever `open_file` gives, keeping its own position.

    Args:
        open_file: opens the file; called when it is read and is not open.
        name: its path, for messages.
    """

    def __init__(self, open_file: Callable[[], BinaryIO], name: str) -> None:
        self._open_file = open_file
        self._file: BinaryIO | None = None
        self._position = 0
        self._length = self._opened().seek(0, os.SEEK_END)
        self.name = name

    def release(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def unchanged(self) -> bool:
        """Whether the file is as long as it was: a shorter or longer one is another file."""
        return self._opened().seek(0, os.SEEK_END) == self._length

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move, and give the new position."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill a buffer as far as the file goes."""
        file = self._opened()
        if file.tell() != self._position:
            file.seek(self._position)
        count: int = file.readinto(buffer)  # type: ignore[attr-defined]  # every file that a context opens has it
        self._position += count
        return count

    def close(self) -> None:
        """Let the file go for good."""
        self.release()
        super().close()

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = self._open_file()
        return self._file

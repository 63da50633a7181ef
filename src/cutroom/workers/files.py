"""Files over descriptors that somebody else opened; every file object keeps a position of its own."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

BUFFER = 64 * 1024
LIMITED_HINT = "files may not grow that large here: raise the limit (ulimit -f), or choose another disk"
"""Remedy for EFBIG."""


class _Positioned(io.RawIOBase):
    """A seekable view of a descriptor that it does not own: closing it leaves the descriptor open."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._position = 0
        self.name = name

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position}.get(whence)
        if base is None:
            base = os.fstat(self._descriptor).st_size
        if base + offset < 0:
            raise ValueError(f"negative position: {base + offset}")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        count = os.preadv(self._descriptor, [buffer], self._position)
        self._position += count
        return count


class _Writable(_Positioned):
    """The same for writing; `failed` is told of the first error, since some muxers swallow it."""

    def __init__(self, descriptor: int, name: str, failed: Callable[[OSError], None]) -> None:
        super().__init__(descriptor, name)
        self._failed = failed

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            count = os.pwrite(self._descriptor, data, self._position)
        except OSError as error:
            self._failed(error)
            raise
        self._position += count
        return count

    def truncate(self, size: int | None = None, /) -> int:
        size = self._position if size is None else size
        os.ftruncate(self._descriptor, size)
        return size


def reader(descriptor: int, name: str) -> io.BufferedReader:
    """A buffered reader with a position of its own."""
    return io.BufferedReader(_Positioned(descriptor, name), BUFFER)


def writer(descriptor: int, name: str, failed: Callable[[OSError], None]) -> io.BufferedRandom:
    """A buffered writer that also reads and seeks; `failed` gets every error of a write."""
    return io.BufferedRandom(_Writable(descriptor, name, failed), BUFFER)

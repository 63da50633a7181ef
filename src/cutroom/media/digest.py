"""The digest of a whole file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO

_BLOCK = 1 << 20
_REPORT_EVERY = 64
"""Blocks between two reports of progress."""


def digest_file(file: BinaryIO, progress: Callable[[int], None] | None = None) -> str:
    """SHA-256 of all bytes, in hexadecimal.

    Example:
        >>> import io
        >>> digest_file(io.BytesIO(b""))[:8]
        'e3b0c442'
    """
    digest, buffer, done = hashlib.sha256(), bytearray(_BLOCK), 0
    view = memoryview(buffer)
    file.seek(0)
    for block in range(1 << 62):
        count = file.readinto(buffer)  # type: ignore[attr-defined]  # every binary file that is read from has it
        if not count:
            break
        digest.update(view[:count])
        done += count
        if progress is not None and block % _REPORT_EVERY == 0:
            progress(done)
    return digest.hexdigest()

"""What was measured, kept in the cache folder: checked when it is read, bounded, shared by every process of a user."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cutroom.render.cache import SegmentCache
from cutroom.render.engine import engine_digest
from cutroom.schema.base import canonical_json, digest, strict_json

if TYPE_CHECKING:
    from cutroom.effects.analysis import Result

LIMIT = 256_000_000
"""Bytes of results that are kept: thousands of hours of sound, hundreds of hours of film."""


class AnalysisStore:
    """What was measured, by the keys of requests; damaged entries are measured again.

    Another engine measures everything itself: what an export makes must not depend on what was measured before.

    Args:
        folder: made when the first result is written.

    Example:
        >>> import tempfile
        >>> from cutroom.effects.analysis import Loudness
        >>> store = AnalysisStore(Path(tempfile.mkdtemp()))
        >>> store.put("ab" * 32, Loudness(integrated=-23.0, true_peak=-3.0))
        >>> store.get("ab" * 32)
        Loudness(-23.0 LUFS, range 0.0 LU, true peak -3.0 dBTP)
    """

    def __init__(self, folder: Path) -> None:
        self.cache = SegmentCache(folder, limit=LIMIT)

    def get(self, key: str, /) -> Result | None:
        """A result; None where there is none, or none that can be read."""
        payload = self.cache.get(_entry(key))
        if payload is None:
            return None
        from cutroom.effects.analysis import RESULT

        try:
            return RESULT.validate_python(strict_json(payload.decode()))
        except ValueError:  # written by something else
            return None

    def put(self, key: str, result: Result) -> None:
        """Keep a result.

        Raises:
            DiskFullError, OutputError: it cannot be written.
        """
        self.cache.put(_entry(key), canonical_json(result).encode())


def _entry(key: str) -> str:
    """What an entry is called: by what was asked for, and by who measured it."""
    return digest({"request": key, "engine": engine_digest()})

"""Final Cut Pro 7's XML, versions 4 and 5 (Premiere, Resolve and others read and write it too)."""

from __future__ import annotations

from cutroom.interchange.fcp7_read import read
from cutroom.interchange.fcp7_write import ABLE, write

__all__ = ["ABLE", "read", "write"]

"""CMX 3600 edit decision lists, read and written here.

OpenTimelineIO's adapter keeps neither links nor drop-frame lists, gives a dissolve the wrong media, and writes one
track only, with the inverse of a retimed clip's length.
"""

from __future__ import annotations

from cutroom.interchange.edl_read import read
from cutroom.interchange.edl_write import ABLE, write

__all__ = ["ABLE", "read", "write"]

"""Final Cut Pro's XML (FCPXML), read and written here.

OpenTimelineIO's adapter for it counts whole frames a second, which breaks 29.97, drops transitions, speeds and titles,
and runs a program on the media that a timeline names.
"""

from __future__ import annotations

from cutroom.interchange.fcpxml_read import read
from cutroom.interchange.fcpxml_write import ABLE, write

__all__ = ["ABLE", "read", "write"]

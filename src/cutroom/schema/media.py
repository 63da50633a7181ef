"""What is known of a media file: its streams, its exact times, its digest."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cutroom.schema.base import Frozen
from cutroom.schema.time import Duration, Rate, Seconds

LONGEST_PATH = 4096
"""Characters; Linux takes as many bytes."""


def _path(value: str) -> str:
    if not 0 < len(value) <= LONGEST_PATH:
        raise ValueError(f"a path has 1 to {LONGEST_PATH} characters")
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValueError("a path holds no NUL, line break or other control character")
    return value


MediaPath = Annotated[str, AfterValidator(_path)]
"""Where a media lies: a path that every system function takes, and that a message can show."""


class Fingerprint(Frozen):
    """The content of a file: SHA-256 of all its bytes, and their number."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Colour(Frozen):
    """How a picture's numbers mean colours, as FFmpeg names them; None where the file does not say."""

    matrix: str | None = None
    primaries: str | None = None
    transfer: str | None = None
    full_range: bool = False


class VideoStream(Frozen):
    """A picture stream. Times are relative to the container's start, which is media time 0."""

    index: int = Field(ge=0)
    codec: str
    width: int = Field(ge=1, le=16384)
    height: int = Field(ge=1, le=16384)
    rotation: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise that the stored picture is turned for display."""
    pixel_aspect: Rate = Fraction(1)
    rate: Rate
    """Nominal frames per second."""
    variable_rate: bool = False
    """Whether some frame lies off the grid of `rate` by more than one tick of the file's clock."""
    start: Seconds = Fraction(0)
    duration: Duration
    frames: int = Field(ge=1)
    pixel_format: str
    colour: Colour = Colour()
    interlaced: bool = False

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height as shown: pixel aspect and rotation applied, in whole pixels."""
        width = max(1, round(self.width * self.pixel_aspect))
        return (self.height, width) if self.rotation in {90, 270} else (width, self.height)


class AudioStream(Frozen):
    """A sound stream."""

    index: int = Field(ge=0)
    codec: str
    sample_rate: int = Field(ge=1)
    channels: int = Field(ge=1)
    layout: str
    start: Seconds = Fraction(0)
    duration: Duration


class Media(Frozen):
    """A media file of a project."""

    id: str
    path: MediaPath
    """Relative to the project's folder with forward slashes, or absolute."""
    fingerprint: Fingerprint
    format: str
    duration: Duration
    video: VideoStream | None = None
    audio: AudioStream | None = None
    warnings: tuple[str, ...] = ()
    """What the probe found wrong and could live with (a file cut short, say)."""

"""What is known of a media file: its streams, its exact times, its digest."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import Annotated, Any, Literal

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


STILL_SECONDS = Fraction(5)
"""How long a clip of an image file is where nobody says."""


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
    peak: int | None = Field(default=None, ge=1, le=10_000)
    """The brightest light of an HDR picture, in cd/m², where the file tells it."""


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
    """Whether frames of it hold two moments, one on every other line; each frame says so of itself, too."""
    field_order: Literal["top", "bottom"] | None = None
    """Which lines of an interlaced frame are the earlier ones: the top one and every other, or the rest; None where
    the file does not say, and each frame does."""

    still: bool = False
    """Whether it is the one picture of an image file, which can be shown for any time; its duration is what a clip of
    it lasts where nobody says."""

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


class Rendition(Frozen):
    """A file that holds a media: itself, or a proxy of it."""

    path: MediaPath
    """Relative to the project's folder with forward slashes, or absolute."""
    fingerprint: Fingerprint
    format: str
    video: VideoStream | None = None
    audio: AudioStream | None = None


class Proxy(Rendition):
    """A smaller file with the same frames at the same times, made for working with."""

    of: Fingerprint
    """The content that it was made of."""


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
    proxy: Proxy | None = None
    """A smaller file of the same, which can take its place."""
    original: Rendition | None = None
    """The file itself, where its proxy has taken its place: everything above then tells of the proxy."""

    def as_proxy(self) -> Media:
        """The media with its proxy in its place; as it is where it has none, or where that was done already."""
        if self.proxy is None:
            return self
        return self.evolve(**_file(self.proxy), proxy=None, original=Rendition(**_file(self)))

    def as_original(self) -> Media:
        """The media with its own file in its place again; as it is where that was never another."""
        if self.original is None:
            return self
        proxy = Proxy(**_file(self), of=self.original.fingerprint)
        return self.evolve(**_file(self.original), proxy=proxy, original=None)

    @property
    def is_still(self) -> bool:
        """Whether it is an image file, which never ends."""
        return self.video is not None and self.video.still

    @property
    def paths(self) -> tuple[str, ...]:
        """Of the files that it names: its own first, then its proxy or its original."""
        return (self.path, *(other.path for other in (self.proxy, self.original) if other is not None))


def _file(known: Rendition | Media) -> dict[str, Any]:
    """What a media and its proxy tell of themselves, each in its own way."""
    return {name: getattr(known, name) for name in Rendition.model_fields}

"""Size and rate of the file: the project's, below the ceilings of the settings. Pure."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from cutroom.errors import ValidationError
from cutroom.render.codecs import sound_codec
from cutroom.schema.document import Document
from cutroom.schema.export import ExportSettings
from cutroom.schema.formats import PICTURES, SOUNDS


class Shape(NamedTuple):
    """What the picture of a file is like."""

    width: int
    height: int
    fps: Fraction
    step: int
    """Of the timeline's frames, every so many-th is in the file."""

    def picked(self, first: int, start: int, frames: int) -> range:
        """Which frames of a stretch are in the file, counted from its start.

        Args:
            first: the timeline's frame with which the file begins.
            start: the timeline's frame with which the stretch begins.
            frames: of the timeline, that the stretch has.

        Example:
            >>> list(Shape(64, 64, Fraction(30), 2).picked(10, 13, 6))
            [1, 3, 5]
        """
        return range((first - start) % self.step, frames, self.step)


def shape_of(document: Document, settings: ExportSettings) -> Shape:
    """The project's size and rate, brought below the ceilings.

    Raises:
        ValidationError: a size that the codec does not have.

    Example:
        >>> shape_of(Document(id="d_1"), ExportSettings(max_size=(640, 640), max_fps=Fraction(20)))
        Shape(width=640, height=360, fps=Fraction(15, 1), step=2)
    """
    project = document.settings
    width, height = size_within((project.width, project.height), settings.max_size)
    facts = PICTURES[settings.codec]
    if min(width, height) < facts.least:
        raise ValidationError(
            f"{facts.called} is encoded from {facts.least} x {facts.least} pixels on, not in {width} x {height}",
            value=(width, height),
            hint="make the picture larger, or take h264",
        )
    if width % 2 or height % 2:
        raise ValidationError(
            f"{facts.called} in 4:2:0 has even sizes only, not {width} x {height}",
            value=(width, height),
            hint="make the project one pixel larger or smaller",
        )
    step = 1 if settings.max_fps is None else math.ceil(project.fps / settings.max_fps)
    return Shape(width, height, project.fps / step, step)


def size_within(size: tuple[int, int], most: tuple[int, int] | None) -> tuple[int, int]:
    """A size within another one that lies as it does, at its own shape, in even numbers; never larger than it was.

    Example:
        >>> size_within((3840, 2160), (1920, 1080)), size_within((1080, 1920), (1280, 720))
        ((1920, 1080), (720, 1280))
        >>> size_within((640, 360), (1920, 1080))
        (640, 360)
    """
    if most is None:
        return size
    width, height = size
    across, down = sorted(most, reverse=width >= height)
    scale = min(Fraction(across, width), Fraction(down, height))
    if scale >= 1:
        return size
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


def heard_at(document: Document, settings: ExportSettings) -> Document:
    """The project at a rate of samples that the sound codec has.

    Raises:
        ValidationError: it has none that would do.
    """
    rate = document.settings.sample_rate
    if settings.audio_codec == "none":
        return document
    codec = sound_codec(settings)
    if codec.rates is None or rate in codec.rates:
        return document
    if codec.other_rate is None:
        called = SOUNDS[settings.audio_codec].called
        raise ValidationError(f"{called} has no {rate} Hz", value=rate, hint="use 48000 or 44100 Hz in the project")
    return document.evolve(settings=document.settings.evolve(sample_rate=codec.other_rate))

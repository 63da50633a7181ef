"""The picture of a clip as it is measured: its source, small, in frames of its own, wherever the clip was cut."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

from cutroom.effects.analysis import Film
from cutroom.effects.compiler.chain import Scene, Stretch
from cutroom.effects.compiler.travel import frame_law
from cutroom.effects.segment import CompoundPicture, CompoundPiece, Fit, Layer, MediaPicture, PictureSegment, Shot
from cutroom.schema.clip import Clip

AREA = 480 * 270
"""Pixels that are looked at, at most."""

Pieces = Callable[[tuple[int, int], tuple[int, int]], tuple[CompoundPiece, ...]]
"""Frames [first, end) of a compound at a size, in pieces that are counted from the first of them."""


def media_film(scene: Scene, clip: Clip, stretch: Stretch, lead: int, shown: tuple[MediaPicture, Fit]) -> Film:
    """A clip of a media.

    Args:
        scene: the canvas.
        clip: the clip.
        stretch: which frames are compiled.
        lead: how many before the stretch's first are wanted too.
        shown: how the media looks from its beginning, and where it lies.
    """
    source, place = shown
    stream = source.input.stream
    rate, begin = stream.rate, stream.start
    width, height = _small(*stream.display_size)

    def part(first: int, count: int) -> PictureSegment:
        # each frame half-way through it: no rounding of a file's clock makes it the one before
        at = begin + (first + Fraction(1, 2)) / rate
        picture = source.model_copy(update={"start": at, "step": 1 / rate, "bend": Fraction(0)})
        return _alone(picture, rate, (width, height), count)

    times = _times(clip, stretch, lead, scene.document.settings.fps)
    frames = 1 if stream.frames == 1 else max(1, round(stream.duration * rate))  # one picture may last any time
    numbers = [min(max(math.floor((time - begin) * rate), 0), frames - 1) for time in times]
    return Film(rate, frames, part, numbers, lead, place, scene.setting.width, scene.setting.height)


def compound_film(  # noqa: PLR0917  as `media_film`, and what is inside
    scene: Scene, clip: Clip, stretch: Stretch, lead: int, frames: int, pieces: Pieces
) -> Film:
    """A clip of a compound with so many frames."""
    fps, setting = scene.document.settings.fps, scene.setting
    size = _small(scene.document.settings.width, scene.document.settings.height)

    def part(first: int, count: int) -> PictureSegment:
        inner = pieces(size, (first, first + count))
        return _alone(CompoundPicture(start=Fraction(0), step=Fraction(1), pieces=inner), fps, size, count)

    times = _times(clip, stretch, lead, fps)
    numbers = [min(max(math.floor(time * fps), 0), max(frames - 1, 0)) for time in times]
    place = Fit(x=0, y=0, width=setting.width, height=setting.height)
    return Film(fps, frames, part, numbers, lead, place, setting.width, setting.height)


def _times(clip: Clip, stretch: Stretch, lead: int, fps: Fraction) -> Iterable[Fraction]:
    """What is shown, in seconds of the source: before the stretch, other laws may have held."""
    yield from (frame_law(clip, stretch.offset + i, fps).start for i in range(-lead, 0))
    law = frame_law(clip, stretch.offset, fps)
    yield from (law.start + i * law.step + i * i * law.bend for i in range(stretch.frames))


def _small(width: int, height: int) -> tuple[int, int]:
    """A size of the same shape, in even numbers, that does not depend on the project's."""
    scale = min(1.0, math.sqrt(AREA / (width * height)))
    return max(16, 2 * round(width * scale / 2)), max(16, 2 * round(height * scale / 2))


def _alone(source: MediaPicture | CompoundPicture, fps: Fraction, size: tuple[int, int], frames: int) -> PictureSegment:
    whole = Fit(x=0, y=0, width=size[0], height=size[1])
    layers = (Layer(shot=Shot(source=source, fit=whole)),)
    return PictureSegment(fps=fps, width=size[0], height=size[1], frames=frames, layers=layers)

"""Which frames are looked at, with their exact times, and their pixels as RGB. Belongs in a worker process."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from cutroom.effects.compiler.fit import full_range
from cutroom.effects.pictures.planes import TURNS
from cutroom.errors import DamagedMediaError
from cutroom.media.colours import matrix_of
from cutroom.media.stretch import Shown
from cutroom.media.video import VideoReader
from cutroom.schema.media import VideoStream
from cutroom.schema.time import to_frame

_MATRICES = {
    "bt709": Colorspace.ITU709,
    "bt601": Colorspace.ITU601,
    "smpte240m": Colorspace.SMPTE240M,
    "fcc": Colorspace.FCC,
    "bt2020": Colorspace.BT2020,
}


class Sample(NamedTuple):
    """A frame to be looked at; times in seconds of media time."""

    number: int
    start: Fraction
    duration: Fraction
    until: Fraction
    """Where the stretch ends that this frame stands for."""
    frame: VideoFrame


def sample(
    reader: VideoReader, stream: VideoStream, start: Fraction, end: Fraction, every: Fraction | None
) -> Iterator[Sample]:
    """The frames shown from `start` to `end`: all of them, or one every `every` seconds.

    A frame stands for the time until the next one that is looked at; the last one for the rest.

    Raises:
        DamagedMediaError: what follows cannot be decoded, or is not there; frames before that have been given.
    """
    thinned = every is not None and every * stream.rate > 1
    shown = _thinned(reader, start, end, every) if every is not None and thinned else _all(reader, start, end)
    held: Shown | None = None
    for item in shown:
        if held is not None:
            yield _sample(held, item.start, stream, thinned)
        if item.start >= end:
            return
        held = item
    if held is None:
        return
    whole = stream.start + stream.duration
    one = held.start + 1 / stream.rate
    until = max(one, whole if stream.variable_rate else one, min(end, whole) if thinned else one)
    missing = min(end, whole) - held.start - max(every or Fraction(0), 1 / stream.rate)
    broken = not stream.variable_rate and missing > 2 / stream.rate  # many a demuxer ends early without a word
    yield _sample(held, one if broken else until, stream, thinned)
    if broken:
        raise DamagedMediaError(
            f"the picture breaks off at {float(one):.2f} s, {float(missing):.2f} s early",
            hint="copy the file again from its source",
        )


def count(stream: VideoStream, start: Fraction, end: Fraction, every: Fraction | None) -> int:
    """About how many frames `sample` will give."""
    stretch = max(min(end, stream.start + stream.duration) - max(start, stream.start), Fraction(0))
    return max(1, math.ceil(stretch / max(every or Fraction(0), 1 / stream.rate)))


def _all(reader: VideoReader, start: Fraction, end: Fraction) -> Iterator[Shown]:
    for shown in reader.frames(start):
        yield shown
        if shown.start >= end:
            return


def _thinned(reader: VideoReader, start: Fraction, end: Fraction, every: Fraction) -> Iterator[Shown]:
    previous: Fraction | None = None
    step = 0
    while (time := start + step * every) < end:
        shown = reader.shown_at(time)
        if previous is None or shown.start > previous:
            yield shown
            previous = shown.start
        step += 1


def _sample(shown: Shown, until: Fraction, stream: VideoStream, thinned: bool) -> Sample:
    duration = until - shown.start
    if thinned:
        ticks, base = shown.frame.duration, shown.frame.time_base
        known = stream.variable_rate and ticks and base
        own = ticks * Fraction(base.numerator, base.denominator) if known and base else 1 / stream.rate
        duration = min(own, duration)
    return Sample(to_frame(shown.start, stream.rate), shown.start, duration, until, shown.frame)


class Converter:
    """Decoded frames to upright RGB; may be used by several threads, each with its own scaler.

    swscale converts with the stream's matrix and range, and without its slower exact rounding, as OpenCV's reader does:
    the colours that detection models are used with.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._matrix = int(_MATRICES[matrix_of(stream.colour, stream.width, stream.height)])
        self._range = int(ColorRange.JPEG if full_range(stream) else ColorRange.MPEG)
        self._turn = TURNS.get(stream.rotation)
        self._scalers = threading.local()

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """(height, width, 3) as displayed, but for the shape of its pixels."""
        scaler = getattr(self._scalers, "scaler", None)
        if scaler is None:
            scaler = self._scalers.scaler = VideoReformatter()
        converted = scaler.reformat(
            frame,
            format="rgb24",
            src_colorspace=self._matrix,
            src_color_range=self._range,
            dst_color_range=int(ColorRange.JPEG),
            interpolation=Interpolation.BICUBIC,
            threads=1,
        )
        picture = np.asarray(converted.to_ndarray(), np.uint8)
        return picture if self._turn is None else np.asarray(cv2.rotate(picture, self._turn), np.uint8)

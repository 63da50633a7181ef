"""Frames from later to earlier: codecs only go forwards, so a stretch is decoded once and kept."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction

from cutroom.media.stretch import Lost, Shown
from cutroom.media.video import VideoReader
from cutroom.schema.media import VideoStream

_BUDGET = 192 * 2**20
"""Bytes of frames that are kept."""
_MOST, _LEAST = 256, 8
"""Frames that are kept: no more than a long GOP has, and so many of the largest picture."""


class Backwards:
    """Gives what `VideoReader.look_at` gives, fast where each time is a little before the last one.

    Args:
        reader: of the stream; it may be used otherwise in between.
        stream: what the probe found.
    """

    def __init__(self, reader: VideoReader, stream: VideoStream) -> None:
        self._reader = reader
        size = stream.width * stream.height * (2 if stream.pixel_format == "yuv420p" else 4)
        self._back = min(_MOST, max(_LEAST, _BUDGET // size)) / (stream.rate * (2 if stream.interlaced else 1))
        self._held: list[Shown | Lost] = []
        self._until = Fraction(0)  # what is held is all that is shown from the first of it to here

    def look_at(self, time: Fraction) -> Shown | Lost:
        """What is shown at a time, or that it is lost."""
        if not self._held or not self._held[0].start <= time <= self._until:
            self._fill(time)
        index = bisect_right(self._held, time, key=lambda shown: shown.start) - 1
        return self._held[max(0, index)]

    def _fill(self, time: Fraction) -> None:
        self._held, self._until = [], time
        for shown in self._reader.everything(max(Fraction(0), time - self._back), fields=True):
            if self._held and shown.start > time:
                break
            self._held.append(shown)

"""From a file's clock to media time: when a frame starts, exactly.

Containers round: Matroska keeps milliseconds, so that a frame of a 30 fps film starts at 33 instead of 33⅓. Where the
frames of a stream lie on a grid, a timestamp near a line of the grid means that line.
"""

from __future__ import annotations

import math
from fractions import Fraction

from cutroom.schema.media import VideoStream

MILLISECOND = Fraction(1, 1000)


def tolerance(tick: Fraction) -> Fraction:
    """How far from the grid, in seconds, a timestamp may lie and still mean a line of it."""
    return max(tick, MILLISECOND)


class FrameGrid:
    """Start times of the frames of one stream.

    Args:
        stream: its rate, its start, and whether its rate varies.
        tick: seconds of one tick of the stream's clock.
        origin: where media time 0 lies on that clock, in seconds.

    Example:
        >>> stream = VideoStream(
        ...     index=0, codec="vp9", width=64, height=64, rate=Fraction(30), duration=Fraction(1), frames=30,
        ...     pixel_format="yuv420p",
        ... )
        >>> FrameGrid(stream, Fraction(1, 1000), Fraction(0)).start(67)
        Fraction(1, 15)
    """

    def __init__(self, stream: VideoStream, tick: Fraction, origin: Fraction) -> None:
        self.tick = tick
        self.origin = origin
        self.slack = tolerance(tick)
        self._rate = None if stream.variable_rate else stream.rate
        self._first = stream.start

    def start(self, ticks: int) -> Fraction:
        """Media time of a timestamp: its line of the grid, or the very time where it is near none."""
        exact = ticks * self.tick - self.origin
        if self._rate is None:
            return exact
        line = self._first + math.floor((exact - self._first) * self._rate + Fraction(1, 2)) / self._rate
        return line if abs(line - exact) <= self.slack else exact

    def ticks(self, time: Fraction) -> int:
        """The last tick that a frame starting at or before `time` can have."""
        return math.floor((time + self.slack + self.origin) / self.tick)

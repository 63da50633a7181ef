"""Exact seconds and OpenTimelineIO's times, which are a float of frames and a float of frames a second."""

from __future__ import annotations

import math
from fractions import Fraction

from opentimelineio.opentime import RationalTime, TimeRange

from cutroom.errors import InterchangeError
from cutroom.schema.time import LONGEST

SLOWEST = 0.001
"""Frames a second: 1,000 s each. What is slower rounds to none at all."""
_SAME = 1e-3
"""Frames within which two times count as the same: a float of frames is finer for 2,000 hours."""


def to_moment(seconds: Fraction, fps: Fraction) -> RationalTime:
    """A time as frames of a rate; exact where it lies on the grid.

    Example:
        >>> to_moment(Fraction(1001, 1000), Fraction(30000, 1001)).value
        30.0
    """
    return RationalTime(float(seconds * fps), float(fps))


def to_range(start: Fraction, duration: Fraction, fps: Fraction) -> TimeRange:
    """A stretch of time as frames of a rate."""
    return TimeRange(to_moment(start, fps), to_moment(duration, fps))


def exact_rate(rate: float) -> Fraction:
    """The rate that a float means: 29.97 and 29.97002997 are 30000/1001.

    Raises:
        InterchangeError: not a rate.

    Example:
        >>> exact_rate(23.976), exact_rate(25.0)
        (Fraction(24000, 1001), Fraction(25, 1))
    """
    if not math.isfinite(rate) or not SLOWEST <= rate <= 1_000_000:
        raise InterchangeError(f"not a frame rate: {rate!r}", value=rate, hint="correct the rate in the file")
    ntsc = Fraction(math.ceil(rate) * 1000, 1001)
    if abs(rate - ntsc) < 0.004 and rate != math.ceil(rate):
        return ntsc
    return Fraction(rate).limit_denominator(1001)


def exact(moment: RationalTime, stated: Fraction | None = None, fps: Fraction | None = None) -> Fraction:
    """Exact seconds of a time; the `stated` fraction where it means the same, the rate `fps` where it is that.

    Raises:
        InterchangeError: not finite, or longer than any timeline.
    """
    value = moment.value
    if not math.isfinite(value):
        raise InterchangeError(f"not a time: {value!r} frames", value=value, hint="correct the time in the file")
    rate = fps if fps is not None and float(fps) == moment.rate else exact_rate(moment.rate)
    if stated is not None and abs(float(stated * rate) - value) < _SAME:
        return stated
    seconds = Fraction(value).limit_denominator(1_000_000) / rate
    if abs(seconds) > LONGEST:
        raise InterchangeError(
            f"a time of {float(seconds):.0f} s, longer than any timeline", value=value, hint="correct it in the file"
        )
    return seconds

"""Which part of a stream is looked at."""

from __future__ import annotations

from fractions import Fraction

from cutroom.errors import TimeError, ValidationError
from cutroom.schema.media import AudioStream, VideoStream
from cutroom.schema.time import TimeLike, parse_time

LONGEST = 24 * 3600.0
"""Seconds after which a look through a file is given up."""


def stretch(
    stream: VideoStream | AudioStream, span: tuple[TimeLike, TimeLike] | None, rate: Fraction | None
) -> tuple[Fraction, Fraction]:
    """Start and end of the part of a stream that lies in a span, in seconds of media time; None: the whole stream.

    Raises:
        TimeError: not a span, or one that lies outside of the stream.

    Example:
        >>> stretch(media.video, (2, 1000), media.video.rate)  # doctest: +SKIP
        (Fraction(2, 1), Fraction(10, 1))
    """
    last = stream.start + stream.duration
    if span is None:
        return stream.start, last
    try:
        start, end = (parse_time(time, rate=rate) for time in span)
    except (TypeError, ValueError) as error:
        if isinstance(error, ValidationError):
            raise
        raise TimeError(f"not a span: {span!r}", value=span, hint="give (start, end)") from None
    if not start < end or start >= last or end <= stream.start:
        what = "picture" if isinstance(stream, VideoStream) else "sound"
        raise TimeError(
            f"there is no {what} between {float(start):g} s and {float(end):g} s",
            value=span,
            hint=f"the {what} goes from {float(stream.start):g} s to {float(last):g} s",
        )
    return max(start, stream.start), min(end, last)

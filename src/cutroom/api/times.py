"""Times of the interface on the grid of the clock that they are meant in."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cutroom.errors import TimeError
from cutroom.schema.document import Document
from cutroom.schema.media import Media as MediaValue
from cutroom.schema.time import TimeLike, parse_time, snap


@dataclass(frozen=True, slots=True)
class Clock:
    """The grid of a track: frames for pictures and titles, samples for sound."""

    rate: Fraction
    """What `cr.frames(n)` and timecodes count in."""
    grid: Fraction
    """What times snap to, per second."""

    @classmethod
    def of(cls, document: Document, kind: str) -> Clock:
        """The clock of a kind of track."""
        settings = document.settings
        return cls(settings.fps, Fraction(settings.sample_rate) if kind == "audio" else settings.fps)

    def at(self, value: TimeLike) -> Fraction:
        """A timeline time on the grid."""
        return snap(parse_time(value, rate=self.rate), self.grid)

    def length(self, value: TimeLike, *, what: str = "duration") -> Fraction:
        """A duration on the grid.

        Raises:
            TimeError: nothing is left of it.
        """
        exact = self.at(value)
        if exact <= 0:
            raise TimeError(
                f"a {what} must be at least one frame: {value!r}", value=value, hint=f"one frame is {1 / self.rate} s"
            )
        return exact


def span_of(value: Any, clock: Clock) -> tuple[Fraction, Fraction]:
    """A timeline span `(start, end)` on the grid.

    Raises:
        TimeError: it is not a pair, or ends before it starts.
    """
    try:
        start, end = value
    except (TypeError, ValueError):
        raise TimeError(f"a span is (start, end), not {value!r}", value=value, hint="for example (3, 4.5)") from None
    first, last = clock.at(start), clock.at(end)
    if last <= first:
        raise TimeError(f"a span must end after it starts: {value!r}", value=value, hint="give (start, end)")
    return first, last


def source_range(value: Any, media: MediaValue, clock: Clock) -> tuple[Fraction, Fraction]:
    """In point (media time, exact) and duration (on the timeline's grid) of a stretch of a media; None is all of it.

    Raises:
        TimeError: it is not a pair, or ends before it starts.
    """
    rate = media.video.rate if media.video else Fraction(media.audio.sample_rate if media.audio else 1)
    if value is None:
        begins, ends = Fraction(0), media.duration
        if media.video and clock.grid == clock.rate:
            ends = media.video.start + media.video.duration
    else:
        try:
            start, end = value
        except (TypeError, ValueError):
            raise TimeError(
                f"source is (in point, out point), not {value!r}", value=value, hint="for example source=(2, 5)"
            ) from None
        begins = parse_time(start, rate=rate)
        ends = media.duration if end is None else parse_time(end, rate=rate)
        if ends <= begins:
            raise TimeError(f"the out point must lie after the in point: {value!r}", value=value, hint="source=(2, 5)")
    duration = max(snap(ends - begins, clock.grid), 1 / clock.grid)
    return begins, duration

"""Times of the interface on the grid of the clock that they are meant in; what snaps is told."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cutroom.errors import TimeError
from cutroom.schema.document import Document
from cutroom.schema.media import Media as MediaValue
from cutroom.schema.time import TimeLike, parse_time, shown, snap, to_frame
from cutroom.session import Session

NOISE = Fraction(1, 1_000_000)
"""Seconds: what a float is off by is no news."""
TOLD = 3
"""More times than these are told as a number."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The grid of a track: frames for pictures and titles, samples for sound."""

    rate: Fraction
    """What `cr.frames(n)` and timecodes count in."""
    grid: Fraction
    """What times snap to, per second."""
    snapped: list[str] = field(default_factory=list, repr=False, compare=False)
    """What snapped so far, in words."""

    @classmethod
    def of(cls, document: Document, kind: str) -> Clock:
        """The clock of a kind of track."""
        settings = document.settings
        return cls(settings.fps, Fraction(settings.sample_rate) if kind == "audio" else settings.fps)

    @property
    def unit(self) -> str:
        """What the grid is made of."""
        return "frame" if self.grid == self.rate else "sample"

    def at(self, value: TimeLike) -> Fraction:
        """A timeline time on the grid."""
        return self.snap(parse_time(value, rate=self.rate))

    def snap(self, exact: Fraction) -> Fraction:
        """An exact timeline time on the grid."""
        near = snap(exact, self.grid)
        self._note(exact, near, f"{self.unit} {to_frame(near, self.grid)}")
        return near

    def length(self, value: TimeLike, *, what: str = "duration") -> Fraction:
        """A duration on the grid.

        Raises:
            TimeError: nothing is left of it.
        """
        exact = parse_time(value, rate=self.rate)
        near = snap(exact, self.grid)
        if near <= 0:
            raise TimeError(
                f"a {what} must be at least one frame: {shown(value)}",
                value=value,
                hint=f"one frame is {1 / self.rate} s",
            )
        return self.lasting(exact, near)

    def lasting(self, exact: Fraction, near: Fraction) -> Fraction:
        """Tell that a length became another one; returns that."""
        count = to_frame(near, self.grid)
        self._note(exact, near, f"{count} {self.unit}{'' if count == 1 else 's'}")
        return near

    def _note(self, exact: Fraction, near: Fraction, which: str) -> None:
        if abs(exact - near) > NOISE:
            self.snapped.append(f"{seconds(exact)} snapped to {seconds(near)} ({which})")

    def tell(self, session: Session) -> None:
        """Put what snapped into the notes of the step under way."""
        many = len(self.snapped) > TOLD
        for note in [f"{len(self.snapped)} times snapped to the nearest {self.unit}"] if many else self.snapped:
            session.note(note)


def seconds(exact: Fraction) -> str:
    """An exact time for a message."""
    return f"{float(exact):.6f}".rstrip("0").rstrip(".") + " s"


@contextmanager
def step(session: Session, label: str, kind: str) -> Iterator[Clock]:
    """One step of history whose times are on the clock of a kind of track; its notes tell what snapped."""
    with session.edit(label):
        clock = Clock.of(session.document, kind)
        yield clock
        clock.tell(session)


def _two(value: Any) -> tuple[Any, Any]:
    if isinstance(value, str):  # "12" would unpack into two times
        raise TypeError
    first, second = value
    return first, second


def picture_at(document: Document, value: TimeLike) -> Fraction:
    """When the picture that stands nearest to a timeline time is shown, on the frame grid.

    Raises:
        TimeError: at or beyond the end.
    """
    fps, duration = document.settings.fps, document.duration
    exact = parse_time(value, rate=fps)
    if exact >= duration:
        raise TimeError(
            f"the timeline shows nothing at {seconds(exact)}", value=value, hint=f"it ends at {seconds(duration)}"
        )
    return min(snap(exact, fps), (math.ceil(duration * fps) - 1) / fps)


def span_of(value: Any, clock: Clock) -> tuple[Fraction, Fraction]:
    """A timeline span `(start, end)` on the grid.

    Raises:
        TimeError: it is not a pair, or ends before it starts.
    """
    try:
        start, end = _two(value)
    except (TypeError, ValueError):
        raise TimeError(
            f"a span is (start, end), not {shown(value)}", value=value, hint="for example (3, 4.5)"
        ) from None
    first, last = clock.at(start), clock.at(end)
    if last <= first:
        raise TimeError(f"a span must end after it starts: {shown(value)}", value=value, hint="give (start, end)")
    return first, last


def source_range(value: Any, media: MediaValue, clock: Clock) -> tuple[Fraction, Fraction]:
    """In point (media time, exact) and duration (on the timeline's grid) of a stretch of a media; None is all of it.

    Raises:
        TimeError: it is not a pair, or ends before it starts.
    """
    rate = media.video.rate if media.video else Fraction(media.audio.sample_rate if media.audio else 1)
    begins, ends, asked = Fraction(0), media.duration, False
    if value is None:
        if media.video and clock.grid == clock.rate:
            ends = media.video.start + media.video.duration
    else:
        try:
            start, end = _two(value)
        except (TypeError, ValueError):
            raise TimeError(
                f"source is (in point, out point), not {shown(value)}", value=value, hint="for example source=(2, 5)"
            ) from None
        begins, asked = parse_time(start, rate=rate), end is not None
        ends = parse_time(end, rate=rate) if asked else ends
        if ends <= begins:
            raise TimeError(
                f"the out point must lie after the in point: {shown(value)}", value=value, hint="source=(2, 5)"
            )
    duration = max(snap(ends - begins, clock.grid), 1 / clock.grid)
    return begins, clock.lasting(ends - begins, duration) if asked else duration

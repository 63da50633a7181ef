"""Times of the interface on the grid of the clock that they are meant in; what snaps is told."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.api.handle import Handle
from cutroom.errors import TimeError
from cutroom.schema.document import Document
from cutroom.schema.time import FINEST, TimeLike, parse_time, shown, snap, to_frame
from cutroom.session import Session


class Played(NamedTuple):
    """What a clip can play: a media, or a compound."""

    rate: Fraction
    """Of its frames, or samples."""
    duration: Fraction
    ends: Fraction
    """Where a clip of all of it ends: the last picture, where it has one."""


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
    exact: bool = False
    """Whether a time that is given as a Fraction stays as it is: sound needs no grid."""
    snapped: list[str] = field(default_factory=list, repr=False, compare=False)
    """What snapped so far, in words."""
    passed: list[int] = field(default_factory=list, repr=False, compare=False)
    """How many spans were passed over, each time that some were."""

    @classmethod
    def of(cls, document: Document, kind: str, *, ripple: bool = False) -> Clock:
        """The clock of a kind of track; pictures that a ripple of sound would shift stay on their frames."""
        settings = document.settings
        shifts = ripple and any(t.kind != "audio" and t.sync_lock and (t.items or t.cues) for t in document.tracks)
        sound = kind == "audio" and not shifts
        return cls(settings.fps, Fraction(settings.sample_rate) if sound else settings.fps, sound and not ripple)

    @property
    def unit(self) -> str:
        """What the grid is made of."""
        return "frame" if self.grid == self.rate else "sample"

    def at(self, value: TimeLike) -> Fraction:
        """A timeline time on the grid; of sound a Fraction of ordinary fineness is taken exactly."""
        exact = parse_time(value, rate=self.rate)
        if self.exact and isinstance(value, Fraction) and exact.denominator <= FINEST:
            return exact
        return self.snap(exact)

    def beside(self, value: TimeLike, old: Fraction) -> Fraction:
        """A timeline time that lies a whole number of frames (or samples) from another: what a ripple shifts by."""
        exact = parse_time(value, rate=self.rate)
        near = old + snap(exact - old, self.grid)
        self._note(exact, near, f"{self.unit} {to_frame(near, self.grid)}")
        return near

    def offset(self, value: TimeLike) -> Fraction:
        """By how much something moves on the timeline, on the grid; less than 0 is earlier."""
        return self.snap(parse_time(value, rate=self.rate, signed=True))

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

    def pass_over(self, spans: int) -> None:
        """Note that so many spans are shorter than what the grid is made of."""
        if spans:
            self.passed.append(spans)

    def tell(self, session: Session) -> None:
        """Put what snapped, and what was passed over, into the notes of the step under way."""
        if short := sum(self.passed):
            session.note(f"passed over {short} span{'' if short == 1 else 's'} shorter than a {self.unit}")
        many = len(self.snapped) > TOLD
        for note in [f"{len(self.snapped)} times snapped to the nearest {self.unit}"] if many else self.snapped:
            session.note(note)


def seconds(exact: Fraction) -> str:
    """An exact time for a message."""
    return f"{float(exact):.6f}".rstrip("0").rstrip(".") + " s"


@contextmanager
def step(handle: Handle, label: str, kind: str, *, ripple: bool = False) -> Iterator[Clock]:
    """One step of history whose times are on the clock of a kind of track; its notes tell what snapped."""
    with handle.session.edit(label):
        clock = Clock.of(handle.document, kind, ripple=ripple)
        yield clock
        clock.tell(handle.session)


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
    first, last, _ = _ends(value, clock)
    if last <= first:
        raise _no_span(value)
    return first, last


def spans_of(values: Iterable[Any], clock: Clock) -> list[tuple[Fraction, Fraction]]:
    """Timeline spans on the grid; where some are shorter than a frame, these are passed over, and told.

    Raises:
        TimeError: one is not a pair or ends before it starts, or all are shorter than a frame.
    """
    found: list[tuple[Fraction, Fraction]] = []
    short: list[Any] = []
    for value in values:
        told = len(clock.snapped)
        first, last, lasts = _ends(value, clock)
        if first < last:
            found.append((first, last))
        elif lasts:
            del clock.snapped[told:]
            short.append(value)
        else:
            raise _no_span(value)
    if short and not found:
        raise _no_span(short[0])
    clock.pass_over(len(short))
    return found


def _ends(value: Any, clock: Clock) -> tuple[Fraction, Fraction, bool]:
    """Where a span starts and ends on the grid, and whether it lasts before it is put there."""
    try:
        start, end = _two(value)
    except (TypeError, ValueError):
        raise TimeError(
            f"a span is (start, end), not {shown(value)}", value=value, hint="for example (3, 4.5); several: [(3, 4.5)]"
        ) from None
    lasts = parse_time(start, rate=clock.rate) < parse_time(end, rate=clock.rate)
    return clock.at(start), clock.at(end), lasts


def _no_span(value: Any) -> TimeError:
    return TimeError(f"a span must end after it starts: {shown(value)}", value=value, hint="give (start, end)")


def source_range(value: Any, of: Played) -> tuple[Fraction, Fraction, bool]:
    """In and out point of a stretch of what is played (its own time, exact), and whether the out point was given.

    Raises:
        TimeError: it is not a pair, or ends before it starts.
    """
    if value is None:
        return Fraction(0), of.ends, False
    try:
        start, end = _two(value)
    except (TypeError, ValueError):
        raise TimeError(
            f"source is (in point, out point), not {shown(value)}", value=value, hint="for example source=(2, 5)"
        ) from None
    begins = parse_time(start, rate=of.rate)
    ends = of.duration if end is None else parse_time(end, rate=of.rate)
    if ends <= begins:
        raise TimeError(f"the out point must lie after the in point: {shown(value)}", value=value, hint="source=(2, 5)")
    return begins, ends, end is not None

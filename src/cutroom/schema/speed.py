"""How fast a clip plays its source: a constant, or a ramp through keys; exact, so that no cut ever drifts.

A clip's *travel* is the media time that it has played `t` seconds after its start: the integral of its speed. Between
two keys the speed changes in a straight line, so the travel is a parabola, and of fractions it stays a fraction.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, NamedTuple, Self

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from cutroom.schema.base import Frozen
from cutroom.schema.time import FARTHEST, Exact

FINEST_BITS = 64_000
"""Of the denominators of a ramp, all together: those of a thousand keys, to the nanosecond."""
SLOWEST, FASTEST = Fraction(1, 10), 10
"""Constant speeds; 0, a held picture, is the one below."""


def _playable(value: Fraction) -> Fraction:
    if not 0 <= value.numerator <= FASTEST * value.denominator:
        raise ValueError(f"a speed lies between 0 and {FASTEST}")
    return value


Pace = Annotated[Exact, AfterValidator(_playable)]
"""Seconds of media per second of timeline; 0 holds one picture."""


class Piece(NamedTuple):
    """A stretch of clip time in which the travel is ``travel + pace * x + bend * x * x``, x seconds after `time`."""

    time: Fraction
    travel: Fraction
    pace: Fraction
    bend: Fraction


class SpeedKey(Frozen):
    """The speed at a moment of the clip."""

    time: Exact
    """Seconds after the clip's start; a key may lie outside of the clip, where a cut took its part away."""
    speed: Pace


class Ramp(Frozen):
    """A speed that changes: straight lines between keys, the first and the last speed before and after them.

    Example:
        >>> ramp = Ramp.of({0: 1, 2: 2})
        >>> travel(ramp, Fraction(2)), travel(ramp, Fraction(3)), travel(ramp, Fraction(-1))
        (Fraction(3, 1), Fraction(5, 1), Fraction(-1, 1))
    """

    keys: tuple[SpeedKey, ...] = Field(min_length=2, max_length=1000)

    @classmethod
    def of(cls, speeds: dict[Any, Any]) -> Self:
        """A ramp from exact times to exact speeds."""
        return cls(keys=tuple(SpeedKey(time=time, speed=speed) for time, speed in sorted(speeds.items())))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(b.time <= a.time for a, b in pairwise(self.keys)):
            raise ValueError("the keys of a ramp stand in order of time, one at a time")
        if not self.sane:
            raise ValueError("the keys of a ramp are too far away, or too fine: give times in milliseconds")
        return self

    @property
    def sane(self) -> bool:
        """Whether its travel can be worked out in a moment: the sum of all its keys has no endless denominator."""
        bits = sum(key.time.denominator.bit_length() + key.speed.denominator.bit_length() for key in self.keys)
        return bits <= FINEST_BITS and all(
            abs(key.time.numerator) <= FARTHEST * key.time.denominator for key in self.keys
        )

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The parabolas of the travel, from the first key on; the first and the last reach without end."""
        first = self.keys[0]
        found = [Piece(first.time, Fraction(0), first.speed, Fraction(0))]
        travelled = Fraction(0)
        for a, b in pairwise(self.keys):
            length = b.time - a.time
            found.append(Piece(a.time, travelled, a.speed, (b.speed - a.speed) / (2 * length)))
            travelled += (a.speed + b.speed) * length / 2
        last = self.keys[-1]
        found.append(Piece(last.time, travelled, last.speed, Fraction(0)))
        return tuple(found)

    def piece_at(self, time: Fraction) -> Piece:
        """The parabola that holds at a moment of the clip."""
        return self.pieces[bisect_right(self.keys, time, key=lambda key: key.time)]

    def later(self, by: Fraction) -> Ramp:
        """The same ramp for a clip that starts `by` seconds later in it."""
        return self.evolve(keys=tuple(key.evolve(time=key.time - by) for key in self.keys))


def _plain(speed: Fraction | Ramp) -> Any:
    return speed.model_dump(mode="json") if isinstance(speed, Ramp) else str(speed)


Speed = Annotated[Pace | Ramp, Field(union_mode="left_to_right"), PlainSerializer(_plain, when_used="json")]
"""A constant (in JSON "2" or "1/3") or a ramp."""

NORMAL = Fraction(1)


def piece_at(speed: Fraction | Ramp, time: Fraction) -> Piece:
    """The parabola of the travel that holds at a moment of the clip; its travel counts from an origin of its own."""
    return speed.piece_at(time) if isinstance(speed, Ramp) else Piece(Fraction(0), Fraction(0), speed, Fraction(0))


def travel(speed: Fraction | Ramp, until: Fraction, since: Fraction = Fraction(0)) -> Fraction:
    """Seconds of media played between two moments of a clip.

    Args:
        speed: of the clip.
        until: seconds after its start.
        since: seconds after its start; after `until` the result is negative.

    Example:
        >>> travel(Fraction(1, 2), Fraction(3))
        Fraction(3, 2)
    """
    if isinstance(speed, Fraction):
        return speed * (until - since)
    return _place(speed, until) - _place(speed, since)


def _place(ramp: Ramp, time: Fraction) -> Fraction:
    piece = ramp.piece_at(time)
    x = time - piece.time
    return piece.travel + (piece.pace + piece.bend * x) * x


def knots(speed: Fraction | Ramp) -> tuple[Fraction, ...]:
    """Moments of the clip where the law of the travel changes."""
    return tuple(key.time for key in speed.keys) if isinstance(speed, Ramp) else ()

"""Speeds as they are given, and how long a stretch of media lasts at them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cutroom.api.arguments import number, wrong
from cutroom.errors import EditError, ValidationError
from cutroom.schema.speed import FASTEST, SLOWEST, Ramp, travel
from cutroom.schema.time import LONGEST, parse_time, shown, snap

SpeedLike = float | Fraction | Mapping[Any, Any]
"""A number (2 is twice as fast), or speeds by clip time: `{0: 1, 1.5: 0.5}`, straight lines in between."""
_KEYS = 1000


def speed_of(value: Any, rate: Fraction) -> Fraction | Ramp:
    """A constant speed, or a ramp.

    Args:
        value: a number from 0.1 to 10, or speeds from 0 to 10 by seconds after the clip's start.
        rate: frames per second of the timeline.

    Raises:
        ValidationError: something else, or out of range.
        TimeError: a key that is no time.
    """
    if not isinstance(value, Mapping):
        return _constant("speed", value, SLOWEST)
    if not 0 < len(value) <= _KEYS:
        raise wrong("speed", f"a number, or 1 to {_KEYS} speeds by clip time", value)
    keys = {parse_time(time, rate=rate): _constant(f"speed[{shown(time)}]", pace, 0) for time, pace in value.items()}
    if len(keys) < len(value):
        raise ValidationError("speed has two keys at one time", value=value, hint="give each time once")
    if len({*keys.values()}) > 1:
        return Ramp.of(keys)
    return _constant("speed", next(iter(keys.values())), SLOWEST)


def _constant(name: str, value: Any, slowest: Fraction | int) -> Fraction:
    if isinstance(value, int | float | Fraction) and value < 0:
        taken = f"a number from {float(slowest):g} to {float(FASTEST):g}"
        hint = "clip.reverse() plays it backwards; reverse=True where it is placed"
        raise ValidationError(f"{name} takes {taken}, not {shown(value)}", value=value, hint=hint)
    if isinstance(value, Fraction):
        if not slowest <= value <= FASTEST or value.denominator > 10**12:
            raise wrong(name, f"a number from {float(slowest):g} to {float(FASTEST):g}", value)
        return value
    return parse_time(number(name, value, float(slowest), float(FASTEST)))


def lasting(speed: Fraction | Ramp, played: Fraction, room: Fraction | None, grid: Fraction) -> Fraction:
    """Seconds of timeline that a stretch of media takes at a speed: the nearest frame that needs no media beyond it.

    Args:
        speed: seconds of media per second of timeline.
        played: seconds of media.
        room: seconds of media that there are; None: without end.
        grid: frames (or samples) per second of timeline.

    Raises:
        EditError: a ramp that never gets there.
    """
    count = _frames(speed, played, grid)
    if room is not None and count > 1 and travel(speed, count / grid) > max(room, played):
        count -= 1
    return max(count, 1) / grid


def _frames(speed: Fraction | Ramp, played: Fraction, grid: Fraction) -> int:
    if isinstance(speed, Fraction):
        return int(snap(played / speed, grid) * grid)
    low, high = 0, int(LONGEST * grid)
    if travel(speed, high / grid) < played:
        raise EditError(
            "at that speed the clip would never reach its out point",
            value=played,
            hint="end the ramp at a speed above 0, or freeze a picture",
        )
    while low < high:  # the travel never falls
        middle = (low + high) // 2
        if travel(speed, middle / grid) < played:
            low = middle + 1
        else:
            high = middle
    late, early = travel(speed, low / grid) - played, played - travel(speed, max(low - 1, 0) / grid)
    return low if late <= early else low - 1

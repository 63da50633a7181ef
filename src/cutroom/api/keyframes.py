"""Keyframes as people write them: a dictionary, or rows of time, value and easing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from cutroom.api.arguments import number
from cutroom.errors import TimeError, ValidationError
from cutroom.schema.curve import MOST_KEYS, Easing, Keyframe
from cutroom.schema.time import TimeLike, parse_time, shown

KeyframesLike = Mapping[TimeLike, float] | Iterable[Keyframe | tuple[TimeLike, float] | tuple[TimeLike, float, Easing]]
"""`{time: value}`, or rows `(time, value)` and `(time, value, easing)`; `Keyframe`s as a handle gives them, too."""
_HINT = "for example {0: 0, 1.5: 0.3}, or [(0, 0), (1.5, 0.3, 'hold'), (2, 1)]"


def keyframes_of(parameter: str, keyframes: Any, easing: Any, fps: Fraction) -> tuple[Keyframe, ...]:
    """Keyframes in order of time.

    Args:
        parameter: what is animated, for errors.
        keyframes: as `KeyframesLike`.
        easing: of the keys that have none of their own.
        fps: what `cr.frames(n)` and timecodes count in.

    Raises:
        ValidationError: fewer than two keys, a value that is no number, or an unknown easing.
        TimeError: not a time, or one that stands twice.

    Example:
        >>> [key.value for key in keyframes_of("scale", {1: 2, 0: 1}, "ease_in", Fraction(30))]
        [1.0, 2.0]
    """
    rows = _rows(parameter, keyframes)
    if len(rows) < 2:
        raise ValidationError(
            f"{parameter} needs two keyframes or more to move, not {len(rows)}",
            value=keyframes,
            hint=f"{_set(parameter, rows)}still({parameter!r}) ends its animation",
        )
    made: dict[Fraction, Keyframe] = {}
    for row in rows:
        key = row if isinstance(row, Keyframe) else _key(parameter, row, easing, fps)
        if key.time in made:
            raise TimeError(
                f"{parameter} has two keyframes at {float(key.time):g} s", value=key.time, hint="give each time once"
            )
        made[key.time] = key
    return tuple(made[time] for time in sorted(made))


def _set(parameter: str, rows: list[Any]) -> str:
    """How to give it the value of its only key, where it has one."""
    row = (rows[0].time, rows[0].value) if rows and isinstance(rows[0], Keyframe) else rows[0] if rows else ()
    value = row[1] if isinstance(row, tuple | list) and len(row) > 1 else None
    return f"set({parameter}={value!r}) gives it one value, " if isinstance(value, int | float) else ""


def _rows(parameter: str, keyframes: Any) -> list[Any]:
    if isinstance(keyframes, Mapping):
        found: list[Any] = list(keyframes.items())
    elif isinstance(keyframes, Iterable) and not isinstance(keyframes, str):
        found = list(keyframes)
    else:
        raise ValidationError(f"{parameter} takes keyframes, not {shown(keyframes)}", value=keyframes, hint=_HINT)
    if len(found) > MOST_KEYS:
        raise ValidationError(f"{parameter} takes {MOST_KEYS} keyframes at most", value=len(found), hint="give fewer")
    return found


def _key(parameter: str, row: Any, easing: Any, fps: Fraction) -> Keyframe:
    try:
        time, value, *rest = row
        (own,) = rest or (easing,)
    except (TypeError, ValueError):
        raise ValidationError(
            f"a keyframe of {parameter} is (time, value) or (time, value, easing), not {shown(row)}",
            value=row,
            hint=_HINT,
        ) from None
    exact = parse_time(time, rate=fps, signed=True)
    numbers = isinstance(own, Iterable) and not isinstance(own, str)
    plain = tuple(getattr(one, "item", lambda one=one: one)() for one in own) if numbers else own  # NumPy's too
    try:
        return Keyframe.checked(time=exact, value=number(f"{parameter} at {float(exact):g} s", value), easing=plain)
    except ValidationError as error:
        raise ValidationError(error.message, value=error.value, hint=_HINT) from None

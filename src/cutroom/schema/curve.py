"""How a number goes over time: keyframes, and the easing from each to the next.

Before its first key a curve has the first value, after its last one the last. The easings are those of CSS (W3C, CSS
Easing Functions Level 1): a cubic Bézier from (0, 0) to (1, 1) with the control points (x1, y1) and (x2, y2), where x
is the share of the time between two keys and y that of the way. A y outside of 0 to 1 overshoots.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from cutroom.schema.base import Frozen
from cutroom.schema.time import Exact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EasingName = Literal["linear", "ease_in", "ease_out", "ease_in_out", "hold"]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Level = Annotated[float, Field(strict=True, ge=-10, le=10)]
Bezier = tuple[Share, Level, Share, Level]
"""x1, y1, x2, y2."""


def _easing(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    try:
        return check(tuple(value) if isinstance(value, list) else value)  # JSON has lists only
    except ValueError:
        names = ", ".join(get_args(EasingName))
        raise ValueError(f"an easing is {names}, or x1, y1, x2, y2 with x from 0 to 1, y from -10 to 10") from None


Easing = Annotated[EasingName | Bezier, WrapValidator(_easing)]
"""`hold` keeps the value up to the next key."""

NAMED: Mapping[str, Bezier] = {
    "ease_in": (0.42, 0.0, 1.0, 1.0),
    "ease_out": (0.0, 0.0, 0.58, 1.0),
    "ease_in_out": (0.42, 0.0, 0.58, 1.0),
}
MOST_KEYS = 10_000
_ROUNDS = 64
_NEAR = 1e-15
_FINE = 10**30
_WHOLE = 2**53
"""Whole numbers below it are exact as floats."""


class Keyframe(Frozen):
    """The value at a moment of the clip, and how it goes from there to the next key's."""

    time: Exact
    """Seconds of timeline after the clip's start; a key may lie outside of the clip, where a cut took its part away."""
    value: float = Field(strict=True, ge=-1e300, le=1e300)
    easing: Easing = "linear"


def _in_order(keys: tuple[Keyframe, ...]) -> tuple[Keyframe, ...]:
    if any(b.time <= a.time for a, b in pairwise(keys)):
        raise ValueError("keyframes stand in order of time, one at a time")
    return keys


Keys = Annotated[tuple[Keyframe, ...], Field(max_length=MOST_KEYS), AfterValidator(_in_order)]
"""Keyframes in order of time; none: nothing moves."""
Curve = Annotated[tuple[Keyframe, ...], Field(min_length=1, max_length=MOST_KEYS), AfterValidator(_in_order)]
"""Keyframes in order of time."""


def value_at(curve: Curve, time: Fraction) -> float:
    """The value at a moment; at a key it is exactly the key's.

    Example:
        >>> curve = Keyframe(time=0, value=1), Keyframe(time=2, value=3, easing="hold"), Keyframe(time=3, value=0)
        >>> [value_at(curve, Fraction(time)) for time in (-1, 0, 1, 2, "5/2", 3, 9)]
        [1.0, 1.0, 2.0, 3.0, 3.0, 0.0, 0.0]
    """
    after = bisect_right(curve, time, key=_time)
    if not after:
        return curve[0].value
    a = curve[after - 1]
    if after == len(curve) or a.easing == "hold":
        return a.value
    b = curve[after]
    return a.value + (b.value - a.value) * eased(a.easing, float((time - a.time) / (b.time - a.time)))


def values_at(curve: Curve, first: Fraction, step: Fraction, count: int) -> NDArray[np.float64]:
    """The values at `count` moments from `first` on, `step` seconds apart, as float64 of shape (count,).

    Each is what `value_at` gives for its moment, bit for bit, wherever the row of moments begins.

    Example:
        >>> curve = Keyframe(time=0, value=0), Keyframe(time=1, value=8)
        >>> values_at(curve, Fraction(-1, 4), Fraction(1, 4), 7).tolist()
        [0.0, 0.0, 2.0, 4.0, 6.0, 8.0, 8.0]
    """
    import numpy as np

    low = max(0, bisect_right(curve, first, key=_time) - 1)
    high = bisect_left(curve, first + count * step, key=_time)
    values = np.full(count, curve[low].value)
    for i in range(low, high):
        a = curve[i]
        begin = max(0, math.ceil((a.time - first) / step))
        if i + 1 == len(curve) or a.easing == "hold":
            values[begin:] = a.value
            continue
        b = curve[i + 1]
        end = min(count, math.ceil((b.time - first) / step))
        if begin < end:
            way = _ways((first - a.time) / (b.time - a.time), step / (b.time - a.time), begin, end)
            values[begin:end] = a.value + (b.value - a.value) * _eased_all(a.easing, way)
    return values


def _time(key: Keyframe) -> Fraction:
    return key.time


def _ways(first: Fraction, step: Fraction, begin: int, end: int) -> NDArray[np.float64]:
    """`first + k * step` for k in [begin, end), each rounded once. All lie between 0 and 1."""
    import numpy as np

    base = math.lcm(first.denominator, step.denominator)
    start, by = (value.numerator * (base // value.denominator) for value in (first, step))
    if base < _WHOLE:
        return (start + begin * by + np.arange(end - begin, dtype=np.int64) * by) / base
    return np.array([(start + k * by) / base for k in range(begin, end)])


def eased(easing: Easing, way: float) -> float:
    """The share of the way from one value to the next after a share of the time.

    Example:
        >>> eased("linear", 0.25), round(eased("ease_in", 0.5), 6), eased("hold", 0.99)
        (0.25, 0.315357, 0.0)
    """
    if easing == "hold":
        return 0.0
    if easing == "linear" or not 0 < way < 1:
        return min(max(way, 0.0), 1.0)
    x, y = _polynomials(easing)
    low, high, s = 0.0, 1.0, way
    for _ in range(_ROUNDS):  # Newton's steps, and halves where one would leave the bracket
        off = ((x[2] * s + x[1]) * s + x[0]) * s - way
        if abs(off) <= _NEAR:
            break
        low, high = (s, high) if off < 0 else (low, s)
        slope = (3 * x[2] * s + 2 * x[1]) * s + x[0]
        stepped = s - off / slope if slope else -1.0
        s = stepped if low < stepped < high else (low + high) / 2
    return ((y[2] * s + y[1]) * s + y[0]) * s


def _eased_all(easing: Easing, way: NDArray[np.float64]) -> NDArray[np.float64]:
    """`eased` of many: the same steps, each number stopping by itself."""
    import numpy as np

    if easing == "hold":
        return np.zeros_like(way)
    if easing == "linear":
        return way
    x, y = _polynomials(easing)
    s, low, high = way.copy(), np.zeros_like(way), np.ones_like(way)
    going = np.flatnonzero((way > 0) & (way < 1))
    for _ in range(_ROUNDS):
        now = s[going]
        off = ((x[2] * now + x[1]) * now + x[0]) * now - way[going]
        far = np.abs(off) > _NEAR
        going, now, off = going[far], now[far], off[far]
        if not len(going):
            break
        low[going] = np.where(off < 0, now, low[going])
        high[going] = np.where(off < 0, high[going], now)
        slope = (3 * x[2] * now + 2 * x[1]) * now + x[0]
        stepped = now - off / np.where(slope == 0, np.nan, slope)
        inside = (low[going] < stepped) & (stepped < high[going])
        s[going] = np.where(inside, stepped, (low[going] + high[going]) / 2)
    return np.where((way > 0) & (way < 1), ((y[2] * s + y[1]) * s + y[0]) * s, way)


Cubic = tuple[float, float, float]
"""What s, its square and its cube are multiplied with."""


def _polynomials(easing: EasingName | Bezier) -> tuple[Cubic, Cubic]:
    x1, y1, x2, y2 = NAMED[easing] if isinstance(easing, str) else easing
    return _cubic(x1, x2), _cubic(y1, y2)


def _cubic(one: float, two: float) -> Cubic:
    first = 3 * one
    second = 3 * (two - one) - first
    return first, second, 1 - first - second


def shifted(curve: Curve, by: Fraction) -> Curve:
    """The same curve for a clip that starts `by` seconds later in it."""
    return tuple(key.evolve(time=key.time - by) for key in curve)


def scaled(curve: Curve, factor: Fraction) -> Curve:
    """The same curve for a clip that lasts `factor` times as long.

    Fractions that grew very fine, by many such changes, are rounded to a picosecond.
    """
    exact = [key.time * factor for key in curve]
    coarse = [time if time.denominator < _FINE else time.limit_denominator(10**12) for time in exact]
    times = coarse if all(a < b for a, b in pairwise(coarse)) else exact
    return tuple(key.evolve(time=time) for key, time in zip(curve, times, strict=True))


def needed(curve: Curve, first: Fraction, last: Fraction) -> Curve:
    """The keys that matter from one moment to another, both included; of what stands still, one.

    Example:
        >>> curve = tuple(Keyframe(time=time, value=time) for time in range(9))
        >>> [key.time.numerator for key in needed(curve, Fraction(5, 2), Fraction(7, 2))]
        [2, 3, 4]
    """
    low = max(0, bisect_right(curve, first, key=_time) - 1)
    high = bisect_left(curve, last, key=_time)
    found = list(curve[low : high + 1])
    if len(found) > 1 and found[-1].time > last and found[-2].easing == "hold":
        found.pop()
    if all(key.value == found[0].value for key in found):
        found = found[:1]
    return tuple(found)

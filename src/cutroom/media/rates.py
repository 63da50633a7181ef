"""The nominal frame rate of a stream, and whether its frames keep to it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cutroom.media.grid import tolerance
from cutroom.schema.time import parse_rate

USUAL = tuple(
    Fraction(rate)
    for rate in (
        *("10", "12", "25/2", "15", "20", "24000/1001", "24", "25", "30000/1001", "30", "48000/1001", "48", "50"),
        *("60000/1001", "60", "90", "100", "120000/1001", "120", "240000/1001", "240"),
    )
)
"""Rates that cameras, films and screens have."""
_SPARSE = 2
"""A grid with more than this many lines a frame says nothing about the rate."""


def choose_rate(pts: NDArray[np.int64], tick: Fraction, claims: Iterable[Fraction | None]) -> tuple[Fraction, bool]:
    """The rate on whose grid all frames lie, and False; or the best claim, and True where the rate varies.

    Args:
        pts: timestamps of the frames in the order shown.
        tick: seconds of one tick.
        claims: what the file says or FFmpeg measures, the most trusted first.

    Example:
        >>> choose_rate(np.array([0, 33, 67, 100]), Fraction(1, 1000), [None, Fraction(30)])
        (Fraction(30, 1), False)
    """
    span = int(pts[-1] - pts[0]) if len(pts) > 1 else 0
    measured = Fraction(len(pts) - 1, span) / tick if span else None
    rates = [nominal(claim) for claim in claims if claim]
    if measured:
        near = [rate for rate in USUAL if abs(rate - measured) * 100 <= measured]
        rates += [*sorted(near, key=lambda rate: abs(rate - measured)), nominal(measured)]
    for rate in rates:
        if keeps(pts, tick, rate):
            return rate, False
    return (rates[0] if rates else Fraction(25)), bool(rates)


def nominal(rate: Fraction) -> Fraction:
    """A measured rate as the field writes it: near 29.97 means 30000/1001, near 25 means 25."""
    if not 1 <= rate <= 240:
        return rate.limit_denominator(1001)
    whole = Fraction(round(rate))
    if whole and abs(rate - whole) < Fraction(1, 500):
        return whole
    return parse_rate(rate).limit_denominator(1001)


def keeps(pts: NDArray[np.int64], tick: Fraction, rate: Fraction) -> bool:
    """Whether every frame lies on the grid of `rate`, each on a line of its own, and most lines have a frame."""
    if len(pts) < 2:
        return True
    times = (pts - pts[0]) * float(tick)
    lines = np.floor(times * float(rate) + 0.5)
    off = np.abs(lines / float(rate) - times)
    distinct = bool(np.all(np.diff(lines) > 0))
    return distinct and bool(off.max() <= float(tolerance(tick)) + 1e-9) and lines[-1] + 1 <= _SPARSE * len(pts)

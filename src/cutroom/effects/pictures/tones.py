"""Functions of one colour channel as tables: what a run of `ToneNode`s makes of each of 65,536 levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Balance, Levels, Point, Spline, ToneNode, Zones

PEAK = 255 * 256
"""What 1 is in 16 bits: swscale counts in 256ths of 8-bit levels, so that its white is not 65535."""
Tone = NDArray[Any]
"""Values of a channel, from 0 to 1, as 32-bit floats."""
Bend = Callable[[Tone, int], Tone]
"""What is done to the values of channel 0, 1 or 2; the result may leave 0 … 1."""


def tables(bends: Sequence[Bend]) -> list[NDArray[np.uint16]]:
    """For red, green and blue: what each level of 16 bits becomes after all functions in turn, rounded once.

    Example:
        >>> red, green, _ = tables([bend(Levels(out_black=(1, 0, 0), out_white=(0, 1, 1)))])
        >>> int(red[0]), int(red[PEAK]), int(green[12345])
        (65280, 0, 12345)
    """
    made = []
    for channel in range(3):
        x: Tone = np.minimum(np.arange(65536, dtype=np.float32) / np.float32(PEAK), 1)
        for change in bends:
            x = np.clip(change(x, channel), 0, 1)
        made.append((x * np.float32(PEAK) + np.float32(0.5)).astype(np.uint16))
    return made


def bend(node: ToneNode) -> Bend:
    """What a node does to a channel, as its docstring says."""
    return lambda x, channel: _BENDS[type(node)](node, x, channel)


def _levels(node: Levels, x: Tone, channel: int) -> Tone:
    low, high = node.in_black[channel], node.in_white[channel]
    if high > low:
        x = x if (low, high) == (0, 1) else np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    else:
        x = (x > low).astype(np.float32)
    if node.gamma[channel] != 1:
        x = x ** np.float32(1 / node.gamma[channel])
    black, white = node.out_black[channel], node.out_white[channel]
    moved: Tone = x if (black, white) == (0, 1) else np.float32(black) + np.float32(white - black) * x
    return moved


def _balance(node: Balance, x: Tone, channel: int) -> Tone:
    shadows, midtones, highlights = (
        np.float32(part[channel]) for part in (node.shadows, node.midtones, node.highlights)
    )
    rest = 1 - x
    balanced: Tone = x + shadows * rest * rest / 2 + midtones * x * rest + highlights * x * x / 2
    return balanced


def _zones(node: Zones, x: Tone, channel: int) -> Tone:
    shadows = np.float32(node.shadows * (2.5 if node.shadows > 0 else 1))
    highlights = np.float32(node.highlights * (2.5 if node.highlights < 0 else 1))
    rest = 1 - x
    moved: Tone = x + x * rest * (shadows * rest * rest + highlights * x * x)
    return moved


def _spline(node: Spline, x: Tone, channel: int) -> Tone:
    bent = _through(node.master, _through((node.red, node.green, node.blue)[channel], x))
    return bent if node.amount == 1 else x + np.float32(node.amount) * (bent - x)


def _through(points: tuple[Point, ...], x: Tone) -> Tone:
    if not points:
        return x
    bent: Tone = _sampled(points)[(x * np.float32(PEAK) + np.float32(0.5)).astype(np.int32)]
    return bent


@lru_cache(maxsize=32)
def _sampled(points: tuple[Point, ...]) -> Tone:
    """A curve at all levels; what is animated is how much of it there is."""
    return curve(points, np.arange(PEAK + 1, dtype=np.float32) / np.float32(PEAK))


_BENDS: dict[type[ToneNode], Callable[[Any, Tone, int], Tone]] = {
    Levels: _levels,
    Balance: _balance,
    Zones: _zones,
    Spline: _spline,
}


def curve(points: Sequence[Point], x: Tone) -> Tone:
    """A monotone cubic through the points (Fritsch and Butland's slopes); level beyond them.

    Example:
        >>> points = [Point(x=0, y=0), Point(x=0.5, y=0.8), Point(x=1, y=1)]
        >>> curve(points, np.array([0.0, 0.5, 1.0], np.float32)).round(3).tolist()
        [0.0, 0.800000011920929, 1.0]
    """
    xs, ys = (np.array([getattr(point, axis) for point in points]) for axis in "xy")
    step = np.diff(xs)
    rise = np.diff(ys) / step
    slope = _slopes(step, rise)
    at = np.clip(np.searchsorted(xs, x, side="right") - 1, 0, len(points) - 2)
    t = np.clip(x.astype(np.float64) - xs[at], 0, step[at])
    c = (3 * rise - 2 * slope[:-1] - slope[1:]) / step
    d = (slope[:-1] + slope[1:] - 2 * rise) / step**2
    bent: Tone = (ys[at] + t * (slope[at] + t * (c[at] + t * d[at]))).astype(np.float32)
    return bent


def _slopes(step: NDArray[np.float64], rise: NDArray[np.float64]) -> NDArray[np.float64]:
    """At each point: weighted harmonic means inside, three-point formulas at the ends, kept from overshooting."""
    if len(rise) == 1:
        return np.repeat(rise, 2)
    left, right = step[:-1], step[1:]
    one, two = 2 * right + left, right + 2 * left
    turns = rise[:-1] * rise[1:] <= 0
    safe = [np.where(turns, 1.0, part) for part in (rise[:-1], rise[1:])]
    inner = np.where(turns, 0.0, (one + two) / (one / safe[0] + two / safe[1]))
    return np.concatenate([[_end(step, rise)], inner, [_end(step[::-1], rise[::-1])]])


def _end(step: NDArray[np.float64], rise: NDArray[np.float64]) -> float:
    slope = ((2 * step[0] + step[1]) * rise[0] - step[0] * rise[1]) / (step[0] + step[1])
    if slope * rise[0] <= 0:
        return 0.0
    if rise[0] * rise[1] <= 0 and abs(slope) > abs(3 * rise[0]):
        return float(3 * rise[0])
    return float(slope)

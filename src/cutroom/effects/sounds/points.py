"""Nodes without memory, on samples: gains, fades, pan, width, ducking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cutroom.effects.nodes import Duck, Gain, Pan, PointNode, Ramp, Swell, Width
from cutroom.effects.sounds.resampling import Samples
from cutroom.schema.curve import Curve, values_at

Floats = NDArray[np.float64]
Hear = Callable[[int, int, int], Samples]
"""Gives samples [first, first + count) of a side, by its number: (channels, count)."""
_QUIET = 1e-20


def shape(samples: Samples, nodes: Sequence[PointNode], first: int, rate: int, hear: Hear) -> Samples:
    """Samples after nodes, one after the other. Any stretch comes out as in the whole, bit for bit.

    Args:
        samples: float32, (channels, samples).
        nodes: what is done to them.
        first: number of the first sample, as the nodes count.
        rate: samples per second.
        hear: gives what nodes listen to.
    """
    channels, count = samples.shape
    factor: Floats | None = None
    for node in nodes:
        if isinstance(node, Width):
            samples, factor = _widen(_times(samples, factor), node, first, rate), None
            continue
        one = _factor(node, channels, (first, count), rate, hear)
        factor = one if factor is None else factor * one
    return _times(samples, factor)


def _times(samples: Samples, factor: Floats | None) -> Samples:
    return samples if factor is None else samples * factor.astype(np.float32)


def _factor(node: PointNode, channels: int, span: tuple[int, int], rate: int, hear: Hear) -> Floats:
    """What to multiply with: (channels or 1, samples or 1)."""
    match node:
        case Gain():
            return np.full((1, 1), node.factor)
        case Ramp():
            return ramp(node, span[1], span[0])[None]
        case Swell():
            return swell(node, span[1], rate, span[0])[None]
        case Pan():
            return _sides(_values(node.pan, span, rate, -1), node.law) if channels == 2 else np.ones((1, 1))
        case Duck():
            return duck(node, span, rate, hear)[None]
    raise AssertionError(node)


def swell(node: Swell, samples: int, rate: int, first: int = 0) -> Floats:
    """A changing gain's factor at each of `samples` samples from `first` on: 10 to the power of dB / 20.

    Example:
        >>> from cutroom.schema.curve import Keyframe
        >>> keys = Keyframe(time=0, value=0), Keyframe(time=2, value=20)
        >>> swell(Swell(db=keys, low=-96, high=10), 3, 1).round(3).tolist()
        [1.0, 3.162, 3.162]
    """
    db = values_at(node.db, Fraction(first, rate), Fraction(1, rate), samples)
    factors: Floats = 10 ** (np.clip(db, node.low, node.high) / 20)
    return factors


def ramp(node: Ramp, samples: int, first: int = 0) -> Floats:
    """A fade's factor at each of `samples` samples from `first` on.

    Sample `i` stands at (i - start + ½) / length of the way, so that a fade in and the same fade out mirror each other
    and a crossfade's two powers add up to one.

    Example:
        >>> ramp(Ramp(rising=True, curve="linear", start=1, samples=2), 4).tolist()
        [0.0, 0.25, 0.75, 1.0]
    """
    way = np.clip((np.arange(first, first + samples) - node.start + 0.5) / node.samples, 0, 1)
    if not node.rising:
        way = 1 - way
    return np.sin(way * (np.pi / 2)) if node.curve == "equal_power" else way


def _values(curve: Curve, span: tuple[int, int], rate: int, low: float) -> Floats:
    """A curve at each sample of a span, or once where it never changes."""
    if len(curve) == 1:
        return np.full(1, np.clip(curve[0].value, low, low + 2))
    values = values_at(curve, Fraction(span[0], rate), Fraction(1, rate), span[1])
    return np.clip(values, low, low + 2)


def _sides(pan: Floats, law: str) -> Floats:
    if law == "balance":
        return np.stack([np.minimum(1.0, 1 - pan), np.minimum(1.0, 1 + pan)])
    angle = (pan + 1) * (np.pi / 4)
    return np.where(pan == 0, 1.0, np.sqrt(2) * np.stack([np.cos(angle), np.sin(angle)]))


def _widen(samples: Samples, node: Width, first: int, rate: int) -> Samples:
    if samples.shape[0] == 1:
        return samples
    width = _values(node.width, (first, samples.shape[1]), rate, 0).astype(np.float32)
    middle, side = (samples[0] + samples[1]) / 2, (samples[0] - samples[1]) / 2 * width
    return np.stack([middle + side, middle - side])


def duck(node: Duck, span: tuple[int, int], rate: int, hear: Hear) -> Floats:
    """A ducking's factor at each sample of a span."""
    assert isinstance(node.side, int)
    step, (behind, ahead) = node.step(rate), node.reach(rate)
    at = np.arange(node.lead + span[0], node.lead + span[0] + span[1])
    number = (at - step // 2) // step
    low, high = int(number[0]), int(number[-1]) + 1
    heard = hear(node.side, (low - behind) * step, (high + 1 + ahead - (low - behind)) * step)
    wanted = _wanted(node, heard, step)
    offsets = np.arange(-behind, ahead + 1)
    fall = np.where(offsets < 0, -offsets / (node.release * rate), offsets / (node.attack * rate)) * (step * node.range)
    reduction = np.maximum((sliding_window_view(wanted, len(offsets)) - fall).max(axis=1), 0)
    way = (at - step // 2 - number * step) / step
    index = number - low
    factors: Floats = 10 ** ((reduction[index] * (1 - way) + reduction[index + 1] * way) / -20)
    return factors


def _wanted(node: Duck, heard: Samples, step: int) -> Floats:
    """The reduction in dB that each step asks for."""
    steps = heard.shape[1] // step
    rows = np.ascontiguousarray(heard.reshape(heard.shape[0], steps, step).swapaxes(0, 1)).reshape(steps, -1)
    power = np.square(rows, dtype=np.float64).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, _QUIET))
    return np.clip((level - node.threshold) * (1 - 1 / node.ratio), 0, node.range)

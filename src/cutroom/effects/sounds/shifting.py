"""Another pitch at the same tempo: stretched in time, and then played that much faster."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from cutroom.effects.nodes import Shift
from cutroom.effects.sounds.resampling import Samples, Travel, resample
from cutroom.effects.sounds.stretching import Stretcher

_ENDLESS = 1 << 62
_MARGIN = 1 << 16
"""Samples that must have come in before one comes out."""
_PART = 1 << 12


class Shifter:
    """See `nodes.Shift`. Nothing of it is late.

    Args:
        node: what it does.
        rate: samples per second.
        channels: how many.
    """

    def __init__(self, node: Shift, rate: int, channels: int) -> None:
        self._factor = Fraction(node.factor).limit_denominator(1000)
        slow = Travel(Fraction(0), 1 / self._factor, Fraction(0), _ENDLESS)
        self._stretcher = Stretcher([(0, slow)], self._source, rate)
        self._given = self._end = 0
        self._in = self._out = np.zeros((channels, 0), np.float32)
        """What came in, and what was stretched, from samples `_in_from` and `_out_from` on."""
        self._in_from = self._out_from = 0

    def push(self, samples: Samples) -> Samples:
        """Take the next samples, and give those that are ready."""
        self._end += samples.shape[1]
        self._in = np.concatenate([self._in, samples], axis=1)
        return self._played(self._end - _MARGIN)

    def finish(self) -> Samples:
        """The rest."""
        return self._played(self._end)

    def _played(self, until: int) -> Samples:
        parts = [self._in[:, :0]]
        while self._given < until:
            count = min(_PART, until - self._given)
            parts.append(
                resample(Travel(self._given * self._factor, self._factor, Fraction(0), count), self._stretched)
            )
            self._given += count
        keep = max(0, self._given - _MARGIN - self._in_from)
        self._in, self._in_from = self._in[:, keep:], self._in_from + keep
        return np.concatenate(parts, axis=1)

    def _stretched(self, first: int, count: int) -> Samples:
        missing = first + count - self._out_from - self._out.shape[1]
        if missing > 0:
            self._out = np.concatenate([self._out, self._stretcher.read(missing)], axis=1)
        found = _window(self._out, first - self._out_from, count)
        gone = max(0, first - self._out_from - _PART)
        self._out, self._out_from = self._out[:, gone:], self._out_from + gone
        return found

    def _source(self, first: int, count: int) -> Samples:
        return _window(self._in, first - self._in_from, count)


def _window(samples: Samples, first: int, count: int) -> Samples:
    """Samples [first, first + count), silence where there are none."""
    result = np.zeros((samples.shape[0], count), np.float32)
    low, high = max(first, 0), min(first + count, samples.shape[1])
    if low < high:
        result[:, low - first : high - first] = samples[:, low:high]
    return result

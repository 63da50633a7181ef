"""Where sound begins suddenly: clicks, drums, consonants."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from cutroom.effects.sounds.resampling import Samples

_STEPS = 1000
"""Steps per second in which the level is measured."""
_BEFORE = 40
"""Steps that say what is usual."""
_LEAP = 12.0
"""How many times the usual energy an onset has."""
_APART = 30
"""Steps between two onsets; of those that are nearer the stronger one counts."""
_FAINT = 1e-7
"""Mean square, of the difference between neighbours, below which nothing is an onset."""


class Onsets:
    """Finds the onsets of a sound that comes in pieces.

    Args:
        rate: samples per second.

    Example:
        >>> click = np.zeros((1, 48_000), np.float32)
        >>> click[0, 30_123] = 0.5
        >>> found = Onsets(48_000)
        >>> found.start(0)
        >>> found.add(click)
        >>> found.between(0, 48_000)
        [30123]
    """

    def __init__(self, rate: int) -> None:
        self._step = max(1, rate // _STEPS)
        self._usual = np.zeros(_BEFORE)
        self._found: list[int] = []
        self._strength: list[float] = []
        self._rest = np.zeros(0)
        self._at = 0
        self._last = 0.0

    def start(self, first: int) -> None:
        """The number of the first sample."""
        self._at = first

    def add(self, samples: Samples) -> None:
        """The next samples."""
        mono = np.concatenate([self._rest, samples.mean(axis=0, dtype=np.float64)])
        count = len(mono) // self._step
        whole, self._rest = np.split(mono, [count * self._step])
        if not count:
            return
        change = np.abs(np.diff(whole, prepend=self._last)).reshape(count, self._step)
        self._last = float(whole[-1])
        energy = np.square(change).mean(axis=1)
        known = np.concatenate([self._usual, energy])
        sums = np.concatenate([np.zeros(1), np.cumsum(known)])
        usual = (sums[_BEFORE : _BEFORE + count] - sums[:count]) / _BEFORE
        for index in np.flatnonzero((energy > _LEAP * usual) & (energy > _FAINT)):
            at = self._at + int(index) * self._step + int(np.argmax(change[index]))
            self._note(at, float(energy[index]))
        self._usual = known[-_BEFORE:]
        self._at += count * self._step

    def between(self, first: int, end: int) -> list[int]:
        """The onsets in [first, end)."""
        return self._found[bisect_left(self._found, first) : bisect_left(self._found, end)]

    def _note(self, at: int, strength: float) -> None:
        if self._found and at - self._found[-1] < _APART * self._step:
            if strength > self._strength[-1]:
                self._found[-1], self._strength[-1] = at, strength
            return
        self._found.append(at)
        self._strength.append(strength)

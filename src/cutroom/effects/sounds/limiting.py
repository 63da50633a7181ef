"""A limiter of true peaks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Limit
from cutroom.effects.sounds.resampling import Samples

_PHASES = 4
_HALF = 32
"""Samples on each side that the interpolation looks at."""
_BETA = 8.0
_NOTHING = 1e-9
_SPARE = 0.1
"""dB that peaks stay below the ceiling: other meters interpolate in other ways."""
Floats = NDArray[np.float64]


class Limiter:
    """See `nodes.Limit`. Its look ahead is taken off: sound keeps its place.

    Args:
        node: what it does.
        rate: samples per second.
        channels: how many.
    """

    def __init__(self, node: Limit, rate: int, channels: int) -> None:
        self._ceiling = 10 ** ((node.ceiling - _SPARE) / 20)
        self._fade = max(2, round(node.attack * rate))
        window = np.hanning(self._fade + 2)[1:-1]
        self._window = window / window.sum()
        self._fall = 1 / (node.release * rate)
        self._samples: Samples = np.zeros((channels, _HALF), np.float32)
        """From `_HALF` before the first sample whose peak is not known yet."""
        self._losses = np.zeros(self._fade - 1)
        """What samples must lose at least, 1 - gain: the last `_fade` - 1 that are known; silence before the first."""
        self._held = np.zeros(0)
        self._lost = 0.0
        self._waiting: Samples = np.zeros((channels, 0), np.float32)

    def push(self, samples: Samples) -> Samples:
        """Take the next samples, and give those that are ready."""
        self._waiting = np.concatenate([self._waiting, samples], axis=1)
        self._samples = np.concatenate([self._samples, samples], axis=1)
        count = self._samples.shape[1] - 2 * _HALF
        if count <= 0:
            return self._waiting[:, :0]
        peaks = true_peaks(self._samples)
        self._samples = self._samples[:, count:]
        gain = 1 - self._smoothed(np.maximum(0.0, 1 - self._ceiling / np.maximum(peaks, self._ceiling)))
        ready, self._waiting = np.split(self._waiting, [len(gain)], axis=1)
        return ready * gain.astype(np.float32)

    def finish(self) -> Samples:
        """The rest."""
        left = self._waiting.shape[1]
        return self.push(np.zeros((self._waiting.shape[0], _HALF + self._fade), np.float32))[:, :left]

    def _smoothed(self, losses: Floats) -> Floats:
        """What the next samples lose: never less than each must, and never in a step."""
        known = np.concatenate([self._losses, losses])
        self._losses = known[len(losses) :]
        ahead = highest(known, self._fade)
        held = np.concatenate([self._held, self._released(ahead)])
        self._held = held[max(0, len(held) - self._fade + 1) :]
        if len(held) < self._fade:
            return held[:0]
        if not held.any():
            return np.zeros(len(held) - self._fade + 1)
        smooth: Floats = np.convolve(held, self._window, "valid")
        return smooth

    def _released(self, losses: Floats) -> Floats:
        """Each loss, and the exponential that is left of earlier ones where that is more."""
        if not self._lost and not losses.any():
            return losses
        steps = np.arange(1, len(losses) + 1) * self._fall
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.maximum.accumulate(np.log(losses) + steps), np.log(self._lost))
        held: Floats = np.maximum(np.exp(logs - steps), losses)
        held[held < _NOTHING] = 0
        self._lost = float(held[-1])
        return held


def highest(values: Floats, width: int) -> Floats:
    """The highest of each `width` neighbours, of which the first is the one at that place.

    Example:
        >>> highest(np.array([0.0, 3.0, 1.0, 2.0, 0.0, 0.0]), 3).tolist()
        [3.0, 3.0, 2.0, 2.0]
    """
    found, span = values, 1
    while 2 * span <= width:
        found = np.maximum(found[:-span], found[span:])
        span *= 2
    count = len(values) - width + 1
    return np.maximum(found[:count], found[width - span :][:count])


def true_peaks(samples: Samples) -> Floats:
    """The largest level of the wave within half a sample of each sample, over all channels.

    Args:
        samples: (channels, samples).

    Returns:
        Of all samples but the first and the last 32.

    Example:
        >>> wave = np.sin(np.pi / 2 * np.arange(200) + np.pi / 4)[None].astype(np.float32)  # never sampled at its top
        >>> round(float(wave.max()), 3), round(float(true_peaks(wave).max()), 2)
        (0.707, 1.0)
    """
    count = samples.shape[1] - 2 * _HALF
    peaks = np.abs(samples[:, _HALF : _HALF + count]).max(axis=0).astype(np.float64)
    if peaks.max(initial=0.0) == 0:
        return peaks
    for channel in samples:
        for phase, kernel in enumerate(_kernels(), 1):
            wave = np.abs(np.convolve(channel, kernel, "valid"))  # at -1 + phase / 4 from the first sample that is kept
            if phase <= _PHASES // 2:
                np.maximum(peaks, wave[1 : count + 1], out=peaks)
            if phase >= _PHASES // 2:
                np.maximum(peaks, wave[:count], out=peaks)
    return peaks


@lru_cache(maxsize=1)
def _kernels() -> tuple[Samples, ...]:
    """Interpolators at each quarter of the way from a sample to the next; `_HALF` taps on each side."""
    taps = np.arange(1 - _HALF, _HALF + 1)
    found = []
    for phase in range(1, _PHASES):
        at = taps - phase / _PHASES
        window = np.i0(_BETA * np.sqrt(np.maximum(0.0, 1 - (at / _HALF) ** 2))) / np.i0(_BETA)
        kernel = np.sinc(at) * window
        found.append((kernel / kernel.sum())[::-1].astype(np.float32))
    return tuple(found)

"""How loud a sound is: EBU R 128 by BS.1770's weighting, true peaks by four-fold oversampling (ITU-R BS.1770-5)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, sosfilt, upfirdn

from cutroom.effects.analysis import Loudness, SoFar
from cutroom.effects.sounds.resampling import Samples

Powers = NDArray[np.float64]
_PART = 1 << 16
"""Samples that are looked at in one go."""
_SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)
"""Of the head: where it begins to lift high tones (Hz), by how much (dB), and how steeply (Q)."""
_LOW_CUT = (38.13547087602444, 0.5003270373238773)
"""Hz and Q below which ears hear little."""
_OFFSET = -0.691
"""LUFS of a mean square of 1."""
_GATE, _BELOW_MEAN, _BELOW_MEAN_OF_RANGE = -70.0, -10.0, -20.0
"""What is softer than that, in LUFS, is not counted; nor what is so much softer than the rest, in LU."""
_MOMENT, _SHORT = 4, 30
"""Steps of 0.1 s in 0.4 s and in 3 s."""
_NOTHING = 1e-30
_TIMES = 4
_SIDE = 12
"""Samples on each side that a value between two samples is made of."""


class LoudnessMeter:
    """Measures a sound that comes in parts.

    Args:
        sample_rate: samples per second.
        channels: 1 or 2.
        before: what another meter heard, which this one goes on from.

    Example:
        >>> meter = LoudnessMeter(48_000, 2)
        >>> tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 / 48_000 * np.arange(96_000))
        >>> meter.feed(np.stack([tone, tone]).astype(np.float32))
        >>> meter.result()
        Loudness(-23.0 LUFS, range 0.0 LU, true peak -23.0 dBTP)
    """

    def __init__(self, sample_rate: int, channels: int, before: SoFar | None = None) -> None:
        self._step = sample_rate // 10
        self._weighting = _weighting(sample_rate)
        before = before or SoFar()
        self._filters = np.reshape(before.filters or (0.0,) * 4 * channels, (2, channels, 2))
        self._steps = [np.array(before.steps)]
        self._rest = np.array(before.rest)
        self._tail = np.reshape(before.tail or (0.0,) * 2 * _SIDE * channels, (channels, -1)).astype(np.float32)
        self._peak = before.peak

    def feed(self, samples: Samples) -> None:
        """The next samples, (channels, samples) float32."""
        for first in range(0, samples.shape[1], _PART):
            part = samples[:, first : first + _PART]
            weighted, self._filters = sosfilt(self._weighting, part.astype(np.float64), zi=self._filters)
            self._filters[np.abs(self._filters) < _NOTHING] = 0  # numbers near zero are slow
            power = np.concatenate((self._rest, (weighted * weighted).sum(axis=0)))
            whole = power.size - power.size % self._step
            self._steps.append(power[:whole].reshape(-1, self._step).mean(axis=1))
            self._rest = power[whole:]
            self._look(part)

    def so_far(self) -> SoFar:
        """What another meter needs to go on."""
        return SoFar(
            steps=tuple(np.concatenate(self._steps).tolist()),
            rest=tuple(self._rest.tolist()),
            filters=tuple(self._filters.ravel().tolist()),
            tail=tuple(self._tail.ravel().tolist()),
            peak=self._peak,
        )

    def result(self) -> Loudness:
        """What was found; feed no more afterwards."""
        self._look(np.zeros_like(self._tail))
        steps = np.concatenate(self._steps)
        integrated = _loud(_means(steps, _MOMENT), _BELOW_MEAN)
        peak = 20 * float(np.log10(self._peak)) if self._peak > 0 else None
        return Loudness(
            integrated=round(float(_lufs(integrated.mean())), 3) if integrated.size else None,
            range=_range(_loud(_means(steps, _SHORT), _BELOW_MEAN_OF_RANGE)),
            true_peak=None if peak is None else round(peak, 3),
            channels=len(self._tail),
        )

    def _look(self, part: Samples) -> None:
        """The largest value at and between the samples, up to `_SIDE` before the last one."""
        joined = np.concatenate((self._tail, part), axis=1)
        self._tail = joined[:, -2 * _SIDE :].copy()
        loudest = float(np.abs(joined).max(initial=0.0))
        kernel, most = _kernel()
        if loudest * most > self._peak:  # softer stretches cannot hold the peak
            between = upfirdn(kernel, joined, up=_TIMES, axis=1)
            inside = between[:, 2 * _SIDE * _TIMES : joined.shape[1] * _TIMES]
            self._peak = max(self._peak, loudest, float(np.abs(inside).max(initial=0.0)))


@lru_cache(maxsize=1)
def _kernel() -> tuple[NDArray[np.float32], float]:
    """A low-pass at the edge of the band for four times as many samples, and how much it can raise the largest one."""
    taps = firwin(2 * _SIDE * _TIMES + 1, 1 / _TIMES, window=("kaiser", 8.0)) * _TIMES
    kernel: NDArray[np.float32] = np.asarray(taps, np.float32)
    return kernel, max(float(np.abs(kernel[phase::_TIMES]).sum()) for phase in range(_TIMES))


def _weighting(rate: int) -> NDArray[np.float64]:
    """How a head and ears weigh tones (BS.1770's K), as two filters of second order."""
    turn, lift, steep = np.tan(np.pi * _SHELF[0] / rate), 10 ** (_SHELF[1] / 20), _SHELF[2]
    middle = lift**0.4996667741545416
    shelf = [
        lift + middle * turn / steep + turn**2,
        2 * (turn**2 - lift),
        lift - middle * turn / steep + turn**2,
        *_poles(turn, steep),
    ]
    turn, steep = np.tan(np.pi * _LOW_CUT[0] / rate), _LOW_CUT[1]
    poles = _poles(turn, steep)
    cut = [poles[0], -2 * poles[0], poles[0], *poles]
    return np.array([np.array(shelf) / shelf[3], np.array(cut) / poles[0]])


def _poles(turn: float, steep: float) -> tuple[float, float, float]:
    return 1 + turn / steep + turn**2, 2 * (turn**2 - 1), 1 - turn / steep + turn**2


def _means(steps: Powers, count: int) -> Powers:
    """The mean of each `count` neighbours."""
    if steps.size < count:
        return np.zeros(0)
    return np.lib.stride_tricks.sliding_window_view(steps, count).mean(axis=1)


def _lufs(power: Any) -> Any:
    return _OFFSET + 10 * np.log10(power)


def _loud(powers: Powers, below: float) -> Powers:
    """Those that are loud by themselves, and not much softer than the mean of these."""
    loud = powers[powers > 10 ** ((_GATE - _OFFSET) / 10)]
    return loud[loud > loud.mean() * 10 ** (below / 10)] if loud.size else loud


def _range(powers: Powers) -> float:
    """LU from the softest but a tenth to the loudest but a twentieth (EBU Tech 3342)."""
    if not powers.size:
        return 0.0
    ordered = np.sort(powers)
    low, high = (ordered[round((ordered.size - 1) * share)] for share in (0.10, 0.95))
    return round(float(_lufs(high) - _lufs(low)), 3)


def measure(blocks: Iterable[Samples], sample_rate: int, channels: int) -> Loudness:
    """How loud a sound is that comes in blocks of (channels, samples)."""
    meter = LoudnessMeter(sample_rate, channels)
    for block in blocks:
        meter.feed(block)
    return meter.result()

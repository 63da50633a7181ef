"""Reverberation: convolution with the response of a hall that is worked out, not recorded."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.fft import irfft, rfft, rfftfreq  # here, since a worker that is locked in imports nothing
from numpy.random import default_rng
from numpy.typing import NDArray

from cutroom.effects.nodes import Reverb
from cutroom.effects.sounds.resampling import Samples

_BLOCK = 1 << 14
_SEED = 0x48A11
_SPLIT = 2000.0
"""Hz above which the walls swallow more."""


class Hall:
    """See `nodes.Reverb`: overlap-save in equal parts, in 64-bit float. Nothing of it is late.

    Args:
        node: what it does.
        rate: samples per second.
        channels: how many.
    """

    def __init__(self, node: Reverb, rate: int, channels: int) -> None:
        self._mix = np.float32(node.mix)
        self._parts = _spectra(node, rate, channels)
        self._past: list[NDArray[np.complex128]] = []
        """Spectra of the last blocks, the newest first."""
        self._before = np.zeros((channels, _BLOCK))
        self._waiting: Samples = np.zeros((channels, 0), np.float32)

    def push(self, samples: Samples) -> Samples:
        """Take the next samples, and give those that are ready: whole blocks."""
        self._waiting = np.concatenate([self._waiting, samples], axis=1)
        whole = self._waiting.shape[1] // _BLOCK * _BLOCK
        ready, self._waiting = np.split(self._waiting, [whole], axis=1)
        blocks = [self._block(ready[:, first : first + _BLOCK]) for first in range(0, whole, _BLOCK)]
        return np.concatenate(blocks, axis=1) if blocks else ready

    def finish(self) -> Samples:
        """The rest."""
        left = self._waiting.shape[1]
        silence = np.zeros((self._waiting.shape[0], -left % _BLOCK), np.float32)
        return self.push(silence)[:, :left]

    def _block(self, block: Samples) -> Samples:
        spectrum = rfft(np.concatenate([self._before, block], axis=1))
        self._before = block.astype(np.float64)
        self._past = [spectrum, *self._past[: len(self._parts) - 1]]
        total = np.zeros_like(spectrum)
        for part, past in zip(self._parts, self._past, strict=False):
            total += part * past
        wet = irfft(total)[:, _BLOCK:].astype(np.float32)
        return (1 - self._mix) * block + self._mix * wet


@lru_cache(maxsize=8)
def _spectra(node: Reverb, rate: int, channels: int) -> tuple[NDArray[np.complex128], ...]:
    """Spectra of the response's parts, each of a block and as much silence behind it."""
    heard = response(node, rate, channels)
    padded = np.pad(heard, ((0, 0), (0, -heard.shape[1] % _BLOCK)))
    return tuple(rfft(padded[:, first : first + _BLOCK], 2 * _BLOCK) for first in range(0, padded.shape[1], _BLOCK))


def response(node: Reverb, rate: int, channels: int) -> NDArray[np.float64]:
    """What a hall answers to one click: (channels, samples), of power 1 in each channel.

    Example:
        >>> hall = response(Reverb(decay=1.0, predelay=0.02, damping=0.5, mix=1.0), 48_000, 2)
        >>> hall.shape, (hall**2).sum(axis=1).round(6).tolist(), bool(hall[:, :960].any())
        ((2, 48960), [1.0, 1.0], False)
    """
    late, count = round(node.predelay * rate), max(2, round(node.decay * rate))
    noise = default_rng(_SEED).standard_normal((channels, count))
    spectrum, edges = rfft(noise), rfftfreq(count, 1 / rate)
    low = 1 / (1 + (edges / _SPLIT) ** 4)
    time = np.arange(count) / rate
    dull = irfft(spectrum * low, count) * 10 ** (-3 * time / node.decay)
    bright = irfft(spectrum * (1 - low), count) * 10 ** (-3 * time / (node.decay * (1 - node.damping)))
    heard = np.pad(dull + bright, ((0, 0), (late, 0)))
    return heard / np.sqrt((heard**2).sum(axis=1, keepdims=True))

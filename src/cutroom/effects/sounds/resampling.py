"""Sound at places between its samples: band-limited interpolation with a windowed sinc.

A source that plays faster is filtered to what the samples can hold, so that nothing folds back. Each output sample
depends on its place and its speed alone: any stretch, computed in any blocks, comes out the same but for rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cutroom.effects.segment import SoundClip

Samples = NDArray[np.float32]
Read = Callable[[int, int], Samples]
"""Gives samples [first, first + count) of the source, (channels, count), silence outside of it."""

_ZEROS = 24
"""Zero crossings of the sinc on each side."""
_PHASES = 1024
"""Places between two samples that the table holds; in between them it is interpolated in a straight line."""
_BETA = 9.0
"""Of the Kaiser window: what folds back is 90 dB down."""
_PASS = 0.92
"""Part of the band that passes; the rest is the filter's slope."""
_BLOCK = 4096
_GRAIN = 2.0**24
"""Places are told apart to one part in so many of a sample."""


def is_plain(clip: SoundClip) -> bool:
    """Whether each sample is heard as it stands."""
    return clip.pace == 1 and not clip.bend and clip.first.denominator == 1


def resample(clip: SoundClip, read: Read) -> Samples:
    """The samples of a clip that plays at another speed, (channels, samples).

    Args:
        clip: its law of travel.
        read: its source.
    """
    period = None if clip.bend or clip.pace.denominator > _BLOCK else clip.pace.denominator
    length = _BLOCK - _BLOCK % period if period else _BLOCK
    weights: Samples | None = None
    parts = []
    for first in range(0, clip.samples, length):
        places = _Places.of(clip, first, min(length, clip.samples - first))
        if period is None or weights is None:  # a constant speed comes to the same fractions again and again
            weights = places.weights(period)
        parts.append(places.heard(weights, read))
    return np.concatenate(parts, axis=1)


class _Places(NamedTuple):
    """Where a block's samples lie in the source: `whole + at + rest`, and how much wider than normal the kernel is."""

    whole: int
    at: NDArray[np.int64]
    rest: NDArray[np.float64]
    stretch: NDArray[np.float64]

    @classmethod
    def of(cls, clip: SoundClip, first: int, count: int) -> _Places:
        start = clip.first + first * clip.pace + first * first * clip.bend
        step = float(clip.pace + 2 * first * clip.bend)
        i, bend = np.arange(count, dtype=np.float64), float(clip.bend)
        whole = math.floor(start)
        places = float(start - whole) + i * step + i * i * bend
        places = np.rint(places * _GRAIN) / _GRAIN  # a whole number stays one, whatever was added up
        at = np.floor(places)
        return cls(whole, at.astype(np.int64), places - at, np.maximum(1.0, np.abs(step + 2 * i * bend)))

    @property
    def offsets(self) -> NDArray[np.int64]:
        reach = math.ceil(_ZEROS * float(self.stretch.max()))
        return np.arange(1 - reach, reach + 1)

    def weights(self, period: int | None) -> Samples:
        """What each sample takes of its neighbours, (samples, neighbours); they repeat after `period` samples."""
        found = _weights(self.offsets[None, :] - self.rest[:period, None], self.stretch[:period, None])
        return found if period is None else np.tile(found, (-(-len(self.at) // period), 1))

    def heard(self, weights: Samples, read: Read) -> Samples:
        """The block's samples."""
        offsets = self.offsets
        low, high = int(self.at.min() + offsets[0]), int(self.at.max() + offsets[-1])
        near = sliding_window_view(read(self.whole + low, high - low + 1), len(offsets), axis=1)
        taken = near[:, self.at + int(offsets[0]) - low]
        heard: Samples = np.einsum("ckt,kt->ck", taken, weights[: len(self.at)], dtype=np.float32)
        return heard


def _weights(distances: NDArray[np.float64], stretch: NDArray[np.float64]) -> Samples:
    place = np.abs(distances) * (_PHASES / stretch)
    index = place.astype(np.int64)
    table = _kernel()
    inside = np.minimum(index, len(table) - 2)
    part = (place - inside).astype(np.float32)
    weights = table[inside] * (1 - part) + table[inside + 1] * part
    weights[index >= len(table) - 2] = 0
    scaled: Samples = (weights / stretch).astype(np.float32)
    return scaled


@lru_cache(maxsize=1)
def _kernel() -> Samples:
    """One side of the windowed sinc, `_PHASES` entries per sample."""
    x = np.arange(_ZEROS * _PHASES + 2) / _PHASES
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (x / _ZEROS) ** 2, 0, 1))) / np.i0(_BETA)
    return (_PASS * np.sinc(_PASS * x) * window).astype(np.float32)

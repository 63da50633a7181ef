"""Sound at places between its samples: band-limited interpolation with a windowed sinc.

A source that plays faster is filtered to what the samples can hold, so that nothing folds back. Each output sample
depends on its place and its speed alone: any stretch, computed in any blocks, comes out the same but for rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
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


class Travel(NamedTuple):
    """Which places of its source `samples` samples hear: sample `i` the place ``first + i * pace + i * i * bend``."""

    first: Fraction
    pace: Fraction
    bend: Fraction
    samples: int

    @classmethod
    def of(cls, clip: SoundClip) -> Travel:
        """A clip's."""
        return cls(clip.first, clip.pace, clip.bend, clip.samples)

    @property
    def is_plain(self) -> bool:
        """Whether each sample is heard as it stands."""
        return self.pace == 1 and not self.bend and self.first.denominator == 1

    def at(self, sample: int) -> Fraction:
        """The place that a sample hears."""
        return self.first + sample * self.pace + sample * sample * self.bend

    def part(self, first: int, count: int) -> Travel:
        """The travel of samples [first, first + count)."""
        return Travel(self.at(first), self.pace + 2 * first * self.bend, self.bend, count)


def resample(travel: Travel, read: Read) -> Samples:
    """The samples that are heard on a travel through a source, (channels, samples).

    Args:
        travel: where it goes.
        read: its source.
    """
    if travel.is_plain:
        return read(int(travel.first), travel.samples)
    period = None if travel.bend or travel.pace.denominator > _BLOCK else travel.pace.denominator
    length = _BLOCK - _BLOCK % period if period else _BLOCK
    weights: Samples | None = None
    parts = []
    for first in range(0, travel.samples, length):
        places = _Places.of(travel, first, min(length, travel.samples - first))
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
    def of(cls, travel: Travel, first: int, count: int) -> _Places:
        start = travel.at(first)
        step = float(travel.pace + 2 * first * travel.bend)
        i, bend = np.arange(count, dtype=np.float64), float(travel.bend)
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

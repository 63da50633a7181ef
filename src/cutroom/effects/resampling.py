"""Sound at places between its samples: band-limited interpolation with a windowed sinc.

A source that plays faster is filtered to what the samples can hold, so that nothing folds back. Each output sample
depends on its place alone: any stretch, computed in any blocks, comes out the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
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


def is_plain(clip: SoundClip) -> bool:
    """Whether each sample is heard as it stands."""
    return clip.pace == 1 and not clip.bend and clip.first.denominator == 1


def resample(clip: SoundClip, read: Read) -> Samples:
    """The samples of a clip that plays at another speed, (channels, samples).

    Args:
        clip: its law of travel.
        read: its source.
    """
    parts = [_block(clip, first, min(_BLOCK, clip.samples - first), read) for first in range(0, clip.samples, _BLOCK)]
    return np.concatenate(parts, axis=1)


def _block(clip: SoundClip, first: int, count: int, read: Read) -> Samples:
    start = clip.first + first * clip.pace + first * first * clip.bend
    step = clip.pace + 2 * first * clip.bend
    whole = math.floor(start)
    i = np.arange(count, dtype=np.float64)
    places = float(start - whole) + i * float(step) + i * i * float(clip.bend)
    stretch = _stretch(float(max(abs(step), abs(step + 2 * count * clip.bend))))
    reach = math.ceil(_ZEROS * stretch)
    low, high = math.floor(places.min()) - reach, math.floor(places.max()) + reach + 1
    source = read(whole + low, high - low + 1)
    at = np.floor(places).astype(np.int64)
    offsets = np.arange(1 - reach, reach + 1)
    weights = _weights((at - places)[:, None] + offsets[None, :], stretch)
    taken = source[:, (at - low)[:, None] + offsets[None, :]]
    mixed: Samples = np.einsum("ckt,kt->ck", taken, weights).astype(np.float32)
    return mixed


def _stretch(pace: float) -> float:
    """How much wider than at the source's own rate the kernel is, in steps of a 16th: a ramp changes it seldom."""
    return max(1.0, math.ceil(pace * 16) / 16)


def _weights(distances: NDArray[np.float64], stretch: float) -> Samples:
    place = np.abs(distances) * (_PHASES / stretch)
    index = place.astype(np.int64)
    table = _kernel()
    inside = np.minimum(index, len(table) - 2)
    part = (place - inside).astype(np.float32)
    weights = table[inside] * (1 - part) + table[inside + 1] * part
    weights[index >= len(table) - 2] = 0
    scaled: Samples = (weights / np.float32(stretch)).astype(np.float32)
    return scaled


@lru_cache(maxsize=1)
def _kernel() -> Samples:
    """One side of the windowed sinc, `_PHASES` entries per sample."""
    x = np.arange(_ZEROS * _PHASES + 2) / _PHASES
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (x / _ZEROS) ** 2, 0, 1))) / np.i0(_BETA)
    return (_PASS * np.sinc(_PASS * x) * window).astype(np.float32)

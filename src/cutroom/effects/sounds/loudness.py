"""How loud a sound is: EBU R 128 by FFmpeg's `ebur128`, true peaks by four-fold oversampling (ITU-R BS.1770-5)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray
from scipy.signal import firwin, upfirdn

from cutroom.effects.analysis import Loudness
from cutroom.effects.sounds.resampling import Samples

_SILENT = -69.9
"""LUFS; what is not louder than the absolute gate of -70 comes out as that."""
_TIMES = 4
_SIDE = 12
"""Samples on each side that a value between two samples is made of."""


class LoudnessMeter:
    """Measures a sound that comes in parts.

    Args:
        sample_rate: samples per second.
        channels: 1 or 2.

    Example:
        >>> meter = LoudnessMeter(48_000, 2)
        >>> tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 / 48_000 * np.arange(96_000))
        >>> meter.feed(np.stack([tone, tone]).astype(np.float32))
        >>> meter.result()
        Loudness(-23.0 LUFS, range 0.0 LU, true peak -23.0 dBTP)
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate = sample_rate
        self._layout = "mono" if channels == 1 else "stereo"
        self._graph = Graph()
        source = self._graph.add(
            "abuffer",
            sample_rate=str(sample_rate),
            sample_fmt="flt",
            channel_layout=self._layout,
            time_base=f"1/{sample_rate}",
        )
        meter = self._graph.add("ebur128", metadata="1", framelog="quiet")
        self._graph.link_nodes(source, meter, self._graph.add("abuffersink")).configure()
        self._heard = 0
        self._found: dict[str, Any] = {}
        self._tail = np.zeros((channels, 2 * _SIDE), np.float32)
        self._peak = 0.0

    def feed(self, samples: Samples) -> None:
        """The next samples, (channels, samples) float32."""
        for first in range(0, samples.shape[1], self._rate):
            part = samples[:, first : first + self._rate]
            packed = np.ascontiguousarray(part.T.reshape(1, -1), np.float32)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=self._layout)
            frame.sample_rate, frame.time_base = self._rate, Fraction(1, self._rate)
            frame.pts = self._heard
            self._heard += part.shape[1]
            self._graph.push(frame)
            self._drain()
            self._look(part)

    def result(self) -> Loudness:
        """What was found; feed no more afterwards."""
        self._graph.push(None)
        self._drain()
        self._look(np.zeros_like(self._tail))
        integrated = float(self._found.get("lavfi.r128.I", "-inf"))
        peak = 20 * float(np.log10(self._peak)) if self._peak > 0 else None
        return Loudness(
            integrated=integrated if integrated > _SILENT else None,
            range=max(0.0, float(self._found.get("lavfi.r128.LRA", "0"))),
            true_peak=None if peak is None else round(peak, 3),
        )

    def _drain(self) -> None:
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, EOFError):
                return
            if "lavfi.r128.I" in frame.metadata:
                self._found = dict(frame.metadata)

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


def measure(blocks: Iterable[Samples], sample_rate: int, channels: int) -> Loudness:
    """How loud a sound is that comes in blocks of (channels, samples)."""
    meter = LoudnessMeter(sample_rate, channels)
    for block in blocks:
        meter.feed(block)
    return meter.result()

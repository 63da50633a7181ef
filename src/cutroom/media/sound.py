"""Decoded sound frames put on one sample grid: where each begins, with gaps kept and rounding undone.

Timestamps are rounder than samples (Matroska keeps milliseconds) and jitter (phones write 1024, 1025, 1024 …), while
the samples of consecutive frames are contiguous. So frames join into runs, a run is placed where most of its
timestamps want it, and a new run begins only where a timestamp really jumps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Shape (channels, samples)."""

_JUMP = 0.005
"""Seconds between where a frame is expected and where its timestamp puts it, from which that is a gap."""


@dataclass
class Run:
    """Contiguous frames: the position that each timestamp gives to the run's start, and the samples."""

    starts: list[float] = field(default_factory=list)
    frames: list[Samples] = field(default_factory=list)
    length: int = 0

    def takes(self, position: float, slack: float) -> bool:
        """Whether a frame at `position` (in samples) continues the run."""
        return not self.frames or abs(position - self.length - self.starts[0]) <= slack

    def add(self, position: float | None, samples: Samples) -> None:
        """Append a frame; without a timestamp it follows the last one."""
        if position is not None:
            self.starts.append(position - self.length)
        self.frames.append(samples)
        self.length += samples.shape[1]

    def place(self, tick: float, anchor: int | None) -> int:
        """The sample where the run starts: the median of what its timestamps say, on the stream's grid of frames.

        Args:
            tick: samples that one tick of the stream's clock lasts.
            anchor: a sample where a frame of the stream begins; codecs with a fixed frame length begin all others a
                multiple of it away, which undoes the rounding of coarse timestamps.
        """
        middle = sorted(self.starts)[len(self.starts) // 2]
        slack = max(tick, 1.0) * 1.5
        lengths: list[int] = [frame.shape[1] for frame in self.frames[:-1]]
        first, inner = sum(lengths[:1]), lengths[1:]  # the outer two may be cut shorter
        step: int = math.gcd(*inner)
        if anchor is not None and step > 2 * slack:
            second = middle + first
            line: int = anchor + step * math.floor((second - anchor) / step + 0.5)
            if abs(line - second) <= slack:
                return line - first
        return math.floor(middle + 0.5)


class Assembler:
    """Collects frames in decoding order and writes them into a stretch of silence.

    Args:
        rate: samples per second of the stream.
        tick: seconds of one tick of the stream's clock.
    """

    def __init__(self, rate: int, tick: Fraction) -> None:
        self._tick = float(tick * rate)
        self._slack = max(_JUMP * rate, self._tick * 2.5)
        self.runs: list[Run] = []

    def add(self, position: float | None, samples: Samples) -> None:
        """Append a frame that its timestamp puts at `position` (in samples of media time)."""
        if position is None and not self.runs:
            return
        if not self.runs or (position is not None and not self.runs[-1].takes(position, self._slack)):
            self.runs.append(Run())
        self.runs[-1].add(position, samples)

    def write(self, first: int, count: int, channels: int, anchor: int | None) -> Samples:
        """Samples `first` … `first + count` of media time; silence where no frame is."""
        out = np.zeros((channels, count), np.float32)
        for run in self.runs:
            at = run.place(self._tick, anchor) - first
            samples = np.concatenate(run.frames, axis=1)
            left, right = max(at, 0), min(at + samples.shape[1], count)
            if left < right:
                out[:, left:right] = samples[:, left - at : right - at]
        return out

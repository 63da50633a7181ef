"""Tapes: a clip's sound through nodes that remember, played from its first sample on.

A tape takes its source in blocks of a fixed length, counted from its beginning, and so gives the same samples whatever
is asked for and in whatever order. Asked for what lies ahead it plays on; asked for what is long past it starts anew.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from fractions import Fraction
from typing import Protocol

import numpy as np

from cutroom.effects.segment import SoundClip, SoundSegment, Tape
from cutroom.effects.sounds.lasting import Stage, stages
from cutroom.effects.sounds.resampling import Read, Samples, Travel, resample
from cutroom.effects.sounds.stretching import Stretcher

BLOCK = 1 << 16
"""Samples that go in at once."""
KEPT = 1 << 18
"""Samples that stay at hand: the next chunk of an export begins before the end of the last."""


class Studio(Protocol):
    """What a tape's source and sides come from: the `Mixer`."""

    def window(self, segment: SoundSegment, first: int, count: int) -> Samples:
        """Samples of a segment."""
        ...

    def source(self, clip: SoundClip, segment: SoundSegment, first: Fraction) -> AbstractContextManager[Read]:
        """What a clip is heard from."""
        ...


class Player:
    """A tape that is open.

    Args:
        tape: what it plays.
        studio: gives its source and its sides.
    """

    def __init__(self, tape: Tape, studio: Studio) -> None:
        self._tape, self._studio = tape, studio
        self._open = ExitStack()
        self._part: tuple[int, Read] | None = None
        self._start()

    def read(self, first: int, count: int) -> Samples:
        """Samples [first, first + count), (channels, count); silence before and behind the tape.

        Raises:
            MediaError: a file that cannot be read.
        """
        low, end = max(first, 0), min(first + count, self._tape.source.samples)
        result = np.zeros((self._tape.source.channels, count), np.float32)
        if low >= end:
            return result
        if low < self._kept_from:
            self._start()
        try:
            while self._kept_from + self._kept.shape[1] < end:
                self._advance(low)
        except BaseException:
            self._start()  # half a block is no state to go on from
            raise
        result[:, low - first : end - first] = self._kept[:, low - self._kept_from : end - self._kept_from]
        self._drop(end - KEPT)
        return result

    def close(self) -> None:
        """Give back what it reads."""
        self._open.close()
        self._part = None

    def _start(self) -> None:
        self.close()
        source = self._tape.source
        self._stages: list[Stage] = stages(self._tape, self._hear)
        self._stretcher: Stretcher | None = None
        self._taken = 0
        self._kept_from = 0
        self._kept: Samples = np.zeros((source.channels, 0), np.float32)

    def _hear(self, side: int, first: int, count: int) -> Samples:
        return self._studio.window(self._tape.sides[side], first, count)

    def _advance(self, wanted: int) -> None:
        """Play one block, and forget what comes before the sample that is wanted."""
        count = min(BLOCK, self._tape.source.samples - self._taken)
        made = self._block(self._taken, count)
        self._taken += count
        for stage in self._stages:
            made = stage.push(made)
            if self._taken == self._tape.source.samples:
                made = np.concatenate([made, stage.finish()], axis=1)
        if self._taken == self._tape.source.samples:
            self.close()
        self._kept = np.concatenate([self._kept, made], axis=1)
        self._drop(wanted)

    def _drop(self, before: int) -> None:
        gone = min(before - self._kept_from, self._kept.shape[1])
        if gone > 0:
            self._kept, self._kept_from = self._kept[:, gone:].copy(), self._kept_from + gone

    def _block(self, first: int, count: int) -> Samples:
        """Samples of the source; what it reads stays open until it has played all of that."""
        source = self._tape.source
        if self._tape.keep_pitch:
            if self._stretcher is None:
                read = self._open.enter_context(self._studio.source(source.clips[0], source, source.clips[0].first))
                travels = [(clip.at, Travel.of(clip)) for clip in source.clips]
                self._stretcher = Stretcher(travels, read, source.sample_rate)
            return self._stretcher.read(count)
        block = np.zeros((source.channels, count), np.float32)
        for index, clip in enumerate(source.clips):
            low, high = max(clip.at, first), min(clip.at + clip.samples, first + count)
            if low < high:
                if self._part is None or self._part[0] != index:
                    self.close()
                    self._part = index, self._open.enter_context(self._studio.source(clip, source, clip.first))
                travel = Travel.of(clip).part(low - clip.at, high - low)
                block[:, low - first : high - first] = resample(travel, self._part[1])
        return block

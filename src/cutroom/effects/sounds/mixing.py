"""Mix sound: the sum of a segment's clips, sample for sample."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from types import TracebackType
from typing import Self

import numpy as np

from cutroom.effects.readers import Readers
from cutroom.effects.segment import SoundClip, SoundSegment, Tape
from cutroom.effects.sounds.points import shape
from cutroom.effects.sounds.resampling import Read, Samples, Travel, resample
from cutroom.effects.sounds.tapes import Player

TAPES = 128
"""Tapes that are kept open at most: more than there are tracks."""


def mix(segment: SoundSegment, readers: Readers) -> Samples:
    """The sum of the segment's clips: float32, shape (channels, samples), not clipped.

    Raises:
        MediaError: a file that cannot be read.
    """
    with Mixer(readers) as mixer:
        return mixer.mix(segment)


class Mixer:
    """Mixes segments, and keeps the tapes open that they hear, so that the next one goes on where this one ended.

    Args:
        readers: open media; the mixer is closed before them.
    """

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._players: OrderedDict[str, Player] = OrderedDict()

    def mix(self, segment: SoundSegment) -> Samples:
        """The sum of the segment's clips: float32, shape (channels, samples), not clipped.

        Raises:
            MediaError: a file that cannot be read.
        """
        return self.window(segment, 0, segment.samples)

    def window(self, segment: SoundSegment, first: int, count: int) -> Samples:
        """Samples [first, first + count) of a segment; silence before and behind it."""
        total = np.zeros((segment.channels, count), np.float32)
        for clip in segment.clips:
            low, high = max(clip.at, first), min(clip.at + clip.samples, first + count)
            if low < high:
                travel = Travel.of(clip).part(low - clip.at, high - low)
                with self.source(clip, segment, travel.first) as read:
                    heard = resample(travel, read)
                total[:, low - first : high - first] += self._shaped(clip, segment, heard, low - clip.at)
        for node in segment.master:
            total *= np.float32(node.factor)
        return total

    @contextmanager
    def source(self, clip: SoundClip, segment: SoundSegment, first: Fraction) -> Iterator[Read]:
        """What a clip is heard from, open for as long as it is read; `first` of all at about that sample."""
        rate, channels, heard = segment.sample_rate, segment.channels, clip.input
        if isinstance(heard, SoundSegment):
            yield lambda first, count: self.window(heard, first, count)
        elif isinstance(heard, Tape):
            yield lambda first, count: self._played(heard, first, count)
        else:
            with self._readers.lend(heard, max(Fraction(0), first) / rate) as reader:
                yield lambda first, count: reader.read(first, count, rate, channels)

    def close(self) -> None:
        """Close the tapes."""
        for player in self._players.values():
            player.close()
        self._players.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _shaped(self, clip: SoundClip, segment: SoundSegment, heard: Samples, first: int) -> Samples:
        def hear(side: int, low: int, count: int) -> Samples:
            return self.window(clip.sides[side], low, count)

        shaped = shape(heard, clip.nodes, first, segment.sample_rate, hear)
        return shaped * np.array(clip.gains, np.float32)[:, None]

    def _played(self, tape: Tape, first: int, count: int) -> Samples:
        player = self._players.pop(tape.digest, None) or Player(tape, self)
        self._players[tape.digest] = player
        while len(self._players) > TAPES:
            self._players.popitem(last=False)[1].close()
        return player.read(first, count)

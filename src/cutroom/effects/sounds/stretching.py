"""Sound at another tempo and the same pitch: overlapped frames of the source, each laid where it fits the last.

Frames (Hann, half overlapped) are taken around the place of the source that the law of travel names, shifted by at
most a sixtieth of a second to where the waves match (waveform similarity, normalised correlation). At onsets (clicks,
drums, consonants) nothing is shifted: the frames there run on from one another around the onset, which so is heard
once, and at its exact sample, and no other frame holds it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.fft import irfft, rfft
from numpy.typing import NDArray

from cutroom.effects.sounds.onsets import Onsets
from cutroom.effects.sounds.resampling import Read, Samples, Travel

_HOPS = 48
"""Frames per second; each lasts twice as long as from one to the next."""
_SLACK = 60
"""A frame may be shifted by this part of a second."""
_LOYAL = 0.03
"""What a match is worth less at the end of the slack than where the law points to."""
_LOAD = 1 << 15
_FAR = 1 << 24


class Stretcher:
    """Gives the samples of a stretched sound, one after the other.

    Args:
        travels: the law, in pieces: the sample that each begins at, and where it goes. It never turns round.
        read: the source.
        rate: samples per second.
    """

    def __init__(self, travels: Sequence[tuple[int, Travel]], read: Read, rate: int) -> None:
        self._travels = list(travels)
        self._begins = [at for at, _ in travels]
        self._backwards = any(t.pace < 0 or t.at(max(t.samples - 1, 1)) < t.first for _, t in travels)
        self._read = read
        self._hop, self._slack = max(8, rate // _HOPS), max(4, rate // _SLACK)
        self._window = (0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * self._hop) + 0.5) / self._hop)).astype(np.float32)
        self._onsets = Onsets(rate)
        self._frame = 0
        self._at = 0
        """Middle of the last frame, in the source."""
        self._tail: Samples | None = None
        self._made: Samples | None = None
        self._loaded: Samples | None = None
        self._from = 0

    def read(self, count: int) -> Samples:
        """The next `count` samples, (channels, count)."""
        parts = [] if self._made is None else [self._made]
        while sum(part.shape[1] for part in parts) < count:
            parts.append(self._next())
        joined = np.concatenate(parts, axis=1) if parts else self._next()[:, :0]
        self._made = joined[:, count:]
        return joined[:, :count]

    def place(self, sample: int) -> float:
        """The place of the source that a sample stands for; what plays backwards counts down from 0 there.

        Before the first sample and behind the last it goes on as fast as it does there.
        """
        index = max(0, bisect_left(self._begins, sample + 1) - 1)
        begin, travel = self._travels[index]
        inside = min(max(sample - begin, 0), travel.samples)
        place = travel.at(inside)
        if inside != sample - begin:
            place += (sample - begin - inside) * travel.part(inside, 1).pace
        return float(-place if self._backwards else place)

    def _next(self) -> Samples:
        """One hop of output: the end of the last frame and the beginning of the next."""
        if self._tail is None:
            self._at = round(self.place(0))
            self._tail = self._source(self._at, self._hop) * self._window[self._hop :]
        self._frame += 1
        self._at = self._fitting(self._frame * self._hop)
        frame = self._source(self._at - self._hop, 2 * self._hop) * self._window
        made = self._tail + frame[:, : self._hop]
        self._tail = frame[:, self._hop :]
        return made

    def _fitting(self, sample: int) -> int:
        """Where in the source the frame around an output sample is taken."""
        place = self.place(sample)
        hop = self._hop
        self._load(math.floor(place) - 2 * hop - 2 * self._slack, math.ceil(place) + 4 * hop + 2 * self._slack)
        near = self._onsets.between(math.floor(place) - 4 * hop, math.ceil(place) + 4 * hop)
        low, high = round(place) - self._slack, round(place) + self._slack
        heard = [(self._heard_at(onset, sample), onset) for onset in near]
        locked = [(abs(at - sample), at, onset) for at, onset in heard if abs(at - sample) <= hop]
        if locked:
            _, at, onset = min(locked)
            return onset + sample - at
        for at, onset in heard:
            if at > sample and high > onset - hop - 1:
                high = onset - hop - 1
            elif at < sample and low < onset + hop + 1:
                low = onset + hop + 1
        if low >= high:  # no room: as near to the law as the onsets let it
            return low if abs(low - place) < abs(high - place) else high
        return low + self._best(low, high, place)

    def _best(self, low: int, high: int, place: float) -> int:
        """How far after `low` the source goes on most like the last frame did."""
        hop = self._hop
        follow = self._mono(self._at, hop)
        ahead = self._mono(low - hop, high - low + hop)
        size = 1 << (len(ahead) + hop).bit_length()
        products = irfft(rfft(ahead, size) * np.conj(rfft(follow, size)), size)[: high - low]
        sums = np.concatenate([np.zeros(1), np.cumsum(np.square(ahead))])
        energy = sums[hop : hop + high - low] - sums[: high - low]
        match = products / np.sqrt(np.maximum(energy, 1e-9) * max(float(np.square(follow).sum()), 1e-9))
        away = np.abs(np.arange(low, high) - place) / self._slack
        return int(np.argmax(match - _LOYAL * away))

    def _heard_at(self, onset: int, near: int) -> int:
        """The output sample that stands for a place of the source; far away where it stands still and never comes."""
        reach = 1
        while self.place(near - reach) > onset and reach < _FAR:
            reach *= 2
        low, reach = near - reach, 1
        while self.place(near + reach) < onset and reach < _FAR:
            reach *= 2
        high = near + reach
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.place(middle) < onset else (low, middle)
        return high if onset - self.place(low) > self.place(high) - onset else low

    # -- the source, as it is played: forwards, or from its end to its beginning ------------------------------------

    def _load(self, low: int, high: int) -> None:
        """Have samples [low, high) at hand, and know their onsets."""
        if self._loaded is None:
            self._from, self._loaded = low, self._forwards(low, _LOAD)
            self._onsets.start(low)
            self._onsets.add(self._loaded)
        while self._from + self._loaded.shape[1] < high:
            more = self._forwards(self._from + self._loaded.shape[1], _LOAD)
            self._onsets.add(more)
            self._loaded = np.concatenate([self._loaded, more], axis=1)
        spare = min(low, self._at) - 4 * self._hop - self._from
        if spare > _LOAD:
            self._loaded, self._from = self._loaded[:, spare:], self._from + spare

    def _forwards(self, first: int, count: int) -> Samples:
        if self._backwards:
            return self._read(-(first + count - 1), count)[:, ::-1]
        return self._read(first, count)

    def _source(self, first: int, count: int) -> Samples:
        self._load(first, first + count)
        assert self._loaded is not None
        if first < self._from:  # a hop that fell back: rare, and read anew
            return self._forwards(first, count)
        return self._loaded[:, first - self._from : first - self._from + count]

    def _mono(self, first: int, count: int) -> NDArray[np.float64]:
        return self._source(first, count).mean(axis=0, dtype=np.float64)

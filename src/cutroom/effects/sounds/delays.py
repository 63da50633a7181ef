"""Sound that comes again: repeats, and voices beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Chorus, Echo
from cutroom.effects.sounds.resampling import Samples

_VOICES = ((1.0, 1.0), (1.3, 0.8))
"""How much later, and how much faster wavering, each voice is."""


class Echoes:
    """Repeats: `y = x + mix * e`, where e(n) = x(n - d) + feedback * e(n - d)."""

    def __init__(self, node: Echo, rate: int, channels: int) -> None:
        self._node = node
        self._past = np.zeros((channels, max(1, round(node.time * rate))), np.float32)
        """x + feedback * e of the last d samples."""

    def push(self, samples: Samples) -> Samples:
        """Take the next samples, and give them back with their repeats."""
        parts = []
        feedback, mix = np.float32(self._node.feedback), np.float32(self._node.mix)
        for first in range(0, samples.shape[1], self._past.shape[1]):
            part = samples[:, first : first + self._past.shape[1]]
            echo, rest = np.split(self._past, [part.shape[1]], axis=1)
            self._past = np.concatenate([rest, part + feedback * echo], axis=1)
            parts.append(part + mix * echo)
        return np.concatenate(parts, axis=1) if parts else samples

    def finish(self) -> Samples:
        """Nothing: none is held back."""
        return np.zeros((self._past.shape[0], 0), np.float32)


class Voices:
    """See `nodes.Chorus`.

    Args:
        node: what it does.
        rate: samples per second.
        channels: how many.
    """

    def __init__(self, node: Chorus, rate: int, channels: int) -> None:
        self._node, self._rate = node, rate
        longest = (node.delay * max(late for late, _ in _VOICES) + node.depth) * rate
        self._past: Samples = np.zeros((channels, int(longest) + 4), np.float32)
        self._at = 0

    def push(self, samples: Samples) -> Samples:
        """Take the next samples, and give them back with the voices."""
        count, past = samples.shape[1], self._past.shape[1]
        heard = np.concatenate([self._past, samples], axis=1)
        self._past = heard[:, count:]
        time = np.arange(self._at, self._at + count) / self._rate
        self._at += count
        result = samples.copy()
        for late, fast in _VOICES:
            for channel, line in enumerate(heard):
                turn = self._node.speed * fast * time + channel / 4
                delay = self._node.delay * late + self._node.depth * np.sin(2 * np.pi * (turn % 1))
                voice = _between(line, past + np.arange(count) - np.maximum(delay * self._rate, 2))
                result[channel] += np.float32(self._node.mix / 2) * voice
        return result

    def finish(self) -> Samples:
        """Nothing: none is held back."""
        return self._past[:, :0]


def _between(line: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """A line of samples at places between them."""
    whole = np.floor(places).astype(np.int64)
    t = (places - whole).astype(np.float32)
    a, b, c, d = (line[whole + i] for i in (-1, 0, 1, 2))
    return b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))

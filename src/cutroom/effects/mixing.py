"""Mix sound: the sum of a segment's clips, sample for sample."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Gain, Ramp
from cutroom.effects.readers import Readers
from cutroom.effects.segment import SoundClip, SoundSegment

Samples = NDArray[np.float32]


def mix(segment: SoundSegment, readers: Readers) -> Samples:
    """The sum of the segment's clips: float32, shape (channels, samples), not clipped.

    Raises:
        MediaError: a file that cannot be read.
    """
    total = np.zeros((segment.channels, segment.samples), np.float32)
    for clip in segment.clips:
        with readers.lend(clip.input, Fraction(max(0, clip.first), segment.sample_rate)) as reader:
            samples = reader.read(clip.first, clip.samples, segment.sample_rate, segment.channels)
        total[:, clip.at : clip.at + clip.samples] += samples * _levels(clip)
    return total


def _levels(clip: SoundClip) -> Samples:
    """The factor of each sample, (channels, samples) or (channels, 1) where it never changes."""
    levels = np.array(clip.gains)[:, None]
    for node in clip.nodes:
        levels = levels * (node.factor if isinstance(node, Gain) else ramp(node, clip.samples))
    return levels.astype(np.float32)


def ramp(node: Ramp, samples: int) -> NDArray[np.float64]:
    """A fade's factor at each of `samples` samples, from the clip's first.

    Sample `i` stands at (i - start + ½) / length of the way, so that a fade in and the same fade out mirror each other
    and a crossfade's two powers add up to one.

    Example:
        >>> ramp(Ramp(rising=True, curve="linear", start=1, samples=2), 4).tolist()
        [0.0, 0.25, 0.75, 1.0]
    """
    way = np.clip((np.arange(samples) - node.start + 0.5) / node.samples, 0, 1)
    if not node.rising:
        way = 1 - way
    return np.sin(way * (np.pi / 2)) if node.curve == "equal_power" else way

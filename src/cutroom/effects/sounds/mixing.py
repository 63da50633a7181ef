"""Mix sound: the sum of a segment's clips, sample for sample."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Gain, Ramp, SoundNode, Swell
from cutroom.effects.readers import Readers
from cutroom.effects.segment import SoundClip, SoundSegment
from cutroom.effects.sounds.resampling import Read, Samples, is_plain, resample
from cutroom.schema.curve import values_at


def mix(segment: SoundSegment, readers: Readers) -> Samples:
    """The sum of the segment's clips: float32, shape (channels, samples), not clipped.

    Raises:
        MediaError: a file that cannot be read.
    """
    total = np.zeros((segment.channels, segment.samples), np.float32)
    for clip in segment.clips:
        total[:, clip.at : clip.at + clip.samples] += _heard(clip, segment, readers) * _levels(
            clip, segment.sample_rate
        )
    for node in segment.master:
        total *= np.float32(node.factor)
    return total


def _heard(clip: SoundClip, segment: SoundSegment, readers: Readers) -> Samples:
    """One clip's samples before its effects."""
    if isinstance(clip.input, SoundSegment):
        inner = mix(clip.input, readers)
        return _played(clip, lambda first, count: _window(inner, first, count))
    rate, channels = segment.sample_rate, segment.channels
    with readers.lend(clip.input, max(Fraction(0), clip.first) / rate) as reader:
        return _played(clip, lambda first, count: reader.read(first, count, rate, channels))


def _played(clip: SoundClip, read: Read) -> Samples:
    return read(int(clip.first), clip.samples) if is_plain(clip) else resample(clip, read)


def _window(samples: Samples, first: int, count: int) -> Samples:
    """Samples [first, first + count), silence where there are none."""
    result = np.zeros((samples.shape[0], count), np.float32)
    low, high = max(first, 0), min(first + count, samples.shape[1])
    if low < high:
        result[:, low - first : high - first] = samples[:, low:high]
    return result


def _levels(clip: SoundClip, rate: int) -> Samples:
    """The factor of each sample, (channels, samples) or (channels, 1) where it never changes."""
    levels = np.array(clip.gains)[:, None]
    for node in clip.nodes:
        levels = levels * _factor(node, clip.samples, rate)
    return levels.astype(np.float32)


def _factor(node: SoundNode, samples: int, rate: int) -> NDArray[np.float64] | float:
    if isinstance(node, Gain):
        return node.factor
    return ramp(node, samples) if isinstance(node, Ramp) else swell(node, samples, rate)


def swell(node: Swell, samples: int, rate: int) -> NDArray[np.float64]:
    """A changing gain's factor at each of `samples` samples, from the clip's first: 10 to the power of dB / 20.

    Example:
        >>> from cutroom.schema.curve import Keyframe
        >>> keys = Keyframe(time=0, value=0), Keyframe(time=2, value=20)
        >>> swell(Swell(db=keys, low=-96, high=10), 3, 1).round(3).tolist()
        [1.0, 3.162, 3.162]
    """
    db = values_at(node.db, Fraction(0), Fraction(1, rate), samples)
    factors: NDArray[np.float64] = 10 ** (np.clip(db, node.low, node.high) / 20)
    return factors


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

"""The shape of a film's sound, small enough to draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cutroom.errors import UnsupportedMediaError
from cutroom.media.audio import CHUNK_SECONDS, AudioReader
from cutroom.media.opening import called
from cutroom.media.probing import probe_file
from cutroom.schema.media import AudioStream

FULL_SCALE = 127


def peaks(
    file: BinaryIO,
    resolution: int,
    stream: AudioStream | None = None,
    progress: Callable[[Fraction, Fraction], None] | None = None,
) -> NDArray[np.int8]:
    """The lowest and the highest sample of every 1/`resolution` second of media time, over all channels.

    Args:
        file: open for reading, seekable; it is closed.
        resolution: pairs a second.
        stream: what the probe found; None: probe now.
        progress: called with the seconds done and in all.

    Returns:
        int8 of shape (pairs, 2); 127 is full scale. Louder sound than that is cut off.

    Raises:
        UnsupportedMediaError: the file has no sound.
    """
    audio = stream or probe_file(file).audio
    if audio is None:
        raise UnsupportedMediaError(f"{called(file)} has no sound", value=called(file), hint="pick a file with sound")
    end = audio.start + audio.duration
    out = np.zeros((math.ceil(end * resolution), 2), np.int8)
    step = CHUNK_SECONDS * resolution
    with AudioReader(file, audio) as reader:
        for first in range(0, len(out), step):
            pairs = min(step, len(out) - first)
            edges = np.arange(first, first + pairs + 1, dtype=np.int64) * audio.sample_rate // resolution
            samples = reader.read(int(edges[0]), int(edges[-1] - edges[0]), audio.sample_rate, audio.channels)
            inner = edges[:-1] - edges[0]
            low = np.minimum.reduceat(samples.min(axis=0), inner)
            high = np.maximum.reduceat(samples.max(axis=0), inner)
            scaled = np.stack((np.floor(low * FULL_SCALE), np.ceil(high * FULL_SCALE)), axis=1)
            out[first : first + pairs] = np.clip(scaled, -FULL_SCALE, FULL_SCALE)
            if progress is not None:
                progress(min(Fraction(first + pairs, resolution), end), end)
    return out

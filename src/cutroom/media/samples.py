"""Arrays of samples: from decoded frames, to other sample rates, to one or two channels."""

from __future__ import annotations

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.resampler import AudioResampler

from cutroom.media.sound import Samples
from cutroom.schema.media import AudioStream

_TOO_MANY_PLANES = 8
_FULL_SCALE = {"u1": 128.0, "i2": 32_768.0, "i4": 2_147_483_648.0}
"""What 1.0 is in the whole-number sample formats, by NumPy type."""


def as_float(frame: AudioFrame, stream: AudioStream) -> Samples:
    """A frame as float32 of shape (channels, samples), in the stream's nominal rate and layout."""
    other = frame.sample_rate != stream.sample_rate or frame.layout.nb_channels != stream.channels
    if other or stream.channels >= _TOO_MANY_PLANES:
        return _through(frame, stream.sample_rate, stream.layout)
    if frame.format.name == "fltp":  # what most decoders give; twice as fast as `to_ndarray`
        samples = np.empty((stream.channels, frame.samples), np.float32)
        for channel, plane in enumerate(frame.planes):
            samples[channel] = np.frombuffer(plane, np.float32, frame.samples)
        return samples
    array = frame.to_ndarray()
    if not frame.format.is_planar:
        array = array.reshape(-1, stream.channels).T
    full = _FULL_SCALE.get(array.dtype.str[1:])
    samples = array.astype(np.float32)
    if full is None:
        return samples
    return (samples - np.float32(full if array.dtype == np.uint8 else 0)) / np.float32(full)


def as_channels(samples: Samples, layout: str, channels: int) -> Samples:
    """Mix to one or two channels. Between mono and stereo the level stays: a copy one way, the mean the other."""
    have = samples.shape[0]
    if have == channels:
        return samples
    if have == 1:
        return np.repeat(samples, channels, axis=0)
    if have == 2 and channels == 1:
        return samples.mean(axis=0, keepdims=True, dtype=np.float32)
    try:
        return _convert(samples, 48_000, layout, 48_000, "stereo" if channels == 2 else "mono")
    except (av.FFmpegError, ValueError):  # nobody says where its channels stand
        return np.stack([samples[one::channels].mean(axis=0) for one in range(channels)]).astype(np.float32)


def resample(samples: Samples, have: int, want: int) -> Samples:
    """From `have` to `want` samples a second; both grids begin at the first sample."""
    layout = {1: "mono", 2: "stereo"}.get(samples.shape[0], f"{samples.shape[0]} channels")
    return _convert(samples, have, layout, want, layout)


def _convert(samples: Samples, have: int, layout: str, want: int, target: str) -> Samples:
    packed = np.ascontiguousarray(samples.T).reshape(1, -1)
    frame = AudioFrame.from_ndarray(packed, format="flt", layout=layout)
    frame.sample_rate = have
    return _through(frame, want, target)


def _through(frame: AudioFrame, rate: int, layout: str) -> Samples:
    """A frame sent through libswresample alone; packed, since PyAV cannot read eight planes."""
    converter = AudioResampler(format="flt", layout=layout, rate=rate, threads=1)
    parts = [part.to_ndarray() for part in (*converter.resample(frame), *converter.resample(None))]
    channels = AudioLayout(layout).nb_channels
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((1, 0), np.float32)
    return np.ascontiguousarray(joined.reshape(-1, channels).T)

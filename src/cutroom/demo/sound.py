"""Sound for the demo film: babble that is shaped like speech, real pauses, and clicks at known samples.

Speech stays below 4.4 kHz and the clicks above 5 kHz, so that `find_clicks` finds them under speech and after AAC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cutroom.errors import ValidationError

SAMPLE_RATE = 48000
_CLICK_SECONDS = 0.008
_CLICK_BAND = (5200.0, 9000.0)
_FRAME, _HOP = 1024, 256
_VOICES = ((112.0, 1.0, 0.42), (186.0, 1.16, 0.58))  # pitch in Hz, formant scale, place from left to right
_VOWELS = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
    (490, 1350, 1690),
)
_WIDTHS = (80.0, 110.0, 160.0)

Samples = NDArray[np.float32]
_Response = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Sound:
    """A finished sound track and what is where in it.

    Attributes:
        samples: (2, N) float32.
        pauses: sample ranges (first, end) without speech and without clicks; the rest is speech.
        clicks: the first sample of each click.
    """

    samples: Samples
    pauses: tuple[tuple[int, int], ...]
    clicks: tuple[int, ...]


def make_sound(count: int, rng: np.random.Generator) -> Sound:
    """A sound track of `count` samples at `SAMPLE_RATE`: phrases, pauses, a click at each whole second outside a pause.

    Example:
        >>> sound = make_sound(96000, np.random.default_rng(1))
        >>> sound.samples.shape, sound.clicks
        ((2, 96000), (48000,))
    """
    phrases = _phrases(count, rng)
    samples = (rng.standard_normal((2, count)) * 0.0003).astype(np.float32)  # room tone, -70 dBFS
    for number, (first, end) in enumerate(phrases):
        pitch, formants, place = _VOICES[number % len(_VOICES)]
        voice = _phrase(end - first, pitch, formants, rng)
        samples[0, first:end] += voice * np.float32(np.cos(place * np.pi / 2))
        samples[1, first:end] += voice * np.float32(np.sin(place * np.pi / 2))
    edges = [0, *(sample for phrase in phrases for sample in phrase), count]
    pauses = tuple((first, end) for first, end in zip(edges[::2], edges[1::2], strict=True) if end > first)
    shape = click(SAMPLE_RATE)
    clicks = tuple(
        start
        for start in range(SAMPLE_RATE, count - len(shape), SAMPLE_RATE)
        if not any(first - len(shape) < start < end for first, end in pauses)
    )
    for start in clicks:
        samples[:, start : start + len(shape)] += shape * np.float32(0.22)
    return Sound(samples, pauses, clicks)


def click(rate: int) -> Samples:
    """The click at full level: an 8 ms sweep from 5.2 to 9 kHz with a sharp start."""
    count = round(_CLICK_SECONDS * rate)
    t = np.arange(count) / rate
    low, high = _CLICK_BAND
    sweep = np.sin(2 * np.pi * (low * t + (high - low) * t**2 / (2 * _CLICK_SECONDS)))
    rise, fall = np.arange(count) / (0.0004 * rate), np.arange(count)[::-1] / (0.003 * rate)
    ends = np.minimum(1, np.minimum(rise, fall))
    return (sweep * ends).astype(np.float32)


def find_clicks(samples: NDArray[Any], rate: int) -> NDArray[np.int64]:
    """Where the film's clicks begin, found by correlation with the click; good to a sample or two, also after AAC.

    Args:
        samples: (N,) or (channels, N), float or integer.
        rate: samples per second, at least 20,000 (the click reaches 9 kHz).

    Returns:
        Sample indices, ascending.

    Raises:
        ValidationError: the rate is too low to carry a click.

    Example:
        >>> sound = make_sound(96000, np.random.default_rng(1))
        >>> find_clicks(sound.samples, 48000).tolist()
        [48000]
    """
    if rate < 20000:
        raise ValidationError(
            f"clicks cannot be found at {rate} samples a second", value=rate, hint="use sound of 20,000 or more"
        )
    mono = np.atleast_2d(samples).mean(axis=0, dtype=np.float64)
    if np.issubdtype(samples.dtype, np.integer):
        mono /= float(np.iinfo(samples.dtype).max)
    shape = click(rate).astype(np.float64)
    if len(mono) < len(shape):
        return np.empty(0, np.int64)
    size = 1 << (len(mono) + len(shape)).bit_length()
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    spectrum = np.fft.rfft(mono, size) * ((frequencies > _CLICK_BAND[0] * 0.92) & (frequencies < _CLICK_BAND[1] * 1.15))
    filtered = np.fft.irfft(spectrum, size)[: len(mono)]
    match = np.fft.irfft(spectrum * np.conj(np.fft.rfft(shape, size)), size)[: len(mono) - len(shape) + 1]
    energy = np.concatenate([[0.0], np.cumsum(filtered**2)])
    energy = energy[len(shape) :] - energy[: -len(shape)]
    likeness = match / np.sqrt(np.maximum(energy, 1e-12) * float(shape @ shape))
    likeness[energy < 1e-3 * max(float(energy.max()), 1e-3)] = 0
    return _peaks(likeness, 0.6, round(0.05 * rate))


def _peaks(values: NDArray[np.float64], least: float, apart: int) -> NDArray[np.int64]:
    found: list[int] = []
    for index in np.flatnonzero(values >= least):
        if found and index - found[-1] < apart:
            if values[index] > values[found[-1]]:
                found[-1] = int(index)
        else:
            found.append(int(index))
    return np.array(found, np.int64)


def _phrases(count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Sample ranges of speech. Most pauses lie between two whole seconds, so that few clicks are lost to them."""
    seconds = count / SAMPLE_RATE
    longest = min(3.0, max(1.0, seconds / 3))
    phrases = []
    start, number = min(0.2, seconds * 0.1), 0
    while start < seconds - 0.5:
        pause = rng.uniform(1.15, 1.45) if number % 3 == 2 else rng.uniform(0.55, 0.8)
        whole = np.floor(start + rng.uniform(0.55, 1.0) * longest)
        end = whole + rng.uniform(0.06, max(0.07, 0.95 - pause))
        end = min(max(end, start + 0.4), seconds - 0.15)
        phrases.append((round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)))
        start, number = end + pause, number + 1
    return phrases


def _phrase(count: int, pitch: float, formant_scale: float, rng: np.random.Generator) -> Samples:
    """One phrase: syllables with moving vowels over a falling pitch, hisses between some of them."""
    time = np.arange(count) / SAMPLE_RATE
    knots, level, vowels, hiss = [0.0], [0.0], [_vowel(rng)], np.zeros(count)
    at = 0.01
    while at < time[-1] - 0.12:
        length = min(rng.uniform(0.13, 0.26), time[-1] - 0.02 - at)
        loud = rng.uniform(0.6, 1.0)
        for share, height in ((0.0, 0.02), (0.2, loud), (0.7, loud * 0.8), (1.0, 0.02)):
            knots.append(at + share * length)
            level.append(height)
            vowels.append(_vowel(rng) if share in {0.2, 0.7} else vowels[-1])
        at += length + rng.uniform(0.01, 0.05)
        if rng.random() < 0.4:
            hiss += np.exp(-(((time - at) / 0.022) ** 2)) * rng.uniform(0.1, 0.3)
    envelope = np.interp(time, [*knots, time[-1]], [*level, 0.0])
    wander = np.interp(time, knots, rng.uniform(0.88, 1.16, len(knots)))
    turns = np.cumsum(pitch * wander * (1.1 - 0.25 * time / time[-1]) / SAMPLE_RATE)
    source = np.exp(-(turns % 1.0) * 9) - 0.11  # one decaying pulse per turn of the vocal folds
    source = source * envelope + rng.standard_normal(count) * envelope * 0.01
    track = np.array(vowels, float) * formant_scale
    voiced = _filter(source, lambda at: _resonance(np.stack([np.interp(at, knots, track[:, n]) for n in range(3)])))
    voiced += _filter(rng.standard_normal(count) * hiss * 0.2, lambda at: np.tile(_band(2200, 4200), (len(at), 1)))
    edge = np.minimum(1, np.minimum(time, time[-1] - time) / 0.01)
    phrase: Samples = (voiced * edge * (0.42 / max(float(np.abs(voiced).max()), 1e-9))).astype(np.float32)
    return phrase


def _vowel(rng: np.random.Generator) -> tuple[int, int, int]:
    return _VOWELS[int(rng.integers(len(_VOWELS)))]


def _filter(signal: NDArray[np.float64], response: _Response) -> NDArray[np.float64]:
    """A filter that changes over time: overlapping windowed frames, each weighted in frequency, added up again."""
    padded = np.pad(signal, (_FRAME, 2 * _FRAME))
    starts = np.arange(0, len(padded) - _FRAME, _HOP)
    window = np.hanning(_FRAME + 1)[:-1]
    frames = np.fft.rfft(padded[starts[:, None] + np.arange(_FRAME)] * window)
    frames *= response((starts - _FRAME / 2) / SAMPLE_RATE)
    shaped = np.fft.irfft(frames, _FRAME) * window
    output = np.zeros(len(padded))
    for start, frame in zip(starts, shaped, strict=True):
        output[start : start + _FRAME] += frame
    return output[_FRAME : _FRAME + len(signal)] / 1.5


def _resonance(formants: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frequency weights (frames, bins) of three formants (3, frames) in Hz, cut off at 4.4 kHz."""
    frequency = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE)[None]
    total = np.zeros((formants.shape[1], frequency.shape[1]))
    for centre, width, gain in zip(formants, _WIDTHS, (1.0, 0.5, 0.25), strict=True):
        total += gain / (1 + ((frequency - centre[:, None]) / width) ** 2)
    return total * _band(70, 4100)


def _band(low: float, high: float) -> NDArray[np.float64]:
    frequency = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE)
    return np.clip((frequency - low) / 60 + 1, 0, 1) * np.clip((high - frequency) / 300 + 1, 0, 1)

"""How two recordings of one event lie to each other in time, by what both microphones heard."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cutroom.detection.listen import WINDOWS, ListenTask, listen
from cutroom.errors import ValidationError
from cutroom.schema.media import AudioStream, Media
from cutroom.workers.context import DIRECT, Context, OnProgress, Runner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
"""Samples a second at which waveforms are compared."""
_SECONDS = 8
"""Length of a stretch whose waveforms are compared."""
_STRETCHES = 5
_SLACK = 0.1
"""Seconds by which the loudness alone may be off."""
_LEAST = 6.0
"""How far the best place must stand out of all others, in standard deviations, to be believed."""
_LONGEST = 24 * 3600.0


class Alignment(NamedTuple):
    """Where a recording lies on the clock of another one."""

    offset: Fraction
    """Seconds of the first recording's clock at which the second one begins; negative where it began earlier."""
    confidence: float
    """How far that place stands out of all others, in standard deviations; below 6 nothing is claimed."""
    drift: float
    """By how many parts of a million the second one falls behind the first, as its clock counts more seconds; played
    that much faster it keeps up. 0 where they share too little to tell."""


@dataclass(frozen=True)
class CompareTask:
    """Compare stretches of two sounds: pairs of moments that are about the same."""

    paths: tuple[str, str]
    streams: tuple[AudioStream, AudioStream]
    pairs: tuple[tuple[Fraction, Fraction], ...]

    def reads(self) -> tuple[str, ...]:
        """Both files."""
        return self.paths

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


def warm() -> None:
    """Load codecs; a locked worker can load nothing."""
    import numpy.fft  # noqa: F401

    import cutroom.media.audio  # noqa: F401


def compare(task: CompareTask, context: Context = DIRECT) -> dict[str, Any]:
    """For each pair: `lags`, by how many seconds the second one's moment is late, and `peaks`, how clearly.

    The phases of all frequencies weigh the same (generalised cross-correlation with phase transform), which makes a
    sharp peak of rooms and microphones that sound different.
    """
    import numpy as np

    from cutroom.media.audio import AudioReader

    count = _SECONDS * RATE
    lags, peaks = np.zeros(len(task.pairs)), np.zeros(len(task.pairs))
    readers = [AudioReader(context.open(path), stream) for path, stream in zip(task.paths, task.streams, strict=True)]
    try:
        for i, moments in enumerate(task.pairs):
            spectra = []
            for reader, moment in zip(readers, moments, strict=True):
                samples = reader.read(round(moment * RATE), count, RATE, 1)[0].astype(np.float64)
                spectra.append(np.fft.rfft(samples * np.hanning(count), 2 * count))
            cross = spectra[1] * np.conj(spectra[0])
            found = np.fft.irfft(cross / np.maximum(np.abs(cross), 1e-12), 2 * count)
            reach = int(_SLACK * 2 * RATE)
            near = np.concatenate((found[-reach:], found[: reach + 1]))
            best = int(near.argmax())
            lags[i] = (best - reach) / RATE
            peaks[i] = (near[best] - near.mean()) / max(float(near.std()), 1e-12)
            context.progress(i + 1, len(task.pairs))
    finally:
        for reader in readers:
            reader.close()
    return {"lags": lags, "peaks": peaks}


def align(
    media: Sequence[Media],
    paths: Sequence[str | os.PathLike[str]],
    executor: Runner,
    *,
    on_progress: OnProgress | None = None,
) -> list[Alignment]:
    """Where recordings begin on the clock of the first one: to a sample of 16 kHz where the rooms allow it.

    The loudness of the first and of each other is compared at every shift at which they overlap; then the waveforms of
    a few stretches that both have.

    Args:
        media: two or more, as the probe found them.
        paths: where the files are.
        executor: runs the tasks, in workers of class "media".
        on_progress: called with `stage`, `done` and `total`: recordings, of which the last may be partly heard.

    Returns:
        One alignment for each but the first.

    Raises:
        ValidationError: one has no sound, or shares none with the first that could be found.
        DamagedMediaError: a stretch that cannot be decoded.
    """
    streams = [_sound(one) for one in media]
    files = [os.path.abspath(path) for path in paths]
    rises = []
    for number, (one, stream, file) in enumerate(zip(media, streams, files, strict=True)):
        heard = _heard(file, stream, executor, _part(on_progress, os.path.basename(one.path), number, len(media)))
        rises.append(heard)
    return [
        _compared((media[0], media[i]), (streams[0], streams[i]), (files[0], files[i]), (rises[0], rises[i]), executor)
        for i in range(1, len(media))
    ]


def _sound(media: Media) -> AudioStream:
    if media.audio is None:
        raise ValidationError(
            f"{media.path} has no sound to align by", value=media.path, hint='give its offset, or sync="start"'
        )
    return media.audio


def _part(on_progress: OnProgress | None, name: str, number: int, count: int) -> OnProgress | None:
    """What tells the progress of one recording as part of all."""
    if on_progress is None:
        return None

    def tell(progress: Mapping[str, Any]) -> None:
        share = (progress.get("done") or 0) / (progress.get("total") or 1)
        on_progress({"stage": f"listening to {name}", "done": number + share, "total": count})

    return tell


def _heard(file: str, stream: AudioStream, executor: Runner, on_progress: OnProgress | None) -> NDArray[np.float64]:
    import numpy as np

    task = ListenTask(file, stream, Fraction(0), stream.start + stream.duration)
    return _rises(np.asarray(executor.run(listen, task, timeout=_LONGEST, on_progress=on_progress)["levels"]))


def _compared(
    media: tuple[Media, Media],
    streams: tuple[AudioStream, AudioStream],
    files: tuple[str, str],
    rises: tuple[NDArray[np.float64], NDArray[np.float64]],
    executor: Runner,
) -> Alignment:
    import numpy as np

    shift, confidence = _best_shift(*rises)
    if confidence < _LEAST:
        raise ValidationError(
            f"{media[1].path} and {media[0].path} share no sound that could be found",
            value=media[1].path,
            hint="are they of the same event? Give the offset yourself where you know it",
        )
    coarse = Fraction(shift, WINDOWS)
    pairs = _pairs(coarse, *streams)
    found = executor.run(compare, CompareTask(files, streams, pairs), timeout=_LONGEST)
    return _settled(coarse, pairs, np.asarray(found["lags"]), np.asarray(found["peaks"]), confidence)


def _rises(levels: NDArray[np.float32]) -> NDArray[np.float64]:
    """How steeply the loudness rises, in dB: alike for near and far microphones, loud and soft recordings."""
    import numpy as np

    loud = 10 * np.log10(np.maximum(levels.astype(np.float64), 1e-9))
    steps = np.maximum(np.diff(loud, prepend=loud[:1]), 0)
    return np.asarray(np.minimum(steps, 12) - np.minimum(steps, 12).mean())


def _best_shift(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[int, float]:
    """Hundredths of a second by which the second begins later, and how far that stands out of the other places."""
    import numpy as np

    size = 1 << (len(first) + len(second) - 1).bit_length()
    found = np.fft.irfft(np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size)), size)
    shifts = np.concatenate((np.arange(-len(second) + 1, 0), np.arange(len(first))))
    common = np.minimum(len(first), shifts + len(second)) - np.maximum(shifts, 0)
    scores = found[shifts] / np.sqrt(np.maximum(common, 2 * WINDOWS))  # short overlaps prove little
    best = int(scores.argmax())
    return int(shifts[best]), float((scores[best] - scores.mean()) / max(float(scores.std()), 1e-12))


def _pairs(coarse: Fraction, first: AudioStream, second: AudioStream) -> tuple[tuple[Fraction, Fraction], ...]:
    """Moments of both, spread over what they have in common."""
    begin = max(first.start, second.start + coarse)
    end = min(first.start + first.duration, second.start + second.duration + coarse) - _SECONDS
    count = max(1, min(_STRETCHES, math.floor((end - begin) / _SECONDS) + 1))
    moments = [begin + max(Fraction(0), end - begin) * i / max(1, count - 1) for i in range(count)]
    return tuple((moment, moment - coarse) for moment in moments)


def _settled(
    coarse: Fraction,
    pairs: tuple[tuple[Fraction, Fraction], ...],
    lags: NDArray[np.float64],
    peaks: NDArray[np.float64],
    confidence: float,
) -> Alignment:
    """The offset that the clear stretches agree on."""
    import numpy as np

    clear = peaks >= _LEAST
    if not clear.any():
        return Alignment(coarse, confidence, 0.0)
    moments = np.array([float(moment) for moment, _ in pairs])[clear]
    late = lags[clear]
    drift = 0.0
    if len(moments) > 2 and np.ptp(moments) > 60:
        drift = float(np.polyfit(moments, late, 1)[0]) * 1e6
    middle = Fraction(round(float(np.median(late)) * RATE), RATE)
    return Alignment(coarse - middle, confidence, drift)

"""Silences: where the sound stays below a level."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import JsonValue

from cutroom.detection.stretch import LONGEST, stretch
from cutroom.errors import UnsupportedMediaError, ValidationError
from cutroom.schema.clock import MediaClock
from cutroom.schema.media import AudioStream, Media
from cutroom.schema.spans import Span, Spans
from cutroom.schema.time import TimeLike, parse_time
from cutroom.workers.context import DIRECT, Context, OnProgress, Runner

WINDOWS = 100
"""Stretches a second whose level is measured."""
_BLOCK = 30
"""Seconds that are read at once."""
_QUIETEST = -120.0


@dataclass(frozen=True)
class ListenTask:
    """Measure the level of a sound stream."""

    path: str
    stream: AudioStream
    start: Fraction
    end: Fraction

    def reads(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


def warm() -> None:
    """Load codecs; a locked worker can load nothing."""
    import cutroom.media.audio  # noqa: F401


def listen(task: ListenTask, context: Context = DIRECT) -> dict[str, Any]:
    """`levels`: the mean power (float32, 1 = full scale) of every hundredth of a second, from the one in which the
    task starts, in the louder of at most two channels; `first`: the number of that one.

    Raises:
        DamagedMediaError: a stretch that cannot be decoded.
    """  # fmt: skip
    import numpy as np

    from cutroom.media.audio import AudioReader

    stream = task.stream
    rate = math.ceil(stream.sample_rate / WINDOWS) * WINDOWS  # whole samples in a window
    width = rate // WINDOWS
    first = math.floor(task.start * WINDOWS)
    end = math.ceil(task.end * WINDOWS)
    levels = np.zeros(end - first, np.float32)
    step = _BLOCK * WINDOWS
    with AudioReader(context.open(task.path), stream) as reader:
        for at in range(first, end, step):
            count = min(step, end - at)
            samples = reader.read(at * width, count * width, rate, min(stream.channels, 2))
            power = np.square(samples, dtype=np.float32).reshape(len(samples), count, width).mean(axis=2)
            levels[at - first : at - first + count] = power.max(axis=0)
            context.progress(at - first + count, end - first)
    return {"first": first, "levels": levels}


def silences(
    media: Media,
    path: str | os.PathLike[str],
    executor: Runner,
    *,
    threshold_db: float = -35.0,
    min_duration: TimeLike = 0.5,
    span: tuple[TimeLike, TimeLike] | None = None,
    on_progress: OnProgress | None = None,
) -> Spans:
    """Where the sound stays below a level, to a hundredth of a second.

    The level is the root mean square of a hundredth of a second, in the louder channel, against full scale.

    Args:
        media: what the probe found.
        path: where the file is.
        executor: runs the task, in a worker of class "media".
        threshold_db: the level, in dBFS.
        min_duration: shorter ones are no silences, in seconds.
        span: only from start to end, in media time.
        on_progress: called with `{"done": hundredths, "total": hundredths}`.

    Raises:
        UnsupportedMediaError: no sound in the file.
        DamagedMediaError: a stretch of the sound cannot be decoded.
        ValidationError: a level outside of -120 … 0 dB.
        TimeError: a span without sound.
    """
    stream = media.audio
    if stream is None:
        raise UnsupportedMediaError(f"{media.path} has no sound", value=media.path, hint="silences need sound")
    if not _QUIETEST <= threshold_db <= 0:
        raise ValidationError(f"not a level: {threshold_db} dB", value=threshold_db, hint="between -120 and 0 dBFS")
    rate = media.video.rate if media.video else None
    least = parse_time(min_duration, rate=rate)
    begin, last = stretch(stream, span, rate)
    task = ListenTask(os.path.abspath(path), stream, begin, last)
    found = executor.run(listen, task, on_progress=on_progress, timeout=LONGEST)
    import numpy as np

    first, levels = int(found["first"]), np.asarray(found["levels"])
    quiet = np.concatenate(([False], levels < 10 ** (threshold_db / 10), [False]))
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    spans = []
    for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        start, end = max(Fraction(first + a, WINDOWS), begin), min(Fraction(first + b, WINDOWS), last)
        if end - start >= least and start < end:
            level = 10 * math.log10(max(float(levels[a:b].mean()), 10 ** (_QUIETEST / 10)))
            reason: dict[str, JsonValue] = {"threshold_db": float(threshold_db), "level_db": round(level, 2)}
            spans.append(Span(start=start, end=end, label="silence", reason=reason))
    return Spans.of(spans, MediaClock.of(media), rate, within=[(begin, last)])

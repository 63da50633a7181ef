"""Scenes: where the picture changes all at once (PySceneDetect's content detector on decoded frames)."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pydantic import JsonValue

from cutroom.detection.stretch import LONGEST, stretch
from cutroom.errors import DamagedMediaError, UnsupportedMediaError, ValidationError
from cutroom.schema.clock import MediaClock
from cutroom.schema.media import Media, VideoStream
from cutroom.schema.spans import Span, Spans
from cutroom.schema.time import TimeLike, parse_time
from cutroom.workers.context import DIRECT, Context, OnProgress, Runner

_WIDTH = 256
"""Scenes are told apart in small pictures: fast, and blind to noise."""


@dataclass(frozen=True)
class WatchTask:
    """Find the cuts of a picture stream."""

    path: str
    stream: VideoStream
    threshold: float
    frames: int
    """Least length of a scene."""
    start: Fraction
    end: Fraction
    """What is looked at: from the frame shown at the start on."""

    def reads(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


def warm() -> None:
    """Load codecs and the detector; a locked worker can load nothing."""
    import scenedetect.detectors  # noqa: F401

    import cutroom.media.pictures  # noqa: F401


def watch(task: WatchTask, context: Context = DIRECT) -> dict[str, Any]:
    """Starts of the scenes and the end of the last one, as `"n/d"` seconds, in `bounds`.

    Raises:
        DamagedMediaError: the picture cannot be decoded to its end.
    """
    import numpy as np
    from av.video.reformatter import Interpolation, VideoReformatter
    from scenedetect import FrameTimecode
    from scenedetect.detectors import ContentDetector

    from cutroom.media.pictures import open_reader

    stream = task.stream
    width = min(stream.width, _WIDTH)
    height = max(1, round(stream.height * width / stream.width))
    detector = ContentDetector(threshold=task.threshold, min_scene_len=task.frames)
    scaler, number = VideoReformatter(), None
    total = math.ceil((task.end - task.start) * stream.rate)
    starts: list[Fraction] = []
    cuts: list[Any] = []
    with open_reader(context.open(task.path), stream) as reader:
        for shown in reader.frames(task.start):
            if shown.start >= task.end:
                break
            small = scaler.reformat(
                shown.frame, width, height, "bgr24", interpolation=Interpolation.BILINEAR, threads=1
            )
            number = FrameTimecode(len(starts), fps=stream.rate)
            starts.append(max(shown.start, task.start))
            cuts += detector.process_frame(number, np.asarray(small.to_ndarray()))
            if len(starts) % 100 == 0:
                context.progress(len(starts), max(total, len(starts)))
    if number is None:
        raise DamagedMediaError(
            f"the picture of {os.path.basename(task.path)} holds no frame that can be decoded",
            value=task.path,
            hint="copy the file again from its source",
        )
    cuts += detector.post_process(number)
    end = task.end if task.end > starts[-1] else starts[-1] + 1 / stream.rate
    numbers = sorted({cut.frame_num for cut in cuts} - {0})
    return {"bounds": [str(time) for time in (starts[0], *(starts[n] for n in numbers), end)]}


def scenes(
    media: Media,
    path: str | os.PathLike[str],
    executor: Runner,
    *,
    threshold: float = 27.0,
    min_duration: TimeLike = 0.6,
    span: tuple[TimeLike, TimeLike] | None = None,
    on_progress: OnProgress | None = None,
) -> Spans:
    """The scenes of a film, one touching the next: `.starts` are its cuts.

    Args:
        media: what the probe found.
        path: where the file is.
        executor: runs the task, in a worker of class "media".
        threshold: how much hue, saturation and brightness (0 … 255) change on average at a cut.
        min_duration: a cut sooner than this after the last one is none, in seconds.
        span: only the frames shown from start to end, in media time.
        on_progress: called with `{"done": frames, "total": frames}`.

    Raises:
        UnsupportedMediaError: no picture in the file.
        DamagedMediaError: the picture cannot be decoded to its end.
        ValidationError: a threshold outside of 0 … 255.
        TimeError: a span without a picture.
    """
    stream = media.video
    if stream is None:
        raise UnsupportedMediaError(f"{media.path} has no picture", value=media.path, hint="scenes need a picture")
    if not 0 < threshold <= 255:
        raise ValidationError(f"not a threshold: {threshold}", value=threshold, hint="between 0 and 255; usual: 27")
    frames = max(1, math.ceil(parse_time(min_duration, rate=stream.rate) * stream.rate))
    task = WatchTask(os.path.abspath(path), stream, float(threshold), frames, *stretch(stream, span, stream.rate))
    found = executor.run(watch, task, on_progress=on_progress, timeout=LONGEST)
    bounds = [Fraction(time) for time in found["bounds"]]
    reason: dict[str, JsonValue] = {"detector": "content", "threshold": float(threshold)}
    spans = [
        Span(start=start, end=end, label=f"scene {number}", reason=dict(reason))
        for number, (start, end) in enumerate(pairwise(bounds), 1)
    ]
    return Spans.of(spans, MediaClock.of(media), stream.rate, within=[(bounds[0], bounds[-1])])

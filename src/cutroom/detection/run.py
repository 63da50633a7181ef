"""Find objects in a media file: a task for a worker, and the table of what it tells."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from cutroom.detection import tasks
from cutroom.detection.store import Model
from cutroom.detection.stretch import LONGEST, stretch
from cutroom.errors import TimeError, UnsupportedMediaError, ValidationError, nearest, warn
from cutroom.schema.media import Media
from cutroom.schema.time import TimeLike, parse_time
from cutroom.settings.limits import limits
from cutroom.workers.context import Runner

if TYPE_CHECKING:
    from cutroom.schema.detections import Detections

OnProgress = Callable[[int, int], None]
Tracker = Literal["bytetrack"]
TRACKERS = ("bytetrack",)


def detect(
    media: Media,
    path: str | os.PathLike[str],
    model: Model,
    executor: Runner,
    *,
    every: TimeLike | None = None,
    confidence: float = 0.25,
    iou: float = 0.45,
    classes: Sequence[str | int] | None = None,
    tracker: Tracker | None = "bytetrack",
    span: tuple[TimeLike, TimeLike] | None = None,
    threads: int | None = None,
    on_progress: OnProgress | None = None,
) -> Detections:
    """Find objects in a media file.

    An interrupt (Ctrl-C) stops the search and keeps what was finished; so does a file that breaks off. Both are told
    by a warning, and `within` says how far it got. Boxes are in pixels of the picture as displayed: upright, with
    square pixels.

    Args:
        media: what the probe found.
        path: where the file is.
        model: a loaded model.
        executor: runs the task, in a worker of class "model".
        every: look at one frame every so often (seconds, or frames of the media); None: at all.
        confidence: least confidence, 0 to 1.
        iou: two boxes of a class that overlap by more are one object, 0 to 1.
        classes: only these, by label or id.
        tracker: follows objects from frame to frame; None: every box for itself.
        span: only the frames shown from start to end, in media time.
        threads: pictures searched side by side; None: the cores that this process may use.
        on_progress: called with the number of frames done and in all.

    Raises:
        UnsupportedMediaError: no picture in the file.
        ModelError: the model cannot be used.
        UnknownNameError: a class or tracker that does not exist.
        ValidationError: a threshold outside of 0 … 1.
        TimeError: a span that lies outside of the file.
    """
    stream = media.video
    if stream is None:
        raise UnsupportedMediaError(f"{media.path} has no picture", value=media.path, hint="objects need a picture")
    for title, value in (("confidence", confidence), ("iou", iou)):
        if not 0 <= value <= 1:
            raise ValidationError(f"not a value for {title}: {value}", value=value, hint="between 0 and 1")
    if tracker is not None and tracker not in TRACKERS:
        raise nearest(str(tracker), TRACKERS, what="tracker")
    step = None if every is None else parse_time(every, rate=stream.rate)
    if step is not None and step <= 0:
        raise TimeError(f"not a time between frames: {every!r}", value=every, hint="give seconds, or cr.frames(5)")
    start, end = stretch(stream, span, stream.rate)
    task = tasks.DetectTask(
        media=os.path.abspath(path),
        model=model.path,
        model_sha256=model.card.sha256,
        stream=stream,
        start=start,
        end=end,
        every=step,
        confidence=float(confidence),
        iou=float(iou),
        classes=model.card.class_ids(classes),
        track=tracker is not None,
        threads=threads or limits().cores,
    )
    parts, ended = _collect(executor, task, on_progress)
    if ended:
        warn(f"detection in {media.path} ended early: {ended}", RuntimeWarning)
    provenance = {
        "model": model.title,
        "model_sha256": model.card.sha256,
        "confidence": task.confidence,
        "iou": task.iou,
        "classes": None if task.classes is None else [model.labels[i] for i in task.classes],
        "every": None if step is None else str(step),
        "span": [str(start), str(end)],
        "tracker": tracker,
        "ended": ended,
    }
    from cutroom.detection.assemble import assemble

    return assemble(parts, media, model.labels, provenance)


def _collect(
    executor: Runner, task: tasks.DetectTask, on_progress: OnProgress | None
) -> tuple[list[dict[str, Any]], str]:
    """The parts that arrived, and why there are no more when that was too early."""
    parts: list[dict[str, Any]] = []
    lock = threading.Lock()

    def told(data: dict[str, Any]) -> None:
        with lock:
            parts.append(data)
        if on_progress is not None:
            on_progress(int(data["done"]), int(data["total"]))

    future = None
    try:
        future = executor.submit(tasks.detect, task, on_progress=told, timeout=LONGEST)
        last = future.result()
    except KeyboardInterrupt:
        if future is not None:
            future.kill()
        with lock:
            return list(parts), "interrupted"
    with lock:
        return [*parts, last], str(last["damaged"])

"""Search a file's frames for objects: one thread decodes, several infer. Belongs in a worker process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from cutroom.detection import onnx
from cutroom.detection.boxes import Found
from cutroom.detection.bytetrack import FAINT, ByteTrack
from cutroom.detection.letterbox import Letterbox
from cutroom.detection.sampling import Converter, Sample, count, sample
from cutroom.detection.tasks import DetectTask
from cutroom.errors import DamagedMediaError, ModelError
from cutroom.media.pictures import open_reader
from cutroom.workers.context import Context

_TELL = 0.25
"""Seconds between two parts of the result on their way to the caller."""


def search(task: DetectTask, context: Context) -> dict[str, Any]:
    """See `tasks.detect`."""
    with context.open(task.model) as file:
        model = onnx.load(file, task.model)
    if model.card.sha256 != task.model_sha256:
        raise ModelError(f"{task.model} has changed since it was loaded", value=task.model, hint="load it again")
    size = task.stream.display_size
    box = Letterbox.fit(size, (model.card.width, model.card.height))
    converter = Converter(task.stream)
    least = min(task.confidence, FAINT) if task.track else task.confidence

    def find(item: Sample) -> Found:
        return model.detect(converter.rgb(item.frame), box, least, task.iou, task.classes)

    tracker = ByteTrack(float(task.stream.rate), sure=task.confidence) if task.track else None
    total = count(task.stream, task.start, task.end, task.every)
    part, done, told, damaged = _Part(), 0, time.monotonic(), ""
    with open_reader(context.open(task.media), task.stream) as reader:
        frames = sample(reader, task.stream, task.start, task.end, task.every)
        try:
            for item, found in _in_order(frames, find, task.threads):
                numbers = tracker.update(float(item.start), found) if tracker else np.full(len(found.class_id), -1)
                sure = found.confidence > task.confidence
                part.add(item, found.take(sure), numbers[sure])
                done += 1
                if time.monotonic() - told >= _TELL:
                    context.progress(done, max(total, done), **part.data())
                    part, told = _Part(), time.monotonic()
        except DamagedMediaError as error:
            if not done:
                raise
            damaged = error.message
    return {**part.data(), "damaged": damaged}


class _Part:
    """Frames and boxes that are not told yet."""

    def __init__(self) -> None:
        self._times: list[tuple[int, ...]] = []
        self._ids: list[np.ndarray[Any, Any]] = []
        self._boxes: list[np.ndarray[Any, Any]] = []

    def add(self, item: Sample, found: Found, numbers: np.ndarray[Any, Any]) -> None:
        row = np.full(len(numbers), len(self._times))
        self._ids.append(np.stack((row, found.class_id, numbers), axis=1))
        self._boxes.append(np.concatenate((found.xyxy, found.confidence[:, None]), axis=1))
        exact = (item.start, item.duration, item.until)
        self._times.append((item.number, *(n for time in exact for n in (time.numerator, time.denominator))))

    def data(self) -> dict[str, Any]:
        return {
            "times": np.array(self._times, dtype=np.int64).reshape(-1, 7),
            "ids": np.concatenate([np.zeros((0, 3), np.int64), *self._ids]),
            "boxes": np.concatenate([np.zeros((0, 5), np.float32), *self._boxes]),
        }


def _in_order(
    samples: Iterator[Sample], find: Callable[[Sample], Found], threads: int
) -> Iterator[tuple[Sample, Found]]:
    """Each sample with what was found in it, in order; this thread decodes, `threads` others search.

    Raises:
        DamagedMediaError: what follows cannot be decoded; everything before it has been given.
    """
    waiting: deque[tuple[Sample, Future[Found]]] = deque()
    failure: DamagedMediaError | None = None
    with ThreadPoolExecutor(threads, thread_name_prefix="cutroom-detect") as pool:
        try:
            while True:
                try:
                    item = next(samples, None)
                except DamagedMediaError as error:
                    failure = error
                    break
                if item is None:
                    break
                waiting.append((item, pool.submit(find, item)))
                while len(waiting) > 2 * threads or (waiting and waiting[0][1].done()):
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
    if failure is not None:
        raise failure

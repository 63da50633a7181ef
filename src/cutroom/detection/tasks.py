"""Tasks of a worker of class "model", as plain values, and the functions that answer.

The functions load codecs and ONNX Runtime when they are called; a worker loads them beforehand through `warm`, since
it can load nothing once it is locked.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cutroom.schema.media import VideoStream
from cutroom.workers.context import DIRECT, Context


@dataclass(frozen=True)
class InspectTask:
    """Read the card of a model file."""

    model: str

    def reads(self) -> tuple[str, ...]:
        """The model."""
        return (self.model,)

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class DetectTask:
    """Find objects in the frames shown from `start` to `end` of a file."""

    media: str
    model: str
    model_sha256: str
    stream: VideoStream
    start: Fraction
    end: Fraction
    every: Fraction | None = None
    confidence: float = 0.25
    iou: float = 0.45
    classes: tuple[int, ...] | None = None
    track: bool = True
    threads: int = 1

    def reads(self) -> tuple[str, ...]:
        """The media and the model."""
        return (self.media, self.model)

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


def warm() -> None:
    """Load everything; pictures are searched side by side, so OpenCV needs no threads of its own."""
    import cv2
    import scipy.optimize  # noqa: F401

    from cutroom.detection import search  # noqa: F401

    cv2.setNumThreads(1)


def inspect(task: InspectTask, context: Context = DIRECT) -> dict[str, Any]:
    """The model's card as JSON.

    Raises:
        ModelError: not a model that can be used.
    """
    from cutroom.detection import onnx

    with context.open(task.model) as file:
        return onnx.load(file, task.model).card.model_dump(mode="json")


def detect(task: DetectTask, context: Context = DIRECT) -> dict[str, Any]:
    """Objects frame by frame, told in parts as progress while it goes on; the result is the last part.

    A part holds `times`, int64 (frames, 7): the frame's number, and start, duration and end of what it stands for as
    numerators and denominators; `ids`, int64 (boxes, 3): row of the frame in this part, class, track; `boxes`, float32
    (boxes, 5): left, top, right, bottom, confidence. The result adds `damaged`, a text where the file broke off.

    Raises:
        ModelError: not a model that can be used, or another one than was asked for.
        DamagedMediaError: not a single frame can be decoded.
    """
    from cutroom.detection.search import search

    return search(task, context)

"""Measure the shipped model on a demo film: precision and recall against the film's truth.

python models/check_film.py       # in the package's own environment (needs av)
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import metrics
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pictures import GREY, SIZE

from cutroom.demo.film import FilmTruth, write_demo_film

SHIPPED = Path(__file__).resolve().parents[1] / "src" / "cutroom" / "detection" / "models" / "shapes.onnx"


@dataclass(frozen=True)
class Score:
    """Counts over the checked frames. Shapes of which less than the wanted share shows are neither right nor wrong."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Right boxes among the reported ones."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Found shapes among the visible ones."""
        return self.right / max(1, self.right + self.missed)


def letterboxed(picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float, float, float]:
    """The model's input (1, 3, S, S) for an RGB picture, with the scale and the borders on the left and above."""
    height, width = picture.shape[:2]
    scale = SIZE / max(width, height)
    inner = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_LINEAR)
    left, top = (SIZE - inner.shape[1]) // 2, (SIZE - inner.shape[0]) // 2
    square = np.full((SIZE, SIZE, 3), GREY, np.uint8)
    square[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return np.ascontiguousarray(square.transpose(2, 0, 1)[None], np.float32) / 255, scale, left, top


def check(model: Path, film: Path, truth: FilmTruth, *, every: int, confidence: float, visible: float = 0.4) -> Score:
    """Compare the model's boxes with a film's truth, at IoU 0.5 and equal class, in every so many frames."""
    session = onnxruntime.InferenceSession(model.read_bytes(), providers=["CPUExecutionProvider"])
    right = wrong = missed = 0
    with av.open(str(film)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % every:
                continue
            tensor, scale, left, top = letterboxed(frame.to_ndarray(format="rgb24"))
            rows = metrics.boxes_of(session.run(None, {"images": tensor})[0][0], confidence=confidence, limit=0.45)
            rows[:, 2:] = (rows[:, 2:] - (left, top, left, top)) / scale
            real = np.array([(box.class_id, box.x1, box.y1, box.x2, box.y2) for box in truth.boxes[number]], np.float32)
            counts = _match(
                rows, real.reshape(-1, 5), np.array([box.visible >= visible for box in truth.boxes[number]])
            )
            right, wrong, missed = right + counts[0], wrong + counts[1], missed + counts[2]
    return Score(right, wrong, missed)


def _match(rows: NDArray[np.float32], real: NDArray[np.float32], wanted: NDArray[np.bool_]) -> tuple[int, int, int]:
    table = metrics.overlaps(rows[:, 2:], real[:, 1:]) * (rows[:, :1] == real[None, :, 0])
    taken = np.zeros(len(real), bool)
    wrong = 0
    for index in np.argsort(-rows[:, 1], kind="stable"):
        free = np.where(taken, 0, table[index]) if len(real) else np.zeros(1)
        if free.max() >= 0.5:
            taken[int(free.argmax())] = True
        else:
            wrong += 1
    return int((taken & wanted).sum()), wrong, int((~taken & wanted).sum())


def main() -> None:
    """Write a film of another seed than anybody has looked at, and one of the default seed; measure both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--every", type=int, default=5, help="check one frame in so many")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for seed in (7, 1234):
            film = Path(folder) / f"{seed}.mp4"
            truth = write_demo_film(film, seconds=options.seconds, seed=seed)
            for confidence in (0.25, 0.5):
                score = check(options.model, film, truth, every=options.every, confidence=confidence)
                figures = f"precision {score.precision:.4f}, recall {score.recall:.4f}"
                print(f"film {seed}, confidence {confidence}: {figures} {score}", flush=True)


if __name__ == "__main__":
    main()

"""Boxes from the model's output, and average precision. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def overlaps(a: Floats, b: Floats) -> Floats:
    """Intersection over union of every box of `a` (N, 4) with every box of `b` (M, 4), corners in pixels."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(axis=1), (b[:, 2:] - b[:, :2]).prod(axis=1)
    return shared / np.maximum(area_a[:, None] + area_b[None] - shared, 1e-9)


def suppress(boxes: Floats, scores: Floats, *, limit: float) -> NDArray[np.intp]:
    """Non-maximum suppression: indices that stay, best first; a box goes when it overlaps a better one by > `limit`."""
    order = np.argsort(-scores, kind="stable")
    table = overlaps(boxes, boxes) > limit
    gone = np.zeros(len(boxes), bool)
    kept = []
    for index in order:
        if not gone[index]:
            kept.append(index)
            gone |= table[index]
    return np.array(kept, np.intp)


def boxes_of(output: Floats, *, confidence: float = 0.001, limit: float = 0.6) -> Floats:
    """Rows class, score, x1, y1, x2, y2 from one picture's output (4 + classes, N), after suppression per class."""
    scores = output[4:]
    rows = []
    for class_id in range(len(scores)):
        sure = scores[class_id] > confidence
        middle, half = output[:2, sure].T, output[2:4, sure].T / 2
        corners, found = np.concatenate([middle - half, middle + half], axis=1), scores[class_id, sure]
        kept = suppress(corners, found, limit=limit)
        rows.append(np.column_stack([np.full(len(kept), class_id), found[kept], corners[kept]]))
    return np.concatenate(rows).astype(np.float32)


def average_precision(found: list[Floats], truth: list[Floats], classes: int, *, threshold: float = 0.5) -> list[float]:
    """Average precision of every class over a set of pictures, by COCO's 101 recall points.

    Args:
        found: per picture, rows as `boxes_of` gives them.
        truth: per picture, rows class, x1, y1, x2, y2.
        classes: how many there are.
        threshold: the IoU from which a box counts as the right one; each true box is found at most once.
    """
    results = []
    for class_id in range(classes):
        scores: list[float] = []
        right: list[bool] = []
        total = 0
        for rows, labels in zip(found, truth, strict=True):
            mine, real = rows[rows[:, 0] == class_id], labels[labels[:, 0] == class_id]
            total += len(real)
            table = overlaps(mine[:, 2:], real[:, 1:])
            taken = np.zeros(len(real), bool)
            for index in np.argsort(-mine[:, 1], kind="stable"):
                free = np.where(taken, 0, table[index]) if len(real) else np.zeros(1)
                best = int(free.argmax())
                hit = bool(free[best] >= threshold)
                if hit:
                    taken[best] = True
                scores.append(float(mine[index, 1]))
                right.append(hit)
        results.append(_area(np.array(scores), np.array(right, bool), total))
    return results


def _area(scores: NDArray[np.float64], right: NDArray[np.bool_], total: int) -> float:
    if total == 0 or len(scores) == 0:
        return 0.0
    hits = np.cumsum(right[np.argsort(-scores, kind="stable")])
    recall, precision = hits / total, hits / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.where(at < len(precision), precision[np.minimum(at, len(precision) - 1)], 0).mean())

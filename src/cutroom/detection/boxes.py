"""Boxes out of a model's raw output: the v8 layout, and non-maximum suppression."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_BOXES = 300
_MOST_CANDIDATES = 30_000
_BLOCK = 256
"""Boxes that are compared with each other at once."""

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


class Found(NamedTuple):
    """Objects of one frame, the surest first."""

    xyxy: Floats
    """(n, 4)"""
    confidence: Floats
    class_id: Indices

    def take(self, chosen: NDArray[np.bool_] | Indices | slice) -> Found:
        """Some of them, by mask, index or slice."""
        return Found(self.xyxy[chosen], self.confidence[chosen], self.class_id[chosen])


def decode_v8(output: Floats, confidence: float) -> Found:
    """Candidates above a confidence from an output (4 + classes, anchors): centre, size, one score per class.

    This is the layout of v8, v9, 11 and 12: the scores are final, there is no objectness.
    """
    scores = output[4:]
    best = scores.max(axis=0)
    chosen = np.flatnonzero(best > confidence)
    x, y, w, h = output[:4, chosen]
    half_w, half_h = w / 2, h / 2
    xyxy = np.stack((x - half_w, y - half_h, x + half_w, y + half_h), axis=1)
    return Found(xyxy, best[chosen], scores[:, chosen].argmax(axis=0).astype(np.int64))


def iou(boxes: Floats, others: Floats) -> Floats:
    """Intersection over union of every box (n, 4) with every other (m, 4): (n, m)."""
    ours, theirs = boxes.T[:, :, None], others.T[:, None, :]
    width = np.minimum(ours[2], theirs[2]) - np.maximum(ours[0], theirs[0])
    height = np.minimum(ours[3], theirs[3]) - np.maximum(ours[1], theirs[1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    union = (ours[2] - ours[0]) * (ours[3] - ours[1]) + (theirs[2] - theirs[0]) * (theirs[3] - theirs[1]) - shared
    overlap: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlap


def suppress(found: Found, limit: float, most: int = MOST_BOXES) -> Found:
    """Greedy non-maximum suppression within each class.

    Going from the surest down, a box goes when it overlaps a kept one of its class by more than `limit`. Equal
    confidences keep the model's order.
    """
    ranked = found.take(np.argsort(-found.confidence, kind="stable")[:_MOST_CANDIDATES])
    kept = ranked.take(np.zeros(0, dtype=np.int64))
    for first in range(0, len(ranked.class_id), _BLOCK):
        block = ranked.take(slice(first, first + _BLOCK))
        alive = ~_covered(kept, block, limit).any(axis=0)
        covered = _covered(block, block, limit)
        for i in range(len(alive)):
            if alive[i]:
                alive[i + 1 :] &= ~covered[i, i + 1 :]
        kept = _joined(kept, block.take(alive)).take(slice(most))
        if len(kept.class_id) == most:
            break
    return kept


def _covered(by: Found, boxes: Found, limit: float) -> NDArray[np.bool_]:
    """Which boxes (columns) each of the others (rows) takes the place of."""
    covered: NDArray[np.bool_] = iou(by.xyxy, boxes.xyxy) > limit
    covered &= by.class_id[:, None] == boxes.class_id[None, :]
    return covered


def _joined(first: Found, second: Found) -> Found:
    return Found(
        np.concatenate((first.xyxy, second.xyxy)),
        np.concatenate((first.confidence, second.confidence)),
        np.concatenate((first.class_id, second.class_id)),
    )

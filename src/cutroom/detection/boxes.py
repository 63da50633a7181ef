"""Boxes out of a model's raw output: the v8 layout, and non-maximum suppression."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_BOXES = 300
_MOST_CANDIDATES = 30_000

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


class Found(NamedTuple):
    """Objects of one frame, the surest first."""

    xyxy: Floats
    """(n, 4)"""
    confidence: Floats
    class_id: Indices

    def take(self, chosen: NDArray[np.bool_] | Indices) -> Found:
        """Some of them, by mask or index."""
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
    left_top = np.maximum(boxes[:, None, :2], others[None, :, :2])
    right_bottom = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.clip(right_bottom - left_top, 0, None).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    other_areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    union = areas[:, None] + other_areas[None, :] - shared
    overlap: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlap


def suppress(found: Found, limit: float, most: int = MOST_BOXES) -> Found:
    """Greedy non-maximum suppression within each class.

    Going from the surest down, a box goes when it overlaps a kept one of its class by more than `limit`. Equal
    confidences keep the model's order.
    """
    order = np.argsort(-found.confidence, kind="stable")[:_MOST_CANDIDATES]
    kept: list[int] = []
    while order.size and len(kept) < most:
        first, rest = order[0], order[1:]
        kept.append(int(first))
        overlap = iou(found.xyxy[first : first + 1], found.xyxy[rest])[0]
        order = rest[(overlap <= limit) | (found.class_id[rest] != found.class_id[first])]
    return found.take(np.array(kept, dtype=np.int64))

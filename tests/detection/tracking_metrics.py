"""How well tracks follow the truth: MOTA and IDF1 (Bernardin and Stiefelhagen 2008; Ristani et al. 2016)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from cutroom.detection.boxes import iou

Table = dict[int, tuple[np.ndarray, np.ndarray]]
"""Frame number to ids (n,) and boxes (n, 4) as left, top, right, bottom."""


def read(path: Path) -> dict[int, np.ndarray]:
    """Rows of a MOTChallenge file by frame: id, left, top, right, bottom, confidence."""
    rows = np.loadtxt(path, delimiter=",")
    rows[:, 4:6] += rows[:, 2:4]
    return {int(frame): rows[rows[:, 0] == frame][:, 1:7] for frame in np.unique(rows[:, 0])}


def measure(truth: Table, tracks: Table) -> dict[str, float]:
    """MOTA, IDF1, switches, with matches of at least half overlap; a match of the frame before is kept."""
    last: dict[int, int] = {}
    misses = false = switches = total = found = 0
    shared: Counter[tuple[int, int]] = Counter()
    for frame in sorted(set(truth) | set(tracks)):
        empty = (np.zeros(0, int), np.zeros((0, 4)))
        ids, boxes = truth.get(frame, empty)
        ours, places = tracks.get(frame, empty)
        total, found = total + len(ids), found + len(ours)
        overlap = iou(boxes.astype(np.float32), places.astype(np.float32))
        shared.update((int(ids[i]), int(ours[j])) for i, j in zip(*np.nonzero(overlap >= 0.5), strict=True))
        kept = np.array([[last.get(int(i)) == int(j) for j in ours] for i in ids]).reshape(overlap.shape)
        rows, columns = linear_sum_assignment(np.where(overlap >= 0.5, 1 - overlap - 10 * kept, 100))
        pairs = [(int(ids[r]), int(ours[c])) for r, c in zip(rows, columns, strict=True) if overlap[r, c] >= 0.5]
        switches += sum(last.get(i, j) != j for i, j in pairs)
        last.update(pairs)
        misses, false = misses + len(ids) - len(pairs), false + len(ours) - len(pairs)
    people, numbers = sorted({i for i, _ in shared}), sorted({j for _, j in shared})
    counts = np.array([[shared[i, j] for j in numbers] for i in people])
    rows, columns = linear_sum_assignment(-counts)
    return {
        "mota": 1 - (misses + false + switches) / total,
        "idf1": 2 * counts[rows, columns].sum() / (total + found),
        "switches": switches,
    }

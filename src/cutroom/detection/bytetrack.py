"""ByteTrack: objects followed from frame to frame, faint boxes included.

Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box" (2022). Sure boxes are matched with
the predicted tracks first; tracks that found none may take a faint box, which keeps an object that is half hidden.
Only sure boxes begin tracks. A track keeps its class. Waiting times are in seconds, so that the rate of the film and
skipped frames do not change them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from cutroom.detection import kalman
from cutroom.detection.boxes import Found, iou

FAINT = 0.1
"""Boxes down to this confidence take part."""
_FIRST, _SECOND, _YOUNG = 0.2, 0.5, 0.3
"""Least likeness of a match: of sure boxes (overlap times confidence), of faint ones, of tracks seen once (overlap)."""

Ints = NDArray[np.int64]


@dataclass
class _Tracks:
    """All live tracks as columns."""

    ids: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    class_id: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    hits: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    seen: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """When each was matched last, in seconds."""
    lost: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    mean: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 8)))
    covariance: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 8, 8)))

    def keep(self, chosen: NDArray[np.bool_]) -> _Tracks:
        return _Tracks(*(column[chosen] for column in self._columns()))

    def join(self, other: _Tracks) -> _Tracks:
        pairs = zip(self._columns(), other._columns(), strict=True)
        return _Tracks(*(np.concatenate(pair) for pair in pairs))

    def _columns(self) -> tuple[Any, ...]:
        return self.ids, self.class_id, self.hits, self.seen, self.lost, self.mean, self.covariance


class ByteTrack:
    """Gives every sure box of a frame the number of its track; feed frames in order.

    Args:
        rate: nominal frames a second.
        sure: boxes above this confidence begin tracks.
        memory: seconds for which a track that finds no box is remembered.

    Example:
        >>> tracker = ByteTrack(rate=25.0)
        >>> box = Found(np.array([[0, 0, 10, 20]], np.float32), np.array([0.9], np.float32), np.array([0]))
        >>> tracker.update(0.0, box), tracker.update(0.04, box)
        (array([0]), array([0]))
    """

    def __init__(self, rate: float, sure: float = 0.25, memory: float = 1.0) -> None:
        self._rate = rate
        self._sure = sure
        self._memory = memory
        self._tracks = _Tracks()
        self._time = 0.0
        self._next = 0

    def update(self, time: float, found: Found) -> Ints:
        """Track numbers of the boxes of the frame at `time` seconds; -1 for faint ones that belong to none."""
        tracks = self._tracks
        if len(tracks.ids):
            frames = max((time - self._time) * self._rate, 0.0)
            tracks.mean[tracks.lost, 7] = 0  # nobody measures how a lost box grows
            tracks.mean, tracks.covariance = kalman.predict(tracks.mean, tracks.covariance, frames)
        self._time = time
        numbers = np.full(len(found.confidence), -1, dtype=np.int64)
        sure = found.confidence > self._sure
        faint = ~sure & (found.confidence > FAINT)
        young = (tracks.hits == 1) & ~tracks.lost
        matched = np.zeros(len(tracks.ids), dtype=bool)
        overlap = np.zeros((0, 0), np.float32)
        if len(tracks.ids) and len(numbers):
            overlap = iou(kalman.to_boxes(tracks.mean).astype(np.float32), found.xyxy)
            overlap[tracks.class_id[:, None] != found.class_id[None, :]] = 0
            free = np.ones(len(numbers), dtype=bool)
            rounds = (
                (~young, sure, overlap * found.confidence[None, :], _FIRST),
                (~young & ~tracks.lost, faint, overlap, _SECOND),
                (young, sure, overlap * found.confidence[None, :], _YOUNG),
            )
            for rows, columns, likeness, least in rounds:
                ours, theirs = np.flatnonzero(rows & ~matched), np.flatnonzero(columns & free)
                for row, column in _assign(likeness[np.ix_(ours, theirs)], least):
                    numbers[theirs[column]] = tracks.ids[ours[row]]
                    matched[ours[row]], free[theirs[column]] = True, False
        self._tracks = self._after(time, found, numbers, matched, sure & (numbers < 0))
        return numbers

    def _after(
        self, time: float, found: Found, numbers: Ints, matched: NDArray[np.bool_], fresh: NDArray[np.bool_]
    ) -> _Tracks:
        """The tracks for the next frame: matched ones corrected, old ones forgotten, new ones begun."""
        tracks = self._tracks
        if matched.any():
            boxes = np.flatnonzero(numbers >= 0)
            rows = np.searchsorted(tracks.ids, numbers[boxes])  # ids stand in ascending order
            measured = kalman.to_state(found.xyxy[boxes].astype(np.float64))
            mean, covariance = kalman.update(tracks.mean[rows], tracks.covariance[rows], measured)
            tracks.mean[rows], tracks.covariance[rows] = mean, covariance
            tracks.seen[rows] = time
            tracks.hits[rows] += 1
        tracks.lost = ~matched
        tracks = tracks.keep(matched | ((tracks.hits > 1) & (time - tracks.seen <= self._memory)))
        count = int(fresh.sum())
        if not count:
            return tracks
        ids = np.arange(self._next, self._next + count)
        self._next += count
        numbers[fresh] = ids
        mean, covariance = kalman.begin(kalman.to_state(found.xyxy[fresh].astype(np.float64)))
        ones = np.ones(count, dtype=np.int64)
        begun = _Tracks(ids, found.class_id[fresh], ones, np.full(count, time), ones == 0, mean, covariance)
        return tracks.join(begun)


def _assign(likeness: NDArray[np.float32], least: float) -> list[tuple[int, int]]:
    """Pairs (row, column) that together are most alike, each above `least`."""
    if not likeness.size:
        return []
    cost = np.where(likeness > least, 1 - likeness, 2)  # an impossible pair is never worth two possible ones
    rows, columns = linear_sum_assignment(cost)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if likeness[r, c] > least]

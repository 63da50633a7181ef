"""How a camera moved: from each picture to the next, whatever moves before it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.analysis import Move
from cutroom.effects.pictures.planes import Plane

_POINTS = 200
_LEAST = 8
"""Points that must move alike before anything is claimed."""
_SHARE = 0.3
"""Of the points that were found again: so many must move alike."""
_AGREE = 0.5
"""Pixels by which a point may miss where the movement takes it."""
_BACK = 0.3
"""Pixels by which a point may miss its place when it is followed back."""
_STILL = 0.03
"""Pixels; where no corner of the picture moves by more, the camera stood still: noise must not add up."""
_CUT = 0.75
"""Correlation of two small pictures below which they show different things, if no points were found again."""
_THUMB = (32, 18)

Points = NDArray[np.float32]


class MotionMeter:
    """Follows points from frame to frame.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> wall = cv2.GaussianBlur(rng.integers(0, 255, (400, 600), dtype=np.uint8), (0, 0), 3)
        >>> meter = MotionMeter()
        >>> meter.next(wall[20:380, 20:580]) is None
        True
        >>> right, down, _, _ = meter.next(wall[18:378, 23:583])
        >>> round(right * 560, 1), round(down * 560, 1)
        (-3.0, 2.0)
    """

    def __init__(self) -> None:
        self._before: Plane | None = None

    def next(self, grey: Plane) -> Move | None:
        """How the camera moved from the frame before to this one; None at a cut, and for the first frame.

        Args:
            grey: 8-bit luma, (H, W); all of one size.
        """
        before, self._before = self._before, grey.copy()
        if before is None:
            return None
        if np.array_equal(before, grey):
            return _NOT_AT_ALL
        here, there = _followed(before, grey)
        found = _similarity(here, there) if len(here) >= _LEAST else None
        if found is not None:
            return _as_move(found, grey.shape)
        if _alike(before, grey):
            return _shifted(before, grey)
        return None


_NOT_AT_ALL: Move = (0.0, 0.0, 0.0, 0.0)


def _followed(before: Plane, grey: Plane) -> tuple[Points, Points]:
    """Points of a frame, and where they are on the next; only those that lead back to where they came from."""
    apart = max(4, round(math.sqrt(before.size / _POINTS) / 2))
    corners: Any = cv2.goodFeaturesToTrack(before, _POINTS, 0.01, apart, blockSize=5)
    if corners is None:  # of a flat picture
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    there, seen = _follow(before, grey, corners)
    back, again = _follow(grey, before, there)
    missed = np.linalg.norm((back - corners)[:, 0], axis=1)
    good = (seen[:, 0] == 1) & (again[:, 0] == 1) & (missed < _BACK)
    return corners[good, 0], there[good, 0]


def _follow(before: Plane, grey: Plane, points: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    unknown = np.zeros_like(points)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.003)
    there, seen, _ = cv2.calcOpticalFlowPyrLK(
        before, grey, points, unknown, winSize=(21, 21), maxLevel=4, criteria=stop
    )
    return np.asarray(there), np.asarray(seen)


def _similarity(here: Points, there: Points) -> NDArray[np.float64] | None:
    """The movement, turn and scale that most points share, as two rows of a matrix; None where too few do."""
    matrix, inside = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=_AGREE, maxIters=500, confidence=0.999
    )
    if matrix is None or inside.sum() < max(_LEAST, _SHARE * len(here)):
        return None
    found: NDArray[np.float64] = np.asarray(matrix, np.float64)
    return found


def _as_move(matrix: NDArray[np.float64], shape: tuple[int, ...]) -> Move:
    height, width = shape[:2]
    corners = np.array([[0, width - 1, 0, width - 1], [0, 0, height - 1, height - 1], [1, 1, 1, 1]], np.float64)
    if np.abs(matrix @ corners - corners[:2]).max() <= _STILL:
        return _NOT_AT_ALL
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    right, down = matrix[:, :2] @ middle + matrix[:, 2] - middle
    turn = math.atan2(matrix[1, 0], matrix[0, 0])
    growth = math.log(math.hypot(matrix[0, 0], matrix[1, 0]))
    return _rounded(right / width, down / width, turn, growth)


def _alike(before: Plane, grey: Plane) -> bool:
    """Whether two frames without points in common still show the same, such as fog, or a wall out of focus."""
    small = [cv2.resize(one, _THUMB, interpolation=cv2.INTER_AREA).astype(np.float64) for one in (before, grey)]
    a, b = (one - one.mean() for one in small)
    power = math.sqrt(float((a * a).sum() * (b * b).sum()))
    if power < a.size:  # both are flat
        return abs(float(small[0].mean() - small[1].mean())) < 16
    return float((a * b).sum()) / power > _CUT


def _shifted(before: Plane, grey: Plane) -> Move:
    """The shift of the whole picture, where its spectrum tells one; no movement otherwise."""
    window = cv2.createHanningWindow((grey.shape[1], grey.shape[0]), cv2.CV_32F)
    (right, down), clear = cv2.phaseCorrelate(before.astype(np.float32), grey.astype(np.float32), window)
    if clear < 0.3 or math.hypot(right, down) <= _STILL:
        return _NOT_AT_ALL
    width = grey.shape[1]
    return _rounded(right / width, down / width, 0.0, 0.0)


def _rounded(right: float, down: float, turn: float, growth: float) -> Move:
    return round(float(right), 8), round(float(down), 8), round(turn, 8), round(growth, 8)


def moves(pictures: Iterator[Plane]) -> Iterator[Move | None]:
    """From each picture to the next: one less than there are."""
    meter = MotionMeter()
    for number, picture in enumerate(pictures):
        move = meter.next(picture)
        if number:
            yield move

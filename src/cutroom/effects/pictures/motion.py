"""How a camera moved: from each picture to the next, whatever moves before it."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.analysis import Move
from cutroom.effects.pictures.levels import Plane

_CELLS = (12, 8)
"""Across and down: points are taken evenly from all over the picture, so that most of it decides, not its liveliest
part."""
_EACH = 4
"""Points of a cell at most."""
_TEXTURE = 2e-4
"""Least eigenvalue of the gradients at a point, of a picture from 0 to 1; less is noise."""
_LEAST = 8
"""Points that must move alike before anything is claimed."""
_SMALL = 0.2
"""Of the picture: what moves together in so small a part is no camera, where more around it stands still."""
_SHARE = 0.3
"""Of the points that were found again: so many must move alike."""
_AGREE = 0.5
"""Pixels by which a point may miss where the movement takes it."""
_ROUNDS = 12
"""Of fitting the movement, each with less weight for what it does not explain."""
_FINEST = 0.03
"""Pixels; no miss below it makes a point worse than another."""
_BACK = 0.3
"""Pixels by which a point may miss its place when it is followed back."""
_STILL = 0.03
"""Pixels; where no corner of the picture moves by more, the camera stood still: noise must not add up."""
_CUT = 0.75
"""Correlation of two small pictures below which they show different things, if no points were found again."""
_THUMB = (32, 18)

Points = NDArray[np.float32]
"""(points, 2): columns and rows."""


class Similarity(NamedTuple):
    """From the middle of a picture a point p is seen at q p + shift on the next one, in pixels of the complex plane."""

    shift: complex
    q: complex


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
        found = _similarity(here, there, grey.shape) if len(here) >= _LEAST else None
        if found is not None:
            return _as_move(found, grey.shape)
        if not _alike(before, grey):
            return None
        return _shifted(before, grey) if len(here) < _LEAST else _NOT_AT_ALL


_NOT_AT_ALL: Move = (0.0, 0.0, 0.0, 0.0)


def _followed(before: Plane, grey: Plane) -> tuple[Points, Points]:
    """Points of a frame, and where they are on the next; only those that lead back to where they came from."""
    corners = _corners(before)
    if not len(corners):
        return corners, corners
    there, seen = _follow(before, grey, corners)
    back, again = _follow(grey, before, there)
    missed = np.linalg.norm(back - corners, axis=1)
    good = (seen[:, 0] == 1) & (again[:, 0] == 1) & (missed < _BACK)
    return corners[good], there[good]


def _corners(grey: Plane) -> Points:
    """Points that can be told from their neighbours, the best of each cell."""
    strength = cv2.cornerMinEigenVal(grey.astype(np.float32) / 255, 5)
    best = (strength == cv2.dilate(strength, np.ones((7, 7), np.uint8))) & (strength > _TEXTURE)
    best[:4], best[-4:], best[:, :4], best[:, -4:] = False, False, False, False
    rows, columns = np.nonzero(best)
    across, down = _CELLS
    cell = rows * down // grey.shape[0] * across + columns * across // grey.shape[1]
    order = np.lexsort((-strength[rows, columns], cell))
    place = np.arange(len(order)) - np.searchsorted(cell[order], cell[order])  # in its cell, the strongest first
    kept = order[place < _EACH]
    return np.stack([columns[kept], rows[kept]], axis=1).astype(np.float32)


def _follow(before: Plane, grey: Plane, points: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    unknown = np.zeros_like(points)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.003)
    there, seen, _ = cv2.calcOpticalFlowPyrLK(
        before, grey, points, unknown, winSize=(21, 21), maxLevel=4, criteria=stop
    )
    return np.asarray(there), np.asarray(seen)


def _similarity(here: Points, there: Points, shape: tuple[int, ...]) -> Similarity | None:
    """The movement, turn and scale that most of the picture shares; None where too little of it does."""
    found: Any = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=_AGREE, maxIters=500, confidence=0.999
    )
    matrix, inside = found
    if matrix is None:
        return None
    kept = inside[:, 0] == 1
    if kept.sum() < max(_LEAST, _SHARE * len(here)) or not _wide(here[kept], shape):
        return None
    still = np.linalg.norm(there - here, axis=1) < _BACK
    if _area(here[kept]) < min(_SMALL * shape[0] * shape[1], _area(here[still]) / 2):
        return Similarity(0j, 1 + 0j)  # a large thing moves before a bare background
    middle = complex(shape[1] - 1, shape[0] - 1) / 2
    a, b = (points[kept].astype(np.float64) @ (1, 1j) - middle for points in (here, there))
    q = complex(matrix[0, 0], matrix[1, 0])
    shift = complex(matrix[0, 2], matrix[1, 2]) + (q - 1) * middle
    for _ in range(_ROUNDS):  # what moves a little otherwise, such as people, counts less and less
        miss = np.abs(b - q * a - shift)
        weights = (1 + (miss / max(_FINEST, 1.5 * float(np.median(miss)))) ** 2) ** -2
        weights /= weights.sum()
        here_, there_ = (weights * a).sum(), (weights * b).sum()
        q = complex((weights * np.conj(a - here_) * (b - there_)).sum() / (weights * np.abs(a - here_) ** 2).sum())
        shift = complex(there_ - q * here_)
    return Similarity(shift, q)


def _wide(points: Points, shape: tuple[int, ...]) -> bool:
    """Whether points lie in three quarters of the picture at least: one thing that moves hardly does."""
    right, down = points[:, 0] * 2 > shape[1], points[:, 1] * 2 > shape[0]
    counts = np.bincount(2 * right + down, minlength=4)
    return int((counts >= 2).sum()) >= 3


def _area(points: Points) -> float:
    """Of what points surround, in pixels."""
    return float(cv2.contourArea(cv2.convexHull(points))) if len(points) > 2 else 0.0


def _as_move(found: Similarity, shape: tuple[int, ...]) -> Move:
    height, width = shape[:2]
    corners = np.array([-1 - 1j, 1 - 1j, -1 + 1j, 1 + 1j])
    corners = corners.real * (width - 1) / 2 + 1j * corners.imag * (height - 1) / 2
    if np.abs(found.q * corners + found.shift - corners).max() <= _STILL:
        return _NOT_AT_ALL
    turn, growth = cmath.phase(found.q), math.log(abs(found.q))
    return _rounded(found.shift.real / width, found.shift.imag / width, turn, growth)


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
    """To a few thousandths of a pixel: sums that differ in their last bits are the same movement."""
    return round(float(right), 6), round(float(down), 6), round(turn, 6), round(growth, 6)


def moves(pictures: Iterator[Plane]) -> Iterator[Move | None]:
    """From each picture to the next: one less than there are."""
    meter = MotionMeter()
    for number, picture in enumerate(pictures):
        move = meter.next(picture)
        if number:
            yield move

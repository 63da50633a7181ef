"""Constant-velocity Kalman filters over boxes, many tracks at once.

State: centre x, centre y, aspect (width over height), height, and their velocities; uncertainties grow with the height
of the box (the model of SORT and ByteTrack). Time is counted in frames of the nominal rate and may be fractional: a
step over skipped frames, or at a variable rate, moves boxes by as much time as went by.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_POSITION, _VELOCITY = 1 / 20, 1 / 160
"""Standard deviations per frame, as parts of the box's height."""
_SIZE = 8


def to_state(xyxy: Array) -> Array:
    """Boxes (n, 4) as measurements (n, 4): centre, aspect, height."""
    width, height = xyxy[:, 2] - xyxy[:, 0], np.maximum(xyxy[:, 3] - xyxy[:, 1], 1e-6)
    return np.stack(((xyxy[:, 0] + xyxy[:, 2]) / 2, (xyxy[:, 1] + xyxy[:, 3]) / 2, width / height, height), axis=1)


def to_boxes(mean: Array) -> Array:
    """The boxes (n, 4) of states (n, 8)."""
    height = np.maximum(mean[:, 3], 0)
    half = np.stack((np.maximum(mean[:, 2], 0) * height / 2, height / 2), axis=1)
    return np.concatenate((mean[:, :2] - half, mean[:, :2] + half), axis=1)


def begin(measured: Array) -> tuple[Array, Array]:
    """Means (n, 8) and covariances (n, 8, 8) of tracks seen for the first time, standing still."""
    mean = np.concatenate((measured, np.zeros_like(measured)), axis=1)
    height = measured[:, 3]
    small, tiny = np.full_like(height, 1e-2), np.full_like(height, 1e-5)
    position, velocity = 2 * _POSITION * height, 10 * _VELOCITY * height
    return mean, _diagonal(position, position, small, position, velocity, velocity, tiny, velocity)


def predict(mean: Array, covariance: Array, frames: float) -> tuple[Array, Array]:
    """Where the tracks are `frames` frames later."""
    move = np.eye(_SIZE)
    move[:4, 4:] = np.eye(4) * frames
    height = mean[:, 3]
    small, tiny = np.full_like(height, 1e-2), np.full_like(height, 1e-5)
    position, velocity = _POSITION * height, _VELOCITY * height
    noise = _diagonal(position, position, small, position, velocity, velocity, tiny, velocity)
    return mean @ move.T, move @ covariance @ move.T + noise * max(frames, 1e-3)


def update(mean: Array, covariance: Array, measured: Array) -> tuple[Array, Array]:
    """The tracks corrected by what was measured (n, 4)."""
    height = mean[:, 3]
    position = _POSITION * height
    expected = covariance[:, :4, :4] + _diagonal(position, position, np.full_like(height, 1e-1), position)
    gain = np.linalg.solve(expected, covariance[:, :4, :]).transpose(0, 2, 1)
    corrected = mean + (gain @ (measured - mean[:, :4])[:, :, None])[:, :, 0]
    return corrected, covariance - gain @ expected @ gain.transpose(0, 2, 1)


def _diagonal(*deviations: Array) -> Array:
    size = len(deviations)
    made = np.zeros((len(deviations[0]), size, size))
    made[:, np.arange(size), np.arange(size)] = np.square(np.stack(deviations, axis=1))
    return made

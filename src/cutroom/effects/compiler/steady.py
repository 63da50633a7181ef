"""From how a camera moved to how its picture is moved back: pure, and the same wherever a clip was cut.

The path of the camera is smoothed by a straight line through the frames around each one, weighted by a bell curve. All
is told from the frame itself, as movements from it to its neighbours: nothing adds up over a long film, and a slow pan
or a zoom goes on. Frames beyond a cut do not count. The zoom that hides borders slowly follows what is needed nearby.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cutroom.effects.analysis import Motion, Move

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 128
"""Frames that are measured together. They begin at multiples of it in the source, so that trims find them again."""
SIGMAS = 3
"""Widths of the bell curve that are looked at on each side."""
BREATH = 1.0
"""Seconds around a frame in which the zoom that it needs is held, and as many again in which it comes and goes."""
_SLACK = 1e-4
"""Of the zoom, beyond what is needed: rounding must not show a border."""


class Smoothing(NamedTuple):
    """What a path is smoothed by, in frames of the source and parts of the picture."""

    sigma: float
    """Width of the bell curve."""
    breath: int
    """Frames of `BREATH`."""
    zoom: float
    """How much larger the picture may become; no movement is larger than this zoom would hide."""
    follows: bool
    """Whether the picture is made larger."""
    size: tuple[int, int]
    """Of the picture in pixels of the canvas: what a zoom must cover."""

    @property
    def reach(self) -> int:
        """Frames before and behind one that it depends on."""
        return math.ceil(SIGMAS * self.sigma) + 2 * self.breath


class Correction(NamedTuple):
    """How a frame is moved, from the middle of the picture."""

    right: float
    """In widths of the picture."""
    down: float
    turn: float
    """Radians, clockwise."""
    scale: float


def chunks_around(chunk: int, frames: int, reach: int) -> range:
    """The chunks that a chunk's corrections depend on, of a source with so many frames."""
    far = -(-reach // CHUNK)
    return range(max(0, chunk - far), min(-(-frames // CHUNK), chunk + far + 1))


def span_of(chunk: int, frames: int) -> tuple[int, int]:
    """The frames that a chunk shows: the one before its first, and its own; first, and the one behind the last."""
    return max(0, chunk * CHUNK - 1), min(frames, (chunk + 1) * CHUNK)


@lru_cache(maxsize=64)
def corrections(motions: tuple[Motion, ...], ahead: int, begins: bool, smoothing: Smoothing) -> tuple[Correction, ...]:
    """How the frames of a chunk are moved.

    Args:
        motions: of the chunks around it, in order.
        ahead: how many of these come before it.
        begins: whether the first of these is the source's first.
        smoothing: how.
    """
    import numpy as np

    arrivals = [motion.moves for motion in motions]  # how each frame was reached from the one before it
    if begins:
        arrivals[0] = (None, *arrivals[0])
    low = sum(map(len, arrivals[:ahead]))
    high = low + len(arrivals[ahead])
    path = _Path.of([move for moves in arrivals for move in moves])
    wanted = np.arange(max(0, low - 2 * smoothing.breath), min(len(path.shot), high + 2 * smoothing.breath))
    shift, growth = _limited(*_smoothed(path, wanted, smoothing.sigma), smoothing)
    zoom = np.ones(len(wanted))
    if smoothing.follows:
        zoom = _breathing(_needed(shift, growth, smoothing.size), path.shot[wanted], smoothing.breath)
    inside = slice(low - int(wanted[0]), high - int(wanted[0]))
    return tuple(
        Correction(float(d.real * z), float(d.imag * z), float(g.imag), math.exp(g.real) * float(z))
        for d, g, z in zip(shift[inside], growth[inside], zoom[inside], strict=True)
    )


class _Path(NamedTuple):
    """Where the camera has come to: similarities of the complex plane from the first frame, p ↦ exp(growth) p + at."""

    at: NDArray[np.complex128]
    growth: NDArray[np.complex128]
    """Logarithm of the scale, and i times the turn."""
    shot: NDArray[np.int64]
    """The shot that each frame belongs to."""

    @classmethod
    def of(cls, arrivals: Sequence[Move | None]) -> _Path:
        import numpy as np

        known = np.array([(0.0, 0.0, 0.0, 0.0) if move is None else move for move in arrivals])
        known[0] = 0  # nothing is known of what comes before
        step, turn = known[:, 0] + 1j * known[:, 1], known[:, 3] + 1j * known[:, 2]
        growth = np.cumsum(turn)
        at = np.exp(growth) * np.cumsum(step * np.exp(-growth))
        return cls(at, growth, np.cumsum([move is None for move in arrivals]))


def _smoothed(
    path: _Path, wanted: NDArray[np.int64], sigma: float
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """From each wanted frame to where the smooth path has it: the shift of its middle, and its growth."""
    import numpy as np

    reach = math.ceil(SIGMAS * sigma)
    away = np.arange(-reach, reach + 1)
    there = wanted[:, None] + away
    near = np.clip(there, 0, len(path.shot) - 1)
    weights = np.exp(-0.5 * (away / sigma) ** 2) * ((there == near) & (path.shot[near] == path.shot[wanted][:, None]))
    # the value at 0 of the straight line that fits best: at the ends of a shot, a bell curve alone would lean inwards
    sums = [(weights * away**power).sum(axis=1, keepdims=True) for power in range(3)]
    spread = sums[0] * sums[2] - sums[1] ** 2
    line = np.where(spread > 0, weights * (sums[2] - sums[1] * away), weights * (away == 0))
    line /= np.where(spread > 0, spread, 1.0)
    growth = path.growth[near] - path.growth[wanted][:, None]
    shift = path.at[near] - np.exp(growth) * path.at[wanted][:, None]
    return (line * shift).sum(axis=1), (line * growth).sum(axis=1)


def _limited(
    shift: NDArray[np.complex128], growth: NDArray[np.complex128], smoothing: Smoothing
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Each correction, made smaller where its borders would show even at the largest zoom."""
    import numpy as np

    low, high = np.zeros(len(shift)), np.ones(len(shift))
    most = 1 + smoothing.zoom
    fits = _needed(shift, growth, smoothing.size) <= most
    for _ in range(20):
        half = (low + high) / 2
        inside = _needed(half * shift, half * growth, smoothing.size) <= most
        low, high = np.where(inside, half, low), np.where(inside, high, half)
    share = np.where(fits, 1.0, low)
    return share * shift, share * growth


def _needed(
    shift: NDArray[np.complex128], growth: NDArray[np.complex128], size: tuple[int, int]
) -> NDArray[np.float64]:
    """The smallest zoom at which a moved picture covers its own place."""
    import numpy as np

    width, height = size
    scale, turn = np.exp(growth.real), growth.imag
    back = shift * np.exp(-1j * turn) * width
    across, down = max(width - 1, 1) / 2, max(height - 1, 1) / 2  # to the middles of the outermost pixels
    cos, sin = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    room = np.minimum(
        (scale * across - np.abs(back.real)) / (cos * across + sin * down),
        (scale * down - np.abs(back.imag)) / (sin * across + cos * down),
    )
    needed: NDArray[np.float64] = 1 / np.maximum(room, 1e-3)
    still = (np.abs(shift) * width < 1e-3) & (np.abs(growth) * width < 1e-3)
    return np.where(still, 1.0, np.maximum(1.0, needed + _SLACK))


def _breathing(needed: NDArray[np.float64], shot: NDArray[np.int64], breath: int) -> NDArray[np.float64]:
    """A zoom that is nowhere smaller than what is needed, and comes and goes slowly."""
    import numpy as np

    away = np.arange(-breath, breath + 1)
    there = np.arange(len(needed))[:, None] + away
    near = np.clip(there, 0, len(needed) - 1)
    same = (there == near) & (shot[near] == shot[:, None])
    held = np.where(same, needed[near], 1.0).max(axis=1)
    weights = (1 + np.cos(np.pi * away / (breath + 1))) * same
    zoom: NDArray[np.float64] = (weights * held[near]).sum(axis=1) / weights.sum(axis=1)
    return zoom

"""Speeds that change: a line of media frames over clip frames, and the speeds along it.

A ramp here is straight lines of speed, so its travel is parabolas; a graph there is straight lines of travel. Written,
the travel is exact at every frame. Read, each corner of the graph becomes a short straight line of speed about it,
which leaves the travel beyond it as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from cutroom.schema.clip import Clip
from cutroom.schema.speed import FASTEST, Ramp, SpeedKey, knots, piece_at

MOST_POINTS = 5_000
"""Of a graph that is written."""
MOST_KEYS = 1_000
"""Of a ramp."""
SAME = Fraction(1, 10**6)
FEW = 4
"""Keys whose speeds become the simplest fractions; of more, a common denominator keeps the sums of travel short."""
SMOOTH = Fraction(1, 8)
"""Corners between two frames' speeds that differ by less are taken as parts of one curve."""
_SHARP = Fraction(1, 100)
"""Frames on each side of any other corner."""

Line = Sequence[tuple[Fraction, Fraction]]
"""Clip frames, and the media frames that they show."""


def curve(clip: Clip, fps: Fraction) -> list[tuple[int, Fraction]] | None:
    """The media time at frames of a clip, from 0: at each where the speed changes; None where that is too many."""
    frames = max(1, round(clip.duration * fps))
    turns = {int(time * fps) + side for time in knots(clip.speed) for side in (0, 1)}
    points = {0, frames, *(turn for turn in turns if 0 < turn < frames)}
    for first, last in pairwise(sorted(points)):
        if piece_at(clip.speed, (first + Fraction(1, 2)) / fps).bend:
            points.update(range(first, last))
        if len(points) > MOST_POINTS:
            return None
    return [(frame, clip.media_at(frame / fps)) for frame in sorted(points)]


def ramp_of(line: Line, rate: Fraction) -> Ramp | Fraction | None:
    """The speed along a line that never turns back; None where no ramp can be like it.

    Args:
        line: from the clip's start to its end; media frames rise, or fall where it plays backwards.
        rate: clip frames a second.
    """
    slopes = [abs(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(line)]
    rising = {b[1] > a[1] for a, b in pairwise(line) if b[1] != a[1]}
    if len(rising) > 1 or max(slopes) > FASTEST:
        return None
    if max(slopes) - min(slopes) < SAME:
        return slopes[0]
    keys = _straightened(_corners(line, slopes))
    if len(keys) > MOST_KEYS:
        return None
    origin = line[0][0]
    return Ramp(
        keys=tuple(
            SpeedKey(time=(frame - origin) / rate, speed=min(Fraction(FASTEST), max(Fraction(0), speed)))
            for frame, speed in keys
        )
    )


def _corners(line: Line, slopes: list[Fraction]) -> list[tuple[Fraction, Fraction]]:
    """Speeds before and after each corner; of a curve, at the middle of each frame, and on to its ends."""
    keys: list[tuple[Fraction, Fraction]] = []
    curved = False
    for i in range(1, len(slopes)):
        before, after = line[i][0] - line[i - 1][0], line[i + 1][0] - line[i][0]
        change = slopes[i] - slopes[i - 1]
        curved = before == after == 1 and abs(change) < SMOOTH
        around = Fraction(1, 2) if curved else min(_SHARP, before / 4, after / 4)
        if i == 1 and curved:
            keys.append((line[0][0], slopes[0] - change / 2))
        keys += [(line[i][0] - around, slopes[i - 1]), (line[i][0] + around, slopes[i])]
    if curved:
        keys.append((line[-1][0], slopes[-1] + (slopes[-1] - slopes[-2]) / 2))
    return [key for i, key in enumerate(keys) if not i or key[0] > keys[i - 1][0]]


def _straightened(keys: list[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """The keys without those that lie on the line between their neighbours."""
    kept = keys[:1]
    for here, after in pairwise(keys[1:]):
        before = kept[-1]
        line = before[1] + (after[1] - before[1]) * (here[0] - before[0]) / (after[0] - before[0])
        if abs(line - here[1]) > SAME:
            kept.append(here)
    kept.append(keys[-1])
    if len(kept) <= FEW:
        return [(frame, speed.limit_denominator(1000)) for frame, speed in kept]
    return [(frame, Fraction(round(speed / SAME)) * SAME) for frame, speed in kept]

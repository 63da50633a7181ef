"""Which moment of its source a clip shows: the law of its travel on a grid of frames or samples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.schema.clip import Clip
from cutroom.schema.speed import Ramp, knots, piece_at


class Law(NamedTuple):
    """Position `i` after the first shows ``start + i * step + i * i * bend`` seconds of the source."""

    start: Fraction
    step: Fraction
    bend: Fraction


def law(clip: Clip, since: Fraction, grid: Fraction) -> Law:
    """The law that holds from a moment of the clip on, up to the next of its `turns`.

    Args:
        clip: any; its handles play on at the speed of its edges.
        since: seconds since the clip's start, of the first position.
        grid: positions per second.
    """
    piece, width = piece_at(clip.speed, since), 1 / grid
    x = since - piece.time
    start = clip.media_at(since)
    step, bend = (piece.pace + 2 * piece.bend * x) * width, piece.bend * width * width
    return Law(start, -step, -bend) if clip.reverse else Law(start, step, bend)


def frame_law(clip: Clip, offset: int, fps: Fraction) -> Law:
    """The law of a clip's frames from the one `offset` frames after its in point on.

    A frame shows the earliest moment of the source that its time passes: forwards the one at its start, backwards the
    one at its end. So the frames of a reversed clip are those of the clip, each once.
    """
    return law(clip, (offset + clip.reverse) / fps, fps)


def travel_of(clip: Clip, offset: int, lead: int, fps: Fraction, unit: Fraction = Fraction(1)) -> dict[str, Any]:
    """The law of a clip's frames from the one at `offset` on, and what the `lead` before it show if not by that law.

    Args:
        clip: any.
        offset: frames after its in point.
        lead: frames before that are looked at.
        fps: of the clip's timeline.
        unit: of the result, per second of the source.
    """
    found = frame_law(clip, offset, fps)
    numbers = range(-lead, 0) if isinstance(clip.speed, Ramp) else ()
    before = tuple(frame_law(clip, offset + i, fps).start for i in numbers)
    if all(at == found.start + i * found.step + i * i * found.bend for i, at in zip(numbers, before, strict=True)):
        before = ()
    law = {key: value * unit for key, value in found._asdict().items()}
    return {**law, "before": tuple(at * unit for at in before)}


def turns(clip: Clip, grid: Fraction) -> Iterator[int]:
    """Positions since the clip's start where another law begins."""
    return (math.ceil(knot * grid) for knot in knots(clip.speed))


def frame_turns(clip: Clip, fps: Fraction) -> Iterator[int]:
    """Frames since the clip's start where another `frame_law` begins."""
    return (turn - clip.reverse for turn in turns(clip, fps))

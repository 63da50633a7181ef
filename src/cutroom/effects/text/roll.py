"""Titles that roll, however long: drawn in strips that are kept, and put together at each frame.

A strip is drawn exactly where it lies between two rows of pixels, and a frame moves it by whole rows. So that strips
come again, a roll rests at parts of a pixel only, of about 1/8640 of the canvas's height: eighths in 1080p, quarters in
2160p. A frame is a function of where the roll rests, whatever was drawn before it.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from cutroom.effects.pictures.levels import Plane, dtype_of
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.pictures.planes import Picture, half, halve, overlap
from cutroom.effects.segment import Depth, Fit
from cutroom.effects.text.codes import rounded, unrounded
from cutroom.effects.text.drawing import Block

_ROWS = 128
"""Of a strip; even, so that chroma's rows are those of one strip."""

_STEPS = 8640
"""Places at which a roll rests on its way over a canvas's height."""


class Rest(NamedTuple):
    """Where a roll rests."""

    rows: int
    """How far the text begins below the canvas's top, in whole rows."""
    phase: Fraction
    """And in parts of one more."""

    @property
    def top(self) -> float:
        """Both, in pixels."""
        return float(self.rows + self.phase)


def resting(block: Block, way: float) -> Rest:
    """Where a title lies on its way up: just below the canvas at 0, just above it at 1."""
    height = block.size[1]
    long = block.box[3] - block.box[1]
    parts = max(2, 1 << (_STEPS // height).bit_length() - 1)
    rows, rest = divmod(round((height - way * (height + long)) * parts), parts)
    return Rest(rows, Fraction(rest, parts))


class Strip(NamedTuple):
    """Rows of a plane on which a title's text begins at row 0 or less than one below; number n from row 128 n on."""

    x: int
    """Its first column on the canvas, even."""
    y: Plane
    alpha: Plane
    chroma: tuple[tuple[Plane, Plane], tuple[Plane, Plane]]
    """Cb and Cr: of its rows in pairs, and of the pairs that begin one row above, for where it stands at an odd row."""

    @property
    def bytes(self) -> int:
        """Of all planes."""
        return sum(plane.nbytes for plane in (self.y, self.alpha, *self.chroma[0], *self.chroma[1]))


def strip(block: Block, written: int, depth: Depth, phase: Fraction, number: int) -> Strip | None:
    """One drawn; None where nothing is on it.

    Args:
        block: the title.
        written: how many of its letters.
        depth: of the canvas.
        phase: how far below row 0 the text begins.
        number: may be negative, for what reaches above the text.
    """
    first, last = number * _ROWS - 1, (number + 1) * _ROWS
    drawn = block.drawn(written, float(phase), (first, last))
    if drawn is None:
        return None
    part, x, y0 = drawn
    whole = np.zeros((4, last - first, part.shape[2]), np.float32)
    there, here = overlap(part.shape[1:], whole.shape[1:], 0, y0 - first)
    whole[:, *there] = part[:, *here]
    if not whole[3].any():
        return None
    y, u, v, alpha = unrounded(whole, depth)
    planes = [y[1:], alpha[1:], *(halve(plane[rows]) for rows in (slice(1, None), slice(-1)) for plane in (u, v))]
    luma, clear, *chroma = rounded(planes, depth)
    return Strip(x, luma, clear, ((chroma[0], chroma[1]), (chroma[2], chroma[3])))


def joined_strips(
    rest: Rest, strips: Callable[[int], Strip | None], size: tuple[int, int], depth: Depth
) -> Picture | None:
    """What is seen of a roll; None where nothing is.

    Args:
        rest: where it rests.
        strips: gives each by number.
        size: width and height of the canvas.
        depth: of the canvas.
    """
    width, height = size
    odd = rest.rows % 2
    numbers = range(-rest.rows // _ROWS, (height - 1 - rest.rows + odd) // _ROWS + 1)
    found = [(rest.rows + n * _ROWS, made) for n in numbers if (made := strips(n)) is not None]
    if not found:
        return None
    x, y0 = min(made.x for _, made in found), max(0, found[0][0] - odd)
    right, bottom = max(made.x + made.y.shape[1] for _, made in found), min(height, found[-1][0] + _ROWS)
    shape = (bottom - y0, right - x)
    kind = dtype_of(depth)
    y, alpha = np.zeros(shape, kind), np.zeros(shape, kind)
    u, v = (np.zeros((half(shape[0]), half(shape[1])), kind) for _ in "uv")
    for top, made in found:
        for source, target in ((made.y, y), (made.alpha, alpha)):
            there, here = overlap(source.shape, target.shape, made.x - x, top - y0)
            target[there] = source[here]
        for source, target in zip(made.chroma[odd], (u, v), strict=True):
            there, here = overlap(source.shape, target.shape, (made.x - x) // 2, (top - odd - y0) // 2)
            target[there] = source[here]
    whole = Placement.of(Fit(x=0, y=0, width=width, height=height))
    return Picture(y, u, v, alpha, x, y0, premultiplied=True, placement=whole)

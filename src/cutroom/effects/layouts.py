"""How split screens lie on the canvas: the built-in ones, and any of them on a canvas of so many pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from cutroom.effects.catalogue.cell import written
from cutroom.effects.templates import MOST, Area, Point, Template
from cutroom.errors import ValidationError
from cutroom.schema.effect import Scalar

F = Fraction
_SLANT = F(3, 10)
"""How far a diagonal strip leans, from its top to its foot, in widths of a strip."""
_UNDER = 1.0
"""Pixels by which a slanted edge goes on under the next layer, so that nothing shines through between them."""


def split_screens() -> Iterator[Template]:
    """All that there are."""
    kind = "split screen"
    counts = range(2, MOST + 1)
    for n in counts:
        yield Template(f"vertical-{n}", kind, f"{n} columns side by side.", tuple(_grid(1, n)))
    for n in counts:
        yield Template(f"horizontal-{n}", kind, f"{n} rows, one above the other.", tuple(_grid(n, 1)))
    for n in counts:
        yield Template(f"diagonal-{n}", kind, f"{n} slanted strips side by side.", tuple(_strips(n)), meets=True)
    for rows in counts:
        for columns in range(2, MOST // rows + 1):
            said = f"{_number(rows).capitalize()} rows of {_number(columns)} cells."
            yield Template(f"grid-{rows}x{columns}", kind, said, tuple(_grid(rows, columns)))
    for n in range(1, MOST):
        said = f"A large cell, and {_number(n)} small one{'' if n == 1 else 's'} beside it."
        yield Template(f"one-large-plus-{n}", kind, said, tuple(_large(n)))
    small, margin = F(3, 10), F(3, 100)
    for down in ("top", "bottom"):
        for across in ("left", "right"):
            left = margin if across == "left" else 1 - margin - small
            top = margin if down == "top" else 1 - margin - small
            cells = (Area(F(0), F(0), F(1), F(1)), Area(left, top, small, small))
            said = f"The whole picture, with a small one at the {down} {across}."
            yield Template(f"picture-in-picture-{down}-{across}", kind, said, cells)


def _number(n: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[n] if n < len(words) else str(n)


def _grid(rows: int, columns: int) -> Iterator[Area]:
    for row in range(rows):
        for column in range(columns):
            yield Area(F(column, columns), F(row, rows), F(1, columns), F(1, rows))


def _strips(n: int) -> Iterator[Area]:
    lean = _SLANT / n
    for i in range(n):
        starts, ends = F(i, n), F(i + 1, n)
        first, last = (lean if i else F(0)), (lean if i < n - 1 else F(0))
        corners = ((starts + first, F(0)), (ends + last, F(0)), (ends - last, F(1)), (starts - first, F(1)))
        yield Area.around(corners)


def _large(n: int) -> Iterator[Area]:
    """Up to four small ones in a column; more go round the corner, to keep the canvas's shape as far as may be."""
    side = max(3, n) if n <= 4 else (n + 2) // 2
    below = 0 if n <= 4 else n - side
    rest = F(side - 1, side)
    yield Area(F(0), F(0), rest, rest if below else F(1))
    column = n - below
    for i in range(column):
        yield Area(rest, F(i, column), F(1, side), F(1, column))
    for i in range(below):
        yield Area(F(i, below) * rest, rest, rest / below, F(1, side))


def arranged(template: Template, width: int, height: int, gap: float) -> list[dict[str, Scalar]]:
    """The parameters of `cell` for each cell, on a canvas of this size.

    Straight edges lie on whole pixels, so that cells meet without a line between them.

    Args:
        template: the arrangement.
        width: of the canvas, in pixels.
        height: of the canvas, in pixels.
        gap: between cells, as a fraction of the canvas's height; there is none at the canvas's own edges.

    Raises:
        ValidationError: nothing is left of a cell.

    Example:
        >>> from cutroom.effects.templates import get
        >>> arranged(get("vertical-2"), 1920, 1080, 0.02)[1]["left"] * 1920
        971.0
    """
    space = round(gap * height)
    found: list[dict[str, Scalar]] = []
    for number, cell in enumerate(template.cells, start=1):
        if cell.corners:
            under = _UNDER if template.meets and not space and number < len(template.cells) else 0.0
            corners = _inset(cell.corners, width, height, space / 2 - under)
            xs, ys = zip(*corners, strict=True)
            left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        else:
            corners = []
            left, right = _edges(cell.left, cell.width, width, space)
            top, bottom = _edges(cell.top, cell.height, height, space)
        if right - left < 1 or bottom - top < 1:
            raise ValidationError(
                f"nothing is left of cell {number} of {template.template}",
                value=gap,
                hint=f"make the gap smaller than {gap:g}, or take a template of fewer cells",
            )
        box = (right - left, bottom - top)
        found.append(
            {
                "left": left / width,
                "top": top / height,
                "width": box[0] / width,
                "height": box[1] / height,
                "polygon": written([((x - left) / box[0], (y - top) / box[1]) for x, y in corners]),
            }
        )
    return found


def _edges(start: Fraction, length: Fraction, size: int, space: int) -> tuple[float, float]:
    """Where a rectangle begins and ends in one direction; both cells at an edge round it alike."""
    first, last = (math.floor(at * size + F(1, 2)) for at in (start, start + length))
    return first + (space - space // 2 if first > 0 else 0), last - (space // 2 if last < size else 0)


def _inset(corners: Sequence[Point], width: int, height: int, by: float) -> list[tuple[float, float]]:
    """A convex shape in pixels, so much smaller all around, but for the canvas's own edges."""
    points = [(float(x * width), float(y * height)) for x, y in corners]
    pairs = list(zip(points, [*points[1:], points[0]], strict=True))
    sign = math.copysign(1, sum(ax * by_ - bx * ay for (ax, ay), (bx, by_) in pairs))
    lines = []  # across * x + down * y = least
    for (ax, ay), (bx, by_) in pairs:
        length = sign * math.hypot(bx - ax, by_ - ay)
        across, down = (ay - by_) / length, (bx - ax) / length
        outer = (ax == bx and ax in {0, width}) or (ay == by_ and ay in {0, height})
        lines.append((across, down, across * ax + down * ay + (0.0 if outer else by)))
    moved = []
    for (a, b, e), (c, d, f) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        area = a * d - b * c
        moved.append(((e * d - b * f) / area, (a * f - e * c) / area))
    return moved

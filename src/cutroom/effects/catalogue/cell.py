"""A layer in a part of the canvas, as in a split screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from cutroom.effects.nodes import Cell, Node, Opacity
from cutroom.effects.parameter import HEIGHTS, WIDTHS, Parameter
from cutroom.effects.registry import EffectSpec, Setting
from cutroom.errors import ValidationError

Corners = tuple[tuple[float, float], ...]
_MOST = 64
_FLAT = 1e-9


def written(corners: Sequence[tuple[float, float]]) -> str:
    """Corners as the effect `cell` takes them.

    Example:
        >>> written([(0, 0), (1, 0), (0.5, 1)])
        '0,0 1,0 0.5,1'
    """
    return " ".join(f"{round(x, 9):.9g},{round(y, 9):.9g}" for x, y in corners)


def corners_of(text: str) -> Corners:
    """What `written` wrote; no corners where it is empty.

    Raises:
        ValidationError: no such list, or no convex shape.
    """
    try:
        corners = tuple((float(x), float(y)) for x, y in (pair.split(",") for pair in text.split()))
    except ValueError:
        raise _wrong(text, "is no list of corners") from None
    if corners:
        require_convex(corners)
    return corners


def require_convex(corners: Corners) -> None:
    """Make sure that corners make a shape without dents.

    Raises:
        ValidationError: fewer than three, too many, far off, on one line, or a dent between them.
    """
    if not 3 <= len(corners) <= _MOST or not all(-10 <= value <= 10 for corner in corners for value in corner):
        raise _wrong(written(corners), f"has not 3 to {_MOST} corners near the cell")
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise((*corners, corners[0]))]
    turns = [a[0] * b[1] - a[1] * b[0] for a, b in pairwise((*steps, steps[0]))]
    round_once = abs(_winding(corners)) > _FLAT and (min(turns) > _FLAT or max(turns) < -_FLAT)
    if not round_once or _crossings(steps) > 2:
        raise _wrong(written(corners), "has a dent, or corners on one line")


def _winding(corners: Corners) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise((*corners, corners[0])))


def _crossings(steps: Sequence[tuple[float, float]]) -> int:
    """How often the way round turns from going right to going left, and back: twice, where it goes round once."""
    ways = [x > 0 for x, _ in steps if x]
    return sum(a != b for a, b in pairwise((*ways, ways[0])))


def _wrong(text: str, why: str) -> ValidationError:
    return ValidationError(
        f"cell: the polygon {text!r} {why}",
        value=text,
        hint='give the corners of a convex shape one after the other, in fractions of the cell: "0,0 1,0 0.7,1 0,1"',
    )


def _require_shape(values: Mapping[str, Any]) -> None:
    corners_of(values["polygon"])


def _cell(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    given = dict(values)
    corners = corners_of(given.pop("polygon"))
    colour = given.pop("border_colour")
    border = given["border"] * setting.height
    if min(given["width"] * setting.width, given["height"] * setting.height) <= 2 * border:
        return (Opacity(opacity=0),)  # for a while, when it is animated
    return (Cell(**given, colour=colour, polygon=corners),)


def _length(key: str, description: str, default: float, unit: str, least: float = -10) -> Parameter:
    return Parameter(key, description, default, minimum=least, maximum=10, unit=unit)


CELL = (
    EffectSpec(
        "cell",
        "video",
        "Puts the layer into a part of the canvas and cuts away what reaches beyond; `tl.split_screen` adds it.",
        (
            _length("left", "Where the cell begins.", 0.0, WIDTHS),
            _length("top", "Where the cell begins.", 0.0, HEIGHTS),
            _length("width", "How wide it is.", 1.0, WIDTHS, 0.001),
            _length("height", "How high it is.", 1.0, HEIGHTS, 0.001),
            Parameter(
                "fit",
                "Whether the layer fills the cell, fits into it as a whole, or is stretched to its shape.",
                "fill",
                kind="choice",
                choices=("fill", "fit", "stretch"),
            ),
            Parameter("align_x", "0: its left edge at the cell's, 1: the right one.", 0.5, minimum=0, maximum=1),
            Parameter("align_y", "0: its top edge at the cell's, 1: the bottom one.", 0.5, minimum=0, maximum=1),
            Parameter("border", "Line inside the cell.", 0.0, minimum=0, maximum=0.5, unit=HEIGHTS),
            Parameter(
                "border_colour", "Of the line, and of what the layer leaves of the cell.", "#ffffff", kind="colour"
            ),
            Parameter(
                "polygon", 'Corners of a convex shape, in fractions of the cell: "0,0 1,0 0.7,1 0,1".', "", kind="text"
            ),
        ),
        _cell,
        together=_require_shape,
        group="geometry",
        example={"left": 0.5, "width": 0.5, "border": 0.01},
        cost=9.5,
    ),
)

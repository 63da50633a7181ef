"""Templates, as the public namespace `cutroom.templates`: split screens, titles, and how titles come and go.

Example:
    >>> get("grid-2x2")
    grid-2x2 (split screen): Two rows of two cells.
      1: 0 %, 0 %, 50 % x 50 %
      2: 50 %, 0 %, 50 % x 50 %
      3: 0 %, 50 %, 50 % x 50 %
      4: 50 %, 50 %, 50 % x 50 %
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from cutroom.effects.title_templates import TEMPLATES, TitleTemplate, animations_df
from cutroom.errors import ValidationError, nearest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Area", "Template", "TitleTemplate", "animations_df", "custom", "get", "to_df"]

Point = tuple[Fraction, Fraction]
MOST = 25


@dataclass(frozen=True)
class Area:
    """A part of the canvas, as fractions of its width and height.

    Args:
        left: where it begins.
        top: where it begins.
        width: how wide it is.
        height: how high it is.
        corners: of a convex shape, in the same fractions of the canvas; none: the whole rectangle.
    """

    left: Fraction
    top: Fraction
    width: Fraction
    height: Fraction
    corners: tuple[Point, ...] = ()

    @classmethod
    def around(cls, corners: Sequence[Point]) -> Area:
        """A shape in the box around it."""
        xs, ys = zip(*corners, strict=True)
        return cls(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys), tuple(corners))

    def __str__(self) -> str:
        box = f"{_percent(self.left)}, {_percent(self.top)}, {_percent(self.width)} x {_percent(self.height)}"
        return f"{box}, {len(self.corners)} corners" if self.corners else box


@dataclass(frozen=True, repr=False)
class Template:
    """One arrangement; it shows itself.

    Args:
        template: its name.
        kind: what fills it, such as "split screen".
        description: one sentence.
        cells: its parts, from the lowest layer to the highest.
        meets: whether its cells touch each other, so that slanted edges need to lie over one another a little.
    """

    template: str
    kind: str
    description: str
    cells: tuple[Area, ...]
    meets: bool = False

    def to_df(self) -> pd.DataFrame:
        """One row per cell, in percent of the canvas: cell (from 1), left, top, width, height, corners (a list)."""
        import pandas as pd

        rows = [
            (
                number,
                *(float(100 * value) for value in (cell.left, cell.top, cell.width, cell.height)),
                [(float(100 * x), float(100 * y)) for x, y in cell.corners],
            )
            for number, cell in enumerate(self.cells, start=1)
        ]
        return pd.DataFrame(rows, columns=["cell", "left", "top", "width", "height", "corners"])

    def __repr__(self) -> str:
        rows = (f"  {number}: {cell}" for number, cell in enumerate(self.cells, start=1))
        return "\n".join([f"{self.template} ({self.kind}): {self.description}", *rows])

    def _repr_html_(self) -> str:
        """A drawing."""
        shapes = []
        for number, cell in enumerate(self.cells, start=1):
            corners = cell.corners or _box(cell.left, cell.top, cell.width, cell.height)
            points = " ".join(f"{float(160 * x):.1f},{float(90 * y):.1f}" for x, y in corners)
            middle = (float(160 * (cell.left + cell.width / 2)), float(90 * (cell.top + cell.height / 2)))
            shapes.append(f'<polygon points="{points}" fill="#ddd" stroke="#444"/>')
            shapes.append(
                f'<text x="{middle[0]:.1f}" y="{middle[1]:.1f}" font-size="9" fill="#222" text-anchor="middle"'
                f' dominant-baseline="middle">{number}</text>'
            )
        title = html.escape(f"{self.template}: {self.description}")
        return f'<svg width="160" height="90" viewBox="-1 -1 162 92"><title>{title}</title>{"".join(shapes)}</svg>'


def to_df() -> pd.DataFrame:
    """One row per template: template, kind, cells (of a split screen), duration (of a title, in seconds), animate_in,
    animate_out (names of `animations_df()`; "" for none), description.

    Example:
        >>> table = to_df()
        >>> table[table.cells == 3].template.tolist()[:3]
        ['vertical-3', 'horizontal-3', 'diagonal-3']
        >>> table[table.kind == "title"].template.tolist()[:3]
        ['title', 'intro', 'outro']
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = [
        (one.template, one.kind, len(one.cells), None, "", "", one.description) for one in split_screens().values()
    ]
    rows += [
        (one.template, one.kind, None, one.duration, one.coming, one.going, one.description)
        for one in TEMPLATES.values()
    ]
    table = pd.DataFrame(
        rows, columns=["template", "kind", "cells", "duration", "animate_in", "animate_out", "description"]
    )
    words = dict.fromkeys(["template", "kind", "animate_in", "animate_out", "description"], "str")
    return table.astype({"cells": "Int64", "duration": "float64", **words})


def get(template: str) -> Template | TitleTemplate:
    """A template by its name; it shows itself.

    Raises:
        UnknownNameError: there is none of this name; the hint names the nearest.
    """
    known: Mapping[str, Template | TitleTemplate] = {**split_screens(), **TEMPLATES}
    if template not in known:
        raise nearest(template, known, what="template", listed="cr.templates.to_df()")
    return known[template]


def split_screen(template: str) -> Template:
    """A split screen by its name.

    Raises:
        UnknownNameError: there is none of this name; the hint names the nearest.
    """
    known = split_screens()
    if template not in known:
        raise nearest(template, known, what="split screen", listed="cr.templates.to_df()")
    return known[template]


def custom(cells: Iterable[Any], *, name: str = "custom") -> Template:
    """A split screen of your own, in percent of the canvas.

    Args:
        cells: from the lowest layer to the highest, 1 to 25: a rectangle `(left, top, width, height)`, or the corners
            of a convex shape, three `(x, y)` or more.
        name: what to call it.

    Raises:
        ValidationError: no such cell; says which.

    Example:
        >>> custom([(0, 0, 70, 100), [(70, 0), (100, 0), (100, 50), (75, 50)]])
        custom (split screen): Made here.
          1: 0 %, 0 %, 70 % x 100 %
          2: 70 %, 0 %, 30 % x 50 %, 4 corners
    """
    areas = tuple(_area(number, cell) for number, cell in enumerate(cells, start=1))
    if not 1 <= len(areas) <= MOST:
        raise ValidationError(f"a template has 1 to {MOST} cells", value=len(areas), hint="give a list of cells")
    return Template(name, "split screen", "Made here.", areas)


def _area(number: int, cell: Any) -> Area:
    from cutroom.effects.catalogue.cell import require_convex

    try:
        given = list(cell)
        if len(given) == 4 and all(not isinstance(value, Sequence) for value in given):
            left, top, width, height = (_share(value) for value in given)
            if width <= 0 or height <= 0:
                raise ValueError
            return Area(left, top, width, height)
        corners = tuple((_share(x), _share(y)) for x, y in given)
        require_convex(tuple((float(x), float(y)) for x, y in corners))
        return Area.around(corners)
    except (TypeError, ValueError, OverflowError):
        hint = "in percent of the canvas: (left, top, width, height), or the corners [(x, y), …] of a convex shape"
        raise ValidationError(f"cell {number} cannot be {cell!r}", value=cell, hint=hint) from None
    except ValidationError as error:
        raise ValidationError(f"cell {number}: {error.message}", value=cell, hint="corners go round once") from None


def _share(value: Any) -> Fraction:
    """A number of percent as a fraction; 0.1 means one tenth."""
    share = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    if not abs(share) <= 1000:
        raise ValueError
    return share / 100


def _percent(value: Fraction) -> str:
    return f"{float(100 * value):.4g} %"


def _box(left: Fraction, top: Fraction, width: Fraction, height: Fraction) -> tuple[Point, ...]:
    return (left, top), (left + width, top), (left + width, top + height), (left, top + height)


@cache
def split_screens() -> Mapping[str, Template]:
    """Those that there are, by name."""
    from cutroom.effects import layouts

    return {one.template: one for one in layouts.split_screens()}

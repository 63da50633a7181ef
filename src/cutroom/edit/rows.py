"""An edited table of clips becomes one operation, or says row by row why it cannot."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.edit.limits import readable
from cutroom.edit.operations import Arrange, Operation
from cutroom.edit.row import Snapped, Wanted, added, existing
from cutroom.edit.standing import Standing, Values
from cutroom.edit.table import Table
from cutroom.errors import CutroomError, EditError
from cutroom.schema.document import Document


class Problem(NamedTuple):
    """Why a row cannot be."""

    row: Any
    """Its label in the table's index."""
    id: str
    problem: str
    hint: str


@dataclass
class Reading:
    """What a table asks for.

    Args:
        operation: does all of it; None where a row cannot be, or nothing differs.
        problems: one for each row that cannot be.
        snapped: times that were moved to a grid, in order.
    """

    operation: Operation | None = None
    problems: list[Problem] = field(default_factory=list)
    snapped: list[Snapped] = field(default_factory=list)


def read_rows(
    document: Document,
    rows: Iterable[tuple[Any, Values]],
    *,
    ripple: bool = False,
    tracks: Collection[str] | None = None,
    within: str | None = None,
) -> Reading:
    """Compare a table with the timeline; `Timeline.apply_df` says what a row asks for.

    Args:
        document: the timeline.
        rows: label and values of each row; None for what is missing.
        ripple: whether what follows moves along.
        tracks: titles of those whose clips go where they have no row; None: all.
        within: id of the compound whose timeline it is; None: the project's own.
    """
    reading = Reading()
    known = Standing(document)
    wanted: dict[str, Wanted] = {}
    for label, values in rows:
        name = str(values.get("id") or "")
        try:
            if name in wanted:
                raise EditError(f"clip {name} has two rows", hint="give a copy an empty id, for a new clip")
            if name and name not in known:
                raise EditError(f"there is no clip {name}", hint="leave the id of a new clip empty")
            one = existing(document, label, values, known[name]) if name else added(document, label, values, within)
            wanted[one.clip.id] = one
            reading.snapped += one.snapped
        except CutroomError as error:
            reading.problems.append(Problem(label, name, error.message, error.hint or ""))
    if not reading.problems:
        table = Table.of(document, known, wanted, tracks)
        reading.problems = _lonely(table)
        if reading.problems:
            return reading
        if ripple:
            reading.operation = table.rippled()
        elif (operation := table.arranged()) is not None:
            reading.problems = _overlaps(table, operation)
            reading.operation = None if reading.problems else operation
    return reading


def _lonely(table: Table) -> list[Problem]:
    """Rows with a group of their own: it would be none."""
    joined = [one for one in table.wanted.values() if one.changed and one.row is not None and one.clip.group]
    new = [one for one in joined if one.known is None or one.clip.group != one.known.clip.group]
    if not new:
        return []
    members = Counter(one.clip.group for track in table.document.tracks for one in table.standing(track.title))
    return [
        Problem(one.row, one.clip.id, f"no other clip is in group {one.clip.group!r}", "give two rows the same group")
        for one in new
        if members[one.clip.group] < 2
    ]


def _overlaps(table: Table, operation: Arrange) -> list[Problem]:
    """The clips that would start before the one before them on their track ends."""
    return [problem for title in operation.tracks for problem in _overlaps_on(title, table.standing(title))]


def _overlaps_on(title: str, row: list[Wanted]) -> list[Problem]:
    base = math.lcm(*{part for one in row for part in _denominators(one)})
    starts, ends = [_ticks(one, base) for one in row], [_ticks(one, base, end=True) for one in row]
    found: list[Problem] = []
    last = 0
    for number in sorted(range(len(row)), key=starts.__getitem__):
        if starts[number] < last:
            one, by = row[number], readable(Fraction(last - starts[number], base))
            problem = f"it starts {by} before the clip before it on {title} ends"
            found.append(
                Problem(
                    one.row,
                    one.clip.id,
                    problem,
                    "start it later or end that sooner; ripple=True makes room for what is longer or new",
                )
            )
        last = ends[number]
    return found


def _denominators(one: Wanted) -> tuple[int, ...]:
    if one.changed or one.known is None:
        return one.start.denominator, one.clip.duration.denominator
    return (one.known.track.grid.base,)


def _ticks(one: Wanted, base: int, *, end: bool = False) -> int:
    """Where a clip starts or ends, in whole ticks: ten thousand fractions would take long to compare."""
    if one.changed or one.known is None:
        time = one.start + one.clip.duration if end else one.start
        return time.numerator * (base // time.denominator)
    grid = one.known.track.grid
    return grid.ticks[one.known.item + end] * (base // grid.base)

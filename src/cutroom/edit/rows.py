"""An edited table of clips becomes one operation, or says row by row why it cannot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.edit.limits import readable
from cutroom.edit.operations import Arrange, Placed
from cutroom.edit.row import Standing, Values, Wanted, added, existing
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
    """

    operation: Arrange | None = None
    problems: list[Problem] = field(default_factory=list)


def read_rows(
    document: Document, rows: Iterable[tuple[Any, Values]], *, ripple: bool = False, within: str | None = None
) -> Reading:
    """Compare a table with the timeline.

    A row whose id is on the timeline changes that clip: `track` and `start` move it, `end` and `duration` trim its end,
    `source_start` slips it, `source_end` trims its end, `speed`, `reverse`, `text` and `angle` change it. What is
    linked to it follows, unless its own row was changed as well. A row without an id is a new clip. A clip without a
    row goes, where its track has rows at all; linked clips go with it, unless their rows were changed.

    Args:
        document: the timeline.
        rows: label and values of each row; None for what is missing.
        ripple: whether each clip starts where the one in the row before it on its track ends. Markers and subtitles
            ride along with the lowest track that has rows.
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
        except CutroomError as error:
            reading.problems.append(Problem(label, name, error.message, error.hint or ""))
    if not reading.problems:
        named = {one.track for one in wanted.values()}
        tracks = _follow(wanted, known)
        if ripple:
            _close_up(wanted, named)
            _start_together(wanted, known, named, tracks)
        lead = next((track.title for track in document.tracks if ripple and track.title in named), None)
        reading.problems, reading.operation = _arranged(document, tracks, wanted, known)
        if reading.operation is not None and lead in reading.operation.tracks:
            reading.operation = reading.operation.evolve(lead=lead)
    return reading


def _close_up(wanted: Mapping[str, Wanted], named: set[str]) -> None:
    """Each clip of the tracks that have rows starts where the one in the row before it on its track ends."""
    ends: dict[str, Fraction] = {}
    for one in wanted.values():
        if one.track not in named:
            continue
        start = ends.get(one.track, Fraction(0))
        one.changed |= start != one.start
        one.at = start
        ends[one.track] = start + one.clip.duration


def _follow(wanted: dict[str, Wanted], known: Standing) -> set[str]:
    """What is linked to a changed or deleted clip does as it does, unless its own row says otherwise.

    Returns:
        The tracks that the table has something to say about.
    """
    tracks = {one.track for one in wanted.values()}
    gone = known.without(wanted, tracks)
    own = {name for name, one in wanted.items() if one.changed}
    for members in known.linked([*gone, *own]):
        lead = next((wanted[name] for name in members if name in own), None)
        for name in members:
            old = known[name]
            track = old.track.title
            if name in own:
                continue
            if track not in tracks:
                _include(track, wanted, known)
                tracks.add(track)
            if lead is None:
                wanted.pop(name, None)
                continue
            before = known[lead.clip.id]
            if (before.start, before.clip.duration) == (old.start, old.clip.duration):
                speed, same = lead.clip.speed, old.clip.speed == lead.clip.speed
                paced = old.clip if same else old.clip.paced(speed, lead.clip.duration)
                like = {key: getattr(lead.clip, key) for key in ("start", "duration", "reverse")}
                row = wanted.get(name, lead).row
                wanted[name] = Wanted(row, track, paced.evolve(**like), True, lead.start, old)
    return tracks


def _start_together(wanted: dict[str, Wanted], known: Standing, named: set[str], tracks: set[str]) -> None:
    """After closing up: sound starts with the picture that it is linked to and started with."""
    for members in known.linked([name for name, one in wanted.items() if one.changed]):
        lead = next((wanted[name] for name in members if name in wanted and wanted[name].track in named), None)
        if lead is None:
            continue
        old_start = known[lead.clip.id].start
        for name in members:
            track = known[name].track.title
            if name == lead.clip.id or (name not in wanted and track in tracks) or known[name].start != old_start:
                continue
            if track not in tracks:
                _include(track, wanted, known)
                tracks.add(track)
            wanted[name].changed |= wanted[name].start != lead.start
            wanted[name].at = lead.start


def _include(track: str, wanted: dict[str, Wanted], known: Standing) -> None:
    """Rows for the clips of a track that has none, as they are."""
    for name in known.without(wanted, {track}):
        old = known[name]
        wanted[name] = Wanted(None, track, old.clip, changed=False, known=old)


def _arranged(
    document: Document, tracks: set[str], wanted: Mapping[str, Wanted], known: Standing
) -> tuple[list[Problem], Arrange | None]:
    gone = known.without(wanted, tracks)
    changed = [one for one in wanted.values() if one.changed]
    left = (known[one.clip.id].track.title for one in changed if one.clip.id in known)
    touched = {*left, *(one.track for one in changed), *(known[name].track.title for name in gone)}
    titles = tuple(track.title for track in document.tracks if track.title in touched)
    rows = {title: [one for one in wanted.values() if one.track == title] for title in titles}
    problems = [problem for title, row in rows.items() for problem in _overlaps(title, row)]
    if problems or not touched:
        return problems, None
    placed = tuple(Placed(track=one.track, at=one.start, clip=one.clip) for one in changed)
    return [], Arrange(tracks=titles, placed=placed, gone=tuple(gone))


def _overlaps(title: str, row: list[Wanted]) -> list[Problem]:
    """The clips of a track that would start before the one before them ends."""
    base = math.lcm(*{part for one in row for part in _denominators(one)})
    starts, ends = [_ticks(one, base) for one in row], [_ticks(one, base, end=True) for one in row]
    found: list[Problem] = []
    last = 0
    for number in sorted(range(len(row)), key=starts.__getitem__):
        if starts[number] < last:
            one, by = row[number], readable(Fraction(last - starts[number], base))
            problem = f"it starts {by} before the clip before it on {title} ends"
            found.append(Problem(one.row, one.clip.id, problem, "move it, or pass ripple=True"))
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

"""The verb that takes an edited table back."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from cutroom.api.arguments import drawable, names, truth, wrong
from cutroom.api.times import Clock
from cutroom.edit import operations as ops
from cutroom.edit.attempt import attempt
from cutroom.edit.difference import Difference, differences
from cutroom.edit.standing import COLUMNS
from cutroom.errors import EditError, ValidationError
from cutroom.schema.clip import Clip, TitleSource
from cutroom.schema.document import Document

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.api.timeline import Timeline
    from cutroom.edit.row import Snapped
    from cutroom.edit.rows import Problem

TOLD = 20
"""Rows that a message lists."""


def apply_df(
    timeline: Timeline,
    df: pd.DataFrame,
    *,
    ripple: bool = False,
    tracks: Iterable[str] | None = None,
    dry_run: bool = False,
) -> pd.DataFrame:
    """Make the timeline what an edited table of clips says, as one step; or say row by row why it cannot be.

    ::

        before           [A~~~~~][B~~~]···[C]
        A ends sooner    [A~~]···[B~~~]···[C]       nothing else moves
          with ripple    [A~~][B~~~]···[C]          and so do all tracks with a sync lock
        no row for B     [A~~~~~]·········[C]
          with ripple    [A~~~~~]···[C]
        rows C, A, B     as before
          with ripple    [C][A~~~~~][B~~~]

    A row whose id is on the timeline changes that clip: `track` and `start` (or `start_frame`) move it, `end` (or
    `end_frame`) and `duration` trim its end, `source_start` slips it, `source_end` trims its end, `speed`, `reverse`,
    `text`, `angle` and `group` (the same short text for each clip of a group) change it; another `media`, `compound`,
    `kind`, `effects` or `link` is refused. Linked sound follows, unless its own row was changed as well. An empty value
    leaves what is there; an empty `group` or `angle` takes it away. Times snap to frames, on sound tracks to samples.

    A row without an id is a new clip, without effects and without sound of its own: of a `media` (its path or its id),
    a `compound` (its title; `angle` for one of its tracks) or a `text`. A clip without a row goes, whatever is left on
    its track, and a picture takes its linked sound along, unless the row of that was changed; where only the row of the
    sound is missing, the picture stays without it. Other columns are not read.

    With `ripple`, each row that is gone, new, shorter or longer moves what comes after it by exactly that, as
    `clip.delete(ripple=True)`, `tl.insert`, `clip.ripple` and `clip.retime` do: on its own track and on every
    sync-locked one, with markers and subtitles; gaps that were there stay. First what went closes up, the last first;
    then room is made for what is longer or new. The `start` of a new row is a time of the timeline as it was. A row
    with another `start` or `track` stands where it says afterwards, and moves nothing. Only a track whose clips are in
    another order closes up from its beginning: with its rows in another order, these are the order of its clips; where
    clips exchanged their starts, these are. Linked sound starts with its picture then, and markers and subtitles ride
    along with the clips of the lowest such track.

    Args:
        df: `tl.to_df()`, edited; it may have fewer columns, and the ids as its index.
        ripple: whether what comes after a change moves along, as above.
        tracks: titles or ids of the tracks that the table is about, where it was filtered on purpose: clips without a
            row stay on all others. None: all tracks.
        dry_run: change nothing.

    Returns:
        What it changes: what, id, place, change, field, before, after; one row per value.

    Raises:
        ValidationError: not a table, one with two columns of a name, or one without ids for a timeline with clips.
        EditError: rows that cannot be; the message lists them, `.value` is a table of row, id, problem and hint. Or a
            track that has no room for what ripples; names it.

    Example:
        >>> df = tl.to_df()  # doctest: +SKIP
        >>> df.loc[0, "end"] = 2.5  # doctest: +SKIP
        >>> tl.apply_df(df, ripple=True, dry_run=True)  # doctest: +SKIP
        >>> tl.apply_df(df[df.track == "V1"].iloc[1:], tracks="V1")  # doctest: +SKIP
    """
    import pandas as pd

    from cutroom.edit.rows import read_rows

    closes, looks, named = truth("ripple", ripple), truth("dry_run", dry_run), names("tracks", tracks)
    if not isinstance(df, pd.DataFrame):
        raise wrong("df", "a DataFrame like tl.to_df()", df)
    if not df.columns.is_unique:
        raise wrong("df", "a DataFrame whose columns have different names", list(df.columns))
    if "id" not in df.columns and df.index.name == "id":
        df = df.reset_index()
    with timeline.session.edit("apply table"):
        document = timeline.document
        about = None if named is None else {document.tracks[document.track_index(name)].title for name in named}
        _require_ids(timeline, df)
        reading = read_rows(document, _rows(timeline, df), ripple=closes, tracks=about, within=timeline.within)
        if reading.problems:
            raise _refused(reading.problems)
        before = timeline.session.document
        after = before
        if reading.operation is not None:
            _require_drawable(document, reading.operation)
            operation = reading.operation.evolve(compound=timeline.within)
            if looks:
                after = attempt(before, operation).document
                timeline.app.check(operation, after)
            else:
                timeline.apply(operation)
                after = timeline.session.document
                _tell(timeline, reading.snapped)
    return pd.DataFrame(differences(before, after), columns=list(Difference._fields))


def _require_drawable(document: Document, operation: ops.Operation) -> None:
    """Refuse letters that the title fonts cannot draw, in texts that a table brings in; those of an import stay."""
    clips: list[Clip] = []
    if isinstance(operation, ops.Batch):
        for inner in operation.operations:
            _require_drawable(document, inner)
    elif isinstance(operation, ops.Arrange):
        clips = [row.clip for row in operation.placed]
    elif isinstance(operation, ops.Ripple):
        clips = [*chain.from_iterable(operation.changed), *(row.clip for row in operation.added)]
    for clip in clips:
        if isinstance(clip.source, TitleSource) and not _says_already(document, clip):
            drawable("text", clip.source.text, font=clip.source.style.font)


def _says_already(document: Document, clip: Clip) -> bool:
    found = (track.index_of(clip.id) for track in document.tracks)
    return any(index is not None for index in found) and document.clip(clip.id).source == clip.source


def _tell(timeline: Timeline, snapped: list[Snapped]) -> None:
    """Put what snapped into the notes of the step."""
    clocks = {one.grid: Clock(timeline.fps, one.grid) for one in snapped}
    for one in snapped:
        clock = clocks[one.grid]
        _ = clock.lasting(one.exact, one.near) if one.lasts else clock.snap(one.exact)
    for clock in clocks.values():
        clock.tell(timeline.session)


def _require_ids(timeline: Timeline, df: pd.DataFrame) -> None:
    """Refuse a table that would let all that is there go, and make new clips of its rows."""
    if len(df) and ("id" not in df.columns or df["id"].isna().all()) and timeline.clips:
        raise ValidationError(
            "the table has no ids: all clips would go, and its rows would be new ones",
            value=list(df.columns),
            hint="keep the ids of tl.to_df(), as a column or the index; rows of new clips are added to those",
        )


def _rows(timeline: Timeline, df: pd.DataFrame) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Labels and values of the rows, in Python's own types; None for what is missing."""
    read = {str(name): df[name] for name in df.columns if str(name) in COLUMNS}
    columns = [_values(column) for column in read.values()]
    if "media" in read:
        columns[list(read).index("media")] = _paths(timeline, columns[list(read).index("media")])
    for label, values in zip(df.index, zip(*columns, strict=True) if columns else [()] * len(df), strict=True):
        yield label, dict(zip(read, values, strict=True))


def _paths(timeline: Timeline, values: list[Any]) -> list[Any]:
    """Media by the paths that the project has for them, where they are given by an id or another path."""
    session = timeline.session
    known = {media.path for media in session.document.media}
    if all(value is None or value in known for value in values):
        return values
    others = {os.path.realpath(session.media_path(media.id)): media.path for media in session.document.media}
    others |= {media.id: media.path for media in session.document.media}

    def path(value: Any) -> Any:
        if not isinstance(value, str | os.PathLike) or value in known:
            return value
        text = str(os.fspath(value))
        return others.get(text) or others.get(os.path.realpath(text), text)

    return [path(value) for value in values]


def _values(column: pd.Series[Any]) -> list[Any]:
    """A column at once: a value at a time takes ten times as long."""
    values = column.tolist()
    if column.dtype == object:
        return [value if type(value) is str else _plain(value) for value in values]
    missing = column.isna()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)] if missing.any() else values


def _plain(value: Any) -> Any:
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value


def _refused(problems: list[Problem]) -> EditError:
    import pandas as pd

    table = pd.DataFrame([problem._asdict() for problem in problems])
    shown = table.head(TOLD).to_string(index=False, max_colwidth=120)
    more = f"\n… and {len(problems) - TOLD} more" if len(problems) > TOLD else ""
    return EditError(
        f"{len(problems)} {'row' if len(problems) == 1 else 'rows'} of the table cannot be:\n{shown}{more}",
        value=table,
        hint="nothing was changed; error.value has all of them as a table",
    )

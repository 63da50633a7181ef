"""The tables: spans and metrics of every process of this user, newest last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .pipeline import flush, store
from .store import MAX_ROWS
from .values import PointRow

if TYPE_CHECKING:
    import pandas as pd

SPAN_TYPES = {
    "trace_id": "str",
    "span_id": "str",
    "parent_id": "str",
    "span": "str",
    "start": "datetime64[ns, UTC]",
    "duration": "float64",
    "process": "Int64",
    "status": "str",
    "error": "str",
    "attributes": "object",
}
METRIC_TYPES = {
    "metric": "str",
    "kind": "str",
    "unit": "str",
    "attributes": "object",
    "value": "float64",
    "count": "Int64",
    "minimum": "float64",
    "maximum": "float64",
}


def traces_df(*, trace_id: str | None = None, limit: int = MAX_ROWS) -> pd.DataFrame:
    """Finished spans of every process, one row each, by start.

    Columns: ``trace_id`` and ``span_id`` (hexadecimal), ``parent_id`` (missing at the root of a trace), ``span`` (what
    was done), ``start`` (UTC), ``duration`` (seconds, float64), ``process`` (its id), ``status`` (``ok``, ``error``,
    ``unset``), ``error`` (text or missing), ``attributes`` (a dict).

    Args:
        trace_id: only this trace, for example one export.
        limit: at most this many of the newest spans.

    Example:
        >>> from cutroom import telemetry
        >>> with telemetry.span("probe") as probing:
        ...     pass
        >>> telemetry.traces_df(trace_id=probing.trace_id)["span"].tolist()
        ['probe']
    """
    import pandas as pd

    flush()
    rows = store().spans(trace_id=trace_id, limit=limit)
    table = pd.DataFrame(
        {
            "trace_id": [row.trace_id for row in rows],
            "span_id": [row.span_id for row in rows],
            "parent_id": [row.parent_id for row in rows],
            "span": [row.span for row in rows],
            "start": pd.to_datetime([row.start for row in rows], unit="ns", utc=True),
            "duration": [(row.end - row.start) / 1e9 for row in rows],
            "process": [row.process for row in rows],
            "status": [row.status for row in rows],
            "error": [row.error for row in rows],
            "attributes": [json.loads(row.attributes) for row in rows],
        }
    )
    return table.astype(SPAN_TYPES)


def metrics_df(*, points: bool = False) -> pd.DataFrame:
    """The metrics of every process: one row for each metric and set of attributes, summed over processes.

    Columns: ``metric``, ``kind`` (``counter``, ``updown``, ``histogram``), ``unit``, ``attributes`` (a dict), ``value``
    (a counter's total, an up-down counter's present number, a histogram's sum), ``count``,
    ``minimum`` and ``maximum`` (of a histogram's durations; missing elsewhere). An up-down counter counts only
    processes that are alive.

    Args:
        points: one row for each point in time that was collected instead, with the further columns ``time`` (UTC) and
            ``process`` (0: older points, summed up).

    Example:
        >>> from cutroom import telemetry
        >>> telemetry.count("cache_misses_total", cache="docs")
        >>> table = telemetry.metrics_df()
        >>> bool((table[table["metric"] == "cache_misses_total"]["value"] >= 1).all())
        True
    """
    import pandas as pd

    flush()
    rows = store().points()
    if not points:
        rows = totals(rows)
    columns = {key: [getattr(row, key) for row in rows] for key in METRIC_TYPES if key != "count"}
    columns["attributes"] = [json.loads(row.attributes) for row in rows]
    columns["count"] = [row.times for row in rows]
    table = pd.DataFrame(columns, columns=list(METRIC_TYPES)).astype(METRIC_TYPES)
    if points:
        table.insert(0, "time", pd.to_datetime([row.time for row in rows], unit="ns", utc=True))
        table.insert(1, "process", pd.Series([row.process for row in rows], dtype="Int64"))
    return table


def totals(rows: Iterable[PointRow]) -> list[PointRow]:
    """One row per metric and attributes: sums; for an up-down counter, the last number of each living process."""
    sums: dict[tuple[str, str], PointRow] = {}
    standing: dict[tuple[str, str, int, int], PointRow] = {}
    for row in rows:
        if row.kind == "updown":
            standing[row.metric, row.attributes, row.process, row.started] = row
        else:
            _add(sums, row)
    for row in standing.values():
        _add(sums, row if _alive(row.process, row.started) else row._replace(value=0.0))
    return [sums[key] for key in sorted(sums)]


def _add(sums: dict[tuple[str, str], PointRow], row: PointRow) -> None:
    key = (row.metric, row.attributes)
    if (before := sums.get(key)) is None:
        sums[key] = row
        return
    lows = [low for low in (before.minimum, row.minimum) if low is not None]
    highs = [high for high in (before.maximum, row.maximum) if high is not None]
    sums[key] = before._replace(
        time=max(before.time, row.time),
        value=before.value + row.value,
        times=None if before.times is None else before.times + (row.times or 0),
        minimum=min(lows, default=None),
        maximum=max(highs, default=None),
    )


def _alive(pid: int, started: int) -> bool:
    import psutil

    try:
        return abs(psutil.Process(pid).create_time() - started / 1e9) < 1
    except psutil.Error:
        return False

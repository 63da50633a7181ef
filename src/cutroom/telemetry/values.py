"""The plain rows that telemetry is made of, and how attributes become plain values."""

from __future__ import annotations

import json
import numbers
import os
from collections.abc import Mapping, Set
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .catalogue import METRICS

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint, NumberDataPoint
    from opentelemetry.sdk.trace import ReadableSpan

Plain = str | bool | int | float
Attribute = Plain | tuple[str, ...]

TEXT_LIMIT = 1000
WHOLE_LIMIT = 2**63


class SpanRow(NamedTuple):
    """One finished span; ids in hexadecimal, times in nanoseconds since 1970 (UTC)."""

    trace_id: str
    span_id: str
    parent_id: str | None
    span: str
    start: int
    end: int
    process: int
    status: str
    error: str | None
    attributes: str


class PointRow(NamedTuple):
    """One collected value of a metric: counters and histograms since the last one, up-down counters as they stand.

    `times` counts a histogram's durations; other kinds have none, and neither minimum nor maximum.
    """

    time: int
    process: int
    started: int
    metric: str
    kind: str
    unit: str
    attributes: str
    value: float
    times: int | None
    minimum: float | None
    maximum: float | None


def plain(attributes: Mapping[str, object]) -> dict[str, Attribute]:
    """The attributes as OpenTelemetry takes them: None left out, fractions as floats, everything else as text.

    Example:
        >>> from fractions import Fraction
        >>> plain({"at": Fraction(1, 2), "label": None, "spans": [1, 2]})
        {'at': 0.5, 'spans': ('1', '2')}
    """
    return {key: _value(value) for key, value in attributes.items() if value is not None}


def _value(value: object) -> Attribute:
    if isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) < WHOLE_LIMIT else str(value)
    if isinstance(value, str):
        return value[:TEXT_LIMIT]
    if isinstance(value, numbers.Integral):
        return _value(int(value))
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, (list, tuple, Set)):
        return tuple(str(one)[:TEXT_LIMIT] for one in list(value)[:100])
    return str(value)[:TEXT_LIMIT]


def row_of(span: ReadableSpan) -> SpanRow:
    """A finished OpenTelemetry span as a plain row."""
    context = span.get_span_context()
    assert context is not None
    return SpanRow(
        trace_id=f"{context.trace_id:032x}",
        span_id=f"{context.span_id:016x}",
        parent_id=f"{span.parent.span_id:016x}" if span.parent else None,
        span=span.name,
        start=span.start_time or 0,
        end=span.end_time or span.start_time or 0,
        process=int(span.resource.attributes.get("process.pid", 0)),  # type: ignore[arg-type]
        status=span.status.status_code.name.lower(),
        error=span.status.description,
        attributes=json.dumps(dict(span.attributes or {}), sort_keys=True),
    )


@lru_cache(maxsize=1)
def _started(pid: int) -> int:
    """When the process `pid` began, in nanoseconds: a process id alone may be given out again."""
    import psutil

    return int(psutil.Process(pid).create_time() * 1e9)


def point_of(metric: str, point: NumberDataPoint | HistogramDataPoint) -> PointRow:
    """One collected OpenTelemetry data point of this process as a plain row."""
    pid = os.getpid()
    spread = getattr(point, "count", None) is not None
    return PointRow(
        time=point.time_unix_nano,
        process=pid,
        started=_started(pid),
        metric=metric,
        kind=METRICS[metric].kind,
        unit=METRICS[metric].unit,
        attributes=json.dumps(dict(point.attributes or {}), sort_keys=True),
        value=float(point.sum if spread else point.value),  # type: ignore[union-attr]
        times=int(point.count) if spread else None,  # type: ignore[union-attr]
        minimum=float(point.min) if spread else None,  # type: ignore[union-attr]
        maximum=float(point.max) if spread else None,  # type: ignore[union-attr]
    )

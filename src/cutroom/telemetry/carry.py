"""Telemetry of a process that may open no files: kept in memory, carried home with its results.

A sandboxed worker calls `keep_in_memory()` once, returns `drain()` beside each result, and whoever asked it calls
`absorb()`: the spans reach the local store and the exporters as if they had been recorded there.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from .metrics import note
from .pipeline import pipeline, use_memory
from .values import SpanRow

log = logging.getLogger("cutroom.telemetry")


def keep_in_memory() -> None:
    """From now on this process writes and exports nothing by itself. Call it before the sandbox closes.

    A process that has recorded something already goes on as it did: its spans need nobody to carry them.
    """
    use_memory()


def drain() -> dict[str, Any]:
    """What was recorded since the last call, as JSON values; empty when there is nothing.

    Example:
        >>> drain()
        {}
    """
    made = pipeline()
    if made is None or not made.in_memory:
        return {}
    spans = [list(row) for row in made.take()]
    events = []
    while made.events:
        events.append(list(made.events.popleft()))
    return {key: rows for key, rows in (("spans", spans), ("events", events)) if rows}


def absorb(carried: dict[str, Any]) -> None:
    """Record what another process's `drain()` returned. What does not fit is dropped; never raises."""
    made = pipeline()
    if made is None or not carried:
        return
    try:
        for row in carried.get("spans", ()):
            span = _span(SpanRow(*row))
            for processor in made.processors:
                processor.on_end(span)
        for metric, value, attributes in carried.get("events", ()):
            note(str(metric), float(value), dict(attributes))
    except Exception as error:
        log.warning("telemetry of a worker was dropped: %r", error)


def _span(row: SpanRow) -> Any:
    from opentelemetry import trace
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan

    def context(span_id: str) -> trace.SpanContext:
        flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
        return trace.SpanContext(int(row.trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=flags)

    return ReadableSpan(
        name=row.span,
        context=context(row.span_id),
        parent=context(row.parent_id) if row.parent_id else None,
        resource=Resource({"service.name": "cutroom", "process.pid": row.process}),
        attributes=json.loads(row.attributes),
        status=trace.Status(trace.StatusCode[row.status.upper()], row.error if row.status == "error" else None),
        start_time=row.start,
        end_time=row.end,
    )

"""What Cutroom did and how long it took: OpenTelemetry spans and metrics, kept on this machine, read as tables.

Everything goes to one bounded SQLite file in ``settings().data_dir``, from every process of this user, so a notebook
reads the spans of its background jobs. Nothing leaves the machine unless the standard ``OTEL_*`` variables name an
exporter. ``CUTROOM_TELEMETRY=off`` or ``OTEL_SDK_DISABLED=true`` turns it off. Recording never raises into the caller,
and neither importing this package nor leaving it unused loads OpenTelemetry.

Example:
    >>> from cutroom import telemetry
    >>> with telemetry.span("export", frames=48) as export:
    ...     export.set(encoder="libx264")
    ...     telemetry.count("render_frames_processed_total", 48)
"""

from __future__ import annotations

from .carry import absorb, drain, keep_in_memory
from .catalogue import METRICS, Metric
from .metrics import change, count, record
from .pipeline import flush
from .spans import attached, current_context, span, tracer
from .tables import metrics_df, traces_df

__all__ = [
    "METRICS",
    "Metric",
    "absorb",
    "attached",
    "change",
    "count",
    "current_context",
    "drain",
    "flush",
    "keep_in_memory",
    "metrics_df",
    "record",
    "span",
    "tracer",
    "traces_df",
]

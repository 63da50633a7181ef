"""The metrics, declared once: name, kind, unit, meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "updown", "histogram"]
Counter = Literal[
    "render_jobs_total",
    "render_frames_processed_total",
    "render_errors_total",
    "cache_hits_total",
    "cache_misses_total",
    "media_files_imported_total",
]
UpDown = Literal["render_jobs_active"]
Histogram = Literal["render_duration_seconds", "media_processing_duration_seconds"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: a `counter` only grows, an `updown` is a present number, a `histogram` collects durations."""

    kind: Kind
    unit: str
    meaning: str


METRICS: dict[str, Metric] = {
    "render_jobs_total": Metric("counter", "{job}", "exports started"),
    "render_jobs_active": Metric("updown", "{job}", "exports running now, in processes that are alive"),
    "render_duration_seconds": Metric("histogram", "s", "wall time of an export, from plan to published file"),
    "render_frames_processed_total": Metric("counter", "{frame}", "frames encoded"),
    "render_errors_total": Metric("counter", "{error}", "exports that failed"),
    "cache_hits_total": Metric("counter", "{lookup}", "lookups that a cache answered"),
    "cache_misses_total": Metric("counter", "{lookup}", "lookups that no cache answered"),
    "media_files_imported_total": Metric("counter", "{file}", "media files added to a project"),
    "media_processing_duration_seconds": Metric("histogram", "s", "wall time of probing and indexing one file"),
}

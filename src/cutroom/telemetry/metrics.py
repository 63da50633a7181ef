"""Metrics: counting and measuring, by the catalogue's names."""

from __future__ import annotations

import logging

from .catalogue import METRICS, Counter, Histogram, Kind, UpDown
from .pipeline import pipeline
from .values import plain

log = logging.getLogger("cutroom.telemetry")


def count(metric: Counter, amount: int = 1, /, **attributes: object) -> None:
    """Add to a counter.

    Example:
        >>> count("cache_hits_total", cache="segments")
    """
    note(metric, amount, attributes, ("counter",))


def change(metric: UpDown, by: int, /, **attributes: object) -> None:
    """Raise or lower a number of things that are present now.

    Example:
        >>> change("render_jobs_active", +1); change("render_jobs_active", -1)
    """
    note(metric, by, attributes, ("updown",))


def record(metric: Histogram, seconds: float, /, **attributes: object) -> None:
    """Add one duration, in seconds, to a histogram.

    Example:
        >>> record("media_processing_duration_seconds", 0.12)
    """
    note(metric, seconds, attributes, ("histogram",))


def note(metric: str, value: float, attributes: dict[str, object], kinds: tuple[Kind, ...] | None = None) -> None:
    """Record `value` for `metric`, which must be of one of `kinds` when given. Never raises."""
    if (made := pipeline()) is None:
        return
    try:
        declared = METRICS[metric]
        if kinds is not None and declared.kind not in kinds:
            raise TypeError(f"{metric} is a {declared.kind}")
        if made.in_memory:
            made.events.append((metric, value, dict(plain(attributes))))
            return
        instrument = made.instruments[metric]
        (instrument.record if declared.kind == "histogram" else instrument.add)(value, plain(attributes))
        made.stir()
    except Exception as error:
        log.warning("telemetry: nothing recorded for %s: %r", metric, error)

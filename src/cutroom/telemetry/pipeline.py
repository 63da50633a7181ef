"""From OpenTelemetry's providers to the local store: one pipeline a process, made on first use."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .catalogue import METRICS
from .exporters import exporter
from .store import Store
from .values import PointRow, SpanRow, point_of, row_of

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan

log = logging.getLogger("cutroom.telemetry")

FILE = "telemetry.sqlite"
PENDING = 20_000
DELAY = 0.3  # seconds that rows may wait for others before they are written together


class Pipeline:
    """The providers of this process and the rows that wait to be written.

    Args:
        in_memory: keep rows for `take()` instead of writing them (for a process that may open no files); nothing is
            exported then either.
    """

    def __init__(self, *, in_memory: bool = False) -> None:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.trace import TracerProvider

        self.in_memory = in_memory
        self._ended: deque[ReadableSpan] = deque(maxlen=PENDING)
        self.events: deque[tuple[str, float, dict[str, Any]]] = deque(maxlen=PENDING)
        self._wake = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failed = False
        self._standing: dict[tuple[str, str], float] = {}
        resource = _resource()
        self.tracers = TracerProvider(resource=resource)
        self.processors = [_processor(self)]
        self._reader = _reader()
        readers = [self._reader]
        if not in_memory:
            if (spans := exporter("traces", os.environ)) is not None:
                from opentelemetry.sdk.trace.export import BatchSpanProcessor

                self.processors.append(BatchSpanProcessor(spans))
            if (points := exporter("metrics", os.environ)) is not None:
                from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

                readers.append(PeriodicExportingMetricReader(points))
        for processor in self.processors:
            self.tracers.add_span_processor(processor)
        meters = MeterProvider(readers, resource=resource)
        self.instruments = _instruments(meters)
        self.tracer = self.tracers.get_tracer("cutroom")
        if not in_memory:
            atexit.register(self.flush)

    def ended(self, span: ReadableSpan) -> None:
        """Take one finished span."""
        self._ended.append(span)
        self.stir()

    def stir(self) -> None:
        """Something waits: let the writer wake, which writes it after a short while."""
        if self.in_memory or self._wake.is_set():
            return
        self._wake.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._write_forever, name="cutroom-telemetry", daemon=True)
            self._thread.start()

    def take(self) -> list[SpanRow]:
        """Hand over the spans that wait, oldest first."""
        rows = []
        while self._ended:
            rows.append(row_of(self._ended.popleft()))
        return rows

    def flush(self) -> None:
        """Write what waits. Never raises; the first failure is reported, what could not be written is dropped."""
        if self.in_memory:
            return
        try:
            with self._writing:
                rows, points = self.take(), self._points()
                if rows or points:
                    store().write(rows, points)
        except Exception as error:
            if not self._failed:
                log.warning("telemetry is not recorded: %s", error)
            self._failed = True

    def _write_forever(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(DELAY)
            self._wake.clear()
            self.flush()

    def _points(self) -> list[PointRow]:
        data = self._reader.get_metrics_data()
        if data is None:
            return []
        metrics = (m for r in data.resource_metrics for scope in r.scope_metrics for m in scope.metrics)
        rows = [point_of(metric.name, one) for metric in metrics for one in metric.data.data_points]
        fresh = [
            row for row in rows if row.kind != "updown" or self._standing.get((row.metric, row.attributes)) != row.value
        ]
        self._standing.update({(row.metric, row.attributes): row.value for row in fresh if row.kind == "updown"})
        return fresh


def store() -> Store:
    """The store in the present `settings().data_dir`, opened once."""
    from ..settings import settings

    return _opened(settings().data_dir / FILE)


@lru_cache(maxsize=4)
def _opened(path: Path) -> Store:
    from ..settings import private_folder

    private_folder(path.parent)
    return Store(path)


_making = threading.Lock()
_made: Pipeline | None = None
_off: bool | None = None


def pipeline() -> Pipeline | None:
    """This process's pipeline, made on first use; None where telemetry is off or cannot be set up."""
    global _made, _off  # noqa: PLW0603 (one pipeline a process, like OpenTelemetry's own providers)
    if _made is not None or _off:
        return _made
    with _making:
        if _made is None and not _off:
            try:
                from ..settings import settings

                disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
                _off = disabled or settings().telemetry == "off"
                _made = None if _off else Pipeline()
            except Exception as error:
                log.warning("telemetry is off: %s", error)
                _off = True
    return _made


def use_memory() -> None:
    """Make this process's pipeline one that only keeps rows in memory, unless it has one already."""
    global _made, _off  # noqa: PLW0603 (see above)
    with _making:
        if _made is None and not _off:
            try:
                _made = Pipeline(in_memory=True)
                _rehearse(_made)
            except Exception as error:
                log.warning("telemetry is off: %s", error)
                _off = True


def _rehearse(made: Pipeline) -> None:
    """Have loaded whatever OpenTelemetry loads when it is first used: a locked process can import nothing later."""
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    with made.tracer.start_as_current_span("rehearsal"):
        TraceContextTextMapPropagator().inject(headers)
    context.detach(context.attach(TraceContextTextMapPropagator().extract(headers)))
    made.take()


def flush() -> None:
    """Write what this process has recorded so far; otherwise it is written within half a second and at exit."""
    if _made is not None:
        _made.flush()


def _processor(owner: Pipeline) -> Any:
    from opentelemetry.sdk.trace import SpanProcessor

    class ToRows(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            owner.ended(span)

    return ToRows()


def _resource() -> Resource:
    from opentelemetry.sdk.resources import Resource

    attributes: dict[str, str | int] = {"process.pid": os.getpid()}
    named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    if not named:
        attributes["service.name"] = "cutroom"
    return Resource.create(attributes)


def _reader() -> Any:
    from opentelemetry.sdk.metrics import Counter, Histogram, UpDownCounter
    from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader

    delta, standing = AggregationTemporality.DELTA, AggregationTemporality.CUMULATIVE
    return InMemoryMetricReader(preferred_temporality={Counter: delta, Histogram: delta, UpDownCounter: standing})


def _instruments(meters: Any) -> dict[str, Any]:
    meter = meters.get_meter("cutroom")
    makers = {
        "counter": meter.create_counter,
        "updown": meter.create_up_down_counter,
        "histogram": meter.create_histogram,
    }
    return {name: makers[one.kind](name, unit=one.unit, description=one.meaning) for name, one in METRICS.items()}

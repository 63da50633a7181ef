"""Spans: what was done, when, for how long, inside what."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .pipeline import pipeline
from .values import TEXT_LIMIT, plain

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

log = logging.getLogger("cutroom.telemetry")


class span:  # noqa: N801 (used like a function: `with span("probe"):`)
    """A context manager that records one span; nested ones become its children.

    An exception that leaves the block marks the span as failed and goes on its way. With telemetry off it does nothing.

    Args:
        name: what is done, in a word or two (``export``, ``render.segment``).
        attributes: plain values; None is left out, fractions become floats, anything else becomes text.

    Example:
        >>> with span("probe", file="beach.mp4") as probing:
        ...     probing.set(streams=2)
    """

    __slots__ = ("_attributes", "_name", "_span", "_token")

    def __init__(self, name: str, /, **attributes: object) -> None:
        self._name = name
        self._attributes = attributes
        self._span: Any = None
        self._token: Any = None

    def __enter__(self) -> Self:
        if (made := pipeline()) is not None:
            try:
                from opentelemetry import context, trace

                self._span = made.tracer.start_span(self._name, attributes=plain(self._attributes))
                self._token = context.attach(trace.set_span_in_context(self._span))
            except Exception as error:
                log.debug("no span %s: %s", self._name, error)
        return self

    def set(self, **attributes: object) -> None:
        """Add attributes that became known inside the block."""
        if self._span is not None:
            try:
                self._span.set_attributes(plain(attributes))
            except Exception as error:
                log.debug("no attributes on span %s: %s", self._name, error)

    @property
    def trace_id(self) -> str | None:
        """The trace's id in hexadecimal, as in `traces_df`; None with telemetry off."""
        return f"{self._span.get_span_context().trace_id:032x}" if self._span is not None else None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._span is None:
            return
        try:
            from opentelemetry import context, trace

            if kind is not None:
                text = f"{kind.__name__}: {error}"[:TEXT_LIMIT]
                self._span.set_status(trace.Status(trace.StatusCode.ERROR, text))
            else:
                self._span.set_status(trace.StatusCode.OK)
            if self._token is not None:
                context.detach(self._token)
            self._span.end()
        except Exception as failure:
            log.debug("span %s was lost: %s", self._name, failure)


def tracer(name: str) -> Tracer:
    """An OpenTelemetry tracer whose spans go where Cutroom's go; a tracer that records nothing with telemetry off.

    Example:
        >>> tracer("my.notebook").start_span("thinking").end()
    """
    if (made := pipeline()) is not None:
        return made.tracers.get_tracer(name)
    from opentelemetry.trace import NoOpTracer

    return NoOpTracer()


def current_context() -> dict[str, str]:
    """The span that is open here, as W3C headers to hand to another process; empty when there is none.

    Example:
        >>> with span("export"):
        ...     sorted(current_context())
        ['traceparent']
    """
    headers: dict[str, str] = {}
    if "opentelemetry.context" in sys.modules:  # otherwise no span can be open
        try:
            from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

            TraceContextTextMapPropagator().inject(headers)
        except Exception as error:
            log.debug("no context to hand on: %s", error)
    return headers


@contextmanager
def attached(headers: Mapping[str, str] | None) -> Iterator[None]:
    """Inside the block, spans are children of the span that `current_context()` described in another process.

    Example:
        >>> with attached({"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}):
        ...     with span("work") as work:
        ...         work.trace_id
        '0af7651916cd43dd8448eb211c80319c'
    """
    if not headers or pipeline() is None:
        yield
        return
    detach = _attach(headers)
    try:
        yield
    finally:
        detach()


def _attach(headers: Mapping[str, str]) -> Callable[[], None]:
    try:
        from opentelemetry import context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        token = context.attach(TraceContextTextMapPropagator().extract(dict(headers)))
    except Exception as error:
        log.debug("no context attached: %s", error)
        return lambda: None
    return lambda: context.detach(token)

"""Which exporters the standard ``OTEL_*`` variables ask for, and loading them where their package is installed."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from typing import Any, Literal

log = logging.getLogger("cutroom.telemetry")

Signal = Literal["traces", "metrics"]
MODULES = {
    "http/protobuf": "opentelemetry.exporter.otlp.proto.http",
    "grpc": "opentelemetry.exporter.otlp.proto.grpc",
}
PLACES = {"traces": ("trace_exporter", "OTLPSpanExporter"), "metrics": ("metric_exporter", "OTLPMetricExporter")}


def wanted(signal: Signal, environment: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The OTLP protocol to export `signal` with, or None; and what was asked for but is not known here, or None.

    Example:
        >>> wanted("traces", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"})
        ('http/protobuf', None)
        >>> wanted("traces", {}), wanted("traces", {"OTEL_TRACES_EXPORTER": "zipkin"})
        ((None, None), (None, 'OTEL_TRACES_EXPORTER=zipkin'))
    """
    upper = signal.upper()
    named = environment.get(f"OTEL_{upper}_EXPORTER", "").strip()
    asked = {part.strip() for part in named.split(",") if part.strip()}
    if unknown := asked - {"otlp", "none"}:
        return None, f"OTEL_{upper}_EXPORTER={','.join(sorted(unknown))}"
    places = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{upper}_ENDPOINT")
    if "otlp" not in asked and (asked or not any(environment.get(place) for place in places)):
        return None, None
    general = environment.get("OTEL_EXPORTER_OTLP_PROTOCOL", "").strip() or "http/protobuf"
    protocol = environment.get(f"OTEL_EXPORTER_OTLP_{upper}_PROTOCOL", "").strip() or general
    return (protocol, None) if protocol in MODULES else (None, f"OTEL_EXPORTER_OTLP_PROTOCOL={protocol}")


def exporter(signal: Signal, environment: Mapping[str, str]) -> Any | None:
    """The exporter for `signal`, or None with one warning where one was asked for and cannot be had."""
    protocol, unknown = wanted(signal, environment)
    if unknown:
        log.warning("telemetry: %s is not supported, use otlp or none; %s stay on this machine", unknown, signal)
    if protocol is None:
        return None
    module, name = PLACES[signal]
    try:
        return getattr(importlib.import_module(f"{MODULES[protocol]}.{module}"), name)()
    except ImportError:
        package = "opentelemetry-exporter-otlp-proto-" + ("grpc" if protocol == "grpc" else "http")
        log.warning("telemetry: %s are to be exported, but the package %s is not installed", signal, package)
    except Exception as error:
        log.warning("telemetry: %s cannot be exported: %s", signal, error)
    return None

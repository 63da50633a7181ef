"""Export happens only when the standard variables ask for it, to a real collector's endpoint."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cutroom.telemetry.exporters import wanted

SCRIPT = """
from cutroom import telemetry
with telemetry.span("exported", n=1):
    telemetry.count("cache_hits_total")
"""


class Collector(HTTPServer):
    def __init__(self) -> None:
        self.got: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        self.server.got[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_spans_and_metrics_reach_a_collector(collector: Collector, run_python: Callable[..., str]) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the otlp extra is not installed")
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    endpoint = f"http://127.0.0.1:{collector.server_port}"
    run_python(SCRIPT, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_EXPORTER_OTLP_COMPRESSION="none")
    traces = ExportTraceServiceRequest.FromString(collector.got["/v1/traces"])
    resource = traces.resource_spans[0]
    assert [span.name for span in resource.scope_spans[0].spans] == ["exported"]
    assert {a.key: a.value.string_value for a in resource.resource.attributes}["service.name"] == "cutroom"
    metrics = ExportMetricsServiceRequest.FromString(collector.got["/v1/metrics"])
    assert metrics.resource_metrics[0].scope_metrics[0].metrics[0].name == "cache_hits_total"


def test_nothing_leaves_without_the_variables(collector: Collector, run_python: Callable[..., str]) -> None:
    run_python(SCRIPT)
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    run_python(SCRIPT, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_TRACES_EXPORTER="none", OTEL_METRICS_EXPORTER="none")
    assert collector.got == {}


def test_a_missing_exporter_package_is_one_warning_a_signal(run_python: Callable[..., str]) -> None:
    printed = run_python(
        "import sys; sys.modules['opentelemetry.exporter.otlp.proto.grpc'] = None\n" + SCRIPT,
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1",
        OTEL_EXPORTER_OTLP_PROTOCOL="grpc",
    )
    lines = printed.strip().splitlines()
    assert len(lines) == 2
    assert all("opentelemetry-exporter-otlp-proto-grpc is not installed" in line for line in lines)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, (None, None)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c"}, ("http/protobuf", None)),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c"}, (None, None)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, ("http/protobuf", None)),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, (None, None)),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, ("grpc", None)),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, (None, "OTEL_TRACES_EXPORTER=zipkin")),
        (
            {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "carrier pigeon"},
            (None, "OTEL_EXPORTER_OTLP_PROTOCOL=carrier pigeon"),
        ),
    ],
)
def test_what_the_variables_ask_for(environment: dict[str, str], expected: tuple[str | None, str | None]) -> None:
    assert wanted("traces", environment) == expected

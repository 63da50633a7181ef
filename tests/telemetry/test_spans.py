"""Spans: nesting, failure, attributes, other processes, being off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from cutroom import telemetry


def test_importing_loads_neither_opentelemetry_nor_apsw(run_python: Callable[..., str]) -> None:
    printed = run_python(
        """
        import sys
        from cutroom import telemetry
        telemetry.span("unused"), telemetry.current_context()
        print([name for name in ("opentelemetry", "apsw", "pandas", "pydantic") if name in sys.modules])
        """
    )
    assert printed.strip() == "[]"


def test_nested_spans_are_one_trace_in_the_documented_table() -> None:
    with telemetry.span("export", frames=48, at=Fraction(1, 4), label=None, path=Path("a.mp4")) as export:
        with telemetry.span("segment", n=0):
            pass
        export.set(encoder="libx264")
    table = telemetry.traces_df(trace_id=export.trace_id)
    assert list(table.columns) == [
        "trace_id", "span_id", "parent_id", "span", "start", "duration", "process", "status", "error", "attributes",
    ]  # fmt: skip
    assert str(table["start"].dtype) == "datetime64[ns, UTC]"
    assert table["span"].tolist() == ["export", "segment"]
    parent, child = table.iloc[0], table.iloc[1]
    assert pd.isna(parent["parent_id"])
    assert child["parent_id"] == parent["span_id"]
    assert parent["attributes"] == {"frames": 48, "at": 0.25, "path": "a.mp4", "encoder": "libx264"}
    assert parent["duration"] >= child["duration"] > 0
    assert parent["status"] == "ok"


def test_an_exception_is_recorded_and_goes_on() -> None:
    with pytest.raises(ValueError, match="no frames"), telemetry.span("probe") as probing:
        raise ValueError("no frames")
    row = telemetry.traces_df(trace_id=probing.trace_id).iloc[0]
    assert (row["status"], row["error"]) == ("error", "ValueError: no frames")


def test_spans_of_threads_do_not_mix() -> None:
    traces: list[str | None] = []

    def work() -> None:
        with telemetry.span("thread") as outer, telemetry.span("inner") as inner:
            traces.extend((outer.trace_id, inner.trace_id))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(traces)) == 4
    assert all(len(telemetry.traces_df(trace_id=trace)) == 2 for trace in traces)


def test_another_process_continues_the_trace(run_python: Callable[..., str]) -> None:
    with telemetry.span("submit") as submit:
        headers = telemetry.current_context()
        run_python(
            f"""
            from cutroom import telemetry
            with telemetry.attached({headers!r}), telemetry.span("work", where="there"):
                telemetry.count("render_frames_processed_total", 7)
            """
        )
    table = telemetry.traces_df(trace_id=submit.trace_id).set_index("span")
    assert table.loc["work", "parent_id"] == table.loc["submit", "span_id"]
    assert table["process"].nunique() == 2
    assert telemetry.metrics_df().set_index("metric").loc["render_frames_processed_total", "value"] == 7


def test_attached_to_nothing_or_nonsense_is_harmless() -> None:
    for headers in (None, {}, {"traceparent": "nonsense"}):
        with telemetry.attached(headers), telemetry.span("alone") as alone:
            assert alone.trace_id
    assert telemetry.current_context() == {}


def test_a_tracer_of_ones_own_writes_to_the_same_table() -> None:
    with telemetry.span("cell") as cell, telemetry.tracer("notebook").start_as_current_span("thinking"):
        pass
    assert telemetry.traces_df(trace_id=cell.trace_id)["span"].tolist() == ["cell", "thinking"]


@pytest.mark.parametrize("environment", [{"CUTROOM_TELEMETRY": "off"}, {"OTEL_SDK_DISABLED": "true"}])
def test_off_records_nothing_and_loads_nothing(
    run_python: Callable[..., str], data_dir: Path, environment: dict[str, str]
) -> None:
    printed = run_python(
        """
        import sys
        from cutroom import telemetry
        with telemetry.span("x", a=1) as x:
            x.set(b=2); telemetry.count("cache_hits_total"); telemetry.change("render_jobs_active", 1)
        telemetry.flush()
        print(x.trace_id, telemetry.current_context(), "opentelemetry" in sys.modules)
        """,
        **environment,
    )
    assert printed.strip() == "None {} False"
    assert not data_dir.exists()


def test_a_store_that_cannot_be_written_never_fails_the_caller(run_python: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    printed = run_python(
        """
        from cutroom import telemetry
        for n in range(3):
            with telemetry.span("x"):
                telemetry.count("cache_hits_total")
            telemetry.flush()
        print("done")
        """,
        CUTROOM_DATA_DIR=str(tmp_path / "file" / "data"),
    )
    assert printed.startswith("done\n")
    assert printed.count("telemetry is not recorded") == 1


def test_strange_attributes_never_fail_the_caller() -> None:
    class Rude:
        def __str__(self) -> str:
            raise RuntimeError("no")

    with telemetry.span("rude", thing=Rude()) as rude:
        rude.set(thing=Rude(), big=10**40, bytes=b"x", lines=["a", 1])
        telemetry.count("cache_hits_total", thing=Rude())
    with telemetry.span("fine", big=10**40, bytes=b"x", lines=["a", 1]) as fine:
        pass
    kept = telemetry.traces_df(trace_id=fine.trace_id).iloc[0]["attributes"]
    assert kept == {"big": str(10**40), "bytes": "b'x'", "lines": ["a", "1"]}

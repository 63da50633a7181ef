"""A process that may open no files hands its telemetry over with its results."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cutroom import telemetry
from cutroom.workers import ChildClass, WorkerPool

CHILD = """
import json, sys
from cutroom import telemetry
telemetry.keep_in_memory()
assert telemetry.drain() == {{}}
with telemetry.attached({headers!r}):
    with telemetry.span("segment", n=3):
        with telemetry.span("encode"):
            telemetry.count("render_frames_processed_total", 48)
    try:
        with telemetry.span("fails"):
            raise ValueError("x")
    except ValueError:
        pass
telemetry.flush()
print(json.dumps(telemetry.drain()))
assert telemetry.drain() == {{}}
"""


def test_spans_and_counts_come_home(run_python: Callable[..., str], tmp_path: Path, data_dir: Path) -> None:
    with telemetry.span("export") as export:
        printed = run_python(
            CHILD.format(headers=telemetry.current_context()), CUTROOM_DATA_DIR=str(tmp_path / "other")
        )
        telemetry.absorb(json.loads(printed))
    assert not (tmp_path / "other").exists()
    table = telemetry.traces_df(trace_id=export.trace_id).set_index("span")
    assert table.loc["segment", "parent_id"] == table.loc["export", "span_id"]
    assert table.loc["encode", "parent_id"] == table.loc["segment", "span_id"]
    assert table.loc["segment", "process"] != table.loc["export", "process"]
    assert table.loc["segment", "attributes"] == {"n": 3}
    assert (table.loc["fails", "status"], table.loc["fails", "error"]) == ("error", "ValueError: x")
    assert telemetry.metrics_df().set_index("metric").loc["render_frames_processed_total", "value"] == 48


def test_nonsense_is_dropped() -> None:
    telemetry.absorb({})
    telemetry.absorb({"spans": [["too", "short"]]})
    telemetry.absorb({"events": [["no_such_metric", 1, {}]]})
    telemetry.absorb({"events": 3})


def test_a_process_that_records_by_itself_goes_on_doing_so() -> None:
    with telemetry.span("before"):
        pass
    telemetry.keep_in_memory()
    with telemetry.span("after") as after:
        pass
    assert telemetry.drain() == {}
    assert len(telemetry.traces_df(trace_id=after.trace_id)) == 1


def test_a_locked_worker_records_too(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.path.dirname(os.path.abspath(__file__))
    monkeypatch.syspath_prepend(folder)
    kind = ChildClass("media", memory=1 << 30, paths=(folder,))
    with telemetry.span("export") as export, WorkerPool(kind, workers=1, preload=("carried_tasks",)) as pool:
        tasks = importlib.import_module("carried_tasks")
        carried = pool.run(tasks.work, tasks.Work(telemetry.current_context()))
        telemetry.absorb(carried)
    assert set(carried) == {"spans", "events"}
    table = telemetry.traces_df(trace_id=export.trace_id).set_index("span")
    assert table.loc["inside", "parent_id"] == table.loc["export", "span_id"]
    assert table.loc["inside", "process"] != os.getpid()

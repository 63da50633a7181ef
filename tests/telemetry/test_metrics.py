"""Metrics: totals over processes, present numbers of living processes, the table's columns."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

import cutroom as cr
from cutroom import errors, telemetry
from cutroom.media import index
from cutroom.telemetry.tables import totals
from cutroom.telemetry.values import PointRow
from cutroom.workers import InlineExecutor


def value(metric: str) -> float:
    table = telemetry.metrics_df()
    return float(table[table["metric"] == metric]["value"].sum())


def test_counters_add_up_by_attributes() -> None:
    for _ in range(3):
        telemetry.count("cache_hits_total", cache="segments")
    telemetry.count("cache_hits_total", 2, cache="previews")
    telemetry.flush()
    telemetry.count("cache_hits_total", 5, cache="previews")
    table = telemetry.metrics_df()
    hits = {row.attributes["cache"]: row.value for row in table[table["metric"] == "cache_hits_total"].itertuples()}
    assert hits == {"segments": 3, "previews": 7}


def test_durations_keep_count_sum_and_extremes() -> None:
    for seconds in (0.5, 2.0, 1.5):
        telemetry.record("render_duration_seconds", seconds)
        telemetry.flush()
    row = telemetry.metrics_df().set_index("metric").loc["render_duration_seconds"]
    assert (row["value"], row["count"], row["minimum"], row["maximum"], row["unit"]) == (4.0, 3, 0.5, 2.0, "s")


def test_the_tables_columns() -> None:
    telemetry.count("render_errors_total")
    columns = ["metric", "kind", "unit", "attributes", "value", "count", "minimum", "maximum"]
    assert list(telemetry.metrics_df().columns) == columns
    assert list(telemetry.metrics_df(points=True).columns) == ["time", "process", *columns]


def test_a_job_that_was_killed_is_not_active_any_more(run_python: Callable[..., str]) -> None:
    before = value("render_jobs_active")
    telemetry.change("render_jobs_active", +1)
    run_python(
        """
        import os
        from cutroom import telemetry
        telemetry.change("render_jobs_active", +1)
        telemetry.flush()
        os._exit(0)
        """
    )
    assert value("render_jobs_active") == before + 1
    telemetry.change("render_jobs_active", -1)
    assert value("render_jobs_active") == before


def test_a_process_id_given_out_again_is_another_process() -> None:
    import os

    old = PointRow(1, os.getpid(), 1, "render_jobs_active", "updown", "{job}", "{}", 5.0, None, None, None)
    assert totals([old])[0].value == 0


def test_a_wrong_name_or_kind_is_reported_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "cutroom.telemetry"):
        telemetry.count("no_such_metric")  # type: ignore[arg-type]
        telemetry.count("render_jobs_active")  # type: ignore[arg-type]
    assert len(caplog.records) == 2


def test_examining_a_file_and_indexing_it_are_measured(film, tmp_path: Path) -> None:
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        project.media.add(film.path)
        project.media.add(film.path)  # it is in the project already
        table = telemetry.metrics_df().set_index("metric")
        assert table.loc["media_files_imported_total"]["value"] == 1
        took = table.loc["media_processing_duration_seconds"]
        assert (took["count"], took["attributes"]) == (2, {"task": "probe"})
        assert 0 < took["value"] < 60
        indexed = index(film.path, InlineExecutor())
        with pytest.raises(errors.MediaNotFoundError):
            project.media.add(tmp_path / "nowhere.mp4")
    table = telemetry.metrics_df()
    took = table[table["metric"] == "media_processing_duration_seconds"]
    assert {row.attributes["task"]: row.count for row in took.itertuples(index=False)} == {"probe": 2, "index": 1}
    assert len(indexed) == 180


def test_every_metric_of_the_catalogue_can_be_recorded() -> None:
    for name, metric in telemetry.METRICS.items():
        {"counter": telemetry.count, "updown": telemetry.change, "histogram": telemetry.record}[metric.kind](name, 1)  # type: ignore[arg-type]
    assert set(telemetry.metrics_df()["metric"]) == set(telemetry.METRICS)
    telemetry.change("render_jobs_active", -1)

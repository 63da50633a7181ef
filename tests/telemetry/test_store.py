"""The store: bounded, private, shared by processes, surviving damage."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

from cutroom.telemetry.store import Store
from cutroom.telemetry.tables import totals
from cutroom.telemetry.values import PointRow, SpanRow


def a_span(n: int) -> SpanRow:
    return SpanRow(f"{n:032x}", f"{n:016x}", None, f"s{n}", n, n + 1, 1, "ok", None, "{}")


def a_point(n: int, kind: str = "counter", value: float = 1.0) -> PointRow:
    return PointRow(n, 1, 1, f"a_{kind}", kind, "1", "{}", value, 1 if kind == "histogram" else None, None, None)


def test_spans_are_bounded_to_the_newest(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.sqlite", max_rows=10)
    for n in range(35):
        store.write([a_span(n)], [])
    assert [row.span for row in store.spans()] == [f"s{n}" for n in range(25, 35)]
    assert [row.span for row in store.spans(limit=2)] == ["s33", "s34"]
    assert store.spans(trace_id=f"{30:032x}") == [a_span(30)]


def test_old_points_are_summed_up_so_that_totals_stay(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.sqlite", max_rows=20)
    for n in range(100):
        store.write([], [a_point(n), a_point(n, "histogram", 0.5)])
    rows = store.points()
    assert len(rows) <= 24
    counter, histogram = totals(rows)
    assert (counter.value, histogram.value, histogram.times) == (100, 50, 100)


def test_a_number_that_still_stands_survives_the_summing_up(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.sqlite", max_rows=20)
    store.write([], [a_point(0, "updown", 1.0), a_point(1, "updown", 2.0)])
    for n in range(100):
        store.write([], [a_point(n)])
    assert [row.value for row in store.points() if row.kind == "updown"] == [2.0]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    Store(tmp_path / "t.sqlite").write([a_span(1)], [])
    assert stat.S_IMODE((tmp_path / "t.sqlite").stat().st_mode) == 0o600


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    store = Store(path)
    store.write([a_span(1)], [])
    assert len(store.spans()) == 1
    assert (tmp_path / "t.sqlite.damaged").read_bytes().startswith(b"this is no database")


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    errors: list[Exception] = []

    def write(first: int) -> None:
        try:
            store = Store(tmp_path / "t.sqlite")
            for n in range(20):
                store.write([a_span(first + n)], [a_point(n)])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(1000 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    store = Store(tmp_path / "t.sqlite")
    assert (len(store.spans()), len(store.points())) == (80, 80)


def test_a_store_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    import apsw

    connection = apsw.Connection(str(tmp_path / "t.sqlite"))
    connection.execute("CREATE TABLE spans (x); PRAGMA user_version = 99")
    connection.close()
    store = Store(tmp_path / "t.sqlite")
    store.write([a_span(1)], [])
    assert store.spans() == [a_span(1)]

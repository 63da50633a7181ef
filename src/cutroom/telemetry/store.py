"""The local store: spans and metric points of every process in one SQLite file, bounded in rows."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .values import PointRow, SpanRow

if TYPE_CHECKING:
    import apsw

MAX_ROWS = 100_000
BUSY_MS = 10_000
VERSION = 1

SCHEMA = """
CREATE TABLE spans (
    id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL, span_id TEXT NOT NULL, parent_id TEXT, span TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, process INTEGER NOT NULL, status TEXT NOT NULL, error TEXT,
    attributes TEXT NOT NULL
);
CREATE INDEX spans_by_trace ON spans (trace_id);
CREATE TABLE points (
    id INTEGER PRIMARY KEY, time INTEGER NOT NULL, process INTEGER NOT NULL, started INTEGER NOT NULL,
    metric TEXT NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL, attributes TEXT NOT NULL, value REAL NOT NULL,
    times INTEGER, minimum REAL, maximum REAL
);
"""
SPAN_COLUMNS = ", ".join(f'"{name}"' for name in SpanRow._fields)
POINT_COLUMNS = ", ".join(PointRow._fields)


class Store:
    """One SQLite file of spans and points; safe for many threads and processes.

    Args:
        path: the file; its folder must exist. A damaged file is set aside as ``NAME.damaged`` and begun anew.
        max_rows: how many of the newest spans are kept. Older points are summed up, so totals stay right.
    """

    def __init__(self, path: Path, *, max_rows: int = MAX_ROWS) -> None:
        import apsw

        self.path = path
        self._max_rows = max_rows
        self._lock = threading.Lock()
        try:
            self._connection = self._open()
        except (apsw.NotADBError, apsw.CorruptError):
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            path.replace(path.with_name(path.name + ".damaged"))
            self._connection = self._open()

    def _open(self) -> apsw.Connection:
        import apsw

        from ..settings import choose_journal

        connection = apsw.Connection(str(self.path))
        connection.set_busy_timeout(BUSY_MS)
        choose_journal(connection, self.path)
        connection.execute("PRAGMA synchronous = NORMAL")
        self.path.chmod(0o600)
        if connection.pragma("user_version") != VERSION:
            with _Immediate(connection):
                if connection.pragma("user_version") != VERSION:  # another process may have been first
                    connection.execute("DROP TABLE IF EXISTS spans; DROP TABLE IF EXISTS points")
                    connection.execute(f"{SCHEMA}; PRAGMA user_version = {VERSION}")
        return connection

    def write(self, spans: Sequence[SpanRow], points: Sequence[PointRow]) -> None:
        """Append rows in one transaction and forget the oldest beyond the bound."""
        with self._lock, _Immediate(self._connection):
            if spans:
                marks = ", ".join("?" * len(SpanRow._fields))
                self._connection.executemany(f"INSERT INTO spans ({SPAN_COLUMNS}) VALUES ({marks})", spans)  # noqa: S608 (constants)
                self._connection.execute(
                    "DELETE FROM spans WHERE id <= (SELECT max(id) FROM spans) - ?", (self._max_rows,)
                )
            if points:
                marks = ", ".join("?" * len(PointRow._fields))
                self._connection.executemany(f"INSERT INTO points ({POINT_COLUMNS}) VALUES ({marks})", points)  # noqa: S608 (constants)
                self._sum_up()

    def _sum_up(self) -> None:
        """Replace the older half of too many points by one sum per metric and attributes."""
        count = next(self._connection.execute("SELECT count(*) FROM points"))[0]
        if count <= self._max_rows:
            return
        oldest = "SELECT id FROM points ORDER BY id LIMIT ?"
        cut = (count - self._max_rows // 2,)
        self._connection.execute(f"CREATE TEMP TABLE old AS {oldest}", cut)
        self._connection.execute(
            f"INSERT INTO points ({POINT_COLUMNS}) SELECT max(time), 0, 0, metric, kind, unit, attributes, "  # noqa: S608 (constants)
            "sum(value), sum(times), min(minimum), max(maximum) FROM points "
            "WHERE id IN (SELECT id FROM old) AND kind != 'updown' GROUP BY metric, kind, unit, attributes"
        )
        standing = "SELECT max(id) FROM points WHERE kind = 'updown' GROUP BY process, started, metric, attributes"
        self._connection.execute(
            f"DELETE FROM points WHERE id IN (SELECT id FROM old) AND (value = 0 OR id NOT IN ({standing}))"  # noqa: S608 (constants)
        )
        self._connection.execute("DROP TABLE old")

    def spans(self, *, trace_id: str | None = None, limit: int = MAX_ROWS) -> list[SpanRow]:
        """The newest spans, by their start."""
        where, given = ("WHERE trace_id = ?", (trace_id, limit)) if trace_id else ("", (limit,))
        query = f"SELECT {SPAN_COLUMNS} FROM spans {where} ORDER BY id DESC LIMIT ?"  # noqa: S608 (constants)
        with self._lock:
            rows = [SpanRow(*row) for row in self._connection.execute(query, given)]
        return sorted(rows, key=lambda row: (row.start, row.end))

    def points(self) -> list[PointRow]:
        """All points, in the order in which they were written."""
        with self._lock:
            rows = self._connection.execute(f"SELECT {POINT_COLUMNS} FROM points ORDER BY id")  # noqa: S608 (constants)
            return [PointRow(*row) for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


class _Immediate:
    """A transaction that takes the write lock at once, so that it waits instead of failing half-way."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
        elif self._connection.in_transaction:  # a full disk has ended it already
            self._connection.execute("ROLLBACK")

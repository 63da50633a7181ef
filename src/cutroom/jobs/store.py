"""The job store: what every process of this user knows about background jobs, in one SQLite file.

A job is data (a specification) and a state. States: queued → running → done | failed | cancelled; `interrupted` is a
job whose process is gone without having said goodbye: its kernel, or, before the kernel has it, its submitter.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import apsw
from pydantic import JsonValue

from cutroom.errors import CutroomError, JobNotFoundError
from cutroom.schema.base import new_id
from cutroom.settings import choose_journal, storing

State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled", "interrupted"})

_SCHEMA = """
create table if not exists jobs(
    id text primary key, kind text not null, state text not null, title text not null, spec text not null,
    created real not null, started real, finished real, progress text not null default '{}', result text, error text,
    pid integer, born text, cancel_at real
) without rowid;
create index if not exists jobs_by_state on jobs(state);
"""
_COLUMNS = "id, kind, state, title, created, started, finished, progress, result, error, pid, born, cancel_at"
_SELECT = f"select {_COLUMNS} from jobs"  # noqa: S608 - a constant of ours


@dataclass(frozen=True, slots=True)
class Record:
    """A job as the store knows it; times are Unix seconds."""

    id: str
    kind: str
    state: State
    title: str
    created: float
    started: float | None
    finished: float | None
    progress: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    pid: int | None
    """The process that answers for it: the one that submits it, then its kernel."""
    born: str | None
    cancel_at: float | None


def process_birth(pid: int) -> str | None:
    """A mark that tells a process from a later one with the same number; None where there is no such process.

    The kernel's own tick count, not psutil's `create_time`, which moves when the clock of the machine is set.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
        try:
            os.kill(pid, 0)
        except OSError:
            return None
        return "alive"  # no /proc on this system: the number alone must do
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


class JobStore:
    """The jobs of this user.

    Args:
        path: the SQLite file; its folder must exist.

    Raises:
        OutputError, DiskFullError: the file cannot be used; names it. So does every method.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with storing(path):
            self._db = apsw.Connection(str(path))
            self._db.set_busy_timeout(10_000)
            choose_journal(self._db, path)
            self._db.execute("pragma synchronous=full")
            with self._db:
                self._db.execute(_SCHEMA)  # no check first: two processes may come at once
            os.chmod(path, 0o600)

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        """One transaction, and one thread at a time: a connection is not for two."""
        with self._lock, storing(self.path):
            self._db.execute("begin immediate")
            try:
                yield self._db
                self._db.execute("commit")
            except BaseException:
                if self._db.in_transaction:  # a full disk has ended it already
                    self._db.execute("rollback")
                raise

    def _write(self, sql: str, values: tuple[Any, ...]) -> int:
        with self._writing() as db:
            db.execute(sql, values)
            return db.changes()

    def _one(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        with self._lock, storing(self.path):
            return self._db.execute(sql, values).get

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock, storing(self.path):
            return self._db.execute(sql, values).fetchall()

    def add(self, kind: str, title: str, spec: dict[str, Any]) -> str:
        """Put a job into the store as queued, which this process is going to give to a kernel; returns its id."""
        job_id, pid = new_id("job"), os.getpid()
        self._write(
            "insert into jobs(id, kind, state, title, spec, created, pid, born) values(?, ?, 'queued', ?, ?, ?, ?, ?)",
            (job_id, kind, title, json.dumps(spec), time.time(), pid, process_birth(pid)),
        )
        return job_id

    def spec(self, job_id: str) -> dict[str, Any]:
        """What the job was asked to do.

        Raises:
            JobNotFoundError: no such job.
        """
        text = self._one("select spec from jobs where id = ?", (job_id,))
        if text is None:
            raise _unknown(job_id)
        spec: dict[str, Any] = json.loads(str(text))
        return spec

    def get(self, job_id: str) -> Record:
        """A job; one whose process died is marked interrupted on the way.

        Raises:
            JobNotFoundError: no such job.
        """
        rows = self._rows(_SELECT + " where id = ?", (job_id,))
        if not rows:
            raise _unknown(job_id)
        return self._checked(_record(rows[0]))

    def all(self) -> list[Record]:
        """Every job, newest first."""
        return [self._checked(_record(row)) for row in self._rows(_SELECT + " order by created desc")]

    def _checked(self, record: Record) -> Record:
        if record.state not in ENDED and record.pid and process_birth(record.pid) != record.born:
            self._write(
                "update jobs set state = 'interrupted', finished = ? where id = ? and state = ? and pid = ?",
                (time.time(), record.id, record.state, record.pid),
            )
            return _record(self._rows(_SELECT + " where id = ?", (record.id,))[0])
        return record

    def launched(self, job_id: str, pid: int) -> None:
        """Note which process is going to take a queued job: one that dies before leaves an interrupted job."""
        self._write(
            "update jobs set pid = ?, born = ? where id = ? and state = 'queued'", (pid, process_birth(pid), job_id)
        )

    def prune(self, before: float) -> list[str]:
        """Forget jobs that ended before a time (Unix seconds); returns their ids."""
        old = "state not in ('queued', 'running') and finished < ?"
        with self._writing() as db:
            gone = [str(row[0]) for row in db.execute(f"select id from jobs where {old}", (before,))]  # noqa: S608
            db.execute(f"delete from jobs where {old}", (before,))  # noqa: S608 - a constant of ours
            return gone

    def start(self, job_id: str, pid: int) -> bool:
        """Take a queued job for this process; False where it was cancelled before."""
        changed = self._write(
            "update jobs set state = 'running', started = ?, pid = ?, born = ? where id = ? and state = 'queued'"
            " and cancel_at is null",
            (time.time(), pid, process_birth(pid), job_id),
        )
        return changed == 1

    def progress(self, job_id: str, progress: dict[str, JsonValue]) -> bool:
        """Note how far a running job is; returns whether somebody asked to cancel it."""
        self._write("update jobs set progress = ? where id = ? and state = 'running'", (json.dumps(progress), job_id))
        return self.cancel_asked(job_id)

    def cancel_asked(self, job_id: str) -> bool:
        """Whether somebody asked to cancel it."""
        return bool(self._one("select cancel_at is not null from jobs where id = ?", (job_id,)))

    def ask_cancel(self, job_id: str) -> None:
        """Ask a job to stop; one that has not started yet is cancelled at once."""
        now = time.time()
        with self._writing() as db:
            db.execute("update jobs set cancel_at = ? where id = ? and cancel_at is null", (now, job_id))
            db.execute(
                "update jobs set state = 'cancelled', finished = ? where id = ? and state = 'queued'", (now, job_id)
            )

    def finish(
        self, job_id: str, state: State, *, result: dict[str, Any] | None = None, error: dict[str, Any] | None = None
    ) -> None:
        """Give a job its end; a job that has ended keeps the end it has."""
        self._write(
            "update jobs set state = ?, finished = ?, result = ?, error = ? where id = ?"
            " and state in ('queued', 'running')",
            (state, time.time(), json.dumps(result) if result is not None else None,
             json.dumps(error) if error is not None else None, job_id),
        )  # fmt: skip

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _record(row: Any) -> Record:
    job_id, kind, state, title, created, started, finished, progress, result, error, pid, born, cancel_at = row
    return Record(
        id=job_id,
        kind=kind,
        state=state,
        title=title,
        created=created,
        started=started,
        finished=finished,
        progress=json.loads(progress),
        result=json.loads(result) if result else None,
        error=json.loads(error) if error else None,
        pid=pid,
        born=born,
        cancel_at=cancel_at,
    )


def _unknown(job_id: str) -> CutroomError:
    return JobNotFoundError(f"there is no job {job_id!r}", value=job_id, hint="cr.jobs.to_df() lists them")

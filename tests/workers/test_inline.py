"""The executor of this process behaves as a worker does, where that is possible."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

import pytest
import worker_tasks as tasks
from worker_tasks import Do

from cutroom import errors
from cutroom.workers import DIRECT, InlineExecutor, WorkerPool


def test_results_are_plain_data() -> None:
    executor = InlineExecutor()
    assert isinstance(executor, Executor)
    assert executor.run(tasks.echo, Do({"value": {"a": (1, 2)}})) == {"a": [1, 2]}
    with pytest.raises(TypeError, match="plain data"):
        executor.run(tasks.plain_object, Do())


def test_progress_and_errors_arrive() -> None:
    seen: list[int] = []
    future = InlineExecutor().submit(tasks.tell, Do(), on_progress=lambda data: seen.append(data["done"]))
    assert (seen, future.result(), future.kill()) == ([0, 1, 2], "done", False)
    with pytest.raises(errors.DamagedMediaError):
        InlineExecutor().run(tasks.fail, Do())


def test_only_listed_paths_open(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with pytest.raises(errors.AccessDeniedError):
        InlineExecutor().run(tasks.open_other, Do({"path": str(path)}))
    assert InlineExecutor().run(tasks.two_positions, Do(read=(str(path),)))[0] == b"012"
    assert tasks.open_other(Do({"path": str(path)}), DIRECT) == b"0123456789"


def test_files_behave_alike_inline_and_in_a_worker(pool: WorkerPool, granted: Path) -> None:
    for executor in (pool, InlineExecutor()):
        path = granted / type(executor).__name__
        assert executor.run(tasks.write, Do({"data": b"abc"}, write=(str(path),))) == b"a!c"
        assert path.read_bytes() == b"a!c"

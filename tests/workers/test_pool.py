"""Tasks in real worker processes: values, errors, crashes, limits, cancelling."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import CancelledError, as_completed
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import worker_tasks as tasks
from worker_tasks import Do, Wanting

from cutroom import errors
from cutroom.workers import ChildClass, Grants, InlineExecutor, WorkerPool


def test_values_come_back_as_json_has_them(pool: WorkerPool) -> None:
    value = {"a": [1, 2.5, None, True, "ü\ud800"], "$": {"$": 0, "n": [{"$": "x"}]}, "t": (1, (2,)), "": float("inf")}
    assert pool.run(tasks.echo, Do({"value": value})) == {**value, "t": [1, [2]]}


@pytest.mark.parametrize("inline", [False, True])
def test_arrays_and_bytes_come_back_equal_and_read_only(pool: WorkerPool, inline: bool) -> None:
    expected = tasks.arrays(Do())
    result = (InlineExecutor() if inline else pool).run(tasks.arrays, Do())
    for name in ("big", "again", "small", "empty", "flags"):
        assert result[name].dtype == expected[name].dtype
        np.testing.assert_array_equal(result[name], expected[name])
        assert not result[name].flags.writeable
        with pytest.raises(ValueError, match="WRITEABLE"):
            result[name].flags.writeable = True
    assert result["number"] == 0.25
    assert type(result["number"]) is float
    assert result["text"] == ["a", ["b", None]]
    assert result["bytes"] == expected["bytes"]
    assert result["few"] == b"\x00\xff"


def test_big_results_are_views_of_shared_memory_and_hold_no_descriptor(pool: WorkerPool) -> None:
    pool.run(tasks.echo, Do({"value": 1}))
    before = len(os.listdir("/proc/self/fd"))
    held = [pool.run(tasks.blob, Do({"bytes": 8 << 20})) for _ in range(10)]
    assert len(os.listdir("/proc/self/fd")) == before
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert maps.count("memfd:cutroom") >= 10
    del held
    assert (
        Path("/proc/self/maps").read_text(encoding="utf-8").count("memfd:cutroom") <= maps.count("memfd:cutroom") - 10
    )


def test_a_pickled_fraction_and_a_large_task_travel_down(pool: WorkerPool) -> None:
    data = os.urandom(5_000_000)
    assert pool.run(tasks.echo, Do({"value": data, "rate": Fraction(30000, 1001)})) == data


def test_two_opens_of_one_path_have_positions_of_their_own(pool: WorkerPool, granted: Path) -> None:
    path = granted / "digits"
    path.write_bytes(b"0123456789")
    result = pool.run(tasks.two_positions, Do(read=(str(path),)))
    assert result == [b"012", b"89", b"345", 6, 10, True, False]


def test_a_created_file_is_written_read_back_and_flushed(pool: WorkerPool, granted: Path) -> None:
    path = granted / "out"
    path.write_bytes(b"something much longer than before")
    assert pool.run(tasks.write, Do({"data": b"abc"}, write=(str(path),))) == b"a!c"
    assert path.read_bytes() == b"a!c"


def test_progress_arrives_in_order_with_its_data(pool: WorkerPool) -> None:
    seen: list[dict[str, object]] = []
    assert pool.run(tasks.tell, Do(), on_progress=seen.append) == "done"
    assert [(item["done"], item["total"], item["stage"]) for item in seen] == [(n, 3, "decode") for n in range(3)]
    assert [item["frame"].max() for item in seen] == [0, 1, 2]  # type: ignore[attr-defined]


def test_a_failing_progress_callback_does_not_break_the_task(
    pool: WorkerPool, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(data: dict[str, object]) -> None:
        raise RuntimeError("no")

    assert pool.run(tasks.tell, Do(), on_progress=fail) == "done"
    assert "a progress callback failed" in caplog.text


def test_errors_of_cutroom_come_back_as_they_are(pool: WorkerPool) -> None:
    with pytest.raises(errors.DamagedMediaError) as caught:
        pool.run(tasks.fail, Do())
    error = caught.value
    assert (error.message, error.value, error.hint) == (
        "half of it is missing: a.mp4",
        {"missing": [1, 2]},
        "copy it again",
    )
    with pytest.raises(errors.MediaError, match="odd") as other:
        pool.run(tasks.fail_locally, Do())
    assert type(other.value) is errors.MediaError


def test_other_exceptions_name_themselves_and_keep_the_tail_of_their_traceback(pool: WorkerPool) -> None:
    with pytest.raises(errors.WorkerError, match="KeyError: 'nothing here'") as caught:
        pool.run(tasks.stumble, Do())
    assert "in stumble" in str(caught.value.value)
    with pytest.raises(errors.WorkerError, match="object, which is not plain data"):
        pool.run(tasks.plain_object, Do())
    with pytest.raises(errors.WorkerError, match="SystemExit"):
        pool.run(tasks.leave_politely, Do())


def test_a_late_import_says_what_to_do(pool: WorkerPool) -> None:
    with pytest.raises(errors.WorkerError) as caught:
        pool.run(tasks.late_import, Do())
    assert "preload" in str(caught.value.hint) or "reads" in str(caught.value.hint)


def test_a_full_disk_is_a_disk_full_error(pool: WorkerPool, granted: Path) -> None:
    path = str(granted / "out.mp4")
    with pytest.raises(errors.DiskFullError, match=r"out\.mp4"):
        pool.run(tasks.no_space, Do(write=(path,)))


def test_a_file_that_may_not_grow_is_an_output_error(pool: WorkerPool, granted: Path) -> None:
    path = str(granted / "out.mp4")
    with pytest.raises(errors.OutputError, match=r"cannot write .*out\.mp4: File too large") as caught:
        pool.run(tasks.grown_too_large, Do(write=(path,)))
    assert "ulimit -f" in str(caught.value.hint)


def test_a_segfault_costs_one_task(pool: WorkerPool) -> None:
    with pytest.raises(errors.WorkerCrashedError, match="SIGSEGV") as caught:
        pool.run(tasks.segfault, Do())
    assert "in segfault" in "\n".join(caught.value.value["stderr"])  # type: ignore[index]
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"


def test_an_exit_costs_one_task_and_its_last_words_are_kept(pool: WorkerPool) -> None:
    with pytest.raises(errors.WorkerCrashedError, match="exit status 7") as caught:
        pool.run(tasks.leave, Do())
    assert "the last words" in str(caught.value)
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"


def test_a_memory_bomb_costs_one_task(pool: WorkerPool) -> None:
    with pytest.raises(errors.OutOfMemoryError, match="MemoryError") as caught:
        pool.run(tasks.bomb, Do())
    assert "memory" in str(caught.value.hint)
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"


def test_an_endless_task_is_killed_at_its_limit(pool: WorkerPool) -> None:
    began = time.monotonic()
    with pytest.raises(errors.WorkerTimeoutError, match=r"0\.3 s"):
        pool.run(tasks.forever, Do(), timeout=0.3)
    assert time.monotonic() - began < 2
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"


def test_killing_a_running_task_takes_less_than_a_second(pool: WorkerPool) -> None:
    started, pids = threading.Event(), []

    def note(data: dict[str, int]) -> None:
        pids.append(data["pid"])
        started.set()

    future = pool.submit(tasks.forever, Do(), on_progress=note)
    waiting = pool.submit(tasks.echo, Do({"value": "next"}))
    assert started.wait(5)
    began = time.monotonic()
    assert future.kill()
    with pytest.raises(CancelledError):
        future.result(5)
    assert time.monotonic() - began < 1
    assert future.cancelled()
    assert tasks.gone(pids[0], 0.5)
    assert waiting.result(10) == "next"
    assert not future.kill()


def test_killing_a_waiting_task_cancels_it(pool: WorkerPool) -> None:
    running = pool.submit(tasks.asleep, Do({"seconds": 0.2}))
    waiting = pool.submit(tasks.echo, Do({"value": 1}))
    assert waiting.kill()
    assert waiting.cancelled()
    assert isinstance(running.result(5), int)


def test_an_interrupt_while_waiting_kills_the_task(pool: WorkerPool) -> None:
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        pool.run(tasks.forever, Do())
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"
    assert time.monotonic() - began < 4


def test_workers_start_together_and_run_side_by_side(kind: ChildClass) -> None:
    with WorkerPool(kind, workers=3, preload=("worker_tasks",)) as pool:
        began = time.monotonic()
        futures = [pool.submit(tasks.asleep, Do({"seconds": 0.5})) for _ in range(3)]
        pids = {future.result(10) for future in as_completed(futures)}
        took = time.monotonic() - began
        rows = pool.status()
    assert len(pids) == 3
    assert took < 3
    assert {row["child_pid"] for row in rows} == pids
    assert all(row["rss"] > 1 << 20 and row["restarts"] == 0 for row in rows)
    assert sum(row["tasks"] for row in rows) == 3
    assert all(tasks.gone(pid) for pid in pids)


def test_a_worker_that_starts_ahead_takes_the_first_task(kind: ChildClass) -> None:
    with WorkerPool(kind, workers=3, preload=("worker_tasks",)) as pool:
        for _ in range(2):
            pool.start()
        assert pool.run(tasks.echo, Do({"value": 1})) == 1  # while it is still starting
        (row,) = pool.status()
        assert (row["tasks"], row["restarts"]) == (1, 0)
    with WorkerPool(kind, workers=1, preload=("worker_tasks",)) as pool:
        pool.start()
        deadline = time.monotonic() + 20
        while not pool.status()[0]["child_pid"]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        child = pool.status()[0]["child_pid"]
        assert pool.run(tasks.echo, Do({"value": 2})) == 2
        assert pool.status()[0]["child_pid"] == child


def test_one_that_cannot_start_ahead_fails_the_first_task(kind: ChildClass) -> None:
    with WorkerPool(kind, workers=1, preload=("cutroom_no_such_module",)) as pool:
        pool.start()
        with pytest.raises(errors.WorkerError, match="cutroom_no_such_module"):
            pool.run(tasks.echo, Do({"value": 1}))
    pool.start()  # of a pool that was shut down: nothing
    assert all(row["pid"] is None for row in pool.status())


def test_a_warm_worker_is_taken_before_another_one_starts(kind: ChildClass) -> None:
    with WorkerPool(kind, workers=3, preload=("worker_tasks",)) as pool:
        assert pool.status() == []
        for _ in range(3):
            pool.run(tasks.echo, Do({"value": 1}))
        assert len(pool.status()) == 1


def test_a_full_queue_refuses(kind: ChildClass) -> None:
    with WorkerPool(kind, workers=1, queue=2) as pool:
        futures = [pool.submit(tasks.asleep, Do({"seconds": 0.4}))]
        while not futures[0].running():
            time.sleep(0.01)
        futures += [pool.submit(tasks.asleep, Do({"seconds": 0.1})) for _ in range(2)]
        with pytest.raises(errors.OverloadedError, match="wait already"):
            pool.submit(tasks.asleep, Do({"seconds": 0}))
        assert all(future.result(10) for future in futures)
        assert pool.submit(tasks.echo, Do({"value": 1})).result(10) == 1


def test_modules_that_a_task_needs_are_added_by_one_restart(kind: ChildClass) -> None:
    with WorkerPool(kind, workers=1) as pool:
        assert pool.run(tasks.echo, Do({"value": 1})) == 1
        assert pool.status()[0]["restarts"] == 1
        assert pool.run(tasks.echo, Do({"value": 2})) == 2
        assert pool.status()[0]["restarts"] == 1


def test_a_preload_that_fails_is_named(kind: ChildClass) -> None:
    with WorkerPool(kind, workers=1, preload=("cutroom_no_such_module",)) as pool:
        for _ in range(2):
            with pytest.raises(errors.WorkerError, match="cutroom_no_such_module"):
                pool.run(tasks.echo, Do({"value": 1}))


def test_a_module_that_only_a_task_wants_fails_that_task_alone(kind: ChildClass) -> None:
    with WorkerPool(kind, workers=1, preload=("worker_tasks",)) as pool:
        wanting = Wanting({"value": 1}, worker_imports=("cutroom_no_such_module", "colorsys"))
        for _ in range(2):
            with pytest.raises(errors.WorkerError, match=r"cannot import cutroom_no_such_module \(ModuleNotFound"):
                pool.run(tasks.echo, wanting)
        pid = pool.status()[0]["child_pid"]
        assert pool.run(tasks.echo, Do({"value": 2})) == 2
        assert pool.run(tasks.echo, Wanting({"value": 3}, worker_imports=("colorsys",))) == 3
        assert pool.status()[0]["child_pid"] == pid


def test_tasks_that_cannot_travel_are_refused_before_they_start(pool: WorkerPool) -> None:
    with pytest.raises(errors.ValidationError, match="cannot be sent"):
        pool.submit(lambda task, context: None, Do())
    with pytest.raises(errors.ValidationError, match="cannot be sent"):
        pool.submit(tasks.echo, Do({"value": threading.Lock()}))
    with pytest.raises(errors.ValidationError, match="not an absolute path"):
        pool.submit(tasks.echo, Do(read=("beach.mp4",)))
    with pytest.raises(errors.ValidationError, match="at most 250"):
        pool.submit(tasks.echo, Do(read=tuple(f"/x/{n}" for n in range(251))))
    with pytest.raises(errors.ValidationError, match="time limit"):
        pool.submit(tasks.echo, Do(), timeout=-1)
    with pytest.raises(errors.UnknownNameError, match="worker class"):
        WorkerPool("medai")  # type: ignore[arg-type]


def test_many_files_in_one_task(pool: WorkerPool, granted: Path) -> None:
    paths = [granted / f"{n}" for n in range(120)]
    for path in paths:
        path.write_text(path.name, encoding="ascii")
    result = pool.run(tasks.read_all, Do(read=tuple(map(str, paths))))
    assert result == [path.name.encode() for path in paths]


def test_shutdown_finishes_or_cancels_what_waits(kind: ChildClass) -> None:
    pool = WorkerPool(kind, workers=1, preload=("worker_tasks",))
    first = pool.submit(tasks.asleep, Do({"seconds": 0.2}))
    second = pool.submit(tasks.echo, Do({"value": 2}))
    pool.shutdown()
    assert first.done()
    assert second.result(0) == 2
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(tasks.echo, Do())

    pool = WorkerPool(kind, workers=1, preload=("worker_tasks",))
    first = pool.submit(tasks.asleep, Do({"seconds": 0.5}))
    second = pool.submit(tasks.echo, Do({"value": 2}))
    time.sleep(0.3)
    pool.shutdown(cancel_futures=True)
    assert second.cancelled()


def test_leaving_by_an_error_kills_what_runs(kind: ChildClass) -> None:
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError), WorkerPool(kind, workers=1, preload=("worker_tasks",)) as pool:  # noqa: PT012
        future = pool.submit(tasks.forever, Do())
        time.sleep(0.5)
        raise ZeroDivisionError
    assert future.cancelled()
    assert time.monotonic() - began < 3


def test_map_is_that_of_an_executor(pool: WorkerPool) -> None:
    assert list(pool.map(tasks.echo, [Do({"value": n}) for n in range(5)])) == [0, 1, 2, 3, 4]


def test_the_child_inherits_nothing_of_the_user(kind: ChildClass, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTROOM_TEST_SECRET", "hunter2")
    with WorkerPool(kind, workers=1, preload=("worker_tasks",)) as pool:
        seen = pool.run(tasks.environment, Do())
    assert "CUTROOM_TEST_SECRET" not in seen["variables"]
    assert seen["cwd"] == "/"
    assert "" not in seen["path"]
    assert str(Path.cwd()) not in seen["path"]


def test_grants_may_change_while_the_pool_runs(pool: WorkerPool, tmp_path: Path) -> None:
    later = tmp_path / "later"
    later.write_bytes(b"now")
    with pytest.raises(errors.AccessDeniedError):
        pool.run(tasks.read_all, Do(read=(str(later),)))
    pool.grants.allow_read(later)
    assert pool.run(tasks.read_all, Do(read=(str(later),))) == [b"now"]
    assert Grants().may_read(later) is False


def test_a_pool_without_a_number_takes_the_share_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPU_LIMIT", "1")
    with WorkerPool("media") as pool:
        assert pool.workers == 1

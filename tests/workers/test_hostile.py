"""A child that was taken over forges its answers: the caller gets an error, and the next task works."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any

import pytest
import worker_tasks as tasks
from worker_tasks import Do

from cutroom import errors
from cutroom.workers import WorkerPool
from cutroom.workers.wire import Kind


def answer(value: Any, *buffers: list[Any]) -> bytes:
    return json.dumps({"value": value, "buffers": buffers}).encode()


MIB = 1 << 20
FORGED: dict[str, dict[str, Any]] = {
    "not JSON": {"header": b"{not json"},
    "not UTF-8": {"header": b"\xff\xfe\x00"},
    "not an object": {"header": b"[]"},
    "no value": {"header": b"{}"},
    "a number of a million digits": {"header": b'{"buffers":[],"value":' + b"9" * MIB + b"}"},
    "nested a million deep": {"header": b'{"buffers":[],"value":' + b"[" * MIB + b"]" * MIB + b"}"},
    "nested very deep": {"header": b'{"buffers":[],"value":' + b"[" * 990 + b"]" * 990 + b"}"},
    "no frame": {"prefix": b"GET / HTTP/1.1\r\n\r\n"},
    "an unknown kind": {"kind": 99},
    "a kind of the broker's": {"kind": Kind.FAILED, "header": answer({"class": "AccessDeniedError", "message": "x"})},
    "a second introduction": {"kind": Kind.READY},
    "a huge header": {"lengths": (0xFFFFFFFF, 0)},
    "a huge body": {"lengths": (2, 1 << 62)},
    "descriptors that are not there": {"count": 1},
    "more descriptors than allowed": {"count": 200},
    "a buffer that is not there": {"header": answer({"$": 0})},
    "a negative buffer": {"header": answer({"$": -1}, [4, False]), "body": bytes(64)},
    "a negative size": {"header": answer({"$": 0}, [-64, False])},
    "a size that is no number": {"header": answer({"$": 0}, ["64", False])},
    "a body that is too short": {"header": answer({"$": 0}, [4096, False]), "body": bytes(64)},
    "a body that nobody announced": {"header": answer(1), "body": bytes(64)},
    "an array of objects": {"header": answer({"$": 0}, [8, False, "|O8", [1]]), "body": bytes(64)},
    "a dtype of fields": {"header": answer({"$": 0}, [8, False, "i4,O", [1]]), "body": bytes(64)},
    "a shape that does not fit": {"header": answer({"$": 0}, [8, False, "<f8", [1 << 40, 1 << 40]]), "body": bytes(64)},
    "a negative shape": {"header": answer({"$": 0}, [8, False, "<f8", [-1, -1]]), "body": bytes(64)},
    "a shape of texts": {"header": answer({"$": 0}, [8, False, "<f8", ["1"]]), "body": bytes(64)},
    "shared memory that is missing": {"header": answer({"$": 0}, [MIB, True])},
    "shared memory nobody announced": {"header": answer(1), "memory": MIB},
    "shared memory that is too small": {"header": answer({"$": 0}, [MIB, True]), "memory": 4096},
    "shared memory that is too large": {"header": answer({"$": 0}, [MIB, True]), "memory": 2 * MIB},
    "shared memory without end": {"header": answer({"$": 0}, [1 << 60, True]), "memory": 1 << 60},
    "memory that cannot be sealed": {"header": answer({"$": 0}, [MIB, True]), "memory": MIB, "flags": 0},
    "its own socket as memory": {"header": answer({"$": 0}, [MIB, True]), "own_socket": True},
    "an error that is no object": {"kind": Kind.ERROR, "header": answer([1])},
    "progress that is not JSON": {"kind": Kind.PROGRESS, "header": b"{"},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_costs_one_task(pool: WorkerPool, name: str) -> None:
    descriptors = len(os.listdir("/proc/self/fd"))
    with pytest.raises(errors.WorkerError):
        pool.run(tasks.hostile, Do({**FORGED[name], "then": 30}), on_progress=lambda data: None, timeout=10)
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"
    assert len(os.listdir("/proc/self/fd")) <= descriptors + 4


def await_replacement(pool: WorkerPool) -> None:
    """A child that says more than it was asked is killed."""
    if (pid := pool.status()[0]["child_pid"]) is not None:
        assert tasks.gone(pid)


def test_memory_that_is_shrunk_at_the_same_time_never_kills_the_reader(pool: WorkerPool) -> None:
    forged = {
        "header": answer({"$": 0}, [8 * MIB, True, "|u1", [8 * MIB]]),
        "memory": 8 * MIB,
        "shrink": True,
        "then": 0.1,
    }
    for _ in range(5):
        try:
            result = pool.run(tasks.hostile, Do(forged))
            assert result.shape == (8 * MIB,)
            assert int(result.sum()) == 0
        except errors.WorkerError:
            pass
        await_replacement(pool)
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"


def test_a_child_that_answers_twice_is_replaced(pool: WorkerPool) -> None:
    assert pool.run(tasks.hostile, Do({"header": answer("first"), "then": 0.2})) == "first"
    await_replacement(pool)
    assert pool.run(tasks.echo, Do({"value": "mine"})) == "mine"


def test_a_forged_error_can_only_be_one_of_ours(pool: WorkerPool) -> None:
    for name in ("KeyboardInterrupt", "difflib", "nearest", "__builtins__", "SystemExit"):
        forged = answer({"class": name, "message": "\x1b[2Jevil", "value": 1, "hint": None})
        with pytest.raises(errors.WorkerError) as caught:
            pool.run(tasks.hostile, Do({"kind": Kind.ERROR, "header": forged, "then": 0.1}))
        assert type(caught.value) is errors.WorkerError
        assert "\x1b" not in str(caught.value)
        await_replacement(pool)


def test_a_boolean_array_of_other_bytes_is_made_proper(pool: WorkerPool) -> None:
    forged = {"header": answer({"$": 0}, [4, False, "|b1", [4]]), "body": b"\x00\x01\x02\xff".ljust(64, b"\0")}
    result = pool.run(tasks.hostile, Do({**forged, "then": 0.1}))
    await_replacement(pool)
    assert result.view("u1").tolist() == [0, 1, 1, 1]


def test_a_flood_of_progress_neither_fills_the_memory_nor_outlives_its_limit(pool: WorkerPool) -> None:
    def slow(data: dict[str, Any]) -> None:
        time.sleep(0.05)

    began = time.monotonic()
    peaks: list[int] = []
    future = pool.submit(tasks.flood, Do(), on_progress=slow, timeout=1)
    watcher = threading.Thread(target=_watch, args=(pool, peaks, future.done))
    watcher.start()
    with pytest.raises(errors.WorkerTimeoutError):
        future.result()
    watcher.join()
    assert time.monotonic() - began < 5
    assert max(peaks) < 64 * MIB


def _watch(pool: WorkerPool, peaks: list[int], done: Any) -> None:
    while not done():
        with open(f"/proc/{pool.status()[0]['pid']}/statm", encoding="ascii") as numbers:
            peaks.append(int(numbers.read().split()[1]) * 4096)
        time.sleep(0.05)

"""Tasks under way in real workers: the order of what they tell, and that none goes on after an error."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cutroom.errors import JobCancelledError, MediaError, RenderError
from cutroom.render.flights import Flight, Flights, Order
from cutroom.render.tasks import render_run, render_sound
from cutroom.schema.document import Document
from cutroom.workers import InlineExecutor, WorkerPool

from .conftest import Desk, Film

sys.path.append(str(Path(__file__).parent))  # the children find the tasks by ChildClass.paths, this process here
from flight_tasks import HERE_KIND, Act, act


@pytest.fixture(scope="module")
def two() -> Iterator[WorkerPool]:
    with WorkerPool(HERE_KIND, workers=2, preload=("flight_tasks",)) as pool:
        yield pool


class Log:
    """Flights that write down what they are told."""

    def __init__(self, executor: Any) -> None:
        self.told: list[tuple[str, str]] = []
        self.pids: dict[str, int] = {}
        self.enough = False
        self.flights = Flights[Act](
            executor,
            Document(id="d_1"),
            check=self.check,
            require=lambda paths: {},
            order=lambda task: Order(act, task, 30.0),
            heard=self.heard,
            landed=lambda flight, answer: self.told.append((flight.work.name, f"landed {answer}")),
            cancelled=RenderError("a task was cancelled"),
        )

    def check(self) -> None:
        if self.enough:
            raise JobCancelledError("enough")

    def heard(self, flight: Flight[Act], progress: dict[str, Any]) -> None:
        self.told.append((flight.work.name, progress["word"]))
        self.pids[flight.work.name] = progress["pid"]

    def run(self, *tasks: Act) -> None:
        self.flights.run(deque(tasks))

    def of(self, name: str) -> list[str]:
        return [word for who, word in self.told if who == name]


def gone(pid: int, patience: float = 3.0) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_words_come_in_order_and_before_the_answer(two: WorkerPool) -> None:
    log = Log(two)
    tasks = [Act(f"t{n}", words=("a", "b", "c")) for n in range(6)]
    log.run(*tasks)
    for task in tasks:
        assert log.of(task.name) == ["a", "b", "c", "late", f"landed {task.name}"]


def test_after_an_error_no_task_goes_on_and_nothing_late_is_heard(two: WorkerPool) -> None:
    log = Log(two)
    long = Act("long", words=("begun",), seconds=20)
    waiting = [Act(f"w{n}", words=("begun",)) for n in range(2)]
    with pytest.raises(MediaError, match="it is broken"):
        log.run(long, Act("broken", seconds=0.5, end="fail"), *waiting)
    assert log.of("long") == ["begun"]
    assert gone(log.pids["long"])
    told = list(log.told)
    log.run(Act("next"))  # what the others said since is not taken for its answer
    assert log.told[len(told) :] == [("next", "late"), ("next", "landed next")]


def test_after_a_cancellation_no_task_goes_on(two: WorkerPool) -> None:
    log = Log(two)

    def stop(flight: Flight[Act], progress: dict[str, Any]) -> None:
        Log.heard(log, flight, progress)
        log.enough = len(log.pids) == 2

    log.flights._heard = stop
    with pytest.raises(JobCancelledError):
        log.run(*(Act(f"t{n}", words=("begun",), seconds=20) for n in range(3)))
    assert all(gone(pid) for pid in log.pids.values())
    assert ("t2", "begun") not in log.told
    log.enough = False
    log.run(Act("next"))
    assert log.of("next") == ["late", "landed next"]


def test_a_task_that_somebody_else_killed_ends_the_run(two: WorkerPool) -> None:
    log = Log(two)
    log.flights._heard = lambda flight, progress: flight.future.kill()  # type: ignore[attr-defined]
    with pytest.raises(RenderError, match="was cancelled"):
        log.run(Act("t", words=("begun",), seconds=20))


def test_in_this_process_each_answer_is_taken_before_the_next_task_begins() -> None:
    log = Log(InlineExecutor())
    log.run(Act("one", words=("a",)), Act("two", words=("b",)))
    assert log.of("one") + log.of("two") == [word for _, word in log.told]


class Twisting(InlineExecutor):
    """Workers whose words or answers are not what was agreed, where segments are encoded."""

    def __init__(self, twist: Any, *, answers: bool = False) -> None:
        self.twist, self.answers = twist, answers

    def submit(self, fn: Any, /, task: Any, *, on_progress: Any = None, timeout: Any = None) -> Any:
        if fn not in {render_run, render_sound}:
            return super().submit(fn, task, on_progress=on_progress, timeout=timeout)
        if self.answers:
            future = super().submit(fn, task, on_progress=on_progress, timeout=timeout)
            future._result = self.twist(future._result)
            return future
        return super().submit(fn, task, on_progress=lambda told: on_progress(self.twist(told)), timeout=timeout)


@pytest.mark.parametrize(
    "twist",
    [
        lambda told: {},
        lambda told: {"done": 1},
        lambda told: {"done": "x", "finished": 0},
        lambda told: {"done": float("nan"), "finished": 0},
        lambda told: {name: value for name, value in told.items() if name != "lacks"},
        lambda told: {name: value for name, value in told.items() if name != "key"},
        lambda told: {**told, "key": 7},
        lambda told: {**told, "payload": "text"},
        lambda told: {**told, "lacks": 7},
        lambda told: {**told, "lacks": [["ab", "end", "1/0", "1"]]},
        lambda told: [told],
        lambda told: None,
    ],
)
def test_words_of_an_export_that_make_no_sense_are_a_workers_fault(desk: Desk, film: Film, twist: Any) -> None:
    with pytest.raises(RenderError):
        desk.export(film.cuts((0, 20)), executor=Twisting(twist))
    assert desk.cache.entries() == []
    assert desk.names() == []


@pytest.mark.parametrize(
    "twist",
    [
        lambda answer: {},
        lambda answer: None,
        lambda answer: {**answer, "payloads": [1]},
        lambda answer: {**answer, "payloads": {"f" * 64: b"x"}},
    ],
)
def test_answers_of_an_export_that_make_no_sense_are_a_workers_fault(desk: Desk, film: Film, twist: Any) -> None:
    with pytest.raises(RenderError):
        desk.export(film.cuts((0, 20)), executor=Twisting(twist, answers=True))
    assert desk.names() == []

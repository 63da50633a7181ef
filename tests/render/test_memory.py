"""So many workers as their memory holds; and what an export does when a worker gets none."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutroom.errors import OutOfMemoryError, WorkerError
from cutroom.render.need import WORKER, Room, need_of, workers_for
from cutroom.render.plan import plan
from cutroom.schema.clip import Gap
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings
from cutroom.workers import MEDIA, Grants, WorkerPool

from .conftest import Desk, Film, track
from .test_export import CUTS, NUMBERS, SHORT_GOP

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
AMOUNTS = st.integers(1, 1 << 44)


@given(AMOUNTS, st.integers(1, 1024), AMOUNTS)
def test_workers_fit_and_are_never_more_than_asked_for(need: int, most: int, budget: int) -> None:
    found = workers_for(need, most, budget)
    assert 0 <= found <= most
    assert found * need <= budget
    assert found == most or (found + 1) * need > budget


@given(AMOUNTS, st.integers(1, 1024), AMOUNTS, AMOUNTS, st.booleans())
def test_there_is_one_at_least_or_a_refusal(need: int, most: int, budget: int, ceiling: int, given: bool) -> None:
    room = Room(budget, max(budget, ceiling), given)
    if need <= (budget if given else room.most):
        assert 1 <= room.workers(need, most) <= most
        return
    with pytest.raises(OutOfMemoryError) as caught:
        room.workers(need, most)
    assert "memory=" in str(caught.value.hint)


def test_heavier_films_need_more(film: Film) -> None:
    def need(*layers: Any, **settings: Any) -> int:
        document = film.document(*(track("video", [clip]) for clip in layers), **settings)
        return need_of(plan(document, ExportSettings()))

    clip, effect = film.clip(0, 10, id="c_a"), Effect(id="e_1", effect="glow")
    above = film.clip(5, 15, id="c_b", effects=[Effect(id="e_2", effect="transform", parameters={"scale": 0.5})])
    small = need(clip)
    assert WORKER < small < need(clip, above) < need(clip, width=1920, height=1080)
    assert small < need(film.clip(0, 10, id="c_a", effects=[effect]))


def test_what_is_cached_needs_nothing(desk: Desk, film: Film) -> None:
    desk.export(film.cuts(*CUTS))
    assert need_of(plan(film.cuts(*CUTS), ExportSettings(), cache=desk.cache)) == WORKER


class Watched(WorkerPool):
    """Counts how many tasks were under way at once."""

    most = now = 0

    def submit(self, *values: Any, **more: Any) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        future = super().submit(*values, **more)
        future.add_done_callback(lambda _: self._down())
        return future

    def _down(self) -> None:
        self.now -= 1


@contextlib.contextmanager
def workers(desk: Desk, film: Film, kind: type[WorkerPool] = WorkerPool, **more: Any) -> Iterator[Any]:
    folders = [film.path.parent, desk.folder]
    grants = Grants(read=folders, write=folders)
    with kind(more.pop("child", "media"), preload=("cutroom.render.tasks",), grants=grants, **more) as pool:
        yield pool


def test_less_memory_means_fewer_tasks_at_once_and_the_same_film(desk: Desk, film: Film) -> None:
    document = film.cuts(*CUTS)
    need = need_of(plan(document, SHORT_GOP))
    with workers(desk, film, Watched, workers=2) as pool:
        report = desk.export(document, settings=SHORT_GOP, executor=pool, room=Room(2 * need - 1, 2 * need - 1, True))
        assert pool.most == 1
        assert any("1 worker instead of 2" in warning for warning in report.warnings)
    one = (desk.folder / "out.mp4").read_bytes()
    desk.cache.clear()
    with workers(desk, film, Watched, workers=2) as pool:
        report = desk.export(document, settings=SHORT_GOP, executor=pool, room=Room(2 * need, 2 * need, True))
        assert pool.most > 1
        assert not report.warnings
    assert (desk.folder / "out.mp4").read_bytes() == one


def test_no_memory_for_one_worker_is_refused_before_anything_is_rendered(desk: Desk, film: Film) -> None:
    with pytest.raises(OutOfMemoryError, match=r"needs about \d+ MB .* memory='50 MB' does not hold one") as caught:
        desk.export(film.cuts(*CUTS), room=Room(50_000_000, 50_000_000, True))
    assert "memory=" in str(caught.value.hint)
    assert desk.names() == []
    assert desk.cache.entries() == []


@on_linux
def test_a_worker_killed_for_memory_is_told_of_and_the_next_export_goes_on(desk: Desk, film: Film) -> None:
    told: list[dict[str, Any]] = []
    with workers(desk, film, workers=1) as pool:

        def kill(update: dict[str, Any]) -> None:
            if update["stage"] == "encode" and update["done"] > 20 and not told:
                told.append(update)
                os.kill(pool.status()[0]["child_pid"], signal.SIGKILL)

        with pytest.raises(OutOfMemoryError, match="ran out of memory") as caught:
            desk.export(film.cuts(*CUTS), executor=pool, settings=SHORT_GOP, on_progress=kill)
        assert "SIGKILL" in caught.value.message
        assert "memory" in str(caught.value.hint)
        assert isinstance(caught.value, WorkerError | MemoryError)
        assert desk.names() == []
        assert desk.cache.entries()
        assert desk.cache.verify() == []
        report = desk.export(film.cuts(*CUTS), executor=pool, settings=SHORT_GOP)
    assert report.segments_cached > 3  # three are equal to others
    assert desk.decode().numbers == NUMBERS


@on_linux
def test_a_worker_that_may_not_have_more_is_told_of_and_one_that_may_goes_on(desk: Desk, film: Film) -> None:
    """An easy clip, then one on which the class of workers runs out of address space."""
    effects = [Effect(id=f"e_{i}", effect=name) for i, name in enumerate(("glow", "edge", "blur"))]
    moved = [*effects, Effect(id="e_9", effect="transform", parameters={"opacity": 0.5})]
    above = [Gap(duration=Fraction(2)), film.clip(60, 70, id="c_above", effects=moved)]
    below = [film.clip(0, 60, id="c_easy"), film.clip(60, 70, id="c_below", effects=effects)]
    document = film.document(track("video", below), track("video", above), width=1920, height=1080)
    small = replace(MEDIA, memory=900 << 20)
    with workers(desk, film, workers=1, child=small) as pool, pytest.raises(OutOfMemoryError) as caught:
        desk.export(document, executor=pool)
    assert "memory" in caught.value.message
    assert "do less at once" in str(caught.value.hint)
    assert desk.names() == []
    assert desk.cache.verify() == []
    assert (kept := len(desk.cache.entries())) > 0
    with workers(desk, film, workers=1) as pool:
        report = desk.export(document, executor=pool)
    assert report.segments_cached >= kept
    assert report.frames == 70


@on_linux
def test_no_worker_starts_more_threads_than_its_share(desk: Desk, film: Film) -> None:
    """Effects that OpenCV and NumPy would take all cores for; the file is looked at by as many threads as workers."""
    names = ("glow", "blur", "denoise", "vignette", "lens_flare", "edge", "chroma_key", "chromatic_aberration")
    effects = [Effect(id=f"e_{i}", effect=name) for i, name in enumerate(names)]
    tracks = [track("video", [film.clip(0, 30, id=f"c_{i}", effects=effects)]) for i in range(2)]
    document = film.document(*tracks, track("audio", [film.clip(0, 30, id="a_0")]), width=1280, height=720)
    seen: dict[str, int] = {}
    stage, over = [""], threading.Event()
    with workers(desk, film, workers=2) as pool:

        def look() -> None:
            while not over.wait(0.01):
                for row in pool.status():
                    for pid in filter(None, (row["pid"], row["child_pid"])):
                        with contextlib.suppress(OSError):
                            count = len(os.listdir(f"/proc/{pid}/task"))
                            seen[stage[0]] = max(seen.get(stage[0], 0), count)

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            desk.export(document, executor=pool, on_progress=lambda update: stage.__setitem__(0, update["stage"]))
            time.sleep(0.05)
        finally:
            over.set()
            watcher.join()
    assert seen["encode"] == 1
    assert max(seen.values()) <= 1 + pool.workers  # decoding the finished file, when all others have nothing to do

"""What is measured before an export: once, kept, never believed unseen; and what the export makes of it."""

from __future__ import annotations

import os
import wave
from concurrent.futures import Future
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyloudnorm
import pytest

from cutroom.effects.analysis import Loudness, LoudnessRequest, MotionRequest
from cutroom.effects.compiler.needed import needed
from cutroom.effects.run import Mixer, Readers
from cutroom.effects.sounds.limiting import true_peaks
from cutroom.effects.sounds.loudness import measure as loudness
from cutroom.errors import AnalysisNeededError, JobCancelledError, MediaError, RenderError
from cutroom.media import probe
from cutroom.media.fingerprint import identity_of
from cutroom.render import analysis_store, planned
from cutroom.render import plan as planning
from cutroom.render.analyses import measured
from cutroom.render.analysis_store import AnalysisStore
from cutroom.render.analysis_tasks import MeasureTask, measure
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.render.plan import plan, wanted
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings
from cutroom.schema.media import Media
from cutroom.workers import InlineExecutor, WorkerPool
from cutroom.workers.call import prepare
from cutroom.workers.context import DIRECT
from cutroom.workers.futures import TaskFuture

from .conftest import RATE, Desk, Film, decode, track


def effect(name: str, **values: Any) -> Effect:
    return Effect(id=f"e_{name}", effect=name, parameters=values)


def steadied(film: Film, first: int = 0, end: int = 60) -> Document:
    clip = film.clip(first, end, id="c_1", effects=[effect("stabilize")])
    return film.document(track("video", [clip]))


class Music:
    """A file of chords that swell, on a timeline; what an encoder makes of noise would be softer."""

    def __init__(self, folder: Path, level: float = 0.2, seconds: int = 12) -> None:
        time = np.arange(seconds * RATE) / RATE
        chord = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in (220, 277, 330, 1320))
        swell = 0.3 + np.abs(np.sin(2 * np.pi * 0.2 * time))
        self.path = folder / "music.wav"
        with wave.open(str(self.path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(
                np.rint(np.stack([0.2 * level * chord * swell] * 2, axis=1) * 32767).astype("<i2").tobytes()
            )
        self.media: Media = probe(str(self.path), InlineExecutor())
        self.seconds = seconds

    @property
    def paths(self) -> dict[str, str]:
        return {self.media.fingerprint.sha256: str(self.path)}

    def document(self, *effects: Effect) -> Document:
        source = MediaSource(media=self.media.id)
        clip = Clip(id="c_1", source=source, duration=Fraction(self.seconds), effects=effects)
        timeline = Timeline(tracks=(track("audio", [clip]),))
        return Document(id="d_1", settings=ProjectSettings(width=64, height=64), media=(self.media,), timeline=timeline)


@pytest.fixture
def store(tmp_path: Path) -> AnalysisStore:
    return AnalysisStore(tmp_path / "analyses")


class Counting(InlineExecutor):
    """Counts what it runs."""

    tasks = 0

    def submit(self, fn: Any, /, task: Any, **options: Any) -> Any:
        self.tasks += 1
        return super().submit(fn, task, **options)


class Lying(Counting):
    """A worker that answers something of its own."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def submit(self, fn: Any, /, task: Any, **options: Any) -> Any:
        future: Future[Any] = Future()
        future.set_result(self.answer)
        return future


def run(document: Document, paths: dict[str, str], store: AnalysisStore, executor: Any = None, **options: Any) -> Any:
    return measured(
        lambda results: needed(document, results=results),
        store,
        paths,
        executor or InlineExecutor(),
        document=document,
        **options,
    )


def test_it_is_measured_once_and_kept(film: Film, store: AnalysisStore) -> None:
    executor = Counting()
    first = run(steadied(film), film.paths, store, executor)
    assert executor.tasks == 1
    assert run(steadied(film), film.paths, store, executor) == first
    assert run(steadied(film, 10, 40), film.paths, AnalysisStore(store.cache.folder), executor) == first
    assert executor.tasks == 1


def test_what_was_damaged_is_measured_again(film: Film, store: AnalysisStore) -> None:
    executor = Counting()
    first = run(steadied(film), film.paths, store, executor)
    entry = store.cache.entries()[0]
    path = store.cache.folder / entry.key[:2] / entry.key
    path.write_bytes(path.read_bytes()[:-3] + b"1]}")
    assert run(steadied(film), film.paths, store, executor) == first
    assert executor.tasks == 2
    store.cache.put(entry.key, b'{"kind":"motion","moves":[1]}')  # whole, and of another make
    assert run(steadied(film), film.paths, store, executor) == first
    assert executor.tasks == 3


def test_what_another_engine_measured_is_measured_again(
    film: Film, store: AnalysisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = Counting()
    run(steadied(film), film.paths, store, executor)
    monkeypatch.setattr(analysis_store, "engine_digest", lambda: "0" * 64)
    run(steadied(film), film.paths, store, executor)
    assert executor.tasks == 2
    monkeypatch.undo()  # and what the first one measured is still there
    run(steadied(film), film.paths, store, executor)
    assert executor.tasks == 2


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"results": []},
        {"results": [{"kind": "loudness"}]},
        {"results": [{"kind": "motion", "moves": []}]},
        {"results": [{"kind": "motion", "moves": [None] * 60}]},
        {"results": [{"kind": "motion", "moves": [[float("nan"), 0, 0, 0]] * 127}]},
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(film: Film, store: AnalysisStore, answer: Any) -> None:
    with pytest.raises(RenderError, match="measured something else"):
        run(steadied(film), film.paths, store, Lying(answer))
    assert not store.cache.entries()


class Mumbling(InlineExecutor):
    """A worker that tells something of its own while it measures."""

    def __init__(self, told: Any) -> None:
        self.told = told

    def submit(self, fn: Any, /, task: Any, *, on_progress: Any = None, timeout: Any = None) -> Any:
        return super().submit(fn, task, on_progress=lambda _: on_progress(self.told), timeout=timeout)


@pytest.mark.parametrize("told", [{}, {"done": None}, {"done": "x"}, {"done": float("nan")}, None, [1]])
def test_words_that_make_no_sense_are_refused(film: Film, store: AnalysisStore, told: Any) -> None:
    with pytest.raises(RenderError, match="makes no sense"):
        run(steadied(film), film.paths, store, Mumbling(told))
    assert not store.cache.entries()


def test_progress_is_told_and_it_can_be_stopped(film: Film, store: AnalysisStore) -> None:
    told: list[dict[str, Any]] = []
    run(steadied(film), film.paths, store, on_progress=told.append)
    assert {update["stage"] for update in told} == {"analyse"}
    done = [update["done"] for update in told]
    assert done == sorted(done)
    assert 0 == done[0] < done[len(done) // 2] < done[-1] == told[-1]["total"]

    def stop() -> None:
        raise JobCancelledError("enough")

    with pytest.raises(JobCancelledError):
        run(steadied(film), film.paths, AnalysisStore(store.cache.folder / "other"), check=stop)


def test_what_was_measured_in_a_file_that_was_touched_is_thrown_away(film: Film, store: AnalysisStore) -> None:
    executor = Counting()

    def require(paths: Any) -> Any:
        found = {path: identity_of(path) for path in paths.values()}
        if executor.tasks == 0:
            os.utime(film.path, (1, 2))
        return found

    run(steadied(film), film.paths, store, executor, require=require)
    assert executor.tasks == 2

    def always(paths: Any) -> Any:
        found = {path: identity_of(path) for path in paths.values()}
        os.utime(film.path, (1, os.stat(film.path).st_mtime + 1))
        return found

    with pytest.raises(MediaError, match="keep being changed"):
        run(steadied(film), film.paths, AnalysisStore(store.cache.folder / "b"), Counting(), require=always)


def test_a_confined_worker_measures_the_same(film: Film, store: AnalysisStore, pool: WorkerPool) -> None:
    requests = needed(steadied(film))
    assert all(isinstance(request, MotionRequest) for request in requests)
    task = MeasureTask(requests, tuple(film.paths.items()))
    for there, here in zip(pool.run(measure, task)["results"], measure(task)["results"], strict=True):
        assert len(there["moves"]) == len(here["moves"])
        for one, other in zip(there["moves"], here["moves"], strict=True):
            assert one == pytest.approx(other, abs=2e-6)
    sound = film.document(track("audio", [film.clip(0, 60, effects=[effect("normalize")])]))
    task = MeasureTask(needed(sound), tuple(film.paths.items()))
    assert pool.run(measure, task) == InlineExecutor().run(measure, task)


def test_a_plan_asks_for_what_it_goes_by(film: Film, store: AnalysisStore) -> None:
    document = steadied(film)
    with pytest.raises(AnalysisNeededError) as caught:
        plan(document, ExportSettings())
    requests: Any = caught.value.value
    assert requests == wanted(document, ExportSettings())({})
    assert plan(document, ExportSettings(), results=None).segments
    assert not wanted(film.cuts((0, 30)), ExportSettings())({})


def test_a_stabilized_film_is_exported_and_its_parts_are_the_whole(desk: Desk, film: Film) -> None:
    told: list[dict[str, Any]] = []
    report = desk.export(steadied(film), settings=ExportSettings(gop=Fraction(1, 2)), on_progress=told.append)
    assert report.frames == 60
    stages = list(dict.fromkeys(update["stage"] for update in told))
    assert stages == ["plan", "analyse", "encode", "mux", "verify", "publish"]
    assert all({"stage", "done", "total", "fps", "eta"} == set(update) for update in told)
    again = desk.export(steadied(film), "again.mp4", settings=ExportSettings(gop=Fraction(1, 2)))
    assert again.segments_encoded == 0
    part = desk.export(
        steadied(film), "part.mp4", settings=ExportSettings(gop=Fraction(1, 2)), span=(Fraction(1), Fraction(2))
    )
    assert part.segments_encoded == 0  # the very segments of the whole


def many(folder: Path, files: int) -> tuple[Document, dict[str, str], np.ndarray]:
    """Files of 0.4 s one after the other, each with another tone; the samples of all."""
    time = np.arange(2 * RATE // 5) / RATE
    media, clips, heard = [], [], []
    for number in range(files):
        tone = (0.05 + 0.3 * number / files) * np.sin(2 * np.pi * (200 + 7 * number) * time)
        codes = np.rint(np.stack([tone, 0.5 * tone], axis=1) * 32767).astype("<i2")
        path = folder / f"{number}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(codes.tobytes())
        media.append(probe(str(path), InlineExecutor()))
        clips.append(Clip(id=f"c_{number}", source=MediaSource(media=media[-1].id), duration=Fraction(2, 5)))
        heard.append(codes.T.astype(np.float32) / 32768)
    document = Document(
        id="d_1",
        settings=ProjectSettings(width=64, height=64),
        media=tuple(media),
        timeline=Timeline(tracks=(track("audio", clips),)),
    )
    paths = {one.fingerprint.sha256: str(folder / one.path) for one in media}
    return document, paths, np.concatenate(heard, axis=1)


class Describing(Counting):
    """Refuses what the pool could not hand to a worker."""

    def submit(self, fn: Any, /, task: Any, **options: Any) -> Any:
        prepare(fn, task, 1.0, None, TaskFuture(lambda _: None))
        return super().submit(fn, task, **options)


def test_a_mix_of_more_files_than_a_worker_takes_is_measured_in_parts(tmp_path: Path, store: AnalysisStore) -> None:
    document, paths, samples = many(tmp_path, 260)
    executor = Describing()
    told: list[dict[str, Any]] = []
    asked = wanted(document, ExportSettings(loudness=-20.0))
    results = measured(asked, store, paths, executor, document=document, on_progress=told.append)
    assert executor.tasks == 2
    assert list(results.values()) == [loudness([samples], RATE, 2)]
    assert not measured(asked, store, paths, executor, document=document).keys() - results.keys()
    assert executor.tasks == 2
    done = [update["done"] for update in told]
    assert done == sorted(done)
    assert done[-1] == told[-1]["total"]
    assert plan(document, ExportSettings(loudness=-20.0), results=results).loudness == results.popitem()[1]


@pytest.mark.parametrize("answer", [{"results": [{"kind": "loudness"}]}, {"results": [{"kind": "so_far"}]}])
def test_an_answer_about_a_part_must_be_about_it(tmp_path: Path, store: AnalysisStore, answer: Any) -> None:
    document, paths, _ = many(tmp_path, 260)
    with pytest.raises(RenderError, match="measured something else"):
        measured(wanted(document, ExportSettings(loudness=-20.0)), store, paths, Lying(answer), document=document)


@pytest.mark.parametrize("target", [-30.0, -23.0])
def test_an_export_has_the_loudness_that_was_asked_for(tmp_path: Path, desk: Desk, target: float) -> None:
    music = Music(tmp_path)
    desk.film = music  # type: ignore[assignment]  # it has paths
    report = desk.export(music.document(), "loud.mp4", settings=ExportSettings(loudness=target))
    assert not report.warnings
    heard = decode(tmp_path / "loud.mp4").samples
    reached = pyloudnorm.Meter(RATE).integrated_loudness(heard.T.astype(np.float64))
    assert reached == pytest.approx(target, abs=0.1)


def test_a_span_is_measured_by_itself(tmp_path: Path, desk: Desk) -> None:
    music = Music(tmp_path)
    desk.film = music  # type: ignore[assignment]  # it has paths
    settings, span = ExportSettings(loudness=-30.0), (Fraction(2), Fraction(5))
    desk.export(music.document(), "part.mp4", settings=settings, span=span)
    heard = decode(tmp_path / "part.mp4").samples
    reached = pyloudnorm.Meter(RATE).integrated_loudness(heard.T.astype(np.float64))
    assert reached == pytest.approx(-30.0, abs=0.15)


def test_peaks_are_limited_and_the_report_says_so(tmp_path: Path, desk: Desk) -> None:
    music = Music(tmp_path, level=1.0)
    desk.film = music  # type: ignore[assignment]  # it has paths
    report = desk.export(music.document(), "loud.mp4", settings=ExportSettings(loudness=-5.0))
    assert len(report.warnings) == 1
    assert "peaks were limited" in report.warnings[0]
    heard = decode(tmp_path / "loud.mp4").samples
    assert np.abs(heard).max() < 10 ** (-0.5 / 20)
    assert pyloudnorm.Meter(RATE).integrated_loudness(heard.T.astype(np.float64)) > -9


def test_a_limited_mix_is_the_same_bytes_in_any_runs_and_workers(
    tmp_path: Path, desk: Desk, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "CHUNK_PACKETS", 64)
    music, settings = Music(tmp_path, level=1.0), ExportSettings(loudness=-8.0)
    desk.film = music  # type: ignore[assignment]  # it has paths
    made = []
    for number, (run_up, executor) in enumerate(((60, None), (0, None), (0, pool))):
        monkeypatch.setattr(planned, "RUN_UP", run_up)
        cache = SegmentCache(tmp_path / f"cache-{number}")
        output = tmp_path / f"{number}.mp4"
        export(music.document(), music.paths, output, settings, executor or InlineExecutor(), cache)
        made.append(output.read_bytes())
    assert made[0] == made[1] == made[2]
    document, store = music.document(), AnalysisStore(tmp_path / "a")
    results = measured(wanted(document, settings), store, music.paths, InlineExecutor(), document=document)
    plan_ = plan(music.document(), settings, results=results)
    assert len(plan_.chunks) > 2
    assert [node.kind for node in plan_.master] == ["gain", "limit"]
    with Readers(DIRECT, music.paths) as readers, Mixer(readers) as mixer:
        whole = mixer.mix(plan_.sound(plan_.chunks[0]._replace(start_sample=0, samples=plan_.layout.samples)))
    with Readers(DIRECT, music.paths) as readers, Mixer(readers) as mixer:
        for chunk in reversed(plan_.chunks):
            part = mixer.mix(plan_.sound(chunk))
            assert np.array_equal(part, whole[:, chunk.start_sample : chunk.start_sample + chunk.samples])
    assert true_peaks(np.pad(whole, ((0, 0), (32, 32)))).max() <= 10 ** (-1 / 20)


def test_the_mix_is_measured_after_its_effects(tmp_path: Path, store: AnalysisStore) -> None:
    music = Music(tmp_path)
    document, settings = music.document(effect("normalize", target=-35.0)), ExportSettings(loudness=-28.0)
    asked: list[LoudnessRequest] = []

    def watched(results: Any) -> Any:
        found = wanted(document, settings)(results)
        asked.extend(found)
        return found

    results = measured(watched, store, music.paths, InlineExecutor(), document=document)
    assert len(asked) == len(results) == 2
    made = plan(document, settings, results=results)
    assert isinstance(made.loudness, Loudness)
    assert made.loudness.integrated == pytest.approx(-35, abs=0.1)
    assert made.master[0].db == pytest.approx(7, abs=0.1)
    # pictures do not depend on it, and without it there is no gain
    assert not plan(document, ExportSettings(), results=results).master

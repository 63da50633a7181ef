"""From a film to an exported edit: the right frames in the right order, the sound where it belongs."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from decoding import clicks, frames, numbers, samples
from numpy.typing import NDArray

import cutroom as cr
from cutroom import errors
from cutroom.services import MediaWorkers
from cutroom.workers import InlineExecutor

SIZE = (640, 360)


@pytest.fixture
def project(tmp_path: Path):
    with cr.Project.create(tmp_path / "trip.tlp") as made:
        yield made


def test_frames_and_sound_of_a_cut(project: cr.Project, tmp_path: Path, film) -> None:
    tl = project.timeline
    tl.append(film.path, source=(cr.frames(75), cr.frames(130)))
    tl.append(film.path, source=(cr.frames(7), cr.frames(50)))
    tl.append(film.path, source=(cr.frames(130), cr.frames(180)))
    report = cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)
    wanted = [*range(75, 130), *range(7, 50), *range(130, 180)]
    assert report.frames == len(wanted)
    assert numbers(tmp_path / "out.mp4", SIZE) == wanted
    rate = 48_000
    expected = []
    position = 0
    for first, last in ((75, 130), (7, 50), (130, 180)):
        for click in film.truth.clicks:
            if first * rate / 30 + 1000 < click < last * rate / 30 - 1000:
                expected.append(click - first * rate // 30 + position)
        position += (last - first) * rate // 30
    found = clicks(tmp_path / "out.mp4")
    assert len(expected) >= 3
    assert len(found) == len(expected)
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 0.010 * rate
    assert abs(len(samples(tmp_path / "out.mp4")) - len(wanted) * rate // 30) <= 1024


def test_a_title_a_dissolve_and_an_effect_reach_the_file(project: cr.Project, tmp_path: Path, film) -> None:
    tl = project.timeline
    a = tl.append(film.path, source=(0, 1.5))
    b = tl.append(film.path, source=(4, 5.5))

    def exported(name: str) -> NDArray[np.float64]:
        cr.Renderer(project).render(tmp_path / name, progress=False)
        return frames(tmp_path / name, SIZE).astype(float)

    plain, source = exported("plain.mp4"), frames(film.path, SIZE).astype(float)
    assert np.abs(plain - [*source[:45], *source[120:165]]).mean() < 3
    a.effects.add("saturation", value=0.0)
    tl.add_transition("dissolve", a, b, duration=0.4)
    tl.add_title("Hello", at=2, duration=0.5, colour="#ff0000", size=0.25)
    decoded = exported("out.mp4")
    assert len(decoded) == 90
    for time in (0.2, 1.5, 2.2):  # what you see is what you export
        preview = tl.frame(time).array.astype(float)
        assert np.abs(preview - decoded[round(time * 30)]).mean() < 3

    grey = (source @ [0.2126, 0.7152, 0.0722])[..., None] * np.ones(3)
    for frame in (5, 38):  # the effect, up to where the dissolve begins: six frames before the cut
        assert np.abs(plain[frame] - grey[frame]).mean() > 8
        assert np.abs(decoded[frame] - grey[frame]).mean() < 3
    for frame in (42, 45, 48):
        share = (frame - 39) / 12
        mixed = (1 - share) * grey[frame] + share * source[frame + 75]
        assert np.abs(decoded[frame] - mixed).mean() < 3
        assert np.abs(decoded[frame] - plain[frame]).mean() > 6
    for frame in (52, 59, 75, 89):  # after the dissolve, with nothing of the title
        assert np.abs(decoded[frame] - plain[frame]).mean() < 2
    for frame in (60, 74):
        changed = np.abs(decoded[frame] - plain[frame]).sum(axis=2) > 150
        red = (decoded[frame] - [255, 0, 0])[changed]
        assert 0.02 < changed.mean() < 0.3
        assert np.median(np.abs(red), axis=0).max() < 40


def test_a_span_and_a_second_export_from_the_cache(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path)
    renderer = cr.Renderer(project)
    renderer.render(tmp_path / "whole.mp4", progress=False)
    assert set(renderer.plan().to_df()["action"]) == {"cached"}
    again = renderer.render(tmp_path / "again.mp4", progress=False)
    assert again.segments_encoded == 0
    assert (tmp_path / "whole.mp4").read_bytes() == (tmp_path / "again.mp4").read_bytes()
    renderer.render(tmp_path / "part.mp4", span=(1, 2), progress=False)
    assert numbers(tmp_path / "part.mp4", SIZE) == list(range(30, 60))


def test_one_and_two_workers_give_the_same_bytes(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path).effects.add("blur", radius=0.01)
    made = []
    for workers in (1, 2):
        cr.cache.clear()
        cr.Renderer(project, workers=workers).render(tmp_path / f"{workers}.mp4", progress=False)
        made.append((tmp_path / f"{workers}.mp4").read_bytes())
    assert made[0] == made[1]


def test_memory_bounds_the_workers_and_changes_no_byte(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path)
    project.timeline.clips[0].effects.add("blur", radius=0.01)
    made = []
    for memory, told in (("200MB", ["1 worker instead of 2"]), ("4 GiB", [])):
        cr.cache.clear()
        report = cr.Renderer(project, workers=2, memory=memory).render(tmp_path / "m.mp4", progress=False)
        assert [warning.partition(":")[0] for warning in report.warnings] == told
        made.append((tmp_path / "m.mp4").read_bytes())
    assert made[0] == made[1]


def test_memory_for_no_worker_is_refused_here_and_in_a_job(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path)
    renderer = cr.Renderer(project, memory="20MB")
    with pytest.raises(errors.OutOfMemoryError, match="memory='20 MB'"):
        renderer.render(tmp_path / "none.mp4", progress=False)
    with pytest.raises(errors.OutOfMemoryError, match="memory='20 MB'"):
        renderer.submit(tmp_path / "none.mp4").result(200)
    assert not (tmp_path / "none.mp4").exists()


def test_one_line(tmp_path: Path, film) -> None:
    cr.timeline(film.path).keep([(1, 2), (3, 4)]).render(tmp_path / "b.mp4", progress=False)
    assert numbers(tmp_path / "b.mp4", SIZE) == [*range(30, 60), *range(90, 120)]


def test_another_rate_and_size_stay_in_sync(tmp_path: Path, film) -> None:
    with cr.Project.create(tmp_path / "ntsc.tlp", fps=29.97, size=(320, 180), sample_rate=44_100) as project:
        project.timeline.append(film.path)
        cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)
    found = numbers(tmp_path / "out.mp4", (320, 180))
    assert found == [int(n * Fraction(1001, 30000) * 30) for n in range(len(found))]
    late = [abs(a - b) for a, b in zip(clicks(tmp_path / "out.mp4"), film.truth.clicks, strict=True)]
    assert max(late) <= 480


def test_outputs_that_cannot_be_written(project: cr.Project, tmp_path: Path, film) -> None:
    own = tmp_path / "own.mp4"
    own.write_bytes(film.path.read_bytes())
    project.timeline.append(own, source=(0, 0.5))
    renderer = cr.Renderer(project)
    before = own.read_bytes()
    with pytest.raises(errors.OutputError, match=r"own\.mp4"):
        renderer.render(own, progress=False)
    assert own.read_bytes() == before
    with pytest.raises(errors.OutputError, match="no/such"):
        renderer.render(tmp_path / "no/such/out.mp4", progress=False)
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(errors.OutputError, match="is a folder"):
        renderer.render(tmp_path / "folder.mp4", progress=False)
    assert sorted(p.name for p in tmp_path.iterdir() if ".part" in p.name) == []
    with pytest.raises(errors.EditError, match="empty"):
        cr.Renderer(cr.Project.create()).render(tmp_path / "x.mp4")


def test_a_source_that_vanished_or_changed(project: cr.Project, tmp_path: Path, film) -> None:
    own = tmp_path / "own.mp4"
    own.write_bytes(film.path.read_bytes())
    project.timeline.append(own, source=(0, 0.5))
    own.unlink()
    cr.cache.clear()  # what is cached needs no source
    with pytest.raises(errors.MediaNotFoundError, match=r"own\.mp4"):
        cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs a file system that can be made small")
def test_a_full_disk(project: cr.Project, film, tmp_path: Path) -> None:
    """A tmpfs of 64 kB where this user may mount one; skipped elsewhere."""
    import subprocess

    small = tmp_path / "small"
    small.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small file system")
    try:
        project.timeline.append(film.path)
        with pytest.raises(errors.DiskFullError, match="space"):
            cr.Renderer(project).render(small / "out.mp4", progress=False)
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_spans_of_the_export_are_traced(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path, source=(0, 1))
    cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)
    traces = cr.telemetry.traces_df()
    export = traces[traces["span"] == "export"].iloc[0]
    family = traces[traces["trace_id"] == export["trace_id"]]
    assert {"render.encode", "render.mux", "render.verify"} <= set(family["span"])
    assert (family["duration"] >= 0).all()
    inside = family[family["span"] == "render.encode"].iloc[0]
    assert inside["duration"] <= export["duration"]


def test_a_source_that_was_replaced_is_refused_and_poisons_no_cache(project: cr.Project, tmp_path: Path, film) -> None:
    from cutroom.demo.film import write_demo_film

    own = tmp_path / "own.mp4"
    own.write_bytes(film.path.read_bytes())
    project.timeline.append(own, source=(0, 1))
    other = tmp_path / "other.mp4"
    write_demo_film(other, seconds=2, size=(640, 360), seed=11)
    os.replace(other, own)
    cr.cache.clear()
    for attempt in (
        lambda: project.timeline.frame(0),
        lambda: cr.Renderer(project).render(tmp_path / "out.mp4", progress=False),
    ):
        with pytest.raises(errors.MediaError, match=r"own\.mp4 has changed"):
            attempt()
    assert cr.cache.to_df().empty
    own.write_bytes(film.path.read_bytes())
    assert cr.Renderer(project).render(tmp_path / "out.mp4", progress=False).frames == 30
    assert numbers(tmp_path / "out.mp4", SIZE) == list(range(30))


class Meddling(InlineExecutor):
    """Does something to a file just before a task of an export starts."""

    def __init__(self, act: Callable[[], object], before: int) -> None:
        self.act = act
        self.left = before

    def submit(self, fn: Any, /, task: Any, **more: Any) -> Any:
        if self.left == 0:
            self.act()
        self.left -= 1
        return super().submit(fn, task, **more)


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("way", ["replaced", "rewritten", "and back again"])
def test_a_source_that_is_replaced_during_an_export_poisons_no_cache(
    project: cr.Project, tmp_path: Path, film, before: int, way: str
) -> None:
    from cutroom.demo.film import write_demo_film

    own, other = tmp_path / "own.mp4", tmp_path / "other.mp4"
    own.write_bytes(film.path.read_bytes())
    write_demo_film(other, seconds=6, size=SIZE, seed=11)
    project.timeline.append(own)

    def meddle() -> None:
        if way == "rewritten":
            own.write_bytes(other.read_bytes())
        else:
            os.replace(other, own)

    class Returning(Meddling):
        def submit(self, fn: Any, /, task: Any, **more: Any) -> Any:
            done = super().submit(fn, task, **more)
            if self.left == -1:
                own.write_bytes(film.path.read_bytes())
            return done

    cr.cache.clear()
    if way == "and back again":
        executor: Meddling = Returning(meddle, before)
        cr.Renderer(project, executor=executor).render(tmp_path / "again.mp4", progress=False)
    else:
        executor = Meddling(meddle, before)
        with pytest.raises(errors.MediaError, match=r"own\.mp4 has changed"):
            cr.Renderer(project, executor=executor).render(tmp_path / "out.mp4", progress=False)
        assert not (tmp_path / "out.mp4").exists()
        own.write_bytes(film.path.read_bytes())
        assert cr.Renderer(project).render(tmp_path / "again.mp4", progress=False).segments_encoded > 0
    assert executor.left < 0
    cr.cache.clear()
    cr.Renderer(project).render(tmp_path / "clean.mp4", progress=False)
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "clean.mp4").read_bytes()


@pytest.mark.parametrize("touched", [False, True])
def test_a_source_is_read_again_during_an_export_only_if_it_was_touched(
    project: cr.Project, tmp_path: Path, film, monkeypatch: pytest.MonkeyPatch, touched: bool
) -> None:
    own = tmp_path / "own.mp4"
    own.write_bytes(film.path.read_bytes())
    project.timeline.append(own)
    project.timeline.frame(0)  # it has been looked at once
    read: list[str] = []
    run = MediaWorkers.run
    monkeypatch.setattr(
        MediaWorkers, "run", lambda self, fn, task, **more: (read.append(fn.__name__), run(self, fn, task, **more))[1]
    )
    cr.cache.clear()
    executor = Meddling(lambda: os.utime(own) if touched else None, 2)
    report = cr.Renderer(project, executor=executor).render(tmp_path / "out.mp4", progress=False)
    assert report.segments_encoded > 2
    assert read.count("digest") == int(touched)
    assert numbers(tmp_path / "out.mp4", SIZE) == list(range(180))


def test_an_export_never_overwrites_its_project(project: cr.Project, tmp_path: Path, film) -> None:
    with cr.Project.create(tmp_path / "named-like-a-film.mp4") as odd:
        odd.timeline.append(film.path, source=(0, 0.5))
        with pytest.raises(errors.OutputError, match="belongs to this project"):
            cr.Renderer(odd).render(tmp_path / "named-like-a-film.mp4", progress=False)
    assert cr.Project.open(tmp_path / "named-like-a-film.mp4").timeline.duration == Fraction(1, 2)
    project.timeline.append(film.path, source=(0, 0.5))
    for name in ("trip.tlp", "out.avi", "out", ""):
        with pytest.raises(errors.OutputError, match="writes MP4"):
            cr.Renderer(project).render(tmp_path / name, progress=False)

"""Effects in Python, from the cell to the exported file, in real locked workers."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import cutroom as cr
from cutroom.app import App, app
from cutroom.edit.operations import AddResource
from cutroom.effects.python.code import unpacked
from cutroom.effects.python.define import define
from cutroom.errors import (
    AccessDeniedError,
    EditError,
    RenderError,
    UnknownNameError,
    WorkerError,
)
from cutroom.preview import still
from cutroom.services import MEDIA_TASKS
from cutroom.workers.grantbook import GrantBook
from cutroom.workers.pool import WorkerPool

SIZE = (160, 90)


@cr.effect(parameters={"grey": (0, 255)})
def flat(frame, *, grey: float = 126):
    """Fills the picture with a grey."""
    frame[..., :3] = np.uint8(round(grey))
    frame[..., 3] = 255
    return frame


def luma(grey):
    return round(16 + grey * 219 / 255)


@pytest.fixture
def project(tmp_path: Path):
    with cr.Project.create(tmp_path / "trip.tlp", fps=25, size=SIZE, sample_rate=48_000) as made:
        made.timeline.add_title("Hi", at=0, duration=2)
        yield made


@pytest.fixture
def clip(project: cr.Project):
    return project.timeline.clips[0]


def untrusted(project: cr.Project, function):
    """An effect that came with somebody else's project: nobody said `@cr.effect` here."""
    made = define(function)
    project.session.apply(AddResource(resource=made.resource))
    return made


def film_of(path: Path):
    """Y, Cb and Cr of each frame."""
    with av.open(str(path)) as container:
        return [frame.reformat(format="yuv420p").to_ndarray() for frame in container.decode(video=0)]


def test_a_still_and_an_export_show_what_numpy_makes(project, clip, tmp_path) -> None:
    effect = clip.effects.add(flat, grey=0)
    effect.animate("grey", {0: 0, Fraction(49, 25): 245})
    assert (project.timeline.frame(1).array == 125).all()
    renderer = cr.Renderer(project, workers=2)
    renderer.settings = renderer.settings.replace(crf=0)
    assert renderer.render(tmp_path / "two.mp4", progress=False).frames == 50
    frames = film_of(tmp_path / "two.mp4")
    for i, planes in enumerate(frames):
        assert set(np.unique(planes[: SIZE[1]])) == {luma(5 * i)}
        assert (planes[SIZE[1] :] == 128).all()
    cr.cache.clear()
    alone = cr.Renderer(project, workers=1)
    alone.settings = renderer.settings
    alone.render(tmp_path / "one.mp4", progress=False)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_only_what_shows_a_changed_body_is_rendered_anew(project, tmp_path) -> None:
    project.timeline.add_title("Ho", at=2, duration=2)
    one, two = project.timeline.clips
    one.effects.add(flat)

    @cr.effect
    def shade(frame):
        return frame // np.uint8(2)

    two.effects.add(shade)
    cr.Renderer(project).render(tmp_path / "a.mp4", progress=False)
    assert set(cr.Renderer(project).plan().to_df()["action"]) == {"cached"}

    @cr.effect
    def shade(frame):
        return frame // np.uint8(3)

    assert [e.effect for e in two.effects] == [two.effects["python:shade"].effect]  # old clips keep theirs
    two.effects.replace(shade)
    assert len(two.effects) == 1
    plan = cr.Renderer(project).plan().to_df()
    assert list(plan["action"]) == ["cached", "encode"]


def test_an_effect_is_one_step_and_the_same_function_changes_nothing_more(project, clip) -> None:
    steps = len(project.history)
    added = clip.effects.add(flat, grey=3)
    assert len(project.history) == steps + 1
    assert added.effect.startswith("python:flat:")
    assert project.effects.to_df()[["title", "trusted", "used"]].to_numpy().tolist() == [["flat", True, True]]
    clip.effects.add("python:flat", grey=4)
    clip.effects.add(flat, grey=5)
    assert len(project.effects) == 1
    assert [e.parameters["grey"] for e in clip.effects] == [3, 4, 5]
    assert clip.effects["python:flat"].id == added.id
    with pytest.raises(EditError, match="is used by"):
        project.resources[flat.resource.sha256].remove()
    for _ in range(3):
        project.undo()
    assert len(project.effects) == 0
    with pytest.raises(UnknownNameError, match="no effect in Python in this project 'flat'"):
        clip.effects.add("python:flat")
    project.redo()
    assert "def flat(frame" in project.effects.source("flat")


def test_wrong_values_name_the_range(clip) -> None:
    with pytest.raises(cr.errors.ValidationError, match="grey cannot be 300") as caught:
        clip.effects.add(flat, grey=300)
    assert "0 … 255" in str(caught.value)
    assert len(clip.effects) == 0


def test_a_project_keeps_its_code_and_a_script_rebuilds_it(project, clip, tmp_path) -> None:
    clip.effects.add(flat, grey=9)
    text = project.to_script()
    assert "def flat(frame" in text
    space: dict = {}
    exec(compile(text, "script", "exec"), space)
    assert len(project.diff(space["project"])) == 0
    project.save()
    with cr.Project.open(project.save_as(tmp_path / "copy.tlp") or tmp_path / "copy.tlp") as again:
        assert again.timeline.clips[0].effects["python:flat"].parameters == {"grey": 9}
        assert again.verify().query("status != 'ok'").empty


def test_otio_carries_it_and_the_ffmpeg_program_has_nothing_for_it(project, clip, tmp_path) -> None:
    clip.effects.add(flat, grey=9)
    project.timeline.export_timeline(tmp_path / "x.otio")
    with cr.Project.create(tmp_path / "other.tlp", fps=25, size=SIZE, sample_rate=48_000) as other:
        other.timeline.import_timeline(tmp_path / "x.otio")
        assert other.timeline.clips[0].effects["python:flat"].parameters == {"grey": 9}
        assert (other.timeline.frame(0).array == 9).all()
    with pytest.raises(EditError, match="has nothing for"):
        cr.Renderer(project).ffmpeg_command(tmp_path / "x.mp4")
    graph = clip.effects.graph().to_df()
    assert "python:flat" in set(graph["effect"])


def test_somebody_elses_code_is_refused_before_anything_runs(project, clip, tmp_path) -> None:
    marker = tmp_path / "ran"

    def sly(frame, *, amount: int = 7):
        marker.touch()
        return frame

    made = untrusted(project, sly)
    clip.effects.add("python:sly")
    renderer = cr.Renderer(project)
    for attempt in (
        lambda: project.timeline.frame(0),
        renderer.plan,
        lambda: renderer.render(tmp_path / "out.mp4", progress=False),
        lambda: renderer.submit(tmp_path / "out.mp4"),
    ):
        with pytest.raises(AccessDeniedError, match="code that nobody granted: effect sly") as caught:
            attempt()
        assert "project.effects.trust('sly')" in str(caught.value)
    assert not marker.exists()
    assert not (tmp_path / "out.mp4").exists()
    assert not list(app().get(GrantBook).grants.snapshot()[0] & {made.resource.sha256})
    (row,) = project.verify().query("status != 'ok'").to_dict("records")
    assert (row["what"], row["status"]) == ("resource", "not granted")
    assert "marker.touch()" in project.effects.source("sly")
    project.effects.trust("sly")
    with pytest.raises(RenderError, match=r"(?s)effect sly.*line 2 of sly: marker.touch\(\)"):  # nor may it then
        project.timeline.frame(0)
    assert not marker.exists()


def test_a_grant_is_remembered(tmp_path) -> None:
    with_one = GrantBook(tmp_path / "grants.db")
    with_one.allow_code("0" * 64, remember=True)
    with_one.allow_code("1" * 64, remember=False)
    with_one.close()
    again = GrantBook(tmp_path / "grants.db")
    assert (again.may_run("0" * 64), again.may_run("1" * 64)) == (True, False)
    again.close()


def test_a_background_job_runs_it(project, clip, tmp_path) -> None:
    clip.effects.add(flat, grey=60)
    job = cr.Renderer(project).submit(tmp_path / "job.mp4")
    assert job.result(timeout=120).frames == 50
    assert abs(int(film_of(tmp_path / "job.mp4")[25][45, 80]) - luma(60)) <= 1


def test_modules_are_imported_before_the_lock(project, clip) -> None:
    import colorsys

    @cr.effect
    def missing(frame):
        from this_is_no.module import nothing  # noqa: F401

        return frame

    @cr.effect(modules=["this_is_no.module"])
    def turned(frame):
        return frame

    @cr.effect
    def coloured(frame, *, hue: float = 0.5):
        import xml.dom.minidom  # noqa: F401

        try:
            import this_is_no as bend
        except ImportError:
            bend = colorsys.hsv_to_rgb
        frame[:] = [round(255 * x) for x in (*bend(hue, 1, 1), 1)]
        return frame

    clip.effects.add(coloured, hue=1 / 3)
    assert np.abs(project.timeline.frame(0).array.astype(int) - (0, 255, 0)).max() <= 2
    clip.effects.replace("python:coloured", hue=0.0)
    clip.effects.add(turned)
    for _ in range(2):
        with pytest.raises(WorkerError, match=r"cannot import this_is_no.module \(ModuleNotFoundError") as caught:
            project.timeline.frame(0)
        assert "install it" in str(caught.value)
    clip.effects["python:turned"].remove()
    absent = clip.effects.add(missing)
    with pytest.raises(RenderError, match=r"(?s)effect missing ModuleNotFoundError.*line 3 of missing") as told:
        project.timeline.frame(0)
    assert "@cr.effect(modules=['this_is_no'])" in str(told.value)
    absent.remove()
    assert project.timeline.frame(0).array.shape == (90, 160, 3)  # the workers are as good as before


def supplied(project):
    document = project.session.document
    return document, app().access.supplied(document, project.session.paths())


def test_a_loop_without_end_is_killed_and_a_crash_costs_one_task(project, clip) -> None:
    import ctypes

    @cr.effect
    def forever(frame):
        while True:
            pass

    @cr.effect
    def crash(frame):
        ctypes.string_at(0)
        return frame

    grants = app().get(GrantBook).grants
    with WorkerPool("media", workers=1, preload=MEDIA_TASKS, grants=grants, timeout=20) as pool:
        fine = clip.effects.add(flat, grey=50)
        assert (still(*supplied(project), 0, pool) == 50).all()
        looping = clip.effects.add(forever)
        document, paths = supplied(project)
        begun = time.monotonic()
        with pytest.raises(RenderError, match=f"effect forever on clip {clip.id} ran past the 3 s") as caught:
            still(document, paths, 0, pool, patience=3)
        assert "a loop that never ends" in str(caught.value)
        assert time.monotonic() - begun < 12
        looping.remove()
        crashing = clip.effects.add(crash)
        with pytest.raises(RenderError, match=rf"while effect crash on clip {clip.id} ran, a worker .* by SIGSEGV"):
            still(*supplied(project), 0, pool)
        crashing.remove()
        assert (still(*supplied(project), 0, pool) == 50).all()
        assert fine.enabled


def test_the_json_says_what_the_code_is_and_nothing_is_unpickled_to_open_it(project, clip, tmp_path) -> None:
    made = define(_explodes)
    found, data = unpacked(made.resource.data)
    assert json.loads(made.resource.data.partition(b"\n")[0])["title"] == "_explodes"
    from cutroom.effects.python.code import packed

    bomb = packed(found, b"cos\nsystem\n(S'touch " + str(tmp_path / "boom").encode() + b"'\ntR.")
    project.session.apply(AddResource(resource=bomb))
    clip.effects.add("python:_explodes")
    project.save()
    other = App()
    try:
        with cr.Project.open(project.path, read_only=True) as again:
            assert again.effects.to_df()["trusted"].tolist() == [False]
            assert repr(again.timeline.clips[0].effects).startswith("python:_explodes")
    finally:
        other.close()
    assert not (tmp_path / "boom").exists()
    assert data


def _explodes(frame, *, amount: float = 0.5):
    return frame

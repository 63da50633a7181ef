"""Timelines inside of the project: compounds, and multi-cameras that are brought together by their sound."""

from __future__ import annotations

import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import cutroom as cr
from cutroom.demo.film import read_frame_number
from cutroom.errors import ClipGoneError, EditError, UnknownNameError, ValidationError, WidgetError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    made.timeline.append(film.path, source=(1, 3))
    return made


def numbers(timeline: cr.Timeline, *frames: int) -> list[int | None]:
    return [read_frame_number(timeline.frame(cr.frames(frame)).array) for frame in frames]


def test_a_compound_is_edited_like_a_timeline_and_shown_like_a_media(project: cr.Project, film) -> None:
    scene = project.add_compound("Scene")
    first = scene.append(film.path, source=(2, 3))
    scene.append(film.path, source=(4, 5))
    scene.add_marker(0.5, "here")
    assert (scene.title, scene.duration, len(scene.clips), len(scene.markers)) == ("Scene", 2, 4, 1)
    assert project.timeline.duration == 2
    assert len(project.timeline.clips) == 2
    clip = project.timeline.append(project.compound("Scene"), source=(0.5, 1.5))
    assert (clip.start, clip.duration, clip.compound, clip.media) == (2, 1, "Scene", None)
    assert [linked.compound for linked in clip.linked] == ["Scene"]
    assert numbers(project.timeline, 59, 60, 74, 75) == [89, 75, 89, 120]
    assert numbers(scene, 0, 30) == [60, 120]
    first.effects.add("brightness", value=0.3)
    first.trim(end=0.8)
    assert numbers(project.timeline, 60, 69) == [75, None]
    assert first.start == 0
    assert scene.to_df()["start"].tolist() == [0, 1, 0, 1]
    project.undo().undo()
    assert numbers(project.timeline, 69) == [84]
    clip.retime(2)
    assert numbers(project.timeline, 61) == [77]


def test_compounds_are_found_and_removed(project: cr.Project) -> None:
    scene = project.add_compound("Scene")
    assert project.compounds == [scene]
    assert project.compound(scene.id) == scene
    with pytest.raises(EditError, match="already"):
        project.add_compound("Scene")
    with pytest.raises(UnknownNameError, match="did you mean 'Scene'"):
        project.compound("Scen")
    with pytest.raises(EditError, match="is empty"):
        project.timeline.append(scene)
    title = scene.add_title("x", at=0, duration=1)
    clip = project.timeline.append(scene, track="V2")
    with pytest.raises(EditError, match="shown by 1 clips"):
        scene.remove()
    clip.delete()
    scene.remove()
    assert project.compounds == []
    for dead in (lambda: scene.title, lambda: scene.clips, lambda: title.start):
        with pytest.raises(ClipGoneError):
            dead()
    project.undo()
    assert title.start == 0


def test_a_compound_is_renamed(project: cr.Project, film, tmp_path: Path) -> None:
    scene, other = project.add_compound("Scene"), project.add_compound("Other")
    scene.append(film.path, source=(0, 1))
    clip = project.timeline.append(scene)
    scene.title = "Opening"
    assert (scene.title, clip.compound, project.last) == ("Opening", "Opening", "rename compound")
    assert project.timeline.to_df()["compound"].dropna().tolist() == ["Opening"] * 2
    for title, error in (
        ("Other", EditError),
        ("", ValidationError),
        ("x" * 201, ValidationError),
        (5, ValidationError),
    ):
        with pytest.raises(error):
            scene.title = title  # type: ignore[assignment]
    assert scene.title == "Opening"
    project.undo()
    assert project.compound("Scene") == scene
    other.remove()
    with pytest.raises(ClipGoneError):
        other.title = "Gone"


def test_a_compound_cannot_show_itself(project: cr.Project, film) -> None:
    one, two = project.add_compound("One"), project.add_compound("Two")
    two.append(film.path, source=(0, 1))
    one.append(two)
    before = project.session.document
    for outer, inner in ((one, one), (two, one)):
        with pytest.raises(EditError, match="would show itself"):
            outer.append(inner)
    assert project.session.document is before
    other = cr.Project.create().add_compound("Else")
    with pytest.raises(ValidationError, match="this project"):
        project.timeline.append(other)


def test_nest_and_unnest_show_the_same(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.append(film.path, source=(4, 5))
    before = numbers(tl, 0, 59, 60, 89)
    clips = tl.track("V1").clips
    scene = tl.nest(clips, "Scene")
    assert (scene.track.title, scene.duration, scene.compound) == ("V1", 3, "Scene")
    assert [clip.track.title for clip in scene.linked] == ["A1"]
    assert len(tl.clips) == 2
    assert numbers(tl, 0, 59, 60, 89) == before
    assert len(project.compound("Scene").clips) == 4
    back = scene.unnest()
    assert not scene.exists
    assert [clip.id for clip in back if clip.track.kind == "video"] == [clip.id for clip in clips]
    assert numbers(tl, 0, 59, 60, 89) == before
    with pytest.raises(EditError, match="shows no compound"):
        back[0].unnest()


def test_handles_of_another_timeline_are_refused(project: cr.Project, film) -> None:
    scene = project.add_compound("Scene")
    inner = scene.append(film.path, source=(0, 1))
    outer = project.timeline.clips[0]
    for call in (
        lambda: project.timeline.link(outer, inner),
        lambda: project.timeline.group(outer, inner),
        lambda: project.timeline.nest([outer, inner], "x"),
        lambda: project.timeline.add_transition("dissolve", outer, inner),
    ):
        with pytest.raises(ValidationError, match="this timeline"):
            call()


def test_a_compound_draws_itself_as_a_table(project: cr.Project) -> None:
    scene = project.add_compound("Scene")
    scene.add_title("<b>", at=0, duration=1)
    bundle = scene._repr_mimebundle_()
    assert "&lt;b&gt;" in bundle["text/html"]
    assert bundle["text/plain"] == "Compound('Scene', 1.000 s at 30 fps, 1 tracks, 1 clips)"
    with pytest.raises(WidgetError, match="own timeline"):
        cr.TimelineWidget(scene)


def test_a_compound_can_be_exported_alone(project: cr.Project, film, tmp_path: Path) -> None:
    scene = project.add_compound("Scene")
    scene.append(film.path, source=(4, 5))
    report = scene.render(tmp_path / "scene.mp4", progress=False)
    assert report.frames == 30
    assert numbers(cr.timeline(tmp_path / "scene.mp4"), 0, 29) == [120, 149]


@pytest.fixture
def cameras(film, tmp_path: Path) -> tuple[Path, Path]:
    """The film from its start, and, in other colours, from 1.3 seconds on, 39 frames later."""
    right = tmp_path / "right.mp4"
    cut = cr.timeline(film.path, source=(1.3, 6))
    cut.clips[0].effects.add("saturation", value=0.0)
    cut.render(right, progress=False)
    left = tmp_path / "left.mp4"
    left.write_bytes(film.path.read_bytes())
    return left, right


def test_a_multicam_is_brought_together_by_sound(cameras: tuple[Path, Path], tmp_path: Path) -> None:
    project = cr.Project.create(fps=30)
    talk = project.multicam("Talk", cameras)
    assert (talk.multicam, talk.angles) == (True, ["left", "right"])
    assert [track.title for track in talk.tracks] == ["left", "right", "left sound", "right sound"]
    left, right = (talk.track(name).clips[0] for name in talk.angles)
    assert left.start == 0
    assert right.start in {F(13, 10), F(4, 3)}
    assert abs(right.start - right.source[0] - F(13, 10)) < F(1, 1000)
    assert len(project.history) == 1
    tl = project.timeline
    clip = tl.append(talk)
    assert (clip.angle, clip.linked[0].angle) == ("left", "left sound")
    shown = clip.switch("right", at=2)
    assert (shown.start, shown.angle, clip.angle) == (2, "right", "left")
    (sound,) = tl.track("A1").clips  # it goes on, uncut
    assert (sound.end, clip.linked, shown.linked) == (tl.duration, [sound], [])
    clip.roll(end=2.5)
    assert (shown.start, sound.end) == (F(5, 2), tl.duration)
    clip.roll(end=2)
    back = shown.switch("left", at=4, sound=True)
    assert [one.start for one in tl.track("A1").clips] == [0, 4]
    assert back.linked == tl.track("A1").clips[1:]
    assert back.linked[0].angle == "left sound"
    assert numbers(tl, 0, 59, 60, 90, 119, 120) == [0, 59, 60, 90, 119, 120]  # one moment on all cameras

    def coloured(frame: int) -> bool:
        picture = tl.frame(cr.frames(frame)).array.astype(int)
        return bool(np.abs(picture[..., 0] - picture[..., 2]).max() > 40)

    assert [coloured(frame) for frame in (59, 60, 119, 120)] == [True, False, False, True]
    back.angle = "right"
    assert not coloured(120)
    with pytest.raises(EditError, match=r"no angle 'middle'.*\n.*left, right"):
        back.switch("middle")
    with pytest.raises(EditError, match="no angle 'middle'"):
        back.angle = "middle"
    before = project.session.document
    with pytest.raises(EditError, match="no angle"):
        back.switch("middle", at=5)
    assert project.session.document is before
    back.switch("right", sound=True)
    assert back.linked[0].angle == "right sound"


def test_offsets_that_are_given(cameras: tuple[Path, Path]) -> None:
    project = cr.Project.create(fps=30)
    talk = project.multicam("Talk", [*cameras], sync=[0, -0.51], titles=["a", "b"])
    a, b = (talk.track(name).clips[0] for name in "ab")
    assert (b.start, b.source[0]) == (0, 0)
    assert (a.start, a.source[0]) == (F(16, 30), F(16, 30) - F(51, 100))
    assert a.linked[0].source == a.source
    start = project.multicam("Together", [project.media["left.mp4"], cameras[1]], sync="start")
    assert [track.clips[0].start for track in start.tracks] == [0] * 4
    assert len(project.media) == 2


def test_a_sound_recorder_is_an_angle_without_a_picture(film, tmp_path: Path, wav: Callable[[Path], Path]) -> None:
    project = cr.Project.create()
    talk = project.multicam("Talk", [film.path, wav(tmp_path / "zoom.wav")], sync=[0, 0.25])
    assert [(track.title, track.kind) for track in talk.tracks] == [
        ("film", "video"), ("film sound", "audio"), ("zoom", "audio"),
    ]  # fmt: skip
    assert talk.angles == ["film"]


@pytest.fixture
def wav() -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(48_000)
            file.writeframes((np.random.default_rng(3).standard_normal(96_000) * 5000).astype("<i2").tobytes())
        return path

    return make


def test_strangers_share_no_sound(film, tmp_path: Path, wav: Callable[[Path], Path]) -> None:
    project = cr.Project.create()
    with pytest.raises(ValidationError, match="share no sound"):
        project.multicam("Talk", [film.path, wav(tmp_path / "other.wav")])
    assert len(project.history) == 0


def test_a_recorder_whose_clock_runs_apart_is_told_with_its_remedy(tmp_path: Path) -> None:
    rate, seconds = 16_000, 130
    rng = np.random.default_rng(8)
    loud = np.repeat(rng.uniform(0, 1, seconds * 4) > 0.5, rate // 4)
    whole = loud * rng.standard_normal(len(loud)) * 9000
    late = np.interp(np.arange(len(whole)) / 1.0002, np.arange(len(whole)), whole)
    for name, samples in (("near", whole), ("far", late)):
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(np.rint(np.clip(samples, -32767, 32767)).astype("<i2").tobytes())
    project = cr.Project.create()
    project.multicam("Talk", [tmp_path / "near.wav", tmp_path / "far.wav"])
    assert "far.wav is 0.03 s behind the first recording by its end: retime(1.0002" in project.last

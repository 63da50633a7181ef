"""The façades on a real film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cutroom as cr
from cutroom import errors
from cutroom.demo.film import read_frame_number

F = Fraction


@pytest.fixture
def project(tmp_path: Path):
    with cr.Project.create(tmp_path / "trip.tlp") as made:
        yield made


def number(timeline: cr.Timeline, time: object) -> int | None:
    return read_frame_number(timeline.frame(time).array)


def test_the_first_video_gives_size_and_rate(project: cr.Project, film) -> None:
    clip = project.timeline.append(film.path)
    settings = project.settings
    assert (settings.width, settings.height, settings.fps, settings.sample_rate) == (640, 360, F(30), 48_000)
    assert (clip.start, clip.duration) == (0, film.truth.frames / F(30))
    assert [track.title for track in project.timeline.tracks] == ["V1", "A1"]
    assert clip.linked[0].duration == clip.duration
    assert project.media.to_df()["frames"].tolist() == [film.truth.frames]
    assert len(project.media) == 1
    project.timeline.append(film.path)
    assert len(project.media) == 1


def test_a_chosen_format_stays(tmp_path: Path, film) -> None:
    with cr.Project.create(tmp_path / "x.tlp", fps=29.97, size=(320, 180)) as project:
        project.timeline.append(film.path)
        assert project.settings.fps == F(30000, 1001)
        assert project.settings.width == 320


def test_frames_are_the_right_ones(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.append(film.path, source=(1, 2))
    tl.append(film.path, source=(cr.frames(100), "00:00:04:00"))
    assert number(tl, 0) == 30
    assert number(tl, cr.frames(29)) == 59
    assert number(tl, 1) == 100
    assert number(tl, "00:00:01:19") == 119
    assert [read_frame_number(frame.array) for frame in tl.frames((0.9, 1.1), every=cr.frames(2))] == [57, 59, 101]
    picture = tl.frame(0)
    assert picture.array.shape == (360, 640, 3)
    assert picture._repr_jpeg_()[:2] == b"\xff\xd8"


def test_every_kind_of_time(project: cr.Project, film) -> None:
    tl = project.timeline
    clip = tl.append(film.path)
    for time in (2, 2.0, np.float32(2), pd.Timedelta("2s"), "00:00:02:00", "00:02.0", cr.frames(60), F(2)):
        _, right = clip.split(at=time)
        assert right.start == 2
        project.undo()
    for bad in (-1, "-1", float("nan"), float("inf"), "soon", None, "00:00:99:00", 10**30):
        with pytest.raises(errors.TimeError):
            clip.split(at=bad)
    assert len(tl.clips) == 2


def test_verbs(project: cr.Project, film) -> None:
    tl = project.timeline
    clip = tl.append(film.path, source=(0, 4))
    left, right = clip.split(at=1.5)
    assert left.id == clip.id
    assert (left.end, right.start) == (F(3, 2), F(3, 2))
    right.trim(end=3)
    right.move(to=2)
    assert number(tl, 2) == 45
    right.delete()
    assert not right.exists
    with pytest.raises(errors.ClipGoneError, match="removed by step 'delete'"):
        _ = right.start
    project.undo()
    assert right.start == 2
    tl.extract((0, 1))
    assert number(tl, 0) == 30
    tl.insert(film.path, at=0, source=(5, 5.5))
    assert number(tl, 0) == 150
    tl.lift((0, 0.2))
    assert number(tl, 0) is None
    assert tl.frame(0).array.max() < 4
    labels = project.history.to_df()["label"].tolist()
    assert labels[-3:] == ["extract", "insert", "lift"]


def test_keep_and_cut_through_media_time(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.append(film.path, source=(1, 5))
    spans = cr.Spans([(0, 1.5), (4, 6)], media=project.media["film.mp4"])
    tl.keep(spans)
    assert tl.duration == F(3, 2)
    assert [number(tl, t) for t in (0, 0.5)] == [30, 120]
    tl.cut([(0.5, 1.5)])
    assert tl.duration == F(1, 2)
    with pytest.raises(errors.EditError, match="nothing would be left"):
        tl.keep(cr.Spans([(5.5, 6)], media=project.media["film.mp4"]))


def test_an_edit_block_is_one_step(project: cr.Project, film) -> None:
    tl = project.timeline
    with project.edit("rough cut"):
        a = tl.append(film.path, source=(0, 1))
        tl.append(film.path, source=(2, 3))
        a.effects.add("blur", radius=0.02)
    assert project.history.to_df()["label"].tolist() == ["rough cut"]
    project.undo()
    assert tl.clips == []


def test_effects_and_their_errors(project: cr.Project, film) -> None:
    clip = project.timeline.append(film.path, source=(0, 1))
    before = project.timeline.frame(0).array.mean()
    effect = clip.effects.add("brightness", value=0.2)
    assert project.timeline.frame(0).array.mean() > before + 20
    effect.enabled = False
    assert abs(project.timeline.frame(0).array.mean() - before) < 0.5
    effect.set(value=0.1)
    assert clip.effects["brightness"].parameters == {"value": 0.1}
    clip.transform(scale=0.5, position=(0.25, -0.25))
    clip.transform(scale=0.25)
    assert [e.effect for e in clip.effects] == ["brightness", "transform"]
    assert clip.effects["transform"].parameters == {"scale": 0.25}
    steps = len(project.history)
    with pytest.raises(errors.UnknownNameError, match="did you mean 'brightness'"):
        clip.effects.add("brightnes")
    with pytest.raises(errors.UnknownNameError, match="did you mean 'value'"):
        clip.effects.add("brightness", valu=0.1)
    with pytest.raises(errors.ValidationError):
        clip.effects.add("brightness", value=7)
    with pytest.raises(errors.ValidationError):
        clip.effects.add("brightness", value=float("nan"))
    with pytest.raises(errors.ValidationError, match="finite number"):
        clip.effects.add("brightness", value=None)
    with pytest.raises(errors.ValidationError, match="works on sound"):
        clip.effects.add("gain", db=3.0)
    with pytest.raises(errors.UnknownNameError, match="did you mean 'dissolve'"):
        project.timeline.add_transition("disolve", clip, None)
    assert len(project.history) == steps
    table = project.timeline.effects_df()
    assert table.columns.tolist() == ["id", "clip", "place", "effect", "enabled", "parameter", "value", "keyframes"]
    moved = project.timeline.clips[0].effects.add("transform", scale=0.5)
    moved.animate("scale", {0: 0.5, 1: 1}).animate("rotation", {0: 0, 0.5: 10, 1: 20})
    rows = project.timeline.effects_df().query("id == @moved.id")
    assert rows["parameter"].tolist() == ["scale", "rotation"]
    assert rows["keyframes"].tolist() == [2, 3]
    assert rows["value"].isna().tolist() == [False, True]


def test_a_title_is_drawn_and_styled(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.append(film.path, source=(0, 2))
    plain, later = (tl.frame(time).array.astype(int) for time in (0.5, 1.5))
    title = tl.add_title("Hello", at=0, duration=1, colour="#ff0000", size=0.2)
    drawn = tl.frame(0.5).array.astype(int)
    changed = np.abs(drawn - plain).sum(axis=2) > 60
    rows = np.flatnonzero(changed.any(axis=1))
    assert 130 < rows.mean() < 230
    assert ((drawn[..., 0] > 200) & (drawn[..., 1] < 60))[changed].mean() > 0.3
    assert np.array_equal(tl.frame(1.5).array, later)
    assert title.text == "Hello"
    with pytest.raises(errors.UnknownNameError, match="colour"):
        tl.add_title("x", at=0, duration=1, color="#ff0000")
    with pytest.raises(errors.ValidationError):
        tl.add_title("x", at=0, duration=1, colour="rot")


def test_dissolve_mixes_and_needs_handles(project: cr.Project, film) -> None:
    tl = project.timeline
    a = tl.append(film.path, source=(0, 1))
    b = tl.append(film.path, source=(4, 5))
    first, second = tl.frame(cr.frames(29)).array.astype(float), tl.frame(cr.frames(30)).array.astype(float)
    tl.add_transition("dissolve", a, b, duration=cr.frames(10))
    middle = tl.frame(cr.frames(30)).array.astype(float)
    assert np.abs(middle - second).mean() > 2
    assert np.abs(middle - first).mean() > 2
    tables = [len(track.transitions) for track in project.session.document.tracks]
    assert tables == [1, 1]
    c = tl.append(film.path, source=(0, 1))
    with pytest.raises(errors.HandlesError, match="before the in point of the right clip"):
        tl.add_transition("dissolve", b, c)


def test_tables_have_the_documented_columns(project: cr.Project, film) -> None:
    project.timeline.append(film.path, source=(1, 2))
    table = project.timeline.to_df()
    assert not {"name", "size", "index"} & set(table.columns)
    assert table["start_frame"].dtype == "Int64"
    assert table["start"].dtype == "float64"
    assert table.loc[0, ["start_frame", "end_frame"]].tolist() == [0, 30]
    assert table.loc[0, ["source_start", "source_end"]].tolist() == [1.0, 2.0]


def test_reopening_shows_the_same_picture(tmp_path: Path, film) -> None:
    with cr.Project.create(tmp_path / "a.tlp") as project:
        project.timeline.append(film.path, source=(1, 2)).effects.add("saturation", value=2.0)
        before = project.timeline.frame(0.5).array
    with cr.Project.open(tmp_path / "a.tlp") as again:
        assert np.array_equal(again.timeline.frame(0.5).array, before)


def test_handles_show_themselves(project: cr.Project, film) -> None:
    clip = project.timeline.append(film.path, source=(1, 2))
    assert "V1 00:00:00:00 to 00:00:01:00" in repr(clip)
    assert "film.mp4" in repr(project.media["film.mp4"])
    assert "<table" in project._repr_html_()
    assert "2 tracks, 2 clips" in repr(project.timeline)
    project.timeline.add_title("<img src=x onerror=alert(1)>", at=0, duration=1)
    assert "<img" not in project._repr_html_()


def test_a_clip_is_trimmed_to_where_it_is_not_yet(project: cr.Project, film) -> None:
    tl = project.timeline
    clip = tl.overwrite(film.path, at=4, source=(3, 5))
    assert (clip.trim(start=1, end=3).start, clip.end, clip.source) == (1, 3, (0, 2))
    assert (clip.trim(start=5, end=6).start, clip.end, clip.source) == (5, 6, (4, 5))


def test_a_ripple_goes_to_where_the_clip_is_not_yet(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.overwrite(film.path, at=8, source=(0, 1))
    clip = tl.overwrite(film.path, at=4, source=(3, 5))
    clip.ripple(start=1, end=3)
    assert (clip.duration, clip.source) == (2, (0, 2))
    assert tl.clips[1].start - clip.end == 2


def test_spans_shorter_than_a_frame_are_passed_over(project: cr.Project, film) -> None:
    tl = project.timeline
    clip = tl.append(film.path)
    tl.keep([(1, 1.004), (2, 3), (4, 4.002)])
    assert tl.duration == 1
    assert "passed over 2 spans shorter than a frame" in project.last
    project.undo()
    tl.cut(cr.Spans([(1, 1.004), (2, 3)], media=clip.media))
    assert tl.duration == film.truth.frames / F(30) - 1
    assert "passed over 1 span shorter than a frame" in project.last
    for verb in (tl.keep, tl.cut):
        with pytest.raises(errors.TimeError, match="must end after it starts"):
            verb([(1, 1.004)])
        with pytest.raises(errors.TimeError, match="must end after it starts"):
            verb([(2, 3), (1, 0.5)])


def test_a_chain_has_no_place_beyond_its_end(project: cr.Project) -> None:
    title = project.timeline.add_title("x", at=0, duration=1)
    first = title.effects.add("blur")
    title.effects.add("brightness", index=1)
    for attempt in (lambda: first.move(2), lambda: title.effects.add("blur", index=3)):
        with pytest.raises(errors.ValidationError, match="the chain has 2 effects"):
            attempt()
    first.move(1)
    assert [effect.effect for effect in title.effects] == ["brightness", "blur"]


def test_a_speed_that_shows_less_is_told(project: cr.Project, film) -> None:
    clip = project.timeline.append(film.path, source=(1, 2))
    clip.retime(7)
    assert project.last == "retime; it shows 0.933333 s of media, not 1 s: whole frames"
    project.undo()
    clip.retime(2)
    assert project.last == "retime"

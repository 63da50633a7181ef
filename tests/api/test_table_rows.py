"""What the rows of an edited table may say, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

import cutroom as cr
from cutroom.errors import EditError, ValidationError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    for source in ((1, 2), (3, 4)):
        made.timeline.append(film.path, source=source)
    made.timeline.add_title("Hello", at=0, duration=1)
    return made


def test_what_a_row_cannot_change_is_refused_with_the_way_to_do_it(project: cr.Project) -> None:
    tl = project.timeline
    tl.clips[0].effects.add("blur")
    for column, value, way in (
        ("effects", "blur, sharpen", "effects.add"),
        ("effects", None, "effects.add"),
        ("link", "l_other", "tl.link"),
        ("link", None, "unlink"),
        ("kind", "audio", "the column track"),
        ("angle", "V1", "empty the column angle"),
        ("text", "Hi", "empty the id"),
    ):
        df = tl.to_df().astype(object)
        df.at[0, column] = value
        with pytest.raises(EditError, match="1 row") as caught:
            tl.apply_df(df)
        assert way in caught.value.value["hint"].tolist()[0]


def test_rows_group_and_ungroup(project: cr.Project) -> None:
    tl = project.timeline
    df = tl.to_df().astype({"group": object})
    df.loc[df["track"] == "V1", "group"] = "opening"
    for ripple in (False, True):
        assert set(tl.apply_df(df, ripple=ripple, dry_run=True)["field"]) == {"group"}
    tl.apply_df(df)
    a, b = tl.track("V1").clips
    assert a.group == b.group == "opening"
    df = tl.to_df()
    df.loc[df["id"] == a.id, "group"] = None
    df.loc[df["text"] == "Hello", "group"] = "opening"
    tl.apply_df(df)
    assert (a.group, b.group, tl.track("T1").clips[0].group) == (None, "opening", "opening")
    df.loc[df["id"] == a.id, "group"] = "alone"
    for wrong in (df, df.astype({"group": object}).assign(group=5)):
        with pytest.raises(EditError, match="group"):
            tl.apply_df(wrong)
    tl.apply_df(tl.to_df().assign(group=None))
    assert b.group is None


def test_an_emptied_angle_shows_all_again(project: cr.Project, film) -> None:
    tl, scene = project.timeline, project.add_compound("Scene")
    scene.append(film.path, source=(4, 5))
    clip = tl.append(scene, track="V2")
    df = tl.to_df().astype(object)
    df.loc[df["id"] == clip.id, "angle"] = "V1"
    tl.apply_df(df)
    assert clip.angle == "V1"
    tl.apply_df(tl.to_df().assign(angle=None))
    assert clip.angle is None


def test_ids_as_the_index_and_no_ids_at_all(project: cr.Project) -> None:
    tl = project.timeline
    full = tl.to_df()
    df = full.copy()
    df.loc[df["track"] == "T1", "end"] = 0.5
    assert tl.apply_df(df.set_index("id"))["id"].tolist() == tl.track("T1").clips[0].id.split()
    before = project.session.document
    for wrong in (df.drop(columns="id"), df.assign(id=None)):
        with pytest.raises(ValidationError, match="no ids") as caught:
            tl.apply_df(wrong)
        assert "tl.to_df()" in caught.value.hint
    assert project.session.document is before
    new = cr.Project.create(fps=30)
    new.timeline.add_track("title", name="T1")
    assert new.timeline.apply_df(full[full["track"] == "T1"].drop(columns="id"))["change"].tolist() == ["added"]


def test_a_title_has_no_speed_and_a_speed_is_between(project: cr.Project) -> None:
    df = project.timeline.to_df().astype(object)
    for track, column, value, said in (
        ("T1", "speed", 2, "a title has no speed"),
        ("T1", "reverse", True, "a title has no direction"),
        ("V1", "speed", -3, "-3 is no speed"),
        ("V1", "speed", 0, "0 is no speed"),
    ):
        changed = df.copy()
        changed.loc[changed["track"] == track, column] = value
        with pytest.raises(EditError, match=said) as caught:
            project.timeline.apply_df(changed)
        assert column != "speed" or track != "V1" or "between 0.1 and 10" in caught.value.value["hint"].tolist()[0]
    new = pd.DataFrame([{"track": "T1", "text": "Bye", "start": 4, "speed": 2}])
    with pytest.raises(EditError, match="a title has no speed"):
        project.timeline.apply_df(pd.concat([df, new]))


def test_a_ramp_gives_way_to_a_speed(project: cr.Project) -> None:
    clip = project.timeline.track("V1").clips[1]
    clip.retime({0: 1, 1: 0.5})
    df = project.timeline.to_df()
    df.loc[df["id"] == clip.id, "speed"] = 2
    project.timeline.apply_df(df)
    assert clip.speed == 2


def test_media_by_path_and_id(project: cr.Project, film, tmp_path) -> None:
    project.save_as(tmp_path / "trip.tlp")
    tl, (media,) = project.timeline, project.media
    for path in (media.path, Path(media.path), media.id, tl.to_df()["media"].iloc[0]):
        new = pd.DataFrame([{"track": "V1", "media": path, "start": 3, "source_start": 5, "source_end": 5.5}])
        assert tl.apply_df(pd.concat([tl.to_df(), new]), dry_run=True)["change"].tolist() == ["added"]
        df = tl.to_df().astype(object)
        df.loc[df["media"].notna(), "media"] = path
        assert tl.apply_df(df).empty


def test_what_snapped_is_told(project: cr.Project) -> None:
    tl = project.timeline
    path = tl.to_df()["media"].iloc[0]
    new = pd.DataFrame([{"track": "V1", "media": path, "start": 3.013, "source_start": 5.995}])
    tl.apply_df(pd.concat([tl.to_df(), new]))
    assert "3.013 s snapped to 3 s (frame 90)" in project.last
    assert "0.005 s snapped to 0.033333 s" in project.last
    assert tl.track("V1").clips[-1].duration == F(1, 30)
    df = tl.to_df()
    df.loc[0, "end"] = 0.513
    tl.apply_df(df)
    assert "0.513 s snapped to 0.5 s (frame 15)" in project.last


def test_sound_goes_to_the_frame_that_its_picture_goes_to(project: cr.Project) -> None:
    tl = project.timeline
    df = tl.to_df()
    rows = df.index[(df["link"].notna()) & (df["start"] == 1)]
    assert len(rows) == 2
    df.loc[rows, ["start", "end"]] = (1.5123, 2.5123)
    tl.apply_df(df)
    moved = [clip for clip in tl.clips if clip.start > 1]
    assert [(clip.start, clip.duration) for clip in moved] == [(F(3, 2), 1)] * 2
    assert "snapped to the nearest frame" in project.last

"""Tables of clips that are edited and given back."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pandas as pd
import pytest

import cutroom as cr
from cutroom.demo.film import read_frame_number
from cutroom.errors import EditError, ValidationError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    for source in ((1, 2), (3, 4)):
        made.timeline.append(film.path, source=source)
    made.timeline.add_title("Hello", at=0, duration=1)
    return made


def numbers(timeline: cr.Timeline, *frames: int) -> list[int | None]:
    return [read_frame_number(timeline.frame(cr.frames(frame)).array) for frame in frames]


def test_a_table_as_it_is_changes_nothing(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.clips[0].retime({0: 1, 1: 0.5})
    tl.track("V1").clips[1].retime(0.3)
    tl.append(tl.nest(tl.track("V1").clips[1], "Scene") and project.compound("Scene"), track="V2")
    steps = len(project.history)
    df = tl.to_df()
    assert df["speed"].isna().tolist() == [clip.speed == tl.clips[0].speed for clip in tl.clips]
    assert df["compound"].notna().sum() == 4
    for table in (df, df.sample(frac=1, random_state=3), df.convert_dtypes(), df.set_index("id", drop=False)):
        assert tl.apply_df(table).empty
    assert len(project.history) == steps


def test_an_edited_table_is_one_step(project: cr.Project) -> None:
    tl = project.timeline
    df = tl.to_df()
    picture = df[df["track"] == "V1"].index
    df.loc[picture[0], "end"] = 0.5
    df.loc[picture[1], ["source_start", "reverse"]] = [3.5, True]
    df.loc[df["text"] == "Hello", "text"] = "Goodbye"
    before = project.session.document
    told = tl.apply_df(df, dry_run=True)
    assert project.session.document is before
    assert told.columns.tolist() == ["what", "id", "place", "change", "field", "before", "after"]
    assert set(told["change"]) == {"changed"}
    assert set(told["field"]) == {"duration", "source_start", "reverse", "source"}
    assert len(told) == 7  # picture and sound, and the title
    done = tl.apply_df(df)
    pd.testing.assert_frame_equal(done, told)
    assert project.history.to_df()["label"].tolist()[-1] == "apply table"
    a, b = tl.track("V1").clips
    assert (a.end, a.linked[0].end, b.source, b.reversed) == (F(1, 2), F(1, 2), (F(7, 2), F(9, 2)), True)
    assert numbers(tl, 14, 30, 59) == [44, 134, 105]
    project.undo()
    assert project.session.document == before


def test_what_a_clip_has_with_it_moves_without_a_word(project: cr.Project) -> None:
    tl = project.timeline
    clip = tl.track("V1").clips[1]
    clip.effects.add("blur")
    clip.effects.add("brightness", value=0.1)
    tl.group(clip, tl.track("T1").clips[0])
    df = tl.to_df()
    df.loc[df["id"] == clip.id, "start"] = 3
    told = tl.apply_df(df)
    assert told[["place", "field", "before", "after"]].values.tolist() == [
        ["V1", "start", 1, 3],
        ["A1", "start", 1, 3],
    ]
    assert project.diff(project).columns.tolist() == told.columns.tolist()


def test_speed_rows_order_and_ripple(project: cr.Project) -> None:
    tl = project.timeline
    df = tl.to_df()
    df = df[df["track"] == "V1"].iloc[::-1].copy()
    df.iloc[0, df.columns.get_loc("speed")] = 2.0
    tl.apply_df(df, ripple=True, tracks="V1")
    assert numbers(tl, 0, 1, 15, 44) == [90, 92, 30, 59]
    assert tl.duration == F(3, 2)


def test_ripple_means_what_it_means_in_the_verbs(film) -> None:
    def begun() -> cr.Timeline:
        tl = cr.Project.create(fps=30).timeline
        tl.append(film.path, source=(0, 3))
        tl.append(film.path, source=(3, 6))
        tl.add_title("x", at=2, duration=1)
        tl.overwrite(tl.project.media.add(film.path), at=4, source=(0, 1), track="A2")
        return tl

    table, verb = begun(), begun()
    df = table.to_df()
    link = table.track("V1").clips[0].linked
    gone = {table.track("V1").clips[0].id, *(clip.id for clip in link)}
    table.apply_df(df[~df["id"].isin(gone)], ripple=True)
    verb.track("V1").clips[0].delete(ripple=True)
    columns = ["track", "start", "end", "source_start", "source_end", "text"]
    pd.testing.assert_frame_equal(table.to_df()[columns], verb.to_df()[columns])
    assert [clip.start for name in ("T1", "A2") for clip in table.track(name).clips] == [2, 1]


def test_a_row_that_is_gone_takes_its_clip_whatever_is_left_of_the_track(project: cr.Project) -> None:
    tl = project.timeline
    df = tl.to_df()
    title = tl.track("T1").clips[0].id
    for table in (df[df["id"] != title], df[df["text"].isna()]):
        told = tl.apply_df(table, dry_run=True)
        assert told[["what", "id", "change"]].values.tolist() == [["clip", title, "removed"]]
    assert len(tl.apply_df(df.iloc[:0], dry_run=True)) == 5
    assert tl.apply_df(df[df["track"] == "V1"], tracks=["V1"]).empty
    assert tl.apply_df(df.iloc[:0], tracks="T1", dry_run=True)["id"].tolist() == [title]
    with pytest.raises(EditError, match="no track"):
        tl.apply_df(df, tracks="V9")
    tl.apply_df(df.iloc[:0])
    assert tl.clips == []


def test_sound_that_has_no_row_any_more_is_gone(project: cr.Project) -> None:
    tl = project.timeline
    df = tl.to_df()
    picture, sound = tl.track("V1").clips[0], tl.track("A1").clips[0]
    df = df[df["id"] != sound.id]
    assert tl.apply_df(df, dry_run=True)["change"].tolist().count("removed") == 1
    df.loc[df["id"] == picture.id, "end"] = 0.5
    tl.apply_df(df)
    assert [clip.id for clip in tl.track("A1").clips] == [tl.track("V1").clips[1].linked[0].id]
    assert (picture.duration, picture.linked) == (F(1, 2), [])


def test_a_new_row_is_a_new_clip(project: cr.Project) -> None:
    tl = project.timeline
    path = tl.to_df()["media"].iloc[0]
    more = pd.DataFrame([{"track": "V1", "media": path, "start": 3, "source_start": 5, "source_end": 5.5}])
    df = pd.concat([tl.to_df(), more], ignore_index=True)
    told = tl.apply_df(df)
    assert told["change"].tolist() == ["added"]
    assert numbers(tl, 90, 104) == [150, 164]


def test_a_new_row_shows_a_compound_or_one_of_its_angles(project: cr.Project, film) -> None:
    tl, scene = project.timeline, project.add_compound("Scene")
    scene.append(film.path, source=(4, 5))
    scene.append(film.path, source=(2, 3), track="V2", sound=False)
    more = pd.DataFrame(
        [
            {"track": "V1", "compound": "Scene", "start": 2},
            {"track": "V1", "compound": "Scene", "angle": "V1", "start": 3, "source_start": 0.5},
            {"track": "A1", "compound": "Scene", "start": 2, "duration": 0.5},
            {"track": "T1", "text": "Bye", "start": 2, "end": 3},
        ]
    )
    assert len(tl.apply_df(pd.concat([tl.to_df(), more], ignore_index=True))) == 4
    shown = [(c.compound, c.angle, c.start, c.source) for c in tl.clips if c.compound]
    assert shown == [("Scene", None, 2, (0, 1)), ("Scene", "V1", 3, (F(1, 2), 1)), ("Scene", None, 2, (0, F(1, 2)))]
    assert numbers(tl, 60, 90) == [60, 135]
    assert tl.track("T1").clips[-1].text == "Bye"
    copied = tl.to_df()
    again = copied[copied["compound"].notna() & (copied["track"] == "V1")].assign(id=None, start=[5, 6])
    again = again.drop(columns=["end", "start_frame", "end_frame"])
    tl.apply_df(pd.concat([copied, again], ignore_index=True))
    assert [(c.start, c.angle) for c in tl.track("V1").clips[-2:]] == [(5, None), (6, "V1")]
    df = tl.to_df()
    df.loc[df["start"] == 5, "angle"] = "V2"
    assert tl.apply_df(df)["field"].tolist() == ["source"]
    assert numbers(tl, 150) == [60]


def test_new_rows_with_a_compound_that_cannot_be(project: cr.Project, film) -> None:
    tl, scene, empty = project.timeline, project.add_compound("Scene"), project.add_compound("Empty")
    scene.append(film.path, source=(0, 1), sound=False)
    outer = project.add_compound("Outer")
    outer.append(scene)
    for timeline, row, said in (
        (tl, {"compound": "Scnee"}, "there is no compound 'Scnee'"),
        (tl, {"compound": "Empty"}, "is empty"),
        (tl, {"compound": "Scene", "text": "Hi"}, "one thing, not compound and text"),
        (tl, {"compound": "Scene", "angle": "V7"}, "has no angle 'V7'"),
        (tl, {"compound": "Scene", "track": "A1"}, "does not go on track A1"),
        (tl, {"compound": "Scene", "duration": 3}, "the media ends at 1 s"),
        (tl, {}, "shows something"),
        (scene, {"compound": "Scene"}, "would show itself"),
        (scene, {"compound": "Outer"}, "would show itself"),
    ):
        df = pd.concat([timeline.to_df(), pd.DataFrame([{"track": "V1", "start": 8, **row}])], ignore_index=True)
        with pytest.raises(EditError) as caught:
            timeline.apply_df(df)
        assert said in caught.value.value["problem"].tolist()[0]
        assert caught.value.value["hint"].tolist()[0]
    assert empty.duration == 0


def test_a_row_does_not_let_its_clip_show_something_else(project: cr.Project) -> None:
    for column in ("media", "compound"):
        df = project.timeline.to_df().astype(object)
        df.loc[0, column] = "other"
        with pytest.raises(EditError, match=f"not the {column} 'other'"):
            project.timeline.apply_df(df)


def test_all_rows_that_cannot_be_are_told_at_once(project: cr.Project) -> None:
    tl = project.timeline
    df = tl.to_df()
    df.loc[0, "end"] = -1
    df.loc[1, "source_start"] = 5.9
    df.loc[2, "id"] = "c_nobody"
    before = project.session.document
    with pytest.raises(EditError) as caught:
        tl.apply_df(df, dry_run=True)
    with pytest.raises(EditError) as again:
        tl.apply_df(df)
    assert str(caught.value) == str(again.value)
    assert project.session.document is before
    table = caught.value.value
    assert table.columns.tolist() == ["row", "id", "problem", "hint"]
    assert table["row"].tolist() == [0, 1, 2]
    assert caught.value.message.startswith("3 rows of the table cannot be")
    assert "there is no clip c_nobody" in caught.value.message
    many = pd.concat([df.assign(id=f"c_{n}") for n in range(10)])
    with pytest.raises(EditError, match="and 30 more"):
        tl.apply_df(many)


@pytest.mark.parametrize(
    "change",
    [
        {"start": "soon"}, {"end": float("inf")}, {"duration": -1}, {"start_frame": "x"}, {"start_frame": 1.5},
        {"end_frame": float("inf")}, {"source_start": -3}, {"speed": "fast"}, {"speed": 99}, {"speed": [1]},
        {"track": "nowhere"}, {"track": 5}, {"track": "A1"}, {"reverse": "maybe"}, {"id": 7}, {"start": [0]},
    ],
)  # fmt: skip
def test_values_that_are_none(project: cr.Project, change: dict[str, object]) -> None:
    df = project.timeline.to_df().astype(object)
    for column, value in change.items():
        df.at[0, column] = value
    before = project.session.document
    with pytest.raises(EditError, match="row"):
        project.timeline.apply_df(df)
    assert project.session.document is before


@pytest.mark.parametrize("text", ["漢字", "x" * 20_000, 5])
def test_texts_that_cannot_be_drawn(project: cr.Project, text: object) -> None:
    df = project.timeline.to_df().astype(object)
    df.loc[df["text"] == "Hello", "text"] = text
    before = project.session.document
    if text == 5:
        project.timeline.apply_df(df)
        assert project.timeline.track("T1").clips[0].text == "5"
        return
    for dry in (True, False):
        with pytest.raises(ValidationError):
            project.timeline.apply_df(df, dry_run=dry)
    assert project.session.document is before


def test_texts_that_cannot_be_drawn_with_ripple(project: cr.Project) -> None:
    df = project.timeline.to_df().astype(object)
    longer = df.assign(end=None, end_frame=None, source_end=None)
    longer.loc[df["text"] == "Hello", ["text", "duration"]] = ["漢字", 3]
    new = pd.concat([df, pd.DataFrame([{"track": "T1", "text": "漢字", "start": 0}])])
    for table in (longer, new):
        with pytest.raises(ValidationError, match="漢"):
            project.timeline.apply_df(table, ripple=True)


def test_tables_of_a_compound(project: cr.Project, film) -> None:
    scene = project.add_compound("Scene")
    scene.append(film.path, source=(0, 1))
    df = scene.to_df()
    df.loc[0, "end"] = 0.5
    told = scene.apply_df(df)
    assert set(told["place"]) == {"Scene/V1", "Scene/A1"}
    assert scene.duration == F(1, 2)
    assert project.timeline.duration == 2


@pytest.mark.parametrize("wrong", [lambda df: None, lambda df: df.to_dict(), lambda df: pd.concat([df, df], axis=1)])
def test_what_is_no_table(project: cr.Project, wrong: Callable[[pd.DataFrame], object]) -> None:
    with pytest.raises(ValidationError):
        project.timeline.apply_df(wrong(project.timeline.to_df()))  # type: ignore[arg-type]

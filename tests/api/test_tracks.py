"""Handles of tracks, markers and subtitles, and the tables of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import cutroom as cr
from cutroom.demo.film import read_frame_number
from cutroom.errors import ClipGoneError, EditError, LockedTrackError, TimeError, UnknownNameError, ValidationError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    made.timeline.append(film.path, source=(1, 3))
    return made


def test_switches_of_a_track(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.overwrite(film.path, at=0, source=(4, 5), track="V2", sound=False)
    above = tl.track("V2")
    assert read_frame_number(tl.frame(0).array) == 120
    above.hidden = True
    assert above.hidden
    assert read_frame_number(tl.frame(0).array) == 30
    above.hidden = False
    above.move(0)
    assert [track.title for track in tl.tracks] == ["V2", "V1", "A1"]
    assert read_frame_number(tl.frame(0).array) == 30
    above.title = "Above"
    assert tl.track("Above") == above
    sound = tl.track("A1")
    sound.volume, sound.pan, sound.muted, sound.solo = 0.5, -1, True, True
    assert (sound.volume, sound.pan, sound.muted, sound.solo) == (0.5, -1.0, True, True)
    assert project.last == "set solo"
    above.sync_lock = False
    assert not above.sync_lock
    above.locked = True
    with pytest.raises(LockedTrackError, match="Above is locked"):
        above.clips[0].delete()
    with pytest.raises(LockedTrackError):
        above.title = "x"
    above.locked = False
    table = tl.tracks_df()
    assert table["title"].tolist() == ["Above", "V1", "A1"]
    assert table.loc[2, ["kind", "clips", "duration", "muted", "volume", "pan"]].tolist() == [
        "audio", 1, 2.0, True, 0.5, -1.0,
    ]  # fmt: skip
    above.remove()
    assert "1 clips went with track Above" in project.last
    with pytest.raises(ClipGoneError, match="removed by step 'remove track'"):
        _ = above.title
    with pytest.raises(EditError, match="there are 2 tracks"):
        sound.move(5)
    with pytest.raises(AttributeError):
        sound.volum = 1  # type: ignore[attr-defined]


def test_markers(project: cr.Project, film) -> None:
    tl = project.timeline
    later = tl.add_marker(1.51, "chapter 1", kind="chapter")
    assert project.last == "add marker; 1.51 s snapped to 1.5 s (frame 45)"
    first = tl.add_marker(cr.frames(15), "look")
    assert tl.markers == [first, later]
    assert (later.time, later.title, later.kind, first.kind) == (F(3, 2), "chapter 1", "chapter", "note")
    later.time = 0.2
    later.title = "intro"
    later.kind = "section"
    assert tl.markers == [later, first]
    tl.insert(film.path, at=0, source=(0, 1))
    table = tl.markers_df()
    assert table.values.tolist() == [
        [later.id, 1.2, 36, "intro", "section"], [first.id, 1.5, 45, "look", "note"],
    ]  # fmt: skip
    later.remove()
    with pytest.raises(ClipGoneError, match="removed by step 'remove marker'"):
        _ = later.time
    assert repr(first) == "Marker('look', note at 00:00:01:15)"
    with pytest.raises(UnknownNameError, match="chapter"):
        tl.add_marker(0, "x", kind="chaptr")  # type: ignore[arg-type]


def test_subtitles_are_drawn_and_changed(project: cr.Project) -> None:
    tl = project.timeline
    plain = tl.frame(0.5).array.astype(int)
    cue = tl.add_subtitle("Good morning.", 0.2, 1)
    drawn = np.abs(tl.frame(0.5).array.astype(int) - plain).sum(axis=2) > 60
    assert np.flatnonzero(drawn.any(axis=1)).mean() > 290  # at the foot of 360 lines
    assert not (np.abs(tl.frame(0.1).array.astype(int) - plain).max() > 200 and drawn[:300].any())
    second = tl.add_subtitle("Who is there?", 0.8, 1.5, colour="#ff0000", position=(0, -0.4))
    track = tl.track("S1")
    assert track.cues == [cue, second]
    assert (track.kind, second.track, second.text, second.end) == ("subtitle", track, "Who is there?", F(3, 2))
    cue.text, cue.end = "Good evening.", cr.frames(40)
    cue.start = 1.01
    assert project.last == "trim subtitle; 1.01 s snapped to 1 s (frame 30)"
    assert tl.cues_df()[["id", "track", "start", "end", "start_frame", "end_frame", "text"]].values.tolist() == [
        [second.id, "S1", 0.8, 1.5, 24, 45, "Who is there?"],
        [cue.id, "S1", 1.0, 40 / 30, 30, 40, "Good evening."],
    ]
    before = project.session.document
    with pytest.raises(TimeError, match="end after it starts"):
        cue.end = 0.5
    with pytest.raises(ValidationError, match="cannot draw"):
        tl.add_subtitle("漢字", 0, 1)
    with pytest.raises(ValidationError, match="cannot draw"):
        cue.text = "漢字"
    with pytest.raises(EditError, match="holds no subtitles"):
        tl.add_subtitle("x", 0, 1, track="V1")
    assert project.session.document is before
    cue.remove()
    assert track.cues == [second]
    with pytest.raises(ClipGoneError, match="removed by step 'remove subtitle'"):
        _ = cue.text


def test_transitions_as_a_table(project: cr.Project, film) -> None:
    tl = project.timeline
    a = tl.clips[0]
    b = tl.append(film.path, source=(4, 5))
    first = tl.add_transition("dissolve", a, b, duration=cr.frames(9))
    last = tl.add_transition("dissolve", b, None, duration=cr.frames(5))
    table = tl.transitions_df()
    assert table["track"].tolist() == ["V1", "V1", "A1", "A1"]
    row = table.iloc[0]
    assert row[["id", "transition", "left", "right"]].tolist() == [first.id, "dissolve", a.id, b.id]
    assert row[["start_frame", "end_frame"]].tolist() == [56, 65]
    row = table.iloc[1]
    assert row[["id", "left", "start_frame", "end_frame"]].tolist() == [last.id, b.id, 85, 90]
    assert pd.isna(row["right"])
    empty = cr.Project.create().timeline
    for table in (empty.transitions_df(), empty.tracks_df(), empty.markers_df(), empty.cues_df(), empty.to_df()):
        assert len(table) == 0
        assert not {"name", "size", "index"} & set(table.columns)

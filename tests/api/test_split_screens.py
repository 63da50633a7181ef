"""Split screens as people make them: tracks, lengths, sounds, one step, pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cutroom as cr
from cutroom import errors

F = Fraction


@pytest.fixture
def project(tmp_path: Path) -> cr.Project:
    return cr.Project.create(tmp_path / "trip.tlp", fps=30, size=(320, 180))


@pytest.fixture
def clips(project: cr.Project, film) -> list[cr.Clip]:
    """Four clips in a row, of 1, 1, 2 and 1 seconds, with sound."""
    tl = project.timeline
    return [tl.append(film.path, source=(first, first + length)) for first, length in ((0, 1), (1, 1), (2, 2), (5, 1))]


def _standing(tl: cr.Timeline) -> dict[str, list[tuple[str, float, float]]]:
    table = tl.to_df()
    return {
        track: [(row.id, row.start, row.end) for row in table[table.track == track].itertuples()]
        for track in dict.fromkeys(table.track)
    }


def test_each_clip_gets_a_track_and_a_cell(project: cr.Project, clips: list[cr.Clip]) -> None:
    tl = project.timeline
    alone = [tl.frame(clip.start).array.astype(float) for clip in clips]
    steps = len(project.history.to_df())
    before = project.session.document
    made = tl.split_screen("grid-2x2", clips)
    assert [clip.id for clip in made] == [clip.id for clip in clips]
    assert [clip.track.title for clip in made] == ["V1", "V2", "V3", "V4"]
    assert [clip.linked[0].track.title for clip in made] == ["A1", "A2", "A3", "A4"]
    assert {(clip.start, clip.end) for clip in made} == {(0, 1)}
    assert {clip.linked[0].end for clip in made} == {1}
    assert [clip.start for clip in (made[2], made[2].linked[0])] == [0, 0]
    assert "shortened to 1 s" in str(project.last)
    seen = tl.frame(0).array.astype(float)
    for number, picture in enumerate(alone):
        row, column = divmod(number, 2)
        part = seen[row * 90 : row * 90 + 90, column * 160 : column * 160 + 160]
        small = picture.reshape(90, 2, 160, 2, 3).mean(axis=(1, 3))
        assert np.abs(part - small).mean() < 3
    assert len(project.history.to_df()) == steps + 1
    project.undo()
    assert project.session.document == before
    project.redo()
    assert tl.frame(0).array.astype(float) == pytest.approx(seen)


def test_the_script_rebuilds_it(project: cr.Project, clips: list[cr.Clip]) -> None:
    project.timeline.split_screen("diagonal-4", clips, gap=0.01, border=0.01, border_colour="lime")
    assert {clip.effects["cell"].parameters["border_colour"] for clip in clips} == {"#00ff00"}
    names: dict[str, Any] = {}
    exec(project.to_script(), names)
    assert len(project.diff(names["project"])) == 0


def test_other_clips_stay_and_are_not_covered(project: cr.Project, clips: list[cr.Clip]) -> None:
    tl = project.timeline
    made = tl.split_screen("vertical-2", clips[1:3], length="keep", at=0.5)  # A stands at 0 to 1 on V1
    assert [clip.track.title for clip in made] == ["V2", "V3"]
    assert [clip.linked[0].track.title for clip in made] == ["A2", "A3"]
    assert [(clip.start, clip.duration) for clip in made] == [(F(1, 2), 1), (F(1, 2), 2)]
    stay = _standing(tl)
    assert [(row[1], row[2]) for row in stay["V1"]] == [(0.0, 1.0), (4.0, 5.0)]
    assert [clip.id for clip in tl.at(0.75) if clip.track.kind == "video"] == [clips[0].id, *(c.id for c in made)]


def test_a_second_split_screen_replaces_the_cells(project: cr.Project, clips: list[cr.Clip]) -> None:
    tl = project.timeline
    tl.split_screen("vertical-2", clips[:2])
    clips[0].transform(opacity=0.5)
    tl.split_screen("horizontal-2", clips[:2], fit="fit")
    assert [effect.effect for effect in clips[0].effects] == ["cell", "transform"]
    assert clips[1].effects["cell"].parameters["top"] == 0.5
    assert [clip.track.title for clip in clips[:2]] == ["V1", "V2"]


def test_a_line_goes_around_the_small_picture_alone(project: cr.Project, clips: list[cr.Clip]) -> None:
    below, above = project.timeline.split_screen("picture-in-picture-top-left", clips[:2], border=0.02)
    assert (below.effects["cell"].parameters["border"], above.effects["cell"].parameters["border"]) == (0, 0.02)
    seen = project.timeline.frame(0).array
    assert seen[7, 50].tolist() == pytest.approx([255] * 3, abs=6)
    assert np.abs(seen[0].astype(int) - 255).mean() > 20


def test_own_templates_titles_and_compounds(project: cr.Project, clips: list[cr.Clip]) -> None:
    tl = project.timeline
    title = tl.add_title("Hello", at=0, duration=1)
    nest = tl.nest(clips[3], "Inside")
    mine = cr.templates.custom([(0, 0, 50, 100), [(50, 0), (100, 0), (100, 100)], (50, 50, 25, 50)], name="mine")
    made = tl.split_screen(mine, [clips[0], title, nest], border=0.02)
    assert [clip.track.title for clip in made] == ["V1", "V2", "V3"]
    seen = tl.frame(0.5).array
    assert seen[2, 80].tolist() == pytest.approx([255] * 3, abs=3)
    assert made[1].effects["cell"].parameters["polygon"].count(",") == 3


def test_what_does_not_fit_is_said_and_changes_nothing(project: cr.Project, clips: list[cr.Clip], film) -> None:
    tl = project.timeline
    before = project.session.document
    with pytest.raises(errors.ValidationError, match="grid-2x2 has 4 cells, and 3 clips were given") as caught:
        tl.split_screen("grid-2x2", clips[:3])
    assert "vertical-3" in caught.value.hint
    with pytest.raises(errors.UnknownNameError, match="did you mean 'vertical-2'"):
        tl.split_screen("vertcal-2", clips[:2])
    for given in ([clips[0], clips[0]], [clips[0], clips[1].linked[0]], [clips[0], str(film.path)]):
        with pytest.raises(errors.ValidationError, match="clips takes"):
            tl.split_screen("vertical-2", given)
    with pytest.raises(errors.UnknownNameError, match="fill"):
        tl.split_screen("vertical-2", clips[:2], fit="fil")
    with pytest.raises(errors.ValidationError, match="gap"):
        tl.split_screen("vertical-2", clips[:2], gap=2)
    with pytest.raises(errors.ValidationError, match="border_colour"):
        tl.split_screen("vertical-2", clips[:2], border_colour="redd")
    with pytest.raises(errors.UnknownNameError, match="shortest"):
        tl.split_screen("vertical-2", clips[:2], length="short")
    tl.track("V1").locked = True
    with pytest.raises(errors.EditError, match="V1"):
        tl.split_screen("vertical-2", clips[:2])
    project.undo()
    assert project.session.document == before


@pytest.mark.parametrize("cells", [[], [(0, 0, 0, 10)], [(0, 0)], [[(0, 0), (1, 1), (2, 2)]], [(0, 0, "a", 1)], [5]])
def test_own_templates_are_checked(cells: Any) -> None:
    with pytest.raises(errors.ValidationError, match="cell"):
        cr.templates.custom(cells)


def test_templates_show_themselves() -> None:
    table = cr.templates.to_df()
    screens = table[table.kind == "split screen"]
    assert set(screens.cells) == set(range(2, 26))
    assert "<polygon" in cr.templates.get("diagonal-3")._repr_html_()
    rows = cr.templates.get("picture-in-picture-top-right").to_df()
    assert rows.iloc[1][["left", "top", "width", "height"]].tolist() == [67.0, 3.0, 30.0, 30.0]

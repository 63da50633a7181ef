"""People see names: of functions and of files, and every value that an effect has, set or not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import cutroom as cr

CUBE = "LUT_3D_SIZE 2\n" + "\n".join(f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)) + "\n"


@cr.effect(parameters={"amount": (0, 1)})
def warm(frame, *, amount: float = 0.5, mode: str = "soft"):
    """Makes it warmer."""
    return frame


@pytest.fixture
def project() -> cr.Project:
    return cr.Project.create(fps=25, size=(160, 90), sample_rate=48_000)


@pytest.fixture
def clip(project: cr.Project, tmp_path: Path) -> cr.Clip:
    (tmp_path / "look.cube").write_text(CUBE)
    made = project.timeline.add_title("Hi", at=0, duration=2)
    made.effects.add(warm, amount=0.25)
    made.effects.add("lut3d", file=tmp_path / "look.cube")
    return made


def values(table: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(table[["effect", "parameter", "value", "set"]].itertuples(index=False, name=None))


def test_a_table_shows_every_parameter_and_which_were_set(project: cr.Project, clip: cr.Clip) -> None:
    expected = [
        ("python:warm", "amount", 0.25, True),
        ("python:warm", "mode", "soft", False),
        ("lut3d", "file", "look.cube", True),
        ("lut3d", "strength", 1.0, False),
    ]
    table = clip.effects.to_df()
    assert values(table) == expected
    assert values(project.timeline.effects_df()) == expected
    assert table["place"].tolist() == [0, 0, 1, 1]
    assert table["set"].dtype == bool
    assert not {"name", "size", "index"} & set(table.columns)
    assert len(project.timeline.add_title("x", at=3, duration=1).effects.to_df().columns) == len(table.columns)


def test_what_moves_is_set_and_an_effect_without_values_has_a_row(project: cr.Project, clip: cr.Clip) -> None:
    clip.effects.add("box_blur").animate("radius", {0: 0, 1: 0.1})
    clip.effects.add("invert")
    table = clip.effects.to_df()
    (moved,) = table[(table.effect == "box_blur") & (table.parameter == "radius")].itertuples()
    assert (moved.set, moved.keyframes) == (True, 2)
    assert table[table.effect == "invert"].shape[0] >= 1


def test_names_stand_for_digests_wherever_people_look(project: cr.Project, clip: cr.Clip) -> None:
    fx = clip.effects[0]
    digest, file = fx.effect.rpartition(":")[2], clip.effects[1].parameters["file"]
    fx.animate("amount", {0: 0, 1: 1})
    fx.set(mode="hard")
    seen = [
        repr(clip.effects),
        repr(fx),
        repr(clip.effects[1]),
        repr(warm),
        warm._repr_html_(),
        repr(clip.effects.graph()),
        clip.effects.graph()._repr_html_(),
        clip.effects.graph().to_df().drop(columns="id").to_string(),
        clip.effects.to_df().to_string(),
        clip.effects.keyframes_df().to_string(),
        project.timeline.to_df().to_string(),
        project.history.to_df().to_string(),
        *clip.effects.contact_sheet(["python:warm"]).pictures,
    ]
    for text in seen:
        assert digest not in text
        assert str(file) not in text
    assert "look.cube" in repr(clip.effects.graph())
    assert repr(clip.effects[1]) == "lut3d(file='look.cube')"
    assert clip.effects["python:warm"].id == fx.id
    assert "python:warm" in clip.effects._ipython_key_completions_()
    assert fx.effect.startswith("python:warm:"), "the document names the code"


def test_a_table_with_such_names_goes_back(project: cr.Project, clip: cr.Clip) -> None:
    tl = project.timeline
    table = tl.to_df()
    assert table["effects"].tolist() == ["python:warm, lut3d"]
    assert len(tl.apply_df(table)) == 0
    table.loc[0, "effects"] = "lut3d"
    with pytest.raises(cr.errors.EditError, match="does not change the effects"):
        tl.apply_df(table)


def test_an_error_names_the_function(project: cr.Project, clip: cr.Clip) -> None:
    with pytest.raises(cr.errors.ValidationError) as caught:
        clip.effects["python:warm"].set(amount=3)
    assert caught.value.message == "python:warm: amount cannot be 3"
    with pytest.raises(cr.errors.UnknownNameError) as unknown:
        clip.effects["warm"]
    assert unknown.value.hint == "did you mean 'python:warm'?"

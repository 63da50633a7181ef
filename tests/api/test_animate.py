"""Keyframes as people set and read them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cutroom as cr
from cutroom import errors

F = Fraction


@pytest.fixture
def project() -> cr.Project:
    return cr.Project.create(fps=25, size=(320, 180), sample_rate=48_000)


@pytest.fixture
def title(project: cr.Project) -> cr.Clip:
    return project.timeline.add_title("Hello", at=1, duration=4)


@pytest.mark.parametrize(
    "given",
    [
        {0: 0, 1.5: 0.3},
        {"00:00:00:00": 0.0, "1.5": 0.3},
        {cr.frames(0): np.float32(0), pd.Timedelta("1.5s"): np.float64(0.3)},
        {F(3, 2): 0.3, np.int64(0): 0},
        [(0, 0), (1.5, 0.3)],
        ((1.5, 0.3, "linear"), (0, 0, "ease_in_out")),
        pd.Series({0.0: 0, 1.5: 0.3}).items(),
    ],
    ids=["dict", "timecodes", "frames", "fractions", "rows", "any order", "series"],
)
def test_times_and_values_in_any_form(title: cr.Clip, given: Any) -> None:
    fx = title.effects.add("brightness")
    assert fx.animate("value", given, easing="ease_in_out") == fx
    first, last = fx.keyframes["value"]
    assert (first.time, last.time) == (0, F(3, 2))
    assert (first.value, round(last.value, 6), first.easing) == (0, 0.3, "ease_in_out")


def test_easings_by_call_and_by_key(title: cr.Clip) -> None:
    fx = title.effects.add("brightness")
    fx.animate("value", [(0, 0), (1, 0.1, "hold"), (cr.frames(50), 0.2, (0.1, 0, 1, 1)), (-2, 0.5)], easing="ease_out")
    rows = [(key.time, key.easing) for key in fx.keyframes["value"]]
    assert rows == [(-2, "ease_out"), (0, "ease_out"), (1, "hold"), (2, (0.1, 0.0, 1.0, 1.0))]
    fx.animate("value", fx.keyframes["value"][1:])
    assert [key.easing for key in fx.keyframes["value"]] == ["ease_out", "hold", (0.1, 0.0, 1.0, 1.0)]


def test_it_is_seen_and_ends_and_is_undone(project: cr.Project, title: cr.Clip) -> None:
    tl = project.timeline
    fx = title.transform(scale=1.0, opacity=0.5)
    lit = [tl.frame(time).array.mean() for time in (1, 3)]
    fx.animate("opacity", {0: 0, 2: 1})
    seen = [tl.frame(time).array.mean() for time in (1, 3, 4)]
    assert seen[0] == 0 < lit[0] == lit[1] < seen[1] == seen[2]
    assert repr(fx) == "transform(scale=1.0, opacity=2 keyframes from 0 to 1)"
    assert fx.still("opacity").keyframes == {}
    assert fx.parameters == {"scale": 1.0, "opacity": 0.5}
    project.undo()
    fx.set(opacity=0.25)
    assert (fx.keyframes, fx.parameters["opacity"]) == ({}, 0.25)
    project.undo()
    title.transform(opacity=1.0)
    assert title.effects["transform"].keyframes == {}
    project.undo()
    assert title.effects["transform"].keyframes["opacity"][1].value == 1
    assert "animate opacity" in project.history.to_df()["label"].tolist()


def test_tables(project: cr.Project, title: cr.Clip) -> None:
    types = {"id": "str", "clip": "str", "effect": "str", "parameter": "str", "time": "float64", "time_frame": "Int64",
             "value": "float64", "easing": "str"}  # fmt: skip
    for table in (project.timeline.keyframes_df(), title.effects.keyframes_df()):
        assert table.empty
        assert isinstance(table.index, pd.RangeIndex)
        assert {name: str(dtype) for name, dtype in table.dtypes.items()} == types
    fx = title.effects.add("brightness").animate("value", [(0, 0, (0.5, 0, 1, 1)), (0.5, 0.25)])
    blur = title.effects.add("blur").animate("radius", {-1: 0.1, cr.frames(30): 0}, easing="hold")
    left, right = title.split(at=2)
    table = project.timeline.keyframes_df()
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == types
    assert table.values.tolist() == [
        [fx.id, left.id, "brightness", "value", 0.0, 0, 0.0, "cubic_bezier(0.5, 0.0, 1.0, 1.0)"],
        [fx.id, left.id, "brightness", "value", 0.5, 13, 0.25, "linear"],
        [blur.id, left.id, "blur", "radius", -1.0, -25, 0.1, "hold"],
        [blur.id, left.id, "blur", "radius", 1.2, 30, 0.0, "hold"],
        [fx.id, right.id, "brightness", "value", -1.0, -25, 0.0, "cubic_bezier(0.5, 0.0, 1.0, 1.0)"],
        [fx.id, right.id, "brightness", "value", -0.5, -12, 0.25, "linear"],
        [blur.id, right.id, "blur", "radius", -2.0, -50, 0.1, "hold"],
        [blur.id, right.id, "blur", "radius", 0.2, 5, 0.0, "hold"],
    ]
    assert right.effects.keyframes_df().equals(table[4:].reset_index(drop=True))


@pytest.mark.parametrize(
    ("effect", "parameter", "given", "error", "says"),
    [
        ("blur", "radios", {0: 0, 1: 0.1}, errors.UnknownNameError, "did you mean 'radius'"),
        ("blur", "radius", {0: 0, 1: 9}, errors.ValidationError, "radius cannot be 9.0 at 1 s"),
        ("blur", "radius", {0: 0, 1: float("nan")}, errors.ValidationError, "radius at 1 s takes a number"),
        ("blur", "radius", {0: 0, 1: "0.1"}, errors.ValidationError, "radius at 1 s takes a number"),
        ("blur", "radius", {0: 0, 1: True}, errors.ValidationError, "radius at 1 s takes a number"),
        ("blur", "radius", {0: 0.1}, errors.ValidationError, "needs two keyframes or more"),
        ("blur", "radius", {}, errors.ValidationError, "needs two keyframes or more"),
        ("blur", "radius", 0.1, errors.ValidationError, "takes keyframes"),
        ("blur", "radius", "0.1", errors.ValidationError, "takes keyframes"),
        ("blur", "radius", [(0,), (1, 0.1)], errors.ValidationError, "a keyframe of radius is"),
        ("blur", "radius", [(0, 0), (1, 0.1, "hold", 2)], errors.ValidationError, "a keyframe of radius is"),
        ("blur", "radius", [0, 1], errors.ValidationError, "a keyframe of radius is"),
        ("blur", "radius", [(0, 0), (1, 0.1, "bounce")], errors.ValidationError, "an easing is linear, ease_in"),
        ("blur", "radius", [(0, 0), (1, 0.1, (2, 0, 1, 1))], errors.ValidationError, "an easing is linear, ease_in"),
        ("blur", "radius", [(0, 0), (1, 0.1, ("a", 0, 1, 1))], errors.ValidationError, "an easing is linear, ease_in"),
        ("blur", "radius", {1: 0, 1.0000000001: 0.1}, errors.TimeError, "two keyframes at 1 s"),
        ("blur", "radius", {"soon": 0, 1: 0.1}, errors.TimeError, "not a time"),
        ("blur", 3, {0: 0, 1: 0.1}, errors.ValidationError, "parameter takes a text"),
        ("blur", "radius", ((F(i), 0.0) for i in range(10_001)), errors.ValidationError, "10000 keyframes at most"),
    ],
)
def test_what_goes_wrong_says_why_and_changes_nothing(
    project: cr.Project, title: cr.Clip, effect: str, parameter: Any, given: Any, error: type[Exception], says: str
) -> None:
    fx = title.effects.add(effect)
    before = project.session.document
    with pytest.raises(error, match=says) as caught:
        fx.animate(parameter, given)
    assert isinstance(caught.value, errors.CutroomError)
    assert project.session.document is before


def test_a_parameter_that_says_something_about_the_whole_clip(project: cr.Project, film) -> None:
    project.timeline.append(film.path, source=(0, 2))
    sound = project.timeline.track("A1").clips[0]
    fade = sound.effects.add("fade_in", duration=0.5)
    with pytest.raises(errors.ValidationError, match="cannot be animated: it says something about the whole clip"):
        fade.animate("duration", {0: 0, 1: 1})
    with pytest.raises(errors.UnknownNameError, match="animated parameter of fade_in"):
        fade.still("duration")
    gain = sound.effects.add("gain").animate("db", {0: -60, 1: 0}, easing="ease_out")
    assert "gain(db=2 keyframes from -60 to 0)" in repr(sound.effects)
    gain.remove()
    with pytest.raises(errors.ClipGoneError):
        gain.animate("db", {0: 0, 1: 1})


def test_the_help_of_an_effect_says_what_stays_constant() -> None:
    assert "duration: 0 … 3600 seconds = 1.0, constant" in str(cr.effects.get("fade_in"))
    assert "constant" not in str(cr.effects.get("transform"))


def test_a_hold_of_a_crop_that_has_closed_is_refused(project: cr.Project, film) -> None:
    clip = project.timeline.append(film.path, source=(0, 4))
    clip.crop(left=0.0).animate("left", {0: 0, 2: 0.5}).animate("right", {0: 0, 2: 0.5})
    assert clip.freeze(at=1, duration=1).effects["crop"].parameters == {"left": 0.25, "right": 0.25}
    before = project.session.document
    with pytest.raises(errors.ValidationError, match="nothing would be left"):
        project.timeline.track("V1").clips[-1].freeze(at=4.5, duration=1)
    assert project.session.document is before


def test_the_frame_that_a_freeze_holds_is_the_one_that_was_shown(project: cr.Project, film) -> None:
    tl = project.timeline
    clip = tl.append(film.path, source=(1, 5))
    clip.transform(scale=1.0).animate("scale", {0: 1, 2: 0.5}, easing=(0.1, 2, 0.9, -1)).animate(
        "rotation", {1: 0, 2: 30}
    )
    clip.effects.add("brightness").animate("value", {0: -0.2, 3: 0.2})
    shown = {time: tl.frame(time).array for time in (1.2, 1.16, 1.24, 3)}
    clip.freeze(at=1.2, duration=2)
    for time in (1.2, 2, 3.16):
        assert (tl.frame(time).array == shown[1.2]).all()
    assert (tl.frame(1.16).array == shown[1.16]).all()
    assert (tl.frame(3.24).array == shown[1.24]).all()
    assert (tl.frame(5).array == shown[3]).all()


def test_the_script_and_the_journal_rebuild_it(project: cr.Project, film, tmp_path) -> None:
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        clip = project.timeline.append(film.path, source=(0, 4))
        fx = clip.effects.add("brightness", value=0.1)
        fx.animate("value", [(0, 0, "ease_in"), (1.5, 0.3)])
        fx.enabled = False
        clip.split(at=1)
        clip.freeze(at=0.5, duration=1)
        clip.retime(0.5)
        text = project.to_script()
        assert "do(ops.SetKeyframes(clip=film_1, effect=film_1_brightness, parameter='value', keyframes=(" in text
        assert "ops.Keyframe(time=0, value=0.0, easing='ease_in'), ops.Keyframe(time=3, value=0.3)" in text
        names: dict[str, Any] = {}
        exec(text, names)
        assert len(project.diff(names["project"])) == 0
        fx.animate("value", {0: 0.2, 1: 0.3})
        changes = project.diff(names["project"])
        assert set(changes["what"]) == {"effect"}
        assert "keyframes=(('value', (Fraction(0, 1), 0.2, 'linear')" in changes["before"].iloc[0]
        kept = project.session.document
    with cr.Project.open(tmp_path / "trip.tlp") as again:
        assert again.session.document == kept


def test_exports_for_other_programs_name_the_keyframes(project: cr.Project, film, tmp_path) -> None:
    clip = project.timeline.append(film.path, source=(0, 2))
    clip.effects.add("brightness").animate("value", {0: 0, 1: 0.3})
    report = project.export_timeline(tmp_path / "trip.edl")
    assert "keyframes of brightness value" in {loss.what for loss in report}
    assert project.export_timeline(tmp_path / "trip.otio").complete

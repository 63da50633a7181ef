"""What goes wrong with an effect is said in the words of whoever called, and what to write instead."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

import cutroom as cr
from cutroom.effects.registry import default_registry
from cutroom.errors import CutroomError, UnknownNameError, ValidationError


@pytest.fixture
def clip() -> cr.Clip:
    project = cr.Project.create(fps=25, size=(160, 90), sample_rate=48_000)
    return project.timeline.add_title("Hi", at=0, duration=2)


def refused(call: Callable[[], object], kind: type[CutroomError] = ValidationError) -> CutroomError:
    with pytest.raises(kind) as caught:
        call()
    assert "pydantic" not in str(caught.value)
    return caught.value


def test_an_effect_that_needs_a_file_is_refused_without_one(clip: cr.Clip) -> None:
    error = refused(lambda: clip.effects.add("lut3d"))
    assert error.message == "lut3d needs a file"
    assert error.hint == "clip.effects.add('lut3d', file='look.cube')"
    refused(lambda: clip.effects.add("lut3d", strength=0.5))
    refused(lambda: clip.effects.add("lut3d", file=""))
    assert len(clip.effects) == 0


def test_ducking_needs_a_track(film) -> None:
    project = cr.Project.create(fps=30)
    (sound,) = project.timeline.append(film.path, source=(0, 1)).linked
    error = refused(lambda: sound.effects.add("ducking"))
    assert error.message == "ducking needs a track"
    assert error.hint == "clip.effects.add('ducking', track='A1')"
    assert len(sound.effects) == 0


def test_all_that_changes_nothing_as_it_is_by_default_is_known() -> None:
    """An effect with a text or a file without a default either needs it, or does something without it."""
    needed = {(s.effect, p.key) for s in default_registry().specs for p in s.parameters if p.required}
    optional = {
        (s.effect, p.key)
        for s in default_registry().specs
        for p in s.parameters
        if p.kind in {"text", "file"} and p.default == "" and not p.required
    }
    assert needed == {("lut3d", "file"), ("ducking", "track")}
    assert optional == {("curves", c) for c in ("master", "red", "green", "blue")} | {("cell", "polygon")}


def test_the_page_says_what_is_required() -> None:
    assert "file: path of a lut file, required" in str(cr.effects.get("lut3d"))
    assert "required" in cr.effects.get("ducking")._repr_html_()
    table = cr.effects.parameters_df()
    assert table[table.required][["effect", "parameter"]].to_numpy().tolist() == [
        ["lut3d", "file"],
        ["ducking", "track"],
    ]


@pytest.mark.parametrize(
    ("effect", "values", "hint"),
    [
        ("saturation", (1.3,), "clip.effects.add('saturation', value=1.3)"),
        ("transform", (0.5, 0.1), "clip.effects.add('transform', scale=0.5, position_x=0.1)"),
        ("glow", (1, 2, 3, 4, 5, 6, 7, 8, 9), "glow takes"),
    ],
)
def test_values_without_a_name(clip: cr.Clip, effect: str, values: tuple[float, ...], hint: str) -> None:
    add: Any = clip.effects.add
    error = refused(lambda: add(effect, *values))
    assert error.message == f"{effect} takes its values by name"
    assert (error.hint or "").startswith(hint)
    assert len(clip.effects) == 0
    replace: Any = clip.effects.replace
    assert (refused(lambda: replace(effect, *values)).hint or "").startswith(hint.replace(".add(", ".replace("))
    refused(lambda: add("satturation", 1.3), UnknownNameError)


def test_a_value_that_is_set_without_a_name(clip: cr.Clip) -> None:
    fx: Any = clip.effects.add("saturation", value=1.2)
    error = refused(lambda: fx.set(1.3))
    assert error.hint == "fx.set(value=1.3)"
    assert fx.parameters == {"value": 1.2}


def test_a_value_of_another_type_names_what_the_effect_takes(clip: cr.Clip) -> None:
    add: Any = clip.effects.add
    error = refused(lambda: add("saturation", value=[1.3]))
    assert (error.hint or "").startswith("saturation takes value: ")
    fx: Any = clip.effects.add("saturation", value=1.2)
    error = refused(lambda: fx.animate("value", {0: 1}))
    assert error.hint == "set(value=1) gives it one value, still('value') ends its animation"
    assert refused(lambda: fx.animate("value", [])).hint == "still('value') ends its animation"


@pytest.mark.parametrize("written", ["red", "Red", "#f00", "#FF0000", "0xff0000"])
def test_a_colour_is_kept_as_six_digits(clip: cr.Clip, written: str) -> None:
    fx = clip.effects.add("chroma_key", colour=written)
    assert fx.parameters == {"colour": "#ff0000"}
    assert fx.set(colour="lime").parameters == {"colour": "#00ff00"}
    assert clip.effects.add("duotone", shadows="navy").parameters == {"shadows": "#000080"}


@pytest.mark.parametrize("wrong", ["redd", "#ff", "rgb(1, 2, 3)", 0xFF0000, ""])
def test_what_is_no_colour_names_the_forms(clip: cr.Clip, wrong: Any) -> None:
    error = refused(lambda: clip.effects.add("chroma_key", colour=wrong))
    assert f"colour cannot be {wrong!r}" in error.message
    assert '"#ff0000", "#f00" or a CSS name such as "red"' in (error.hint or "")


@pytest.mark.parametrize("wrong", ["#ff000080", "#f008"])
def test_a_colour_with_alpha_is_told_of_opacity(clip: cr.Clip, wrong: str) -> None:
    assert "opacity" in (refused(lambda: clip.effects.add("chroma_key", colour=wrong)).hint or "")
    assert "opacity" not in (refused(lambda: clip.effects.add("chroma_key", colour="#f")).hint or "")


def test_the_other_spelling_of_colour(clip: cr.Clip) -> None:
    add: Any = clip.effects.add
    error = refused(lambda: add("chroma_key", color="red"), UnknownNameError)
    assert error.hint == "did you mean 'colour'?"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda frame: frame, "a lambda has no name"),
        (functools.partial(print), "an effect is made of a function"),
        (print, "an effect is made of a function"),
        (type("Tint", (), {}), "an effect is made of a function"),
        ("tint", "an effect is made of a function"),
    ],
)
def test_what_is_no_function_with_a_name(wrong: Any, says: str) -> None:
    error = refused(lambda: cr.effect(wrong))
    assert says in error.message
    assert "def tint(frame" in (error.hint or "")


def test_a_function_that_cannot_be_declared_says_why() -> None:
    def a_function_with_a_name_that_is_longer_than_any_project_would_ever_hold(frame):
        return frame

    def wide(frame, *, amount: float = 5):
        return frame

    error = refused(lambda: cr.effect(a_function_with_a_name_that_is_longer_than_any_project_would_ever_hold))
    assert "at most 60" in str(error)
    error = refused(lambda: cr.effect(parameters={"amount": (0, 1)})(wide))
    assert "wide: amount" in error.message
    assert "0 … 1" in str(error)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"parameters": 7}, "parameters takes ranges by name"),
        ({"parameters": {"amount": 7}}, "7 is no range of amount"),
        ({"parameters": {"amount": "ab"}}, "'ab' is no range of amount"),
        ({"parameters": {"side": 7}}, "7 are no words of side"),
        ({"parameters": {"side": (1, 2)}}, "(1, 2) are no words of side"),
        ({"parameters": {"side": "left"}}, "'left' are no words of side"),
        ({"modules": 7}, "modules takes several things"),
        ({"modules": ["no module"]}, "'no module' is no name of a module"),
        ({"dtype": "int"}, "no frames of 'int'"),
    ],
)
def test_options_that_are_none(options: dict[str, Any], says: str) -> None:
    def late(frame, *, amount: float = 0.5, side: str = "left"):
        return frame

    assert says in refused(lambda: cr.effect(**options)(late)).message


def test_one_module_may_come_alone(clip: cr.Clip) -> None:
    @cr.effect(modules="colorsys")
    def plain(frame):
        return frame

    from cutroom.effects.python.code import code

    assert code(plain.resource).modules == ("colorsys",)


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("brightnes", ["brightness"]),
        ("BLUR", ["blur"]),
        ("box blur", ["box_blur"]),
        ("sat", ["saturation"]),
        ("fade", ["fade_in", "fade_out"]),
        ("greyscale", ["grayscale"]),
    ],
)
def test_only_near_names_are_suggested(written: str, near: list[str]) -> None:
    error = refused(lambda: cr.effects.get(written), UnknownNameError)
    assert error.hint == f"did you mean {' or '.join(map(repr, near))}?"


@pytest.mark.parametrize("written", ["xyzzy", "rotoscope", "a", ""])
def test_where_nothing_is_near_the_table_is_named(clip: cr.Clip, written: str) -> None:
    assert refused(lambda: cr.effects.get(written)).hint == "cr.effects.to_df() lists them"
    assert refused(lambda: clip.effects.add(written)).hint == "cr.effects.to_df() lists them"


def test_a_parameter_that_is_not_near_any(clip: cr.Clip) -> None:
    add: Any = clip.effects.add
    assert refused(lambda: add("blur", sigma=3)).hint == "known: radius"
    assert refused(lambda: add("transform", scal=3)).hint == "did you mean 'scale'?"


def test_a_name_of_two_effects_shows_both() -> None:
    shown = cr.effects.get("denoise")
    for page in (str(shown), shown._repr_html_()):
        assert "spatial" in page or "luma" in page
        assert "reduction" in page
    only = cr.effects.get("denoise", kind="video")
    assert "reduction" not in str(only)
    assert only == shown

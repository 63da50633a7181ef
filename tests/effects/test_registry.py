from __future__ import annotations

import math
from xml.etree import ElementTree

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings

import cutroom.effects
from cutroom.effects import transitions
from cutroom.effects.checks import check
from cutroom.effects.nodes import FILTERS, Filter, Warp
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import Setting, default_registry
from cutroom.errors import CutroomError, UnknownNameError, ValidationError
from cutroom.schema.effect import Effect

REGISTRY = default_registry()
NUMBERS = [
    (spec, parameter) for spec in REGISTRY.specs for parameter in spec.parameters if parameter.kind in {"float", "int"}
]


def _effect(effect, **parameters):
    return Effect(id="e_1", effect=effect, parameters=parameters)


def test_the_tables_have_a_row_per_entry_and_no_forbidden_columns():
    table = cutroom.effects.to_df()
    assert list(zip(table["effect"], table["kind"], strict=True)) == [(s.effect, s.kind) for s in REGISTRY.specs]
    assert isinstance(table.index, pd.RangeIndex)
    assert not {"name", "size", "index"} & set(table.columns)
    assert set(table["kind"]) == {"video", "audio"}
    assert "dissolve" in set(transitions.to_df()["transition"])


def test_a_table_says_what_can_be_animated_and_what_it_costs():
    table = cutroom.effects.to_df().query("kind == 'video'").set_index("effect")
    assert table.loc["transform", "animatable"].startswith("scale, position_x")
    assert table.loc["denoise", "animatable"] == ""
    assert table.loc["blur", "group"] == "blur and detail"
    assert table.loc["blur", "cost"] > 0


def test_every_parameter_has_a_row():
    table = cutroom.effects.parameters_df()
    assert len(table) == sum(len(spec.parameters) for spec in REGISTRY.specs)
    for row in table.itertuples():
        parameter = next(p for p in REGISTRY.effect(row.effect, row.works_on).parameters if p.key == row.parameter)
        assert parameter.check(row.default, row.effect) == row.default
        if parameter.kind in {"float", "int"} and math.isfinite(parameter.minimum):
            assert row.minimum == parameter.minimum
        assert tuple(row.choices) == parameter.choices
    assert set(table[table.effect == "transform"].query("animatable").parameter) >= {"scale", "rotation"}


@pytest.mark.parametrize("spec", REGISTRY.specs, ids=lambda spec: f"{spec.effect}-{spec.kind}")
def test_the_page_of_an_effect_is_a_table_with_a_call(spec):
    page = ElementTree.fromstring(spec._repr_html_().replace("<br>", "<br/>"))
    cells = ["".join(cell.itertext()) for cell in page.iter("td")]
    assert cells[::6] == [parameter.key for parameter in spec.parameters]
    (call,) = page.iter("code")
    assert "".join(call.itertext()).startswith(f"clip.effects.add('{spec.effect}'")


def test_an_entry_shows_what_it_takes():
    shown = str(cutroom.effects.get("blur"))
    assert "radius" in shown
    assert "0.25" in shown
    assert "canvas height" in shown
    assert "radius" in cutroom.effects.get("blur")._repr_html_()


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_any_unknown_effect_is_an_error(text):
    if text not in REGISTRY.effects:
        with pytest.raises(UnknownNameError):
            check(_effect(text))


@pytest.mark.parametrize("effect", list(REGISTRY.effects))
def test_a_misspelt_effect_names_the_nearest(effect):
    misspelt = effect[:-1] + "q"
    with pytest.raises(UnknownNameError) as caught:
        check(_effect(misspelt))
    assert effect in (caught.value.hint or "")
    assert caught.value.value == misspelt


@pytest.mark.parametrize(("spec", "parameter"), NUMBERS, ids=lambda value: getattr(value, "key", None))
def test_a_misspelt_parameter_names_the_nearest(spec, parameter):
    with pytest.raises(UnknownNameError) as caught:
        check(_effect(spec.effect, **{parameter.key + "s": 0.5}), kind=spec.kind)
    assert parameter.key in (caught.value.hint or "")


@settings(deadline=None)
@given(st.sampled_from(NUMBERS), st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_taken_exactly_where_it_is_in_range(entry, value):
    spec, parameter = entry
    value = int(value) if parameter.kind == "int" else value
    if parameter.minimum <= value <= parameter.maximum:
        assert spec.values({parameter.key: value})[parameter.key] == value
    else:
        with pytest.raises(ValidationError) as caught:
            spec.values({parameter.key: value})
        assert parameter.range in (caught.value.hint or "")


@pytest.mark.parametrize("value", ["0.5", True, math.nan, math.inf])
def test_other_types_and_what_is_no_number_are_errors(value):
    with pytest.raises(ValueError, match=r"."):
        check(_effect("brightness", value=value))


def test_defaults_are_filled_in_and_whole_numbers_become_floats():
    values = REGISTRY.effect("transform").values({"scale": 2})
    assert values["scale"] == 2.0
    assert isinstance(values["scale"], float)
    assert values["opacity"] == 1.0


@pytest.mark.parametrize("spec", REGISTRY.specs, ids=lambda spec: spec.effect)
def test_defaults_lie_in_their_own_range_and_build(spec):
    values = spec.values({p.key: p.default for p in spec.parameters})
    spec.build(values, Setting(320, 180, 48_000, 48_000))


def test_choices_and_texts():
    mode = Parameter("mode", "How.", "blur", kind="choice", choices=("blur", "solid"))
    assert mode.check("solid", "redact") == "solid"
    with pytest.raises(UnknownNameError, match="solidd"):
        mode.check("solidd", "redact")
    with pytest.raises(ValidationError):
        mode.check(1, "redact")
    assert Parameter("on", "Whether.", True, kind="bool").check(False, "x") is False
    with pytest.raises(ValidationError):
        Parameter("count", "How many.", 1, kind="int", minimum=0, maximum=9).check(1.5, "x")


def test_a_picture_effect_on_sound_is_an_error(studio):
    import numpy as np

    sound = studio.sound(np.zeros((1, 4800)))
    film = studio.film(studio.flat(50), 3)
    wrong_sound = studio.clip(sound, "1/10", effects=[studio.effect("blur")])
    wrong_picture = studio.clip(film, "1/10", effects=[studio.effect("gain")])
    with pytest.raises(ValidationError, match="blur works on a picture"):
        check(studio.document(studio.track(wrong_sound, kind="audio")))
    with pytest.raises(ValidationError, match="gain works on sound"):
        check(studio.document(studio.track(wrong_picture)))


def test_an_unknown_transition_is_an_error(studio):
    clip = studio.clip(studio.film(studio.flat(50), 3), "1/10")
    made = studio.dissolve(None, clip, "1/30").replace(transition="disolve")
    with pytest.raises(UnknownNameError) as caught:
        check(studio.document(studio.track(clip, transitions=[made])))
    assert "dissolve" in (caught.value.hint or "")


@settings(deadline=None)
@given(st.text(max_size=20), st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3))
def test_no_filter_off_the_list_can_be_made(name, args):
    fits = name in FILTERS and all(FILTERS[name].get(key) is str for key in args)
    try:
        Filter(filter=name, args=args)
        assert fits
    except ValueError:
        assert not fits


@settings(deadline=None)
@given(
    st.floats(0.01, 10),
    st.floats(-720, 720),
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_the_anchor_goes_where_the_position_says(scale, rotation, position_x, anchor_x, anchor_y):
    warp = Warp(scale=scale, rotation=rotation, position_x=position_x, anchor_x=anchor_x, anchor_y=anchor_y)
    (a, b, c), (d, e, f) = warp.matrix(320, 180)
    x, y = 159.5 + 320 * anchor_x, 89.5 + 180 * anchor_y
    assert a * x + b * y + c == pytest.approx(x + 320 * position_x, abs=1e-6)
    assert d * x + e * y + f == pytest.approx(y, abs=1e-6)
    assert a * e - b * d == pytest.approx(scale * scale)


def test_a_name_may_be_an_effect_on_pictures_and_one_on_sound():
    both = [cutroom.effects.get("denoise", kind=kind) for kind in ("video", "audio")]
    assert [spec.kind for spec in both] == ["video", "audio"]
    assert cutroom.effects.get("denoise") == both[0]
    table = cutroom.effects.to_df()
    assert set(table[table["effect"] == "denoise"]["kind"]) == {"video", "audio"}
    check(_effect("denoise", reduction=6.0), kind="audio")
    with pytest.raises(UnknownNameError, match="reduction"):
        check(_effect("denoise", reduction=6.0), kind="video")
    with pytest.raises(ValidationError, match="gain works on sound, not on a picture"):
        check(_effect("gain"), kind="video")


def test_every_error_is_one_of_ours():
    with pytest.raises(CutroomError):
        check(_effect("nothing"))

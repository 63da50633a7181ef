"""Curves: exact at their keys, the formulas of CSS between them, the same whoever asks and from where."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from curves import curves, easings, levels, moments, shares
from hypothesis import given
from hypothesis import strategies as st

from cutroom.errors import ProjectFileError, ValidationError
from cutroom.schema.clip import Clip, TitleSource
from cutroom.schema.curve import (
    NAMED,
    Curve,
    Easing,
    Keyframe,
    eased,
    needed,
    scaled,
    shifted,
    value_at,
    values_at,
)
from cutroom.schema.effect import Effect

F = Fraction


def bezier(x1: float, y1: float, x2: float, y2: float, way: float) -> float:
    """The curve's height over `way`, by way of NumPy's roots of polynomials."""
    found = np.roots([1 + 3 * x1 - 3 * x2, 3 * x2 - 6 * x1, 3 * x1, -way])
    (s,) = {round(float(root.real), 12) for root in found if abs(root.imag) < 1e-9 and -1e-9 <= root.real <= 1 + 1e-9}
    return 3 * (1 - s) ** 2 * s * y1 + 3 * (1 - s) * s**2 * y2 + s**3


@pytest.mark.parametrize("easing", [*NAMED, (0.25, 0.1, 0.25, 1.0), (0.68, -0.6, 0.32, 1.6), (0.0, 0.0, 1.0, 1.0)])
def test_the_easings_are_the_beziers_that_they_say(easing: Easing) -> None:
    points = NAMED[easing] if isinstance(easing, str) else easing
    for i in range(1, 100):
        assert eased(easing, i / 100) == pytest.approx(bezier(*points, i / 100), abs=1e-9)
    assert (eased(easing, 0.0), eased(easing, 1.0)) == (0, 1)


def test_the_named_easings_are_those_of_css() -> None:
    half = {name: round(eased(name, 0.5), 6) for name in ("linear", "ease_in", "ease_out", "ease_in_out", "hold")}
    assert half == {"linear": 0.5, "ease_in": 0.315357, "ease_out": 0.684643, "ease_in_out": 0.5, "hold": 0}


@given(shares, levels, shares, levels, st.floats(0, 1))
def test_any_bezier_is_solved(x1: float, y1: float, x2: float, y2: float, way: float) -> None:
    """The time of the point that it found is the time that was asked for: y does as x would."""
    assert eased((x1, x1, x2, x2), way) == pytest.approx(way, abs=1e-9)
    low, high = min(0, y1, y2), max(1, y1, y2)
    assert low - 1e-9 <= eased((x1, y1, x2, y2), way) <= high + 1e-9


@given(curves())
def test_it_is_exact_at_its_keys_and_constant_beyond_them(curve: Curve) -> None:
    assert [value_at(curve, key.time) for key in curve] == [key.value for key in curve]
    assert value_at(curve, curve[0].time - 7) == curve[0].value
    assert value_at(curve, curve[-1].time + F(1, 7)) == curve[-1].value
    for a, b in pairwise(curve):
        if a.easing == "hold":
            assert value_at(curve, b.time - F(1, 10**9)) == a.value


@given(curves(), moments, st.sampled_from([F(1, 48_000), F(1, 44_100), F(1001, 30000), F(1, 7)]), st.integers(1, 60))
def test_many_moments_are_as_one_and_one_and_one(curve: Curve, first: Fraction, step: Fraction, count: int) -> None:
    many = values_at(curve, first, step, count)
    assert many.dtype == np.float64
    assert many.tolist() == [value_at(curve, first + i * step) for i in range(count)]
    cut = count // 2
    assert many[cut:].tolist() == values_at(curve, first + cut * step, step, count - cut).tolist()


def test_ten_seconds_of_samples_across_a_key() -> None:
    curve = (Keyframe(time=F(-1, 3), value=-60, easing="ease_in"), Keyframe(time=F(20, 3), value=0))
    whole = values_at(curve, F(0), F(1, 48_000), 480_000)
    assert np.array_equal(whole[:100_000], values_at(curve, F(0), F(1, 48_000), 100_000))
    assert np.array_equal(whole[100_000:], values_at(curve, F(100_000, 48_000), F(1, 48_000), 380_000))
    assert (np.diff(whole) >= 0).all()
    assert (whole[320_000:] == 0).all()
    assert whole[319_999] < 0


@given(curves(), moments, moments)
def test_a_cut_conserves_every_moment(curve: Curve, head: Fraction, time: Fraction) -> None:
    assert value_at(shifted(curve, head), time - head) == value_at(curve, time)
    clip = Clip(
        id="c", source=TitleSource(text="x"), duration=F(20), effects=(Effect(id="e", effect="x", curves={"a": curve}),)
    )
    left, right = clip.part(F(0), F(20) - F(5)), clip.part(F(5), F(0))
    assert left.effects is clip.effects
    assert value_at(right.effects[0].curves["a"], F(1)) == value_at(curve, F(6))
    assert right.part(-F(5), F(0)) == clip


@given(curves(), moments, st.fractions(0, 4, max_denominator=100))
def test_keys_that_do_not_matter_are_left_out(curve: Curve, first: Fraction, length: Fraction) -> None:
    left = needed(curve, first, first + length)
    for i in range(9):
        time = first + length * F(i, 8)
        assert value_at(left, time) == pytest.approx(value_at(curve, time), abs=0)
    inside = [key for key in curve if first < key.time < first + length]
    assert len(left) <= len(inside) + 2
    if first > curve[-1].time or first + length <= curve[0].time:
        assert len(left) == 1


@given(curves(), st.fractions(F(1, 10), 10, max_denominator=10**6), st.integers(0, 20))
def test_another_length_moves_the_keys_with_it(curve: Curve, factor: Fraction, i: int) -> None:
    time = curve[0].time + (curve[-1].time - curve[0].time) * F(i, 20)
    assert value_at(scaled(curve, factor), time * factor) == value_at(curve, time)


def test_keys_never_become_so_fine_that_no_file_can_hold_them() -> None:
    curve: Curve = (Keyframe(time=F(1, 3), value=0), Keyframe(time=F(2, 3), value=1))
    for number in range(200):
        curve = shifted(scaled(curve, F(10_007 + number, 10_009)), F(1, 10_037))
    assert Effect.model_validate_json(Effect(id="e", effect="x", curves={"a": curve}).model_dump_json())
    close: Curve = (Keyframe(time=F(1, 10**31), value=0), Keyframe(time=F(2, 10**31), value=1))
    assert scaled(close, F(1))[0].time < scaled(close, F(1))[1].time


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": float("nan")}, {"value": float("inf")}, {"value": True}, {"value": "1"}, {"value": None},
        {"value": 1e301}, {"time": 0.5}, {"time": True}, {"time": "0.5"}, {"easing": "bounce"}, {"easing": (0, 0, 1)},
        {"easing": (1.1, 0, 1, 1)}, {"easing": (0, float("nan"), 1, 1)}, {"easing": ("0", 0, 1, 1)}, {"easing": None},
        {"easing": (0, 99, 1, 1)}, {"other": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_keyframe(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Keyframe.checked(**{"time": 0, "value": 1, **wrong})


def test_curves_are_bounded_and_in_order() -> None:
    key = Keyframe(time=0, value=1)
    for keys in ((), (key, key), (key, Keyframe(time=-1, value=0)), [key.evolve(time=F(i)) for i in range(10_001)]):
        with pytest.raises(ValidationError):
            Effect.checked(id="e", effect="x", curves={"a": keys})


@given(st.dictionaries(st.text(max_size=5), curves(), max_size=3))
def test_json_there_and_back(found: dict[str, Curve]) -> None:
    effect = Effect(id="e", effect="x", curves=found)
    assert Effect.model_validate_json(effect.model_dump_json()) == effect


def test_a_damaged_file_names_the_place() -> None:
    from cutroom.edit.project_file import dump, parse
    from cutroom.schema.document import Document, Timeline
    from cutroom.schema.track import Track

    effect = Effect(id="e", effect="blur", curves={"radius": (Keyframe(time=0, value=0), Keyframe(time=1, value=0.1))})
    clip = Clip(id="c", source=TitleSource(text="x"), duration=F(2), effects=(effect,))
    track = Track(id="t", kind="title", title="T1", items=(clip,))
    plain = json.loads(dump(Document(id="p", timeline=Timeline(tracks=(track,)))))
    keys = plain["timeline"]["tracks"][0]["items"][0]["effects"][0]["curves"]["radius"]
    at = r"\$\.timeline\.tracks\[0\]\.items\[0\](\.clip)?\.effects\[0\]\.curves\.radius"
    for name, value, where in (
        ("easing", "bounce", r"\[1\]\.easing"),
        ("value", "x", r"\[1\]\.value"),
        ("time", "0", ""),
    ):
        broken, keys[1] = dict(keys[1]), {**keys[1], name: value}
        with pytest.raises(ProjectFileError, match=at + where):
            parse(json.dumps(plain).encode(), name="p.tlp")
        keys[1] = broken


@given(easings)
def test_an_easing_is_told_in_json_as_it_is_written(easing: Easing) -> None:
    text = Keyframe(time=0, value=0, easing=easing).model_dump_json()
    assert json.loads(text)["easing"] == (easing if isinstance(easing, str) else list(easing))


def test_nothing_of_it_loads_numpy() -> None:
    code = "import sys, cutroom, cutroom.schema.curve, cutroom.edit.apply; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""The travel of a clip through its media: exact, additive, and never backwards."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from speeds import moments, paces, ramps, speeds

from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.speed import FASTEST, NORMAL, Ramp, Speed, SpeedKey, knots, piece_at, travel

F = Fraction
SPEED: pydantic.TypeAdapter[Fraction | Ramp] = pydantic.TypeAdapter(Speed)


@pytest.mark.parametrize(
    ("speed", "since", "until", "expected"),
    [
        (F(1), F(0), F(5), F(5)),
        (F(1001, 1000), F(0), F(1000), F(1001)),
        (F(1, 3), F(1), F(2), F(1, 3)),
        (F(0), F(0), F(7), F(0)),
        (F(2), F(3), F(1), F(-4)),  # back in time: negative
        (Ramp.of({0: 0, 2: 2}), F(0), F(2), F(2)),  # the triangle under the line
        (Ramp.of({0: 0, 2: 2}), F(0), F(1), F(1, 2)),
        (Ramp.of({0: 0, 2: 2}), F(1), F(2), F(3, 2)),
        (Ramp.of({0: 0, 2: 2}), F(2), F(5), F(6)),  # the last speed goes on
        (Ramp.of({0: 3, 2: 1}), F(-2), F(0), F(6)),  # and so did the first
        (Ramp.of({0: 1, 1: 2, 3: 0}), F(0), F(3), F(7, 2)),
        (Ramp.of({F(1, 3): 1, F(2, 3): 2}), F(0), F(1), F(1, 3) + F(1, 2) + F(2, 3)),
        (Ramp.of({5: 1, 6: 2}), F(0), F(2), F(2)),  # keys beyond the stretch
    ],
)
def test_travel(speed: Fraction | Ramp, since: Fraction, until: Fraction, expected: Fraction) -> None:
    assert travel(speed, until, since) == expected


@given(speed=speeds, times=st.lists(moments, min_size=3, max_size=3))
def test_travel_adds_up_to_the_last_digit(speed: Fraction | Ramp, times: list[Fraction]) -> None:
    a, b, c = times
    assert travel(speed, c, a) == travel(speed, b, a) + travel(speed, c, b)
    assert travel(speed, b, a) == -travel(speed, a, b)
    assert isinstance(travel(speed, c, a), Fraction)


@given(speed=speeds, a=moments, b=moments)
def test_travel_never_runs_backwards_nor_faster_than_the_fastest(
    speed: Fraction | Ramp, a: Fraction, b: Fraction
) -> None:
    assert 0 <= travel(speed, max(a, b), min(a, b)) <= FASTEST * abs(b - a)


@given(ramp=ramps())
def test_travel_of_a_ramp_is_the_area_under_its_keys(ramp: Ramp) -> None:
    for a, b in pairwise(ramp.keys):
        assert travel(ramp, b.time, a.time) == (a.speed + b.speed) / 2 * (b.time - a.time)
        middle = (a.time + b.time) / 2
        assert travel(ramp, middle, a.time) == (3 * a.speed + b.speed) / 8 * (b.time - a.time)


@given(ramp=ramps(), by=moments, a=moments, b=moments)
def test_a_later_ramp_is_the_same_ramp_seen_from_later(ramp: Ramp, by: Fraction, a: Fraction, b: Fraction) -> None:
    assert travel(ramp.later(by), b, a) == travel(ramp, b + by, a + by)
    assert ramp.later(by).later(-by) == ramp


@given(speed=speeds, time=moments)
def test_the_piece_is_the_law_of_the_travel_where_it_holds(speed: Fraction | Ramp, time: Fraction) -> None:
    piece = piece_at(speed, time)
    upto = min((knot for knot in knots(speed) if knot > time), default=time + 1)
    moment = (time + upto) / 2
    x, y = time - piece.time, moment - piece.time
    assert travel(speed, moment, time) == (piece.pace + piece.bend * y) * y - (piece.pace + piece.bend * x) * x


@given(pace=paces, a=moments, b=moments)
def test_a_flat_ramp_is_a_constant(pace: Fraction, a: Fraction, b: Fraction) -> None:
    assert travel(Ramp.of({0: pace, 1: pace}), b, a) == travel(pace, b, a)


@given(speed=speeds)
def test_speeds_survive_json(speed: Fraction | Ramp) -> None:
    assert SPEED.validate_json(SPEED.dump_json(speed)) == speed
    clip = Clip(id="c", source=MediaSource(media="m"), duration=F(1), speed=speed)
    assert Clip.model_validate_json(clip.model_dump_json()) == clip
    assert Clip.model_validate(clip.model_dump(mode="json")) == clip


def test_a_constant_is_a_number_in_json() -> None:
    assert SPEED.dump_json(F(1, 3)) == b'"1/3"'
    assert SPEED.validate_python(2) == F(2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (F(-1), "between 0 and 10"),
        (F(11), "between 0 and 10"),
        (1.5, "an exact number"),
        ({"keys": [{"time": "0", "speed": "1"}]}, "at least 2 items"),
        ({"keys": [{"time": "1", "speed": "1"}, {"time": "1", "speed": "2"}]}, "in order of time"),
        ({"keys": [{"time": "0", "speed": "1"}, {"time": "1", "speed": "-2"}]}, "between 0 and 10"),
    ],
)
def test_what_is_no_speed(wrong: object, said: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=said):
        SPEED.validate_python(wrong)


def test_the_keys_of_a_ramp_are_knots() -> None:
    keys = (SpeedKey(time=F(-1), speed=F(1)), SpeedKey(time=F(4), speed=NORMAL))
    assert knots(Ramp(keys=keys)) == (F(-1), F(4))
    assert knots(NORMAL) == ()

"""Effects on light and dark, against their formulas and against the ffmpeg program."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from cutroom.effects.checks import check
from cutroom.errors import ValidationError

from .program import colourful, filtered, psnr, to_rgb

GREYS = (16, 40, 80, 125, 160, 200, 235)


def shown(studio, effect, planes=None, **values):
    film = studio.film(colourful() if planes is None else planes, 2)
    return studio.picture(studio.clip(film, "1/30", effects=[studio.effect(effect, **values)]))


def greys(studio, effect, **values):
    """What some greys become, from 0 to 1; they must stay grey."""
    picture = studio.flat(16)
    for i, level in enumerate(GREYS):
        picture[0][:, 40 * i : 40 * i + 40] = level
    y, u, v = shown(studio, effect, picture, **values)
    assert np.abs(u - 128).max() <= 1
    assert np.abs(v - 128).max() <= 1
    return [(y[90, 40 * i + 20] - 16) / 219 for i in range(len(GREYS))]


INPUT = (np.array(GREYS) - 16) / 219


@pytest.mark.parametrize(
    ("effect", "values", "formula"),
    [
        ("gamma", {"value": 1.8}, lambda x: x ** (1 / 1.8)),
        ("gamma", {"value": 0.4}, lambda x: x**2.5),
        ("exposure", {"stops": 1.0}, lambda x: (2 * x**2.4) ** (1 / 2.4)),
        ("exposure", {"stops": -2.0}, lambda x: (x**2.4 / 4) ** (1 / 2.4)),
        ("levels", {"in_black": 0.2, "in_white": 0.7}, lambda x: (x - 0.2) / 0.5),
        ("levels", {"gamma": 2.0, "out_black": 0.9, "out_white": 0.3}, lambda x: 0.9 - 0.6 * np.sqrt(x)),
        ("shadows_highlights", {"shadows": 0.6}, lambda x: x + 1.5 * x * (1 - x) ** 3),
        ("shadows_highlights", {"shadows": -1, "highlights": 1}, lambda x: x - x * (1 - x) ** 3 + x**3 * (1 - x)),
        ("shadows_highlights", {"highlights": -0.8}, lambda x: x - 2 * x**3 * (1 - x)),
        ("curves", {"master": "0,0.1 1,0.6"}, lambda x: 0.1 + 0.5 * x),
        ("curves", {"master": "0.2,0 0.5,1"}, lambda x: (x - 0.2) / 0.3),
        ("curves", {"master": "0,1 1,0", "amount": 0.25}, lambda x: 0.75 * x + 0.25 * (1 - x)),
    ],
    ids=str,
)
def test_greys_become_what_the_formula_says(studio, effect, values, formula):
    assert np.abs(greys(studio, effect, **values) - np.clip(formula(INPUT), 0, 1)).max() <= 0.65 / 219


def test_a_stop_up_and_a_stop_down_come_back(studio):
    up, down = studio.effect("exposure", stops=-1.5), studio.effect("exposure", stops=1.5)
    planes = colourful()
    made = studio.picture(studio.clip(studio.film(planes, 2), "1/30", effects=[up, down]))
    assert max(np.abs(a - b)[30:].max() for a, b in zip(made, planes, strict=True)) <= 1


GAIN = 2 ** (0.7 / 2.4)


@pytest.mark.parametrize(
    ("effect", "values", "graph"),
    [
        ("gamma", {"value": 1.8}, ",".join(f"lutrgb={c}=pow(val/maxval\\,1/1.8)*maxval" for c in "rgb")),
        (
            "exposure",
            {"stops": 0.7},
            f"format=gbrpf32le,colorlevels=rimax={1 / GAIN}:gimax={1 / GAIN}:bimax={1 / GAIN}",
        ),
        (
            "levels",
            {"in_black": 0.1, "in_white": 0.8},
            "colorlevels=" + ":".join(f"{c}imin=0.1:{c}imax=0.8" for c in "rgb"),
        ),
        (
            "curves",
            {"master": "0,0 0.25,0.15 0.7,0.85 1,1", "blue": "0,0.1 0.6,0.5 1,0.9", "red": "0.1,0 0.5,0.6 0.9,1"},
            "curves=interp=pchip:m=0/0 0.25/0.15 0.7/0.85 1/1:b=0/0.1 0.6/0.5 1/0.9:r=0.1/0 0.5/0.6 0.9/1",
        ),
        (
            "color_balance",
            {"shadows_blue": 0.5, "midtones_green": -0.6, "highlights_red": -0.8},
            "lutrgb=r='val-0.4*val*val/maxval':g='val-0.6*val*(1-val/maxval)'"
            ":b='val+0.25*maxval*(1-val/maxval)*(1-val/maxval)'",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "=" not in value else "",
)
def test_the_ffmpeg_program_shows_the_same(studio, effect, values, graph):
    planes = colourful()
    made = shown(studio, effect, planes, **values)
    assert psnr(made, filtered(planes, graph)) >= 45
    assert psnr(made, planes) < 35  # it does something at all


def test_a_curve_of_one_channel_leaves_the_others(studio):
    planes = colourful()
    made, before = to_rgb(shown(studio, "curves", planes, green="0,0 0.5,0.3 1,0.9")), to_rgb(planes)
    bent = PchipInterpolator([0, 0.5, 1], [0, 0.3, 0.9])(np.clip(before[..., 1], 0, 1))
    inner = np.s_[18:-2, 2:-2]
    assert np.abs(made[inner][..., 1] - bent[inner]).max() < 0.02
    assert np.abs((made - before)[inner][..., [0, 2]]).max() < 0.02


@pytest.mark.parametrize("zone", ["shadows", "midtones", "highlights"])
@pytest.mark.parametrize(("channel", "name"), list(enumerate(("red", "green", "blue"))))
def test_color_balance_moves_its_own_channel_most_in_its_own_zone(studio, zone, channel, name):
    picture = studio.flat(16)
    for i, level in enumerate((38, 125, 213)):
        picture[0][:, 100 * i : 100 * i + 100] = level
    before = to_rgb(picture)[45, [25, 75, 125]]
    moved = to_rgb(shown(studio, "color_balance", picture, **{f"{zone}_{name}": 0.4}))[45, [25, 75, 125]] - before
    others = np.delete(moved, channel, axis=1)
    assert np.abs(others).max() < 0.012
    assert np.argmax(moved[:, channel]) == ("shadows", "midtones", "highlights").index(zone)
    assert moved[:, channel].min() > -0.005
    assert moved[:, channel].max() > 0.08


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"master": "0,0 0.5"}, "master: '0.5' is no point"),
        ({"red": "0,0 0.5,x 1,1"}, "red: '0.5,x' is no point"),
        ({"green": "0,0 0.5,1.2"}, "green: '0.5,1.2' is no point"),
        ({"green": "0,0 nan,1"}, "green: 'nan,1' is no point"),
        ({"blue": "0,0 0.5,0.2 0.5,0.4 1,1"}, "blue: '0.5,0.4' does not lie to the right of 0.5,0.2"),
        ({"master": "0.5,0.5"}, "a curve has 2 to 64 points, not 1"),
        ({"master": " ".join(f"{i / 99},0" for i in range(65))}, "2 to 64 points, not 65"),
    ],
    ids=str,
)
def test_a_curve_that_is_none_says_which_point_is_wrong(studio, values, says):
    with pytest.raises(ValidationError, match=says) as caught:
        check(studio.effect("curves", **values))
    assert "0,0 0.25,0.2 1,1" in (caught.value.hint or "")


def test_points_may_have_blanks_around_their_commas(studio):
    assert greys(studio, "curves", master=" 0 , 0.1  1 ,0.6 ") == pytest.approx(0.1 + 0.5 * INPUT, abs=0.65 / 219)


def test_levels_that_leave_no_room_are_an_error(studio):
    with pytest.raises(ValidationError, match=r"in_black \(0.6\) is not below in_white \(0.5\)"):
        check(studio.effect("levels", in_black=0.6, in_white=0.5))


@pytest.mark.parametrize(
    ("effect", "values"),
    [
        ("gamma", {}),
        ("exposure", {}),
        ("levels", {}),
        ("curves", {"master": "0,0 1,1", "red": ""}),
        ("curves", {"master": "0,1 1,0", "amount": 0}),
        ("color_balance", {}),
        ("shadows_highlights", {}),
    ],
)
def test_neutral_values_change_nothing(studio, effect, values):
    planes = studio.noise()
    assert all(np.array_equal(a, b) for a, b in zip(shown(studio, effect, planes, **values), planes, strict=True))

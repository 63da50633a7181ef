"""Looks: chains of effects, what each does to light and colour, and their amount."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

import cutroom.effects
from cutroom.effects.registry import Setting, default_registry
from cutroom.schema.curve import Keyframe

from .program import WEIGHTS, colourful, psnr, to_planes, to_rgb

LOOKS = [spec for spec in default_registry().specs if spec.group == "look"]
NAMES = {"vintage", "noir", "cyberpunk", "dreamy", "infrared", "matrix", "arctic", "sunset", "lomo", "twilight", "neon"}
SETTING = Setting(320, 180, 48_000, 48_000)


def test_all_looks_are_there_and_say_what_they_are():
    assert {spec.effect for spec in LOOKS} == NAMES
    shown = str(cutroom.effects.get("noir"))
    assert "is: grayscale(red=0.45, green=0.5, blue=0.05), curves(master=" in shown
    assert "curves" in cutroom.effects.get("noir")._repr_html_()


def shown(studio, effects, planes):
    chain = [studio.effect(name, **values) for name, values in effects]
    return studio.picture(studio.clip(studio.film(planes, 2), "1/30", effects=chain))


@pytest.mark.parametrize("spec", LOOKS, ids=lambda spec: spec.effect)
def test_a_look_is_its_chain(studio, spec):
    planes = colourful()
    made = shown(studio, [(spec.effect, {})], planes)
    parts = shown(studio, spec.chain, planes)
    assert all(np.array_equal(a, b) for a, b in zip(made, parts, strict=True))
    assert psnr(made, planes) < 32


@pytest.mark.parametrize("spec", LOOKS, ids=lambda spec: spec.effect)
def test_amount_goes_from_untouched_to_all_of_it(studio, spec):
    assert spec.build({"amount": 0.0}, SETTING) == ()
    planes = colourful()
    steps = [shown(studio, [(spec.effect, {"amount": amount})], planes) for amount in (0, 0.05, 0.5, 1)]
    assert all(np.array_equal(a, b) for a, b in zip(steps[0], planes, strict=True))
    distance = [np.mean([np.abs(a - b).mean() for a, b in zip(step, planes, strict=True)]) for step in steps]
    assert 0 < distance[1] < 0.2 * distance[3]  # it begins gently
    assert 0.25 * distance[3] < distance[2] < 0.85 * distance[3]


def test_amount_can_be_animated(studio):
    keys = (Keyframe(time=0, value=0.0), Keyframe(time=1, value=1.0))
    effect = studio.effect("matrix").replace(curves={"amount": keys})
    planes = colourful()
    clip = studio.clip(studio.film(planes, 30), 1, effects=[effect])
    frames = studio.frames(studio.document(studio.track(clip)), 0, 30)
    assert all(np.array_equal(a, b) for a, b in zip(frames[0], planes, strict=True))
    half = shown(studio, [("matrix", {"amount": 0.5})], planes)
    assert all(np.array_equal(a, b) for a, b in zip(frames[15], half, strict=True))


def patch(studio, look, colour):
    planes = to_planes(np.broadcast_to(np.array(colour, float), (180, 320, 3)))
    return np.clip(to_rgb(shown(studio, [(look, {})], planes))[45, 80], 0, 1)


def hue(colour):
    return 360 * colorsys.rgb_to_hsv(*colour)[0]


def spread(colour):
    return max(colour) - min(colour)


def test_noir_is_black_and_white_with_more_contrast(studio):
    dark, light = patch(studio, "noir", (0.2, 0.2, 0.2)), patch(studio, "noir", (0.8, 0.8, 0.8))
    assert spread(dark) < 0.01
    assert light[1] - dark[1] > 0.75
    assert patch(studio, "noir", (0.7, 0.4, 0.4))[0] > patch(studio, "noir", (0.4, 0.4, 0.9))[0] + 0.1


def test_infrared_has_bright_leaves_and_a_dark_sky(studio):
    leaf, sky = patch(studio, "infrared", (0.3, 0.5, 0.2)), patch(studio, "infrared", (0.4, 0.6, 0.9))
    assert spread(leaf) < 0.01
    assert leaf[0] > 0.7
    assert sky[0] < 0.35


@pytest.mark.parametrize(
    ("look", "level", "low", "high"),
    [
        ("vintage", 0.5, 15, 60),
        ("cyberpunk", 0.2, 240, 310),
        ("cyberpunk", 0.9, 160, 230),
        ("matrix", 0.5, 90, 150),
        ("arctic", 0.5, 190, 250),
        ("sunset", 0.6, 0, 50),
        ("sunset", 0.1, 260, 345),
        ("lomo", 0.1, 220, 260),
        ("lomo", 0.9, 40, 70),
        ("twilight", 0.3, 220, 290),
        ("neon", 0.4, 260, 320),
    ],
)
def test_what_colour_grey_takes(studio, look, level, low, high):
    made = patch(studio, look, (level,) * 3)
    assert spread(made) > 0.03
    assert low <= hue(made) <= high


def test_how_light_and_how_strong(studio):
    red = (0.6, 0.35, 0.35)
    for look in ("vintage", "dreamy", "arctic", "matrix"):
        one, other = patch(studio, look, red), patch(studio, look, (0.35, 0.35, 0.6))
        assert np.abs(one - other).max() < 0.25  # paler
    for look in ("lomo", "neon"):
        one, other = patch(studio, look, red), patch(studio, look, (0.35, 0.35, 0.6))
        assert np.abs(one - other).max() > 0.28  # stronger
    grey = (0.4, 0.4, 0.4)
    assert patch(studio, "dreamy", grey) @ WEIGHTS > 0.5
    assert patch(studio, "twilight", grey) @ WEIGHTS < 0.37
    assert patch(studio, "vintage", (0, 0, 0)).min() > 0.05  # milky blacks
    assert patch(studio, "vintage", (1, 1, 1))[2] < 0.9  # yellowed whites


def gap(studio, look):
    """The luma of a grey picture with a white square in its middle, and what the look makes of it, twice."""
    planes = to_planes(np.full((180, 320, 3), 0.2))
    planes[0][75:105, 145:175] = 235
    film = studio.film(planes, 3)
    frames = studio.frames(
        studio.document(studio.track(studio.clip(film, "1/10", effects=[studio.effect(look)]))), 0, 2
    )
    return np.array(frames[0][0], float), np.array(frames[1][0], float)


@pytest.mark.parametrize("look", ["vintage", "noir", "sunset", "lomo", "matrix"])
def test_corners_of_some_are_dark(studio, look):
    first, _ = gap(studio, look)
    fall = first[80:100, 100:130].mean() - first[:10, :10].mean()
    assert abs(fall) < 1 if look == "matrix" else fall > 6


@pytest.mark.parametrize("look", ["vintage", "noir", "infrared", "lomo", "sunset"])
def test_some_have_grain_that_changes_from_frame_to_frame(studio, look):
    first, second = gap(studio, look)
    apart = (first - second)[20:160, 20:130]
    assert np.abs(apart.mean()) < 0.5
    assert apart.std() == 0 if look == "sunset" else apart.std() > 2


@pytest.mark.parametrize("look", ["dreamy", "neon", "cyberpunk", "infrared", "arctic"])
def test_bright_parts_of_some_shine(studio, look):
    first, _ = gap(studio, look)
    shine = first[80:100, 136:142].mean() - first[80:100, 20:60].mean()
    assert abs(shine) < 1 if look == "arctic" else shine > 6

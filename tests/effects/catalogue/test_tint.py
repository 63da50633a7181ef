"""Effects on hues, against their formulas and against the ffmpeg program."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from cutroom.errors import ValidationError

from .program import WEIGHTS, colourful, filtered, psnr, to_planes, to_rgb


def shown(studio, effect, planes=None, **values):
    film = studio.film(colourful() if planes is None else planes, 2)
    return studio.picture(studio.clip(film, "1/30", effects=[studio.effect(effect, **values)]))


def patch(studio, effect, rgb, **values):
    """What one colour becomes."""
    planes = to_planes(np.broadcast_to(np.array(rgb, float), (180, 320, 3)))
    return to_rgb(shown(studio, effect, planes, **values))[45, 80]


SEPIA = "rr=.393:rg=.769:rb=.189:gr=.349:gg=.686:gb=.168:br=.272:bg=.534:bb=.131"
SOME = "rr=0.7:rg=.2:rb=.1:gr=0.3:gg=.6:gb=.1:br=0.3:bg=.2:bb=.5"


@pytest.mark.parametrize(
    ("effect", "values", "graph", "rgb"),
    [
        ("hue", {"degrees": 70}, "hue=h=70", False),
        ("vibrance", {"value": 1.2}, "vibrance=alternate=1:intensity=1.2:rlum=0.2126:glum=0.7152:blum=0.0722", True),
        ("vibrance", {"value": -0.8}, "vibrance=intensity=-0.8:rlum=0.2126:glum=0.7152:blum=0.0722", True),
        ("sepia", {}, f"colorchannelmixer={SEPIA}", True),
        ("grayscale", {}, "hue=s=0", False),
        ("grayscale", {"red": 0.4, "green": 0.4, "blue": 0.2, "amount": 0.5}, f"colorchannelmixer={SOME}", True),
        ("invert", {}, "negate", True),
        ("duotone", {"shadows": "#000000", "highlights": "#ffffff"}, "hue=s=0", False),
    ],
    ids=lambda value: value if isinstance(value, str) and "=" not in value else "",
)
def test_the_ffmpeg_program_shows_the_same(studio, effect, values, graph, rgb):
    planes = colourful()
    made = shown(studio, effect, planes, **values)
    if effect == "grayscale" and rgb:  # the mixing of the test keeps half of the picture
        graph = "colorchannelmixer=rr=0.7:rg=.2:rb=.1:gr=.2:gg=.7:gb=.1:br=.2:bg=.2:bb=.6"
    assert psnr(made, filtered(planes, graph, rgb)) >= 45
    assert psnr(made, planes) < 35


@pytest.mark.parametrize("degrees", [30, 120, -75])
def test_hue_turns_every_colour_by_its_angle(studio, degrees):
    planes = colourful()
    _, u, v = shown(studio, "hue", planes, degrees=degrees)
    before = (planes[1] - 128.0) + 1j * (planes[2] - 128.0)
    after = (u - 128) + 1j * (v - 128)
    strong = (np.abs(before) > 25) & (np.abs(before) < 110)  # what is stronger is cut to its range
    turned = np.angle(after[strong] / before[strong], deg=True)
    assert np.abs((turned - degrees + 180) % 360 - 180).max() < 3
    assert np.abs(np.abs(after) - np.abs(before))[strong].max() < 1.5


def test_hue_goes_from_red_over_green(studio):
    red, green, _ = patch(studio, "hue", (0.7, 0.3, 0.3), degrees=120)
    assert green > red


@pytest.mark.parametrize("value", [-1, -0.4, 0.3, 1])
def test_temperature_makes_white_the_white_of_another_light(studio, value):
    grey = 0.5
    red, green, blue = patch(studio, "temperature", (grey,) * 3, value=value)
    light = np.array([red, green, blue]) ** 2.4
    assert light @ WEIGHTS == pytest.approx(grey**2.4, rel=0.02)  # as light as before
    warmth = np.log(red / blue) / np.log(2)
    assert np.sign(warmth) == np.sign(value)
    kelvin = 1e6 / (1e6 / 6500 + 100 * value)
    x, y = chromaticity(light * daylight_of_6500())
    assert mccamy(x, y) == pytest.approx(kelvin, rel=0.02 if kelvin < 10_000 else 0.1)


def chromaticity(light):
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ light
    return xyz[0] / xyz.sum(), xyz[1] / xyz.sum()


def daylight_of_6500():
    """Light of red, green and blue of a black body of 6500 K, from its place on the diagram: 0.3135, 0.3237."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    return np.linalg.inv(to_xyz) @ np.array([0.3135 / 0.3237, 1, (1 - 0.3135 - 0.3237) / 0.3237])


def mccamy(x, y):
    """Correlated colour temperature (McCamy 1992); too low by some percent where the sky is very blue."""
    n = (x - 0.3320) / (0.1858 - y)
    return 449 * n**3 + 3525 * n**2 + 6823.3 * n + 5520.33


def test_tint_goes_from_green_to_magenta(studio):
    for tint in (-0.8, 0.8):
        red, green, blue = patch(studio, "temperature", (0.5,) * 3, tint=tint)
        assert np.sign(red - green) == np.sign(tint)
        assert red == pytest.approx(blue, abs=0.012)
        assert (green / red) ** 2.4 == pytest.approx(2 ** (-tint / 2), rel=0.06)


def test_vibrance_moves_weak_colours_more_than_strong_ones(studio):
    def gained(colour):
        made = patch(studio, "vibrance", colour, value=1.0)
        return colorsys.rgb_to_hsv(*made)[1] / colorsys.rgb_to_hsv(*colour)[1]

    weak, strong = gained((0.5, 0.45, 0.45)), gained((0.8, 0.15, 0.15))
    assert weak > 1.3
    assert 1 < strong < weak
    assert gained((0.45, 0.45, 0.55)) > 1.3


def test_a_weaker_vibrance_takes_weak_colours_away_and_leaves_strong_ones(studio):
    def left(colour):
        made = patch(studio, "vibrance", colour, value=-1.0)
        return (made.max() - made.min()) / (max(colour) - min(colour))

    assert left((0.5, 0.45, 0.45)) < 0.15
    assert left((0.85, 0.15, 0.15)) == pytest.approx(0.7, abs=0.05)


def test_grayscale_keeps_luma_and_loses_all_colour(studio):
    planes = colourful()
    y, u, v = shown(studio, "grayscale", planes)
    assert np.array_equal(y, planes[0])
    assert (u == 128).all()
    assert (v == 128).all()


def test_grayscale_makes_each_colour_as_light_as_its_share_says(studio):
    for colour in ((0.8, 0.2, 0.2), (0.2, 0.7, 0.3), (0.2, 0.3, 0.8)):
        made = patch(studio, "grayscale", colour, red=0.6, green=-0.2, blue=0.6)
        assert made == pytest.approx([np.dot(colour, (0.6, -0.2, 0.6))] * 3, abs=0.012)


def test_invert_twice_is_the_picture(studio):
    planes = studio.noise()
    y, u, _ = shown(studio, "invert", planes)
    assert np.array_equal(y, 251.0 - planes[0])
    assert np.array_equal(u, 256.0 - planes[1])
    twice = [studio.effect("invert"), studio.effect("invert")]
    made = studio.picture(studio.clip(studio.film(planes, 2), "1/30", effects=twice))
    assert all(np.array_equal(a, b) for a, b in zip(made, planes, strict=True))


def test_half_of_a_negative_is_middle_grey(studio):
    y, u, v = shown(studio, "invert", amount=0.5)
    assert np.abs(y - 125.5).max() <= 0.51
    assert (u == 128).all()
    assert (v == 128).all()


def test_duotone_puts_black_and_white_to_its_colours_and_grey_half_way(studio):
    low, high = np.array([0x20, 0x40, 0x80]) / 255, np.array([0xF0, 0xC0, 0x60]) / 255
    colours = {"shadows": "#204080", "highlights": "#F0C060"}
    for level, wanted in ((0.0, low), (1.0, high), (0.5, (low + high) / 2)):
        assert patch(studio, "duotone", (level,) * 3, **colours) == pytest.approx(wanted, abs=0.012)
    green = patch(studio, "duotone", (0.2, 0.6, 0.2), **colours)
    share = np.dot((0.2, 0.6, 0.2), WEIGHTS)
    assert green == pytest.approx(low + share * (high - low), abs=0.015)
    half = patch(studio, "duotone", (0.2, 0.6, 0.2), amount=0.5, **colours)
    assert half == pytest.approx((green + np.array([0.2, 0.6, 0.2])) / 2, abs=0.015)


def test_a_colour_that_is_none_is_an_error(studio):
    with pytest.raises(ValidationError, match="duotone: shadows cannot be 'bluish'"):
        shown(studio, "duotone", shadows="bluish")


@pytest.mark.parametrize(
    ("effect", "values"),
    [
        ("hue", {}),
        ("hue", {"degrees": -360}),
        ("temperature", {}),
        ("vibrance", {}),
        ("grayscale", {"amount": 0}),
        ("sepia", {"amount": 0}),
        ("invert", {"amount": 0}),
        ("duotone", {"amount": 0}),
    ],
)
def test_neutral_values_change_nothing(studio, effect, values):
    planes = studio.noise()
    assert all(np.array_equal(a, b) for a, b in zip(shown(studio, effect, planes, **values), planes, strict=True))

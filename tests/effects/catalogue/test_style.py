"""Lenses, film and drawing, measured in rendered frames."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from cutroom.schema.curve import Keyframe

from ..oracle import by_ffmpeg, psnr
from .test_detail import shown, texture


@pytest.mark.parametrize("amount", [0.3, 1.0])
def test_vignette_darkens_by_its_formula(studio, amount):
    y, u, v = shown(studio, studio.flat(200, 90, 170), "vignette", amount=amount, radius=0.3, softness=0.6)
    rows, columns = np.mgrid[0:180, 0:320] + 0.5
    distance = np.hypot(columns / 160 - 1, rows / 90 - 1) / np.sqrt(2)
    t = np.clip((distance - 0.3) / 0.6, 0, 1)
    factor = 1 - amount * t * t * (3 - 2 * t)
    assert np.abs(y - (16 + 184 * factor)).max() <= 0.51
    assert u[0, 0] == pytest.approx(128 - 38 * factor[:2, :2].mean(), abs=0.6)
    assert v[0, 0] == pytest.approx(128 + 42 * factor[:2, :2].mean(), abs=0.6)
    assert (u[45, 80], v[45, 80]) == (90, 170)


def test_vignette_follows_its_layer(studio):
    film = studio.film(studio.flat(200))
    shrink, dark = studio.effect("transform", scale=0.5), studio.effect("vignette", amount=1.0)
    blur = studio.effect("blur", radius=0.0001)
    before, after = (
        studio.picture(studio.clip(film, 1, effects=chain))[0] for chain in ([dark, shrink], [shrink, dark])
    )
    assert np.abs(after - before)[47:133, 82:238].max() <= 4
    apart = studio.picture(studio.clip(film, 1, effects=[shrink, blur, dark]))[0]
    assert np.abs(apart - before)[47:133, 82:238].max() <= 4
    assert before[90, 160] == 200
    assert before[46, 82] < 40


def grainy(studio, level, frames=1, **values):
    film = studio.film(studio.flat(level), frames)
    clip = studio.clip(film, 1, effects=[studio.effect("film_grain", **values)])
    return [planes[0] for planes in studio.frames(studio.document(studio.track(clip)), 0, frames)]


def test_film_grain_is_strongest_in_the_darker_middle_and_none_in_black(studio):
    spread = {level: grainy(studio, level, amount=0.1, grain=0.01)[0].std() for level in (16, 40, 98, 180, 235)}
    assert spread[16] == 0
    assert spread[235] == 0
    assert spread[98] > spread[40] > 5
    assert spread[98] > spread[180] > 5
    assert spread[98] == pytest.approx(21.9, rel=0.12)
    assert grainy(studio, 98, amount=0.1, grain=0.01)[0].mean() == pytest.approx(98, abs=1.2)


def test_film_grain_is_as_large_as_it_says(studio):
    for grain in (0.01, 0.02):
        noise = grainy(studio, 98, amount=0.1, grain=grain)[0] - 98
        step = round(2 * grain * 180)
        alike = (noise[:, step:] * noise[:, :-step]).mean() / noise.var()
        assert alike == pytest.approx(np.exp(-((step / (2 * grain * 180)) ** 2)), abs=0.12)


def test_film_grain_is_another_in_each_frame_and_by_each_seed(studio):
    frames = [y - 98 for y in grainy(studio, 98, 12, amount=0.1, grain=0.01)]
    for one, other in pairwise(frames):
        assert abs((one * other).mean()) < 0.15 * one.var()
    (other,) = grainy(studio, 98, amount=0.1, grain=0.01, seed=7)
    assert abs(((other - 98) * frames[0]).mean()) < 0.15 * other.var()
    (again,) = grainy(studio, 98, amount=0.1, grain=0.01)
    assert np.array_equal(again, frames[0] + 98)


def test_film_grain_goes_by_the_frame_of_the_clip(studio):
    """Wherever rendering starts, also of a still, and also where it is animated."""
    curve = (Keyframe(time=0, value=0.05), Keyframe(time=1, value=0.3))
    for changes in ({}, {"curves": {"amount": curve}}):
        grain = studio.effect("film_grain", grain=0.01).replace(**changes)
        clip = studio.clip(studio.film(studio.flat(98), 3), 1, effects=[grain]).evolve(speed=Fraction(0))
        document = studio.document(studio.track(clip))
        whole = [planes[0] for planes in studio.frames(document, 0, 12)]
        part = [planes[0] for planes in studio.frames(document, 7, 5)]
        assert all(np.array_equal(a, b) for a, b in zip(whole[7:], part, strict=True))
        assert not np.array_equal(whole[3], whole[4])


def rgb(planes):
    y, u, v = planes[0][::2, ::2], planes[1][:, :], planes[2][:, :]
    y, u, v = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    return y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u


def test_chromatic_aberration_moves_red_out_and_blue_in(studio):
    picture = studio.flat(16)
    rows, columns = np.mgrid[0:180, 0:320]
    picture[0][:] = np.rint(16 + 180 * np.exp(-((columns - 280) ** 2 + (rows - 90) ** 2) / (2 * 7**2)))
    amount = 0.05
    got = rgb(shown(studio, picture, "chromatic_aberration", amount=amount))
    peak = [float(np.argmax(np.convolve(plane[45], np.hanning(9), "same"))) * 2 for plane in got]
    shift = amount * 180 * (280 - 160) / np.hypot(160, 90)
    assert peak[0] - peak[1] == pytest.approx(shift, abs=2)
    assert peak[2] - peak[1] == pytest.approx(-shift, abs=2)
    middle = shown(studio, studio.flat(120, 100, 150), "chromatic_aberration", amount=amount)
    assert [float(plane.std()) for plane in middle] == [0, 0, 0]


def test_chromatic_aberration_keeps_green_and_comes_by_the_planes_of_r_g_b(studio):
    """Against the same done to R'G'B' at half the size, where chroma stands."""
    import cv2

    picture = [cv2.GaussianBlur(plane, (0, 0), 3 if i == 0 else 1.5) for i, plane in enumerate(texture(studio))]
    amount = 0.03
    got = rgb(shown(studio, picture, "chromatic_aberration", amount=amount))
    before = rgb([plane.astype(float) for plane in picture])
    share = amount * 180 / np.hypot(160, 90)
    for plane, old, factor in zip(got, before, (1 + share, 1, 1 - share), strict=True):
        x, y = (160 - 0.5) / 2, (90 - 0.5) / 2
        matrix = np.array([[factor, 0, x * (1 - factor)], [0, factor, y * (1 - factor)]])
        expected = cv2.warpAffine(old.astype(np.float32), matrix, (160, 90), borderMode=cv2.BORDER_REPLICATE)
        inside = (slice(6, -6), slice(6, -6))
        assert np.abs(plane - expected)[inside].mean() < 0.012
        if factor != 1:
            assert np.abs(plane - expected)[inside].mean() < 0.4 * np.abs(plane - old)[inside].mean()


def test_a_titles_fringes_lie_outside_of_its_letters(studio):
    title = studio.title("III", 1, effects=[studio.effect("chromatic_aberration", amount=0.05)])
    below = studio.clip(studio.film(studio.flat(100)), 1)
    _, u, v = studio.frames(studio.document(studio.track(below), studio.track(title)))[0]
    assert v.max() > 140
    assert u.max() > 134
    assert (v[0] == 128).all()


def brightest(plane):
    rows, columns = np.nonzero(plane >= plane.max() - 3)
    return rows.mean(), columns.mean()


def test_lens_flare_shines_where_it_is_put_in_its_colour_and_takes_light_from_nothing(studio):
    values = {"position_x": 0.2, "position_y": -0.1, "radius": 0.3, "colour": "#3060ff"}
    before = studio.flat(60)
    y, u, v = shown(studio, before, "lens_flare", **values)
    row, column = brightest(y)
    assert abs(column - (160 + 64)) <= 2
    assert abs(row - (90 - 18)) <= 2
    assert y.max() >= 230
    assert (y >= 60).all()
    ring = y[72, 224 + 54] - y[72 + 20, 224 + 54 + 14]
    assert ring > 3
    assert u.max() > 140
    assert v.min() < 124
    y_strong, _, _ = shown(studio, before, "lens_flare", **{**values, "strength": 2})
    assert y_strong.sum() > y.sum()


def test_lens_flare_moves_with_its_keys_and_lies_on_the_canvas(studio):
    keys = (Keyframe(time=0, value=-0.3), Keyframe(time=1, value=0.3))
    flare = studio.effect("lens_flare", radius=0.2).replace(curves={"position_x": keys})
    clip = studio.clip(studio.film(studio.flat(30), 30), 1, effects=[studio.effect("transform", scale=0.9), flare])
    for i, (y, _, _) in enumerate(studio.frames(studio.document(studio.track(clip)), 0, 30)):
        assert abs(brightest(y)[1] - (160 + 320 * (-0.3 + 0.6 * i / 30))) <= 2
    assert y[0, 0] == 16  # beside the layer there is nothing for it to fall on


def test_edge_draws_the_outline_of_a_square(studio):
    picture = studio.flat(60, 100, 160)
    picture[0][60:120, 100:200] = 180
    y, u, v = shown(studio, picture, "edge", radius=0.008)
    assert y[90, 99:101].max() >= 230
    assert y[59:61, 150].max() >= 230
    assert y[90, 150] == 16
    assert y[20, 20] == 16
    assert (u[45, 75], v[45, 75]) == (128, 128)
    over, _, over_v = shown(studio, picture, "edge", mode="outline", colour="#ff0000", radius=0.008)
    assert over[20, 20] == 60
    assert over[90, 150] == 180
    assert over_v[45, 50] > 200
    none = shown(studio, picture, "edge", threshold=0.9)[0]
    assert (none == 16).all()


@pytest.mark.parametrize(("k1", "k2"), [(-0.2, 0.05), (0.15, 0.0)])
def test_lens_correction_is_that_of_ffmpeg_but_for_its_half_pixel(studio, k1, k2):
    """On a canvas whose middle is the middle of a pixel. ffmpeg takes everything from half a pixel too far."""
    import cv2

    picture = texture(studio, width=321, height=181)
    clip = studio.clip(studio.film(picture), 1, effects=[studio.effect("lens_correction", k1=k1, k2=k2)])
    got = studio.picture(clip, width=321, height=181)[0]
    across, down = np.meshgrid(np.arange(321) - 160.0, np.arange(181) - 90.0)
    square = (across**2 + down**2) * 4 / (321**2 + 181**2)
    factor = 1 + k1 * square + k2 * square**2
    inside = (np.abs(across * factor) < 157) & (np.abs(down * factor) < 87)

    def bent(offset):
        columns, rows = (across * factor + 160 + offset), (down * factor + 90 + offset)
        source = picture[0].astype(np.float32)
        return cv2.remap(source, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)

    theirs = by_ffmpeg(picture, f"lenscorrection=k1={k1}:k2={k2}:i=bilinear")[0]
    assert psnr(np.rint(bent(0.5))[inside], theirs[inside]) >= 60
    assert psnr(bent(0)[inside], got[inside]) >= 55


def test_lens_correction_moves_every_plane_by_the_same_fraction_of_a_pixel(studio, where):
    picture = studio.spot(250, 140, 6)
    got = where(shown(studio, picture, "lens_correction", k1=-0.2))
    offset = np.array([250 - 159.5, 140 - 89.5])
    corner = np.hypot(160, 90)
    length = np.hypot(*offset) / corner
    seen = length
    for _ in range(50):
        seen = length / (1 - 0.2 * seen**2)
    expected = np.array([159.5, 89.5]) + offset * seen / length
    for found in got:
        assert found == pytest.approx(tuple(expected), abs=0.5)
    assert max(abs(a[0] - b[0]) for a, b in pairwise(got)) < 0.12
    assert max(abs(a[1] - b[1]) for a, b in pairwise(got)) < 0.12


def test_lens_correction_shows_what_is_below_where_it_has_nothing(studio):
    bend = studio.effect("lens_correction", k1=0.3)
    above = studio.clip(studio.film(studio.flat(200)), 1, effects=[bend])
    below = studio.clip(studio.film(studio.flat(70)), 1)
    y = studio.frames(studio.document(studio.track(below), studio.track(above)))[0][0]
    assert y[0, 0] == 70
    assert y[90, 160] == 200
    assert y[90, 2] == 70

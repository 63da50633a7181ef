from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.errors import ValidationError


def test_nothing_done_is_nothing_changed(studio):
    picture = studio.noise()
    shown = studio.picture(studio.clip(studio.film(picture), 1))
    for got, made in zip(shown, picture, strict=True):
        assert np.array_equal(got, made)


@pytest.mark.parametrize(
    ("effect", "values"),
    [
        ("brightness", {"value": 0.0}),
        ("contrast", {"value": 1.0}),
        ("saturation", {"value": 1.0}),
        ("blur", {"radius": 0.0}),
        ("crop", {}),
        ("transform", {}),
    ],
)
def test_neutral_values_change_nothing(studio, effect, values):
    picture = studio.noise()
    clip = studio.clip(studio.film(picture), 1, effects=[studio.effect(effect, **values)])
    for got, made in zip(studio.picture(clip), picture, strict=True):
        assert np.array_equal(got, made)


@pytest.mark.parametrize("value", [-0.3, 0.1, 0.5])
def test_brightness_moves_luma_by_its_share_and_leaves_chroma(studio, value):
    picture = studio.noise()
    y, u, v = studio.picture(studio.clip(studio.film(picture), 1, effects=[studio.effect("brightness", value=value)]))
    expected = np.clip(picture[0] + 219 * value, 16, 235)
    assert np.abs(y - expected).max() <= 0.5
    assert np.array_equal(u, picture[1])
    assert np.array_equal(v, picture[2])


@pytest.mark.parametrize("value", [0.0, 0.5, 1.7])
def test_contrast_spreads_about_middle_grey(studio, value):
    picture = studio.noise()
    y, u, _ = studio.picture(studio.clip(studio.film(picture), 1, effects=[studio.effect("contrast", value=value)]))
    assert np.abs(y - np.clip(125.5 + (picture[0] - 125.5) * value, 16, 235)).max() <= 0.5
    assert np.abs(u - np.clip(128 + (picture[1] - 128.0) * value, 16, 240)).max() <= 0.5


@pytest.mark.parametrize("value", [0.0, 0.5, 2.0])
def test_saturation_scales_chroma_alone(studio, value):
    picture = studio.noise()
    y, u, v = studio.picture(studio.clip(studio.film(picture), 1, effects=[studio.effect("saturation", value=value)]))
    assert np.array_equal(y, picture[0])
    for got, made in ((u, picture[1]), (v, picture[2])):
        assert np.abs(got - np.clip(128 + (made - 128.0) * value, 16, 240)).max() <= 0.5


def test_effects_run_in_the_order_of_the_chain(studio):
    film = studio.film(studio.flat(100))
    bright, contrast = studio.effect("brightness", value=0.2), studio.effect("contrast", value=2.0)
    first = studio.picture(studio.clip(film, 1, effects=[bright, contrast]))[0]
    second = studio.picture(studio.clip(film, 1, effects=[contrast, bright]))[0]
    assert first[0, 0] == pytest.approx(125.5 + (100 + 43.8 - 125.5) * 2, abs=1)
    assert second[0, 0] == pytest.approx(125.5 + (100 - 125.5) * 2 + 43.8, abs=1)


def test_a_disabled_effect_does_nothing(studio):
    picture = studio.noise()
    clip = studio.clip(studio.film(picture), 1, effects=[studio.effect("brightness", value=0.5, enabled=False)])
    assert np.array_equal(studio.picture(clip)[0], picture[0])


def _edge_width(row: np.ndarray) -> float:
    """Standard deviation of the slope of a blurred edge."""
    slope = np.abs(np.diff(row))
    at = np.arange(len(slope))
    middle = (slope * at).sum() / slope.sum()
    return float(np.sqrt((slope * (at - middle) ** 2).sum() / slope.sum()))


def test_blur_has_the_sigma_it_says_in_luma_and_in_chroma(studio):
    picture = studio.flat(60, 100, 100)
    for plane in picture:
        plane[:, plane.shape[1] // 2 :] += 80
    clip = studio.clip(studio.film(picture), 1, effects=[studio.effect("blur", radius=0.04)])
    y, u, v = studio.picture(clip)
    assert _edge_width(y[90]) == pytest.approx(0.04 * 180, rel=0.06)
    assert 2 * _edge_width(u[45]) == pytest.approx(0.04 * 180, rel=0.06)
    assert 2 * _edge_width(v[45]) == pytest.approx(0.04 * 180, rel=0.06)
    assert y.mean() == pytest.approx(picture[0].mean(), abs=0.5)


def test_blur_takes_detail_away(studio):
    picture = studio.noise()
    y = studio.picture(studio.clip(studio.film(picture), 1, effects=[studio.effect("blur", radius=0.01)]))[0]
    assert np.abs(np.diff(y)).mean() < 0.25 * np.abs(np.diff(picture[0].astype(float))).mean()


def test_a_smaller_preview_of_a_blur_is_the_same_picture(studio):
    clip = studio.clip(studio.film(studio.spot(150, 90, 12)), 1, effects=[studio.effect("blur", radius=0.06)])
    document = studio.document(studio.track(clip))
    large, small = studio.frames(document)[0], studio.frames(document, size=(160, 90))[0]
    for a, b in zip(large, small, strict=True):
        rows, columns = b.shape
        assert np.abs(a.reshape(rows, 2, columns, 2).mean(axis=(1, 3)) - b).max() <= 2


def test_crop_cuts_to_black_and_leaves_the_rest_in_place(studio):
    picture = studio.noise()
    crop = studio.effect("crop", left=0.25, top=0.2, right=0.125, bottom=0.4)
    y, u, _ = studio.picture(studio.clip(studio.film(picture), 1, effects=[crop]))
    assert np.array_equal(y[36:108, 80:280], picture[0][36:108, 80:280])
    assert np.array_equal(u[18:54, 40:140], picture[1][18:54, 40:140])
    outside = np.ones(y.shape, bool)
    outside[36:108, 80:280] = False
    assert (y[outside] == 16).all()


def test_crop_on_a_fraction_of_a_pixel_covers_by_that_fraction(studio):
    crop = studio.effect("crop", left=100.25 / 320)
    y = studio.picture(studio.clip(studio.film(studio.flat(216)), 1, effects=[crop]))[0]
    assert (y[:, :100] == 16).all()
    assert np.abs(y[:, 100] - (16 + 200 * 0.75)).max() <= 1
    assert (y[:, 101:] == 216).all()


def test_crop_of_everything_is_an_error(studio):
    clip = studio.clip(studio.film(studio.flat(100)), 1, effects=[studio.effect("crop", left=0.6, right=0.5)])
    with pytest.raises(ValidationError, match="nothing would be left"):
        studio.picture(clip)


SPOT = (150.0, 80.0)


def _moved(x, y, *, scale=1.0, rotation=0.0, position=(0.0, 0.0), anchor=(0.0, 0.0)):
    """Where the transform of the documentation puts a point, in pixel centres of a 320 x 180 canvas."""
    turn = np.deg2rad(rotation)
    cx, cy = 159.5 + 320 * anchor[0], 89.5 + 180 * anchor[1]
    dx, dy = scale * (x - cx), scale * (y - cy)
    return (
        cx + dx * np.cos(turn) - dy * np.sin(turn) + 320 * position[0],
        cy + dx * np.sin(turn) + dy * np.cos(turn) + 180 * position[1],
    )


@pytest.mark.parametrize(
    "move",
    [
        {"position": (0.1, -0.1)},
        {"position": (3.3 / 320, 1.7 / 180)},
        {"position": (0.5 / 320, 0.25 / 180)},
        {"position": (1 / 320, 1 / 180)},
        {"scale": 0.5},
        {"scale": 0.5, "position": (0.2, 0.1)},
        {"scale": 0.37, "position": (-7.3 / 320, 0.05)},
        {"scale": 1.6},
        {"rotation": 90.0},
        {"rotation": 180.0, "position": (0.01, 0.02)},
        {"rotation": 33.0, "scale": 0.8, "position": (0.03, -0.04)},
        {"rotation": -120.0, "anchor": (0.1, -0.05)},
        {"scale": 2.0, "anchor": (-0.03, -0.05)},
    ],
    ids=str,
)
def test_transform_puts_every_plane_where_it_says_to_a_twentieth_of_a_pixel(studio, where, move):
    values = {key: value for key, value in move.items() if key in {"scale", "rotation"}}
    for key in ("position", "anchor"):
        if key in move:
            values |= {f"{key}_x": move[key][0], f"{key}_y": move[key][1]}
    clip = studio.clip(studio.film(studio.spot(*SPOT)), 1, effects=[studio.effect("transform", **values)])
    expected = _moved(*SPOT, **move)
    for found in where(studio.picture(clip)):
        assert found == pytest.approx(expected, abs=0.05)


def test_transform_shrinks_without_aliasing(studio):
    rows = np.indices((180, 320)).sum(axis=0) % 2
    checks = studio.flat(0)
    checks[0][...] = np.where(rows, 235, 16)
    clip = studio.clip(studio.film(checks), 1, effects=[studio.effect("transform", scale=0.4)])
    inner = studio.picture(clip)[0][70:110, 120:200]
    assert inner.mean() == pytest.approx(125.5, abs=2)
    assert inner.std() < 8


def test_a_layer_that_left_the_canvas_is_gone(studio):
    clip = studio.clip(studio.film(studio.flat(200)), 1, effects=[studio.effect("transform", position_x=1.5)])
    y, u, v = studio.picture(clip)
    assert (y == 16).all()
    assert (u == 128).all()
    assert (v == 128).all()


@pytest.mark.parametrize("rotation", [0.0, 20.0])
def test_opacity_blends_with_what_is_below(studio, rotation):
    below = studio.clip(studio.film(studio.flat(40, 100, 150)), 1)
    fade = studio.effect("transform", opacity=0.25, rotation=rotation)
    above = studio.clip(studio.film(studio.flat(200, 180, 60)), 1, effects=[fade])
    planes = studio.frames(studio.document(studio.track(below), studio.track(above)))[0]
    for plane, low, high in zip(planes, (40, 100, 150), (200, 180, 60), strict=True):
        inner = plane[
            plane.shape[0] // 2 - 8 : plane.shape[0] // 2 + 8, plane.shape[1] // 2 - 8 : plane.shape[1] // 2 + 8
        ]
        assert np.abs(inner - (0.75 * low + 0.25 * high)).max() <= 1


def test_the_edge_of_a_turned_layer_is_smooth_and_has_no_fringe(studio):
    below = studio.clip(studio.film(studio.flat(120)), 1)
    turn = studio.effect("transform", scale=0.5, rotation=30.0)
    above = studio.clip(studio.film(studio.flat(120)), 1, effects=[turn])
    planes = studio.frames(studio.document(studio.track(below), studio.track(above)))[0]
    for plane, level in zip(planes, (120, 128, 128), strict=True):
        assert np.abs(plane - level).max() <= 1  # the same grey: any dark or coloured fringe would show


def test_blur_after_a_transform_has_soft_edges_and_before_it_sharp_ones(studio):
    film = studio.film(studio.flat(216))
    small, blur = studio.effect("transform", scale=0.5), studio.effect("blur", radius=0.03)
    soft = studio.picture(studio.clip(film, 1, effects=[small, blur]))[0][90]
    sharp = studio.picture(studio.clip(film, 1, effects=[blur, small]))[0][90]
    assert _edge_width(soft[:160]) == pytest.approx(0.03 * 180, rel=0.1)
    assert set(np.unique(sharp)) == {16, 216}


CHAINS = {
    "brightness": [("brightness", {"value": 0.1})],
    "contrast": [("contrast", {"value": 1.4})],
    "saturation": [("saturation", {"value": 0.4})],
    "blur": [("blur", {"radius": 0.02})],
    "crop": [("crop", {"left": 0.103, "top": 0.21})],
    "transform": [("transform", {"scale": 0.7, "rotation": 11.0, "position_x": 0.03, "opacity": 0.7})],
    "all": [
        ("brightness", {"value": 0.1}),
        ("transform", {"scale": 0.7, "rotation": 11.0}),
        ("blur", {"radius": 0.01}),
        ("saturation", {"value": 1.5}),
        ("crop", {"right": 0.203}),
    ],
}


@pytest.mark.parametrize("chain", CHAINS, ids=str)
def test_frames_are_the_same_wherever_rendering_starts(studio, chain):
    film = studio.film(studio.noise, 20)
    clip = studio.clip(film, Fraction(20, 30), effects=[studio.effect(n, **p) for n, p in CHAINS[chain]])
    document = studio.document(studio.track(clip))
    whole = studio.frames(document, 0, 20)
    for start in (1, 7, 13):
        part = studio.frames(document, start, 4)
        for a, b in zip(part, whole[start : start + 4], strict=True):
            assert all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))
    assert not np.array_equal(whole[0][0], whole[1][0])

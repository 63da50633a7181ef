"""Flip and mirror, measured in rendered frames."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cutroom.effects.nodes import Crop, Flip, Warp
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.segment import Fit

from ..oracle import by_ffmpeg, psnr
from .test_detail import shown, texture

WAYS = {"horizontal": (True, False), "vertical": (False, True), "both": (True, True)}


def turned(planes, direction):
    across, down = WAYS[direction]
    return [plane[:: -1 if down else 1, :: -1 if across else 1] for plane in planes]


@pytest.mark.parametrize("direction", WAYS)
def test_flip_turns_every_pixel_over(studio, direction):
    picture = studio.noise()
    got = shown(studio, picture, "flip", direction=direction)
    expected = turned(picture, direction)
    assert np.array_equal(got[0], expected[0])
    if direction == "vertical":
        assert all(np.array_equal(a, b) for a, b in zip(got, expected, strict=True))
    soft = texture(studio)
    ours = shown(studio, soft, "flip", direction=direction)
    theirs = by_ffmpeg(soft, {"horizontal": "hflip", "vertical": "vflip", "both": "hflip,vflip"}[direction])
    assert np.array_equal(ours[0], theirs[0])
    least = 45 if direction == "vertical" else 38  # which leaves chroma half a sample off
    assert all(psnr(a, b) >= least for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("direction", WAYS)
def test_flip_moves_all_planes_alike(studio, where, direction):
    across, down = WAYS[direction]
    got = where(shown(studio, studio.spot(100, 50, 6), "flip", direction=direction))
    expected = (319 - 100 if across else 100, 179 - 50 if down else 50)
    for found in got:
        assert found == pytest.approx(expected, abs=0.06)


def test_flip_of_a_layer_is_about_its_own_middle_and_its_sides_go_along(studio, where):
    film = studio.film(studio.spot(100, 60, 8))
    move = studio.effect("transform", scale=0.5, position_x=0.2, rotation=30)
    flip = studio.effect("flip")
    crop = studio.effect("crop", left=0.6)
    moved_last = studio.picture(studio.clip(film, 1, effects=[flip, move]))
    moved_first = studio.picture(studio.clip(film, 1, effects=[move, flip]))
    for a, b in zip(where(moved_last), where(moved_first), strict=True):
        assert a == pytest.approx(b, abs=0.2)
    # the spot lies in the layer's left half: cut away there, it is gone, though it is seen at the right
    flat = studio.film(studio.flat(200))
    y = studio.picture(studio.clip(flat, 1, effects=[flip, crop]))[0]
    assert (y[90] == 200).sum() == pytest.approx(0.4 * 320, abs=1)
    assert y[90, 10] == 200
    assert y[90, 310] == 16
    for chain in ([flip, crop], [crop, flip], [move, flip, crop], [move, crop, flip], [crop, move, flip]):
        planes = studio.picture(studio.clip(film, 1, effects=chain))
        assert planes[0].max() < 40


def test_a_placement_knows_of_flips():
    layer = Placement.of(Fit(x=0, y=0, width=320, height=180))
    flipped = layer.after(Flip(across=True), 320, 180)
    assert flipped.corners() == ((320.0, 0.0), (0.0, 0.0), (0.0, 180.0), (320.0, 180.0))
    assert flipped.cropped(Crop(left=0.25)).corners()[1] == (0.0, 0.0)
    assert flipped.cropped(Crop(left=0.25)).corners()[0] == (240.0, 0.0)
    warp = Warp(rotation=40, scale=0.7, position_x=0.1)
    one = layer.after(warp, 320, 180).after(Flip(down=True), 320, 180)
    other = layer.after(Flip(down=True), 320, 180).after(warp, 320, 180)
    for a, b in zip(one.corners(), other.corners(), strict=True):
        assert a == pytest.approx(b)


def test_flip_of_a_turned_picture_with_alpha_and_of_a_title(studio):
    title = studio.title("L", 1, align="left")
    plain = studio.picture(title)[0]
    flipped = studio.picture(title.evolve(effects=(studio.effect("flip"),)))[0]
    assert np.array_equal(flipped, plain[:, ::-1])


def test_two_flips_are_none(studio):
    picture = studio.noise()
    film = studio.film(picture)
    got = studio.picture(studio.clip(film, 1, effects=[studio.effect("flip"), studio.effect("flip")]))
    assert all(np.array_equal(a, b) for a, b in zip(got, picture, strict=True))


def test_a_flipped_film_still_hides_what_is_below(studio):
    from cutroom.effects.compiler.document import compile_picture

    film = studio.film(studio.flat(100))
    for effect in ("flip", "mirror"):
        tracks = studio.track(studio.clip(film, 1)), studio.track(studio.clip(film, 1, effects=[studio.effect(effect)]))
        assert len(compile_picture(studio.document(*tracks), 0, 1).layers) == 1


@pytest.mark.parametrize("keep", ["left", "right", "top", "bottom"])
def test_mirror_shows_one_half_twice(studio, where, keep):
    picture = studio.noise()
    y = shown(studio, picture, "mirror", keep=keep)[0]
    half = {
        "left": (slice(None), slice(0, 160)),
        "right": (slice(None), slice(160, 320)),
        "top": (slice(0, 90), slice(None)),
        "bottom": (slice(90, 180), slice(None)),
    }[keep]
    assert np.array_equal(y[half], picture[0][half])
    flipped = y[:, ::-1] if keep in {"left", "right"} else y[::-1]
    assert np.array_equal(y, flipped)
    x, row = {"left": (100, 90), "right": (220, 90), "top": (160, 40), "bottom": (160, 140)}[keep]
    planes = shown(studio, studio.spot(x, row, 6), "mirror", keep=keep)
    for found in where(planes):
        assert found == pytest.approx((159.5, row) if x != 160 else (160, 89.5), abs=0.25)


def test_mirror_of_a_moved_layer_is_the_moved_mirror_image(studio):
    film = studio.film(texture(studio))
    move = studio.effect("transform", scale=0.6, rotation=20, position_y=0.05)
    mirror = studio.effect("mirror")
    one = studio.picture(studio.clip(film, 1, effects=[mirror, move]))
    other = studio.picture(studio.clip(film, 1, effects=[move, mirror]))
    for a, b in zip(one, other, strict=True):
        assert psnr(a, b) > 36
    blurred = [[move, studio.effect("blur", radius=0.0005), mirror], [mirror, move]]
    a, b = (studio.picture(studio.clip(film, 1, effects=chain))[0] for chain in blurred)
    assert psnr(a, b) > 30


def test_animated_around_a_flip(studio, where):
    from cutroom.schema.curve import Keyframe

    keys = (Keyframe(time=0, value=-0.2), Keyframe(time=1, value=0.2))
    slide = studio.effect("transform").replace(curves={"position_x": keys})
    clip = studio.clip(studio.film(studio.spot(100, 90, 6)), 1, effects=[slide, studio.effect("flip")])
    found = [where(planes)[0][0] for planes in studio.frames(studio.document(studio.track(clip)), 0, 20)]
    assert np.diff(found) == pytest.approx(0.4 * 320 / 30, abs=0.3)
    assert found[15] == pytest.approx(219, abs=0.3)
    assert all(b > a for a, b in pairwise(found))


def test_mirror_of_a_layer_that_the_canvas_cuts_is_whole(studio):
    grow = studio.effect("transform", scale=2, position_x=0.4)
    mirror = studio.effect("mirror", keep="right")
    y = studio.picture(studio.clip(studio.film(studio.flat(200)), 1, effects=[grow, mirror]))[0]
    assert (y == 200).all()

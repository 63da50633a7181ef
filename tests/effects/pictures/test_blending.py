"""Blend modes, held against the W3C's formulas in double precision and against the ffmpeg program's `blend`."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.edit.apply import apply
from cutroom.edit.operations import Nest
from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.nodes import BlendMode
from cutroom.effects.pictures.blending import MODES, blended
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.registry import default_registry
from cutroom.errors import UnknownNameError, ValidationError
from cutroom.schema.curve import Keyframe

WIDTH, HEIGHT = 160, 90
WEIGHTS = np.array([0.2126, 0.7152, 0.0722])


def _hard(b, s):
    return np.where(s <= 0.5, b * 2 * s, b + (2 * s - 1) - b * (2 * s - 1))


def _soft(b, s):
    d = np.where(b <= 0.25, ((16 * b - 12) * b + 4) * b, np.sqrt(b))
    return np.where(s <= 0.5, b - (1 - 2 * s) * b * (1 - b), b + (2 * s - 1) * (d - b))


def _dodge(b, s):
    return np.where(b == 0, 0, np.where(s == 1, 1, np.minimum(1, b / np.maximum(1 - s, 1e-9))))


W3C = {
    "normal": lambda b, s: s,
    "multiply": lambda b, s: b * s,
    "screen": lambda b, s: b + s - b * s,
    "overlay": lambda b, s: _hard(s, b),
    "darken": np.minimum,
    "lighten": np.maximum,
    "add": lambda b, s: np.minimum(1, b + s),
    "subtract": lambda b, s: np.maximum(0, b - s),
    "difference": lambda b, s: np.abs(b - s),
    "exclusion": lambda b, s: b + s - 2 * b * s,
    "soft_light": _soft,
    "hard_light": _hard,
    "dodge": _dodge,
    "burn": lambda b, s: 1 - _dodge(1 - b, 1 - s),
}


def _codes(rgb):
    y = rgb @ WEIGHTS
    return np.stack([16 + 219 * y, 128 + 224 * (rgb[2] - y) / 1.8556, 128 + 224 * (rgb[0] - y) / 1.5748])


def _rgb(codes):
    y, cb, cr = (codes[0] - 16) / 219, (codes[1] - 128) / 224, (codes[2] - 128) / 224
    red, blue = y + 1.5748 * cr, y + 1.8556 * cb
    return np.clip(np.array([red, (y - 0.2126 * red - 0.0722 * blue) / 0.7152, blue]), 0, 1)


COLOURS = [(0, 0, 0), (1, 1, 1), (0.5, 0.5, 0.5), (0.9, 0.2, 0.1), (0.1, 0.3, 0.8), (0.2, 0.7, 0.3), (0.05, 0.6, 0.95)]


def _patches(across):
    """Stripes of colours, 16 pixels each: columns, or rows."""
    codes = [np.rint(_codes(np.array(colour, float))) for colour in COLOURS]
    planes = []
    for i, step in ((0, 16), (1, 8), (2, 8)):
        line = np.repeat([code[i] for code in codes], step).astype(np.uint8)
        size = len(line)
        planes.append(np.tile(line, (size, 1)) if across else np.tile(line[:, None], (1, size)))
    return planes


def _over(studio, below, above, *, size, **transform):
    tracks = [studio.track(studio.clip(studio.film(below, 3), Fraction(3, 30)))] if below is not None else []
    top = studio.clip(studio.film(above, 3), Fraction(3, 30), effects=[studio.effect("transform", **transform)])
    return studio.document(*tracks, studio.track(top), width=size[0], height=size[1])


def _colours(studio, seed):
    """Noise within what R'G'B' can show."""
    y, u, v = studio.noise(seed, WIDTH, HEIGHT)
    return [(70 + y // 2).astype(np.uint8), *((118 + plane % 20).astype(np.uint8) for plane in (u, v))]


@pytest.mark.parametrize("mode", get_args(BlendMode))
def test_colours_are_those_of_the_formula(studio, mode):
    below, above = _patches(True), _patches(False)
    size = (16 * len(COLOURS),) * 2
    got = studio.frames(_over(studio, below, above, size=size, blend=mode))[0]
    half = studio.frames(_over(studio, below, above, size=size, blend=mode, opacity=0.5))[0]
    for row in range(len(COLOURS)):
        for column in range(len(COLOURS)):
            b = _rgb(
                [float(plane[0, column * step + step // 2]) for plane, step in zip(below, (16, 8, 8), strict=True)]
            )
            s = _rgb([float(plane[row * step + step // 2, 0]) for plane, step in zip(above, (16, 8, 8), strict=True)])
            wanted = _codes(W3C[mode](b, s))
            steep = mode in {"dodge", "burn"}  # a code of rounding becomes several
            for i, step in enumerate((16, 8, 8)):
                at = (row * step + step // 2, column * step + step // 2)
                assert got[i][at] == pytest.approx(wanted[i], abs=6 if steep else 1.6), (mode, b, s)
                assert half[i][at] == pytest.approx((got[i][at] + below[i][at]) / 2, abs=1)


@pytest.mark.parametrize(
    ("mode", "named"),
    [
        ("multiply", "multiply"),
        ("screen", "screen"),
        ("overlay", "overlay"),
        ("darken", "darken"),
        ("lighten", "lighten"),
        ("add", "addition"),
        ("difference", "difference"),
        ("exclusion", "exclusion"),
        ("hard_light", "hardlight"),
        ("subtract", "subtract"),
    ],
)
def test_the_ffmpeg_program_blends_the_same(studio, tmp_path, mode, named):
    across, down = np.linspace(60, 190, WIDTH)[None, :], np.linspace(60, 190, HEIGHT)[:, None]
    below, above = (
        [
            np.rint(luma + 0 * across * down).astype(np.uint8),
            *(np.rint(90 + chroma / 3).astype(np.uint8) for chroma in uv),
        ]
        for luma, uv in (
            (across, ((across + 0 * down)[::2, ::2], (0 * across + down)[::2, ::2])),
            (down, ((0 * across + down)[::2, ::2], (250 - across + 0 * down)[::2, ::2])),
        )
    )
    got = studio.frames(_over(studio, below, above, size=(WIDTH, HEIGHT), blend=mode))[0]
    inputs = []
    for name, planes in (("a", below), ("b", above)):
        (tmp_path / name).write_bytes(b"".join(plane.tobytes() for plane in planes))
        inputs += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}", "-i", str(tmp_path / name)]
    colours = "scale=flags=bilinear+accurate_rnd+full_chroma_int:in_h_chr_pos=0:in_v_chr_pos=128"
    into = f"{colours}:in_color_matrix=bt709:in_range=tv,format=gbrp"
    first, second = ("[b]", "[a]") if mode in {"subtract", "overlay", "hard_light"} else ("[a]", "[b]")
    graph = f"[0]{into}[b];[1]{into}[a];{first}{second}blend=all_mode={named}"
    graph += ",scale=flags=bilinear+accurate_rnd+full_chroma_int"
    graph += ":out_color_matrix=bt709:out_range=tv:out_h_chr_pos=0:out_v_chr_pos=128,format=yuv420p"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *inputs, "-filter_complex", graph, "-f", "rawvideo", "-"]
    raw = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.uint8).astype(float)
    start = 0
    for plane in got:
        wanted = raw[start : start + plane.size].reshape(plane.shape)
        start += plane.size
        error = ((plane - wanted) ** 2).mean()
        assert 10 * np.log10(255**2 / error) >= 45


def test_what_a_mode_leaves_alone_stays_to_the_bit(studio):
    below = _colours(studio, 1)
    white, black = (studio.flat(level, width=WIDTH, height=HEIGHT) for level in (235, 16))
    for mode, above in (("multiply", white), ("screen", black), ("add", black), ("difference", black), ("burn", white)):
        document = _over(studio, below, above, size=(WIDTH, HEIGHT), blend=mode)
        assert all(np.array_equal(a, b) for a, b in zip(studio.frames(document)[0], below, strict=True)), mode


def test_only_the_layers_own_box_changes(studio):
    below, above = _colours(studio, 1), studio.flat(16, width=WIDTH, height=HEIGHT)
    document = _over(studio, below, above, size=(WIDTH, HEIGHT), blend="multiply", scale=0.25, position_x=0.25)
    y = studio.frames(document)[0][0]
    assert (y[36:54, 102:138] == 16).all()
    outside = np.ones(y.shape, bool)
    outside[32:58, 98:142] = False
    assert np.array_equal(y[outside], below[0][outside])


def test_letters_blend_with_their_alpha(studio):
    below = studio.flat(150, 110, 140, WIDTH, HEIGHT)
    base = studio.track(studio.clip(studio.film(below, 3), Fraction(3, 30)))
    pictures = {}
    for mode in ("normal", "multiply", "difference"):
        title = studio.title(
            "HI", Fraction(3, 30), effects=[studio.effect("transform", blend=mode)], size=0.5, outline=0
        )
        pictures[mode] = studio.frames(studio.document(base, studio.track(title), width=WIDTH, height=HEIGHT))[0]
    assert pictures["normal"][0].max() == 235
    for plane, level in zip(pictures["multiply"], (150, 110, 140), strict=True):
        assert np.abs(plane - level).max() <= 1
    inside = pictures["normal"][0] == 235
    assert pictures["difference"][0][inside] == pytest.approx(235 + 16 - 150, abs=1.5)


def test_nothing_below_is_black_on_the_timeline(studio):
    above = _colours(studio, 2)
    black = studio.frames(_over(studio, None, above, size=(WIDTH, HEIGHT), blend="multiply"))[0]
    assert (black[0] == 16).all()
    assert (black[1] == 128).all()
    film = studio.flat(150, 110, 140, WIDTH, HEIGHT)
    same = studio.frames(_over(studio, None, film, size=(WIDTH, HEIGHT), blend="screen"))[0]
    assert all(np.abs(a - b).max() <= 1 for a, b in zip(same, film, strict=True))


def test_in_a_compound_it_blends_with_what_is_in_there(studio):
    below, above = _colours(studio, 1), studio.flat(120, 100, 150, WIDTH, HEIGHT)
    document = _over(studio, below, above, size=(WIDTH, HEIGHT), blend="multiply", scale=0.5)
    wanted = studio.frames(document)[0]
    clips = tuple(clip.id for track in document.tracks for _, clip in track.clips())
    both = apply(document, Nest(clips=clips, title="Both")).document
    for a, b in zip(studio.frames(both)[0], wanted, strict=True):
        assert np.abs(a - b).max() <= 1
    one = apply(document, Nest(clips=clips[1:], title="One")).document  # nothing is below it in there
    plain = studio.frames(_over(studio, below, above, size=(WIDTH, HEIGHT), scale=0.5))[0]
    for a, b in zip(studio.frames(one)[0], plain, strict=True):
        assert np.abs(a - b).max() <= 1


def test_a_compound_may_have_a_mode(studio):
    below, above = _colours(studio, 1), studio.flat(120, 100, 150, WIDTH, HEIGHT)
    document = _over(studio, below, above, size=(WIDTH, HEIGHT), scale=0.5)
    clips = tuple(clip.id for track in document.tracks for _, clip in track.clips())
    document = apply(document, Nest(clips=clips[1:], title="One")).document
    lower, upper = document.timeline.tracks
    items = tuple(item.replace(effects=(studio.effect("transform", blend="multiply"),)) for item in upper.items)
    document = document.replace(timeline=document.timeline.replace(tracks=(lower, upper.replace(items=items))))
    wanted = studio.frames(_over(studio, below, above, size=(WIDTH, HEIGHT), blend="multiply", scale=0.5))[0]
    for a, b in zip(studio.frames(document)[0], wanted, strict=True):
        assert np.abs(a - b).max() <= 2


def test_a_mode_lasts_through_animation_filters_and_transitions(studio):
    below = _colours(studio, 1)
    base = studio.track(studio.clip(studio.film(below, 20), Fraction(16, 30)))
    white = studio.film(studio.flat(235, width=WIDTH, height=HEIGHT), 30)
    keys = (Keyframe(time=0, value=0.2), Keyframe(time=Fraction(8, 30), value=0.9))
    moving = studio.effect("transform", blend="multiply").evolve(curves={"scale": keys})
    effects = [moving, studio.effect("blur", radius=0.05), studio.effect("crop", left=0.1)]
    left, right = (studio.clip(white, Fraction(8, 30), Fraction(8, 30), effects=effects) for _ in "lr")
    for kind in ("dissolve", "wipe_left", "slide_up", "pixelize", "fade_white", "circle_crop", "squeeze_vertical"):
        join = studio.dissolve(left, right, Fraction(8, 30)).evolve(transition=kind)
        document = studio.document(base, studio.track(left, right, transitions=[join]), width=WIDTH, height=HEIGHT)
        for number in (2, 6, 8, 10):
            y = studio.frames(document, number)[0][0]
            if kind == "circle_crop" and 4 <= number < 12:
                continue  # black, multiplied
            assert np.abs(y - below[0]).max() <= 2, (kind, number)  # white, multiplied


def test_layers_below_are_not_left_out(studio):
    below, above = studio.flat(100, width=WIDTH, height=HEIGHT), studio.flat(200, width=WIDTH, height=HEIGHT)
    assert len(compile_picture(_over(studio, below, above, size=(WIDTH, HEIGHT)), 0, 1).layers) == 1
    assert len(compile_picture(_over(studio, below, above, size=(WIDTH, HEIGHT), blend="add"), 0, 1).layers) == 2


def test_a_mode_is_a_word_and_constant(studio):
    spec = default_registry().effect("transform")
    with pytest.raises(UnknownNameError, match="multiply"):
        spec.values({"blend": "multipy"})
    keys = (Keyframe(time=0, value=0), Keyframe(time=1, value=1))
    with pytest.raises(ValidationError, match="blend cannot be animated"):
        spec.values_of(studio.effect("transform").evolve(curves={"blend": keys}))


@pytest.mark.parametrize("mode", sorted(MODES))
def test_ten_bits_are_blended_alike(studio, mode):
    b, s = (Picture(*studio.noise(seed, 32, 32)) for seed in (1, 2))
    wide = [Picture(*(plane.astype(np.uint16) * 4 for plane in one.planes)) for one in (b, s)]
    eight, ten = blended(b, replace(s, mode=mode)), blended(wide[0], replace(wide[1], mode=mode))
    for x, y in zip(eight.planes, ten.planes, strict=True):
        assert y.dtype == np.uint16
        apart = np.abs(x - y / 4)
        assert np.median(apart) <= 1
        assert apart.max() <= (40 if mode in {"dodge", "burn"} else 3)

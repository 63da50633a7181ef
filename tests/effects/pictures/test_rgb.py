"""Runs on R'G'B': what comes back where nothing is done, where chroma stands, alpha, and how runs are made."""

from __future__ import annotations

from itertools import pairwise

import av
import numpy as np
import pytest

from cutroom.effects.nodes import Affine, Filter, Levels, Matrix, Moving, Opacity, Vibrance
from cutroom.effects.pictures.graph import FrameGraph, tag
from cutroom.effects.pictures.planes import Picture, new_frame, views
from cutroom.effects.pictures.rgb import RgbStage, Shared
from cutroom.effects.pictures.stages import Stages

ONE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
NOTHING = {
    "tones": (Levels(),),
    "matrix": (Matrix(rows=ONE),),
    "vibrance": (Vibrance(intensity=0),),
    "all": (Levels(), Matrix(rows=ONE), Vibrance(intensity=0), Levels()),
}


def stage(nodes):
    def no_files(sha256):
        raise AssertionError(sha256)

    return RgbStage(nodes, Shared(no_files))


def waves(width=320, height=180):
    """In-gamut, every plane with detail that its own grid can hold."""
    rows, columns = np.mgrid[0:height, 0:width]
    planes = [125 + 40 * np.sin(columns / 3) * np.cos(rows / 2)]
    rows, columns = np.mgrid[0 : (height + 1) // 2, 0 : (width + 1) // 2]
    planes += [128 + 30 * np.sin(columns / 5 + rows / 7), 128 + 30 * np.cos(columns / 6 - rows / 4)]
    return [np.rint(plane).astype(np.uint8) for plane in planes]


def worst(made, planes):
    return [int(np.abs(a.astype(int) - b.astype(int)).max()) for a, b in zip(made, planes, strict=True)]


@pytest.mark.parametrize("nodes", NOTHING.values(), ids=list(NOTHING))
@pytest.mark.parametrize("size", [(320, 180), (161, 121)], ids=str)
def test_a_picture_comes_back_to_within_a_level(nodes, size):
    planes = waves(*size)
    made = stage(nodes).run(Picture.of(new_frame(*size, planes)))
    assert worst(made.planes, planes) <= [1, 1, 1]
    assert all(abs(np.mean(a.astype(float) - b)) < 0.05 for a, b in zip(made.planes, planes, strict=True))


@pytest.mark.shared
@pytest.mark.parametrize(("name", "number"), [("exo_bbb_2500ms.ts", 40), ("flipping_a_pancake.mkv", 100)])
def test_frames_of_real_clips_come_back(shared_data, name, number):
    """Nearly all of them to within a level; colours that R'G'B' does not have, and jumps of chroma, do not."""
    with av.open(str(shared_data / "video" / name)) as container:
        frame = next(f for i, f in enumerate(container.decode(video=0)) if i == number)
    planes = [np.array(view) for view in views(frame)]
    size = (frame.width, frame.height)
    made = stage(NOTHING["tones"]).run(Picture.of(new_frame(*size, planes)))
    for one, other in zip(made.planes, planes, strict=True):
        error = one.astype(float) - other
        assert (np.abs(error) > 1).mean() < 0.02
        assert 10 * np.log10(255**2 / np.mean(error**2)) > 50


def test_ten_bits_stay_ten_bits():
    frame = av.VideoFrame(320, 180, "yuv420p10le")
    planes = [np.uint16(4) * plane.astype(np.uint16) + 1 for plane in waves()]
    for target, source in zip(wide(frame), planes, strict=True):
        target[...] = source
    made = stage(NOTHING["all"]).run(Picture.of(tag(frame)))
    assert made.frame.format.name == "yuv420p10le"
    assert worst(wide(made.frame), planes) <= [2, 2, 2]  # of 1023
    bright = stage((Levels(gamma=(2, 2, 2)),)).run(Picture.of(tag(frame))).frame
    grey = (planes[0].astype(float) - 64) / 876
    middle = np.abs(planes[0].astype(int) - 500) < 60
    assert 0.1 < ((wide(bright)[0].astype(float) - 64) / 876 - grey)[middle].mean() < 0.3


def wide(frame):
    return [
        np.frombuffer(plane, np.uint16).reshape(-1, plane.line_size // 2)[: plane.height, : plane.width]
        for plane in frame.planes
    ]


def test_chroma_comes_back_where_it_stood(studio, where):
    planes = [
        plane // 4 + shift for plane, shift in zip(studio.spot(150.3, 80.7, 9, level=120), (100, 96, 96), strict=True)
    ]
    made = stage((Matrix(rows=ONE),)).run(Picture.of(new_frame(320, 180, planes)))
    before = where([plane.astype(float) - shift + 12 for plane, shift in zip(planes, (88, 0, 0), strict=True)])
    after = where([plane.astype(float) - shift + 12 for plane, shift in zip(made.planes, (88, 0, 0), strict=True)])
    for one, other in zip(before, after, strict=True):
        assert one == pytest.approx(other, abs=0.05)


def test_colours_move_onto_the_luma_that_they_belong_to():
    """A red bar on grey: where luma and chroma meet half a pixel apart, its edges would take other colours."""
    columns = np.tile(np.arange(320.0), (180, 1))
    bar = np.exp(-(((columns - 160) / 14.0) ** 4))
    rgb = np.stack([0.45 + 0.3 * bar, 0.45 - 0.2 * bar, 0.45 - 0.2 * bar], axis=-1)
    y = rgb @ [0.2126, 0.7152, 0.0722]
    chroma = [(rgb[..., i] - y)[:, ::2][::2] / scale for i, scale in ((2, 1.8556), (0, 1.5748))]
    planes = [np.rint(16 + 219 * y), *(np.rint(128 + 224 * c) for c in chroma)]
    picture = Picture.of(new_frame(320, 180, [plane.astype(np.uint8) for plane in planes]))
    made = stage((Matrix(rows=((0, 0, 0), (1, 0, 0), (0, 0, 0))),)).run(picture)  # red as green
    assert np.abs((made.y[90].astype(float) - 16) / 219 - 0.7152 * rgb[90, :, 0]).max() < 0.012
    assert np.abs((made.v[45].astype(float) - 128) / 224 + 0.7152 * rgb[90, ::2, 0] / 1.5748).max() < 0.012


@pytest.mark.parametrize("nodes", NOTHING.values(), ids=list(NOTHING))
def test_alpha_stays_as_it_is_and_colours_are_straight(nodes):
    planes = waves()
    alpha = np.tile(np.arange(320, dtype=np.uint16) * 4 // 5, (180, 1)).astype(np.uint8)
    straight = Picture.of(new_frame(320, 180, [*planes, alpha]))
    for picture in (straight, straight.multiplied()):
        made = stage(nodes).run(picture)
        assert np.array_equal(made.alpha, alpha)
        assert not made.premultiplied
        solid = np.s_[:, 300:]  # where dividing by alpha loses little
        assert worst([made.y[solid]], [planes[0][solid]]) <= [2]
    assert worst(stage(nodes).run(straight).planes, [*planes, alpha]) <= [1, 1, 1, 0]


def counting(monkeypatch):
    """The filters of each graph that is made from now on."""
    built = []
    start = FrameGraph.__init__

    def counted(self, like, chain, tags=None):
        built.append([name for name, _ in chain])
        start(self, like, chain, tags)

    monkeypatch.setattr(FrameGraph, "__init__", counted)
    return built


def test_neighbours_share_a_conversion_and_functions_of_a_channel_one_table(monkeypatch):
    built = counting(monkeypatch)
    nodes = [Levels(gamma=(2, 2, 2)), Levels(gamma=(0.5, 0.5, 0.5)), Matrix(rows=ONE), Levels()]
    (only,) = Stages(nodes, 320, 180).at(0)
    planes = waves()
    for _ in range(3):
        assert only.run(Picture.of(new_frame(320, 180, planes))) is not None
    assert built == [["scale", "format"], ["scale", "format"]]
    twice = stage(nodes[:2]).run(Picture.of(new_frame(320, 180, planes)))
    assert worst(twice.planes, planes) <= [1, 1, 1]  # 16 bits: nothing was lost between them


def test_colours_that_change_share_the_run_and_the_conversions_of_those_that_do_not(monkeypatch):
    moving = Moving(frames=tuple((Levels(gamma=(g, g, g)),) for g in (1.5, 2.0)))
    stages = Stages([Levels(), moving, Matrix(rows=ONE), Opacity(opacity=0.5)], 320, 180)
    built = counting(monkeypatch)
    picture = Picture.of(new_frame(320, 180, waves()))
    one, other = ([stage.run(picture) for stage in stages.at(i)] for i in (0, 1))
    assert len(one) == 2
    assert other[0].y.mean() > one[0].y.mean() + 5 > picture.y.mean() + 10
    assert len(built) == 2  # one way there and one back, for both frames


def test_a_filter_is_not_made_anew_when_colours_beside_it_change():
    moving = Moving(frames=tuple((Levels(gamma=(g, g, g)),) for g in (1.5, 2.0)))
    stages = Stages(
        [Levels(), moving, Filter(filter="gblur", args={"sigma": 2.0}, spatial=True), Levels(), moving, moving],
        320,
        180,
    )
    (changing, still, last), (changed, same, later) = stages.at(0), stages.at(1)
    assert changing is not changed
    assert still is same
    assert last is not later


@pytest.mark.parametrize("bits", [8, 10])
def test_lightness_and_hue_where_they_stand_in_any_depth(bits):
    unit = 2 ** (bits - 8)
    kind = np.uint8 if bits == 8 else np.uint16
    planes = [plane.astype(kind) * kind(unit) for plane in waves()]
    node = Affine(gain=0.8, offset=0.05, chroma=0.9, turn=30)
    (stage,) = Stages([node], 320, 180).at(0)
    made = stage.run(Picture(*planes, alpha=np.full((180, 320), 77, kind)))
    assert (made.alpha == 77).all()
    y, u, v = (plane.astype(float) / unit for plane in planes)
    assert np.abs(made.y / unit - (16 + 0.8 * (y - 16) + 0.05 * 219)).max() <= 0.51 / unit
    cos, sin = 0.9 * np.cos(np.pi / 6), 0.9 * np.sin(np.pi / 6)
    assert np.abs(made.u / unit - (128 + cos * (u - 128) - sin * (v - 128))).max() <= 0.51 / unit
    assert np.abs(made.v / unit - (128 + sin * (u - 128) + cos * (v - 128))).max() <= 0.51 / unit


def test_any_frame_first_gives_the_same(studio):
    names = ("gamma", "vibrance", "color_balance", "sunset", "noir")
    chain = [studio.effect(name, **dict(studio.extended().effect(name).example)) for name in names]
    clip = studio.clip(studio.film(studio.noise, 12), "2/5", effects=chain)
    document = studio.document(studio.track(clip))
    whole = studio.frames(document, 0, 12)
    parts = [frame for a, b in pairwise((0, 1, 5, 12)) for frame in studio.frames(document, a, b - a)]
    assert all(np.array_equal(p, q) for a, b in zip(whole, parts, strict=True) for p, q in zip(a, b, strict=True))

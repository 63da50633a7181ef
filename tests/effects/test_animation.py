"""Animated effects on pictures, measured in decoded frames: each frame as if its values were constants."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from cutroom.effects.checks import check
from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.nodes import Affine, Filter, MotionBlur, Moving, Opacity, Warp
from cutroom.effects.parameter import Parameter
from cutroom.effects.pictures.stages import Stages
from cutroom.effects.registry import EffectSpec, Memory, default_registry
from cutroom.errors import UnknownNameError, ValidationError
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import CompoundSource, Gap
from cutroom.schema.curve import Keyframe, value_at
from cutroom.schema.document import Compound, Timeline
from cutroom.schema.speed import Ramp

F = Fraction
EASINGS = ["linear", "ease_in", "ease_out", "ease_in_out", "hold", (0.3, 0.9, 0.7, 0.1), (0.5, -0.4, 0.5, 1.4)]


def curve(*rows):
    """Keys of (time, value) or (time, value, easing)."""
    return tuple(Keyframe(time=F(row[0]), value=row[1], easing=(*row, "linear")[2]) for row in rows)


def animated(studio, effect, constants=None, **curves):
    return studio.effect(effect, **(constants or {})).replace(curves=curves)


def equal(one, other):
    return len(one) == len(other) and all(
        np.array_equal(a, b) for left, right in zip(one, other, strict=True) for a, b in zip(left, right, strict=True)
    )


@pytest.mark.parametrize("easing", EASINGS, ids=str)
def test_brightness_of_grey_follows_the_formula_at_every_frame(studio, easing):
    keys = curve(("1/10", -0.2, easing), ("4/5", 0.3, "linear"))
    clip = studio.clip(studio.film(studio.flat(100)), 1, effects=[animated(studio, "brightness", value=keys)])
    got = [planes[0] for planes in studio.frames(studio.document(studio.track(clip)), 0, 30)]
    for i, y in enumerate(got):
        assert (y == y[0, 0]).all()
        assert y[0, 0] == pytest.approx(np.clip(100 + 219 * value_at(keys, F(i, 30)), 16, 235), abs=0.51)
    assert (got[0][0, 0], got[3][0, 0], got[24][0, 0], got[29][0, 0]) == (56, 56, 166, 166)


ANIMATABLE = [
    (spec, parameter)
    for spec in default_registry().specs
    for parameter in spec.parameters
    if spec.kind == "video" and parameter.moves and spec.memory.kind == "pointwise"
]
CALM = {"scale": (0.6, 1.4), "rotation": (0, 120), "radius": (0.02, 0.3), "threshold": (0.1, 0.4)}
CALM |= {"degrees": (0, 90), "in_white": (0.4, 1)}


@pytest.mark.parametrize(("spec", "parameter"), ANIMATABLE, ids=lambda value: getattr(value, "key", None))
def test_every_parameter_is_at_each_frame_what_it_would_be_as_a_constant(studio, spec, parameter):
    low, high = (parameter.limited(value) for value in CALM.get(parameter.key, (-0.4, 0.4)))
    keys = curve((0, low, "ease_in"), ("1/5", high, "ease_out"), ("2/5", (low + high) / 2))
    if parameter.key.startswith("anchor"):
        more = {"scale": 0.7}
    else:
        more = {"align_x": {"width": 0.5}, "align_y": {"height": 0.5}}.get(parameter.key, studio.example(spec))
    film = studio.film(studio.noise, 12)

    def shown(*effects):
        if spec.titles:
            return studio.title("HHHHHHHHHHHH", F(12, 30), effects)
        return studio.clip(film, F(12, 30), effects=effects)

    moving = shown(animated(studio, spec.effect, more, **{parameter.key: keys}))
    got = studio.frames(studio.document(studio.track(moving)), 0, 12)
    for i, planes in enumerate(got):
        values = {**more, parameter.key: value_at(keys, F(i, 30))}
        still = shown(studio.effect(spec.effect, **values))
        assert equal([planes], studio.frames(studio.document(studio.track(still)), i, 1))
    assert not equal(got[2:3], studio.frames(studio.document(studio.track(shown())), 2, 1))


def test_a_spot_moves_and_grows_as_the_keys_say(studio, where):
    keys = {
        "position_x": curve((0, -0.2), ("2/3", 0.2)),
        "position_y": curve((0, 0.1, "ease_in_out"), ("2/3", -0.1)),
        "scale": curve((0, 0.8), ("2/3", 2)),
    }
    clip = studio.clip(studio.film(studio.spot(159.5, 89.5, 6)), 1, effects=[animated(studio, "transform", **keys)])
    for i, planes in enumerate(studio.frames(studio.document(studio.track(clip)), 0, 21)):
        x, y, scale = (value_at(keys[name], F(i, 30)) for name in ("position_x", "position_y", "scale"))
        for found in where(planes):
            assert found == pytest.approx((159.5 + 320 * x, 89.5 + 180 * y), abs=0.35)
        spread = (planes[0] - 16).sum() / (planes[0] - 16).max()
        assert spread == pytest.approx(2 * np.pi * (6 * scale) ** 2, rel=0.06)


def test_a_fade_in_by_opacity_over_another_layer(studio):
    low, high = studio.flat(60), studio.flat(220)
    keys = curve(("1/10", 0), ("5/10", 1))
    above = studio.clip(studio.film(high), 1, effects=[animated(studio, "transform", opacity=keys)])
    below = studio.clip(studio.film(low), 1)
    document = studio.document(studio.track(below), studio.track(above))
    got = [planes[0][0, 0] for planes in studio.frames(document, 0, 30)]
    for i, y in enumerate(got):
        assert y == pytest.approx(60 + 160 * value_at(keys, F(i, 30)), abs=0.51)
    assert len(compile_picture(document, 0, 3).layers) == 1  # invisible all the time
    assert len(compile_picture(document, 0, 4).layers) == 1
    assert len(compile_picture(document, 0, 5).layers) == 2
    assert len(compile_picture(document, 15, 15).layers) == 1  # solid, it hides what is below
    assert compile_picture(document, 15, 15).untouched is not None
    assert len(compile_picture(document, 14, 16).layers) == 2


def test_what_grows_to_fill_the_canvas_hides_the_rest_only_then(studio):
    above = studio.clip(
        studio.film(studio.flat(220)), 1, effects=[animated(studio, "transform", scale=curve((0, 0.5), ("1/2", 1)))]
    )
    document = studio.document(studio.track(studio.clip(studio.film(studio.flat(60)), 1)), studio.track(above))
    assert [len(compile_picture(document, first, 10).layers) for first in (0, 10, 15, 20)] == [2, 2, 1, 1]
    whole = studio.frames(document, 0, 30)
    assert whole[0][0][0, 0] == whole[14][0][0, 0] == 60
    assert (whole[15][0] == 220).all()
    assert equal(whole, [f for first in range(0, 30, 10) for f in studio.frames(document, first, 10)])


CHAIN = {
    "brightness": {"value": curve((0, -0.1), ("1/2", 0.2, "hold"), ("3/4", 0))},
    "transform": {
        "scale": curve(("1/5", 1, "ease_in_out"), ("4/5", 1.6)),
        "rotation": curve(("1/3", 0), ("5/3", 40)),
        "opacity": curve(("2/3", 1), (1, 0.3, (0.5, -1.0, 0.5, 2.0)), (2, 1)),
    },
    "blur": {"radius": curve(("2/5", 0), ("3/5", 0.02), ("4/5", 0))},
    "crop": {"left": curve((0, 0), (1, 0.6)), "right": curve((0, 0.2, "ease_out"), (1, 0))},
    "saturation": {"value": curve((0, 0), (1, 2))},
}


@pytest.fixture
def chained(studio):
    effects = [animated(studio, name, **curves) for name, curves in CHAIN.items()]
    effects.insert(2, studio.effect("contrast", value=1.1))
    return studio.clip(studio.film(studio.noise, 30), 1, effects=effects)


@pytest.mark.parametrize("parts", [(0, 15, 30), (0, 1, 2, 3, 30), (0, 7, 19, 30)])
def test_segments_that_are_rendered_alone_are_those_of_one_render(studio, chained, parts):
    document = studio.document(studio.track(studio.clip(studio.film(studio.noise()), 1)), studio.track(chained))
    whole = studio.frames(document, 0, 30)
    assert equal(whole, [frame for a, b in pairwise(parts) for frame in studio.frames(document, a, b - a)])


def test_frames_may_be_asked_for_in_any_order(studio, chained):
    from cutroom.effects.run import PictureRunner

    from .conftest import planes_of

    document = studio.document(studio.track(chained))
    whole = studio.frames(document, 0, 30)
    with studio.readers() as readers, PictureRunner(compile_picture(document, 0, 30), readers) as runner:
        for i in (29, 3, 3, 17, 0, 29):
            assert equal([planes_of(runner.frame(i))], [whole[i]])


@pytest.mark.parametrize("cut", [1, 15, 22])
def test_a_split_changes_no_frame(studio, chained, cut):
    at = F(cut, 30)
    left = chained.part(F(0), chained.duration - at)
    right = chained.part(at, F(0)).evolve(id="c_right")
    whole = studio.frames(studio.document(studio.track(chained)), 0, 30)
    document = studio.document(studio.track(left, right))
    parts = [*studio.frames(document, 0, cut), *studio.frames(document, cut, 30 - cut)]
    assert equal(whole, parts)
    for first, frames in ((0, cut), (cut, 30 - cut)):
        one = compile_picture(studio.document(studio.track(chained)), first, frames)
        assert canonical_json(one) == canonical_json(compile_picture(document, first, frames))


def test_a_segment_knows_nothing_of_keys_that_do_not_matter_to_it(studio):
    film = studio.film(studio.flat(100), 120)

    def text(first, *rows, gap=0):
        clip = studio.clip(film, 4, effects=[animated(studio, "brightness", value=curve(*rows))], id="c_1")
        track = studio.track(*([Gap(duration=F(gap))] if gap else []), clip)
        return canonical_json(compile_picture(studio.document(track), first + gap * 30, 15))

    rows = [(0, 0), (1, 0.2, "ease_in"), (2, 0.1), (3, 0.3)]
    assert text(30, *rows) == text(30, *rows, gap=7)
    assert text(30, *rows) == text(30, rows[0], rows[1], rows[2], (3, -0.3), (4, 0.9))
    assert text(30, *rows) == text(30, *rows[1:])
    assert text(30, *rows) != text(30, rows[0], rows[1], (2, 0.11), rows[3])
    held = [(0, 0.1, "hold"), (2, 0.3)]
    plain = studio.clip(film, 4, effects=[studio.effect("brightness", value=0.1)])
    assert text(15, *held) == canonical_json(compile_picture(studio.document(studio.track(plain)), 15, 15))
    untouched = studio.clip(film, 4)
    faded = [(1, 0), (2, 0.3)]
    assert text(0, *faded) == canonical_json(compile_picture(studio.document(studio.track(untouched)), 0, 15))


def test_an_overshoot_is_limited_to_what_the_parameter_may_be(studio):
    keys = curve((0, 0, (0.5, -2.0, 0.5, 3.0)), (1, 1))
    assert min(value_at(keys, F(i, 30)) for i in range(30)) < -0.1
    clip = studio.clip(studio.film(studio.flat(216)), 1, effects=[animated(studio, "transform", opacity=keys)])
    got = [planes[0][0, 0] for planes in studio.frames(studio.document(studio.track(clip)), 0, 30)]
    for i, y in enumerate(got):
        assert y == pytest.approx(16 + 200 * min(max(value_at(keys, F(i, 30)), 0), 1), abs=0.51)


def test_a_title_and_a_held_picture_move_though_their_source_stands_still(studio, where):
    keys = curve((0, -0.2), (1, 0.2))
    title = studio.title("O", 1, effects=[animated(studio, "transform", position_x=keys)])
    held = studio.clip(
        studio.film(studio.spot(160, 90, 6)), 1, effects=[animated(studio, "transform", position_x=keys)]
    ).evolve(speed=F(0))
    for clip in (title, held):
        frames = studio.frames(studio.document(studio.track(clip)), 0, 30)
        columns = [(p[0] - 16).sum(axis=0) @ np.arange(320) / (p[0] - 16).sum() for p in frames]
        assert np.diff(columns) == pytest.approx(0.4 * 320 / 30, abs=0.4)


def test_a_transition_goes_on_with_the_curves_of_both_clips_beyond_their_edges(studio):
    film = studio.film(studio.flat(100), 60)
    left = studio.clip(film, 1, effects=[animated(studio, "brightness", value=curve((0, 0), ("4/3", 0.4)))])
    right = studio.clip(film, 1, start="1/2", effects=[animated(studio, "brightness", value=curve((-1, 0), (1, 0.2)))])
    document = studio.document(studio.track(left, right, transitions=[studio.dissolve(left, right, "1/3")]))
    for i, planes in enumerate(studio.frames(document, 25, 10)):
        time, progress = F(25 + i, 30), 0.5 + (i - 5) / 10
        a, b = (value_at(c.effects[0].curves["value"], time - s) for c, s in ((left, 0), (right, 1)))
        assert planes[0][0, 0] == pytest.approx(100 + 219 * (a * (1 - progress) + b * progress), abs=1.1)


def test_inside_of_a_compound_and_on_it(studio):
    inner = studio.clip(
        studio.film(studio.flat(60), 60), 2, effects=[animated(studio, "brightness", value=curve((0, 0), (2, 0.4)))]
    )
    compound = Compound(id="n_1", title="Scene", timeline=Timeline(tracks=(studio.track(inner),)))
    outer = inner.evolve(
        id="c_outer",
        source=CompoundSource(compound="n_1"),
        speed=F(2),
        duration=F(1),
        effects=(animated(studio, "brightness", value=curve((0, 0.1), (1, 0))),),
    )
    document = studio.document(studio.track(outer)).evolve(compounds=(compound,))
    whole = studio.frames(document, 0, 30)
    for i, planes in enumerate(whole):
        expected = 60 + 219 * (0.4 * (2 * i) / 60 + 0.1 * (1 - i / 30))
        assert planes[0][0, 0] == pytest.approx(expected, abs=1.1)
    assert equal(whole, [*studio.frames(document, 0, 11), *studio.frames(document, 11, 19)])


@pytest.mark.parametrize("change", [{"speed": F(2)}, {"reverse": True}, {"speed": Ramp.of({0: 1, 1: 2})}], ids=str)
def test_keys_count_on_the_timeline_whatever_way_the_clip_plays(studio, change):
    keys = curve((0, 0), (1, 0.3))
    clip = studio.clip(studio.film(studio.flat(60), 90), 1, effects=[animated(studio, "brightness", value=keys)])
    got = studio.frames(studio.document(studio.track(clip.evolve(**change))), 0, 30)
    assert [y[0, 0] for y, _, _ in got] == [
        y[0, 0] for y, _, _ in studio.frames(studio.document(studio.track(clip)), 0, 30)
    ]


def test_a_crop_may_close_for_a_while(studio):
    keys = {"left": curve((0, 0), ("1/2", 0.5), (1, 0.5)), "right": curve((0, 0), ("1/2", 0.5), ("3/4", 0.5), (1, 0))}
    clip = studio.clip(studio.film(studio.flat(216)), 1, effects=[animated(studio, "crop", **keys)])
    opened = [(planes[0] > 16).any() for planes in studio.frames(studio.document(studio.track(clip)), 0, 30)]
    assert opened == [i < 15 or i > 22 for i in range(30)]
    check(animated(studio, "crop", {"left": 0.9, "right": 0.5}, left=curve((0, 0), (1, 0.3))))  # 0.9 is not in force
    with pytest.raises(ValidationError, match="nothing would be left"):
        check(studio.effect("crop", left=0.9, right=0.5))


def test_a_neighbour_that_looks_back_remembers_across_changes(studio):
    echo = EffectSpec(
        "echo",
        "video",
        "Mean of three frames.",
        (Parameter("amount", "How much.", 1.0),),
        lambda values, setting: (MotionBlur(shutter=3),),
        Memory("preroll", frames=2),
    )
    registry = studio.extended(echo)
    film = studio.film(lambda i: studio.flat(20 + 2 * i), 40)
    bright = animated(studio, "brightness", value=curve((0, 0.1), ("1/3", 0), ("2/3", 0.2)))
    chain = [studio.effect("echo"), bright, studio.effect("echo")]
    clip = studio.clip(film, 1, F(5, 30), effects=chain)
    document = studio.document(studio.track(clip))
    whole = [planes[0][0, 0] for planes in studio.frames(document, 0, 30, registry)]
    for start in (1, 2, 9, 10, 11, 20):
        part = [planes[0][0, 0] for planes in studio.frames(document, start, 6, registry)]
        assert part == whole[start : start + 6]
    lifted = [30 - 2 + 2 * i + 219 * value_at(bright.curves["value"], F(i, 30)) for i in range(30)]
    assert whole[12:] == pytest.approx([np.mean(lifted[i - 2 : i + 1]) for i in range(12, 30)], abs=1.5)
    with pytest.raises(ValidationError, match="more than one frame"):
        check(animated(studio, "echo", amount=curve((0, 0), (1, 1))), registry)


def test_a_stage_whose_nodes_did_not_change_is_used_again():
    def bright(offset):
        return (Filter(filter="deband", args={"range": offset}),)

    blur = Filter(filter="gblur", args={"sigma": 2.0}, spatial=True)
    warps = tuple((Warp(scale=1 + i / 10),) for i in range(3))
    moving = [Moving(frames=(bright(1), bright(1), bright(2))), blur, Moving(frames=warps), Opacity(opacity=0.5)]
    stages = Stages(moving, 320, 180)
    first, second, third = stages.at(0), stages.at(1), stages.at(2)
    assert [a is b for a, b in zip(first, second, strict=True)] == [True, True, False, True]
    assert [a is b for a, b in zip(second, third, strict=True)] == [False, True, False, True]
    still = Stages([*bright(1), blur], 320, 180)
    assert all(a is b for a, b in zip(still.at(0), still.at(9), strict=True))


@pytest.mark.parametrize(
    ("effect", "curves", "error", "says"),
    [
        ("blur", {"radios": curve((0, 0), (1, 0.1))}, UnknownNameError, "radios"),
        (
            "fade_in",
            {"duration": curve((0, 0), (1, 1))},
            ValidationError,
            "cannot be animated: it says something about",
        ),
        ("brightness", {"value": curve((0, 0), ("3/2", 2))}, ValidationError, r"value cannot be 2.0 at 1.5 s"),
    ],
)
def test_what_cannot_be_animated(studio, effect, curves, error, says):
    with pytest.raises(error, match=says) as caught:
        check(animated(studio, effect, **curves))
    assert caught.value.hint
    kind = "audio" if effect == "fade_in" else "video"
    film = studio.film(studio.flat(50), 3)
    clip = studio.clip(film, "1/10", effects=[animated(studio, effect, **curves)])
    if kind == "video":
        with pytest.raises(error):
            compile_picture(studio.document(studio.track(clip)), 0, 1)


def test_only_numbers_that_need_not_be_whole_are_animated():
    for parameter in (
        Parameter("count", "How many.", 1, kind="int"),
        Parameter("mode", "How.", "a", kind="choice", choices=("a",)),
        Parameter("on", "Whether.", True, kind="bool"),
    ):
        assert not parameter.moves
        with pytest.raises(ValidationError, match=f"it is a {parameter.kind}"):
            parameter.require_moves("x")
    assert "constant" in str(default_registry().effect("fade_in"))


def test_a_far_key_costs_nothing_of_the_compilation_of_a_still_part(studio):
    clip = studio.clip(
        studio.film(studio.flat(50), 3), 100, effects=[animated(studio, "brightness", value=curve((0, 0), (1, 0.1)))]
    ).replace(speed=Fraction(0))
    nodes = compile_picture(studio.document(studio.track(clip)), 60, 2000).layers[0].shot.nodes
    assert [type(node) for node in nodes] == [Affine]

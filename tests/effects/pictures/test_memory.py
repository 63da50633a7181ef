"""Effects that look back: a stretch rendered alone is that of the whole, and what they see is what was shown."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_picture, cut_points, frame_count
from cutroom.effects.nodes import MotionBlur, Settle
from cutroom.effects.pictures.memory import MotionBlurStage, SettleStage
from cutroom.effects.pictures.planes import Picture, new_frame
from cutroom.effects.pictures.stages import Place
from cutroom.effects.registry import default_registry
from cutroom.effects.run import PictureRunner
from cutroom.render.pieces import PartTexts, whole
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import CompoundSource
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import Compound, Timeline
from cutroom.schema.speed import Ramp

from ..conftest import planes_of

F = Fraction
WIDTH, HEIGHT = 96, 64
BACK = {"motion_blur": {"shutter": 3.5}, "denoise": {"strength": 0.1}}


def keys(*rows):
    return tuple(Keyframe(time=F(time), value=value) for time, value in rows)


def moving(studio, effect, **curves):
    return studio.effect(effect).replace(curves=curves)


@pytest.fixture
def film(studio):
    """A square on a noisy ground that moves and changes."""

    def picture(i):
        planes = studio.noise(i, WIDTH, HEIGHT)
        planes[0] = (planes[0] // 6 + 60).astype(np.uint8)
        planes[0][20:44, 2 * i % 70 : 2 * i % 70 + 16] = 40 + 3 * i
        planes[1][10:22, i % 35 : i % 35 + 8] = 170
        return planes

    return studio.film(picture, 60)


def tracks_of(studio, film, case, back):
    """A timeline with an effect that looks back, in the situation that is named."""

    def clip(duration, start, *effects, **changes):
        return studio.clip(film, F(duration, 30), F(start, 30), effects=effects).evolve(**changes)

    below = studio.track(studio.clip(film, F(24, 30)))
    slide = moving(studio, "transform", position_x=keys((0, -1.5), ("1/3", 0), ("2/3", 1.5)))
    fade = moving(studio, "transform", opacity=keys((0, 1), ("1/3", 0), ("1/2", 0.7)))
    bright = moving(studio, "brightness", value=keys((0, 0), ("1/4", 0), ("1/2", 0.2)))
    close = moving(studio, "crop", left=keys((0, 0), ("1/4", 0), ("1/2", 0.6)))
    soften = moving(studio, "blur", radius=keys((0, 0), ("1/4", 0), ("1/2", 0.05)))
    if case == "plain":
        return [studio.track(clip(20, 5, back))]
    if case == "behind a cut":
        return [studio.track(clip(8, 5), clip(8, 30, back), clip(8, 2, back))]
    if case == "dissolve":
        left, right = clip(12, 5, back), clip(12, 30, back)
        return [studio.track(left, right, transitions=[studio.dissolve(left, right, F(8, 30))])]
    if case == "fade in":
        one = clip(12, 5, back)
        return [studio.track(one, transitions=[studio.dissolve(None, one, F(6, 30))])]
    if case == "fast":
        return [studio.track(clip(12, 5, back, speed=F(2)))]
    if case == "slow":
        return [studio.track(clip(12, 5, back, speed=F(2, 5)))]
    if case == "held":
        return [studio.track(clip(12, 5, bright, back, speed=F(0)))]
    if case == "backwards":
        return [studio.track(clip(12, 5, back, reverse=True))]
    if case == "ramp":
        return [studio.track(clip(20, 5, back, speed=Ramp.of({0: 1, F(1, 5): 3, F(1, 3): F(1, 2)})))]
    if case == "ramp backwards":
        return [studio.track(clip(20, 5, back, speed=Ramp.of({0: 1, F(1, 5): 3, F(1, 3): F(1, 2)}), reverse=True))]
    if case == "leaves the canvas":
        return [below, studio.track(clip(24, 5, slide, back, studio.effect("brightness", value=0.1)))]
    if case == "fades":
        return [below, studio.track(clip(24, 5, fade, back, soften))]
    if case == "cropped":
        return [below, studio.track(clip(24, 5, close, back, bright))]
    if case == "grainy":
        grain = studio.effect("film_grain", amount=0.2, grain=0.02)
        return [studio.track(clip(20, 5, grain, soften, back, grain))]
    if case == "twice":
        again = studio.effect("motion_blur", shutter=2)
        return [studio.track(clip(20, 5, back, bright, again, soften, back))]
    raise AssertionError(case)


CASES = [
    "plain",
    "behind a cut",
    "dissolve",
    "fade in",
    "fast",
    "slow",
    "held",
    "backwards",
    "ramp",
    "ramp backwards",
    "leaves the canvas",
    "fades",
    "cropped",
    "grainy",
    "twice",
]


def rendered(studio, document, points):
    return [frame for a, b in pairwise(points) for frame in studio.frames(document, a, b - a)]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_these_are_all_that_look_back():
    known = default_registry().specs
    assert {spec.effect for spec in known if spec.memory.kind == "preroll"} == set(BACK)


@pytest.mark.parametrize("effect", BACK)
@pytest.mark.parametrize("case", CASES)
def test_any_stretch_alone_is_that_of_the_whole(studio, film, effect, case):
    back = studio.effect(effect, **BACK[effect])
    document = studio.document(*tracks_of(studio, film, case, back), width=WIDTH, height=HEIGHT)
    points = cut_points(document)
    frames = rendered(studio, document, points)
    assert len(frames) == frame_count(document)
    alone = rendered(studio, document, range(frame_count(document) + 1))
    assert [i for i in range(len(frames)) if not same(frames[i], alone[i])] == []
    pairs = rendered(studio, document, sorted({*points, *range(0, frame_count(document), 3), frame_count(document)}))
    assert [i for i in range(len(frames)) if not same(frames[i], pairs[i])] == []
    without = studio.document(*tracks_of(studio, film, case, studio.effect("brightness")), width=WIDTH, height=HEIGHT)
    plain = rendered(studio, without, cut_points(without))
    changed = [i for i, (a, b) in enumerate(zip(frames, plain, strict=True)) if not same(a, b)]
    assert len(changed) >= (1 if case == "held" else 4)


@pytest.mark.parametrize("effect", BACK)
@pytest.mark.parametrize("case", CASES)
def test_the_planner_names_every_part_by_what_it_is(studio, film, effect, case):
    back = studio.effect(effect, **BACK[effect])
    document = studio.document(*tracks_of(studio, film, case, back), width=WIDTH, height=HEIGHT)
    for begin, end in pairwise(cut_points(document)):
        stretch = compile_picture(document, begin, end - begin)
        if whole(stretch) or any("moving" in str(compile_picture(document, i, 2)) for i in range(begin, end - 1)):
            continue
        texts = PartTexts(stretch)
        for first in range(end - begin):
            assert texts.text(first, 1) == canonical_json(compile_picture(document, begin + first, 1))


def test_frames_may_be_asked_for_in_any_order(studio, film):
    chain = [studio.effect("denoise", strength=0.1), studio.effect("motion_blur", shutter=3)]
    document = studio.document(studio.track(studio.clip(film, F(20, 30), effects=chain)), width=WIDTH, height=HEIGHT)
    frames = studio.frames(document, 0, 20)
    with studio.readers() as readers, PictureRunner(compile_picture(document, 0, 20), readers) as runner:
        for i in (19, 3, 3, 4, 12, 0, 1):
            assert same(planes_of(runner.frame(i)), frames[i])


def numbered(studio):
    """A film whose frame `i` is as bright as `20 + 3 i`."""
    return studio.film(lambda i: studio.flat(20 + 3 * i, width=WIDTH, height=HEIGHT), 60)


def levels(studio, *tracks):
    document = studio.document(*tracks, width=WIDTH, height=HEIGHT)
    return [float(planes[0][5, 5]) for planes in rendered(studio, document, cut_points(document))]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("speed", [F(1), F(3, 2), F(1, 3), Ramp.of({0: 1, F(1, 5): 3, F(1, 3): F(1, 2)})], ids=str)
def test_what_is_blended_is_what_was_shown(studio, speed, backwards):
    film = numbered(studio)
    clip = studio.clip(film, F(20, 30), F(6, 30)).evolve(speed=speed, reverse=backwards)
    plain = levels(studio, studio.track(clip))
    blurred = levels(studio, studio.track(clip.evolve(effects=(studio.effect("motion_blur", shutter=4),))))
    for i, level in enumerate(blurred):
        seen = [plain[max(0, k)] for k in range(i - 3, i + 1)]
        assert level == pytest.approx(np.mean(seen), abs=0.51)


def test_nothing_is_seen_of_the_clip_before_the_cut(studio):
    dark, light = (studio.film(studio.flat(level, width=WIDTH, height=HEIGHT), 30) for level in (30, 220))
    blur = studio.effect("motion_blur", shutter=8)
    clips = [studio.clip(film, F(6, 30), effects=[blur]) for film in (dark, light, dark)]
    assert levels(studio, studio.track(*clips)) == [30] * 6 + [220] * 6 + [30] * 6


def test_a_moving_picture_leaves_a_trail_over_what_is_below(studio):
    keys_ = keys((0, -0.3), (1, 0.3))
    chain = [
        studio.effect("transform", scale=0.25),
        moving(studio, "transform", position_x=keys_),
        studio.effect("motion_blur", shutter=10),
    ]
    above = studio.clip(studio.film(studio.flat(220)), 1, effects=chain)
    below = studio.clip(studio.film(studio.flat(60)), 1)
    y = studio.frames(studio.document(studio.track(below), studio.track(above)), 15, 1)[0][0]
    width = 320 * 0.25
    assert (y[90] > 61).sum() == pytest.approx(width + 9 * 0.6 * 320 / 30, abs=3)
    assert (y[90] - 60).sum() / 160 == pytest.approx(width, rel=0.02)


def test_inside_of_a_compound_and_on_it(studio, film):
    blur, denoise = studio.effect("motion_blur", shutter=3), studio.effect("denoise", strength=0.1)
    inner = studio.track(
        studio.clip(film, F(9, 30), effects=[blur]), studio.clip(film, F(15, 30), F(20, 30), effects=[denoise])
    )
    compound = Compound(id="n_1", title="Scene", timeline=Timeline(tracks=(inner,)))
    for speed in (F(1), F(2), Ramp.of({0: 1, F(1, 5): 2})):
        outer = studio.clip(film, F(12, 30), effects=[blur]).evolve(source=CompoundSource(compound="n_1"), speed=speed)
        document = studio.document(studio.track(outer), width=WIDTH, height=HEIGHT).evolve(compounds=(compound,))
        frames = rendered(studio, document, cut_points(document))
        alone = rendered(studio, document, range(13))
        assert [i for i in range(12) if not same(frames[i], alone[i])] == []


def test_the_clip_that_needs_no_look_back_has_none(studio, film):
    for values, back in (({"shutter": 1}, 0), ({"shutter": 2}, 1), ({"shutter": 2.5}, 2), ({"shutter": 16}, 15)):
        clip = studio.clip(film, 1, effects=[studio.effect("motion_blur", **values)])
        shot = compile_picture(studio.document(studio.track(clip)), 20, 2).layers[0].shot
        assert (shot.preroll, shot.lead) == (back, back)
    spatial = studio.clip(film, 1, effects=[studio.effect("denoise", mode="spatial")])
    assert compile_picture(studio.document(studio.track(spatial)), 20, 2).layers[0].shot.preroll == 0


class Counting:
    """A stage that counts how often it runs."""

    def __init__(self, stage):
        self.stage, self.runs = stage, 0

    def run(self, picture):
        self.runs += 1
        return self.stage.run(picture)


@pytest.mark.parametrize("with_blur", [False, True])
def test_what_is_held_is_made_once(studio, with_blur):
    """Also before and behind an effect that looks back."""
    effects = [studio.effect("brightness", value=0.1), studio.effect("box_blur")]
    if with_blur:
        effects.insert(1, studio.effect("motion_blur"))
    title = studio.title("Still", 1, effects=effects)
    segment = compile_picture(studio.document(studio.track(title)), 0, 20)
    with studio.readers() as readers, PictureRunner(segment, readers) as runner:
        first = planes_of(runner.frame(0))
        (_, shot, _), *_ = runner._runners
        built = shot._stages._built
        counted = [Counting(stage) for _, stage in built]
        for i in (0, len(built) - 1):
            built[i] = (built[i][0], counted[i])
        runs = []
        for i in range(1, 16):
            assert same(planes_of(runner.frame(i)), first)
            runs.append([stage.runs for stage in counted])
    assert runs[0][0] == 1  # for it is another stage now
    assert runs[-1] == runs[5]


@pytest.mark.parametrize(
    "stage",
    [
        MotionBlurStage(MotionBlur(shutter=3.7), Place(64, 48, False)),
        SettleStage(Settle(noise=0.1, frames=3), Place(64, 48, False)),
    ],
    ids=["motion_blur", "settle"],
)
def test_equal_pictures_come_out_as_they_are_whether_they_are_one_or_several(stage):
    rng = np.random.default_rng(1)
    planes = [rng.integers(16, 236, shape, dtype=np.uint8) for shape in ((48, 64), (24, 32), (24, 32))]
    for _ in range(6):
        shown = stage.run(Picture.of(new_frame(64, 48, planes)))
    assert all(np.array_equal(a, b) for a, b in zip(shown.planes, planes, strict=True))


def test_what_settles_keeps_its_colour_while_it_gets_fainter():
    """Colours are averaged with the alpha that they are multiplied by, each frame by the same share."""
    stage = SettleStage(Settle(noise=0.02, frames=3), Place(64, 48, False))
    codes = (80, 110, 230)
    for level in (200, 193, 186, 179):
        planes = [
            np.full(shape, code, np.uint8) for shape, code in zip(((48, 64), (24, 32), (24, 32)), codes, strict=True)
        ]
        picture = Picture(*planes, alpha=np.full((48, 64), level, np.uint8)).multiplied()
        shown = stage.run(picture)
    assert 179 < shown.alpha[24, 32] < 193  # it did average
    straight = shown.divided()
    for plane, code in zip(straight.planes, codes, strict=False):
        assert np.abs(plane[4:-4, 4:-4].astype(int) - code).max() <= 1

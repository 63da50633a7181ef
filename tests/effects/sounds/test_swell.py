"""An animated gain, measured in samples."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_sound
from cutroom.effects.nodes import Gain, Swell
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import Gap
from cutroom.schema.curve import Keyframe, value_at

F = Fraction
RATE = 48_000
KEYS = (
    Keyframe(time=F(1, 10), value=-30.0, easing="ease_in"),
    Keyframe(time=F(1, 3), value=6.0, easing="hold"),
    Keyframe(time=F(1, 2), value=0.0, easing=(0.5, -1.0, 0.5, 2.0)),
    Keyframe(time=F(4, 5), value=-6.0),
)


@pytest.fixture
def clip(studio):
    level = studio.sound(np.full((1, 2 * RATE), 0.25))
    return studio.clip(level, 1, effects=[studio.effect("gain").replace(curves={"db": KEYS})])


def heard(studio, *items, first=0, count=RATE, **settings):
    return studio.samples(studio.document(studio.track(*items, kind="audio"), **settings), first, count)


def test_every_sample_has_the_gain_of_its_own_moment(studio, clip):
    plain = heard(studio, clip.evolve(effects=()))
    got = heard(studio, clip)
    assert got.dtype == np.float32
    expected = [10 ** (value_at(KEYS, F(i, RATE)) / 20) for i in range(0, RATE, 7)]
    assert got[0, ::7] / plain[0, ::7] == pytest.approx(expected, rel=1e-6)
    assert np.array_equal(got[0], got[1])
    step = np.diff(got[0])
    assert np.flatnonzero(step < -0.1).tolist() == [RATE // 2 - 1]  # the end of the hold, at its very sample


@pytest.mark.parametrize("at", [1, 4800, 4801, 15_999, 16_000, 16_001, 23_999, 24_000, 38_401])
def test_blocks_join_without_a_trace(studio, clip, at):
    whole = heard(studio, clip)
    parts = [heard(studio, clip, count=at), heard(studio, clip, first=at, count=RATE - at)]
    assert np.array_equal(whole, np.concatenate(parts, axis=1))


@pytest.mark.parametrize("cut", [F(1, 30), F(1001, 30000) * 7, F(16_001, RATE), F(1, 7), F(1, 2)])
def test_cutting_a_clip_in_two_changes_no_sample(studio, clip, cut):
    right = clip.part(cut, F(0)).evolve(id="c_right")
    assert np.array_equal(heard(studio, clip), heard(studio, clip.part(F(0), clip.duration - cut), right))


def test_off_the_grid_of_samples_the_curve_still_counts_from_the_exact_start(studio, clip):
    gap = Gap(duration=F(1001, 30000))  # 1601.6 samples
    got = heard(studio, gap, clip, count=RATE)
    plain = heard(studio, gap, clip.evolve(effects=()), count=RATE)
    where = np.arange(2_000, RATE, 977)
    expected = [10 ** (value_at(KEYS, F(int(i), RATE) - gap.duration) / 20) for i in where]
    assert got[0, where] / plain[0, where] == pytest.approx(expected, rel=1e-6)


def test_a_block_knows_only_the_keys_that_matter_to_it(studio, clip):
    def clips(found, first, count, gap=0):
        items = [*([Gap(duration=F(gap))] if gap else []), found]
        document = studio.document(studio.track(*items, kind="audio"))
        return compile_sound(document, first + gap * RATE, count).clips

    (part,) = clips(clip, 24_100, 1_000)
    assert [(type(node), len(node.db)) for node in part.nodes] == [(Swell, 2)]
    other = KEYS[1].evolve(value=-20.0)
    changed = clip.effects[0].evolve(curves={"db": (KEYS[0], other, *KEYS[2:])})
    for gap in (0, 3):
        (same,) = clips(clip.evolve(effects=(changed,)), 24_100, 1_000, gap)
        assert canonical_json(part) == canonical_json(same)
    assert clips(clip, 0, 4_000)[0].nodes == (Gain(db=-30.0),)
    assert clips(clip, 17_000, 4_000)[0].nodes == (Gain(db=6.0),)
    assert clips(clip, 40_000, 4_000)[0].nodes == (Gain(db=-6.0),)
    silent = tuple(key.evolve(value=0.0) for key in KEYS)
    assert clips(clip.evolve(effects=(changed.evolve(curves={"db": silent}),)), 0, RATE)[0].nodes == ()


def test_an_overshoot_stays_in_the_range_of_the_parameter(studio, clip):
    keys = (Keyframe(time=0, value=40.0, easing=(0.0, 3.0, 1.0, 3.0)), Keyframe(time=1, value=48.0))
    loud = clip.evolve(effects=(clip.effects[0].evolve(curves={"db": keys}),))
    assert max(value_at(keys, F(i, 100)) for i in range(100)) > 50
    assert heard(studio, loud).max() == pytest.approx(0.25 * 10 ** (48 / 20), rel=1e-3)


def test_at_another_speed_and_inside_of_a_fade(studio, clip):
    fast = clip.evolve(speed=F(2), effects=(*clip.effects, studio.effect("fade_in", duration=0.2)))
    plain = fast.evolve(effects=fast.effects[1:])
    got, bare = heard(studio, fast), heard(studio, plain)
    where = np.arange(5_000, RATE - 1_000, 991)
    expected = [10 ** (value_at(KEYS, F(int(i), RATE)) / 20) for i in where]
    assert got[0, where] / bare[0, where] == pytest.approx(expected, rel=1e-5)

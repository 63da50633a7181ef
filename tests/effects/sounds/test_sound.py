from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_sound
from cutroom.effects.nodes import Gain, Ramp
from cutroom.errors import EditError
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import Gap

RATE = 48_000


def _click(at, count=RATE):
    samples = np.zeros((1, count))
    samples[0, at] = 0.5
    return samples


def _tone(count=RATE, level=0.5):
    return level * np.sin(2 * np.pi * 440 * np.arange(count)[None] / RATE)


def _db(samples):
    return 20 * np.log10(np.sqrt((np.asarray(samples, float) ** 2).mean()))


def _heard(studio, *clips, count=RATE, **switches):
    return studio.samples(studio.document(studio.track(*clips, kind="audio", **switches)), 0, count)


def test_a_click_is_heard_at_its_exact_sample(studio):
    clip = studio.clip(studio.sound(_click(12_345)), 1)
    got = _heard(studio, Gap(duration=Fraction(1, 3)), clip, count=2 * RATE)
    assert np.flatnonzero(np.abs(got[0]) > 0.1).tolist() == [16_000 + 12_345]
    assert got[0].max() == pytest.approx(0.5, abs=1e-3)
    assert np.array_equal(got[0], got[1])


@pytest.mark.parametrize("fps", [Fraction(30000, 1001), Fraction(24000, 1001)])
def test_starts_are_rounded_once_and_never_drift(studio, fps):
    media = studio.sound(_click(0, 4_000))
    clips = [studio.clip(media, 1 / fps) for _ in range(120)]
    got = _heard(studio, *clips, count=6 * RATE)[0]
    expected = [int(i * RATE / fps + Fraction(1, 2)) for i in range(120)]
    assert np.flatnonzero(np.abs(got) > 0.1).tolist() == expected


def test_cutting_a_clip_in_two_changes_no_sample(studio):
    rng = np.random.default_rng(5)
    media = studio.sound(rng.uniform(-0.5, 0.5, (1, RATE)))
    cut = Fraction(1001, 30000) * 7
    whole = _heard(studio, studio.clip(media, Fraction(1, 2), Fraction(1, 7)))
    parts = _heard(
        studio, studio.clip(media, cut, Fraction(1, 7)), studio.clip(media, Fraction(1, 2) - cut, Fraction(1, 7) + cut)
    )
    assert np.array_equal(whole, parts)


@pytest.mark.parametrize("db", [-12.0, 6.0])
def test_gain_is_measured_in_decibels(studio, db):
    media = studio.sound(_tone(level=0.25))
    plain, louder = (
        _heard(studio, studio.clip(media, 1, effects=effects)) for effects in ((), [studio.effect("gain", db=db)])
    )
    assert _db(louder) - _db(plain) == pytest.approx(db, abs=0.01)


def test_fades_are_straight_lines_at_the_clips_ends(studio):
    fades = [studio.effect("fade_in", duration=0.25), studio.effect("fade_out", duration=0.5)]
    got = _heard(studio, studio.clip(studio.sound(np.full((1, RATE), 0.5)), 1, effects=fades))[0]
    for at, level in ((0, 0), (3_000, 0.125), (6_000, 0.25), (12_000, 0.5), (24_000, 0.5), (36_000, 0.25), (47_999, 0)):
        assert got[at] == pytest.approx(level, abs=1e-3)


def test_any_block_equals_its_part_of_the_whole(studio):
    rng = np.random.default_rng(1)
    media = studio.sound(rng.uniform(-0.3, 0.3, (2, 2 * RATE)))
    fade = [studio.effect("fade_in", duration=0.3), studio.effect("fade_out", duration=0.4)]
    a, b = (
        studio.clip(media, Fraction(1, 2), Fraction(1, 4), effects=fade),
        studio.clip(media, Fraction(1, 2), 1, effects=[studio.effect("gain", db=-3.0)]),
    )
    tracks = (
        studio.track(a, b, kind="audio", transitions=[studio.dissolve(a, b, Fraction(1, 5))], pan=0.3),
        studio.track(Gap(duration=Fraction(1, 9)), studio.clip(media, 1), kind="audio", volume=0.5),
    )
    document = studio.document(*tracks)
    whole = studio.samples(document, 0, RATE + 4000)
    for first, count in ((0, 1), (777, 4_001), (19_000, 10_000), (RATE - 100, 4_100)):
        assert np.array_equal(studio.samples(document, first, count), whole[:, first : first + count])


def test_volume_pan_mute_and_solo(studio):
    clip = studio.clip(studio.sound(np.full((1, RATE), 0.25)), 1)
    left = _heard(studio, clip, volume=2.0, pan=-0.5, count=100)
    assert left[:, 50] == pytest.approx([0.5, 0.25], abs=1e-3)
    assert not _heard(studio, clip, muted=True, count=100).any()
    other = studio.track(studio.clip(studio.sound(np.full((1, RATE), 0.1)), 1), kind="audio", solo=True)
    both = studio.samples(studio.document(studio.track(clip, kind="audio"), other), 0, 100)
    assert both[:, 50] == pytest.approx([0.1, 0.1], abs=1e-3)


def test_the_sum_is_not_clipped(studio):
    tracks = [studio.track(studio.clip(studio.sound(np.full((1, 4800), 0.9)), "1/10"), kind="audio") for _ in range(2)]
    assert studio.samples(studio.document(*tracks), 0, 100).max() == pytest.approx(1.8, abs=1e-3)


def test_sound_that_ends_early_is_silence(studio):
    got = _heard(studio, studio.clip(studio.sound(np.full((1, 4_800), 0.5)), 1))
    assert got[0, 4_000] == pytest.approx(0.5, abs=1e-3)
    assert not got[:, 4_900:].any()


def test_a_moved_clip_is_the_same_segment(studio):
    clip = studio.clip(studio.sound(_tone()), 1, effects=[studio.effect("fade_in", duration=0.2)])
    here = studio.document(studio.track(clip, kind="audio"))
    there = studio.document(studio.track(Gap(duration=Fraction(10)), clip, kind="audio"))
    assert canonical_json(compile_sound(here, 100, 9_000)) == canonical_json(compile_sound(there, 480_100, 9_000))


def test_fades_that_are_over_leave_no_trace_in_the_segment(studio):
    effects = [studio.effect("fade_in", duration=0.1), studio.effect("gain", db=-1.0)]
    clip = studio.clip(studio.sound(_tone()), 1, effects=effects)
    document = studio.document(studio.track(clip, kind="audio"))
    assert [type(n) for n in compile_sound(document, 0, 100).clips[0].nodes] == [Ramp, Gain]
    assert [type(n) for n in compile_sound(document, 9_000, 100).clips[0].nodes] == [Gain]


def test_a_picture_without_sound_on_a_sound_track_is_an_error(studio):
    clip = studio.clip(studio.film(studio.flat(20), 3), "1/10")
    with pytest.raises(EditError, match="no sound"):
        compile_sound(studio.document(studio.track(clip, kind="audio")), 0, 100)

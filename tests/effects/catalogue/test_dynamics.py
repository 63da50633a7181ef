"""Compressor, limiter, gate, expander and ducking, measured in levels, peaks and places of clicks."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction

import imageio_ffmpeg
import numpy as np
import pytest
from scipy.signal import firwin, lfilter

from cutroom.effects.compiler.document import compile_sound
from cutroom.effects.registry import default_registry
from cutroom.errors import EditError, UnknownNameError
from cutroom.schema.clip import CompoundSource, Gap
from cutroom.schema.document import Compound

RATE = 48_000


def _tone(level_db, frequency=997, seconds=2):
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * frequency * np.arange(int(seconds * RATE)) / RATE)[None]


def _heard(studio, samples, *effects):
    made = [studio.effect(name, **values) for name, values in effects]
    clip = studio.clip(studio.sound(samples), Fraction(samples.shape[1], RATE), effects=made)
    return studio.samples(studio.document(studio.track(clip, kind="audio")), 0, samples.shape[1])


def _db(samples):
    return 20 * np.log10(np.sqrt((np.asarray(samples, float) ** 2).mean()) + 1e-12)


def _change(studio, level, *effects):
    tone = _tone(level)
    got = _heard(studio, tone, *effects)
    return _db(got[0, RATE:]) - _db(tone[0, RATE:])


@pytest.mark.parametrize(("level", "change"), [(-40, 0), (-26, 0), (-12, -6), (-6, -10.5)])
def test_the_compressor_takes_three_quarters_of_what_is_above_its_threshold(studio, level, change):
    assert _change(studio, level, ("compressor", {})) == pytest.approx(change, abs=0.8)


def test_the_compressors_slope_is_its_ratio(studio):
    for ratio in (2, 4, 10):
        low, high = (_change(studio, level, ("compressor", {"ratio": ratio})) for level in (-12, -4))
        assert low - high == pytest.approx(8 * (1 - 1 / ratio), abs=0.1)


def test_the_compressor_lets_go_as_fast_as_it_says(studio):
    loud, soft = _tone(-6, seconds=1), _tone(-30, seconds=1)
    got = _heard(studio, np.concatenate([loud, soft], axis=1), ("compressor", {"release": 200}))
    after = [_db(got[0, RATE + at : RATE + at + 480]) - _db(soft[0, :480]) for at in (100, 4_800, 45_000)]
    assert after[0] < -7
    assert after[0] < after[1] < after[2]
    assert after[2] == pytest.approx(0, abs=0.1)


def _true_peak(samples):
    """In dBTP, by the ffmpeg program's meter."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    command += ["-af", "ebur128=peak=true", "-f", "null", "-"]
    done = subprocess.run(command, input=samples.T.astype("<f4").tobytes(), capture_output=True, check=True)
    return float(re.findall(r"Peak:\s+(\S+) dBFS", done.stderr.decode())[-1])


@pytest.mark.parametrize("ceiling", [-1, -9])
def test_no_true_peak_is_above_the_ceiling_by_an_independent_meter(studio, ceiling):
    rng = np.random.default_rng(7)
    music = lfilter(firwin(255, 19_000, fs=RATE), 1, rng.standard_normal((2, 3 * RATE)))
    music *= 0.9 / np.abs(music).max() * (1 + np.sin(np.arange(3 * RATE) / 9000)) / 2
    between = 0.99 * np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)[None] * np.hanning(RATE)  # peaks between samples
    for samples in (music, between):
        loud = _heard(studio, samples, ("gain", {"db": 9}))
        got = _heard(studio, samples, ("gain", {"db": 9}), ("limiter", {"ceiling": ceiling}))
        assert _true_peak(loud) > ceiling + 5
        assert ceiling - 0.4 < _true_peak(got) <= ceiling


def test_the_limiter_leaves_what_is_soft_bit_for_bit_and_everything_in_its_place(studio):
    rng = np.random.default_rng(8)
    samples = rng.uniform(-0.2, 0.2, (2, 3 * RATE))
    samples[:, 70_000] = 0.99
    plain, got = _heard(studio, samples), _heard(studio, samples, ("limiter", {"ceiling": -6, "release": 20}))
    assert np.array_equal(got[:, :69_700], plain[:, :69_700])
    assert np.array_equal(got[:, -RATE:], plain[:, -RATE:])
    assert np.abs(got[0]).argmax() == 70_000
    assert np.abs(got).max() <= 10 ** (-6 / 20)


def test_a_peak_on_the_very_first_sample_is_limited(studio):
    samples = np.zeros((1, 4800))
    samples[0, 0] = 0.99
    assert np.abs(_heard(studio, samples, ("limiter", {"ceiling": -12}))).max() <= 10 ** (-12 / 20)


def test_the_gate_shuts_below_its_threshold_and_opens_above(studio):
    assert _change(studio, -46, ("gate", {})) == pytest.approx(-60, abs=0.5)
    assert _change(studio, -30, ("gate", {})) == pytest.approx(0, abs=0.01)
    assert _change(studio, -46, ("gate", {"range": 20})) == pytest.approx(-20, abs=0.1)


def test_the_expander_pulls_down_by_its_ratio(studio):
    changes = [_change(studio, level, ("expander", {"ratio": 2})) for level in (-45, -50, -30)]
    assert changes[0] - changes[1] == pytest.approx(5, abs=0.3)
    assert changes[2] == pytest.approx(0, abs=0.01)
    assert _change(studio, -70, ("expander", {"range": 12})) == pytest.approx(-12, abs=0.1)


# -- ducking ----------------------------------------------------


def _duet(studio, voice, *music_effects, voice_at=2, **switches):
    """A voice from 2 to 4 s over six seconds of music; the tracks are V and M."""
    spoken = studio.clip(studio.sound(voice), 2)
    music = studio.clip(studio.sound(_tone(-20, 400, 6)), 6, effects=music_effects)
    gap = Gap(duration=Fraction(voice_at))
    return studio.document(
        studio.track(gap, spoken, kind="audio", **switches).evolve(title="V"),
        studio.track(music, kind="audio").evolve(title="M"),
    )


def _music(document, studio):
    """What the music alone sounds like, in dB against what it was, in steps of 10 ms."""
    whole = compile_sound(document, 0, 6 * RATE)
    alone = whole.evolve(clips=whole.clips[-1:])
    from cutroom.effects.run import mix

    with studio.readers() as readers:
        got = mix(alone, readers)
    rows = got[0].astype(float).reshape(-1, 480)
    return 20 * np.log10(np.sqrt((rows**2).mean(axis=1))) - (-20 - 3.01)


@pytest.mark.parametrize(("voice", "fall"), [(-12, 11.24), (-21, 4.5), (-40, 0)])
def test_music_falls_under_a_voice_by_so_many_decibels_and_comes_back(studio, voice, fall):
    duck = studio.effect("ducking", track="V", range=24, attack=100, release=500)
    got = _music(_duet(studio, _tone(voice, 300), duck), studio)  # a tone is 3 dB softer than its peaks
    assert got[:170] == pytest.approx(0, abs=0.05)
    assert got[201:399] == pytest.approx(-fall, abs=0.15)
    assert got[455:] == pytest.approx(0, abs=0.05)
    if fall > 10:
        slope = np.diff(got[400:415])
        assert slope == pytest.approx(24 / 50, abs=0.1)  # 24 dB in 500 ms
        assert (np.diff(got[190:200]) < 0.01).all()


def test_ducking_never_goes_beyond_its_range(studio):
    duck = studio.effect("ducking", track="V", range=6)
    assert _music(_duet(studio, _tone(-3, 300), duck), studio)[205:395] == pytest.approx(-6, abs=0.1)


def test_what_is_not_heard_does_not_duck(studio):
    duck = studio.effect("ducking", track="V")
    assert _music(_duet(studio, _tone(-3, 300), duck, muted=True), studio) == pytest.approx(0, abs=0.05)
    soft = _music(_duet(studio, _tone(-12, 300), duck, volume=0.05), studio)
    assert soft == pytest.approx(0, abs=0.05)


def test_ducking_is_the_same_in_any_blocks_and_after_a_cut(studio):
    duck, squeeze = studio.effect("ducking", track="V"), studio.effect("compressor")
    rng = np.random.default_rng(5)
    voice = _tone(-12, 300) * (rng.uniform(0, 1, 200) > 0.5).repeat(480)
    for effects in ([duck], [duck, squeeze]):
        document = _duet(studio, voice, *effects)
        whole = studio.samples(document, 0, 6 * RATE)
        for first, count in ((0, 99_000), (95_123, 30_001), (191_000, 97_000)):
            assert np.array_equal(studio.samples(document, first, count), whole[:, first : first + count])
    uncut = _duet(studio, voice, duck)
    clip = uncut.tracks[1].items[0]
    cut = Fraction(2)  # a whole number of steps
    parts = clip.part(Fraction(0), clip.duration - cut), clip.part(cut, Fraction(0)).evolve(id="c_other")
    halves = uncut.evolve(timeline=uncut.timeline.evolve(tracks=(uncut.tracks[0], uncut.tracks[1].evolve(items=parts))))
    assert np.array_equal(studio.samples(uncut, 0, 6 * RATE), studio.samples(halves, 0, 6 * RATE))


def test_an_unknown_track_and_circles_are_refused(studio):
    unknown = _duet(studio, _tone(-12, 300), studio.effect("ducking", track="W"))
    with pytest.raises(UnknownNameError, match="M is ducked by track 'W', and there is no such track"):
        compile_sound(unknown, 0, 100)
    itself = _duet(studio, _tone(-12, 300), studio.effect("ducking", track="M"))
    with pytest.raises(EditError, match="M would duck itself"):
        compile_sound(itself, 0, 100)
    duet = _duet(studio, _tone(-12, 300), studio.effect("ducking", track="V"))
    voice = duet.tracks[0]
    ducked = voice.items[1].evolve(effects=(studio.effect("ducking", track="M"),))
    circle = duet.evolve(
        timeline=duet.timeline.evolve(tracks=(voice.evolve(items=(voice.items[0], ducked)), duet.tracks[1]))
    )
    with pytest.raises(EditError, match="would duck itself"):
        compile_sound(circle, 0, 100)


def test_one_angle_of_a_multi_camera_hears_no_other_track(studio):
    duet = _duet(studio, _tone(-12, 300), studio.effect("ducking", track="V"))
    camera = Compound(id="k_1", title="K", timeline=duet.timeline, multicam=True)
    for angle, softer in ((None, True), (duet.tracks[1].id, False)):
        source = CompoundSource(compound="k_1", angle=angle)
        clip = studio.clip("m", 6).evolve(source=source)
        got = studio.samples(
            studio.document(studio.track(clip, kind="audio")).evolve(compounds=(camera,)), 3 * RATE, 9_600
        )
        tone = np.exp(2j * np.pi * 400 * np.arange(9_600) / RATE)
        level = 20 * np.log10(2 * abs((got[0] * tone).mean()))
        assert (level < -30) == softer


def test_every_effect_says_what_it_costs():
    assert all(spec.cost > 0 for spec in default_registry().specs if spec.kind == "audio")

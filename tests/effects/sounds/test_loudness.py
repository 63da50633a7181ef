"""Loudness against an independent meter, and what `normalize` makes of it."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction

import imageio_ffmpeg
import numpy as np
import pyloudnorm
import pytest
from scipy.signal import lfilter

from cutroom.effects.analysis import Loudness as Found
from cutroom.effects.analysis import SoFar, gain_for
from cutroom.effects.compiler.document import compile_sound
from cutroom.effects.compiler.needed import needed
from cutroom.effects.sounds.loudness import LoudnessMeter, measure

RATE = 48_000


def sine(db: float, seconds: float, hertz: float = 1000, rate: int = RATE, phase: float = 0.0) -> np.ndarray:
    """A stereo sine whose peaks are at `db` dBFS."""
    wave = 10 ** (db / 20) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate + phase)
    return np.stack([wave, wave]).astype(np.float32)


def speech(seconds: float, seed: int = 0, rate: int = RATE) -> np.ndarray:
    """Noise of changing loudness with pauses, different on the left and on the right."""
    rng = np.random.default_rng(seed)
    noise = lfilter([1], [1, -0.9], rng.standard_normal((2, round(seconds * rate))))
    time = np.arange(noise.shape[1]) / rate
    envelope = (0.2 + np.abs(np.sin(2 * np.pi * 0.31 * time))) * (np.sin(2 * np.pi * 0.13 * time) > -0.7)
    samples = noise * envelope
    return np.asarray(0.5 * samples / np.abs(samples).max(), np.float32)


def independent(samples: np.ndarray, rate: int = RATE) -> float:
    return float(pyloudnorm.Meter(rate).integrated_loudness(samples.T.astype(np.float64)))


def blocks(samples: np.ndarray, length: int = 7 * RATE) -> list[np.ndarray]:
    return [samples[:, first : first + length] for first in range(0, samples.shape[1], length)]


# the signals of EBU Tech 3341 and 3342, made here: what a meter must say of them, within 0.1 LU and 1 LU
@pytest.mark.parametrize(
    ("parts", "integrated"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_signals_of_tech_3341(parts, integrated):
    samples = np.concatenate([sine(db, seconds) for db, seconds in parts], axis=1)
    assert measure(blocks(samples), RATE, 2).integrated == pytest.approx(integrated, abs=0.1)


@pytest.mark.parametrize(
    ("levels", "range_"), [((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)]
)
def test_signals_of_tech_3342(levels, range_):
    samples = np.concatenate([sine(db, 20) for db in levels], axis=1)
    assert measure(blocks(samples), RATE, 2).range == pytest.approx(range_, abs=1)


@pytest.mark.parametrize(
    ("hertz", "phase", "db", "peak"),
    [(12_000, np.pi / 4, -6.0, -6.0), (8_000, np.pi / 3, -6.0, -6.0), (1000, 0.1, -3.0, -3.0), (6_000, 0.7, 2.0, 2.0)],
)
def test_true_peaks_lie_between_samples(hertz, phase, db, peak):
    """A sine at a quarter of the rate, 45 degrees off, has no sample within 3 dB of its peaks."""
    samples = sine(db, 2, hertz, phase=phase)
    samples[:, :RATE] *= np.hanning(2 * RATE)[:RATE].astype(np.float32)
    samples[:, RATE:] *= np.hanning(2 * RATE)[RATE:].astype(np.float32)
    found = measure([samples], RATE, 2)
    assert found.true_peak == pytest.approx(peak, abs=0.1)


@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_an_independent_meter_agrees(rate, channels):
    samples = speech(15, rate=rate)[:channels]
    assert measure(blocks(samples, 11_111), rate, channels).integrated == pytest.approx(
        independent(samples, rate), abs=0.1
    )


def test_blocks_do_not_matter():
    samples = speech(6)
    assert measure([samples], RATE, 2) == measure(blocks(samples, 4_801), RATE, 2)


@pytest.mark.parametrize("rate", [22_050, 48_000])
@pytest.mark.parametrize("at", [1, 4_799, 61_234, 130_000])
def test_a_meter_goes_on_where_another_one_stopped(rate, at):
    samples = speech(6, rate=rate)
    first = LoudnessMeter(rate, 2)
    first.feed(samples[:, :at])
    told = SoFar.model_validate_json(first.so_far().model_dump_json())
    second = LoudnessMeter(rate, 2, told)
    second.feed(samples[:, at:])
    assert second.result() == measure([samples], rate, 2)


def test_the_ffmpeg_program_hears_the_same():
    samples = np.concatenate([0.1 * speech(9, 3), speech(11, 4)], axis=1)
    arguments = ["-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-", "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), *arguments], input=samples.T.tobytes(), capture_output=True, check=True
    ).stderr.decode()
    summary = said[said.index("Summary:") :]
    integrated, range_ = (float(re.search(rf"{name}: +(-?[0-9.]+) L", summary)[1]) for name in ("I", "LRA"))
    found = measure([samples], RATE, 2)
    assert found.integrated == pytest.approx(integrated, abs=0.06)
    assert found.range == pytest.approx(range_, abs=0.11)


def test_silence_and_moments_are_too_little():
    assert measure([np.zeros((2, RATE), np.float32)], RATE, 2) == Found()
    short = measure([sine(-10, 0.3)], RATE, 2)
    assert short.integrated is None
    assert short.true_peak == pytest.approx(-10, abs=0.2)
    assert gain_for(short, -23, -1) == 0


@pytest.mark.parametrize("target", [-30.0, -23.0, -16.0])
def test_normalize_brings_a_clip_to_its_target(studio, target):
    sound = studio.sound(speech(12))
    effects = [studio.effect("gain", db=-4.0), studio.effect("normalize", target=target, true_peak=0.0, mode="gain")]
    clip = studio.clip(sound, 10, 1, effects=effects)
    document = studio.document(studio.track(clip, kind="audio"))
    results = studio.measured(document)
    heard = studio.samples(document, 0, 10 * RATE, results=results)
    reached = independent(heard)
    (found,) = results.values()
    room = 0.0 - found.true_peak
    assert found.integrated == pytest.approx(independent(heard) - min(target - found.integrated, room), abs=0.1)
    assert reached == pytest.approx(min(target, found.integrated + room), abs=0.1)
    # any stretch of it has the very same gain
    part = studio.samples(document, 4 * RATE, 1000, results=results)
    np.testing.assert_array_equal(part, heard[:, 4 * RATE : 4 * RATE + 1000])


def test_the_ceiling_holds_where_the_target_would_break_it(studio):
    sound = studio.sound(speech(6))
    clip = studio.clip(sound, 6, effects=[studio.effect("normalize", target=-5.0, true_peak=-3.0, mode="gain")])
    document = studio.document(studio.track(clip, kind="audio"))
    heard = studio.samples(document, 0, 6 * RATE, results=studio.measured(document))
    assert measure([heard], RATE, 2).true_peak == pytest.approx(-3.0, abs=0.02)
    assert independent(heard) < -5.5


def test_peaks_are_limited_where_the_target_would_break_the_ceiling(studio):
    sound = studio.sound(speech(6))
    plain = studio.document(studio.track(studio.clip(sound, 6), kind="audio"))
    found = measure([studio.samples(plain, 0, 6 * RATE)], RATE, 2)
    target = round(found.integrated - found.true_peak - 3.0 + 3.0)  # 3 dB more than the ceiling lets through
    levels = {}
    for mode in ("gain", "limit"):
        effect = studio.effect("normalize", target=target, true_peak=-3.0, mode=mode)
        document = studio.document(studio.track(studio.clip(sound, 6, effects=[effect]), kind="audio"))
        results = studio.measured(document)
        heard = studio.samples(document, 0, 6 * RATE, results=results)
        assert measure([heard], RATE, 2).true_peak <= -2.95
        levels[mode] = independent(heard)
        part = studio.samples(document, 4 * RATE, 1000, results=results)
        np.testing.assert_array_equal(part, heard[:, 4 * RATE : 4 * RATE + 1000])
    assert levels["gain"] < target - 2
    assert levels["limit"] == pytest.approx(target, abs=1)


def test_a_clip_that_another_track_pushes_down_is_measured_by_itself(studio):
    sound = studio.sound(speech(4))
    effects = [studio.effect("ducking", track="voice"), studio.effect("normalize", target=-30.0)]
    ducked = studio.track(studio.clip(sound, 4, effects=effects), kind="audio")
    voice = studio.track(studio.clip(sound, 2), kind="audio").evolve(title="voice")
    alone = studio.track(studio.clip(sound, 4, effects=effects[1:]), kind="audio")
    (request,) = needed(studio.document(ducked, voice))
    assert (request,) == needed(studio.document(alone))
    document = studio.document(ducked, voice)
    (found,) = studio.measured(document).values()
    segment = compile_sound(document, 0, 4 * RATE, results=studio.measured(document))
    kinds = [node.kind for node in segment.clips[0].nodes]
    assert kinds == ["duck", "gain"]
    assert segment.clips[0].nodes[1].db == gain_for(found, -30.0, -1.0)


def test_what_is_measured_does_not_depend_on_the_place_but_on_what_is_heard(studio):
    sound = studio.sound(speech(8))
    normalize = studio.effect("normalize")

    def keys(clip, before=Fraction(0), volume=1.0):
        items = [studio.clip(sound, before)] if before else []
        return {r.key for r in needed(studio.document(studio.track(*items, clip, kind="audio", volume=volume)))}

    first = keys(studio.clip(sound, 4, 1, effects=[normalize]))
    assert len(first) == 1
    assert keys(studio.clip(sound, 4, 1, effects=[studio.effect("normalize", target=-14.0)])) == first
    for before in (Fraction(1, 3), Fraction(2), Fraction(12345, 48_001)):
        assert keys(studio.clip(sound, 4, 1, effects=[normalize]), before, 0.5) == first
    assert keys(studio.clip(sound, 3, 1, effects=[normalize])) != first
    assert keys(studio.clip(sound, 4, 1, effects=[studio.effect("gain", db=1.0), normalize])) != first
    assert keys(studio.clip(sound, 4, 1, effects=[normalize, studio.effect("gain", db=1.0)])) == first


def test_the_second_of_two_measures_what_the_first_has_made(studio):
    effects = [studio.effect("normalize", target=-40.0), studio.effect("normalize", target=-25.0)]
    clip = studio.clip(studio.sound(speech(5)), 5, effects=effects)
    document = studio.document(studio.track(clip, kind="audio"))
    assert len(needed(document)) == 1
    results = studio.measured(document)
    assert len(results) == 2
    assert independent(studio.samples(document, 0, 5 * RATE, results=results)) == pytest.approx(-25, abs=0.1)
    assert not needed(document, None, results)


def test_a_clip_that_was_not_measured_can_be_left_as_it_is(studio):
    clip = studio.clip(studio.sound(speech(2)), 2, effects=[studio.effect("normalize")])
    bare = clip.evolve(effects=())
    with_, without = (studio.document(studio.track(one, kind="audio")) for one in (clip, bare))
    assert compile_sound(with_, 0, 100, results=None) == compile_sound(without, 0, 100)

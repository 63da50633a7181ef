"""Equalizer, filters, distortion, denoise and pitch, measured in what they make of tones, clicks and noise."""

from __future__ import annotations

import subprocess
from fractions import Fraction

import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.effects.nodes import SoundFilter
from cutroom.effects.registry import Setting, default_registry

RATE = 48_000


def _tone(frequency, level=0.25, seconds=1, rate=RATE):
    return level * np.sin(2 * np.pi * frequency * np.arange(seconds * rate) / rate)[None]


def _heard(studio, samples, *effects, rate=RATE, **settings):
    """Samples after effects, given as names or as (name, parameters)."""
    made = [studio.effect(e) if isinstance(e, str) else studio.effect(e[0], **e[1]) for e in effects]
    clip = studio.clip(studio.sound(samples, rate), Fraction(samples.shape[1], rate), effects=made)
    count = samples.shape[1] * settings.get("sample_rate", RATE) // rate
    return studio.samples(studio.document(studio.track(clip, kind="audio"), **settings), 0, count)


def _level(samples, frequency, rate=RATE):
    """Amplitude of a frequency in dB, in the second half: the first settles."""
    half = np.asarray(samples, float)[0, samples.shape[1] // 2 :]
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(half)) / rate)
    return 20 * np.log10(2 * abs((half * wave * np.hanning(len(half))).mean()) / 0.5 + 1e-12)


def _change(studio, frequency, *effects):
    tone = _tone(frequency)
    return _level(_heard(studio, tone, *effects), frequency) - _level(tone, frequency)


@pytest.mark.parametrize(
    ("frequency", "change"), [(30, 0.6), (100, 6), (320, 0), (1000, -9), (10_000, 12), (2800, -0.9)]
)
def test_the_equalizer_lifts_and_lowers_its_bands(studio, frequency, change):
    bands = ("equalizer", {"low": 6, "mid": -9, "high": 12, "q": 1.0})
    assert _change(studio, frequency, bands) == pytest.approx(change, abs=0.3 if abs(change) > 2 else 1)


def test_an_equalizer_at_zero_is_nothing(studio):
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 4800))
    assert np.array_equal(_heard(studio, noise, "equalizer"), _heard(studio, noise))


@pytest.mark.parametrize(
    ("effect", "frequency", "change"),
    [
        ("highpass", 200, -3.01),
        ("highpass", 50, -24.1),
        ("highpass", 2000, 0),
        (("highpass", {"poles": 1}), 50, -12.3),
        ("lowpass", 3000, -3.01),
        ("lowpass", 12_000, -28.05),
        ("lowpass", 200, 0),
        ("bandpass", 1000, 0),
        (("bandpass", {"q": 10}), 1051.2, -3.01),
        (("bandpass", {"q": 10}), 500, -23.6),
    ],
)
def test_filters_fall_where_they_say(studio, effect, frequency, change):
    assert _change(studio, frequency, effect) == pytest.approx(change, abs=0.1)


def test_a_band_beyond_what_the_samples_hold_changes_nothing():
    spec = default_registry().effect("equalizer")
    assert len(spec.build(spec.values({"low": 3, "high": 6}), Setting(320, 180, 16_000, 0))) == 1
    low = default_registry().effect("lowpass")
    assert low.build(low.values({"frequency": 9000}), Setting(320, 180, 16_000, 0)) == ()


def test_distortion_makes_overtones_and_stays_below_its_level(studio):
    got = _heard(studio, _tone(440), "distortion")
    assert np.abs(got).max() <= 10 ** (-6 / 20)
    assert _level(got, 3 * 440) - _level(got, 440) > -16
    assert _level(got, 2 * 440) - _level(got, 440) < -60
    assert _level(_tone(440), 3 * 440) - _level(_tone(440), 440) < -90


def test_denoise_takes_noise_away_and_leaves_a_tone(studio):
    rng = np.random.default_rng(2)
    noise = 10 ** (-50 / 20) * rng.standard_normal((1, 3 * RATE))
    rest = _heard(studio, noise, "denoise")[0, RATE:]
    assert 20 * np.log10(rest.std() / noise[0, RATE:].std()) < -9
    tone = _tone(997, 0.25, 3)
    assert _level(_heard(studio, tone + noise, "denoise"), 997) == pytest.approx(_level(tone, 997), abs=0.1)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_what_a_filter_delays_is_put_back_to_the_sample_at_any_rate(studio, rate):
    click = np.zeros((1, rate))
    click[0, rate // 2 + 7] = 0.9
    got = _heard(studio, click, "denoise", "denoise", rate=rate, sample_rate=rate)
    assert np.abs(got[0]).argmax() == rate // 2 + 7
    assert got.shape == (2, rate)


@pytest.mark.parametrize("semitones", [-12, -5, 0.5, 4, 12, 19])
def test_pitch_moves_a_tone_and_keeps_its_length_and_loudness(studio, semitones):
    got = _heard(studio, _tone(440, seconds=3), ("pitch", {"semitones": semitones}))
    middle = got[0, RATE // 2 : -RATE // 2] * np.hanning(2 * RATE)
    peak = np.abs(np.fft.rfft(middle, 1 << 20)).argmax() * RATE / (1 << 20)
    assert 1200 * np.log2(peak / (440 * 2 ** (semitones / 12))) == pytest.approx(0, abs=3)  # cents
    loud = np.sqrt((got[0, 4800:-4800].reshape(-1, 1600) ** 2).mean(axis=1))
    assert 20 * np.log10(loud.max() / loud.min()) < 1
    assert 20 * np.log10(loud.mean() / (0.25 / np.sqrt(2))) == pytest.approx(0, abs=0.3)


@pytest.mark.parametrize("semitones", [-12, -5, 4, 12])
def test_pitch_keeps_clicks_at_their_samples(studio, semitones):
    samples = _tone(220, 0.05, 3)
    clicks = [12_345, 50_001, 77_777, 120_000]
    samples[0, clicks] = 0.7
    got = np.abs(_heard(studio, samples, ("pitch", {"semitones": semitones}))[0])
    for click in clicks:
        near = got[click - 4000 : click + 4000]
        assert abs(int(near.argmax()) - 4000) <= 2
        near[4000 - 48 : 4000 + 48] = 0
        assert near.max() < 0.12  # no echo of it


_FILTERS = {
    "equalizer": {"low": 6, "mid": -9, "high": 4},
    "highpass": {},
    "lowpass": {},
    "bandpass": {},
    "distortion": {"drive": 0, "level": 0},
    "denoise": {},
    "compressor": {},
    "gate": {},
    "expander": {},
}


@pytest.mark.parametrize("effect", list(_FILTERS))
def test_the_ffmpeg_program_makes_the_same_of_it(studio, effect):
    rng = np.random.default_rng(3)
    swell = 10 ** (-np.abs(np.linspace(-1, 1, RATE)) * 3)
    plain = _heard(studio, rng.uniform(-0.9, 0.9, (2, RATE)) * swell)
    spec = default_registry().effect(effect, "audio")
    nodes = spec.build(spec.values(_FILTERS[effect]), Setting(320, 180, RATE, RATE))
    late = 0
    texts = []
    for node in nodes:
        assert isinstance(node, SoundFilter)
        late += node.latency(RATE)
        texts.append(f"{node.filter}=" + ":".join(f"{key}={value}" for key, value in node.args.items()))
    got = _heard(studio, rng_samples := np.asarray(plain, float), (effect, _FILTERS[effect]))
    theirs = _program(_heard(studio, rng_samples), ",".join(texts))[:, late:RATE]
    off = got[:, : theirs.shape[1]] - theirs
    assert 10 * np.log10((theirs**2).mean() / max((off**2).mean(), 1e-20)) > 90
    assert 10 * np.log10((theirs**2).mean() / ((theirs - plain[:, : theirs.shape[1]]) ** 2).mean()) < 60  # it acts


def _program(samples, filters):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    command += ["-af", f"{filters},aformat=sample_fmts=flt", "-f", "f32le", "-"]
    done = subprocess.run(command, input=samples.T.astype("<f4").tobytes(), capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<f4").reshape(-1, 2).T

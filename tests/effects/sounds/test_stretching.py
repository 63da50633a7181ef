"""Speed with kept pitch: tones keep their height and loudness, clicks lie where the law of travel says."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_sound
from cutroom.effects.segment import Tape
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import Clip, CompoundSource, MediaSource
from cutroom.schema.document import Compound, Timeline
from cutroom.schema.speed import Ramp, travel

RATE = 48_000
SPEEDS = [Fraction(1, 2), Fraction(3, 4), Fraction(9, 10), Fraction(5, 4), Fraction(3, 2), Fraction(2)]


def _clip(studio, media, speed, duration, start=0, **changes):
    return studio.clip(media, duration, start).evolve(speed=speed, keep_pitch=True, **changes)


def _heard(studio, clip):
    document = studio.document(studio.track(clip, kind="audio"))
    return studio.samples(document, 0, round(clip.duration * RATE))[0].astype(float)


def _clicks(seed=0, seconds=10):
    """Clicks on soft noise, at irregular samples."""
    rng = np.random.default_rng(seed)
    samples = 0.02 * rng.standard_normal((1, seconds * RATE))
    at = np.cumsum(rng.integers(9_000, 30_000, 60))
    at = at[at < seconds * RATE - 9_000]
    samples[0, at] = 0.8
    return samples, at


def _assert_clicks(got, places):
    """Each where it belongs, to the sample or two, and none beside them."""
    left = np.abs(got)
    for place in places:
        low = max(0, round(place) - 1_500)
        found = low + int(left[low : low + 3_000].argmax())
        assert abs(found - place) <= 3
        left[found - 4 : found + 5] = 0
    assert left.max() < 0.2


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_tone_keeps_its_pitch_and_does_not_flutter(studio, speed):
    media = studio.sound(0.25 * np.sin(2 * np.pi * 440 * np.arange(6 * RATE) / RATE)[None])
    got = _heard(studio, _clip(studio, media, speed, Fraction(6) / speed))
    assert len(got) == 6 * RATE / speed
    middle = got[4_800:-4_800]
    windowed = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 1 << 20))
    assert windowed.argmax() * RATE / (1 << 20) == pytest.approx(440, abs=0.5)
    near = np.abs(np.arange(len(windowed)) * RATE / (1 << 20) - 440) < 40
    assert 10 * np.log10((windowed[~near] ** 2).sum() / (windowed**2).sum()) < -45
    loud = np.sqrt((middle[: len(middle) // 1_200 * 1_200].reshape(-1, 1_200) ** 2).mean(axis=1))
    assert 20 * np.log10(loud.max() / loud.min()) < 0.2
    assert 20 * np.log10(loud.mean() / (0.25 / 2**0.5)) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_chord_stays_a_chord(studio, speed):
    notes = (110, 138.6, 164.8, 330.5, 1046.5)
    time = np.arange(6 * RATE) / RATE
    media = studio.sound(sum(0.1 * np.sin(2 * np.pi * note * time) for note in notes)[None])
    got = _heard(studio, _clip(studio, media, speed, Fraction(6) / speed))[9_600:-9_600]
    power = np.abs(np.fft.rfft(got * np.hanning(len(got)))) ** 2
    frequencies = np.fft.rfftfreq(len(got), 1 / RATE)
    kept = sum(power[np.abs(frequencies - note) < 12].sum() for note in notes)
    assert kept / power.sum() > 0.9


@pytest.mark.parametrize("speed", [Fraction(1, 4), *SPEEDS, Fraction(3)])
def test_clicks_lie_where_the_law_says(studio, speed):
    samples, at = _clicks()
    clip = _clip(studio, studio.sound(samples), speed, Fraction(9) / speed, Fraction(1, 2))
    places = [(place - RATE / 2) / speed for place in at if RATE / 2 < place < 9.5 * RATE]
    got = _heard(studio, clip)
    _assert_clicks(got, [float(p) for p in places])


def test_clicks_lie_where_a_ramp_takes_them(studio):
    samples, at = _clicks(1)
    ramp = Ramp.of({0: 1, 1: 2, 3: Fraction(1, 2), 5: Fraction(3, 2)})
    clip = _clip(studio, studio.sound(samples), ramp, 5, Fraction(1, 3))
    times = np.arange(0, 5 * RATE, 10)
    sources = np.array([float(clip.media_at(Fraction(int(t), RATE))) for t in times]) * RATE
    places = np.interp(at[(at > sources[400]) & (at < sources[-400])], sources, times)
    assert len(places) > 10
    _assert_clicks(_heard(studio, clip), list(places))
    assert sources[-1] == pytest.approx(float(clip.start + travel(ramp, Fraction(5))) * RATE, abs=20)


@pytest.mark.parametrize(
    "speed",
    [
        Fraction(1, 10),
        Fraction(10),
        Ramp.of({0: 0, 2: 1}),
        Ramp.of({0: 1, 1: 0}),
        Ramp.of({0: 1, Fraction(1, 2): 0, 1: 0, Fraction(3, 2): 10}),
    ],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_the_farthest_speeds_and_standstill_come_to_an_end(studio, speed, reverse):
    samples, _ = _clicks(5, 22)
    media = studio.sound(samples + 0.1 * np.sin(np.arange(22 * RATE) / 20))
    got = _heard(studio, _clip(studio, media, speed, 2, 1, reverse=reverse))
    assert np.isfinite(got).all()
    assert np.abs(got).max() < 1
    steps = np.sqrt((got.reshape(-1, 4_800) ** 2).mean(axis=1))
    assert steps.min() > 0.02  # no hole in it


@pytest.mark.parametrize("speed", [Fraction(1, 2), Fraction(2)])
def test_backwards_too(studio, speed):
    samples, at = _clicks(2)
    clip = _clip(studio, studio.sound(samples), speed, Fraction(8) / speed, 1, reverse=True)
    places = [(9 * RATE - place) / speed for place in at if RATE + 4_000 < place < 9 * RATE - 4_000]
    _assert_clicks(_heard(studio, clip), [float(place) for place in places])
    tone = studio.sound(0.25 * np.sin(2 * np.pi * 440 * np.arange(4 * RATE) / RATE)[None])
    got = _heard(studio, _clip(studio, tone, speed, Fraction(4) / speed, reverse=True))[4_800:-4_800]
    spectrum = np.abs(np.fft.rfft(got * np.hanning(len(got)), 1 << 20))
    assert spectrum.argmax() * RATE / (1 << 20) == pytest.approx(440, abs=0.5)


def test_a_compound_and_effects_and_any_blocks(studio):
    samples, at = _clicks(3)
    media = studio.sound(samples)
    inner = Timeline(tracks=(studio.track(studio.clip(media, 10), kind="audio"),))
    clip = _clip(studio, media, Fraction(3, 2), 5, 1, effects=(studio.effect("limiter", ceiling=-12.0),))
    nest = clip.evolve(source=CompoundSource(compound="k_1"))
    plain = studio.document(studio.track(clip, kind="audio"))
    nested = studio.document(studio.track(nest, kind="audio")).evolve(
        compounds=(Compound(id="k_1", title="K", timeline=inner),)
    )
    whole = studio.samples(plain, 0, 5 * RATE)
    assert np.array_equal(studio.samples(nested, 0, 5 * RATE), whole)
    for first, count in ((0, 70_000), (99_999, 50_001), (200_000, 100)):
        assert np.array_equal(studio.samples(plain, first, count), whole[:, first : first + count])
    places = [(place - RATE) / 1.5 for place in at if RATE + 4_000 < place < 8 * RATE]
    for place in places:
        assert np.abs(whole[0, round(place) - 2 : round(place) + 3]).max() > 0.2


def test_at_normal_speed_it_changes_nothing_and_without_it_nothing_is_new(studio):
    media = studio.sound(_clicks(4, 2)[0])
    normal = studio.clip(media, 2)
    kept = normal.evolve(keep_pitch=True)
    segments = [compile_sound(studio.document(studio.track(clip, kind="audio")), 0, RATE) for clip in (kept, normal)]
    assert canonical_json(segments[0]) == canonical_json(segments[1])
    assert "keep_pitch" not in canonical_json(Clip(id="c", source=MediaSource(media="m"), duration=Fraction(1)))
    assert '"keep_pitch":true' in canonical_json(kept)
    assert Clip.model_validate_json(canonical_json(kept)) == kept
    fast = studio.clip(media, 1).evolve(speed=Fraction(2))
    inputs = [
        compile_sound(studio.document(studio.track(clip, kind="audio")), 0, RATE).clips[0].input
        for clip in (fast, fast.evolve(keep_pitch=True))
    ]
    assert [isinstance(one, Tape) for one in inputs] == [False, True]

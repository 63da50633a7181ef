"""Pan, width, delay, chorus and reverb, measured in levels, places and decay."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.errors import ValidationError
from cutroom.schema.curve import Keyframe, value_at

RATE = 48_000


def _heard(studio, samples, *effects, **settings):
    made = [studio.effect(name, **values) for name, values in effects]
    return _played(studio, samples, made, **settings)


def _played(studio, samples, effects, **settings):
    clip = studio.clip(studio.sound(samples), Fraction(samples.shape[1], RATE), effects=effects)
    return studio.samples(studio.document(studio.track(clip, kind="audio"), **settings), 0, samples.shape[1])


def _steady(level=0.25, count=RATE):
    return np.full((2, count), level)


@pytest.mark.parametrize(
    ("pan", "law", "left", "right"),
    [
        (-1, "balance", 1, 0),
        (-0.5, "balance", 1, 0.5),
        (0.25, "balance", 0.75, 1),
        (1, "equal_power", 0, 2**0.5),
        (-0.5, "equal_power", 2**0.5 * np.cos(np.pi / 8), 2**0.5 * np.sin(np.pi / 8)),
    ],
)
def test_pan_follows_its_law(studio, pan, law, left, right):
    got = _heard(studio, _steady(), ("pan", {"pan": pan, "law": law}))
    assert got[:, 500] / 0.25 == pytest.approx([left, right], abs=1e-3)


def test_equal_power_keeps_the_power_and_the_middle_changes_nothing(studio):
    for pan in (-0.9, -0.3, 0.6):
        got = _heard(studio, _steady(), ("pan", {"pan": pan, "law": "equal_power"}))[:, 9]
        assert (got**2).sum() == pytest.approx(2 * 0.25**2, rel=1e-3)
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 900))
    plain = _heard(studio, noise)
    for law in ("balance", "equal_power"):
        assert np.array_equal(_heard(studio, noise, ("pan", {"pan": 0.0, "law": law})), plain)


@pytest.mark.parametrize("easing", ["linear", "ease_in_out", "hold", (0.5, -0.4, 0.5, 1.4)])
@pytest.mark.parametrize("law", ["balance", "equal_power"])
def test_a_pan_that_moves_has_its_value_at_every_sample(studio, easing, law):
    keys = (
        Keyframe(time=Fraction(1, 10), value=-0.8, easing=easing),
        Keyframe(time=Fraction(7, 10), value=0.9),
    )
    effect = studio.effect("pan", law=law).replace(curves={"pan": keys})
    got = _played(studio, _steady(), [effect])
    for at in (0, 4_800, 4_801, 20_000, 33_599, 33_600, 47_000):
        pan = min(1.0, max(-1.0, value_at(keys, Fraction(at, RATE))))
        angle = (pan + 1) * np.pi / 4
        sides = [min(1, 1 - pan), min(1, 1 + pan)]
        expected = sides if law == "balance" else [2**0.5 * np.cos(angle), 2**0.5 * np.sin(angle)]
        assert got[:, at] / 0.25 == pytest.approx(expected, abs=2e-4)


def test_what_moves_is_the_same_in_any_blocks(studio):
    pan = studio.effect("pan").replace(curves={"pan": tuple(Keyframe(time=t, value=(-1) ** t / 2) for t in range(4))})
    width = studio.effect("stereo_width").replace(
        curves={"width": (Keyframe(time=0, value=0.0, easing="ease_in"), Keyframe(time=3, value=2.0))}
    )
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 3 * RATE))
    for effects in ([pan, width], [pan, studio.effect("delay"), width], [width, pan, studio.effect("compressor")]):
        clip = studio.clip(studio.sound(noise), 3, effects=effects)
        document = studio.document(studio.track(clip, kind="audio"))
        whole = studio.samples(document, 0, 3 * RATE)
        for first, count in ((1, 40_000), (66_000, 3), (99_999, 40_001)):
            assert np.array_equal(studio.samples(document, first, count), whole[:, first : first + count])


def test_width_takes_the_sides_away_or_doubles_them(studio):
    samples = np.stack([np.full(900, 0.3), np.full(900, 0.1)])
    for width, expected in ((0, (0.2, 0.2)), (1, (0.3, 0.1)), (2, (0.4, 0.0)), (0.5, (0.25, 0.15))):
        got = _heard(studio, samples, ("stereo_width", {"width": width}))
        assert got[:, 100] == pytest.approx(expected, abs=1e-4)


def test_pan_and_width_leave_a_mono_project_alone(studio):
    tone = np.full((1, 900), 0.25)
    got = _heard(studio, tone, ("pan", {"pan": 1.0}), ("stereo_width", {"width": 0.0}), channels=1)
    assert got == pytest.approx(0.25, abs=1e-4)


def test_only_what_has_no_memory_can_be_animated(studio):
    effect = studio.effect("reverb").replace(curves={"mix": (Keyframe(time=0, value=0.0), Keyframe(time=1, value=1.0))})
    with pytest.raises(ValidationError, match="cannot be animated"):
        _played(studio, _steady(), [effect])


def test_a_delay_repeats_at_its_sample_softer_each_time(studio):
    click = np.zeros((1, 2 * RATE))
    click[0, 1_000] = 0.8
    got = _heard(studio, click, ("delay", {}))[0]
    found = np.flatnonzero(np.abs(got) > 0.01)
    assert found.tolist() == [1_000 + i * 14_400 for i in range(7)]
    assert got[found] / got[1_000] == pytest.approx([1, *(0.5 * 0.5**i for i in range(6))], abs=1e-3)


def test_a_short_delay_is_exact_too(studio):
    click = np.zeros((1, 4_800))
    click[0, 7] = 0.5
    got = _heard(studio, click, ("delay", {"time": 1, "feedback": 0.9, "mix": 1}))[0]
    assert got[7 + 48 * 20] / got[7] == pytest.approx(0.9**19, rel=1e-3)
    assert np.count_nonzero(np.abs(got) > 1e-6) == len(range(7, 4_800, 48))


def test_a_chorus_adds_late_and_wavering_voices(studio):
    click = np.zeros((1, RATE))
    click[0, 10_000] = 0.8
    got = np.abs(_heard(studio, click, ("chorus", {"mix": 1}))[0])
    assert got[10_000] == pytest.approx(0.8, abs=1e-3)
    for late in (30, 39):
        near = got[10_000 + round((late - 2.1) * 48) : 10_000 + round((late + 2.1) * 48)]
        assert near.max() > 0.2
    assert np.count_nonzero(got) < 12
    tone = 0.25 * np.sin(2 * np.pi * 441 * np.arange(2 * RATE) / RATE)[None]
    loud = np.abs(_heard(studio, tone, ("chorus", {})))[0].reshape(-1, 4_800).max(axis=1)
    assert loud[1:].max() / loud[1:].min() > 1.2


@pytest.mark.parametrize("decay", [0.5, 1.5])
def test_a_hall_dies_away_by_60_db_in_its_decay(studio, decay):
    click = np.zeros((1, 3 * RATE))
    click[0, 1_000] = 0.9
    got = _heard(studio, click, ("reverb", {"decay": decay, "mix": 1, "damping": 0, "predelay": 50}))
    assert np.abs(got[:, : 1_000 + 2_400]).max() < 1e-9
    tail = got[0, 3_400:].astype(float)
    left = 10 * np.log10(np.cumsum(tail[::-1] ** 2)[::-1] + 1e-20)
    a, b = round(0.1 * decay * RATE), round(0.5 * decay * RATE)
    assert (left[a] - left[b]) / (0.4 * decay) * decay == pytest.approx(60, abs=2)
    assert (tail**2).sum() == pytest.approx(0.9**2, rel=0.02)
    assert abs(np.corrcoef(got)[0, 1]) < 0.1


def test_damping_swallows_the_treble_first(studio):
    click = np.zeros((1, 2 * RATE))
    click[0, 0] = 0.9
    got = _heard(studio, click, ("reverb", {"decay": 1.5, "mix": 1, "damping": 0.8, "predelay": 0}))[0]

    def treble(first):
        power = np.abs(np.fft.rfft(got[first : first + 4_800])) ** 2
        return power[500:].sum() / power[:100].sum()

    assert treble(30_000) < 0.05 * treble(0)


def test_the_sound_itself_keeps_its_place_and_level_in_the_hall(studio):
    click = np.zeros((1, RATE))
    click[0, 20_001] = 0.8
    got = _heard(studio, click, ("reverb", {"mix": 0.25}))[0]
    assert np.abs(got).argmax() == 20_001
    assert got[20_001] == pytest.approx(0.6, abs=1e-3)

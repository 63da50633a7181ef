"""Speech-like sound, pauses and clicks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cutroom.demo.sound import SAMPLE_RATE, Sound, find_clicks, make_sound
from cutroom.errors import ValidationError


@pytest.fixture(scope="module")
def sound() -> Sound:
    return make_sound(12 * SAMPLE_RATE, np.random.default_rng(5))


def level(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


def test_clicks_are_found_to_the_sample(sound: Sound) -> None:
    assert len(sound.clicks) >= 8
    assert find_clicks(sound.samples, SAMPLE_RATE).tolist() == list(sound.clicks)


def test_clicks_begin_on_whole_seconds_outside_pauses(sound: Sound) -> None:
    for click in sound.clicks:
        assert click % SAMPLE_RATE == 0
        assert not any(first <= click < end for first, end in sound.pauses)


def test_clicks_are_found_in_quiet_integer_mono_and_resampled_sound(sound: Sound) -> None:
    mono = (sound.samples.mean(axis=0) * 0.3 * 32767).astype(np.int16)
    assert find_clicks(mono, SAMPLE_RATE).tolist() == list(sound.clicks)
    half = sound.samples.mean(axis=0).reshape(-1, 2).mean(axis=1)
    assert np.abs(find_clicks(half, SAMPLE_RATE // 2) * 2 - sound.clicks).max() <= 2


def test_a_shift_shows(sound: Sound) -> None:
    shifted = np.pad(sound.samples, ((0, 0), (137, 0)))
    assert (find_clicks(shifted, SAMPLE_RATE) - sound.clicks == 137).all()


def test_no_clicks_where_there_are_none(sound: Sound) -> None:
    first, end = max(sound.pauses, key=lambda pause: pause[1] - pause[0])
    assert find_clicks(sound.samples[:, first:end], SAMPLE_RATE).tolist() == []
    assert find_clicks(np.zeros((2, 48000), np.float32), SAMPLE_RATE).tolist() == []
    assert find_clicks(np.zeros(3, np.float32), SAMPLE_RATE).tolist() == []


def test_pauses_are_quiet_and_the_rest_is_not(sound: Sound) -> None:
    inner = sound.pauses[1:-1]
    assert len(inner) >= 3
    assert all(end - first > 0.5 * SAMPLE_RATE for first, end in inner)
    assert all(level(sound.samples[:, first:end]) < -60 for first, end in sound.pauses)
    for (_, first), (end, _) in pairwise(sound.pauses):
        assert level(sound.samples[:, first:end]) > -30
    assert np.abs(sound.samples).max() < 1


def test_a_rate_that_cannot_carry_a_click_is_an_error() -> None:
    with pytest.raises(ValidationError, match="8000"):
        find_clicks(np.zeros(100, np.float32), 8000)

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cutroom.media.sound import Assembler

RATE = 48_000


def ramp(first: int, count: int) -> np.ndarray:
    return np.arange(first + 1, first + count + 1, dtype=np.float32)[None]


@given(st.integers(0, 200), st.lists(st.sampled_from([-0.4, 0.0, 0.4]), min_size=40, max_size=40))
def test_rounded_timestamps_do_not_move_samples(first: int, jitter: list[float]) -> None:
    """Milliseconds are 48 samples long; frames of 1024 still join, and land where the stream's other frames do."""
    assembler = Assembler(RATE, Fraction(1, 1000))
    for number in range(40):
        at = (first + number) * 1024
        exact = at / 48 + jitter[number]
        assembler.add(round(exact) * 48, ramp(at, 1024))
    out = assembler.write(first * 1024, 40 * 1024, 1, anchor=1024)
    assert np.array_equal(out, ramp(first * 1024, 40 * 1024))


def test_phones_that_write_1025_do_not_tear_the_sound() -> None:
    assembler = Assembler(RATE, Fraction(1, RATE))
    position = 0
    for number in range(60):
        assembler.add(position, ramp(number * 1024, 1024))
        position += 1024 + number % 2
    written = assembler.write(0, 60 * 1024 + 100, 1, anchor=None)[0]
    sound = written[written > 0]
    assert np.array_equal(np.diff(sound), np.ones(len(sound) - 1))


def test_gaps_and_overlaps_are_kept() -> None:
    assembler = Assembler(RATE, Fraction(1, RATE))
    assembler.add(0.0, np.full((1, 1000), 1, np.float32))
    assembler.add(2000.0, np.full((1, 1000), 2, np.float32))
    assembler.add(2500.0, np.full((1, 1000), 3, np.float32))
    out = assembler.write(0, 4000, 1, None)[0]
    assert [(int(v), int((out == v).sum())) for v in (0, 1, 2, 3)] == [(0, 1500), (1, 1000), (2, 500), (3, 1000)]


def test_frames_without_timestamps_follow_the_last_one() -> None:
    assembler = Assembler(RATE, Fraction(1, RATE))
    assembler.add(None, ramp(0, 10))
    assembler.add(100.0, ramp(100, 50))
    assembler.add(None, ramp(150, 50))
    out = assembler.write(100, 100, 1, None)
    assert np.array_equal(out, ramp(100, 100))


def test_what_lies_outside_is_cut_off() -> None:
    assembler = Assembler(RATE, Fraction(1, RATE))
    assembler.add(-100.0, ramp(0, 300))
    assert np.array_equal(assembler.write(0, 50, 1, None), ramp(100, 50))
    assert not assembler.write(500, 50, 1, None).any()

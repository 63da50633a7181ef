"""Two recordings of one event, brought together by their sound."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cutroom.detection.align import Alignment, align
from cutroom.errors import ValidationError
from cutroom.media import probe
from cutroom.schema.media import Media
from cutroom.workers import InlineExecutor

RATE = 48_000


def event(seconds: float, seed: int = 5) -> np.ndarray:
    """Syllables and pauses, as somebody who speaks makes them."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    loud = np.zeros(count)
    at = 0
    while at < count:
        length = int(rng.uniform(0.08, 0.4) * RATE)
        loud[at : at + length] = np.hanning(length)[: len(loud[at : at + length])] * rng.uniform(0.2, 1)
        at += length + int(rng.uniform(0.02, 0.6) * RATE)
    return np.asarray(0.3 * loud * rng.standard_normal(count))


def recorded(path: Path, samples: np.ndarray, rate: int = RATE) -> Media:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return probe(str(path), InlineExecutor())


def far_away(samples: np.ndarray, seed: int = 9) -> np.ndarray:
    """The same in another room: an echo, less treble, softer, with noise of its own."""
    rng = np.random.default_rng(seed)
    room = np.zeros(4800)
    room[0], room[900], room[2700] = 1, 0.4, 0.25
    dull = np.convolve(np.convolve(samples, room)[: len(samples)], np.hanning(9) / np.hanning(9).sum(), "same")
    return np.asarray(0.3 * dull + 0.004 * rng.standard_normal(len(samples)))


def aligned(near: Media, far: Media) -> Alignment:
    (found,) = align([near, far], [near.path, far.path], InlineExecutor())
    return found


@pytest.mark.parametrize("late", [7.25, -4.1, 0.0])
def test_the_offset_is_found_to_a_fraction_of_a_millisecond(tmp_path: Path, late: float) -> None:
    whole = event(50)
    base = int(10 * RATE)
    near = recorded(tmp_path / "near.wav", whole[base : base + 25 * RATE])
    begin = base + int(late * RATE)
    far = recorded(tmp_path / "far.wav", far_away(whole)[begin : begin + 25 * RATE])
    found = aligned(near, far)
    assert abs(float(found.offset) - late) <= 3e-4  # what an echo may pull it
    assert found.confidence > 10


def test_a_short_recording_within_a_long_one(tmp_path: Path) -> None:
    whole = event(120)
    near = recorded(tmp_path / "near.wav", whole)
    far = recorded(tmp_path / "far.wav", far_away(whole)[77 * RATE : 83 * RATE])
    assert float(aligned(near, far).offset) == pytest.approx(77, abs=3e-4)


def test_a_slow_clock_is_told(tmp_path: Path) -> None:
    whole = event(150)
    near = recorded(tmp_path / "near.wav", whole)
    slow = np.interp(np.arange(len(whole)) / (1 + 1e-4), np.arange(len(whole)), whole)  # 100 parts in a million
    far = recorded(tmp_path / "far.wav", slow)
    found = aligned(near, far)
    assert found.drift == pytest.approx(100, abs=15)


def test_strangers_are_told_apart(tmp_path: Path) -> None:
    near, far = recorded(tmp_path / "a.wav", event(30)), recorded(tmp_path / "b.wav", event(30, seed=77))
    with pytest.raises(ValidationError, match="share no sound"):
        aligned(near, far)
    silent = near.replace(audio=None)
    with pytest.raises(ValidationError, match="no sound to align"):
        aligned(near, silent)


def test_several_are_heard_once_each_and_told(tmp_path: Path) -> None:
    whole = event(40)
    media = [recorded(tmp_path / f"{i}.wav", whole[i * RATE : (i + 20) * RATE]) for i in (5, 9, 2)]
    told: list[dict[str, Any]] = []
    found = align(media, [one.path for one in media], InlineExecutor(), on_progress=told.append)
    assert [float(one.offset) for one in found] == [pytest.approx(4, abs=1e-4), pytest.approx(-3, abs=1e-4)]
    assert [one["done"] for one in told] == sorted(one["done"] for one in told)
    assert list(dict.fromkeys(one["stage"] for one in told)) == [f"listening to {i}.wav" for i in (5, 9, 2)]
    assert told[-1]["done"] == told[-1]["total"] == 3

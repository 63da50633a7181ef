"""The tracker: real detections of pedestrians against their truth, and situations made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tracking_metrics import measure, read

from cutroom.detection.assemble import renumber
from cutroom.detection.boxes import Found
from cutroom.detection.bytetrack import ByteTrack


def boxes(*things: tuple[float, float, float, int]) -> Found:
    """Boxes of 20 by 40 pixels: left, top, confidence, class."""
    return Found(
        np.array([(x, y, x + 20, y + 40) for x, y, _, _ in things], np.float32).reshape(-1, 4),
        np.array([c for _, _, c, _ in things], np.float32),
        np.array([k for _, _, _, k in things], np.int64),
    )


def follow(frames: list[Found], rate: float = 25.0, times: list[float] | None = None) -> list[list[int]]:
    tracker = ByteTrack(rate)
    times = times or [i / rate for i in range(len(frames))]
    return [tracker.update(t, f).tolist() for t, f in zip(times, frames, strict=True)]


def test_two_that_pass_each_other_keep_their_numbers() -> None:
    frames = [boxes((4 * i, 0, 0.9, 0), (160 - 4 * i, 20, 0.8, 0)) for i in range(40)]
    assert follow(frames) == [[0, 1]] * 40


def test_a_faint_box_continues_a_track_and_begins_none() -> None:
    frames = [boxes((3 * i, 0, 0.15 if 10 <= i < 15 else 0.9, 0), (300, 0, 0.15, 0)) for i in range(25)]
    assert follow(frames) == [[0, -1]] * 25


def test_a_track_outlasts_a_gap_of_less_than_a_second_at_any_rate() -> None:
    for rate in (5.0, 25.0, 100.0):
        gap = int(0.8 * rate)
        before, after = (range(int(rate)), range(int(rate) + gap, int(2.5 * rate)))
        seen = {*before, *after}
        frames = [boxes((i / rate * 30, 0, 0.9, 0)) if i in seen else boxes() for i in range(int(2.5 * rate))]
        assert {n for numbers in follow(frames, rate) for n in numbers} == {0}, rate
        late = [boxes((0, 0, 0.9, 0))] * 5 + [boxes()] * int(1.2 * rate) + [boxes((0, 0, 0.9, 0))] * 3
        assert follow(late, rate)[-1] == [1], rate


def test_skipped_frames_move_a_track_by_the_time_that_went_by() -> None:
    moving = [boxes((2 * i, 0, 0.9, 0)) for i in range(60)]
    times = [i / 25 for i in range(60)]
    kept = [*range(30), *range(30, 60, 12)]  # after a second, one frame in twelve: steps of 24 pixels, boxes of 20
    assert follow([moving[i] for i in kept], times=[times[i] for i in kept]) == [[0]] * len(kept)


def test_a_track_keeps_its_class() -> None:
    frames = [boxes((0, 0, 0.9, 0))] * 5 + [boxes((0, 0, 0.9, 1))] * 5
    assert follow(frames) == [[0]] * 5 + [[1]] * 5


def test_nothing_at_all() -> None:
    assert follow([boxes(), boxes()]) == [[], []]


def test_numbers_count_from_one_and_leave_out_what_was_seen_once() -> None:
    assert renumber(np.array([7, 3, 7, -1, 9, 3])).tolist() == [1, 2, 1, -1, -1, 2]
    assert renumber(np.array([], np.int64)).tolist() == []


@pytest.mark.shared
@pytest.mark.parametrize(("street", "mota", "idf1"), [("TUD-Campus", 0.56, 0.64), ("TUD-Stadtmitte", 0.69, 0.70)])
def test_pedestrians(shared_data: Path, street: str, mota: float, idf1: float) -> None:
    folder = shared_data / "mot" / street
    truth = {frame: (rows[:, 0].astype(int), rows[:, 1:5]) for frame, rows in read(folder / "gt.txt").items()}
    detected, tracker = read(folder / "det.txt"), ByteTrack(25.0)
    rows, numbers = [], []
    for frame in range(1, max(truth) + 1):
        found = detected.get(frame, np.zeros((0, 6)))
        people = Found(found[:, 1:5].astype(np.float32), found[:, 5].astype(np.float32), np.zeros(len(found), np.int64))
        numbers.append(tracker.update(frame / 25, people))
        rows.append(np.column_stack((np.full(len(found), frame), found[:, 1:5])))
    table, ids = np.concatenate(rows), renumber(np.concatenate(numbers))
    table, ids = table[ids > 0], ids[ids > 0]
    tracks = {frame: (ids[table[:, 0] == frame], table[table[:, 0] == frame, 1:]) for frame in truth}
    result = measure(truth, tracks)
    assert result["mota"] >= mota
    assert result["idf1"] >= idf1


@pytest.mark.shared
def test_the_measure_gives_the_published_figures(shared_data: Path) -> None:
    folder = shared_data / "mot" / "TUD-Campus"
    truth, tracks = (
        {frame: (rows[:, 0].astype(int), rows[:, 1:5]) for frame, rows in read(folder / name).items()}
        for name in ("gt.txt", "test.txt")
    )
    result = measure(truth, tracks)
    assert result["mota"] == pytest.approx(0.526, abs=5e-4)
    assert result["idf1"] == pytest.approx(0.558, abs=5e-4)
    assert result["switches"] == 7

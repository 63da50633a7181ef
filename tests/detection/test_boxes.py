"""Decoding and suppression against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cutroom.detection.boxes
from cutroom.detection.boxes import Found, decode_v8, iou, suppress

BOX = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 12), st.integers(0, 12)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
OBJECTS = st.lists(st.tuples(BOX, st.integers(1, 9), st.integers(0, 2)), max_size=12)


def found(objects: list[tuple[tuple[int, ...], int, int]]) -> Found:
    return Found(
        np.array([o[0] for o in objects], np.float32).reshape(-1, 4),
        np.array([o[1] / 10 for o in objects], np.float32),
        np.array([o[2] for o in objects], np.int64),
    )


def plain_iou(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    shared = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / union if union else 0.0


@given(OBJECTS, OBJECTS)
def test_overlap_equals_its_definition(left: list, right: list) -> None:
    expected = [[plain_iou(a[0], b[0]) for b in right] for a in left]
    measured = iou(found(left).xyxy, found(right).xyxy)
    np.testing.assert_allclose(measured, np.array(expected, np.float32).reshape(len(left), len(right)), rtol=1e-6)


@given(OBJECTS, st.sampled_from([0.0, 0.3, 0.45, 0.7]))
def test_suppression_is_greedy_within_a_class(objects: list, limit: float) -> None:
    kept: list = []
    for item in sorted(objects, key=lambda o: -o[1]):
        if all(k[2] != item[2] or np.float32(plain_iou(k[0], item[0])) <= limit for k in kept):
            kept.append(item)
    result = suppress(found(objects), limit)
    expected = found(kept)
    for ours, theirs in zip(result, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_many_boxes_are_suppressed_like_few(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(2)
    places = random.uniform(0, 300, (900, 2))
    many = Found(
        np.concatenate((places, places + random.uniform(10, 60, (900, 2))), axis=1).astype(np.float32),
        random.integers(1, 50, 900).astype(np.float32) / 50,
        random.integers(0, 3, 900),
    )
    in_blocks = suppress(many, 0.45, most=1000)
    monkeypatch.setattr(cutroom.detection.boxes, "_BLOCK", 10_000)
    at_once = suppress(many, 0.45, most=1000)
    assert 50 < len(at_once.class_id) < 900
    for ours, theirs in zip(in_blocks, at_once, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_at_most_so_many() -> None:
    many = found([((i * 30, 0, i * 30 + 10, 10), 5, 0) for i in range(400)])
    assert len(suppress(many, 0.45).confidence) == 300
    assert suppress(many, 0.45, most=3).xyxy[:, 0].tolist() == [0, 30, 60]


def test_v8_layout() -> None:
    output = np.zeros((6, 3), np.float32)
    output[:, 0] = 50, 40, 20, 10, 0.1, 0.9
    output[:, 1] = 10, 10, 4, 4, 0.25, 0.2
    output[:, 2] = 5, 5, 2, 2, 0.6, 0.5
    decoded = decode_v8(output, 0.25)
    assert decoded.xyxy.tolist() == [[40, 35, 60, 45], [4, 4, 6, 6]]
    assert decoded.class_id.tolist() == [1, 0]
    np.testing.assert_array_equal(decoded.confidence, np.array([0.9, 0.6], np.float32))

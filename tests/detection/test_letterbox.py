"""The letterbox is that of the reference, to the bit, and boxes come back to where they were."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutroom.detection.letterbox import Letterbox

SIZES = st.tuples(st.integers(16, 700), st.integers(16, 700))


def reference(rgb: np.ndarray, target: tuple[int, int]) -> np.ndarray:
    """Resize, grey border, channels first, 0 … 1: written the plain way."""
    height, width = rgb.shape[:2]
    gain = min(target[1] / height, target[0] / width)
    new = round(width * gain), round(height * gain)
    dw, dh = (target[0] - new[0]) / 2, (target[1] - new[1]) / 2
    if (width, height) != new:
        rgb = cv2.resize(rgb, new, interpolation=cv2.INTER_LINEAR)
    top, bottom, left, right = round(dh - 0.1), round(dh + 0.1), round(dw - 0.1), round(dw + 0.1)
    rgb = cv2.copyMakeBorder(rgb, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    return np.ascontiguousarray(rgb.transpose(2, 0, 1)[None]).astype(np.float32) / 255


@given(SIZES, st.sampled_from([(320, 320), (416, 416), (640, 384)]))
def test_tensor_equals_the_reference_bit_for_bit(size: tuple[int, int], target: tuple[int, int]) -> None:
    rgb = np.random.default_rng(size).integers(0, 256, (size[1], size[0], 3), np.uint8)
    np.testing.assert_array_equal(Letterbox.fit(size, target).tensor(rgb), reference(rgb, target))


@given(SIZES)
def test_boxes_come_back(size: tuple[int, int]) -> None:
    box = Letterbox.fit(size, (320, 320))
    corners = np.array([[0, 0, size[0], size[1]], [size[0] / 4, 0, size[0] / 2, size[1] / 3]], np.float32)
    inside = corners * np.float32(box.gain) + np.array([box.left, box.top] * 2, np.float32)
    np.testing.assert_allclose(box.restore(inside), corners, atol=0.05 / min(1, box.gain))


def test_boxes_are_clipped_to_the_picture() -> None:
    box = Letterbox.fit((100, 50), (320, 320))
    outside = np.array([[-50, -50, 400, 400]], np.float32)
    assert box.restore(outside).tolist() == [[0, 0, 100, 50]]


def test_non_square_pixels_are_fitted_as_displayed() -> None:
    stored = np.zeros((90, 60, 3), np.uint8)
    stored[:, 30:] = 255
    box = Letterbox.fit((120, 90), (320, 320))  # pixels twice as wide as high
    tensor = box.tensor(stored)
    assert (box.width, box.height) == (320, 240)
    assert tensor[0, 0, 160, 100] == 0
    assert tensor[0, 0, 160, 250] == 1
    assert tensor[0, 0, 10, 10] == pytest.approx(114 / 255)

"""Frames and sheets are arrays to NumPy and Pillow, and draw themselves."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import cutroom as cr


@pytest.fixture
def frame() -> cr.Frame:
    project = cr.Project.create(fps=25, size=(160, 90), sample_rate=48_000)
    project.timeline.add_title("Hi", at=0, duration=2, colour="#ff0000", size=0.5)
    return project.timeline.frame(1)


def test_a_frame_is_an_array_of_its_pixels(frame: cr.Frame) -> None:
    seen = np.asarray(frame)
    assert (seen.shape, seen.dtype) == ((90, 160, 3), np.uint8)
    assert seen[..., 0].max() > 200 > 60 > seen[..., 1].max()
    assert np.shares_memory(seen, frame.array)
    own = np.array(frame)
    assert not np.shares_memory(own, frame.array)
    assert np.array_equal(own, frame.array)
    assert np.asarray(frame, dtype=float).dtype == float
    assert np.mean(frame) == frame.array.mean()
    assert np.array_equal(np.stack([frame, frame])[1], frame.array)
    with pytest.raises(ValueError, match="copy"):
        np.array(frame, dtype=float, copy=False)


def test_a_sheet_is_one_too(frame: cr.Frame) -> None:
    sheet = cr.Sheet({"one": frame, "two": frame.array})
    assert np.array_equal(np.asarray(sheet), sheet.array)


def test_a_frame_draws_itself(frame: cr.Frame) -> None:
    drawn = np.asarray(Image.open(io.BytesIO(frame._repr_jpeg_())))
    assert np.abs(drawn.astype(int) - frame.array).mean() < 8

"""The strip of blocks that carries the frame number."""

from __future__ import annotations

import io

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutroom.demo.framenumber import CELLS, cells, draw_frame_number, read_frame_number


def picture(width: int, height: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (9, 16, 3), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


@given(number=st.integers(0, 2**24 - 1))
def test_a_number_reads_back(number: int) -> None:
    frame = np.full((90, 320, 3), 128, np.uint8)
    draw_frame_number(frame, number)
    assert read_frame_number(frame) == number


@given(number=st.integers(0, 2**24 - 1), cell=st.integers(2, CELLS - 3))
def test_any_one_wrong_cell_is_noticed(number: int, cell: int) -> None:
    frame = np.full((180, 640, 3), 128, np.uint8)
    draw_frame_number(frame, number)
    frame[-6:, cell * 20 : cell * 20 + 20] = 16 if cells(number)[cell] else 235
    assert read_frame_number(frame) is None


@pytest.mark.parametrize("size", [(640, 360), (960, 540), (1920, 1080), (480, 360), (320, 180)])
@pytest.mark.parametrize("method", [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_it_reads_from_resized_frames(size: tuple[int, int], method: int) -> None:
    for number in (0, 1, 4242, 0xAAAAAA, 0x555555, 2**24 - 1):
        frame = picture(1280, 720)
        draw_frame_number(frame, number)
        assert read_frame_number(cv2.resize(frame, size, interpolation=method)) == number


def test_it_survives_h264_at_crf_30_and_scaling_to_640() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.codec_context.options = {"preset": "veryfast", "crf": "30"}
        for number in range(24):
            frame = np.roll(picture(1280, 720), number * 6, axis=1)
            draw_frame_number(frame, number * 699_051)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        read = [
            read_frame_number(frame.reformat(640, 360, "rgb24").to_ndarray()) for frame in container.decode(video=0)
        ]
    assert read == [number * 699_051 for number in range(24)]


def test_it_reads_through_grading_and_from_grey() -> None:
    frame = picture(640, 360)
    draw_frame_number(frame, 77)
    assert read_frame_number(cv2.convertScaleAbs(frame, alpha=0.5, beta=60)) == 77
    assert read_frame_number(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)) == 77


def test_of_two_dissolved_frames_only_a_dominant_one_reads() -> None:
    one, other = picture(640, 360), picture(640, 360, seed=2)
    draw_frame_number(one, 100)
    draw_frame_number(other, 5000)
    assert read_frame_number(cv2.addWeighted(one, 0.5, other, 0.5, 0)) is None
    assert read_frame_number(cv2.addWeighted(one, 0.9, other, 0.1, 0)) == 100


def test_it_reads_a_film_inside_a_larger_picture() -> None:
    film = picture(640, 360)
    draw_frame_number(film, 31337)
    frame = picture(1280, 720, seed=3)
    frame[100:460, 300:940] = film
    assert read_frame_number(frame) is None
    assert read_frame_number(frame, region=(300, 100, 640, 360)) == 31337


def test_a_picture_without_a_strip_reads_as_none() -> None:
    assert read_frame_number(picture(640, 360)) is None
    assert read_frame_number(np.zeros((360, 640, 3), np.uint8)) is None
    assert read_frame_number(np.zeros((1, 1, 3), np.uint8)) is None


def test_a_number_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="24 bits"):
        cells(2**24)

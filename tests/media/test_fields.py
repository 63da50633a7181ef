"""Interlaced films of a moving bar, whose every moment is known, and a real one beside another program."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest
from av.filter import Graph

from cutroom.media import probe
from cutroom.media.backwards import Backwards
from cutroom.media.stretch import Shown
from cutroom.media.strip import exact_thumbnails, nearby_thumbnails
from cutroom.media.video import VideoReader
from cutroom.schema.media import VideoStream
from cutroom.workers import InlineExecutor

WIDTH, HEIGHT, RATE = 192, 96, 25
STEP = 6
"""Pixels that the bar moves from one field to the next."""


def moment(number: float) -> np.ndarray:
    """A soft bar where it is at a field's time."""
    across = np.arange(WIDTH)
    row = 16 + 200 * np.exp(-(((across - 20 - STEP * number) / 6) ** 2))
    return np.rint(np.tile(row, (HEIGHT, 1))).astype(np.uint8)


def centre(frame: av.VideoFrame) -> float:
    grey = frame.to_ndarray(format="yuv420p")[:HEIGHT].astype(float) - 16
    weight = np.where(grey > 20, grey, 0).sum(axis=0)
    return float((weight * np.arange(WIDTH)).sum() / weight.sum())


def combing(frame: av.VideoFrame) -> float:
    """How much each line differs from the mean of its neighbours."""
    grey = frame.to_ndarray(format="yuv420p")[:HEIGHT].astype(float)
    return float(np.abs(grey[1:-1] - (grey[:-2] + grey[2:]) / 2).mean())


def flagged(mode: str) -> Callable[[av.VideoFrame], av.VideoFrame]:
    graph = Graph()
    source = graph.add(
        "buffer", video_size=f"{WIDTH}x{HEIGHT}", pix_fmt="yuv420p", time_base="1/25", pixel_aspect="1/1"
    )
    graph.link_nodes(source, graph.add("setfield", mode=mode), graph.add("buffersink")).configure()

    def flag(frame: av.VideoFrame) -> av.VideoFrame:
        graph.vpush(frame)
        found = graph.vpull()
        assert isinstance(found, av.VideoFrame)
        return found

    return flag


def write(path: Path, kinds: Sequence[str]) -> Path:
    """A lossless film of 25 frames a second, each "tff", "bff" or "prog"."""
    flags = {kind: flagged(kind) for kind in set(kinds)}
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=RATE, options={"level": "3", "slicecrc": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number, kind in enumerate(kinds):
            rows = moment(2 * number)
            if kind != "prog":
                late = moment(2 * number + 1)
                later = 1 if kind == "tff" else 0
                rows[later::2] = late[later::2]
            planes = np.vstack([rows, np.full((HEIGHT // 2, WIDTH), 128, np.uint8)])
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(stream.encode(flags[kind](frame)))
        out.mux(stream.encode())
    return path


def stream_of(path: Path) -> VideoStream:
    found = probe(path, InlineExecutor()).video
    assert found is not None
    return found


def open_reader(path: Path) -> VideoReader:
    return VideoReader(open(path, "rb"), stream_of(path))


@pytest.mark.parametrize("kind", ["tff", "bff"])
def test_each_time_shows_the_field_of_that_time(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / "film.mkv", [kind] * 12)
    assert stream_of(path).interlaced
    with open_reader(path) as reader:
        for number in range(24):
            frame = reader.frame_at(Fraction(number, 50))
            assert not frame.interlaced_frame
            assert abs(centre(frame) - (20 + STEP * number)) < 1
    with av.open(str(path)) as container:
        raw = list(container.decode(video=0))
    with open_reader(path) as reader:
        combs = [combing(reader.frame_at(Fraction(number, 25))) for number in range(12)]
    assert min(combing(frame) for frame in raw) > 5
    assert max(combs) < 0.5


def test_what_was_read_before_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mkv", ["tff"] * 12)
    times = [Fraction(number, 50) for number in range(24)]
    with open_reader(path) as reader:
        in_order = [reader.frame_at(time).to_ndarray() for time in times]
    rng = random.Random(3)
    with open_reader(path) as reader:
        for number in rng.sample(range(24), 24):
            assert np.array_equal(reader.frame_at(times[number]).to_ndarray(), in_order[number])
    with open_reader(path) as reader:
        back = Backwards(reader, stream_of(path))
        for number in reversed(range(24)):
            found = back.look_at(times[number])
            assert isinstance(found, Shown)
            assert np.array_equal(found.frame.to_ndarray(), in_order[number])
    for number in (0, 1, 11, 22, 23):
        with open_reader(path) as reader:
            assert np.array_equal(reader.frame_at(times[number]).to_ndarray(), in_order[number])


def test_a_held_picture_is_the_same_object(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mkv", ["tff"] * 4)
    with open_reader(path) as reader:
        assert reader.frame_at(Fraction(2, 50)) is reader.frame_at(Fraction(2, 50) + Fraction(1, 1000))


def test_progressive_frames_in_between_are_left_alone(tmp_path: Path) -> None:
    kinds = ["prog", "prog", "tff", "tff", "prog", "tff", "tff", "prog"]
    path = write(tmp_path / "film.mkv", kinds)
    with av.open(str(path)) as container:
        raw = [frame.to_ndarray() for frame in container.decode(video=0)]
    with open_reader(path) as reader:
        for number, kind in enumerate(kinds):
            frame = reader.frame_at(Fraction(number, 25))
            assert np.array_equal(frame.to_ndarray(), raw[number]) == (kind == "prog")
            assert abs(centre(frame) - (20 + STEP * 2 * number)) < (1 if kind == "prog" else 2)


def test_frames_give_each_once_or_both_its_fields(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mkv", ["tff", "tff", "prog", "tff"])
    with open_reader(path) as reader:
        once = [shown.start * 50 for shown in reader.frames()]
        both = [shown.start * 50 for shown in reader.frames(fields=True)]
    assert once == [0, 2, 4, 6]
    assert both == [0, 1, 2, 3, 4, 6, 7]


@pytest.mark.parametrize("exact", [True, False])
def test_thumbnails_have_no_combs(tmp_path: Path, exact: bool) -> None:
    path = write(tmp_path / "film.mkv", ["tff"] * 6)
    times, size = [Fraction(3, 25)], (WIDTH, HEIGHT)
    with open(path, "rb") as file:
        data = (exact_thumbnails if exact else nearby_thumbnails)(file, times, size)[0]
    (tmp_path / "small.jpg").write_bytes(data)
    with av.open(str(tmp_path / "small.jpg")) as container:
        picture = next(container.decode(video=0))
    assert combing(picture) < 1.5


def test_a_film_of_one_frame_has_no_combs(tmp_path: Path) -> None:
    with open_reader(write(tmp_path / "film.mkv", ["tff"])) as reader:
        assert combing(reader.frame_at(Fraction(0))) < 0.5


@pytest.mark.shared
def test_a_real_film_is_what_another_program_makes_of_it(shared_data: Path) -> None:
    path = shared_data / "video" / "derived_walking_interlaced_tff.mp4"
    if not path.is_file():
        pytest.skip(f"{path.name} is absent")
    stream = stream_of(path)
    assert (stream.interlaced, stream.field_order) == (True, "top")
    chain = "bwdif=mode=send_field:parity=auto:deint=all"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(path),
        "-vf",
        chain,
        "-fps_mode",
        "passthrough",
    ]
    made = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"], capture_output=True, check=True)
    size = stream.width * stream.height * 3 // 2
    pictures = np.frombuffer(made.stdout, np.uint8).reshape(-1, size)
    assert len(pictures) == 2 * stream.frames
    with VideoReader(open(path, "rb"), stream) as reader:
        for number in (*range(12), 77, 40, 99, 148, 149):
            frame = reader.frame_at(Fraction(number, 50))
            assert np.array_equal(frame.to_ndarray().reshape(-1), pictures[number])

from __future__ import annotations

import io
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutroom.errors import DamagedMediaError, MediaError
from cutroom.media.probing import Probed
from cutroom.media.video import VideoReader
from cutroom.schema.media import VideoStream

Make = Callable[..., Path]
Look = Callable[[Path], Probed]
Number = Callable[[av.VideoFrame], int]

B_FRAMES = {"bf": "2", "g": "12"}
KINDS = {
    "h264.mp4": {"options": B_FRAMES},
    "fragments.mp4": {"options": B_FRAMES, "muxer": {"movflags": "frag_keyframe+empty_moov"}},
    "ntsc.mov": {"options": B_FRAMES, "rate": Fraction(30000, 1001)},
    "open.mkv": {"options": {**B_FRAMES, "x264-params": "open-gop=1"}},
    "live.mkv": {"options": B_FRAMES, "muxer": {"live": "1"}},
    "thirty.mkv": {"options": B_FRAMES, "rate": Fraction(30)},
    "open.ts": {"options": {**B_FRAMES, "x264-params": "open-gop=1"}},
    "mpeg2.ts": {"codec": "mpeg2video", "options": {**B_FRAMES, "b": "2000k"}},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "keyint=12:open-gop=1:bframes=3:log-level=none"}},
    "refresh.mkv": {"options": {"g": "12", "x264-params": "intra-refresh=1"}},
    "h264.avi": {"options": B_FRAMES},
    "mpeg4.avi": {"codec": "mpeg4", "options": {**B_FRAMES, "b": "2000k"}},
    "odd.webm": {"codec": "libvpx-vp9", "size": (161, 97), "options": {"g": "20", "deadline": "realtime"}},
    "all-intra.mov": {"codec": "mjpeg", "pixels": "yuvj420p"},
}  # fmt: skip


def open_reader(path: Path, stream: VideoStream, threads: int = 1) -> VideoReader:
    return VideoReader(open(path, "rb"), stream, threads=threads)


def stream_of(path: Path, look: Look) -> VideoStream:
    video = look(path).video
    assert video is not None
    return video


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, film: Make) -> Path:
    return film(request.param, **KINDS[request.param])


def test_reading_in_order_gives_every_frame_once(kind: Path, probed: Look, read_number: Number) -> None:
    video = stream_of(kind, probed)
    assert video.frames == 60
    assert not video.variable_rate
    with open_reader(kind, video) as reader:
        numbers = [read_number(reader.frame_at(video.start + n / video.rate)) for n in range(60)]
    assert numbers == list(range(60))


@pytest.mark.parametrize("threads", [1, 2])
def test_any_order_gives_the_same_frames(kind: Path, probed: Look, read_number: Number, threads: int) -> None:
    video = stream_of(kind, probed)
    rng = random.Random(threads)
    with open_reader(kind, video, threads) as reader:
        for _ in range(60):
            n = rng.randrange(60)
            late = Fraction(rng.randrange(100), 101) / video.rate
            assert read_number(reader.frame_at(video.start + n / video.rate + late)) == n


def test_a_fresh_reader_gives_the_same_frame_as_a_used_one(kind: Path, probed: Look, read_number: Number) -> None:
    video = stream_of(kind, probed)
    for n in (0, 1, 13, 29, 58, 59):
        with open_reader(kind, video) as reader:
            assert read_number(reader.frame_at(video.start + n / video.rate)) == n


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-5, 70), min_size=1, max_size=12))
def test_frames_do_not_depend_on_history(film: Make, probed: Look, read_number: Number, order: list[int]) -> None:
    path = film("open.mkv", **KINDS["open.mkv"])
    video = stream_of(path, probed)
    with open_reader(path, video) as reader:
        for n in order:
            assert read_number(reader.frame_at(n / video.rate)) == min(max(n, 0), 59)


def test_the_first_frame_is_held_before_and_the_last_one_after(film: Make, probed: Look, read_number: Number) -> None:
    path = film("h264.mp4", **KINDS["h264.mp4"])
    with open_reader(path, stream_of(path, probed)) as reader:
        assert read_number(reader.frame_at(Fraction(1000))) == 59
        assert read_number(reader.frame_at(Fraction(0))) == 0
        assert read_number(reader.frame_at(Fraction(60, 25))) == 59


def test_varying_rates_are_read_by_their_timestamps(film: Make, probed: Look, read_number: Number) -> None:
    pts = [0, 100, 133, 166, 500, 517, 900, 1000, 2000, 2001, 2050, 3000]
    path = film("vfr.mkv", pts=pts, tick=Fraction(1, 1000), frames=len(pts), options={"g": "5", "bf": "1"})
    video = stream_of(path, probed)
    assert video.variable_rate
    assert video.frames == len(pts)
    rng = random.Random(4)
    with open_reader(path, video) as reader:
        for _ in range(80):
            ms = rng.randrange(3100)
            expected = max(i for i, start in enumerate(pts) if start <= ms)
            assert read_number(reader.frame_at(Fraction(ms, 1000))) == expected


def test_frames_that_a_film_leaves_out_are_held(film: Make, probed: Look, read_number: Number) -> None:
    pts = [n for n in range(40) if n not in {7, 8, 21}]
    path = film("holes.mp4", pts=pts, frames=len(pts), options=B_FRAMES)
    video = stream_of(path, probed)
    assert not video.variable_rate
    with open_reader(path, video) as reader:
        for n in (8, 6, 7, 9, 21, 20, 22):
            assert read_number(reader.frame_at(n / video.rate)) == max(i for i, at in enumerate(pts) if at <= n)


def test_animated_gifs_open_as_films(film: Make, probed: Look, read_number: Number) -> None:
    path = film("small.gif", codec="gif", pixels="rgb8", frames=20, rate=Fraction(20))
    video = stream_of(path, probed)
    with open_reader(path, video) as reader:
        assert [read_number(reader.frame_at(Fraction(n, 20))) for n in (0, 19, 4, 5)] == [0, 19, 4, 5]


def test_damage_is_an_error_where_it_is_and_nowhere_else(
    film: Make, probed: Look, read_number: Number, tmp_path: Path
) -> None:
    path = film("closed.mp4", options={"bf": "0", "g": "10", "keyint_min": "10", "sc_threshold": "0"})
    video = stream_of(path, probed)
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        for packet in packets[25:27]:
            data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    with open_reader(broken, video) as reader:
        assert read_number(reader.frame_at(24 / video.rate)) == 24
        with pytest.raises(DamagedMediaError, match=r"broken\.mp4 is damaged at 1\.00 s") as caught:
            reader.frame_at(28 / video.rate)
        assert caught.value.hint
        assert read_number(reader.frame_at(30 / video.rate)) == 30
        assert read_number(reader.frame_at(5 / video.rate)) == 5
        with pytest.raises(DamagedMediaError):
            reader.frame_at(29 / video.rate)


def test_a_stream_that_is_not_there_is_named(film: Make, probed: Look) -> None:
    path = film("h264.mp4", **KINDS["h264.mp4"])
    with pytest.raises(MediaError, match="stream 7"):
        open_reader(path, stream_of(path, probed).replace(index=7))


def test_the_reader_closes_the_file(film: Make, probed: Look) -> None:
    path = film("h264.mp4", **KINDS["h264.mp4"])
    file = io.BytesIO(path.read_bytes())
    with VideoReader(file, stream_of(path, probed)) as reader:
        reader.frame_at(Fraction(1))
    assert file.closed

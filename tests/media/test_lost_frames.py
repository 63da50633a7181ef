"""What is lost where packets are damaged, and that it is the same however a film is read."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from cutroom.media.backwards import Backwards
from cutroom.media.probing import Probed, probe_file
from cutroom.media.stretch import Lost, Shown
from cutroom.media.video import VideoReader
from cutroom.schema.media import VideoStream

Make = Callable[..., Path]
Look = Callable[[Path], Probed]
FRAMES, GOP = 90, 15
SIZE = (320, 192)
KINDS = {
    "lost-h264.mp4": {"options": {"g": "15", "bf": "2", "sc_threshold": "0"}},
    "lost-plain.mp4": {"options": {"g": "15", "bf": "0", "sc_threshold": "0"}},
    "lost-open.mkv": {"options": {"g": "15", "bf": "2", "sc_threshold": "0", "x264-params": "open-gop=1"}},
    "lost-mpeg4.mp4": {"codec": "mpeg4", "options": {"g": "15", "bf": "2", "b": "900k"}},
    "lost-mpeg4.avi": {"codec": "mpeg4", "options": {"g": "15", "bf": "2", "b": "900k"}},
    "lost-vp9.mp4": {"codec": "libvpx-vp9", "options": {"g": "15", "deadline": "realtime", "cpu-used": "8"}},
    "lost-hevc.mp4": {"codec": "libx265", "options": {"x265-params": "keyint=15:open-gop=1:bframes=3:log-level=none"}},
    "lost-mpeg2.ts": {"codec": "mpeg2video", "options": {"g": "15", "bf": "2", "b": "1500k"}},
}  # fmt: skip
TOLD = {"lost-h264.mp4", "lost-plain.mp4", "lost-open.mkv", "lost-mpeg4.mp4", "lost-mpeg4.avi"}
"""Whose decoders find nearly all damage; the others' formats hold little to tell it by."""


@pytest.fixture(params=KINDS)
def path(request: pytest.FixtureRequest, film: Make) -> Path:
    return film(request.param, frames=FRAMES, size=SIZE, **KINDS[request.param])


def hurt(path: Path, rng: random.Random) -> bytes:
    """Bits are flipped in one or two packets of the picture, or one is overwritten."""
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size > 16]
    for pos, size in rng.sample(packets, rng.choice([1, 1, 2])):
        if rng.random() < 0.3:
            data[pos + 4 : pos + size] = rng.randbytes(size - 4)
        for _ in range(rng.choice([1, 3, 20])):
            data[pos + 8 + rng.randrange(size - 8)] ^= 1 << rng.randrange(8)
    return bytes(data)


BY_CHANCE = {"lost-hevc.mp4"}
"""Whose decoder leaves what it cannot decode as it was in memory, and says nothing."""


def seen(found: Shown | Lost) -> str:
    if isinstance(found, Lost):
        return "lost"
    return hashlib.sha256(found.frame.to_ndarray().tobytes()).hexdigest()[:12]  # no padding of its lines


def in_order(data: bytes, video: VideoStream, threads: int = 1) -> list[str]:
    with VideoReader(io.BytesIO(data), video, threads=threads) as reader:
        return [seen(reader.look_at(n / video.rate)) for n in range(FRAMES)]


def test_what_is_shown_depends_on_no_order(path: Path, probed: Look) -> None:
    video = probed(path).video
    assert video is not None
    rng = random.Random(path.name)
    told = 0

    def alike(one: str, other: str) -> bool:
        return one == other or (path.name in BY_CHANCE and "lost" not in {one, other})

    for _ in range(6):
        data = hurt(path, rng)
        expected = in_order(data, video)
        told += "lost" in expected
        times = [n / video.rate for n in range(FRAMES)]
        with VideoReader(io.BytesIO(data), video) as reader:
            for number in rng.sample(range(FRAMES), 40):
                assert alike(seen(reader.look_at(times[number])), expected[number]), number
        for number in rng.sample(range(FRAMES), 10):
            with VideoReader(io.BytesIO(data), video) as reader:
                assert alike(seen(reader.look_at(times[number])), expected[number]), number
        with VideoReader(io.BytesIO(data), video) as reader:
            backwards = Backwards(reader, video)
            found = [seen(backwards.look_at(time)) for time in reversed(times)]
            assert all(map(alike, found, expected[::-1]))
        assert [one == "lost" for one in in_order(data, video, threads=3)] == [one == "lost" for one in expected]
    assert told >= 4 or path.name not in TOLD


def test_other_gops_are_as_they_were(film: Make, probed: Look) -> None:
    path = film("lost-h264.mp4", frames=FRAMES, size=SIZE, **KINDS["lost-h264.mp4"])
    video = probed(path).video
    assert video is not None
    whole = in_order(path.read_bytes(), video)
    rng = random.Random(5)
    for _ in range(30):
        found = in_order(hurt(path, rng), video)
        touched = {n // GOP for n in range(FRAMES) if found[n] != whole[n]}
        assert len(touched) <= 2  # as many packets as were hurt
        for n in range(1, FRAMES):  # what is lost stays lost up to a keyframe
            assert found[n - 1] != "lost" or found[n] == "lost" or n % GOP == 0


def test_it_says_from_when_to_when(film: Make, probed: Look) -> None:
    path = film("lost-plain.mp4", frames=FRAMES, size=SIZE, **KINDS["lost-plain.mp4"])
    video = probed(path).video
    assert video is not None
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    for packet in packets[20:22]:
        data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    lost = Lost(Fraction(20, 25), Fraction(30, 25))
    for first in (0, 20, 25, 29):
        with VideoReader(io.BytesIO(bytes(data)), video) as reader:
            reader.look_at(first / video.rate)
            assert [reader.look_at(n / video.rate) for n in range(20, 30)] == [lost] * 10
            assert isinstance(reader.look_at(30 / video.rate), Shown)
    with VideoReader(io.BytesIO(bytes(data)), video) as reader:
        assert [found.start * 25 for found in reader.everything()] == [*range(21), *range(30, FRAMES)]


def test_whole_films_lose_nothing(path: Path, probed: Look) -> None:
    video = probed(path).video
    assert video is not None
    data = path.read_bytes()
    assert "lost" not in in_order(data, video)
    for number in range(0, FRAMES, 7):
        with VideoReader(io.BytesIO(data), video) as reader:
            assert isinstance(reader.look_at(number / video.rate), Shown)


def test_no_more_is_kept_of_a_long_film_of_keyframes(tmp_path: Path) -> None:
    noise = [
        av.VideoFrame.from_ndarray(np.random.default_rng(n).integers(0, 256, (480, 640, 3), dtype=np.uint8))
        for n in range(3)
    ]
    path = tmp_path / "noise.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=25, options={"compression_level": "1"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "rgb24"
        packets = [packet for frame in noise for packet in [*stream.encode(frame)]]
        for number in range(150):
            packet = av.Packet(bytes(packets[number % len(packets)]))
            packet.stream, packet.pts, packet.dts, packet.is_keyframe = stream, number, number, True
            packet.time_base = Fraction(1, 25)
            container.mux(packet)
    with open(path, "rb") as file:
        video = probe_file(file).video
    assert video is not None
    assert path.stat().st_size > 130 * 640 * 480 * 3
    with VideoReader(open(path, "rb"), video) as reader:
        resident = []
        for shown in reader.everything():
            assert isinstance(shown, Shown)
            resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
    assert len(resident) == 150
    assert max(resident[20:]) - resident[20] < 30 * 2**20


@pytest.mark.parametrize("late", [20, Fraction(3, 2)])
@pytest.mark.parametrize("number", [18, 29])  # in the middle, and the last before a keyframe
def test_a_damaged_packet_with_a_wrong_timestamp_loses_no_more(
    film: Make, probed: Look, tmp_path: Path, number: int, late: Fraction
) -> None:
    whole = film("lost-h264.ts", frames=FRAMES, size=SIZE, **KINDS["lost-h264.mp4"])
    path = tmp_path / "hurt.ts"
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        picture = source.streams.video[0]
        copy = target.add_stream_from_template(picture)
        for index, packet in enumerate(source.demux(picture)):
            if packet.size:
                one = packet
                if index == number:
                    one = av.Packet(bytes(packet)[:24] + b"\xff" * (packet.size - 24))
                    one.pts, one.dts, one.time_base = (
                        packet.pts + int(late / packet.time_base),
                        packet.dts,
                        picture.time_base,
                    )
                one.stream = copy
                target.mux(one)
    video = probed(whole).video
    assert video is not None
    with VideoReader(open(path, "rb"), video) as reader:
        found = list(reader.everything())
    starts = [one.start * 25 for one in found]
    (lost,) = [one for one in found if isinstance(one, Lost)]
    assert lost.end == Fraction(30, 25)
    assert Fraction(15, 25) < lost.start < lost.end
    assert starts == [*range(int(lost.start * 25) + 1), *range(30, FRAMES)]
    expected = in_order(path.read_bytes(), video)
    for n in range(0, FRAMES, 3):
        with VideoReader(open(path, "rb"), video) as reader:
            assert seen(reader.look_at(n / video.rate)) == expected[n], n


@pytest.mark.parametrize("name", ["lost-h264.mp4", "lost-hevc.mp4"])
def test_a_frame_is_lost_with_all_that_is_decoded_after_it(film: Make, probed: Look, name: str) -> None:
    path = film(name, frames=FRAMES, size=SIZE, **KINDS[name])
    video = probed(path).video
    assert video is not None
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    second, third = [n for n, packet in enumerate(packets) if packet.is_keyframe][1:3]
    behind = [n for n in range(second + 1, third) if packets[n].pts > packets[second].pts]
    for number in behind:
        data, at = bytearray(path.read_bytes()), packets[number].pos
        data[at + 4 : at + 7] = b"\xff" * 3  # refused, marked, or dropped without a word
        with VideoReader(io.BytesIO(bytes(data)), video) as reader:
            found = [one for one in reader.everything() if isinstance(one, Lost)]
        shown = [p.pts * p.time_base for p in packets[number : third + 1]]
        assert found == [Lost(min(shown), shown[-1])], number
    assert len(behind) > GOP // 2


@pytest.mark.parametrize("name", ["lost-open.mkv", "lost-hevc.mp4"])
def test_what_a_keyframe_does_not_need_harms_nothing_behind_it(film: Make, probed: Look, name: str) -> None:
    path = film(name, frames=FRAMES, size=SIZE, **KINDS[name])
    video = probed(path).video
    assert video is not None
    whole = in_order(path.read_bytes(), video)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    pairs = enumerate(pairwise(packets))
    key = next(n for n, (one, following) in pairs if n and one.is_keyframe and following.pts < one.pts)
    leading = packets[key + 1]
    data = bytearray(path.read_bytes())
    data[leading.pos + 4 : leading.pos + leading.size] = b"\xff" * (leading.size - 4)
    first = round(packets[key].pts * packets[key].time_base * 25)
    with VideoReader(io.BytesIO(bytes(data)), video) as reader:
        assert [seen(reader.look_at(n / video.rate)) for n in range(first, FRAMES)] == whole[first:]
    assert in_order(bytes(data), video)[first:] == whole[first:]

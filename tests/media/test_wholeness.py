from __future__ import annotations

import io
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from cutroom.errors import DamagedMediaError
from cutroom.media.probing import Probed, probe_file
from cutroom.media.wholeness import missing_bytes

Make = Callable[..., Path]
Tone = Callable[..., np.ndarray]

VP9: dict[str, Any] = {"codec": "libvpx-vp9", "options": {"b": "200k", "deadline": "realtime"}}
XVID: dict[str, Any] = {"codec": "mpeg4"}
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}
STATED: dict[str, dict[str, Any]] = {
    "front.mp4": {"muxer": {"movflags": "faststart"}},
    "front.mov": {"muxer": {"movflags": "faststart"}},
    "fragments.mp4": {"muxer": FRAGMENTS, "options": {"g": "10"}},
    "film.mkv": {},
    "film.webm": {**VP9, "sound_codec": "libopus"},
    "film.avi": {**XVID, "sound_codec": "mp3"},
    "frames.avi": {"options": {"bf": "2"}, "sound_codec": "pcm_s16le"},
}
"""Films that say how long they are, and can be read from their beginning."""
OTHERS: dict[str, dict[str, Any]] = {
    "back.mp4": {},
    "back.mov": {"options": {"bf": "2"}},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
    "film.ts": {},
    "film.m2ts": {},
    "piped.mkv": {"muxer": {"live": "1"}},
    "sound.wav": {"codec": "", "sound_codec": "pcm_s16le"},
    "sound.flac": {"codec": "", "sound_codec": "flac"},
    "sound.ogg": {"codec": "", "sound_codec": "libopus"},
    "sound.mp3": {"codec": "", "sound_codec": "mp3"},
    "sound.m4a": {"codec": ""},
}


def probe(data: bytes) -> Probed:
    return probe_file(io.BytesIO(data))


def short(found: Probed) -> list[str]:
    return [warning for warning in found.warnings if "cut short" in warning]


@pytest.mark.parametrize("name", [*STATED, *OTHERS])
@pytest.mark.parametrize("seconds", [3.0, 4.0, 5.0])
def test_a_whole_film_is_no_film_cut_short(film: Make, make_tone: Tone, name: str, seconds: float) -> None:
    settings = {**STATED, **OTHERS}[name]
    data = film(f"whole-{seconds}-{name}", frames=100, sound=make_tone(seconds), **settings).read_bytes()
    assert missing_bytes(io.BytesIO(data)) == 0
    assert probe(data).warnings == ()
    assert probe(data + bytes(1000)).warnings == ()  # what a download puts after the end is no loss


@pytest.mark.parametrize("name", STATED)
@pytest.mark.parametrize("sounds", [False, True])
def test_a_film_cut_short_says_where_it_ends(film: Make, make_tone: Tone, name: str, sounds: bool) -> None:
    sound = make_tone(4.0) if sounds else None
    data = film(f"stated-{sounds}-{name}", frames=100, sound=sound, **STATED[name]).read_bytes()
    data = data[: len(data) * 6 // 10]
    found = probe(data)
    assert found.video is not None
    assert found.video.frames < 95
    (warning,) = short(found)
    if name != "fragments.mp4":  # it does not know its duration
        part, end, whole = re.findall(r"the (picture|sound) ends at (\S+) s of (\S+) s$", warning)[0]
        stream = found.video if part == "picture" else found.audio
        assert stream is not None
        assert float(end) == pytest.approx(float(stream.start + stream.duration), abs=0.006)
        assert float(whole) == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize("name", [name for name in STATED if name != "fragments.mp4"])
def test_a_few_bytes_less_are_noticed_too(film: Make, name: str) -> None:
    settings = {key: value for key, value in STATED[name].items() if key != "sound_codec"}
    data = film(f"few-{name}", frames=50, **settings).read_bytes()
    (warning,) = short(probe(data[:-30]))
    assert re.search(r"ends at 1\.\d\d s of 2\.0|\d+ bytes are missing", warning)


def test_a_film_without_its_index_stays_an_error(film: Make) -> None:
    data = film("without-index.mp4", frames=50).read_bytes()
    with pytest.raises(DamagedMediaError, match="damaged"):
        probe(data[: len(data) * 6 // 10])


def test_a_transport_stream_cut_short_cannot_be_told(film: Make) -> None:
    data = film("transport.ts", frames=100).read_bytes()
    found = probe(data[: len(data) * 6 // 10])
    assert found.duration < Fraction(4)
    assert short(found) == []


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_overwritten_packets_are_counted_without_decoding(film: Make, codec: str) -> None:
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = film(f"overwritten-{codec}.mp4", codec=codec, frames=50, options=options)
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    assert len(places) == 50
    for at, size in (places[20], places[30]):
        assert at is not None
        data[at : at + size] = b"\xff" * size
    found = probe(bytes(data))
    assert found.warnings == ("damaged packets: 2",)
    assert found.video is not None
    assert found.video.frames == 50


def test_none_of_the_real_clips_is_cut_short(shared_data: Path) -> None:
    clips = [path for path in sorted((shared_data / "video").iterdir()) if path.suffix != ".json"]
    assert len(clips) > 20
    found = {path.name: probe(path.read_bytes()).warnings for path in clips}
    assert {name: said for name, said in found.items() if said} == {"decord_corrupted.mp4": ("damaged packets: 1",)}

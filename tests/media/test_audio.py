from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cutroom.media.audio import CHUNK_SECONDS, AudioReader
from cutroom.media.probing import Probed
from cutroom.schema.media import AudioStream

Make = Callable[..., Path]
Look = Callable[[Path], Probed]
Tone = Callable[..., NDArray[np.float32]]

SOUNDS = {
    "click.wav": {"sound_codec": "pcm_s16le"},
    "click24.wav": {"sound_codec": "pcm_s24le"},
    "click8.wav": {"sound_codec": "pcm_u8"},
    "click.flac": {"sound_codec": "flac"},
    "click.m4a": {"sound_codec": "aac"},
    "click44.m4a": {"sound_codec": "aac", "sample_rate": 44_100},
    "click22.m4a": {"sound_codec": "aac", "sample_rate": 22_050},
    "click.mkv": {"sound_codec": "aac", "sample_rate": 44_100},
    "click.webm": {"sound_codec": "libopus"},
    "click.ogg": {"sound_codec": "libopus"},
    "vorbis.mkv": {"sound_codec": "vorbis", "sample_rate": 44_100, "channels": 2, "sound_options": {"strict": "-2"}},
    "click.mp3": {"sound_codec": "libmp3lame", "sample_rate": 44_100},
    "pcm.mkv": {"sound_codec": "pcm_s16le", "sample_rate": 44_100},
}  # fmt: skip
SECONDS = 18
CLICKS = (1.25, 7.999, 8.003, 15.5)
"""Seconds; two of them around the border of two chunks."""


def clicks(rate: int, channels: int = 1) -> NDArray[np.float32]:
    """Short smooth clicks: each peaks at one sample, and codecs keep it there."""
    sound = np.zeros((channels, SECONDS * rate), np.float32)
    shape = np.hanning(33).astype(np.float32) * 0.8
    for second in CLICKS:
        at = round(second * rate)
        sound[:, at - 16 : at + 17] += shape
    return sound


def open_reader(path: Path, stream: AudioStream) -> AudioReader:
    return AudioReader(open(path, "rb"), stream)


def stream_of(path: Path, look: Look) -> AudioStream:
    audio = look(path).audio
    assert audio is not None
    return audio


@pytest.fixture(params=SOUNDS)
def sound(request: pytest.FixtureRequest, film: Make) -> Path:
    settings = dict(SOUNDS[request.param])
    wave = clicks(int(settings.get("sample_rate", 48_000)), settings.pop("channels", 1))
    return film(request.param, codec="", sound=wave, **settings)


def test_clicks_are_found_where_they_were_put(sound: Path, probed: Look) -> None:
    stream = stream_of(sound, probed)
    with open_reader(sound, stream) as reader:
        for rate in (48_000, 44_100):
            for second in CLICKS:
                at = round(second * rate)
                around = reader.read(at - 60, 121, rate, 1)
                assert abs(int(np.argmax(around[0])) - 60) <= 1, (rate, second)
                assert 0.6 < float(around.max()) < 0.95


def test_the_duration_is_that_of_the_sound(sound: Path, probed: Look) -> None:
    stream = stream_of(sound, probed)
    assert abs(stream.start + stream.duration - SECONDS) < Fraction(1, 20)


def test_blocks_put_together_are_one_whole_read(sound: Path, probed: Look) -> None:
    stream = stream_of(sound, probed)
    with open_reader(sound, stream) as reader:
        whole = reader.read(-1000, 500_000, 48_000, 2)
    with open_reader(sound, stream) as reader:
        blocks = [reader.read(-1000 + at, 12_345, 48_000, 2) for at in range(0, 500_000, 12_345)]
    assert np.array_equal(np.concatenate(blocks, axis=1)[:, :500_000], whole)


def test_samples_do_not_depend_on_what_was_read_before(sound: Path, probed: Look) -> None:
    stream = stream_of(sound, probed)
    rng = random.Random(7)
    spots = [rng.randrange(0, 17 * 48_000) for _ in range(10)]
    with open_reader(sound, stream) as used:
        for spot in spots:
            with open_reader(sound, stream) as fresh:
                assert np.array_equal(fresh.read(spot, 3_000, 48_000, 1), used.read(spot, 3_000, 48_000, 1))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(-50_000, 900_000), st.integers(0, 30_000)), min_size=1, max_size=5))
def test_any_stretch_is_part_of_the_whole(film: Make, probed: Look, stretches: list[tuple[int, int]]) -> None:
    path = film("click44.m4a", codec="", sound=clicks(44_100), **SOUNDS["click44.m4a"])
    stream = stream_of(path, probed)
    with open_reader(path, stream) as reader:
        whole = reader.read(-50_000, 1_000_000, 48_000, 2)
        for first, count in stretches:
            assert np.array_equal(reader.read(first, count, 48_000, 2), whole[:, 50_000 + first :][:, :count])


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_u8"])
def test_sound_without_loss_comes_back_exactly(film: Make, probed: Look, codec: str) -> None:
    steps = {"pcm_s16le": 32_768, "pcm_s24le": 2**23, "pcm_f32le": 2**20, "pcm_u8": 128}[codec]
    noise = np.random.default_rng(1).uniform(-0.9, 0.9, (2, 48_000 * 9))
    exact = (np.round(noise * steps) / steps).astype(np.float32)
    path = film(f"{codec}.wav", codec="", sound=exact, sound_codec=codec)
    with open_reader(path, stream_of(path, probed)) as reader:
        assert np.array_equal(reader.read(0, exact.shape[1], 48_000, 2), exact)
        assert np.array_equal(reader.read(8 * 48_000 - 5, 1000, 48_000, 2), exact[:, 8 * 48_000 - 5 :][:, :1000])


def test_outside_the_stream_there_is_silence(film: Make, probed: Look, make_tone: Tone) -> None:
    path = film("short.wav", codec="", sound=make_tone(1.0), sound_codec="pcm_s16le")
    with open_reader(path, stream_of(path, probed)) as reader:
        samples = reader.read(-4800, 4800 * 20, 48_000, 2)
        assert not samples[:, :4800].any()
        assert samples[:, 4900:52_000].any()
        assert not samples[:, 52_801:].any()
        assert reader.read(10**9, 100, 48_000, 2).shape == (2, 100)
        assert reader.read(5, 0, 48_000, 2).shape == (2, 0)


def test_a_gap_in_the_timestamps_is_silence(probed: Look, tmp_path: Path, make_tone: Tone) -> None:
    path = tmp_path / "gap.mkv"
    wave = (make_tone(1.0) * 32_767).astype(np.int16)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for first in (0, 12 * 48_000):
            for at in range(0, 48_000, 960):
                frame = av.AudioFrame.from_ndarray(wave[:, at : at + 960], format="s16", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = 48_000, first + at, Fraction(1, 48_000)
                out.mux(stream.encode(frame))
        out.mux(stream.encode())
    with open_reader(path, stream_of(path, probed)) as reader:
        samples = reader.read(0, 14 * 48_000, 48_000, 1)[0]
    expected = np.zeros(14 * 48_000, np.float32)
    for first in (0, 12 * 48_000):
        expected[first : first + 48_000] = wave[0] / np.float32(32_768)
    assert np.array_equal(samples, expected)


@pytest.mark.parametrize(("have", "want"), [(1, 2), (2, 1), (1, 1), (2, 2)])
def test_mono_and_stereo_keep_their_level(film: Make, probed: Look, make_tone: Tone, have: int, want: int) -> None:
    wave = make_tone(2.0, 44_100, have)
    path = film(f"level{have}.wav", codec="", sound=wave, sound_codec="pcm_f32le", sample_rate=44_100)
    with open_reader(path, stream_of(path, probed)) as reader:
        samples = reader.read(24_000, 48_000, 48_000, want)
    assert samples.shape == (want, 48_000)
    assert np.allclose(np.abs(samples).max(axis=1), 0.3, atol=1e-3)


def test_surround_is_mixed_down_as_the_standard_says(film: Make, probed: Look) -> None:
    wave = np.zeros((6, 48_000), np.float32)
    wave[2] = 0.5  # the centre
    path = film("surround.wav", codec="", sound=wave, sound_codec="pcm_f32le")
    with open_reader(path, stream_of(path, probed)) as reader:
        samples = reader.read(10_000, 1_000, 48_000, 2)
    assert np.allclose(samples, 0.5 * 2**-0.5, atol=1e-5)


@pytest.mark.parametrize("codec", ["pcm_s16le", "flac"])
def test_eight_channels_are_read(film: Make, probed: Look, codec: str) -> None:
    wave = np.repeat(np.array([[0.1, 0.2, 0, 0, 0, 0, 0, 0]], np.float32).T, 20_000, axis=1)
    suffix = "wav" if codec.startswith("pcm") else "flac"
    path = film(f"eight.{suffix}", codec="", sound=wave, sound_codec=codec, sample_rate=44_100)
    with open_reader(path, stream_of(path, probed)) as reader:
        assert np.allclose(reader.read(5_000, 100, 44_100, 8)[:, 50], wave[:, 0], atol=1e-4)
        assert np.allclose(reader.read(5_000, 100, 48_000, 2)[:, 50], (0.1, 0.2), atol=1e-3)


def test_joins_between_chunks_cannot_be_heard(film: Make, probed: Look, make_tone: Tone) -> None:
    path = film("steady.m4a", codec="", sound=make_tone(20.0, 44_100), sample_rate=44_100)
    with open_reader(path, stream_of(path, probed)) as reader:
        samples = reader.read(44_100, 18 * 44_100, 44_100, 1)[0]
    wave = make_tone(20.0, 44_100)[0, 44_100:][: len(samples)]
    border = (CHUNK_SECONDS - 1) * 44_100
    usual = np.abs(samples - wave)[: border // 2].max()
    assert np.abs(samples - wave)[border - 2_000 : border + 2_000].max() < 1.5 * usual + 1e-4


def test_sound_keeps_its_place_beside_the_picture(film: Make, probed: Look) -> None:
    """In MPEG-TS the encoder's delay makes the sound begin before the picture."""
    rate = 48_000
    path = film("sync.ts", frames=25 * SECONDS, sound=clicks(rate), options={"g": "25"})
    found = probed(path)
    assert found.video is not None
    assert found.video.start == 0
    with open_reader(path, stream_of(path, probed)) as reader:
        for second in CLICKS:
            around = reader.read(round(second * rate) - 60, 121, rate, 1)
            assert abs(int(np.argmax(around[0])) - 60) <= 1

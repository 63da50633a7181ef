"""Every codec and container: decoded by another program, joins exact, the same bytes for any number of workers."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.errors import CutroomError
from cutroom.media import probe
from cutroom.render import plan as planning
from cutroom.render.cache import SegmentCache
from cutroom.render.codecs import PICTURES, SOUNDS
from cutroom.render.codecs.kinds import PictureFormat
from cutroom.render.encode import encode_picture, encode_sound, with_every_line
from cutroom.render.packets import Packets
from cutroom.render.plan import plan
from cutroom.render.verify import verify
from cutroom.schema.curve import Keyframe
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings
from cutroom.workers import InlineExecutor, WorkerPool

from .conftest import FPS, RATE, SIZE, Desk, Film, decode_frames, track

CUTS = ((10, 100), (151, 152), (30, 75), (120, 239))
NUMBERS = [number for first, end in CUTS for number in range(first, end)]
GOP = {"gop": Fraction(1, 2)}
FILMS: dict[str, dict[str, Any]] = {
    "hevc": {"codec": "hevc"},
    "hevc of 10 bits": {"codec": "hevc", "pixel_format": "yuv420p10le"},
    "hevc in mov": {"codec": "hevc", "container": "mov"},
    "av1": {"codec": "av1"},
    "av1 of 10 bits": {"codec": "av1", "pixel_format": "yuv420p10le"},
    "av1 and opus": {"codec": "av1", "container": "webm"},
    "vp9": {"codec": "vp9"},
    "vp9 and aac": {"codec": "vp9", "container": "mp4"},
    "prores": {"codec": "prores"},
    "h264 and pcm": {"codec": "h264", "container": "mov", "audio_codec": "pcm_s16le"},
    "h264 without sound": {"audio_codec": "none"},
}
SOUND_FILES: dict[str, dict[str, Any]] = {
    "wav": {"codec": "none", "container": "wav"},
    "wav of 24 bits": {"codec": "none", "audio_codec": "pcm_s24le"},
    "mp3": {"codec": "none", "audio_codec": "mp3"},
    "opus": {"codec": "none", "audio_codec": "opus"},
    "aac": {"codec": "none"},
}


def film_settings(name: str) -> ExportSettings:
    return ExportSettings(**GOP, **FILMS[name])


def ffmpeg(*arguments: str) -> tuple[bytes, str]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout, done.stderr.decode()


@pytest.mark.parametrize("name", FILMS)
def test_every_frame_and_sample_is_there_and_two_workers_make_the_same_bytes(
    name: str, desk: Desk, film: Film, pool: WorkerPool
) -> None:
    settings = film_settings(name)
    files = []
    for number, executor in enumerate((None, pool)):
        fresh = Desk(desk.folder, film, SegmentCache(desk.folder / f"cache{number}"))
        path = desk.folder / f"{number}.{settings.container}"
        report = fresh.export(film.cuts(*CUTS), path.name, executor=executor, settings=settings)
        assert report.verified.ok
        assert report.verified.decoded_frames == len(NUMBERS) == report.frames
        assert report.segments_encoded > 15
        files.append(path)
    decoded = desk.decode(files[0].name)
    assert decoded.numbers == NUMBERS
    silent = settings.audio_codec == "none"
    assert decoded.samples.size == (0 if silent else 2 * len(NUMBERS) * RATE // 30)
    if not silent:
        clicks = decoded.clicks()
        assert len(clicks) >= 3
        expected = [c - 10 * RATE // 30 for c in film.truth.clicks if 10 <= c * FPS / RATE < 99]
        assert all(min(abs(click - found) for found in clicks) <= 2 for click in expected)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("name", FILMS)
def test_a_film_of_one_frame(name: str, desk: Desk, film: Film) -> None:
    settings = film_settings(name)
    report = desk.export(film.cuts((77, 78)), f"out.{settings.container}", settings=settings)
    assert report.verified.problems == ()
    assert desk.decode(f"out.{settings.container}").numbers == [77]


@pytest.mark.parametrize("fps", [Fraction(30000, 1001), Fraction(24000, 1001), Fraction(60), Fraction(25)])
@pytest.mark.parametrize("name", ["vp9", "prores", "hevc"])
def test_times_lie_on_the_grid_of_any_rate(name: str, fps: Fraction, desk: Desk, film: Film) -> None:
    settings = film_settings(name)
    document = film.document(track("video", [film.clip(0, 60)]), track("audio", [film.clip(0, 60)]), fps=fps)
    report = desk.export(document, f"out.{settings.container}", settings=settings)
    frames = round(2 * fps)
    assert (report.frames, report.verified.frames, report.verified.fps) == (frames, frames, fps)
    assert report.verified.samples == round(frames / fps * RATE)
    media = probe(str(desk.folder / f"out.{settings.container}"), InlineExecutor())
    assert media.video is not None
    assert media.video.rate == fps
    assert not media.video.variable_rate


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("hevc", r"hevc \(Main\) \(hvc1 .*yuv420p\(tv, bt709\)"),
        ("hevc of 10 bits", r"hevc \(Main 10\) \(hvc1 .*yuv420p10le\(tv, bt709\)"),
        ("av1", r"av1 .*\(Main\) \(av01 .*yuv420p\(tv, bt709"),
        ("vp9", r"vp9 \(Profile 0\).*yuv420p\(tv, bt709"),
        ("prores", r"prores \(HQ\) \(apch .*yuv422p10le\(tv, bt709"),
    ],
)
def test_the_file_says_what_it_is(name: str, told: str, desk: Desk, film: Film) -> None:
    settings = film_settings(name)
    desk.export(film.cuts((0, 20)), f"out.{settings.container}", settings=settings)
    _, complaint = ffmpeg("-i", str(desk.folder / f"out.{settings.container}"))
    assert re.search(told, complaint), complaint


def pictures(frames: int, seed: int, pixel_format: str) -> list[av.VideoFrame]:
    noise = np.random.default_rng(seed).integers(16, 235, (144, 160), dtype=np.uint8)
    made = [av.VideoFrame.from_ndarray(np.roll(noise, 3 * i, axis=1), format="yuv420p") for i in range(frames)]
    return [frame.reformat(format="yuv420p10le") for frame in made] if "10" in pixel_format else made


@pytest.mark.parametrize("effort", ["ultrafast", "veryfast", "medium", "veryslow"])
@pytest.mark.parametrize("name", ["hevc", "hevc of 10 bits", "av1", "vp9"])
def test_parameter_sets_do_not_depend_on_the_content_and_each_segment_begins_with_a_keyframe(
    name: str, effort: str
) -> None:
    settings = film_settings(name).replace(encoder_preset=effort, gop=2)
    form = PictureFormat(Fraction(30), 160, 96)
    made = [
        encode_picture(pictures(frames, frames, str(settings.pixel_format)), settings, form) for frames in (1, 2, 5, 40)
    ]
    assert len({segment.extradata for segment in made}) == 1
    for frames, segment in zip((1, 2, 5, 40), made, strict=True):
        assert segment.packets[0][:2] == (0, True)
        assert sorted(packet.position for packet in segment.packets) == list(range(frames))
        delay = PICTURES[settings.codec].delay or 0
        assert all(place - packet.position <= delay for place, packet in enumerate(segment.packets))
    assert made[-1] == encode_picture(pictures(40, 40, str(settings.pixel_format)), settings, form)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("codec", ["hevc", "av1", "vp9", "prores"])
def test_several_threads_give_the_same_bytes_each_time(codec: str, threads: int) -> None:
    settings = ExportSettings(codec=codec, threads=threads)
    form = PictureFormat(Fraction(30), 160, 96)
    made = [encode_picture(pictures(12, 5, str(settings.pixel_format)), settings, form) for _ in range(3)]
    assert made[0] == made[1] == made[2]


def test_segments_of_prores_are_those_of_one_whole_encode() -> None:
    settings, form = ExportSettings(codec="prores"), PictureFormat(Fraction(30), 160, 96)
    whole = encode_picture(pictures(10, 1, "yuv422p10le"), settings, form)
    parts = [
        encode_picture(pictures(10, 1, "yuv422p10le")[first:end], settings, form) for first, end in ((0, 3), (3, 10))
    ]
    assert [packet.data for packet in whole.packets] == [packet.data for part in parts for packet in part.packets]
    assert all(packet.keyframe for packet in whole.packets)


def test_chroma_of_every_line_lies_where_it_did() -> None:
    frame = av.VideoFrame(16, 64, "yuv420p10le")
    slope = np.repeat(np.arange(32, dtype=np.uint16)[:, np.newaxis] * 16 + 300, 8, axis=1)
    for plane, values in zip(frame.planes, (np.full((64, 16), 500, np.uint16), slope, slope), strict=True):
        np.frombuffer(plane, np.uint16).reshape(plane.height, -1)[:, : plane.width] = values
    made = with_every_line(frame)
    lines = np.frombuffer(made.planes[1], np.uint16).reshape(64, -1)[:, 0].astype(int)
    # sample n of 4:2:0 stands half-way between lines 2 n and 2 n + 1: the slope is 8 a line, less a quarter at line 0
    assert lines[1:-1].tolist() == [300 + 8 * line - 4 for line in range(1, 63)]
    assert (np.frombuffer(made.planes[0], np.uint16).reshape(64, -1)[:, :16] == 500).all()


@pytest.mark.parametrize("name", SOUND_FILES)
def test_a_file_of_sound_alone(
    name: str, desk: Desk, film: Film, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "CHUNK_PACKETS", 64)
    settings = ExportSettings(**SOUND_FILES[name])
    files = []
    for number, executor in enumerate((None, pool)):
        fresh = Desk(desk.folder, film, SegmentCache(desk.folder / f"cache{number}"))
        path = desk.folder / f"{number}.{settings.container}"
        report = fresh.export(film.cuts(*CUTS), path.name, executor=executor, settings=settings)
        assert report.verified.ok
        assert (report.frames, report.verified.samples) == (0, len(NUMBERS) * RATE // 30)
        assert report.segments_encoded >= 5
        files.append(path)
    decoded = desk.decode(files[0].name)
    assert (len(decoded.frames), decoded.samples.shape) == (0, (2, len(NUMBERS) * RATE // 30))
    expected = [c - 10 * RATE // 30 for c in film.truth.clicks if 10 <= c * FPS / RATE < 99]
    assert all(min(abs(click - found) for found in decoded.clicks()) <= 2 for click in expected)
    assert files[0].read_bytes() == files[1].read_bytes()
    media = probe(str(files[0]), InlineExecutor())
    assert media.audio is not None


@pytest.mark.parametrize("name", ["wav", "wav of 24 bits"])
def test_samples_are_kept_to_the_last_bit(name: str, desk: Desk, film: Film) -> None:
    desk.export(film.cuts((0, 60)), "whole.wav", settings=ExportSettings(codec="none", audio_codec="pcm_s24le"))
    settings = ExportSettings(**SOUND_FILES[name])
    desk.export(film.cuts((0, 60)), "out.wav", settings=settings)
    fine, _ = ffmpeg("-i", str(desk.folder / "whole.wav"), "-f", "s32le", "-")
    found, _ = ffmpeg("-i", str(desk.folder / "out.wav"), "-f", "s32le", "-")
    step = 1 << (16 if settings.audio_codec == "pcm_s16le" else 8)
    exact, read = np.frombuffer(fine, "<i4").astype(np.int64), np.frombuffer(found, "<i4").astype(np.int64)
    assert len(read) == 2 * 60 * RATE // 30
    assert np.abs(read - exact).max() <= step // 2
    assert not (read % step).any()
    assert np.abs(read).max() > 1 << 28


def both_ways(name: str) -> tuple[np.ndarray, list[Packets], list[Packets]]:
    """Samples, and their packets as one whole encode and in chunks of 200 packets has them."""
    settings, codec = ExportSettings(codec="none", audio_codec=name), SOUNDS[name]
    rng = np.random.default_rng(3)
    places = np.arange(900 * codec.packet)
    noise = rng.standard_normal(len(places)) * 0.1 * (places % 30_000 > 20_000)
    samples = np.stack([0.3 * np.sin(places / 9) + noise, np.roll(noise, 700)]).astype(np.float32)
    packets = codec.packets(samples.shape[1])
    silence = ((0, 0), (codec.warm * codec.packet, 0))
    whole = encode_sound(np.pad(samples, silence), settings, RATE, skip=codec.warm, count=packets)
    parts = []
    for first in range(0, packets, 200):
        count = min(200, packets - first)
        low, high = (first - codec.warm) * codec.packet, (first + count + codec.ahead) * codec.packet
        piece = np.pad(samples[:, max(low, 0) : high], ((0, 0), (max(0, -low), 0)))
        parts.append(encode_sound(piece, settings, RATE, skip=codec.warm, count=count))
    assert {part.extradata for part in parts} == {whole.extradata}
    return samples, [whole], parts


@pytest.mark.parametrize("name", ["mp3", "pcm_s16le", "pcm_s24le"])
def test_chunks_of_sound_are_the_bytes_of_one_whole_encode(name: str) -> None:
    _, whole, parts = both_ways(name)
    assert [p.data for part in parts for p in part.packets] == [packet.data for packet in whole[0].packets]


def test_chunks_of_opus_join_without_a_crack() -> None:
    samples, whole, parts = both_ways("opus")

    def error(segments: list[Packets]) -> np.ndarray:
        context = av.CodecContext.create("libopus", "r")
        context.extradata, context.sample_rate, context.layout = segments[0].extradata, RATE, "stereo"
        frames = [f for s in segments for p in s.packets for f in context.decode(av.Packet(p.data))]
        made = np.concatenate([frame.to_ndarray().reshape(-1, 2).T for frame in frames], axis=1) / 32768
        length = 890 * 960
        return ((made[:, :length] - samples[:, :length]) ** 2).mean(axis=0).reshape(-1, 960).mean(axis=1)

    loss = 10 * np.log10(error(parts) / error(whole))
    joins = [join + k for join in (200, 400, 600, 800) for k in (-1, 0, 1, 2)]
    assert (
        loss[joins].max() < 5
    )  # a steady tone in noise that comes and goes: little is worse; 30 dB without warming up
    assert abs(loss.mean()) < 0.1


def test_a_rate_of_samples_that_the_codec_lacks_is_another_one_in_the_file(desk: Desk, film: Film) -> None:
    document = film.document(track("audio", [film.clip(0, 60)]), sample_rate=44_100)
    report = desk.export(document, "out.webm", settings=ExportSettings(codec="none", audio_codec="opus"))
    assert (report.verified.sample_rate, report.verified.samples) == (48_000, 96_000)
    clicks = [c for c in film.truth.clicks if c < 2 * RATE]
    assert desk.decode("out.webm").clicks() == pytest.approx(clicks, abs=2)


def test_a_picture_is_not_needed_where_only_sound_is_wanted(desk: Desk, film: Film) -> None:
    settings = ExportSettings(codec="none", container="wav")
    made = plan(film.cuts((0, 30)), settings)
    assert (made.segments, made.layout.frames, made.layout.samples) == ((), 0, RATE)
    with pytest.raises(planning.EditError, match="nothing of the timeline can be heard"):
        plan(film.cuts((0, 30), sound=False), settings)


def test_large_pictures_stay_within(desk: Desk, film: Film) -> None:
    document = film.cuts((10, 40), sound=False)
    for most, size in (
        ((200, 128), (200, 112)),
        ((72, 128), (128, 72)),
        ((1000, 1000), (256, 144)),
        ((100, 100), (100, 56)),
    ):
        report = desk.export(document, settings=ExportSettings(max_size=most))
        assert (report.verified.width, report.verified.height) == size
        assert report.verified.ok


def test_pictures_that_are_too_small_for_a_codec_are_refused(film: Film) -> None:
    document = film.cuts((10, 40), sound=False)
    assert plan(document, ExportSettings(max_size=(28, 28))).layout.height == 16
    for codec, called in (("hevc", "HEVC"), ("av1", "AV1")):
        with pytest.raises(CutroomError, match=f"{called} is encoded from"):
            plan(document, ExportSettings(codec=codec, max_size=(20, 20)))


def test_a_lower_rate_takes_every_second_frame(desk: Desk, film: Film) -> None:
    settings = ExportSettings(max_fps=Fraction(24), **GOP)
    report = desk.export(film.cuts(*CUTS), settings=settings)
    assert (report.verified.fps, report.frames) == (Fraction(15), 128)
    decoded = desk.decode()
    assert decoded.numbers == NUMBERS[::2]
    assert decoded.samples.shape[1] == len(NUMBERS) * RATE // 30
    report = desk.export(film.cuts(*CUTS), settings=settings.replace(max_fps=10), span=(Fraction(1, 30), Fraction(5)))
    assert report.verified.fps == 10
    assert desk.decode().numbers == NUMBERS[1:150:3]
    made = plan(film.cuts(*CUTS), settings)
    table = made.to_df()
    assert table["frames"].sum() == 128
    assert table["end"].iloc[-1] == pytest.approx(len(NUMBERS) / 30)
    assert set(made.layout.joins) <= set(range(128))
    assert desk.export(film.cuts(*CUTS), settings=ExportSettings(max_fps=30)).verified.fps == 30


def test_frames_of_a_lower_rate_are_those_of_the_whole_one_whatever_their_effects_remember(
    desk: Desk, film: Film
) -> None:
    grown = (Keyframe(time=0, value=0.7, easing="ease_in"), Keyframe(time=1, value=1.2))
    effects = [
        Effect(id="e_1", effect="motion_blur"),
        Effect(id="e_2", effect="film_grain"),
        Effect(id="e_3", effect="transform", curves={"scale": grown}),
    ]
    clips = [film.clip(10, 45, id="c_0", effects=effects), film.clip(60, 61, id="c_1"), film.clip(90, 110, id="c_2")]
    document = film.document(track("video", clips))
    settings = ExportSettings(crf=0, **GOP)
    desk.export(document, "whole.mp4", settings=settings)
    desk.export(document, "part.mp4", settings=settings.replace(max_fps=10))
    whole = decode_frames(desk.folder / "whole.mp4", SIZE)
    assert np.array_equal(decode_frames(desk.folder / "part.mp4", SIZE), whole[::3])


def test_a_small_picture_is_the_large_one_made_small(desk: Desk, film: Film) -> None:
    settings = ExportSettings(crf=8)
    desk.export(film.cuts((0, 20), sound=False), "large.mp4", settings=settings)
    desk.export(film.cuts((0, 20), sound=False), "small.mp4", settings=settings.replace(max_size=(128, 128)))
    large = decode_frames(desk.folder / "large.mp4", (256, 144)).astype(np.float64)
    small = decode_frames(desk.folder / "small.mp4", (128, 72)).astype(np.float64)
    halved = large.reshape(20, 72, 2, 128, 2, 3).mean(axis=(2, 4))
    assert 10 * np.log10(255**2 / ((halved - small) ** 2).mean()) > 28


def test_webm_has_its_index_in_front(desk: Desk, film: Film) -> None:
    desk.export(film.cuts(*CUTS), "out.webm", settings=film_settings("vp9"))
    data = (desk.folder / "out.webm").read_bytes()
    assert 0 < data.index(b"\x1c\x53\xbb\x6b") < data.index(b"\x1f\x43\xb6\x75")  # cues, clusters
    folder: Path = desk.folder
    assert [path.name for path in folder.glob("*.part")] == []


@pytest.mark.parametrize("name", ["vp9", "prores", "av1", "mp3", "wav", "opus"])
def test_a_file_that_breaks_off_or_is_another_one_is_found_out(name: str, desk: Desk, film: Film) -> None:
    settings = film_settings(name) if name in FILMS else ExportSettings(**SOUND_FILES[name])
    document = film.cuts((0, 90))
    path = desk.folder / f"out.{settings.container}"
    desk.export(document, path.name, settings=settings)
    layout = plan(document, settings).layout
    assert verify(path, InlineExecutor(), layout).problems == ()
    assert verify(path, InlineExecutor()).problems == ()
    longer = plan(film.cuts((0, 91)), settings).layout
    told = verify(path, InlineExecutor(), longer).problems
    assert any(problem.startswith("samples: 144000") for problem in told)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    assert verify(path, InlineExecutor(), layout).problems
    if name in {"prores", "av1"}:  # VP9's decoder says nothing of most damage
        hurt = bytearray(data)
        hurt[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
        path.write_bytes(hurt)
        assert verify(path, InlineExecutor(), layout).problems

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import cutroom.media as media
from cutroom.errors import (
    DamagedMediaError,
    MediaError,
    MediaNotFoundError,
    RenderError,
    UnsupportedMediaError,
    ValidationError,
)
from cutroom.media.audio import AudioReader
from cutroom.media.colours import matrix_of
from cutroom.media.library import damage
from cutroom.schema.media import Media
from cutroom.workers import Grants, InlineExecutor, WorkerPool

Make = Callable[..., Path]
Tone = Callable[..., np.ndarray]


@pytest.fixture
def clip(film: Make, make_tone: Tone) -> Path:
    return film("clip.mp4", frames=75, sound=make_tone(3.0, channels=2), options={"bf": "2", "g": "25"})


def test_a_film_is_described(clip: Path, inline: InlineExecutor) -> None:
    found = media.probe(clip, inline)
    assert found.path == str(clip)
    assert found.id.startswith("m_")
    assert found.format == "mp4"
    assert found.fingerprint.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert found.fingerprint.size == clip.stat().st_size
    assert found.warnings == ()
    assert found.video is not None
    assert found.audio is not None
    assert (found.video.codec, found.video.width, found.video.height) == ("h264", 160, 96)
    assert (found.video.rate, found.video.frames, found.video.duration) == (Fraction(25), 75, Fraction(3))
    assert (found.video.start, found.audio.start) == (0, 0)
    assert (found.audio.codec, found.audio.sample_rate, found.audio.layout) == ("aac", 48_000, "stereo")
    assert abs(found.audio.duration - 3) < Fraction(1, 100)
    assert Media.model_validate_json(found.model_dump_json()) == found


def test_each_probe_gives_a_new_id(clip: Path, inline: InlineExecutor) -> None:
    assert media.probe(clip, inline).id != media.probe(clip, inline).id


def test_sound_alone_and_picture_alone(film: Make, make_tone: Tone, inline: InlineExecutor) -> None:
    sound = media.probe(film("alone.flac", codec="", sound=make_tone(2.5), sound_codec="flac"), inline)
    assert sound.video is None
    assert sound.audio is not None
    assert sound.duration == Fraction(5, 2)
    silent = media.probe(film("silent.mkv", frames=10), inline)
    assert silent.audio is None
    assert silent.duration == Fraction(10, 25)


def test_rotation_pixel_shape_colour_and_interlacing(tmp_path: Path, inline: InlineExecutor) -> None:
    path = tmp_path / "tagged.mp4"
    with av.open(str(path), "w") as out:
        options = {"x264-params": "tff=1:colorprim=bt709:transfer=bt709:colormatrix=bt709:fullrange=on"}
        stream = out.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 144, 96, "yuv420p"
        stream.sample_aspect_ratio = Fraction(16, 15)
        stream.set_display_rotation(-90)
        for n in range(8):
            frame = av.VideoFrame(144, 96, "yuv420p")
            frame.pts, frame.time_base = n, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    video = media.probe(path, inline).video
    assert video is not None
    assert video.rotation == 90
    assert video.pixel_aspect == Fraction(16, 15)
    assert video.display_size == (96, 154)
    assert video.interlaced
    assert (video.colour.matrix, video.colour.primaries, video.colour.transfer) == ("bt709", "bt709", "bt709")
    assert video.colour.full_range


def test_sound_that_cannot_be_decoded_is_left_out_loudly(
    film: Make, make_tone: Tone, inline: InlineExecutor, tmp_path: Path
) -> None:
    whole = film("voice.mkv", frames=50, sound=make_tone(2.0), sound_codec="aac")
    data = bytearray(whole.read_bytes())
    with av.open(str(whole)) as container:
        for packet in container.demux(audio=0):
            if packet.size:
                at = data.find(bytes(packet))
                data[at : at + packet.size] = b"\xff" * packet.size
    path = tmp_path / "voice.mkv"
    path.write_bytes(data)
    found = media.probe(path, inline)
    assert found.audio is None
    assert any("sound" in warning for warning in found.warnings)


def test_a_film_of_which_nothing_decodes_is_damaged(film: Make, inline: InlineExecutor, tmp_path: Path) -> None:
    whole = film("noise.mp4", frames=10)
    data = bytearray(whole.read_bytes())
    with av.open(str(whole)) as container:
        for packet in container.demux(video=0):
            if packet.size:
                data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    path = tmp_path / "noise.mp4"
    path.write_bytes(data)
    with pytest.raises(DamagedMediaError, match=r"noise\.mp4") as caught:
        media.probe(path, inline)
    assert caught.value.hint


def test_bad_paths_are_named_with_a_remedy(inline: InlineExecutor, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "notes.mp4").write_text("not a film at all\n" * 100)
    os.mkfifo(tmp_path / "pipe.mp4")
    cases = [
        ("missing.mp4", MediaNotFoundError, "missing.mp4"),
        ("empty.mp4/below.mp4", MediaNotFoundError, "below.mp4"),
        ("empty.mp4", DamagedMediaError, "empty.mp4 is empty"),
        ("notes.mp4", UnsupportedMediaError, "notes.mp4"),
        ("pipe.mp4", UnsupportedMediaError, "regular"),
        (".", UnsupportedMediaError, "folder"),
        ("bad\0name.mp4", MediaError, "cannot be read"),
        ("x" * 5000, MediaError, "cannot be read"),
    ]
    for name, kind, text in cases:
        with pytest.raises(kind) as caught:
            media.probe(f"{tmp_path}/{name}", inline)
        assert text in str(caught.value)
        assert caught.value.hint


def test_files_that_may_not_be_read(
    inline: InlineExecutor, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # a test may run as root, who may read everything
    with pytest.raises(MediaError, match="may not be read"):
        media.probe(clip, inline)


def test_progress_is_reported(clip: Path, inline: InlineExecutor) -> None:
    seen: list[dict[str, float]] = []
    media.probe(clip, inline, on_progress=seen.append)
    assert seen
    assert all(0 <= step["done"] <= step["total"] == clip.stat().st_size for step in seen)


def test_the_index_lists_every_packet(clip: Path, inline: InlineExecutor) -> None:
    index = media.index(clip, inline)
    found = media.probe(clip, inline)
    assert found.video is not None
    assert len(index) == 75
    assert index.shown.all()
    assert not index.corrupt.any()
    assert (np.diff(index.dts) > 0).all()
    assert index.starts(found.video) == [Fraction(n, 25) for n in range(75)]
    keys = sorted(int(p) for p in index.pts[index.keyframe])
    with av.open(str(clip)) as container:
        assert keys == [frame.pts for frame in container.decode(video=0) if frame.key_frame]
    sound = media.index(clip, inline, stream=1)
    assert sound.stream == 1
    assert sound.keyframe.all()
    with pytest.raises(MediaError, match="stream 5"):
        media.index(clip, inline, stream=5)


def test_thumbnails_show_their_moment(clip: Path, inline: InlineExecutor, read_number: Callable[..., int]) -> None:
    times = [Fraction(2), Fraction(0), Fraction(37, 25), Fraction(2)]
    exact = media.thumbnails(clip, times, (160, 160), inline, exact=True)
    assert [number_in(picture) for picture in exact] == [50, 0, 37, 50]
    known = media.probe(clip, inline).video
    assert media.thumbnails(clip, times, (160, 160), inline, exact=True, stream=known) == exact
    keys = media.index(clip, inline)
    starts = sorted(int(p) for p in keys.pts[keys.keyframe])
    nearby = media.thumbnails(clip, times, (160, 160), inline)
    expected = [max(k for k in starts if k * keys.tick <= time) * keys.tick * 25 for time in times]
    assert [number_in(picture) for picture in nearby] == expected


def number_in(picture: bytes) -> int:
    import cv2

    grey = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    step, row = grey.shape[1] // 10, grey.shape[0] // 4
    return sum(int(grey[row, bit * step + step // 2] > 126) << bit for bit in range(10))


def test_thumbnails_fit_their_box_upright_and_are_not_enlarged(tmp_path: Path, inline: InlineExecutor) -> None:
    import cv2

    path = tmp_path / "tall.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"x264-params": "colormatrix=bt709"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.set_display_rotation(-90)
        image = np.zeros((180, 320, 3), np.uint8)
        image[:, :160] = (0, 0, 255)  # RGB; the left half becomes the upper one when turned clockwise
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
        frame.pts = 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    for exact in (False, True):
        (picture,) = media.thumbnails(path, [Fraction(0)], (160, 90), inline, exact=exact)
        pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        assert pixels.shape[:2] == (90, 51)
        assert np.allclose(pixels[20, 25], (255, 0, 0), atol=25)  # BGR
        assert np.allclose(pixels[70, 25], 0, atol=25)
        (large,) = media.thumbnails(path, [Fraction(0)], (4000, 4000), inline, exact=exact)
        assert cv2.imdecode(np.frombuffer(large, np.uint8), cv2.IMREAD_COLOR).shape[:2] == (320, 180)


@pytest.mark.parametrize("size", [(1280, 532), (720, 576), (576, 720), (1278, 576), (640, 578)], ids=str)
def test_thumbnails_have_the_colours_of_the_canvas_where_a_file_does_not_name_its_own(
    tmp_path: Path, inline: InlineExecutor, size: tuple[int, int]
) -> None:
    import cv2

    path = tmp_path / "untagged.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        frame = av.VideoFrame(*size, "yuv420p")
        for plane, code in zip(frame.planes, (120, 90, 200), strict=True):
            np.frombuffer(plane, np.uint8)[:] = code
        frame.pts = 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    video = media.probe(path, inline).video
    assert video is not None
    assert video.colour.matrix is None
    canvas = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}
    red, blue = canvas[matrix_of(video.colour, video.width, video.height)]
    luma, cb, cr = (120 - 16) / 219, (90 - 128) / 224, (200 - 128) / 224
    r, b = luma + 2 * (1 - red) * cr, luma + 2 * (1 - blue) * cb
    expected = [255 * b, 255 * (luma - red * r - blue * b) / (1 - red - blue), 255 * r]
    for exact in (False, True):
        (picture,) = media.thumbnails(path, [Fraction(0)], (160, 160), inline, exact=exact)
        pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).astype(float)
        bgr = pixels.mean(axis=(0, 1))
        assert np.abs(bgr - expected).max() < 4


def test_thumbnails_of_sound_and_waveforms_of_pictures_are_errors(
    film: Make, make_tone: Tone, inline: InlineExecutor
) -> None:
    sound = film("alone.flac", codec="", sound=make_tone(2.5), sound_codec="flac")
    silent = film("silent.mkv", frames=10)
    for exact in (False, True):
        with pytest.raises(UnsupportedMediaError, match="no picture"):
            media.thumbnails(sound, [Fraction(0)], (160, 90), inline, exact=exact)
    with pytest.raises(UnsupportedMediaError, match="no sound"):
        media.waveform(silent, inline)
    with pytest.raises(ValidationError):
        media.thumbnails(silent, [Fraction(0)], (0, 90), inline)
    with pytest.raises(ValidationError):
        media.waveform(sound, inline, resolution=0)


@pytest.mark.parametrize(("rate", "resolution"), [(48_000, 100), (44_100, 100), (22_050, 1000), (11_025, 30)])
def test_waveforms_bound_every_sample(film: Make, inline: InlineExecutor, rate: int, resolution: int) -> None:
    rng = np.random.default_rng(3)
    wave = (rng.uniform(-1, 1, (2, rate * 9)) * np.linspace(0, 0.9, rate * 9)).astype(np.float32)
    path = film(f"wave{rate}.wav", codec="", sound=wave, sound_codec="pcm_s16le", sample_rate=rate)
    known = media.probe(path, inline).audio
    peaks = media.waveform(path, inline, resolution=resolution, stream=known)
    assert np.array_equal(media.waveform(path, inline, resolution=resolution), peaks)
    assert peaks.dtype == np.int8
    assert peaks.shape == (9 * resolution, 2)
    for pair in (0, 1, len(peaks) // 2, len(peaks) * 8 // 9, len(peaks) - 1):
        part = wave[:, pair * rate // resolution : (pair + 1) * rate // resolution]
        assert abs(peaks[pair, 0] / 127 - part.min()) < 0.01
        assert abs(peaks[pair, 1] / 127 - part.max()) < 0.01


def test_the_same_comes_from_a_locked_worker(clip: Path, inline: InlineExecutor) -> None:
    grants = Grants()
    grants.allow_read(str(clip.parent))
    with WorkerPool("media", workers=1, grants=grants, preload=("cutroom.media.tasks",)) as pool:
        here, there = media.probe(clip, inline), media.probe(clip, pool)
        assert there.replace(id=here.id) == here
        assert np.array_equal(media.waveform(clip, pool), media.waveform(clip, inline))
        assert np.array_equal(media.index(clip, pool).pts, media.index(clip, inline).pts)
        times = [Fraction(1), Fraction(2)]
        for exact in (False, True):
            assert media.thumbnails(clip, times, (80, 45), pool, exact=exact) == media.thumbnails(
                clip, times, (80, 45), inline, exact=exact
            )
        (clip.parent / "text.mp4").write_text("text " * 100)
        with pytest.raises(UnsupportedMediaError, match=r"text\.mp4"):
            media.probe(clip.parent / "text.mp4", pool)


def test_the_room_loads_no_codec_in_the_user_process() -> None:
    code = (
        "import sys, cutroom.media; from cutroom.media import tasks; "
        "print([m for m in ('av', 'numpy', 'cv2', 'apsw') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_readers_take_what_the_probe_gives(clip: Path, inline: InlineExecutor, make_tone: Tone) -> None:
    audio = media.probe(clip, inline).audio
    assert audio is not None
    with AudioReader(open(clip, "rb"), audio) as reader:
        samples = reader.read(0, 48_000 * 2, 48_000, 2)
    assert np.abs(samples - make_tone(3.0, channels=2)[:, : 48_000 * 2])[:, 2_000:].max() < 0.02


@pytest.mark.parametrize(
    "answer",
    [None, "picture", [None], ["picture"], [["smell", "1", "2"]], [["picture", "1"]], [["picture", "1e30000000", "2"]]],
)
def test_nothing_but_stretches_is_taken_for_damage(clip: Path, answer: object) -> None:
    class TakenOver:
        """What stands in for a worker that runs another's code."""

        def run(self, *_: object, **__: object) -> object:
            return answer

    with pytest.raises(RenderError, match="something else than what of a media is damaged"):
        damage(clip, TakenOver(), video=None, audio=None)  # type: ignore[arg-type]


def test_damage_is_exact(clip: Path) -> None:
    class Other:
        def run(self, *_: object, **__: object) -> object:
            return [["sound", "1001/30000", "2"]]

    assert damage(clip, Other(), video=None, audio=None) == [  # type: ignore[arg-type]
        ("sound", Fraction(1001, 30000), Fraction(2))
    ]

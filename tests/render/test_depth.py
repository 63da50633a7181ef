"""Exports of 8 and 10 bits: what another decoder finds in them, and what it is told of their colours."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.media import probe
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.render.presets import default_presets
from cutroom.render.report import Report
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.export import ExportSettings
from cutroom.schema.media import Colour, Media
from cutroom.workers import InlineExecutor

from .conftest import track

WIDTH, HEIGHT, FRAMES = 1024, 64, 20
FPS = Fraction(20)
DEEP = default_presets().get("h264-10bit").settings


def slope(bits: int) -> np.ndarray:
    """Black to white in every level that there is, (H, W)."""
    levels = np.linspace(64, 940, WIDTH).round() if bits == 10 else np.linspace(16, 235, WIDTH).round()
    return np.tile(levels, (HEIGHT, 1)).astype(np.uint16 if bits == 10 else np.uint8)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Media]:
    folder = tmp_path_factory.mktemp("depth")
    made = {}
    for bits, name in ((8, "yuv420p"), (10, "yuv420p10le")):
        path = folder / f"{bits}.mkv"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("ffv1", rate=FPS)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, name
            stream.codec_context.colorspace = stream.codec_context.color_primaries = 1
            stream.codec_context.color_trc = stream.codec_context.color_range = 1
            for i in range(FRAMES):
                frame = av.VideoFrame(WIDTH, HEIGHT, name)
                luma = slope(bits)
                for plane, values in zip(
                    frame.planes, (luma, *[luma[::2, ::2] * 0 + (1 << bits - 1)] * 2), strict=True
                ):
                    rows = np.frombuffer(plane, luma.dtype).reshape(plane.height, -1)
                    rows[:, : plane.width] = values
                frame.pts, frame.time_base = i, 1 / FPS
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        made[bits] = probe(str(path), InlineExecutor())
    return made


def made(
    media: Media, folder: Path, settings: ExportSettings, fps: Fraction = FPS, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Report:
    clip = Clip(id="c_1", source=MediaSource(media=media.id), duration=FRAMES / fps)
    project = ProjectSettings(fps=fps, width=size[0], height=size[1])
    document = Document(
        id="d_1", settings=project, media=(media,), timeline=Timeline(tracks=(track("video", (clip,)),))
    )
    paths = {media.fingerprint.sha256: media.path}
    settings = settings.replace(gop=Fraction(1, 4), crf=4)
    return export(document, paths, folder / "out.mp4", settings, InlineExecutor(), SegmentCache(folder / "cache"))


def ffmpeg(path: Path, *arguments: str) -> tuple[bytes, str]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout, done.stderr.decode()


def luma(path: Path, pixel_format: str, size: tuple[int, int] = (WIDTH, HEIGHT), *options: str) -> np.ndarray:
    """Y of the first frames, (N, H, W), by the ffmpeg program."""
    told = ("-frames:v", str(FRAMES), "-f", "rawvideo", "-pix_fmt", pixel_format, "-")
    data, complaint = ffmpeg(path, *options, *told)
    kind = np.uint16 if pixel_format.endswith("le") else np.uint8
    frames = np.frombuffer(data, kind).reshape(-1, size[1] * 3 // 2, size[0])
    assert len(frames) == FRAMES, complaint
    return frames[:, : size[1]].astype(np.int64)


def test_ten_bits_in_are_ten_bits_out(films: dict[int, Media], tmp_path: Path) -> None:
    report = made(films[10], tmp_path, DEEP)
    assert report.verified.ok, report.verified.problems
    found = luma(tmp_path / "out.mp4", "yuv420p10le")
    assert len(np.unique(found[FRAMES // 2])) > 700
    assert np.abs(found - slope(10)).max() <= 3
    assert np.abs(found - slope(10)).mean() < 0.5  # a quarter of what 8 bits would lose


def test_eight_bits_in_are_the_same_colours_in_ten(films: dict[int, Media], tmp_path: Path) -> None:
    assert made(films[8], tmp_path, DEEP).verified.ok
    found = luma(tmp_path / "out.mp4", "yuv420p10le")
    assert np.abs(found - 4 * slope(8).astype(np.int64)).max() <= 4


def test_ten_bits_in_are_rounded_to_eight(films: dict[int, Media], tmp_path: Path) -> None:
    assert made(films[10], tmp_path, ExportSettings()).verified.ok
    found = luma(tmp_path / "out.mp4", "yuv420p")
    assert np.abs(found - slope(10) / 4).max() <= 2


@pytest.mark.parametrize(("settings", "depth"), [(ExportSettings(), 8), (DEEP, 10)])
def test_the_file_says_what_its_numbers_mean(
    films: dict[int, Media], tmp_path: Path, settings: ExportSettings, depth: int
) -> None:
    made(films[8], tmp_path, settings)
    name = "yuv420p" if depth == 8 else "yuv420p10le"
    _, told = ffmpeg(tmp_path / "out.mp4")
    assert re.search(
        rf"Video: h264 \(High{' 10' if depth == 10 else ''}\).*\b{name}\(tv, bt709, progressive\)", told
    ), told
    raw, _ = ffmpeg(tmp_path / "out.mp4", "-c", "copy", "-f", "h264", "-")
    (tmp_path / "bare.h264").write_bytes(raw)  # without the container: what the stream itself says
    _, told = ffmpeg(tmp_path / "bare.h264")
    assert re.search(rf"{name}\(tv, bt709, progressive\)", told), told
    video = probe(str(tmp_path / "out.mp4"), InlineExecutor()).video
    assert video is not None
    colour = video.colour
    assert (colour.matrix, colour.primaries, colour.transfer, colour.full_range) == ("bt709", "bt709", "bt709", False)


def test_a_file_of_another_depth_is_found_out(films: dict[int, Media], tmp_path: Path) -> None:
    from cutroom.render.orders import FileLayout
    from cutroom.render.verify import verify

    made(films[8], tmp_path, ExportSettings())
    layout = FileLayout(DEEP, FPS, WIDTH, HEIGHT, FRAMES, (0,), 48_000, 2, 0)
    found = verify(tmp_path / "out.mp4", InlineExecutor(), layout)
    assert found.problems == ("pixel format: yuv420p, expected yuv420p10le",)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["h264_10bits.mp4", "walking.mp4"])
def test_real_clips_in_ten_bits_are_what_another_program_makes_of_them(
    tmp_path: Path, shared_data: Path, name: str
) -> None:
    path = shared_data / "video" / name
    media = probe(str(path), InlineExecutor())
    assert media.video is not None
    # one does not say; FFmpeg's own way from BT.601 cuts off what is no colour, so nothing is converted here
    video = media.video.replace(colour=Colour(matrix="bt709"))
    media, size = media.replace(video=video), (video.width, video.height)
    assert made(media, tmp_path, DEEP, video.rate, size).verified.ok
    found = luma(tmp_path / "out.mp4", "yuv420p10le", size)
    wanted = luma(path, "yuv420p10le", size)
    psnr = 10 * np.log10(1023**2 / ((found - wanted) ** 2).mean(axis=(1, 2)))
    assert psnr.min() > 45
    if "10" in name:
        assert len(np.unique(found)) > 256

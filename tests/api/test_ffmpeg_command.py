"""The command of the ffmpeg program, as a user gets it: run, its film is the exported one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

import cutroom as cr
from cutroom.schema.formats import CONTAINERS


def decoded(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Frames and samples of a file."""
    with av.open(str(path)) as file:
        frames = np.array([frame.to_ndarray() for frame in file.decode(video=0)])
    with av.open(str(path)) as file:
        samples = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
    return frames, samples


def test_its_film_is_the_exported_one(film, tmp_path: Path) -> None:
    project = cr.Project.create(fps=30, size=(320, 180))
    tl = project.timeline
    a = tl.append(film.path, source=(0, 2))
    b = tl.append(film.path, source=(3, 5))
    tl.add_transition("dissolve", a, b, duration=0.5)
    a.effects.add("vignette")
    tl.add_title("Hello", at=0.5, duration=1)
    renderer = cr.Renderer(project)
    own, other = tmp_path / "own.mp4", tmp_path / "other.mp4"
    renderer.render(own, progress=False)
    command = renderer.ffmpeg_command(other)
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *command[1:]], check=True, timeout=120)
    (frames, samples), (made, heard) = decoded(own), decoded(other)
    assert frames.shape == made.shape
    errors = [np.mean((x.astype(float) - y) ** 2) for x, y in zip(frames, made, strict=True)]
    assert 10 * np.log10(255**2 / max(errors)) > 40  # two encoders' losses on top of 45 dB
    count = min(samples.shape[1], heard.shape[1])
    assert abs(samples.shape[1] - heard.shape[1]) <= 2048
    assert np.corrcoef(samples[0, :count], heard[0, :count])[0, 1] > 0.99


@pytest.mark.parametrize("preset", ["hevc-1080p", "av1-1080p", "vp9-webm", "prores-422-hq", "preview", "wav", "mp3"])
def test_it_writes_what_the_preset_writes(film, tmp_path: Path, preset: str) -> None:
    project = cr.Project.create(fps=60, size=(960, 540))
    project.timeline.append(film.path, source=(0, 1))
    renderer = cr.Renderer(project, preset=preset)
    suffix = CONTAINERS[renderer.settings.container].suffixes[0]
    own, other = tmp_path / f"own{suffix}", tmp_path / f"other{suffix}"
    assert renderer.render(own, progress=False).verified.ok
    command = renderer.ffmpeg_command(other)
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *command[1:]], check=True, timeout=240)
    with av.open(str(own)) as a, av.open(str(other)) as b:
        assert [stream.codec_context.name for stream in a.streams] == [s.codec_context.name for s in b.streams]
        assert a.format.name == b.format.name
        for one, two in zip(a.streams.video, b.streams.video, strict=True):
            assert (one.width, one.height, one.pix_fmt) == (two.width, two.height, two.pix_fmt)
            assert one.codec_context.codec_tag == two.codec_context.codec_tag
            frames, made = (np.array([f.to_ndarray(format="gray") for f in file.decode(video=0)]) for file in (a, b))
            assert frames.shape == made.shape == ((30, 360, 640) if preset == "preview" else (60, 540, 960))
            assert np.mean((frames.astype(float) - made) ** 2) < 255**2 / 10**3.5


def test_another_suffix_is_refused(film, tmp_path: Path) -> None:
    project = cr.Project.create(fps=30, size=(320, 180))
    project.timeline.append(film.path, source=(0, 1))
    with pytest.raises(cr.errors.OutputError, match=r"this preset writes WebM, not \.mp4") as caught:
        cr.Renderer(project, preset="vp9-webm").render(tmp_path / "out.mp4")
    assert caught.value.hint == "name it out.webm"
    with pytest.raises(cr.errors.ValidationError, match="soft subtitles"):
        cr.Renderer(project, preset="vp9-webm", subtitles="soft")
    assert cr.Renderer(project, preset="wav", loudness=-23).settings.loudness == -23

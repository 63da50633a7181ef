"""The command of the ffmpeg program, as a user gets it: run, its film is the exported one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

import cutroom as cr


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

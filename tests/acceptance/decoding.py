"""The finished file, seen by another decoder: the ffmpeg program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from cutroom.demo.film import find_clicks, read_frame_number


def run(*arguments: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *arguments]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b"", done.stderr.decode()
    return done.stdout


def frames(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(frames, height, width, 3), every coded frame once."""
    raw = run("-i", str(path), "-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], 3)


def numbers(path: Path, size: tuple[int, int]) -> list[int | None]:
    return [read_frame_number(frame) for frame in frames(path, size)]


def samples(path: Path) -> NDArray[np.float32]:
    """(samples,), mono at 48 kHz."""
    raw = run("-i", str(path), "-map", "0:a", "-ac", "1", "-ar", "48000", "-f", "f32le", "-")
    return np.frombuffer(raw, np.float32)


def clicks(path: Path) -> list[int]:
    return [int(sample) for sample in find_clicks(samples(path), 48_000)]


def sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()

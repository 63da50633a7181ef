"""Media whose sound and picture do not end together: what is left out, or silent, is told."""

from __future__ import annotations

import subprocess
import warnings
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest

import cutroom as cr

F = Fraction


def made(path: Path, picture: float, sound: float) -> Path:
    streams = [f"testsrc=s=64x48:r=30:d={picture}", f"sine=d={sound}:r=48000"]
    inputs = [word for stream in streams for word in ("-f", "lavfi", "-i", stream)]
    coded = ["-c:v", "mpeg4", "-c:a", "pcm_s16le", "-y", str(path)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *inputs, *coded], check=True)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uneven")


def test_sound_that_is_left_out_is_told_and_can_be_had(folder: Path) -> None:
    path = made(folder / "long sound.mov", 1, 2)
    told = r"long sound.mov: its sound goes on for 1 s after its picture ends at 1 s, and is left out"
    for verb in ("append", "insert", "overwrite"):
        tl = cr.Project.create().timeline
        with pytest.warns(UserWarning, match=told) as found:
            getattr(tl, verb)(path, **({} if verb == "append" else {"at": 0}))
        assert found[0].filename == __file__
        assert told in tl.project.last
        assert [clip.duration for clip in tl.clips] == [1, 1]
    with warnings.catch_warnings(action="error"):
        tl.append(path, source=(0, 1))
        tl.append(path, sound=False)
        clip = tl.append(path, source=(0, None))
    assert [one.duration for one in (clip, *clip.linked)] == [2, 2]


def test_a_clip_that_falls_silent_is_told(folder: Path) -> None:
    path = made(folder / "long picture.mov", 2, 1)
    tl = cr.Project.create().timeline
    with pytest.warns(
        UserWarning, match=r"long picture.mov: its sound ends at 1 s, its picture at 2 s: silent in between"
    ):
        tl.append(path)
    with warnings.catch_warnings(action="error"):
        tl.append(path, sound=None)
        tl.append(path, source=(0, 1))


def test_what_an_encoder_adds_is_not_spoken_of(folder: Path) -> None:
    with warnings.catch_warnings(action="error"):
        for number, lengths in enumerate([(1, 1.06), (1.06, 1)]):
            clip = cr.timeline(made(folder / f"{number}.mov", *lengths)).clips[0]
            assert clip.duration == F(1) + F(1, 15) * number

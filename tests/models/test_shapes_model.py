"""The bundled model finds what it was trained to find, and describes itself."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import onnxruntime
import pytest

from cutroom.demo.film import write_demo_film
from cutroom.demo.shapes import CLASSES

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "src" / "cutroom" / "detection" / "models" / "shapes.onnx"


@pytest.fixture(scope="module")
def tools() -> dict[str, ModuleType]:
    """The modules beside the training script; they are no package."""
    modules: dict[str, ModuleType] = {}
    before = {name: sys.modules.get(name) for name in ("metrics", "pictures", "check_film")}
    for name in before:  # in this order: each may import the ones before it
        spec = importlib.util.spec_from_file_location(name, ROOT / "models" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        modules[name] = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[name])
    for name, module in before.items():
        if module is None:
            del sys.modules[name]
        else:
            sys.modules[name] = module
    return modules


@pytest.fixture(scope="module")
def session() -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(MODEL.read_bytes(), providers=["CPUExecutionProvider"])


def test_it_finds_shapes_in_pictures_it_has_never_seen(
    session: onnxruntime.InferenceSession, tools: dict[str, ModuleType]
) -> None:
    found, truth = [], []
    for number in range(60):
        image, labels = tools["pictures"].picture(31_337, number)
        tensor = np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32) / 255
        found.append(tools["metrics"].boxes_of(session.run(None, {"images": tensor})[0][0]))
        truth.append(labels)
    assert sum(map(len, truth)) > 150
    assert np.mean(tools["metrics"].average_precision(found, truth, len(CLASSES))) >= 0.9


def test_it_finds_the_shapes_of_the_film(tmp_path: Path, tools: dict[str, ModuleType]) -> None:
    film = tmp_path / "film.mp4"
    truth = write_demo_film(film, seconds=4, size=(640, 360), seed=99)
    score = tools["check_film"].check(MODEL, film, truth, every=6, confidence=0.25)
    assert score.right > 40
    assert score.precision >= 0.9
    assert score.recall >= 0.9


def test_its_file_is_small_and_describes_itself(session: onnxruntime.InferenceSession) -> None:
    assert MODEL.stat().st_size <= 3_000_000
    metadata = session.get_modelmeta().custom_metadata_map
    assert ast.literal_eval(metadata["names"]) == dict(enumerate(CLASSES))
    assert ast.literal_eval(metadata["imgsz"]) == [320, 320]
    assert (metadata["task"], metadata["stride"], metadata["family"]) == ("detect", "32", "yolov8")
    assert metadata["license"] == "BSD-3-Clause"
    assert {"author", "version"} <= metadata.keys()
    assert [(node.name, node.shape) for node in session.get_inputs()] == [("images", [1, 3, 320, 320])]
    assert [node.shape for node in session.get_outputs()] == [[1, 4 + len(CLASSES), 2100]]


def test_scores_are_shares_and_an_empty_picture_has_no_boxes(session: onnxruntime.InferenceSession) -> None:
    output = session.run(None, {"images": np.full((1, 3, 320, 320), 0.4, np.float32)})[0][0]
    assert 0 <= output[4:].min() <= output[4:].max() < 0.25


def test_average_precision_of_known_cases(tools: dict[str, ModuleType]) -> None:
    truth = [np.array([[0, 0, 0, 10, 10], [0, 20, 20, 30, 30]], np.float32)]
    exact = np.array([[0, 0.9, 0, 0, 10, 10], [0, 0.8, 20, 20, 30, 30]], np.float32)
    twice = np.array([[0, 0.9, 0, 0, 10, 10], [0, 0.8, 0, 0, 10, 10]], np.float32)
    precision = tools["metrics"].average_precision
    assert precision([exact], truth, 1) == [1.0]
    assert precision([twice], truth, 1) == [pytest.approx(51 / 101)]
    assert precision([exact[:0]], truth, 1) == [0.0]
    assert precision([exact], [truth[0] + np.float32([0, 6, 0, 6, 0])], 1) == [0.0]

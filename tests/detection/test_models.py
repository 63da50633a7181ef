"""Models: what is read, what is refused and why, and the numbers that the reference gives."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
import tiny_model

from cutroom.detection import onnx, store
from cutroom.detection.letterbox import Letterbox
from cutroom.errors import ModelError, UnknownNameError
from cutroom.workers import Grants, InlineExecutor, WorkerPool


def loaded(data: bytes) -> onnx.Model:
    return onnx.load(BytesIO(data), "some.onnx")


def changed(**entries: str | None) -> dict[str, str]:
    metadata = {**tiny_model.METADATA, **entries}
    return {key: value for key, value in metadata.items() if value is not None}


def test_a_card_says_what_the_file_says() -> None:
    card = loaded(tiny_model.write()).card
    assert (card.family, card.task, card.labels) == ("yolov8", "detect", ("red", "green"))
    assert (card.width, card.height, card.stride, card.licence) == (320, 320, 32, "BSD-3-Clause")
    assert card.class_ids(None) is None
    assert card.class_ids(["green", 0, "green"]) == (0, 1)
    assert card.class_ids("red") == (0,)
    for wrong in (["gren"], [2], [-1]):
        with pytest.raises(UnknownNameError):
            card.class_ids(wrong)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"hello, I am a text\n" * 100, "not an ONNX model"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "not an ONNX model"),
        (tiny_model.write()[:1500], "cannot be loaded"),
        (tiny_model.external(), "weights in another file"),
        (tiny_model.write(metadata={}), "does not say what kind of model"),
        (tiny_model.write(metadata=changed(task="segment")), "does 'segment'"),
        (tiny_model.write(metadata=changed(task=None)), "does not say what it does"),
        (tiny_model.write(metadata=changed(end2end="True")), "end-to-end head"),
        (tiny_model.write(metadata=changed(names="{0: 'red'}")), "output of some.onnx is 1 by 6 by 2100"),
        (tiny_model.write(metadata=changed(names="['a', 'b', 'c']")), "output of some.onnx is 1 by 6 by 2100"),
        (tiny_model.write(metadata=changed(names="{0: 'red', 2: 'x'}")), "class names"),
        (tiny_model.write(metadata=changed(names="__import__('os')")), "'names' of some.onnx cannot be read"),
        (tiny_model.write(metadata=changed(names="(" * 5000)), "'names' of some.onnx cannot be read"),
        (tiny_model.write(metadata=changed(stride="0")), "stride"),
        (tiny_model.write(size=336), "input of some.onnx is 336 by 336"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_remedy(data: bytes, reason: str) -> None:
    with pytest.raises(ModelError, match=reason) as caught:
        loaded(data)
    assert caught.value.hint


def test_shapes_that_the_file_leaves_free_come_from_its_metadata() -> None:
    model = loaded(tiny_model.write(inputs=("batch", 3, "height", "width")))
    assert (model.card.width, model.card.height) == (320, 320)


def test_a_graph_that_fails_while_it_runs_is_named() -> None:
    model = loaded(tiny_model.write())
    with pytest.raises(ModelError, match=r"some\.onnx fails"):
        model.infer(np.zeros((1, 3, 64, 64), np.float32))


def test_red_and_green_cells_are_found_where_they_are() -> None:
    model = loaded(tiny_model.write())
    rgb = np.zeros((160, 640, 3), np.uint8)
    rgb[48:112, 128:192] = (
        255,
        0,
        0,
    )  # input rows 144 … 176: halves of two cells
    rgb[112:160, 576:640] = (0, 255, 0)
    box = Letterbox.fit((640, 160), (320, 320))  # halved, and 120 rows down
    found = model.detect(rgb, box, 0.4, 0.45, None)
    boxes = {(model.card.labels[c], *xyxy) for c, xyxy in zip(found.class_id, found.xyxy.tolist(), strict=True)}
    assert boxes == {("red", 128, 16, 192, 80), ("red", 128, 80, 192, 144), ("green", 576, 80, 640, 144)}
    assert found.confidence.tolist() == pytest.approx([0.5, 0.5, 0.5], abs=0.02)
    assert model.detect(rgb, box, 0.4, 0.45, (1,)).class_id.tolist() == [1]


def test_the_same_bytes_are_loaded_once() -> None:
    assert loaded(tiny_model.write()) is loaded(tiny_model.write())


def test_loading_by_path_in_a_worker(tmp_path: Path, pool: WorkerPool) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(tiny_model.write())
    model = store.load(path, pool)
    assert model.labels == ("red", "green")
    assert pool.level in {"confined", "isolated"}
    assert store.load(model, pool) is model
    assert "red, green" in repr(model)
    path.write_text("no model any more")
    with pytest.raises(ModelError, match="not an ONNX model") as caught:
        store.load(path, pool)
    assert caught.value.hint


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    executor = InlineExecutor()
    with pytest.raises(UnknownNameError, match="did you mean 'shapes'"):
        store.load("shape", executor)
    with pytest.raises(ModelError, match="there is no model file") as caught:
        store.load(tmp_path / "missing.onnx", executor)
    assert "shapes" in str(caught.value.hint)
    with pytest.raises(ModelError, match="is a folder"):
        store.load(tmp_path, executor)


def test_the_registry_is_a_table() -> None:
    table = store.to_df()
    assert table.id.tolist() == ["shapes"]
    assert str(table.dtypes["bytes"]) == "Int64"


@pytest.mark.shared
@pytest.mark.parametrize("picture", ["bus_yolov5.jpg", "zidane_yolov5.jpg"])
def test_boxes_equal_the_reference(shared_data: Path, picture: str) -> None:
    model = loaded((shared_data / "models" / "yolov8n_int8.onnx").read_bytes())
    rgb = cv2.cvtColor(cv2.imread(str(shared_data / "images" / picture)), cv2.COLOR_BGR2RGB)
    box = Letterbox.fit((rgb.shape[1], rgb.shape[0]), (model.card.width, model.card.height))
    found = model.detect(rgb, box, 0.25, 0.7, None)
    expected = json.loads((shared_data / "images" / "expected_detections.json").read_text())
    rows = expected[f"{picture}|yolov8n_int8.onnx"]["det"]
    assert [model.card.labels[i] for i in found.class_id] == [row[5] for row in rows]
    np.testing.assert_allclose(found.xyxy, [row[:4] for row in rows], atol=1e-3)
    np.testing.assert_allclose(found.confidence, [row[4] for row in rows], atol=1e-5)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("yolox_nano_416.onnx", "does not say what kind of model"),
        ("deimv2_atto_coco.onnx", "does not say what kind of model"),
        ("yolo26n_int8.onnx", "end-to-end"),
        ("yolov8n-seg_int8.onnx", "segment"),
        ("yolo11n-pose_int8.onnx", "pose"),
    ],
)
def test_real_models_of_other_kinds_are_refused(shared_data: Path, file: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        loaded((shared_data / "models" / file).read_bytes())


def test_workers_keep_no_file_of_the_runtimes_maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime reports its use where it is not told otherwise, and keeps a database for it in the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    grants = Grants(read=[store.FOLDER])
    with WorkerPool("model", workers=1, preload=("cutroom.detection.tasks",), grants=grants, timeout=60) as pool:
        assert store.load("shapes", pool).labels
    assert list(tmp_path.rglob("*onnxruntime*")) == []

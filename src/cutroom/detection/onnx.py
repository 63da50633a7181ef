"""A model as an ONNX Runtime session, made from bytes. Belongs in a worker process."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Any, BinaryIO

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from cutroom.detection.boxes import Found, decode_v8, suppress
from cutroom.detection.card import ModelCard, read_card
from cutroom.detection.letterbox import Letterbox
from cutroom.errors import ModelError

LARGEST = 2 << 30
_KEPT = 2
_FIRST_FIELD = b"\x08"
"""Every ONNX file begins with its format's version."""
_sessions: OrderedDict[str, Model] = OrderedDict()


class Model:
    """A loaded model. `detect` may be called by several threads at once.

    Args:
        data: the bytes of the file: a session made from a path would follow the file's references to others.
        file: how errors call it.

    Raises:
        ModelError: not a model, a damaged one, or one of a kind that is not read.
    """

    def __init__(self, data: bytes, file: str) -> None:
        self.file = file
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
            metadata = self._session.get_modelmeta().custom_metadata_map
            inputs = {item.name: (item.type, item.shape) for item in self._session.get_inputs()}
            outputs = [item.shape for item in self._session.get_outputs()]
        except Exception as error:  # ONNX Runtime's own exceptions share no base class
            raise _unreadable(data, file, error) from error
        self.card: ModelCard = read_card(
            metadata, inputs, outputs, file=file, sha256=hashlib.sha256(data).hexdigest(), size=len(data)
        )
        (self._input,) = inputs
        self._output = self._session.get_outputs()[0].name

    def infer(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """The raw output (4 + classes, anchors) for one input (1, 3, H, W).

        Raises:
            ModelError: the graph fails, or gives something of another shape than it said.
        """
        try:
            (output,) = self._session.run([self._output], {self._input: tensor})
        except Exception as error:
            raise ModelError(f"{self.file} fails: {_short(error)}", value=self.file, hint="export it again") from error
        if output.ndim != 3 or output.shape[:2] != (1, 4 + len(self.card.labels)) or output.dtype != np.float32:
            shown = " by ".join(map(str, output.shape))
            raise ModelError(f"{self.file} gave {shown} of {output.dtype}", value=self.file, hint="export it again")
        return np.asarray(output[0])

    def detect(
        self, rgb: NDArray[np.uint8], box: Letterbox, confidence: float, iou: float, classes: tuple[int, ...] | None
    ) -> Found:
        """Objects in a picture, in pixels of the picture as displayed, the surest first."""
        found = decode_v8(self.infer(box.tensor(rgb)), confidence)
        if classes is not None:
            found = found.take(np.isin(found.class_id, classes))
        kept = suppress(found, iou)
        return kept._replace(xyxy=box.restore(kept.xyxy))


def load(file: BinaryIO, name: str) -> Model:
    """The model in an open file; the last few stay loaded, by content.

    Raises:
        ModelError: see `Model`.
    """
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ModelError(f"{name} is larger than 2 GiB", value=name, hint="use a smaller model")
    digest = hashlib.sha256(data).hexdigest()
    if digest in _sessions:
        _sessions.move_to_end(digest)
        return _sessions[digest]
    model = _sessions[digest] = Model(data, name)
    while len(_sessions) > _KEPT:
        _sessions.popitem(last=False)
    return model


def _unreadable(data: bytes, file: str, error: Exception) -> ModelError:
    if not data:
        return ModelError(f"{file} is empty", value=file, hint="download or export the model again")
    text = str(error)
    if "external" in text.lower():
        return ModelError(
            f"{file} keeps its weights in another file", value=file, hint="save it as one file, weights included"
        )
    if data[:1] != _FIRST_FIELD:
        return ModelError(
            f"{file} is not an ONNX model", value=file, hint="export it: `yolo export model=… format=onnx`"
        )
    return ModelError(
        f"{file} cannot be loaded: {_short(error)}",
        value=file,
        hint="the file may be cut short: export or copy it again",
    )


def _short(error: Any) -> str:
    return " ".join(str(error).split())[:300]

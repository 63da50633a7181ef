"""ONNX models written byte by byte: v8 layouts that see red and green, for tests that must know the right answer.

The graph averages each cell of 32 by 32 input pixels; class 0 scores by how red a cell is, class 1 by how green.
The box of a cell is the cell. Anchors of strides 8 and 16 score nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

FLOAT, INT64 = 1, 7
METADATA = {
    "description": "sees red and green",
    "stride": "32",
    "task": "detect",
    "imgsz": "[320, 320]",
    "names": "{0: 'red', 1: 'green'}",
    "license": "BSD-3-Clause",
}


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def _field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _tensor(name: str, array: np.ndarray) -> bytes:
    kind = FLOAT if array.dtype == np.float32 else INT64
    dims = b"".join(_field(1, int(side)) for side in array.shape)
    return dims + _field(2, kind) + _field(8, name) + _field(9, array.tobytes())


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(_field(1, _field(1 if isinstance(side, int) else 2, side)) for side in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, dims)))


def _node(kind: str, inputs: Iterable[str], output: str, **attributes: int | list[int]) -> bytes:
    data = b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(3, output) + _field(4, kind)
    for name, value in attributes.items():
        listed = isinstance(value, list)
        body = b"".join(_field(8, v) for v in value) if listed else _field(3, value)
        data += _field(5, _field(1, name) + body + _field(20, 7 if listed else 2))
    return data


def write(
    size: int = 320,
    metadata: dict[str, str] | None = None,
    *,
    inputs: Sequence[int | str] | None = None,
    kind: int = FLOAT,
    anchors: int | None = None,
) -> bytes:
    """The bytes of a model; the arguments make unusual ones."""
    cells = size // 32
    small = (size // 8) ** 2 + (size // 16) ** 2
    centres = (np.stack(np.meshgrid(np.arange(cells), np.arange(cells)), 0).reshape(2, -1) + 0.5) * 32
    boxes = np.zeros((1, 4, small + cells**2), np.float32)
    boxes[0, :2, small:], boxes[0, 2:, small:] = centres, 32
    weights = np.array([[1, -1, 0], [-1, 1, 0]], np.float32).reshape(2, 3, 1, 1)
    graph = b"".join(
        _field(1, node)
        for node in (
            _node("AveragePool", ["images"], "means", kernel_shape=[32, 32], strides=[32, 32]),
            _node("Conv", ["means", "weights"], "scores"),
            _node("Reshape", ["scores", "flat"], "cells"),
            _node("Concat", ["nothing", "cells"], "all", axis=2),
            _node("Relu", ["all"], "positive"),
            _node("Concat", ["boxes", "positive"], "output0", axis=1),
        )
    )
    graph += _field(2, "tiny")
    for name, array in (
        ("weights", weights),
        ("flat", np.array([1, 2, cells**2], np.int64)),
        ("nothing", np.zeros((1, 2, small), np.float32)),
        ("boxes", boxes),
    ):
        graph += _field(5, _tensor(name, array))
    graph += _field(11, _value("images", kind, inputs or (1, 3, size, size)))
    graph += _field(12, _value("output0", FLOAT, (1, 6, anchors or small + cells**2)))
    model = _field(1, 8) + _field(2, "cutroom tests") + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))
    for key, value in (METADATA if metadata is None else metadata).items():
        model += _field(14, _field(1, key) + _field(2, value))
    return model


def external(size: int = 320) -> bytes:
    """A model whose weights are said to lie in a file elsewhere."""
    where = _field(13, _field(1, "location") + _field(2, "../secret.bin"))
    tensor = _field(1, 4) + _field(2, FLOAT) + _field(8, "weights") + where + _field(14, 1)
    graph = _field(1, _node("Identity", ["weights"], "output0")) + _field(2, "tiny") + _field(5, tensor)
    graph += _field(11, _value("images", FLOAT, (1, 3, size, size))) + _field(12, _value("output0", FLOAT, (4,)))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))

"""What a model file says about itself, and whether that is a kind of model that Cutroom can read."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from cutroom.errors import ModelError, nearest
from cutroom.schema.base import Frozen

Shape = Sequence[int | str | None]
"""Sizes of a tensor; a text or None where a size is free."""
_STRIDES = (8, 16, 32)
_LONGEST = 1_000_000
_EXPORT = "export it with its metadata: `yolo export model=… format=onnx` (names, task, imgsz and stride are needed)"


class ModelCard(Frozen):
    """A detection model, as its own metadata describe it."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    family: Literal["yolov8"]
    """Layout of the output: `yolov8` is that of v8, v9, 11 and 12: (1, 4 + classes, anchors)."""
    task: Literal["detect"]
    labels: tuple[str, ...] = Field(min_length=1, max_length=10_000)
    width: int = Field(ge=32, le=4096)
    height: int = Field(ge=32, le=4096)
    stride: int = Field(default=32, ge=1)
    description: str = ""
    licence: str = ""
    version: str = ""
    size: int = Field(ge=1)
    """Bytes of the file."""

    def class_ids(self, wanted: Sequence[str | int] | None) -> tuple[int, ...] | None:
        """Ids of some classes, given by label or id; None for all.

        Raises:
            UnknownNameError: the model knows no such class.
        """
        if wanted is None:
            return None
        ids = {label: i for i, label in enumerate(self.labels)}
        found = []
        for item in [wanted] if isinstance(wanted, str) else wanted:
            if isinstance(item, str) and item in ids:
                found.append(ids[item])
            elif not isinstance(item, str) and 0 <= int(item) < len(self.labels):
                found.append(int(item))
            else:
                raise nearest(str(item), self.labels, what="class")
        return tuple(sorted(set(found)))


def read_card(
    metadata: Mapping[str, str],
    inputs: Mapping[str, tuple[str, Shape]],
    outputs: Sequence[Shape],
    *,
    file: str,
    sha256: str,
    size: int,
) -> ModelCard:
    """The card of a model, from its metadata and the shapes of its tensors.

    The family follows from the metadata; shapes only confirm it, since several families share them.

    Args:
        metadata: key and value texts of the ONNX file.
        inputs: element type and shape by name.
        outputs: shapes.
        file: how errors call the model.
        sha256: digest of the file.
        size: bytes of the file.

    Raises:
        ModelError: not a detection model of a known family; the hint says what to do.
    """
    names = _value(metadata, "names", file)
    task = metadata.get("task", "")
    if task != "detect":
        what = f"does {task!r}" if task else "does not say what it does"
        raise ModelError(f"{file} {what}: only detection models are read", value=file, hint=_EXPORT)
    if metadata.get("end2end", "False") != "False":
        raise ModelError(
            f"{file} has an end-to-end head, which is not read yet",
            value=file,
            hint="export it without the end-to-end head (end2end=False), or use a v8, v9, 11 or 12 model",
        )
    labels = _labels(names, file)
    width, height = _input_size(inputs, metadata, file)
    anchors = sum((height // stride) * (width // stride) for stride in _STRIDES)
    expected = (1, 4 + len(labels), anchors)
    if len(outputs) != 1 or len(outputs[0]) != 3 or not _fits(outputs[0], expected):
        shown = " and ".join(" by ".join(map(str, shape)) for shape in outputs)
        raise ModelError(
            f"the output of {file} is {shown}, and not the {' by '.join(map(str, expected))} of the v8 layout",
            value=file,
            hint="models of v8, v9, 11 and 12 are read; others need another export",
        )
    return ModelCard(
        sha256=sha256, family="yolov8", task="detect", labels=labels, width=width, height=height,
        stride=_stride(metadata, file), description=metadata.get("description", "")[:1000],
        licence=metadata.get("license", "")[:1000], version=metadata.get("version", "")[:100], size=size,
    )  # fmt: skip


def _fits(shape: Shape, expected: Sequence[int]) -> bool:
    return all(not isinstance(have, int) or have == want for have, want in zip(shape, expected, strict=True))


def _value(metadata: Mapping[str, str], key: str, file: str) -> Any:
    """A Python literal, as Ultralytics writes its metadata."""
    text = metadata.get(key)
    if text is None:
        raise ModelError(
            f"{file} does not say what kind of model it is: its metadata lack {key!r}", value=file, hint=_EXPORT
        )
    try:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise ModelError(f"the metadata {key!r} of {file} cannot be read", value=text[:200], hint=_EXPORT) from None


def _labels(names: Any, file: str) -> tuple[str, ...]:
    listed = dict(enumerate(names)) if isinstance(names, list | tuple) else names
    if (
        not isinstance(listed, dict)
        or not listed
        or set(listed) != set(range(len(listed)))
        or not all(isinstance(name, str) for name in listed.values())
    ):
        raise ModelError(f"the class names of {file} are not a list", value=str(names)[:200], hint=_EXPORT)
    return tuple(listed[i] for i in range(len(listed)))


def _stride(metadata: Mapping[str, str], file: str) -> int:
    stride = _value(metadata, "stride", file)
    if not isinstance(stride, int | float) or not 1 <= stride <= 256:
        raise ModelError(f"the stride of {file} is {stride!r}", value=file, hint=_EXPORT)
    return int(stride)


def _input_size(inputs: Mapping[str, tuple[str, Shape]], metadata: Mapping[str, str], file: str) -> tuple[int, int]:
    """Width and height of the one input; where the file leaves them free, what the metadata say."""
    hint = "export a static model with one float32 picture: batch=1, half=False, int8 weights are fine"
    if len(inputs) != 1:
        raise ModelError(f"{file} takes {len(inputs)} inputs, not one picture", value=file, hint=hint)
    (name, (kind, shape)), *_ = inputs.items()
    if kind != "tensor(float)" or len(shape) != 4 or not _fits(shape[:2], (1, 3)):
        shown = " by ".join(map(str, shape))
        raise ModelError(
            f"the input {name!r} of {file} is {kind} of {shown}, not one RGB picture", value=file, hint=hint
        )
    height, width = shape[2], shape[3]
    if not isinstance(height, int) or not isinstance(width, int):
        size = _value(metadata, "imgsz", file)
        height, width = size if isinstance(size, list | tuple) and len(size) == 2 else (size, size)
    if not all(isinstance(s, int) and 32 <= s <= 4096 and s % 32 == 0 for s in (width, height)):
        raise ModelError(f"the input of {file} is {width} by {height}", value=file, hint="sizes are multiples of 32")
    return width, height

"""Results on their way up: JSON for the structure, raw buffers for bytes and arrays; nothing that could run.

A buffer stands in the JSON as `{"$": n}`, the n-th entry of the table `buffers`; an entry is `[size, shared]` for
bytes and `[size, shared, dtype, shape]` for an array. Offsets are never sent: both sides place the buffers one after
the other, at multiples of 64 bytes, in the frame's body or in the shared memory.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Sequence
from typing import Any

from cutroom.workers import shared
from cutroom.workers.wire import Frame, Kind

INLINE_BUFFER = 64 * 1024
INLINE_TOTAL = 1 << 20
MAX_SHARED = 4 << 30
MAX_DEPTH = 200
_DTYPE = re.compile(r"[<>|][biufc](1|2|4|8|16|32)")


class UnreadableError(Exception):
    """A result that is not what `encode` makes."""


def encode(kind: Kind, value: object, *, use_shared: bool = shared.AVAILABLE) -> Frame:
    """A frame that carries a value.

    Args:
        kind: the frame's kind.
        value: JSON-able data with bytes and numpy arrays anywhere inside; tuples become lists.
        use_shared: put large buffers in a memfd; else all go in the body.

    Raises:
        TypeError: something in the value is not plain data.
    """
    buffers: list[memoryview] = []
    table: list[list[object]] = []
    structure = _strip(value, buffers, table)
    inline: list[memoryview] = []
    outside: list[memoryview] = []
    total = 0
    for buffer, entry in zip(buffers, table, strict=True):
        size = len(buffer)
        if use_shared and (size > INLINE_BUFFER or total + size > INLINE_TOTAL):
            entry[1] = True
            outside.append(buffer)
        else:
            total += shared.aligned(size)
            inline.append(buffer)
    header = json.dumps({"value": structure, "buffers": table}, separators=(",", ":")).encode("ascii")
    body = b"".join(bytes(buffer).ljust(shared.aligned(len(buffer)), b"\0") for buffer in inline)
    return Frame(kind, header, body, (shared.write(outside),) if any(map(len, outside)) else ())


def decode(frame: Frame) -> Any:
    """The value of a frame that `encode` made.

    Arrays are read-only views, without a copy when they came as shared memory. The frame's descriptors stay open.

    Raises:
        UnreadableError: the frame is not well-formed.
    """
    try:
        data = json.loads(frame.header)
        return _fill(data["value"], _buffers(data["buffers"], frame))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, AttributeError, OverflowError) as error:
        raise UnreadableError(str(error) or type(error).__name__) from None


def _strip(value: object, buffers: list[memoryview], table: list[list[object]], depth: int = 0) -> object:
    if depth > MAX_DEPTH:
        raise TypeError(f"a result is nested more than {MAX_DEPTH} deep")
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):  # first: numpy.float64 is also a float
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        view = memoryview(value).cast("B") if memoryview(value).contiguous else memoryview(bytes(value))
        return _put(view, [len(view), False], buffers, table)
    if isinstance(value, (list, tuple)):
        return [_strip(item, buffers, table, depth + 1) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a result's dictionary has a key that is not a string")
        filled = {key: _strip(item, buffers, table, depth + 1) for key, item in value.items()}
        return {"$": filled} if "$" in filled else filled
    if numpy is not None and isinstance(value, numpy.ndarray):
        if not _DTYPE.fullmatch(value.dtype.str):
            raise TypeError(f"a result holds an array of {value.dtype}; only numbers and booleans travel")
        solid = numpy.ascontiguousarray(value)
        entry: list[object] = [value.nbytes, False, value.dtype.str, list(value.shape)]
        return _put(memoryview(solid.reshape(-1).view(numpy.uint8)), entry, buffers, table)
    raise TypeError(f"a result holds a {type(value).__qualname__}, which is not plain data")


def _put(view: memoryview, entry: list[object], buffers: list[memoryview], table: list[list[object]]) -> dict[str, int]:
    buffers.append(view)
    table.append(entry)
    return {"$": len(table) - 1}


def _buffers(table: Sequence[Any], frame: Frame) -> list[Any]:
    placed: list[tuple[int, list[Any]]] = []
    ends = {False: 0, True: 0}
    for entry in table:
        size, is_shared = entry[0], entry[1]
        if type(size) is not int or type(is_shared) is not bool or size < 0 or size > MAX_SHARED:
            raise ValueError("a buffer without a proper size")
        placed.append((ends[is_shared], entry))
        ends[is_shared] += shared.aligned(size)
    if ends[False] != len(frame.body):
        raise ValueError("a body of another size than announced")
    if ends[True] > MAX_SHARED or bool(ends[True]) != bool(frame.descriptors):
        raise ValueError("shared memory of another size than announced")
    areas = {False: memoryview(frame.body)}
    if ends[True]:
        areas[True] = shared.read(frame.descriptors[0], ends[True])
    return [_buffer(areas.get(entry[1], memoryview(b"")), start, entry) for start, entry in placed]


def _buffer(area: memoryview, start: int, entry: list[Any]) -> Any:
    view = area[start : start + entry[0]]
    if len(entry) == 2:
        return bytes(view)
    import numpy as np

    _, _, dtype, shape = entry
    if not _DTYPE.fullmatch(dtype) or not all(type(side) is int and side >= 0 for side in shape) or len(shape) > 32:
        raise ValueError("an array without a proper type and shape")
    kind = np.dtype(dtype)
    if math.prod(shape) * kind.itemsize != entry[0]:
        raise ValueError("an array whose shape does not fit its size")
    if kind.kind == "b":  # any other byte than 0 and 1 in a boolean is undefined behaviour
        array = np.frombuffer(view, dtype=np.uint8) != 0
        array.flags.writeable = False
        return array.reshape(shape)
    return np.frombuffer(view, dtype=kind).reshape(shape)


def _fill(value: Any, buffers: list[Any], depth: int = 0) -> Any:
    if depth > 2 * MAX_DEPTH + 2:  # an escaped dictionary takes two levels
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [_fill(item, buffers, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if "$" not in value:
        return {key: _fill(item, buffers, depth + 1) for key, item in value.items()}
    inner = value["$"]
    if type(inner) is int and 0 <= inner < len(buffers):
        return buffers[inner]
    if isinstance(inner, dict):
        return {key: _fill(item, buffers, depth + 1) for key, item in inner.items()}
    raise ValueError("a reference to a buffer that is not there")

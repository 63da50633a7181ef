"""Colour look-up tables in .cube files (Adobe's "Cube LUT Specification" 1.0, and DaVinci Resolve's input ranges)."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, chain

import numpy as np
from numpy.typing import NDArray

from cutroom.errors import ValidationError

Triple = tuple[float, float, float]
Line = tuple[int, str]
"""Its number, from 0, and what it says."""
SIZES = {"LUT_1D_SIZE": (2, 65536), "LUT_3D_SIZE": (2, 129)}
"""Smallest and largest number of entries along an axis."""
_LARGEST = float(np.finfo(np.float32).max)
_MOST_LINES = 4_500_000
"""Twice as many as the largest table has entries."""
_LONGEST = 10_000
"""Characters of a line."""
_AT_ONCE = 4096
"""Lines that are read together."""
_NUMBER = re.compile(r"[-+.\d]")


@dataclass(frozen=True, eq=False)
class Cube:
    """A look-up table.

    Args:
        table: what comes out, red, green, blue: (size, size, size, 3) by blue, green and red that went in, or (size, 3)
            where each channel goes through a curve of its own.
        low: red, green and blue of the first entry.
        high: red, green and blue of the last one.
        title: what the file calls it.
    """

    table: NDArray[np.float32]
    low: Triple = (0.0, 0.0, 0.0)
    high: Triple = (1.0, 1.0, 1.0)
    title: str = ""

    @property
    def size(self) -> int:
        """Entries along an axis."""
        return len(self.table)


def parse_cube(data: bytes, name: str = "LUT") -> Cube:
    """Read a .cube file.

    Args:
        data: its content.
        name: what messages call it.

    Raises:
        ValidationError: not a .cube file; names the line.

    Example:
        >>> parse_cube(b"LUT_1D_SIZE 2\\n1 1 1\\n0 0 0\\n").table.tolist()
        [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
        >>> parse_cube(b"LUT_3D_SIZE 2\\n0 0 0\\n1 0\\n")
        Traceback (most recent call last):
        cutroom.errors.ValidationError: LUT, line 3: an entry is three numbers, not '1 0'
          → export the table again as .cube
    """
    lines = _lines(name, data)
    head: dict[str, Sequence[str]] = {}
    title, table = "", lines
    for number, line in lines:
        key, *rest = _words(line) or ("",)
        if _NUMBER.match(key):
            table = chain([(number, line)], lines)
            break
        if key == "TITLE":
            title = line.strip()[len("TITLE") :].strip().strip('"')
        elif key in _KEYS:
            if len(rest) != _KEYS[key]:
                raise _wrong(name, number, f"{key} takes {_KEYS[key]} numbers, not {' '.join(rest)!r}")
            head[key] = [str(number), *rest]
        elif key:
            raise _wrong(name, number, f"{key[:40]!r} means nothing in a .cube file")
    known = [key for key in SIZES if key in head]
    if len(known) != 1:
        what = "both a 1D and a 3D table" if known else "no LUT_1D_SIZE or LUT_3D_SIZE"
        raise _wrong(name, 0, f"there is {what}", "export one 3D table as .cube")
    size = _size(name, known[0], head[known[0]])
    rows = size if known[0] == "LUT_1D_SIZE" else size**3
    entries = _entries(name, table, rows)
    low, high = _domain(name, head)
    shape = (size, 3) if rows == size else (size, size, size, 3)
    return Cube(entries.reshape(shape), low, high, title)


_KEYS = {**dict.fromkeys(SIZES, 1), "DOMAIN_MIN": 3, "DOMAIN_MAX": 3, "LUT_1D_INPUT_RANGE": 2, "LUT_3D_INPUT_RANGE": 2}
"""How many numbers follow each keyword."""


def _words(line: str) -> list[str]:
    return line.partition("#")[0].split()


def _size(name: str, key: str, found: Sequence[str]) -> int:
    smallest, largest = SIZES[key]
    number, text = found
    if not text.isdecimal() or not smallest <= int(text) <= largest:
        raise _wrong(name, int(number), f"{key} is {smallest} to {largest}, not {text[:20]!r}")
    return int(text)


def _lines(name: str, data: bytes) -> Iterator[Line]:
    """The lines of a file, one at a time: of a hostile one, no more than of the largest table."""
    for number, line in enumerate(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors="replace")):
        if number >= _MOST_LINES:
            raise _wrong(name, number, f"there are more than {_MOST_LINES:,} lines")
        if len(line) > _LONGEST:
            raise _wrong(name, number, f"it is longer than {_LONGEST:,} characters")
        yield number, line


def _entries(name: str, lines: Iterable[Line], rows: int) -> NDArray[np.float32]:
    found: list[NDArray[np.float32]] = []
    missing, last = rows, 0
    for some in batched(lines, _AT_ONCE):
        last = some[-1][0]
        entries = [(number, line, words) for number, line in some if (words := _words(line))]
        found.append(_numbers(name, entries[:missing]))
        if len(entries) > missing:
            raise _wrong(name, entries[missing][0], f"there are more than {rows:,} entries")
        missing -= len(entries)
    if missing:
        raise _wrong(name, last, f"it ends after {rows - missing:,} of {rows:,} entries")
    return np.concatenate(found)


def _numbers(name: str, entries: Sequence[tuple[int, str, list[str]]]) -> NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):
            table = np.array([words for _, _, words in entries], np.float32).reshape(-1, 3)
        if len(table) == len(entries) and np.isfinite(table).all():
            return table
    except ValueError:
        pass
    for number, line, words in entries:
        if len(words) != 3 or not all(math.isfinite(_float(word)) for word in words):
            raise _wrong(name, number, f"an entry is three numbers, not {line.strip()[:40]!r}")
    raise _wrong(name, entries[0][0], "an entry is three numbers")


def _domain(name: str, head: Mapping[str, Sequence[str]]) -> tuple[Triple, Triple]:
    low, high, line = [0.0] * 3, [1.0] * 3, 0
    for key, (number, *words) in head.items():
        if key in SIZES:
            continue
        line = int(number)
        values = [_float(word) for word in words]
        if not all(map(math.isfinite, values)):
            raise _wrong(name, line, f"{key} is {len(values)} numbers, not {' '.join(words)[:40]!r}")
        if key == "DOMAIN_MIN":
            low = values
        elif key == "DOMAIN_MAX":
            high = values
        else:
            low, high = [values[0]] * 3, [values[1]] * 3
    if any(a >= b for a, b in zip(low, high, strict=True)):
        raise _wrong(name, line, "the domain ends before it begins")
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])


def _float(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        return math.nan
    return value if abs(value) <= _LARGEST else math.nan


def _wrong(name: str, line: int, what: str, hint: str = "export the table again as .cube") -> ValidationError:
    return ValidationError(f"{name}, line {line + 1}: {what}", value=name, hint=hint)

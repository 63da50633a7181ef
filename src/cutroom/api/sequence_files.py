"""Which files a sequence is made of: a pattern with a number, one with a star, or a list."""

from __future__ import annotations

import glob
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from cutroom.api import arguments
from cutroom.errors import MediaNotFoundError, ValidationError, warn
from cutroom.media.library import checked_path
from cutroom.schema.time import shown

MOST = 1_000_000
"""Frames of a sequence, those that are held counted."""
_NUMBER = re.compile(r"%(0[1-9])?d")
_TOLD = 8
"""Stretches of missing numbers that an error names."""


class Held(NamedTuple):
    """A file, and for how many frames it is shown."""

    path: Path
    times: int


def resolved(files: Any, *, hold: bool) -> list[Held]:
    """The files that are meant, in order.

    Args:
        files: a pattern, or paths.
        hold: whether the frame before a missing number stands in for it.

    Raises:
        MediaNotFoundError: no file fits, one is not there, or numbers are missing; names them.
        UnsupportedMediaError: one is a folder.
        ValidationError: neither a pattern nor several paths.
    """
    if not isinstance(files, str | os.PathLike):
        try:
            named = [arguments.path(one) for one in files]
        except TypeError:
            raise arguments.wrong("files", "a pattern or several paths", files) from None
    else:
        pattern = arguments.path(files)
        if _NUMBER.search(pattern.name):
            return _numbered(pattern, hold=hold)
        named = sorted(map(Path, glob.glob(str(pattern))), key=_natural) if "*" in pattern.name else []
        if "*" not in pattern.name:
            raise ValidationError(
                f"one file is no sequence: {pattern.name}",
                value=str(files),
                hint='give a pattern such as "frame.%04d.png" or "*.png"; a single picture: project.media.add(path)',
            )
    if not named:
        raise MediaNotFoundError(
            f"no file fits {shown(files)}", value=shown(files), hint=f"paths start from {os.getcwd()}"
        )
    for one in named:
        checked_path(one)
    if isinstance(files, str | os.PathLike) and (lost := _stretches(_lacking(named))):
        told = f"{Path(files).name} fits no file of the numbers {lost}: the sequence goes on without them"
        warn(told)
    return [Held(one, 1) for one in named]


def _lacking(named: list[Path]) -> list[tuple[int, int]]:
    """Numbers that are missing among files whose names differ in their last number alone."""
    parts = [re.fullmatch(r"(.*?)([0-9]{1,18})([^0-9]*)", one.name) for one in named]
    if any(part is None for part in parts) or len({(part[1], part[3]) for part in parts if part}) > 1:
        return []
    return _gaps([int(part[2]) for part in parts if part])


def _gaps(order: list[int]) -> list[tuple[int, int]]:
    """First and last numbers of what is missing between numbers in order."""
    return [(a + 1, b - 1) for a, b in pairwise(order) if b > a + 1]


def _stretches(gaps: list[tuple[int, int]]) -> str:
    names = [f"{a}" if a == b else f"{a} to {b}" for a, b in gaps]
    return ", ".join(names[:_TOLD]) + (f" and {len(names) - _TOLD} more stretches" if len(names) > _TOLD else "")


def _natural(path: Path) -> tuple[Any, ...]:
    """Numbers in a name count as numbers: 9 comes before 10."""
    return tuple(
        int(part) if part.isdecimal() and part.isascii() else part for part in re.split(r"([0-9]+)", path.name)
    )


def _numbered(pattern: Path, *, hold: bool) -> list[Held]:
    found = _NUMBER.search(pattern.name)
    assert found is not None
    before, after = pattern.name[: found.start()], pattern.name[found.end() :]
    if _NUMBER.search(after):
        raise ValidationError(
            f"{pattern.name} holds two numbers", value=str(pattern), hint="one of them counts: write the other one out"
        )
    name = re.compile(f"{re.escape(before)}([0-9]{{{int(found[1] or 1)},18}}){re.escape(after)}")
    try:
        there = os.listdir(pattern.parent)
    except OSError as error:
        raise MediaNotFoundError(
            f"there is no folder {pattern.parent}", value=str(pattern), hint="check the path"
        ) from error
    matched = (name.fullmatch(one) for one in there)
    numbers = {int(one[1]): pattern.parent / one[0] for one in matched if one and one[1] == found[0] % int(one[1])}
    if not numbers:
        raise MediaNotFoundError(
            f"no file fits {pattern}", value=str(pattern), hint=f"the number stands where {found[0]} does"
        )
    order = sorted(numbers)
    gaps = _gaps(order)
    if gaps and not hold:
        raise MediaNotFoundError(
            f"{pattern.name} lacks the numbers {_stretches(gaps)}",
            value=[number for a, b in gaps for number in range(a, min(b, a + 1000) + 1)],
            hint='missing="hold" shows the frame before them instead',
        )
    if order[-1] - order[0] >= MOST:
        raise ValidationError(
            f"{pattern.name} would have {order[-1] - order[0] + 1:,} frames",
            value=order[-1],
            hint=f"at most {MOST:,}: rename the files that do not belong to it",
        )
    for number in order:
        checked_path(numbers[number])
    ends = [*order[1:], order[-1] + 1]
    return [Held(numbers[number], end - number) for number, end in zip(order, ends, strict=True)]

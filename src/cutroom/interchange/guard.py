"""Files of others are read with suspicion: bounded, plain, and looked over before any parser takes them apart."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pydantic

from cutroom.edit.plain_file import open_plain
from cutroom.errors import InterchangeError
from cutroom.schema.base import strict_json

LARGEST = 64 * 2**20
"""Bytes of a timeline or of subtitles."""
DEEPEST = 150
"""Nesting; OpenTimelineIO's own reader overruns the stack of the process at some thousands."""
MOST_ELEMENTS = 5_000_000


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file that a person named.

    Raises:
        InterchangeError: missing, not a plain file, too large or not to be read.
    """
    name = Path(path).name
    try:
        with open_plain(path) as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise InterchangeError(f"there is no file {path}", value=str(path), hint="check the path") from None
    except OSError as error:
        raise InterchangeError(f"cannot read {path}: {error.strerror}", value=str(path), hint="check it") from None
    if len(data) > LARGEST:
        raise InterchangeError(
            f"{name} has more than {LARGEST >> 20} MiB, too large for a timeline",
            value=name,
            hint="is it the right file?",
        )
    return data


def decode(data: bytes, name: str) -> tuple[str, str | None]:
    """The text of a file, and the encoding where it was a guess: files from before Unicode do not say.

    Raises:
        InterchangeError: it is not text.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding).removeprefix("\ufeff"), None
            except UnicodeDecodeError as error:
                what = f"{name} is damaged at byte {error.start}"
                raise InterchangeError(what, value=error.start, hint=_AGAIN) from None
    if b"\0" in data and len(data) % 2 == 0 and b"\0\0" not in data:  # UTF-16 without its mark, of Latin letters
        for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
            if zeros.count(0) * 2 > len(zeros):
                with contextlib.suppress(UnicodeDecodeError):
                    return data.decode(encoding), encoding
    if b"\0" in data:
        raise InterchangeError(f"{name} is not text", value=name, hint="is it the right file?")
    try:
        return data.decode(), None
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def check_json(text: str, name: str) -> None:
    """Refuse JSON that is broken, too deep or says a key twice.

    Raises:
        InterchangeError: names line and column, or the key.
    """
    try:
        plain = strict_json(text)
        deep = _deeper(plain, DEEPEST)
    except RecursionError:
        deep = True
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InterchangeError(f"{name} is not JSON: {error.msg} at {place}", value=place, hint=_AGAIN) from None
    except ValueError as error:
        raise InterchangeError(f"{name}: {error}", value=name, hint=_AGAIN) from None
    if deep:
        raise InterchangeError(f"{name} nests deeper than {DEEPEST} levels", value=name, hint="simplify it")


def _deeper(value: Any, most: int) -> bool:
    """Whether lists and dictionaries lie in each other more than `most` deep."""
    level = [value]
    for _ in range(most + 1):
        held = [one for one in level if isinstance(one, list | dict)]
        level = [inner for one in held for inner in (one.values() if isinstance(one, dict) else one)]
        if not held:
            return False
    return True


_AGAIN = "export it anew from the program that made it"


def check_xml(text: str, name: str) -> None:
    """Refuse XML that is broken, declares entities, refers to other files, or is too deep or too large.

    Raises:
        InterchangeError: names line and column.
    """
    parser = expat.ParserCreate(namespace_separator="}")  # as ElementTree has it: what passes here, parses there
    depth = count = 0

    def refuse(what: str) -> None:
        place = f"line {parser.CurrentLineNumber}, column {parser.CurrentColumnNumber + 1}"
        raise InterchangeError(f"{name} {what} at {place}", value=place, hint=_AGAIN)

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST:
            refuse(f"nests deeper than {DEEPEST} levels")
        if count > MOST_ELEMENTS:
            refuse(f"has more than {MOST_ELEMENTS:,} elements")

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(doctype_name: str, system: str | None, public: str | None, internal: int) -> None:
        if system or public or internal:
            refuse("declares a document type of its own, which is refused,")

    def entity(*_: object) -> None:
        refuse("declares an entity, which is refused,")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise InterchangeError(
            f"{name} is not XML: {expat.ErrorString(error.code)} at {place}", value=place, hint=_AGAIN
        ) from None
    except LookupError as error:
        raise InterchangeError(f"{name} is in a text encoding that nobody knows: {error}", hint=_AGAIN) from None


@contextmanager
def values_that_fit() -> Iterator[None]:
    """Say of a value that no document can hold which it is.

    Raises:
        InterchangeError: names the value's place.
    """
    try:
        yield
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InterchangeError(
            f"the timeline holds a value that does not fit: {first['msg']} at {place}", value=place, hint="correct it"
        ) from None

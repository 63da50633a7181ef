"""What a journal holds, read with the same suspicion as a project file: it may come from a stranger too."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import apsw
import pydantic
from pydantic import TypeAdapter

from cutroom.edit.operations import OPERATION, Operation
from cutroom.edit.project_file import LARGEST, parse
from cutroom.errors import CutroomError, OutputError, ProjectFileError
from cutroom.schema.document import Document

Kind = Literal["apply", "rerun", "undo", "redo"]
"""`rerun`: a step of a block that replaces its earlier run, where there is one."""
_KIND: TypeAdapter[Kind] = TypeAdapter(Kind)


class JournalDamagedError(CutroomError):
    """A journal that cannot be read, or that belongs to another state of its project file."""


class Recorded(NamedTuple):
    """A step as a journal holds it."""

    kind: Kind
    label: str
    operation: Operation | None
    time: datetime


class Kept(NamedTuple):
    """The past of a journal, as it lies there: nothing of it is believed yet."""

    packed: bytes
    """The document before the first step."""
    rows: tuple[tuple[Any, ...], ...]
    name: str
    """Of the journal, for errors."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a crashed session left."""

    base: Document
    """What it began with."""
    steps: Iterator[Recorded]
    """Read one after the other; raises `JournalDamagedError` at one that cannot be."""
    unsaved: int
    """Steps after the last save."""
    kept: Kept | None = None
    """What led to `base`."""


@contextlib.contextmanager
def understanding(name: str) -> Iterator[None]:
    """Translate what is said of a journal of this name that cannot be read."""
    try:
        yield
    except (OutputError, ProjectFileError) as error:
        raise JournalDamagedError(error.message, value=error.value) from None
    except (apsw.Error, pydantic.ValidationError, zlib.error, TypeError, ValueError, OverflowError) as error:
        raise JournalDamagedError(f"{name} cannot be read: {str(error).splitlines()[0]}", value=name) from None


def unpacked(packed: bytes, name: str) -> Document:
    """The document that a journal begins with.

    Raises:
        ProjectFileError: it is not one that a project file could hold.
        zlib.error: it is damaged.
    """
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(packed, LARGEST)
    if not unpacking.eof:
        raise ProjectFileError(f"the document in {name} is cut short, or has more than {LARGEST >> 20} MiB", value=name)
    return parse(data, name=name)


def recorded(kind: object, label: object, operation: object, at: Any) -> Recorded:
    """A step from the row of a journal.

    Raises:
        pydantic.ValidationError, TypeError, ValueError, OverflowError: it is none.
    """
    made = None if operation is None else OPERATION.validate_json(str(operation))
    return Recorded(_KIND.validate_python(kind), str(label), made, datetime.fromtimestamp(at, UTC))


_ROWS = "select kind, label, operation, at from steps where number"


def steps_after(db: apsw.Connection, number: int, name: str) -> Iterator[Recorded]:
    """The steps after one, read one after the other.

    Raises:
        JournalDamagedError: one cannot be read.
    """
    with understanding(name):
        for row in db.execute(f"{_ROWS} > ? order by number", (number,)):
            yield recorded(*row)


def steps_until(db: apsw.Connection, number: int, *, most: int) -> tuple[tuple[Any, ...], ...]:
    """The rows of the steps up to one, as they lie there; none where they are more than so many, or too large."""
    size = db.execute("select total(length(operation)) from steps where number <= ?", (number,)).get
    rows = () if size > LARGEST else db.execute(f"{_ROWS} <= ? order by number limit ?", (number, most + 1)).fetchall()
    return tuple(rows) if len(rows) <= most else ()

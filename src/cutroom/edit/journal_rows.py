"""The tables of a journal, and the statements that fill them."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

import pydantic_core

from cutroom.edit.history import History
from cutroom.edit.operations import OPERATION, Operation
from cutroom.edit.recorded import Kind
from cutroom.errors import EditError
from cutroom.schema.document import Document

Statement = tuple[str, tuple[Any, ...]]
TABLES = (
    "create table if not exists meta(key text primary key, value) without rowid",
    "create table if not exists steps(number integer primary key, kind text, label text, operation text, at real)",
)
COPIES = (
    ("select * from meta", "insert or replace into meta values(?, ?)"),
    ("select * from steps", "insert into steps values(?, ?, ?, ?, ?)"),
)


def put(key: str, value: object) -> Statement:
    """A value of its own."""
    return "insert or replace into meta values(?, ?)", (key, value)


def put_document(key: str, document: Document) -> Statement:
    """A document."""
    return put(key, zlib.compress(document.model_dump_json().encode(), 1))


def put_step(kind: Kind, label: str, operation: Operation | None, at: datetime | None = None) -> Statement:
    """A step behind the last one; `at` None: it is made now.

    Raises:
        EditError: it holds a text that is not UTF-8.
    """
    try:
        label.encode()
        text = None if operation is None else OPERATION.dump_json(operation).decode()
    except (UnicodeEncodeError, pydantic_core.PydanticSerializationError) as error:
        raise EditError(
            f"{label!a} holds a text that is not UTF-8: no project file can", value=str(error), hint="rename it"
        ) from None
    values = (kind, label, text, (at or datetime.now(UTC)).timestamp())
    return "insert into steps(kind, label, operation, at) values(?, ?, ?, ?)", values


def put_history(history: History) -> list[Statement]:
    """The steps of a history: all that were done, then the undoing of those that are undone."""
    steps, undone = history.steps, history.steps[history.done :]
    rows = [put_step("rerun" if step.rerun else "apply", step.label, step.operation, step.time) for step in steps]
    return rows + [put_step("undo", step.label, None) for step in reversed(undone)]

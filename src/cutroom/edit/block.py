"""An `edit` block under way: what its thread has done so far, and nobody else sees."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from cutroom.edit.apply import Applied
from cutroom.edit.history import History
from cutroom.edit.operations import Batch, Operation
from cutroom.edit.rerun import earlier, numbered
from cutroom.schema.base import new_id
from cutroom.schema.document import Document


@dataclass(slots=True)
class Block:
    """The steps of a block, and the document that they have made.

    Example:
        >>> from cutroom.edit.apply import apply
        >>> from cutroom.edit.operations import AddTrack
        >>> block = Block(Document(id="p"), 0)
        >>> operation = AddTrack(track="video", title="V1")
        >>> block.add(operation, apply(block.document, operation))
        >>> block.operation == operation, len(block.document.tracks)
        (True, 1)
    """

    document: Document
    revision: int
    """Of the document that it began with; below 0 for one that is no revision of its session."""
    thread: int = field(default_factory=threading.get_ident)
    """The one that sees `document`."""
    operations: list[Operation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seed: str | None = None
    """What names the operations of a block that can be run again; None: they keep the ids that they have."""

    @classmethod
    def again(cls, history: History, document: Document, label: str, revision: int) -> Block:
        """One that replaces its earlier run: on the document before that, with the names that it gave."""
        place = earlier(history, label)
        if place is None:
            return cls(document, revision, seed=new_id("op"))
        step = history.steps[place]
        known = -1 - revision if step.revision is None else step.revision
        return cls(step.before, known, seed=step.operation.id)

    def named(self, operation: Operation) -> Operation:
        """An operation as this block does it."""
        return operation if self.seed is None else numbered(operation, self.seed, len(self.operations))

    def add(self, operation: Operation, made: Applied) -> None:
        """Take a step."""
        self.document = made.document
        self.operations.append(operation)
        self.notes += made.notes

    @property
    def operation(self) -> Operation | None:
        """All steps as one; None where there are none, unless the block can be run again: it keeps its place."""
        if self.seed is not None:
            return Batch(id=self.seed, operations=tuple(self.operations))
        if len(self.operations) > 1:
            return Batch(operations=tuple(self.operations))
        return self.operations[0] if self.operations else None

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """All of what is done inside or, after an exception, nothing of it; what came before stays."""
        document, steps, notes = self.document, len(self.operations), len(self.notes)
        try:
            yield
        except BaseException:
            self.document = document
            del self.operations[steps:]
            del self.notes[notes:]
            raise

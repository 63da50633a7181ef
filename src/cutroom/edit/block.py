"""An `edit` block under way: what its thread has done so far, and nobody else sees."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from cutroom.edit.apply import Applied
from cutroom.edit.operations import Batch, Operation
from cutroom.schema.document import Document


@dataclass(slots=True)
class Block:
    """The steps of a block, and the document that they have made.

    Example:
        >>> from cutroom.edit.apply import apply
        >>> from cutroom.edit.operations import AddTrack
        >>> block = Block(Document(id="p"), thread=1)
        >>> operation = AddTrack(track="video", title="V1")
        >>> block.add(operation, apply(block.document, operation))
        >>> block.operation == operation, len(block.document.tracks)
        (True, 1)
    """

    document: Document
    thread: int
    """The one that sees `document`."""
    operations: list[Operation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, operation: Operation, made: Applied) -> None:
        """Take a step."""
        self.document = made.document
        self.operations.append(operation)
        self.notes += made.notes

    @property
    def operation(self) -> Operation | None:
        """All steps as one; None where there are none."""
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

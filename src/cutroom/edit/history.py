"""Undo and redo: the steps taken, each with the document before and after it (they share what did not change)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cutroom.edit import operations as ops
from cutroom.errors import EditError
from cutroom.schema.document import Document

DEPTH = 500
"""Steps that can be undone."""


@dataclass(frozen=True, slots=True)
class Step:
    """One undoable step."""

    label: str
    operation: ops.Operation
    before: Document
    after: Document
    notes: tuple[str, ...] = ()
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    rerun: bool = False
    """Whether it is of a block that replaces it when it is run again."""
    revision: int | None = None
    """Of such a step: the revision that `before` was, for spans that were measured on it; None where it was none."""


@dataclass(frozen=True, slots=True)
class History:
    """The steps, and how many of them are in force. It never changes: each method gives the next one."""

    steps: tuple[Step, ...] = ()
    done: int = 0
    past: Callable[[], History] | None = field(default=None, compare=False, repr=False)
    """The steps before these, where they are not done once more yet; see `whole`."""

    def whole(self) -> History:
        """With all of its past, which is worked out the first time."""
        if self.past is None:
            return self
        past = self.past()
        if not self.steps:
            return past
        steps = (*past.steps[: past.done], *self.steps)[-DEPTH:]
        return History(steps, len(steps))

    @property
    def is_empty(self) -> bool:
        """Whether there never was a step."""
        return not self.steps and self.past is None

    def latest(self, number: int) -> History:
        """At most so many steps in force, the last ones, and half as many that can be redone."""
        start = max(0, self.done - number)
        return History(self.steps[start : self.done + number // 2], self.done - start)

    def add(self, step: Step) -> History:
        """With a step more; what was undone before it is forgotten, and what its old tracks knew of their items.

        Hundreds of documents share their clips; a list of ten thousand places each they could not share.
        """
        after = {id(track) for track in step.after.tracks}
        for track in step.before.tracks:
            if id(track) not in after:
                track.forget()
        steps = (*self.steps[: self.done], step)[-DEPTH:]
        return History(steps, len(steps), self.past if len(steps) < DEPTH else None)

    def undo(self) -> tuple[History, Step]:
        """A step back, and that step; its `before` is the document now.

        Raises:
            EditError: nothing to undo.
        """
        if self.past is not None:
            return self.whole().undo()
        if not self.done:
            raise EditError("there is nothing to undo", hint="project.history.to_df() lists the steps")
        return History(self.steps, self.done - 1), self.steps[self.done - 1]

    def redo(self) -> tuple[History, Step]:
        """A step forward again, and that step; its `after` is the document now.

        Raises:
            EditError: nothing to redo.
        """
        if self.past is not None:
            return self.whole().redo()
        if self.done == len(self.steps):
            raise EditError("there is nothing to redo", hint="a new edit after an undo forgets what was undone")
        return History(self.steps, self.done + 1), self.steps[self.done]


def words(operation: ops.Operation) -> str:
    """An operation in a few words, for the history.

    Example:
        >>> from fractions import Fraction
        >>> words(ops.Split(clip=None, at=Fraction(7, 2)))
        'split'
    """
    if isinstance(operation, ops.AddEffect):
        return f"add {operation.effect}"
    if isinstance(operation, ops.AddTransition):
        return f"add {operation.transition}"
    if isinstance(operation, ops.SetKeyframes):
        return f"{'animate' if operation.keyframes else 'still'} {operation.parameter}"
    return operation.op.replace("_", " ")

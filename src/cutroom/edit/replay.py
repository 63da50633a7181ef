"""The steps of a journal, done once more."""

from __future__ import annotations

from typing import NamedTuple

from cutroom.edit.attempt import attempt
from cutroom.edit.history import History, Step
from cutroom.edit.recorded import Recorded, Recovery
from cutroom.edit.rerun import rerun
from cutroom.errors import CutroomError
from cutroom.schema.document import Document


class Replayed(NamedTuple):
    """What the steps of a journal lead to."""

    document: Document
    history: History
    steps: int
    """How many were done."""
    problem: str
    """What ended it before the last; empty when nothing did."""


def replay(recovery: Recovery, *, partly: bool = False) -> Replayed:
    """Do the steps of a journal.

    Args:
        recovery: what the journal holds.
        partly: whether to stop at a step that cannot be read or does not fit, rather than raise.

    Raises:
        EditError: a step does not fit.
        JournalDamagedError: a step cannot be read.
    """
    document, history, done, problem = recovery.base, History(), 0, ""
    try:
        for step in recovery.steps:
            document, history = _done(step, document, history)
            done += 1
    except CutroomError as error:
        if not partly:
            raise
        problem = error.message
    return Replayed(document, history, done, problem)


def _done(step: Recorded, document: Document, history: History) -> tuple[Document, History]:
    kind, label, operation, time = step
    if kind == "undo":
        history, undone = history.undo()
        return undone.before, history
    if kind == "redo":
        history, redone = history.redo()
        return redone.after, history
    if operation is None:
        return document, history
    if kind == "rerun":
        again = rerun(history, document, label, operation, time=time)
        return again.document, again.history
    made = attempt(document, operation)
    return made.document, history.add(Step(label, operation, document, made.document, made.notes, time))

"""The steps of a journal, done once more."""

from __future__ import annotations

import logging
from typing import NamedTuple

from cutroom.edit.attempt import attempt
from cutroom.edit.history import History, Step
from cutroom.edit.project_file import uncollected
from cutroom.edit.recorded import JournalDamagedError, Kept, Recorded, Recovery, recorded, understanding, unpacked
from cutroom.edit.rerun import rerun
from cutroom.errors import CutroomError
from cutroom.schema.document import Document

_log = logging.getLogger(__name__)


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
    document, history, done, problem = recovery.base, before(recovery.kept, recovery.base), 0, ""
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
        again = rerun(history.whole(), document, label, operation, time=time)
        return again.document, again.history
    made = attempt(document, operation)
    return made.document, history.add(Step(label, operation, document, made.document, made.notes, time))


def before(kept: Kept | None, end: Document) -> History:
    """The history that leads to a document; the past that a journal has kept is done once more when it is asked for."""
    return History() if kept is None else History(past=_Past(kept, end))


class _Past:
    """The steps of earlier sessions; none where they do not lead to the very document that they led to."""

    def __init__(self, kept: Kept, end: Document) -> None:
        self._kept: tuple[Kept, Document] | None = kept, end
        self._history = History()

    def __call__(self) -> History:
        if (waiting := self._kept) is not None:
            self._history = _taken_up(*waiting)
            self._kept = None
        return self._history


def _taken_up(kept: Kept, end: Document) -> History:
    try:
        with uncollected(), understanding(kept.name):
            steps = (recorded(*row) for row in kept.rows)
            document, history, *_ = replay(Recovery(unpacked(kept.packed, kept.name), steps, 0))
        if document != end:
            raise JournalDamagedError("the steps lead to another document", value=kept.name)
    except CutroomError as error:
        _log.info("the past in %s is left out: %s", kept.name, error.message)
        return History()
    return history

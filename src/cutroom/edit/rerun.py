"""A block that is run again takes the place of its earlier run; the steps after that are done once more on top."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cutroom.edit.apply import Checker
from cutroom.edit.attempt import attempt
from cutroom.edit.history import History, Step
from cutroom.edit.operations import AddMedia, Batch, Operation
from cutroom.errors import CutroomError, EditError
from cutroom.schema.base import derive_id
from cutroom.schema.document import Document


@dataclass(frozen=True, slots=True)
class Rerun:
    """What a block that was run leads to."""

    document: Document
    history: History
    notes: tuple[str, ...]
    """Of the block itself."""
    words: str
    """What was replaced; empty for a block that is new."""


def earlier(history: History, label: str) -> int | None:
    """The index of the step in force that a block with this label made; None where it was not run yet."""
    found = (i for i in range(history.done - 1, -1, -1) if history.steps[i].rerun and history.steps[i].label == label)
    return next(found, None)


def changes(history: History, label: str, operation: Operation | None) -> bool:
    """Whether a block did something else than in its earlier run; one that is new, whether it did anything."""
    place = earlier(history, label)
    if place is None:
        return not isinstance(operation, Batch) or bool(operation.operations)
    return operation != history.steps[place].operation


def rerun(
    history: History,
    document: Document,
    label: str,
    operation: Operation,
    *,
    revision: int | None = None,
    time: datetime | None = None,
    check: Checker | None = None,
) -> Rerun:
    """The project as if a block had been run like this in the first place; a block that is new becomes a step.

    ::

        before  open · rough cut · titles · music
        after   open · rough cut* · titles · music

    Args:
        history: the steps that led to `document`.
        document: now.
        label: of the block.
        operation: what the block did, on the document before its earlier run.
        revision: of `document`.
        time: at which the block was run; None: now.
        check: looks at each step that is done once more, and at what it gives.

    Raises:
        EditError: a later step does not fit any more; names it.
    """
    place = earlier(history, label)
    start, steps = (history.done, ()) if place is None else (place, history.steps[place + 1 : history.done])
    before = document if place is None else history.steps[place].before
    revision = revision if place is None else history.steps[place].revision
    made = attempt(before, operation)
    result = History(history.steps[:start], start)
    time = time or datetime.now(UTC)
    step = Step(label, operation, before, made.document, made.notes, time, rerun=True, revision=revision)
    result = result.add(step)
    now = made.document
    for number, step in enumerate(steps, start=1):
        try:
            again = attempt(now, step.operation, check)
        except CutroomError as error:
            raise EditError(
                f"{label!r} was run again, and {step.label!r}, {number} of {len(steps)} steps after it, "
                f"does not fit any more: {error.message}",
                value=step.label,
                hint="nothing was changed; undo back to before that step, then run the cell again",
            ) from error
        result = result.add(replace(step, before=now, after=again.document, notes=again.notes, revision=None))
        now = again.document
    words = "" if place is None else f"replaced its earlier run, under {len(steps)} later steps"
    return Rerun(now, result, made.notes, words)


def numbered(operation: Operation, seed: str, number: int) -> Operation:
    """An operation with the id, and a media with the name, that the same place of a block has in each run.

    Example:
        >>> from cutroom.edit.operations import AddTrack
        >>> first, second = (numbered(AddTrack(track="video", title="V1"), "op_1", 0) for _ in range(2))
        >>> first == second
        True
    """
    name = derive_id("op", seed, number)
    if isinstance(operation, Batch):
        inner = tuple(numbered(one, name, i) for i, one in enumerate(operation.operations))
        return operation.evolve(id=name, operations=inner)
    if isinstance(operation, AddMedia):
        return operation.evolve(id=name, media=operation.media.evolve(id=derive_id("m", name, 0)))
    return operation.evolve(id=name)

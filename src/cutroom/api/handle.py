"""What every handle of a timeline's things is: a session, and which of its timelines is meant."""

from __future__ import annotations

from dataclasses import dataclass

from cutroom.edit.apply import Applied
from cutroom.edit.operations import Operation
from cutroom.errors import ClipGoneError
from cutroom.schema.document import Document
from cutroom.session import Session

_INSIDE = {"app", "apply", "beside", "clock_kind", "document", "other", "session", "value", "within"}


@dataclass(slots=True, unsafe_hash=True)
class Handle:
    """A place to read and edit: the project's own timeline, or that of one of its compounds."""

    session: Session
    within: str | None
    """Id of the compound; None: the project's own timeline."""

    @property
    def document(self) -> Document:
        """The document as it is now, with this timeline as its own.

        Raises:
            ClipGoneError: the compound was removed.
        """
        document = self.session.document
        if self.within is None:
            return document
        if all(compound.id != self.within for compound in document.compounds):
            raise gone(self.session, "compound", self.within)
        return document.inside(self.within)

    def apply(self, operation: Operation, label: str | None = None) -> Applied:
        """Do one operation on this timeline.

        Raises:
            EditError: it cannot be done; nothing changed.
        """
        return self.session.apply(operation if self.within is None else operation.evolve(compound=self.within), label)

    def __dir__(self) -> list[str]:
        """What completion offers: the verbs and properties of an editor, not what handles are made of."""
        return sorted(set(object.__dir__(self)) - _INSIDE)

    def beside(self, other: Handle) -> bool:
        """Whether another handle belongs to the same timeline."""
        return self.session is other.session and self.within == other.within


def gone(session: Session, what: str, thing_id: str) -> ClipGoneError:
    """The error for a handle whose thing is gone, naming the step that removed it."""
    for step in reversed(session.history.steps[: session.history.done]):
        if _holds(step.before, thing_id):
            return ClipGoneError(
                f"{what} {thing_id} was removed by step {step.label!r}",
                value=thing_id,
                hint="project.undo() brings it back",
            )
    return ClipGoneError(f"there is no {what} {thing_id}", value=thing_id, hint="look at project.timeline.to_df()")


def _holds(document: Document, thing_id: str) -> bool:
    timelines = (document.timeline, *(compound.timeline for compound in document.compounds))
    return any(thing_id == compound.id for compound in document.compounds) or any(
        any(thing_id == marker.id for marker in timeline.markers)
        or any(
            thing_id == track.id
            or track.index_of(thing_id) is not None
            or any(thing_id == cue.id for cue in track.cues)
            or any(thing_id == transition.id for transition in track.transitions)
            or any(thing_id == effect.id for _, clip in track.clips() for effect in clip.effects)
            for track in timeline.tracks
        )
        for timeline in timelines
    )

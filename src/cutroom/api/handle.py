"""What every handle of a timeline's things is: a session, and which of its timelines is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cutroom.edit.apply import Applied
from cutroom.edit.operations import Operation
from cutroom.errors import ClipGoneError
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document, Timeline
from cutroom.schema.places import same_ends
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

    @property
    def exists(self) -> bool:
        """Whether it is there: neither it nor what it belongs to was removed. To remove what is gone is no error."""
        try:
            return self._find() is not None
        except ClipGoneError:  # the compound that it lies in
            return False

    def _find(self) -> object | None:
        return self.document

    def __dir__(self) -> list[str]:
        """What completion offers: the verbs and properties of an editor, not what handles are made of."""
        return sorted(set(object.__dir__(self)) - _INSIDE)

    def beside(self, other: Handle) -> bool:
        """Whether another handle belongs to the same timeline."""
        return self.session is other.session and self.within == other.within


def gone(session: Session, what: str, thing_id: str) -> ClipGoneError:
    """The error for a handle whose thing is gone, naming the step that removed it."""
    after = session.state[1]
    if thing_id in _only(after, session.document):
        return ClipGoneError(
            f"{what} {thing_id} was removed by this very step", value=thing_id, hint="use it before it is removed"
        )
    for step in reversed(session.history.steps[: session.history.done]):
        before = step.before
        if thing_id in _only(before, after) and thing_id not in _only(after, before):
            return ClipGoneError(
                f"{what} {thing_id} was removed by step {step.label!r}",
                value=thing_id,
                hint="project.undo() brings it back",
            )
        after = before
    return ClipGoneError(f"there is no {what} {thing_id}", value=thing_id, hint="look at project.timeline.to_df()")


def _only(one: Document, other: Document) -> Iterator[str]:
    """Ids of what one document has and the other has not, or not the same: what both share is not looked at."""
    known = {compound.id: compound.timeline for compound in other.compounds}
    yield from (compound.id for compound in one.compounds if compound.id not in known)
    pairs = [(one.timeline, other.timeline)]
    pairs += [(compound.timeline, known.get(compound.id, Timeline())) for compound in one.compounds]
    for timeline, beside in pairs:
        if timeline is beside:
            continue
        yield from (marker.id for marker in _changed(timeline.markers, beside.markers))
        tracks = {track.id: track for track in beside.tracks}
        for track in timeline.tracks:
            like = tracks.get(track.id)
            if like is None:
                yield track.id
            for item in _changed(track.items, like.items if like else ()):
                if isinstance(item, Clip):
                    yield item.id
                    yield from (effect.id for effect in item.effects)
            yield from (cue.id for cue in _changed(track.cues, like.cues if like else ()))
            yield from (cut.id for cut in _changed(track.transitions, like.transitions if like else ()))


def _changed[T](one: Sequence[T], other: Sequence[T]) -> Sequence[T]:
    """What is not the very same at both ends of two rows."""
    if one is other:
        return ()
    head, tail = same_ends(one, other)
    return one[head : len(one) - tail]

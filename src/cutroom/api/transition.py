"""The handle of a transition."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from cutroom.api.arguments import text
from cutroom.api.clip import Clip
from cutroom.api.handle import Handle, gone
from cutroom.api.times import step
from cutroom.edit import operations as ops
from cutroom.schema.clip import Transition as TransitionValue
from cutroom.schema.time import TimeLike
from cutroom.schema.track import Track

if TYPE_CHECKING:
    from cutroom.api.names import TransitionName


@dataclass(slots=True, unsafe_hash=True)
class Transition(Handle):
    """A transition on a cut: a handle that reads the document live.

    What is done to the picture's is done to the one on the cut of the linked sound, too, as they were made together.

    Example:
        >>> dissolve = tl.add_transition("dissolve", first, second, duration=0.5)  # doctest: +SKIP
        >>> dissolve.duration = 1  # doctest: +SKIP
        >>> dissolve.remove()  # doctest: +SKIP
    """

    id: str

    @property
    def value(self) -> TransitionValue:
        """The transition as it is now.

        Raises:
            ClipGoneError: it was removed, or one of its clips was.
        """
        return self._found[1]

    def _find(self) -> tuple[Track, TransitionValue] | None:
        pairs = ((track, one) for track in self.document.tracks for one in track.transitions)
        return next((pair for pair in pairs if pair[1].id == self.id), None)

    @property
    def _found(self) -> tuple[Track, TransitionValue]:
        found = self._find()
        if found is None:
            raise gone(self.session, "transition", self.id)
        return found

    @property
    def transition(self) -> str:
        """Its name, one of `cr.transitions.to_df()`."""
        return self.value.transition

    @transition.setter
    def transition(self, name: TransitionName | str) -> None:
        _ = self.value
        kind = text("transition", name)
        with self.session.edit("set transition"):
            for one in (self, *self.linked):
                one.apply(ops.SetTransition.checked(transition=one.id, kind=kind))

    @property
    def duration(self) -> Fraction:
        """Seconds; half of it lies on each side of the cut, or all of it inside the only clip there."""
        return self.value.duration

    @duration.setter
    def duration(self, duration: TimeLike) -> None:
        _ = self.value
        with step(self, "set transition", "video") as clock:
            length = clock.length(duration)
            for one in (self, *self.linked):
                one.apply(ops.SetTransition.checked(transition=one.id, duration=length))

    @property
    def track(self) -> str:
        """Title of the track that it stands on."""
        return self._found[0].title

    @property
    def left(self) -> Clip | None:
        """The clip before the cut; None where nothing is."""
        return self._clip(self.value.left)

    @property
    def right(self) -> Clip | None:
        """The clip after the cut; None where nothing is."""
        return self._clip(self.value.right)

    @property
    def linked(self) -> list[Transition]:
        """Those on the cuts of the linked clips."""
        sides = [{one.id for one in clip.linked} if clip else {None} for clip in (self.left, self.right)]
        return [
            Transition(self.session, self.within, one.id)
            for track in self.document.tracks
            for one in track.transitions
            if one.left in sides[0] and one.right in sides[1]
        ]

    def remove(self) -> None:
        """Make the cut a plain cut again, and that of the linked sound; where it is one already, nothing happens."""
        if not self.exists:
            return
        with self.session.edit("remove transition"):
            for one in (*self.linked, self):
                one.apply(ops.RemoveTransition(transition=one.id))

    def _clip(self, clip_id: str | None) -> Clip | None:
        return None if clip_id is None else Clip(self.session, self.within, clip_id)

    def __repr__(self) -> str:
        value = self.value
        sides = " → ".join(side or "nothing" for side in (value.left, value.right))
        return f"Transition({value.transition}, {float(value.duration):.3f} s, {sides})"

"""The handle of a marker."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import get_args

from cutroom.api.arguments import text
from cutroom.api.handle import Handle, gone
from cutroom.api.times import step
from cutroom.edit import operations as ops
from cutroom.errors import nearest
from cutroom.schema.document import Marker as MarkerValue
from cutroom.schema.document import MarkerKind
from cutroom.schema.time import TimeLike, timecode


@dataclass(slots=True, unsafe_hash=True)
class Marker(Handle):
    """A named moment of a timeline: a handle that reads the document live.

    Example:
        >>> marker = tl.add_marker(3, "chapter 1", kind="chapter")  # doctest: +SKIP
        >>> marker.time = 3.5  # doctest: +SKIP
    """

    id: str

    @property
    def value(self) -> MarkerValue:
        """The marker as it is now.

        Raises:
            ClipGoneError: it was removed.
        """
        found = self._find()
        if found is None:
            raise gone(self.session, "marker", self.id)
        return found

    def _find(self) -> MarkerValue | None:
        return next((marker for marker in self.document.timeline.markers if marker.id == self.id), None)

    @property
    def time(self) -> Fraction:
        """Seconds on the timeline, on the frame grid."""
        return self.value.time

    @time.setter
    def time(self, time: TimeLike) -> None:
        _ = self.value
        with step(self, "move marker", "video") as clock:
            self.apply(ops.SetMarker(marker=self.id, time=clock.at(time)))

    @property
    def title(self) -> str:
        """What people call it, up to 500 characters."""
        return self.value.title

    @title.setter
    def title(self, title: str) -> None:
        _ = self.value
        self.apply(ops.SetMarker.checked(marker=self.id, title=text("title", title)), "rename marker")

    @property
    def kind(self) -> MarkerKind:
        """chapter, section, note or export."""
        return self.value.marker

    @kind.setter
    def kind(self, kind: MarkerKind) -> None:
        _ = self.value
        self.apply(ops.SetMarker(marker=self.id, kind=kind_of(kind)), "set marker")

    def remove(self) -> None:
        """Take it away; where it is gone already, nothing happens."""
        if self.exists:
            self.apply(ops.RemoveMarker(marker=self.id))

    def __repr__(self) -> str:
        value = self.value
        return f"Marker({value.title!r}, {value.marker} at {timecode(value.time, self.document.settings.fps)})"


def kind_of(kind: str) -> MarkerKind:
    """A kind of marker.

    Raises:
        UnknownNameError: there is no such kind.
    """
    for known in get_args(MarkerKind):
        if text("kind", kind) == known:
            found: MarkerKind = known
            return found
    raise nearest(kind, get_args(MarkerKind), what="kind of marker")

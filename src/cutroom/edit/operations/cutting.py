"""Operations that move edges, cut, and take away."""

from __future__ import annotations

from typing import Literal

from cutroom.edit.operations.base import BaseOperation, Edge, Span
from cutroom.schema.time import Exact, Seconds


class Trim(BaseOperation):
    """Move one edge of a clip, and of the sound or picture linked to it."""

    op: Literal["trim"] = "trim"
    clip: str
    edge: Edge
    to: Seconds
    """New timeline time of the edge."""
    ripple: bool = False


class Roll(BaseOperation):
    """Move the cut between a clip and its neighbour: one grows by what the other loses."""

    op: Literal["roll"] = "roll"
    clip: str
    edge: Edge
    to: Seconds
    """New timeline time of the cut."""


class Slip(BaseOperation):
    """Show another stretch of the media in the same place."""

    op: Literal["slip"] = "slip"
    clip: str
    by: Exact
    """Seconds of media time; more than 0 shows later moments."""


class Slide(BaseOperation):
    """Move a clip between its neighbours, which give and take what it needs."""

    op: Literal["slide"] = "slide"
    clip: str
    by: Exact
    """Seconds of timeline; more than 0 moves it to the right."""


class Split(BaseOperation):
    """Cut a clip (with what is linked to it), or every clip of the unlocked tracks, in two."""

    op: Literal["split"] = "split"
    clip: str | None
    at: Seconds
    linked: bool = True
    """Whether what is linked to the clip is cut too."""


class Delete(BaseOperation):
    """Remove a clip and what is linked to it or grouped with it: leave a gap, or close it (ripple)."""

    op: Literal["delete"] = "delete"
    clip: str
    ripple: bool = False


class Lift(BaseOperation):
    """Remove spans and leave gaps."""

    op: Literal["lift"] = "lift"
    spans: tuple[Span, ...]
    tracks: tuple[str, ...] | None = None
    """None: all unlocked tracks."""


class Extract(BaseOperation):
    """Remove spans and close up."""

    op: Literal["extract"] = "extract"
    spans: tuple[Span, ...]
    tracks: tuple[str, ...] | None = None
    """None: all unlocked tracks."""

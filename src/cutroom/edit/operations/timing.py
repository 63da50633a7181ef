"""Operations on how fast a clip plays."""

from __future__ import annotations

from typing import Literal

from cutroom.edit.operations.base import BaseOperation
from cutroom.schema.speed import Speed
from cutroom.schema.time import Duration, Seconds


class Retime(BaseOperation):
    """Play a clip, and what is linked to it, at another speed, from the same in point."""

    op: Literal["retime"] = "retime"
    clip: str
    speed: Speed
    duration: Duration
    """On the timeline, at that speed."""
    keep_pitch: bool | None = None
    """Whether its sound stays as high as it is; None: as before."""
    ripple: bool = True
    """Whether what follows moves along."""


class Reverse(BaseOperation):
    """Play a clip, and what is linked to it, the other way round."""

    op: Literal["reverse"] = "reverse"
    clip: str


class Freeze(BaseOperation):
    """Hold one picture of a clip for a while; what follows moves to the right, on every sync-locked track."""

    op: Literal["freeze"] = "freeze"
    clip: str
    at: Seconds
    """Timeline time of the picture."""
    duration: Duration

"""Operations that put something on the timeline, or take it elsewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import Field

from cutroom.edit.operations.base import BaseOperation, Span
from cutroom.schema.base import Frozen
from cutroom.schema.clip import Clip, Source
from cutroom.schema.speed import NORMAL, Speed
from cutroom.schema.time import Duration, Seconds


class _Placing(BaseOperation):
    track: str
    """Id or title of the track."""
    source: Source
    start: Seconds = Fraction(0)
    """In point, in media time."""
    duration: Duration
    """On the timeline."""
    speed: Speed = NORMAL
    reverse: bool = False
    keep_pitch: bool = False
    sound_track: str | None = None
    """Where the linked sound goes; None for none."""


class Append(_Placing):
    """Place at the end of the track (and of the sound's track: whichever ends later)."""

    op: Literal["append"] = "append"


class Insert(_Placing):
    """Place at a time and push what follows to the right, on every sync-locked track."""

    op: Literal["insert"] = "insert"
    at: Seconds


class Overwrite(_Placing):
    """Place at a time over whatever is there."""

    op: Literal["overwrite"] = "overwrite"
    at: Seconds


class Fill(_Placing):
    """Place into a gap, which must be long enough."""

    op: Literal["fill"] = "fill"
    at: Seconds


class Move(BaseOperation):
    """Take a clip, and what is linked to it or grouped with it, to another time, overwriting what is there."""

    op: Literal["move"] = "move"
    clip: str
    to: Seconds
    """New timeline start."""
    track: str | None = None


class Placed(Frozen):
    """A clip and where it stands; one row of `Arrange`."""

    track: str
    at: Seconds
    clip: Clip


class Arrange(BaseOperation):
    """Lay out the named tracks anew: these clips, gaps between them, transitions where their cuts survive."""

    op: Literal["arrange"] = "arrange"
    tracks: tuple[str, ...]
    placed: tuple[Placed, ...] = Field(max_length=1_000_000)
    gone: tuple[str, ...] | None = Field(default=None, max_length=1_000_000)
    """Clips that go, while all others that are not placed stay where they are; None: all that are not placed go."""
    lead: str | None = None
    """The track of these that markers and subtitles ride along with, where its clips close up; None: they stay."""


class Ripple(BaseOperation):
    """Clips go, change their lengths and come, and what follows moves by just that, on sync-locked tracks too."""

    op: Literal["ripple"] = "ripple"
    gone: tuple[str, ...] = Field(default=(), max_length=1_000_000)
    """Clips that go."""
    closed: tuple[Span, ...] = Field(default=(), max_length=1_000_000)
    """Time that goes with them."""
    changed: tuple[tuple[Clip, ...], ...] = Field(default=(), max_length=1_000_000)
    """Clips that get another end in their places, each with what is linked to it: the first says what moves."""
    added: tuple[Placed, ...] = Field(default=(), max_length=1_000_000)
    """New clips, where the timeline as it was is to make room for them."""

"""The operations: everything that can be done to a document, as frozen values.

One union serves Python calls, widget drags, the journal and undo. Times are exact and already on the grid where they
must be; the façades snap, operations do not. An operation's `id` seeds the ids of what it creates, so that replaying a
journal gives the very same document.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from cutroom.schema.base import Frozen, new_id
from cutroom.schema.clip import Source, TitleSource
from cutroom.schema.document import ProjectSettings
from cutroom.schema.effect import Scalar
from cutroom.schema.media import Media
from cutroom.schema.time import Duration, Seconds
from cutroom.schema.track import TrackKind

Span = tuple[Seconds, Seconds]
Edge = Literal["start", "end"]


class _Operation(Frozen):
    id: str = Field(default_factory=lambda: new_id("op"))


class AddMedia(_Operation):
    """Put a media file into the project."""

    op: Literal["add_media"] = "add_media"
    media: Media


class SetSettings(_Operation):
    """Set the timeline's picture and sound format."""

    op: Literal["set_settings"] = "set_settings"
    settings: ProjectSettings


class AddTrack(_Operation):
    """Add a track on top of the others of its kind."""

    op: Literal["add_track"] = "add_track"
    track: TrackKind
    title: str = Field(min_length=1, max_length=200)


class _Placing(_Operation):
    track: str
    """Id or title of the track."""
    source: Source
    start: Seconds = Fraction(0)
    """In point, in media time."""
    duration: Duration
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


class Trim(_Operation):
    """Move one edge of a clip, and of the sound or picture linked to it."""

    op: Literal["trim"] = "trim"
    clip: str
    edge: Edge
    to: Seconds
    """New timeline time of the edge."""
    ripple: bool = False


class Split(_Operation):
    """Cut a clip (with what is linked to it), or every clip of the unlocked tracks, in two."""

    op: Literal["split"] = "split"
    clip: str | None
    at: Seconds


class Move(_Operation):
    """Take a clip, and what is linked to it, to another time, overwriting what is there."""

    op: Literal["move"] = "move"
    clip: str
    to: Seconds
    """New timeline start."""
    track: str | None = None


class Delete(_Operation):
    """Remove a clip and what is linked to it: leave a gap, or close it (ripple)."""

    op: Literal["delete"] = "delete"
    clip: str
    ripple: bool = False


class Lift(_Operation):
    """Remove spans and leave gaps."""

    op: Literal["lift"] = "lift"
    spans: tuple[Span, ...]
    tracks: tuple[str, ...] | None = None
    """None: all unlocked tracks."""


class Extract(_Operation):
    """Remove spans and close up."""

    op: Literal["extract"] = "extract"
    spans: tuple[Span, ...]
    tracks: tuple[str, ...] | None = None
    """None: all unlocked tracks."""


class AddTransition(_Operation):
    """Attach a transition to the cut between two clips, or between a clip and nothing."""

    op: Literal["add_transition"] = "add_transition"
    transition: str = "dissolve"
    left: str | None
    right: str | None
    duration: Duration


class RemoveTransition(_Operation):
    """Make a cut a plain cut again."""

    op: Literal["remove_transition"] = "remove_transition"
    transition: str
    """Its id."""


class AddEffect(_Operation):
    """Put an effect into a clip's chain."""

    op: Literal["add_effect"] = "add_effect"
    clip: str
    effect: str
    parameters: dict[str, Scalar] = Field(default_factory=dict)
    index: int | None = Field(default=None, ge=0)
    """Place in the chain; None: last."""


class SetEffect(_Operation):
    """Change parameters of an effect, or switch it."""

    op: Literal["set_effect"] = "set_effect"
    clip: str
    effect: str
    """Its id."""
    parameters: dict[str, Scalar] = Field(default_factory=dict)
    enabled: bool | None = None


class MoveEffect(_Operation):
    """Give an effect another place in its chain."""

    op: Literal["move_effect"] = "move_effect"
    clip: str
    effect: str
    index: int = Field(ge=0)


class RemoveEffect(_Operation):
    """Take an effect out of its chain."""

    op: Literal["remove_effect"] = "remove_effect"
    clip: str
    effect: str


class SetTitle(_Operation):
    """Change the text or the look of a title."""

    op: Literal["set_title"] = "set_title"
    clip: str
    source: TitleSource


class Batch(_Operation):
    """Several operations as one step: all or nothing."""

    op: Literal["batch"] = "batch"
    operations: tuple[Operation, ...]


Operation = Annotated[
    AddMedia
    | SetSettings
    | AddTrack
    | Append
    | Insert
    | Overwrite
    | Trim
    | Split
    | Move
    | Delete
    | Lift
    | Extract
    | AddTransition
    | RemoveTransition
    | AddEffect
    | SetEffect
    | MoveEffect
    | RemoveEffect
    | SetTitle
    | Batch,
    Field(discriminator="op"),
]
"""Any operation; `op` tells which."""

Batch.model_rebuild()
OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
"""Validates and serialises operations: `OPERATION.validate_json(text)`."""

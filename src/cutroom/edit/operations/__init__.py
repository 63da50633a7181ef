"""The operations: everything that can be done to a document, as frozen values.

One union serves Python calls, widget drags, the journal and undo. Times are exact and already on the grid where they
must be; the façades snap, operations do not. An operation's `id` seeds the ids of what it creates, so that replaying a
journal gives the very same document.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from cutroom.edit.operations.base import BaseOperation, Edge, Span
from cutroom.edit.operations.cutting import Delete, Extract, Lift, Roll, Slide, Slip, Split, Trim
from cutroom.edit.operations.decoration import (
    AddEffect,
    AddTransition,
    Group,
    Link,
    MoveEffect,
    RemoveEffect,
    RemoveTransition,
    SetEffect,
    SetKeyframes,
    SetTitle,
    SetTransition,
    Ungroup,
    Unlink,
)
from cutroom.edit.operations.nesting import AddCompound, Nest, RemoveCompound, SetAngle, SetCompound, Unnest
from cutroom.edit.operations.placing import Append, Arrange, Fill, Insert, Move, Overwrite, Placed, Ripple
from cutroom.edit.operations.structure import (
    AddMarker,
    AddMedia,
    AddResource,
    AddTrack,
    MoveTrack,
    RemoveMarker,
    RemoveMedia,
    RemoveResource,
    RemoveTrack,
    SetMarker,
    SetMedia,
    SetSettings,
    SetTrack,
)
from cutroom.edit.operations.subtitles import SetCues
from cutroom.edit.operations.timing import Freeze, Retime, Reverse

__all__ = [
    "OPERATION",
    "AddCompound",
    "AddEffect",
    "AddMarker",
    "AddMedia",
    "AddResource",
    "AddTrack",
    "AddTransition",
    "Append",
    "Arrange",
    "Batch",
    "Delete",
    "Edge",
    "Extract",
    "Fill",
    "Freeze",
    "Group",
    "Insert",
    "Lift",
    "Link",
    "Move",
    "MoveEffect",
    "MoveTrack",
    "Nest",
    "Operation",
    "Overwrite",
    "Placed",
    "RemoveCompound",
    "RemoveEffect",
    "RemoveMarker",
    "RemoveMedia",
    "RemoveResource",
    "RemoveTrack",
    "RemoveTransition",
    "Retime",
    "Reverse",
    "Ripple",
    "Roll",
    "SetAngle",
    "SetCompound",
    "SetCues",
    "SetEffect",
    "SetKeyframes",
    "SetMarker",
    "SetMedia",
    "SetSettings",
    "SetTitle",
    "SetTrack",
    "SetTransition",
    "Slide",
    "Slip",
    "Span",
    "Split",
    "Trim",
    "Ungroup",
    "Unlink",
    "Unnest",
]


class Batch(BaseOperation):
    """Several operations as one step: all or nothing. Those that name no compound work in the batch's own."""

    op: Literal["batch"] = "batch"
    operations: tuple[Operation, ...]


Operation = Annotated[
    AddMedia
    | SetMedia
    | RemoveMedia
    | AddResource
    | RemoveResource
    | SetSettings
    | AddTrack
    | SetTrack
    | MoveTrack
    | RemoveTrack
    | AddMarker
    | SetMarker
    | RemoveMarker
    | Append
    | Insert
    | Overwrite
    | Fill
    | Move
    | Arrange
    | Ripple
    | Trim
    | Roll
    | Slip
    | Slide
    | Split
    | Delete
    | Lift
    | Extract
    | Retime
    | Reverse
    | Freeze
    | AddTransition
    | SetTransition
    | RemoveTransition
    | AddEffect
    | SetEffect
    | SetKeyframes
    | MoveEffect
    | RemoveEffect
    | SetTitle
    | Link
    | Unlink
    | Group
    | Ungroup
    | AddCompound
    | SetCompound
    | RemoveCompound
    | Nest
    | Unnest
    | SetAngle
    | SetCues
    | Batch,
    Field(discriminator="op"),
]
"""Any operation; `op` tells which."""

Batch.model_rebuild()
OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
"""Validates and serialises operations: `OPERATION.validate_json(text)`."""

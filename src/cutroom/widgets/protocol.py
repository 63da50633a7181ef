"""Every message between Python and the browser; TypeScript's types are generated from here (`generate.py`).

Times in messages are whole numbers: `frame` counts frames of the timeline's grid, `ticks` count `1 / timescale`
seconds, where the timescale is one that every edit point of the timeline lies on. A snapshot's clips travel as columns
in one binary buffer (`cutroom.widgets.snapshot`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from cutroom.edit.operations import Delete, Move, Split, Trim
from cutroom.schema.document import MarkerKind
from cutroom.schema.track import TrackKind

FRAMES_IN_FLIGHT = 4
"""How many stills one player may wait for at once."""


class Message(BaseModel):
    """A message, or a part of one."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, json_schema_serialization_defaults_required=True
    )


# What the browser says.


class Resync(Message):
    """Send the whole state: said when a widget opens, and when a patch does not follow on what it holds."""

    type: Literal["resync"] = "resync"
    client: str = Field(max_length=64)
    """Which page speaks; one page is one client, however many widgets it shows."""


class Edit(Message):
    """An operation that a hand made, proposed once the mouse is released."""

    type: Literal["edit"] = "edit"
    client: str = Field(max_length=64)
    request: int
    """Names this request in its answer."""
    operation: Annotated[Move | Trim | Split | Delete, Field(discriminator="op")]


class Travel(Message):
    """Undo or redo."""

    type: Literal["travel"] = "travel"
    client: str = Field(max_length=64)
    request: int
    step: Literal["undo", "redo"]


class Seek(Message):
    """The playhead is at this frame now. Said both ways: every view of a session shows one time."""

    type: Literal["seek"] = "seek"
    client: str | None = Field(default=None, max_length=64)
    """Who moved it; None: Python."""
    frame: int = Field(ge=0)


class FrameRequest(Message):
    """Ask for a still. Each request is answered exactly once: by a frame, or by an error."""

    type: Literal["frame_request"] = "frame_request"
    client: str = Field(max_length=64)
    request: int
    player: int
    """Which of the page's players asks."""
    generation: int
    """Grows when what was asked before is not wanted any more."""
    frame: int = Field(ge=0)
    width: int = Field(ge=16, le=4096)
    height: int = Field(ge=16, le=4096)


# What Python says.


class MediaRow(Message):
    """A media of the project, as much of it as a timeline shows."""

    id: str
    label: str
    ticks: int
    """How long it is (rounded down)."""


class TransitionRow(Message):
    """A transition on a cut."""

    id: str
    transition: str
    left: str | None
    right: str | None
    before: int
    """Ticks of it that lie before the cut."""
    after: int
    """Ticks of it that lie after the cut."""


class MarkerRow(Message):
    """A named moment."""

    id: str
    ticks: int
    title: str
    marker: MarkerKind


class ItemRow(Message):
    """A clip or a gap, as a patch carries it."""

    id: str
    """Empty for a gap."""
    ticks: int
    start: int
    """In point in ticks of media time (rounded down); 0 for titles and gaps."""
    media: int
    """Index of the media; -1 for a title or a compound, -2 for a gap."""
    text: str | None = None
    """What a title says, or how a compound is called."""
    link: str | None = None
    effects: int = 0
    """How many effects it carries."""


class TrackRow(Message):
    """A track without its items."""

    id: str
    kind: TrackKind
    title: str
    muted: bool
    solo: bool
    locked: bool
    hidden: bool


class TrackColumns(TrackRow):
    """A track whose items are the next `items` rows of the snapshot's columns."""

    items: int
    transitions: tuple[TransitionRow, ...]


class Clock(Message):
    """How the timeline counts."""

    timescale: int
    """Ticks per second."""
    fps: tuple[int, int]
    """Frames per second: numerator and denominator. A frame is a whole number of ticks."""
    sample_rate: int
    """Samples per second. A sample is a whole number of ticks."""
    exact: bool
    """Whether every edit point is a whole number of ticks; else those that are not are rounded, for drawing only."""


class Snapshot(Message):
    """The whole timeline. Its binary buffer holds the columns of all items, in the order of the tracks."""

    type: Literal["snapshot"] = "snapshot"
    session: str
    """Names the bridge: views with the same name show one time."""
    revision: int
    clock: Clock
    width: int
    """Of the picture, in pixels."""
    height: int
    tracks: tuple[TrackColumns, ...]
    media: tuple[MediaRow, ...]
    markers: tuple[MarkerRow, ...]
    text_bytes: int
    """Length of the JSON text (ids, links and titles) at the end of the buffer."""
    frame: int
    """Where the playhead is."""
    undo: str | None
    """What undo would take back; None: nothing."""
    redo: str | None


class Splice(Message):
    """Replace `remove` items from index `at` of the track before this patch."""

    at: int
    remove: int
    items: tuple[ItemRow, ...] = ()


class TrackPatch(Message):
    """What changed on one track."""

    track: TrackRow
    splices: tuple[Splice, ...] = ()
    """In rising order of `at`; every `at` counts in the track as it was."""
    dropped: tuple[str, ...] = ()
    """Ids of transitions that are gone."""
    transitions: tuple[TransitionRow, ...] = ()
    """Transitions that are new or changed."""


class Patch(Message):
    """The difference between two revisions."""

    type: Literal["patch"] = "patch"
    base: int
    revision: int
    order: tuple[str, ...] | None = None
    """Ids of all tracks from bottom to top, when that changed."""
    tracks: tuple[TrackPatch, ...] = ()
    media: tuple[MediaRow, ...] = ()
    """Media that were added at the end of the list."""
    markers: tuple[MarkerRow, ...] | None = None
    """All markers, when they changed."""
    undo: str | None
    redo: str | None


class Ack(Message):
    """An edit stands. Its patch was sent before."""

    type: Literal["ack"] = "ack"
    client: str
    request: int
    revision: int
    created: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What happened beside what was asked."""


class Nack(Message):
    """An edit was refused; nothing changed."""

    type: Literal["nack"] = "nack"
    client: str
    request: int
    reason: str
    hint: str | None


class Box(Message):
    """A detection in a still, in fractions of the picture: left, top, right, bottom."""

    box: tuple[float, float, float, float]
    label: str
    confidence: float
    track: int | None


class Frame(Message):
    """A still; its binary buffer holds the JPEG. Without a buffer: it was not wanted any more."""

    type: Literal["frame"] = "frame"
    client: str
    request: int
    frame: int
    revision: int
    boxes: tuple[Box, ...] = ()


class Failure(Message):
    """A still could not be made."""

    type: Literal["error"] = "error"
    client: str
    request: int
    reason: str
    hint: str | None


class Closed(Message):
    """The project was closed: what is shown stays, nothing more can be done to it."""

    type: Literal["closed"] = "closed"
    reason: str
    hint: str


FromBrowser = Annotated[Resync | Edit | Travel | Seek | FrameRequest, Field(discriminator="type")]
ToBrowser = Annotated[Snapshot | Patch | Ack | Nack | Seek | Frame | Failure | Closed, Field(discriminator="type")]

FROM_BROWSER: TypeAdapter[FromBrowser] = TypeAdapter(FromBrowser)
"""Validates what arrives."""
TO_BROWSER: TypeAdapter[ToBrowser] = TypeAdapter(ToBrowser)
"""Describes what is sent."""

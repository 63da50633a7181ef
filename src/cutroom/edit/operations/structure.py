"""Operations on what the timeline is made of: media, settings, tracks, markers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cutroom.edit.operations.base import BaseOperation
from cutroom.schema.document import MarkerKind, ProjectSettings
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource
from cutroom.schema.time import Seconds
from cutroom.schema.track import TrackKind


class AddMedia(BaseOperation):
    """Put a media file into the project."""

    op: Literal["add_media"] = "add_media"
    media: Media


class SetMedia(BaseOperation):
    """Put another description in the place of the media with its id: found elsewhere, or changed on the disk."""

    op: Literal["set_media"] = "set_media"
    media: Media


class RemoveMedia(BaseOperation):
    """Take a media that no clip shows out of the project."""

    op: Literal["remove_media"] = "remove_media"
    media: str


class AddResource(BaseOperation):
    """Put a resource into the project; one with the same content takes its place: it lies elsewhere now."""

    op: Literal["add_resource"] = "add_resource"
    resource: Resource


class RemoveResource(BaseOperation):
    """Take a resource that nothing names out of the project."""

    op: Literal["remove_resource"] = "remove_resource"
    resource: str
    """Its SHA-256."""


class SetSettings(BaseOperation):
    """Set the timeline's picture and sound format."""

    op: Literal["set_settings"] = "set_settings"
    settings: ProjectSettings


class AddTrack(BaseOperation):
    """Add a track on top of the others of its kind."""

    op: Literal["add_track"] = "add_track"
    track: TrackKind
    title: str = Field(min_length=1, max_length=200)


class SetTrack(BaseOperation):
    """Rename a track or set its switches; what is None stays."""

    op: Literal["set_track"] = "set_track"
    track: str
    """Id or title."""
    title: str | None = Field(default=None, min_length=1, max_length=200)
    muted: bool | None = None
    solo: bool | None = None
    locked: bool | None = None
    hidden: bool | None = None
    sync_lock: bool | None = None
    volume: float | None = Field(default=None, ge=0, le=2)
    pan: float | None = Field(default=None, ge=-1, le=1)


class MoveTrack(BaseOperation):
    """Give a track another place, counted from the bottom."""

    op: Literal["move_track"] = "move_track"
    track: str
    index: int = Field(ge=0)


class RemoveTrack(BaseOperation):
    """Remove a track with everything on it."""

    op: Literal["remove_track"] = "remove_track"
    track: str


class AddMarker(BaseOperation):
    """Name a moment of the timeline."""

    op: Literal["add_marker"] = "add_marker"
    time: Seconds
    title: str = Field(max_length=500)
    marker: MarkerKind = "note"


class SetMarker(BaseOperation):
    """Change a marker; what is None stays."""

    op: Literal["set_marker"] = "set_marker"
    marker: str
    """Its id."""
    time: Seconds | None = None
    title: str | None = Field(default=None, max_length=500)
    kind: MarkerKind | None = None


class RemoveMarker(BaseOperation):
    """Take a marker away."""

    op: Literal["remove_marker"] = "remove_marker"
    marker: str

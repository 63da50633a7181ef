"""What only Cutroom understands, as it travels in OpenTimelineIO's metadata: JSON text under one key.

Text, because OpenTimelineIO's own dictionaries cut strings at NUL and hold no integer beyond 64 bits. What other
programs can see (ranges, names, speeds) goes before what is carried here: a file that they changed means what it shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pydantic

from cutroom.errors import InterchangeError
from cutroom.schema.base import Frozen
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Document
from cutroom.schema.media import Media
from cutroom.schema.speed import Ramp, travel
from cutroom.schema.track import Track

KEY = "cutroom"


class CarriedDocument(Frozen):
    """Of a timeline: the project without its tracks."""

    document: Document
    """Without timeline and compounds."""
    compounds: tuple[str, ...]
    """Ids, in order."""


class CarriedTrack(Frozen):
    """Of a track: everything but what is on it."""

    track: Track
    transitions: tuple[str, ...]
    """Ids, in the order in which the project has them."""


class CarriedClip(Frozen):
    """Of a clip, without its effects."""

    clip: Clip
    title: str | None = None
    """Of the compound that it shows."""
    multicam: bool = False


class CarriedTransition(Frozen):
    """Of a transition."""

    id: str
    transition: str
    left: str | None
    right: str | None
    duration: str


class CarriedMedia(Frozen):
    """Of a media reference: which media, and the URL that it had."""

    media: Media
    url: str


def carry(value: Frozen) -> dict[str, str]:
    """Metadata that holds a value."""
    return {KEY: json.dumps(value.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))}


def carried[T: Frozen](metadata: Mapping[str, Any], kind: type[T], where: str) -> T | None:
    """The value that metadata holds, None where another program wrote it.

    Raises:
        InterchangeError: it is damaged; names the place.
    """
    text = (
        metadata.get(KEY) if len(metadata) else None
    )  # a look into one of OpenTimelineIO's that finds nothing is slow
    if text is None:
        return None
    try:
        return kind.model_validate_json(text, strict=True)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InterchangeError(
            f"what Cutroom wrote is damaged: {first['msg']} at metadata.{KEY}.{place} of {where}",
            value=place,
            hint="export the timeline anew",
        ) from None


def visible_speed(clip: Clip) -> float:
    """The one number that other programs know a clip's speed by: negative backwards; of a ramp, the mean."""
    speed = travel(clip.speed, clip.duration) / clip.duration if isinstance(clip.speed, Ramp) else clip.speed
    return float(-speed if clip.reverse else speed)


def plain_text(text: str) -> str:
    """A text as OpenTimelineIO can hold it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def is_shown(track: Track, angle: str | None) -> bool:
    """Whether a track is seen or heard, as other programs have it: one switch."""
    return not (track.hidden or track.muted) and angle in {None, track.id}


def angle_of(clip: Clip) -> str | None:
    """The angle that a clip shows of a multi-camera."""
    return clip.source.angle if isinstance(clip.source, CompoundSource) else None

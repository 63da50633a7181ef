"""Picture and sound of one take, known by standing together and playing the same of the same file."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from opentimelineio import schema

from cutroom.interchange.moments import exact
from cutroom.interchange.read_items import LINK
from cutroom.schema.base import new_id


def link_pairs(stack: schema.Stack, fps: Fraction) -> None:
    """Link each picture with the sounds that start and end with it and play the same stretch of the same file.

    Clips that are linked already keep their links.
    """
    pictures: dict[tuple[Any, ...], schema.Clip] = {}
    for kind in (schema.TrackKind.Video, schema.TrackKind.Audio):
        for track in stack:
            if not isinstance(track, schema.Track) or track.kind != kind:
                continue
            at = Fraction(0)
            for child in track:
                if isinstance(child, schema.Transition):
                    continue
                window = child.source_range
                start, at = at, at + exact(window.duration, None, fps)
                key = _key(child, start, at, fps)
                if key is None or LINK in child.metadata:
                    continue
                if kind == schema.TrackKind.Video:
                    pictures.setdefault(key, child)
                elif (picture := pictures.get(key)) is not None:
                    child.metadata[LINK] = picture.metadata.setdefault(LINK, new_id("l"))


def _key(child: Any, start: Fraction, end: Fraction, fps: Fraction) -> tuple[Any, ...] | None:
    """What the clips of a take have in common; no two clips of a track do, as each has a length."""
    if not isinstance(child, schema.Clip) or not child.enabled or end <= start:
        return None
    media = child.media_reference
    if isinstance(media, schema.ExternalReference):
        source = media.target_url
    elif isinstance(media, schema.MissingReference):
        source = child.name
    else:
        return None
    speed = tuple(effect.time_scalar for effect in child.effects if isinstance(effect, schema.LinearTimeWarp))
    return source, exact(child.source_range.start_time, None, fps), start, end, speed

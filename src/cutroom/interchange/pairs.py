"""Picture and sound of one take, known by standing together and playing the same of the same file."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from opentimelineio import schema

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
            at, taken = 0.0, set()
            for child in track:
                if isinstance(child, schema.Transition):
                    continue
                window = child.source_range
                start, at = at, at + window.duration.rescaled_to(float(fps)).value
                key = _key(child, start, at)
                if key is None or LINK in child.metadata:
                    continue
                if kind == schema.TrackKind.Video:
                    pictures.setdefault(key, child)
                elif (picture := pictures.get(key)) is not None and key not in taken:
                    taken.add(key)  # linked clips stand on tracks of their own
                    child.metadata[LINK] = picture.metadata.setdefault(LINK, new_id("l"))


def _key(child: Any, start: float, end: float) -> tuple[Any, ...] | None:
    if not isinstance(child, schema.Clip) or not child.enabled:
        return None
    media = child.media_reference
    if isinstance(media, schema.ExternalReference):
        source = media.target_url
    elif isinstance(media, schema.MissingReference):
        source = child.name
    else:
        return None
    speed = tuple(effect.time_scalar for effect in child.effects if isinstance(effect, schema.LinearTimeWarp))
    return source, round(child.source_range.start_time.value, 3), round(start, 3), round(end, 3), speed

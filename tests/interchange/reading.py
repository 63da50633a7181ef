"""What a document shows, without the names that every reading gives anew."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from documents import MEDIA

from cutroom.edit.apply import apply
from cutroom.interchange.bring_in import bring_in
from cutroom.interchange.references import Reference, path_of, url_of
from cutroom.schema.clip import Clip, CompoundSource, MediaSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.media import Media
from cutroom.schema.speed import Ramp, travel

EMPTY = Document(id="q", settings=ProjectSettings(adopt=("fps", "size", "sample_rate")))


def known_media(reference: Reference) -> Media | None:
    """The media of the tests, by URL."""
    path = path_of(reference.url or "")
    return next((media for media in MEDIA if path == path_of(url_of(media))), None)


def possible(document: Document) -> Document:
    """The document as a project can have it: without clips beyond their media, or transitions without room."""
    return apply(EMPTY, bring_in(document, EMPTY)[0]).document


def shown(document: Document, timeline: Timeline | None = None, *, starts: bool = True) -> list[Any]:
    """Tracks as lists of what plays how long, each with its transitions, and the markers."""
    timeline = timeline or document.timeline
    found: list[Any] = []
    for track in timeline.tracks:
        items: list[Any] = []
        for item in track.items:
            items.append(
                [float(item.duration), *_source(document, item, starts)] if isinstance(item, Clip) else item.duration
            )
        order = [item.id if isinstance(item, Clip) else None for item in track.items]
        cuts = [
            (order.index(t.left) if t.left else None, order.index(t.right) if t.right else None, t.duration)
            for t in track.transitions
        ]
        if items:
            found.append(["audio" if track.kind == "audio" else "picture", items, sorted(cuts, key=str)])
    return [*found, [(marker.time, " ".join(marker.title.split())) for marker in timeline.markers]]


def _source(document: Document, clip: Clip, starts: bool) -> list[Any]:
    if isinstance(clip.source, MediaSource):
        source: Any = document.find_media(clip.source.media).path
    elif isinstance(clip.source, CompoundSource):
        source = shown(document, document.compound(clip.source.compound).timeline)[:-1]
    else:
        return [" ".join(clip.source.text.split())]
    return [source, clip.start if starts else None, _speed(clip, document.settings.fps), clip.reverse]


def _speed(clip: Clip, fps: Fraction) -> float | str:
    """The speed where it is the same in all frames; how alike two ramps are, their own tests say."""
    frames = range(math.ceil(clip.duration * fps)) if isinstance(clip.speed, Ramp) else range(1)
    paces = {round(float(travel(clip.speed, (frame + 1) / fps, frame / fps) * fps), 5) for frame in frames}
    return paces.pop() if len(paces) == 1 else "ramp"

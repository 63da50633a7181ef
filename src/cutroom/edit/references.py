"""Whether everything in a document that names something else names something that is there, and names are used once.

Edits keep it so; a file that somebody else has written, or that a merge has put together, may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cutroom.schema.clip import Clip, CompoundSource, MediaSource, TitleSource, TitleStyle
from cutroom.schema.document import Document, Timeline
from cutroom.schema.track import Track


class Problem(NamedTuple):
    """A name that leads nowhere, or stands twice."""

    where: str
    """Its place in the project file: `$.timeline.tracks[0].items[3].source.media`."""
    id: str
    """Of the thing that it is a problem of."""
    says: str


def problems(document: Document) -> Iterator[Problem]:
    """What is wrong with the names of a document, in the order of the file; nothing for one that was only edited.

    Example:
        >>> from cutroom.schema.document import Marker
        >>> twice = (Marker(id="m_1", time=0, title="a"), Marker(id="m_1", time=1, title="b"))
        >>> [found] = problems(Document(id="p", timeline=Timeline(markers=twice)))
        >>> found.where, found.says
        ('$.timeline.markers[1].id', "the id 'm_1' stands twice")
    """
    yield from _twice("$.media", [media.id for media in document.media])
    yield from _twice("$.resources", [resource.sha256 for resource in document.resources], "fingerprint.sha256")
    yield from _inside(document, document.timeline, "$.timeline")
    yield from _twice("$.compounds", [compound.id for compound in document.compounds])
    for number, compound in enumerate(document.compounds):
        yield from _inside(document, compound.timeline, f"$.compounds[{number}].timeline")
    yield from _cycles(document)


def _twice(where: str, names: Iterable[str], key: str = "id") -> Iterator[Problem]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            yield Problem(f"{where}[{number}].{key}", name, f"the id {name!r} stands twice")
        seen.add(name)


def _inside(document: Document, timeline: Timeline, where: str) -> Iterator[Problem]:
    yield from _twice(f"{where}.tracks", [track.id for track in timeline.tracks])
    yield from _twice(f"{where}.markers", [marker.id for marker in timeline.markers])
    media = {known.id for known in document.media}
    fonts = {known.sha256 for known in document.resources if known.kind == "font"}
    angles = {known.id: {track.id for track in known.timeline.tracks} for known in document.compounds}
    clips: set[str] = set()
    for number, track in enumerate(timeline.tracks):
        at = f"{where}.tracks[{number}]"
        for place, item in enumerate(track.items):
            if isinstance(item, Clip):
                yield from _clip(item, f"{at}.items[{place}]", clips, media, angles)
                if isinstance(item.source, TitleSource):
                    yield from _font(item.source.style, f"{at}.items[{place}].source.style", item.id, fonts)
                clips.add(item.id)
        yield from _transitions(track, at)
        yield from _twice(f"{at}.cues", [cue.id for cue in track.cues])
        for place, cue in enumerate(track.cues):
            if cue.style is not None:
                yield from _font(cue.style, f"{at}.cues[{place}].style", cue.id, fonts)


def _font(style: TitleStyle, at: str, name: str, fonts: set[str]) -> Iterator[Problem]:
    if style.font is not None and style.font not in fonts:
        yield Problem(f"{at}.font", name, f"there is no font {style.font[:12]!r} among the resources")


def _clip(clip: Clip, at: str, clips: set[str], media: set[str], angles: dict[str, set[str]]) -> Iterator[Problem]:
    if clip.id in clips:
        yield Problem(f"{at}.id", clip.id, f"the id {clip.id!r} stands twice")
    yield from _twice(f"{at}.effects", [effect.id for effect in clip.effects])
    source = clip.source
    if isinstance(source, MediaSource) and source.media not in media:
        yield Problem(f"{at}.source.media", clip.id, f"there is no media {source.media!r}")
    if isinstance(source, CompoundSource):
        if source.compound not in angles:
            yield Problem(f"{at}.source.compound", clip.id, f"there is no compound {source.compound!r}")
        elif source.angle is not None and source.angle not in angles[source.compound]:
            yield Problem(f"{at}.source.angle", clip.id, f"the compound has no track {source.angle!r}")


def _transitions(track: Track, at: str) -> Iterator[Problem]:
    yield from _twice(f"{at}.transitions", [transition.id for transition in track.transitions])
    for number, transition in enumerate(track.transitions):
        for side, name in (("left", transition.left), ("right", transition.right)):
            if name is not None and track.index_of(name) is None:
                where = f"{at}.transitions[{number}].{side}"
                yield Problem(where, transition.id, f"there is no clip {name!r} on track {track.title}")
        if transition.left is None and transition.right is None:
            yield Problem(f"{at}.transitions[{number}]", transition.id, "the transition has no clip on either side")


def _cycles(document: Document) -> Iterator[Problem]:
    shows = {
        compound.id: {
            clip.source.compound
            for track in compound.timeline.tracks
            for clip in track.items
            if isinstance(clip, Clip) and isinstance(clip.source, CompoundSource)
        }
        for compound in document.compounds
    }
    for number, compound in enumerate(document.compounds):
        seen: set[str] = set()
        waiting = [*shows[compound.id]]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += shows.get(name, ())
        if compound.id in seen:
            yield Problem(f"$.compounds[{number}]", compound.id, f"the compound {compound.title!r} shows itself")

"""What belongs together after an edit: no link and no group is held by one clip alone. Pure functions on tracks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from cutroom.edit.sync import playing
from cutroom.schema.clip import Clip, Item
from cutroom.schema.document import Timeline
from cutroom.schema.track import Track

Place = tuple[int, int]
"""Track, item."""


@dataclass(slots=True)
class Ties:
    """Links and groups that an edit may have left to one clip, in order."""

    links: dict[str, None] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)

    def add(self, items: Iterable[Item]) -> None:
        """Those of some items, which come or go."""
        for item in items:
            if item.kind == "clip":
                if item.link is not None:
                    self.links[item.link] = None
                if item.group is not None:
                    self.groups[item.group] = None


def settled(timeline: Timeline, ties: Ties) -> Timeline:
    """A timeline where each clip that was left alone with one of some links and groups has none any more.

    A clip whose partner went is linked to the part that plays along with it, where there is one that has no other
    partner: of what was cut, picture and sound that go together stay together.
    """
    tracks = timeline.tracks
    new: dict[Place, Clip] = {}
    lone = [places[0] for name in ties.links if len(places := _linked(tracks, name)) == 1]
    for place in lone:
        if place not in new:
            new |= _linked_anew(tracks, place, {*lone} - new.keys())
    for place in _alone(tracks, ties.groups):
        new[place] = new.get(place, _at(tracks, place)).evolve(group=None)
    changed = list(tracks)
    for (t, i), clip in new.items():
        changed[t] = changed[t].spliced(i, i + 1, (clip,))
    return timeline.evolve(tracks=tuple(changed)) if new else timeline


def plays_along(timeline: Timeline, clip_id: str) -> bool:
    """Whether a clip of a timeline plays along with a linked one: of what was cut, only one part has the link."""
    tracks = timeline.tracks
    place = next(((t, i) for t, track in enumerate(tracks) if (i := track.index_of(clip_id)) is not None), None)
    if place is None or (clip := _at(tracks, place)).is_title:
        return False
    start = tracks[place[0]].start_of(place[1])
    for t, i in _beneath(tracks, place, start + clip.duration):
        other = _at(tracks, (t, i))
        if (
            other.link is not None
            and not other.is_title
            and playing(start, clip) == playing(tracks[t].start_of(i), other)
        ):
            return True
    return False


def _linked(tracks: Iterable[Track], link: str) -> list[Place]:
    return [(t, i) for t, track in enumerate(tracks) for i in track.linked(link)]


def _at(tracks: tuple[Track, ...], place: Place) -> Clip:
    item = tracks[place[0]].items[place[1]]
    assert isinstance(item, Clip)
    return item


def _linked_anew(tracks: tuple[Track, ...], place: Place, free: set[Place]) -> dict[Place, Clip]:
    """A clip that is alone with its link, and the one that plays along; or the clip, without the link."""
    clip, (t, i) = _at(tracks, place), place
    start = tracks[t].start_of(i)
    for other in [] if tracks[t].locked else _beneath(tracks, place, start + clip.duration):
        partner = _at(tracks, other)
        begins = tracks[other[0]].start_of(other[1])
        plays = not partner.is_title and playing(start, clip) == playing(begins, partner)
        if plays and (partner.link is None or other in free):
            return {place: clip, other: partner.evolve(link=clip.link)}
    return {place: clip.evolve(link=None)}


def _beneath(tracks: tuple[Track, ...], place: Place, end: Fraction) -> Iterator[Place]:
    """Sound under a picture, pictures over a sound, at the same time."""
    t, i = place
    for number, track in enumerate(tracks):
        if (track.kind == "audio") != (tracks[t].kind == "audio") and not track.locked and track.items:
            for j in range(track.index_at(tracks[t].start_of(i)), len(track.items)):
                if track.start_of(j) >= end:
                    break
                if isinstance(track.items[j], Clip):
                    yield number, j


def _alone(tracks: tuple[Track, ...], groups: Iterable[str]) -> list[Place]:
    """The clips that are alone in one of some groups."""
    found: dict[str, list[Place]] = {group: [] for group in groups}
    for t, track in enumerate(tracks if found else ()):
        for i, item in enumerate(track.items):
            if item.kind == "clip" and item.group is not None and item.group in found:
                found[item.group].append((t, i))
    return [places[0] for places in found.values() if len(places) == 1]

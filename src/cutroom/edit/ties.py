"""What belongs together after an edit: no link and no group is held by one clip alone. Pure functions on tracks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from cutroom.edit.sync import playing
from cutroom.schema.clip import Clip, Item
from cutroom.schema.document import Timeline
from cutroom.schema.places import same_ends
from cutroom.schema.track import Track

Place = tuple[int, int]
"""Track, item."""


def settled(before: Timeline | None, after: Timeline) -> Timeline:
    """A timeline after an edit, where each clip that was left alone with a link or a group has none any more.

    A clip whose partner went is linked to the part that plays along with it, where there is one that has no other
    partner: of what was cut, picture and sound that go together stay together.

    Args:
        before: the timeline before the edit; None for a new one.
        after: the timeline after it; only what differs is looked at.
    """
    if after is before:
        return after
    changed = [item for item in _changed(before.tracks if before else (), after.tracks) if isinstance(item, Clip)]
    links = dict.fromkeys(clip.link for clip in changed if clip.link is not None)
    groups = {clip.group for clip in changed} - {None}
    new: dict[Place, Clip] = {}
    lone = [places[0] for link in links if len(places := _linked(after.tracks, link)) == 1]
    for place in lone:
        if place not in new:
            new |= _linked_anew(after.tracks, place, {*lone} - new.keys())
    for place in _alone(after.tracks, groups):
        new[place] = new.get(place, _at(after.tracks, place)).evolve(group=None)
    tracks = list(after.tracks)
    for (t, i), clip in new.items():
        tracks[t] = tracks[t].spliced(i, i + 1, (clip,))
    return after.evolve(tracks=tuple(tracks)) if new else after


def _changed(before: Iterable[Track], after: Iterable[Track]) -> Iterator[Item]:
    """The items of tracks that are not the very same ones, before and after."""
    old = {track.id: track for track in before}
    for track in after:
        other = old.pop(track.id, None)
        if other is None:
            yield from track.items
        elif other.items is not track.items:
            head, tail = same_ends(other.items, track.items)
            yield from other.items[head : len(other.items) - tail]
            yield from track.items[head : len(track.items) - tail]
    for track in old.values():
        yield from track.items


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


def _alone(tracks: tuple[Track, ...], groups: set[str | None]) -> list[Place]:
    """The clips that are alone in one of some groups."""
    found: dict[str | None, list[Place]] = {group: [] for group in groups}
    for t, track in enumerate(tracks if groups else ()):
        for i, item in enumerate(track.items):
            if item.kind == "clip" and item.group in found:
                found[item.group].append((t, i))
    return [places[0] for places in found.values() if len(places) == 1]

"""What two documents have in common: values that both hold need no closer look when they are compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from cutroom.schema.document import Document
from cutroom.schema.track import Track


@dataclass(slots=True)
class Side:
    """One of the two documents, and what in it needs a closer look."""

    document: Document
    homes: dict[str, str]
    """For each compound its id in the first document."""
    loose: dict[str, set[str]] = field(default_factory=dict)
    """For each track the clips that are not the very same value at the same time in the other document."""
    skipped: set[int] = field(default_factory=set)
    """Transitions, cues and markers that are: the identities of values that both documents hold."""


def sides(before: Document, after: Document) -> tuple[Side, Side]:
    """Both documents, with what differs in them by identity, or may: partners of links and groups are looked at, too.

    Compounds are the same by their id, or else by their title.
    """
    homes = {compound.id: compound.id for compound in before.compounds}
    free = {compound.title: compound.id for compound in before.compounds}
    for compound in after.compounds:
        free = {title: name for title, name in free.items() if name != compound.id}
    theirs = {c.id: c.id if c.id in homes else free.pop(c.title, c.id) for c in after.compounds}
    one, two = Side(before, homes), Side(after, theirs)
    paths = [{media.id: media.path for media in document.media} for document in (before, after)]
    renamed = {name for name, path in paths[0].items() if paths[1].get(name, path) != path}
    back = {old: new for new, old in theirs.items()}
    for home in (None, *homes):
        other = back.get(home) if home else None
        if home is None or other is not None:
            _share(one, two, (before.inside(home), after.inside(other)), renamed)
    return one, two


def _share(one: Side, two: Side, inside: tuple[Document, Document], renamed: Collection[str]) -> None:
    """Note what two timelines have in common, and which clips may differ."""
    old, new = inside
    if old.timeline is new.timeline and not renamed:
        for side in (one, two):
            side.loose |= {track.id: set() for track in old.tracks}
    partners = {track.id: track for track in new.tracks}
    for track in old.tracks:
        if (other := partners.get(track.id)) is not None and track.id not in one.loose:
            one.loose[track.id], two.loose[track.id] = _parted(track, other, renamed)
    changed = [
        clip
        for side, document in ((one, old), (two, new))
        for track in document.tracks
        for clip in track.items
        if clip.kind == "clip" and (track.id not in side.loose or clip.id in side.loose[track.id])
    ]
    ties = {clip.link for clip in changed} | {clip.group for clip in changed}
    ties.discard(None)
    for side, document in ((one, old), (two, new)):
        for track in document.tracks if ties else ():
            if (loose := side.loose.get(track.id)) is not None:
                tied = (clip for clip in track.items if clip.kind == "clip")
                loose.update(clip.id for clip in tied if clip.link in ties or clip.group in ties)
    shared = [
        {id(value) for track in document.tracks for value in (*track.transitions, *track.cues)}
        | {id(marker) for marker in document.timeline.markers}
        for document in inside
    ]
    one.skipped |= shared[0] & shared[1]
    two.skipped |= shared[0] & shared[1]


def _parted(old: Track, new: Track, renamed: Collection[str]) -> tuple[set[str], set[str]]:
    """Clips of a track that are not the very same value at the same time after an edit, and those it has instead."""
    if old.items is new.items and not renamed:
        return set(), set()
    (base, ticks), (scale, other) = (old.grid.base, old.grid.ticks), (new.grid.base, new.grid.ticks)
    here = {clip.id: i for i, clip in enumerate(old.items) if clip.kind == "clip"}
    there = {clip.id: i for i, clip in enumerate(new.items) if clip.kind == "clip"}
    same = {
        name
        for name, i in here.items()
        if (j := there.get(name)) is not None
        and (clip := old.items[i]) is new.items[j]
        and ticks[i] * scale == other[j] * base
        and (not renamed or (clip.kind == "clip" and clip.media not in renamed))
    }
    return here.keys() - same, there.keys() - same

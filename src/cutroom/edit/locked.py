"""What an edit does to clips whose partners are on locked tracks: it moves none away, and tells what stayed whole."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from fractions import Fraction

from cutroom.edit.sync import playing
from cutroom.errors import LockedTrackError
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document
from cutroom.schema.places import same_ends
from cutroom.schema.track import Track

Standing = tuple[Fraction, Clip]
"""A clip and where it starts on the timeline, in seconds."""


def require_partners(before: Document, after: Document, parted: Iterable[tuple[str, str]]) -> list[str]:
    """Refuse an edit that moves a clip, or a part of it, away from what it is linked to on a locked track.

    Args:
        before: the document.
        after: the same after an edit.
        parted: links of clips that were cut, and those of the parts that left them.

    Returns:
        Notes on the clips of locked tracks that stayed whole where their partners did not.

    Raises:
        LockedTrackError: names the track and both clips.
    """
    locked = [track for track in before.tracks if track.locked]
    if not locked or after.timeline is before.timeline:
        return []
    new: dict[str, list[str]] = {}
    for old, link in parted:
        new.setdefault(old, []).append(link)
    whole: dict[str, dict[str, None]] = {}
    left = {track.id: track for track in after.tracks}
    for track in before.tracks:
        now = left.get(track.id)
        if track.locked or now is None or now.items is track.items:
            continue
        for begins, clip in _changed(track, now):
            for held in locked:
                partners = held.linked(clip.link) if clip.link else []
                for i in partners:
                    other = held.items[i]
                    assert isinstance(other, Clip)
                    _require_there(held, other, (begins, clip), _parts(after, clip, new))
                    if not _is_whole(now, clip):
                        whole.setdefault(held.title, {})[other.id] = None
    return list(_told(whole))


def _changed(track: Track, now: Track) -> Iterator[Standing]:
    """The clips of a track that the edit replaced, or that may stand elsewhere now."""
    head, tail = same_ends(track.items, now.items)
    end = len(track.items) - (tail if track.duration == now.duration else 0)
    for i in range(head, end):
        item = track.items[i]
        if isinstance(item, Clip) and item.link is not None:
            yield track.start_of(i), item


def _parts(after: Document, clip: Clip, new: Mapping[str, list[str]]) -> list[Standing]:
    """What is left of a clip, wherever it is, and the parts that were cut off it."""
    found = [(track, i) for track in after.tracks if (i := track.index_of(clip.id)) is not None]
    for link in new.get(clip.link or "", ()):
        found += [(track, i) for track in after.tracks if not track.locked for i in track.linked(link)]
    return [(track.start_of(i), item) for track, i in found if isinstance(item := track.items[i], Clip)]


def _require_there(held: Track, other: Clip, old: Standing, parts: Iterable[Standing]) -> None:
    for begins, part in parts:
        if part.source == old[1].source and _moment(begins, part, old) != _moment(*old, old):
            raise LockedTrackError(
                f"that would move clip {old[1].id} away from clip {other.id} on the locked track {held.title},"
                " to which it is linked",
                value=held.id,
                hint="unlock the track first; clip.unlink() then lets the two go their own ways",
            )


def _moment(begins: Fraction, clip: Clip, old: Standing) -> Hashable:
    """What it plays when; of what stands still, whether it is where it was, or a part of that."""
    if clip.is_title or clip.speed == 0:
        start, whole = old
        return start <= begins and begins + clip.duration <= start + whole.duration
    return playing(begins, clip)


def _is_whole(now: Track, clip: Clip) -> bool:
    index = now.index_of(clip.id)
    return index is not None and now.items[index].duration == clip.duration


def _told(whole: Mapping[str, Mapping[str, None]]) -> Iterator[str]:
    for title, clips in whole.items():
        if len(clips) == 1:
            yield f"clip {next(iter(clips))} on the locked track {title} stayed whole, though its partner was cut"
        else:
            yield f"{len(clips)} clips on the locked track {title} stayed whole, though their partners were cut"

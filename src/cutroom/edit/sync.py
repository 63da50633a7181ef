"""Whether picture and sound are still in sync: at the same time, the same moment of their media."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from fractions import Fraction

from cutroom.edit.limits import readable
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Document
from cutroom.schema.speed import Ramp


def require_sync(before: Document, after: Document, edges: Collection[Fraction]) -> None:
    """Refuse a ripple that puts clips out of sync which played the same media together.

    A linked clip and any that plays along with it count: where a picture was cut and something laid over its middle,
    one part of it has the link, and its sound goes on beneath both.

    Args:
        before: the document.
        after: the same after the ripple.
        edges: timeline times in seconds from which the tracks moved; what plays at none of them moved with its pair.

    Raises:
        EditError: names a clip and says how far in its media it would be off.
    """
    for one, other, off in parted(before, after, edges):
        raise EditError(
            f"clip {other} would be {readable(off)} out of sync with clip {one}",
            value=off,
            hint="trim without ripple, or bring the edges of the linked clips together first",
        )


def parted(before: Document, after: Document, edges: Collection[Fraction]) -> Iterator[tuple[str, str, Fraction]]:
    """Picture and sound that played along and do not any more, one of them linked, and how far off they are.

    Args:
        before: the document.
        after: the same after an edit.
        edges: timeline times in seconds; what plays at none of them, or between, is not looked at.
    """
    for t, begins, clip in _clips(before, min(edges), max(edges)):
        for u, starts, other in _clips(before, begins, begins + clip.duration):
            heard = [before.tracks[index].kind == "audio" for index in (t, u)]
            meet = starts < begins + clip.duration and begins < starts + other.duration
            tied = clip.link is not None or other.link is not None
            if heard[0] == heard[1] or not (tied and meet) or playing(begins, clip) != playing(starts, other):
                continue
            left, right = _find(after, clip.id), _find(after, other.id)
            if left and right and playing(*left) != playing(*right):
                yield clip.id, other.id, _apart(*left, *right)


def playing(begins: Fraction, clip: Clip) -> Hashable:
    """Which moment of which media a clip plays at which time of the timeline: equal where two play in sync.

    Args:
        begins: where the clip starts on the timeline, in seconds.
        clip: of a media or a compound.
    """
    source = clip.source.compound if isinstance(clip.source, CompoundSource) else clip.media
    speed = clip.speed.later(-begins) if isinstance(clip.speed, Ramp) else clip.speed
    return source, clip.reverse, speed, clip.media_at(-begins)


def _apart(left_begins: Fraction, left: Clip, right_begins: Fraction, right: Clip) -> Fraction:
    """How far apart two clips are in their media, at most, while both play."""
    first = max(left_begins, right_begins)
    last = max(first, min(left_begins + left.duration, right_begins + right.duration))
    return max(abs(left.media_at(t - left_begins) - right.media_at(t - right_begins)) for t in (first, last))


def _clips(document: Document, start: Fraction, end: Fraction) -> Iterator[tuple[int, Fraction, Clip]]:
    """The clips, but for titles, that stand somewhere in [start, end], or touch it, with their tracks and starts."""
    for t, track in enumerate(document.tracks):
        for i in range(max(0, track.index_at(start) - 1), min(len(track.items), track.index_at(end) + 1)):
            item = track.items[i]
            if isinstance(item, Clip) and not item.is_title:
                yield t, track.start_of(i), item


def _find(document: Document, clip_id: str) -> tuple[Fraction, Clip] | None:
    if not any(track.index_of(clip_id) is not None for track in document.tracks):
        return None
    return document.clip_start(clip_id), document.clip(clip_id)

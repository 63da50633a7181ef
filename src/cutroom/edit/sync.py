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

    Parts of a linked clip count, too, where the other part was laid over and they have a link of their own now.

    Args:
        before: the document.
        after: the same after the ripple.
        edges: timeline times in seconds from which the tracks moved; what plays at none of them moved with its pair.

    Raises:
        EditError: names a clip and says how far in its media it would be off.
    """
    for one in _linked(before, min(edges), max(edges)):
        for other in _linked(before, one[0], one[0] + one[1].duration):
            meet = other[0] < one[0] + one[1].duration and one[0] < other[0] + other[1].duration
            if other[1].id == one[1].id or not meet or playing(*one) != playing(*other):
                continue
            left, right = _find(after, one[1].id), _find(after, other[1].id)
            if left and right and playing(*left) != playing(*right):
                off = _apart(*left, *right)
                raise EditError(
                    f"clip {other[1].id} would be {readable(off)} out of sync with clip {one[1].id}",
                    value=off,
                    hint="trim without ripple, or bring the edges of the linked clips together first",
                )


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


def _linked(document: Document, start: Fraction, end: Fraction) -> Iterator[tuple[Fraction, Clip]]:
    """The linked clips that stand somewhere in [start, end], or touch it, with their starts."""
    for track in document.tracks:
        for i in range(max(0, track.index_at(start) - 1), min(len(track.items), track.index_at(end) + 1)):
            item = track.items[i]
            if isinstance(item, Clip) and item.link is not None:
                yield track.start_of(i), item


def _find(document: Document, clip_id: str) -> tuple[Fraction, Clip] | None:
    if not any(track.index_of(clip_id) is not None for track in document.tracks):
        return None
    return document.clip_start(clip_id), document.clip(clip_id)

"""Whether picture and sound are still in sync: at the same time, the same moment of their media."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from fractions import Fraction

from cutroom.edit.limits import readable
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Document
from cutroom.schema.speed import Ramp


def require_sync(before: Document, after: Document) -> None:
    """Refuse a ripple that puts clips out of sync which played the same media together.

    Parts of a linked clip count, too, where the other part was laid over and they have a link of their own now.

    Raises:
        EditError: names a clip and says how far in its media it would be off.
    """
    now = {clip.id: (begins, clip) for begins, clip in _linked(after)}
    for left, right in _together(before):
        if left not in now or right not in now:
            continue
        if playing(*now[left]) != playing(*now[right]):
            off = _apart(*now[left], *now[right])
            raise EditError(
                f"clip {right} would be {readable(off)} out of sync with clip {left}",
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


def _linked(document: Document) -> list[tuple[Fraction, Clip]]:
    found = [(begins, clip) for track in document.tracks for begins, clip in track.clips() if clip.link is not None]
    return sorted(found, key=lambda pair: pair[0])


def _together(document: Document) -> Iterator[tuple[str, str]]:
    """Pairs of linked clips that play the same moments of the same media at the same time."""
    known: dict[Hashable, list[tuple[Fraction, str]]] = {}
    for begins, clip in _linked(document):
        law = playing(begins, clip)
        others = [(ends, other) for ends, other in known.get(law, ()) if ends > begins]
        for _, other in others:
            yield other, clip.id
        known[law] = [*others, (begins + clip.duration, clip.id)]

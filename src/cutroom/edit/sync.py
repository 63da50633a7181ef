"""Whether picture and sound are still in sync: at the same time, the same moment of their media."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cutroom.edit.limits import readable
from cutroom.errors import EditError
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document


def require_sync(before: Document, after: Document) -> None:
    """Refuse a ripple that puts clips out of sync which played the same media together.

    Parts of a linked clip count, too, where the other part was laid over and they have a link of their own now.

    Raises:
        EditError: names a clip and says how far it would be off.
    """
    now = {clip.id: begins - clip.start for begins, clip in _linked(after)}
    for left, right in _together(before):
        off = abs(now.get(left, Fraction(0)) - now.get(right, Fraction(0)))
        if off and left in now and right in now:
            raise EditError(
                f"clip {right} would be {readable(off)} out of sync with clip {left}",
                value=off,
                hint="trim without ripple, or bring the edges of the linked clips together first",
            )


def _linked(document: Document) -> list[tuple[Fraction, Clip]]:
    found = [(begins, clip) for track in document.tracks for begins, clip in track.clips() if clip.link is not None]
    return sorted(found, key=lambda pair: pair[0])


def _together(document: Document) -> Iterator[tuple[str, str]]:
    """Pairs of linked clips that play the same moments of the same media at the same time."""
    playing: dict[tuple[str | None, Fraction], list[tuple[Fraction, str]]] = {}
    for begins, clip in _linked(document):
        place = (clip.media, begins - clip.start)
        others = [(ends, other) for ends, other in playing.get(place, ()) if ends > begins]
        for _, other in others:
            yield other, clip.id
        playing[place] = [*others, (begins + clip.duration, clip.id)]

"""Whether linked clips are still in sync: each shows the same moment of its media at the same time as the other."""

from __future__ import annotations

from fractions import Fraction

from cutroom.edit.limits import readable
from cutroom.errors import EditError
from cutroom.schema.document import Document


def require_sync(before: Document, after: Document) -> None:
    """Refuse a ripple after which linked clips that were in sync are not.

    Raises:
        EditError: names a clip and says how far it would be off.
    """
    then = _offsets(before)
    for link, now in _offsets(after).items():
        was = then.get(link, {})
        places: dict[Fraction, Fraction] = {}
        for clip, offset in now.items():
            if clip not in was:
                continue
            off = offset - places.setdefault(was[clip], offset)
            if off:
                raise EditError(
                    f"clip {clip} would be {readable(abs(off))} out of sync with what it is linked to",
                    value=abs(off),
                    hint="trim without ripple, or bring the edges of the linked clips together first",
                )


def _offsets(document: Document) -> dict[str, dict[str, Fraction]]:
    """For each link, where on the timeline the media of each of its clips would begin."""
    found: dict[str, dict[str, Fraction]] = {}
    for track in document.tracks:
        for begins, clip in track.clips():
            if clip.link is not None:
                found.setdefault(clip.link, {})[clip.id] = begins - clip.start
    return found

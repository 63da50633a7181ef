"""What the report of an export says of times at which nothing lies on the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cutroom.edit.limits import readable
from cutroom.effects.compiler.document import seen_tracks
from cutroom.effects.compiler.sound import heard_tracks
from cutroom.schema.document import Document
from cutroom.schema.span import cover, minus

MOST_TOLD = 5
"""Gaps of the picture, and gaps of the sound; further ones are told as a number."""


def gaps(document: Document, begin: Fraction, end: Fraction) -> Iterator[str]:
    """One sentence for each gap within [begin, end) of the timeline that no track fills: first the black, then silence.

    What lasts less than a frame is none; and where there is no picture at all, or no sound, none is missed.

    Example:
        >>> list(gaps(Document(id="d_1"), Fraction(0), Fraction(10)))
        []
    """
    for tracks, what, noticed in (
        (seen_tracks(document), "black", "seen"),
        (heard_tracks(document), "silent", "heard"),
    ):
        spans = cover((start, start + clip.duration) for track in tracks for start, clip in track.clips())
        gone = minus([(begin, end)], spans) if spans else []
        found = [(first, last) for first, last in gone if last - first >= 1 / document.settings.fps]
        for first, last in found[:MOST_TOLD]:
            span = f"{readable(first)} to {readable(last)}"
            yield f"{what} from {span}: no clip lies there on any track that is {noticed}"
        if more := found[MOST_TOLD:]:
            places = "1 more place" if len(more) == 1 else f"{len(more)} more places"
            yield f"{what} in {places}, {readable(sum((last - first for first, last in more), Fraction(0)))} in all"

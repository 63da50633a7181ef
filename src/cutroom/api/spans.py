"""Spans on the timeline: media time mapped through the clips that show it, stale timeline spans refused."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from cutroom.api.arguments import several
from cutroom.api.times import Clock, span_of
from cutroom.errors import StaleSpansError
from cutroom.schema.document import Document
from cutroom.schema.span import cover
from cutroom.schema.spans import MediaClock, Spans
from cutroom.schema.track import Track
from cutroom.session import Session


def on_timeline(
    spans: Spans | Iterable[Any], session: Session, tracks: Sequence[str] | None = None, clock: Clock | None = None
) -> list[tuple[Fraction, Fraction]]:
    """Spans as timeline times on the frame grid, in order; overlapping ones joined.

    Args:
        spans: spans of a media or of the timeline, or pairs of timeline times.
        session: whose timeline is meant.
        tracks: media spans are mapped through the clips of these tracks; None: of all that are not locked.
        clock: of the timeline's pictures, which keeps what snapped.

    Raises:
        EditError: no such track.
        StaleSpansError: timeline spans of another revision or another project.
        TimeError: a pair that is no span.
    """
    clock = clock or Clock.of(session.document, "video")
    if not isinstance(spans, Spans) or spans.clock is None:
        found = [span_of((s.start, s.end) if isinstance(spans, Spans) else s, clock) for s in several("spans", spans)]
    elif isinstance(spans.clock, MediaClock):
        found = _through_clips(spans, session.document, clock, tracks)
    else:
        if (spans.clock.document, spans.clock.revision) != (session.document.id, session.revision):
            raise StaleSpansError(
                "these spans were measured on another state of the timeline",
                value=spans.clock,
                hint="ask the question again on the timeline as it is now",
            )
        found = [span_of((span.start, span.end), clock) for span in spans]
    return cover(found)


def _through_clips(
    spans: Spans, document: Document, clock: Clock, names: Sequence[str] | None
) -> list[tuple[Fraction, Fraction]]:
    assert isinstance(spans.clock, MediaClock)
    shown = {media.id for media in document.media if media.fingerprint.sha256 == spans.clock.sha256}
    starts, ends = spans.starts, spans.ends
    found = []
    for track in _tracks(document, names):
        for begins, clip in track.clips():
            if clip.media not in shown:
                continue
            clip_end = clip.end
            for i in range(bisect_right(ends, clip.start), bisect_left(starts, clip_end)):
                first = clock.snap(begins + max(starts[i], clip.start) - clip.start)
                last = clock.snap(begins + min(ends[i], clip_end) - clip.start)
                if first < last:
                    found.append((first, last))
    return found


def _tracks(document: Document, names: Sequence[str] | None) -> list[Track]:
    if names is None:
        return [track for track in document.tracks if not track.locked]
    return [document.tracks[document.track_index(name)] for name in names]

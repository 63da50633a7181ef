"""Spans on the timeline: media time mapped through the clips that show it, stale timeline spans refused."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from cutroom.api.times import Clock, span_of
from cutroom.errors import StaleSpansError
from cutroom.schema.spans import MediaClock, Spans
from cutroom.session import Session


def on_timeline(spans: Spans | Iterable[Any], session: Session) -> list[tuple[Fraction, Fraction]]:
    """Spans as timeline times on the frame grid, in order; overlapping ones joined.

    Args:
        spans: spans of a media or of the timeline, or pairs of timeline times.
        session: whose timeline is meant.

    Raises:
        StaleSpansError: timeline spans of another revision or another project.
        TimeError: a pair that is no span.
    """
    clock = Clock.of(session.document, "video")
    if not isinstance(spans, Spans) or spans.clock is None:
        found = [span_of((s.start, s.end) if isinstance(spans, Spans) else s, clock) for s in spans]
    elif isinstance(spans.clock, MediaClock):
        found = _through_clips(spans, session, clock)
    else:
        if (spans.clock.document, spans.clock.revision) != (session.document.id, session.revision):
            raise StaleSpansError(
                "these spans were measured on another state of the timeline",
                value=spans.clock,
                hint="ask the question again on the timeline as it is now",
            )
        found = [span_of((span.start, span.end), clock) for span in spans]
    joined: list[tuple[Fraction, Fraction]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _through_clips(spans: Spans, session: Session, clock: Clock) -> list[tuple[Fraction, Fraction]]:
    document = session.document
    assert isinstance(spans.clock, MediaClock)
    shown = {media.id for media in document.media if media.fingerprint.sha256 == spans.clock.sha256}
    found = []
    for track in document.tracks:
        if track.locked:
            continue
        for begins, clip in track.clips():
            if clip.media not in shown:
                continue
            for span in spans:
                first = clock.at(begins + max(span.start, clip.start) - clip.start)
                last = clock.at(begins + min(span.end, clip.end) - clip.start)
                if first < last and span.start < clip.end and span.end > clip.start:
                    found.append((first, last))
    return found

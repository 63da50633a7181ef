"""Spans on the timeline: media time mapped through the clips that show it, stale timeline spans refused."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from cutroom.api.arguments import several
from cutroom.api.times import Clock, spans_of
from cutroom.errors import StaleSpansError
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document
from cutroom.schema.span import Span, cover
from cutroom.schema.spans import MediaClock, Spans
from cutroom.schema.speed import NORMAL, travel
from cutroom.schema.track import Track
from cutroom.session import Session

_FINE = 1000
"""Parts of a frame to which the moments of a ramp are found."""


def on_timeline(
    spans: Spans | Iterable[Any],
    session: Session,
    tracks: Sequence[str] | None = None,
    clock: Clock | None = None,
    document: Document | None = None,
) -> list[tuple[Fraction, Fraction]]:
    """Spans as timeline times on the frame grid, in order; overlapping ones joined, those shorter than a frame told.

    Args:
        spans: spans of a media or of the timeline, or pairs of timeline times.
        session: whose timeline is meant.
        tracks: media spans are mapped through the clips of these tracks; None: of all that are not locked.
        clock: of the timeline's pictures, which keeps what snapped.
        document: seen from inside of the compound that is meant; None: from the project's own timeline.

    Raises:
        EditError: no such track.
        StaleSpansError: timeline spans of another revision or another project.
        TimeError: a pair that is no span, or nothing but spans shorter than a frame.
    """
    document = document or session.document
    clock = clock or Clock.of(document, "video")
    if not isinstance(spans, Spans) or spans.clock is None:
        found = spans_of([(s.start, s.end) if isinstance(s, Span) else s for s in several("spans", spans)], clock)
    elif isinstance(spans.clock, MediaClock):
        found = _through_clips(spans, document, clock, tracks)
    else:
        if (spans.clock.document, spans.clock.revision) != (document.id, session.revision):
            raise StaleSpansError(
                "these spans were measured on another state of the timeline",
                value=spans.clock,
                hint="ask the question again on the timeline as it is now",
            )
        found = spans_of([(span.start, span.end) for span in spans], clock)
    return cover(found)


def _through_clips(
    spans: Spans, document: Document, clock: Clock, names: Sequence[str] | None
) -> list[tuple[Fraction, Fraction]]:
    assert isinstance(spans.clock, MediaClock)
    shown = {media.id for media in document.media if media.fingerprint.sha256 == spans.clock.sha256}
    starts, ends = spans.starts, spans.ends
    found = []
    used: set[int] = set()
    short: set[int] = set()
    for track in _tracks(document, names):
        for begins, clip in track.clips():
            if clip.media not in shown:
                continue
            clip_end = clip.end
            if clip_end == clip.start:  # a held picture, shown all the time where it is within a span
                clip_end += 1 / (clock.grid * _FINE)
            for i in range(bisect_right(ends, clip.start), bisect_left(starts, clip_end)):
                shows = _when(clip, max(starts[i], clip.start), min(ends[i], clip_end), clock.grid)
                told = len(clock.snapped)
                first, last = (clock.snap(begins + moment) for moment in shows)
                if first < last:
                    found.append((first, last))
                    used.add(i)
                else:
                    del clock.snapped[told:]
                    short.add(i)
    clock.pass_over(len(short - used))
    return found


def _when(clip: Clip, first: Fraction, last: Fraction, grid: Fraction) -> tuple[Fraction, Fraction]:
    """The seconds after its start between which a clip plays a stretch of its media; of a ramp to a part of a frame."""
    speed, length = clip.speed, last - first
    if speed == NORMAL and not clip.reverse:
        return first - clip.start, last - clip.start
    if speed == 0:
        return Fraction(0), clip.duration
    begins = clip.end - last if clip.reverse else first - clip.start
    if isinstance(speed, Fraction):
        return begins / speed, (begins + length) / speed
    steps, fine = range(int(clip.duration * grid * _FINE) + 1), grid * _FINE
    found = (bisect_left(steps, moment, key=lambda n: travel(speed, n / fine)) for moment in (begins, begins + length))
    start, end = (min(n / fine, clip.duration) for n in found)
    return start, end


def _tracks(document: Document, names: Sequence[str] | None) -> list[Track]:
    if names is None:
        return [track for track in document.tracks if not track.locked]
    return [document.tracks[document.track_index(name)] for name in names]

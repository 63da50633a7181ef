"""Verbs of a timeline that cut it and take parts of it away."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.api import arguments
from cutroom.api.spans import on_timeline
from cutroom.api.times import Clock, seconds, span_of, step
from cutroom.edit import operations as ops
from cutroom.errors import EditError
from cutroom.schema.spans import Spans
from cutroom.schema.time import TimeLike

if TYPE_CHECKING:
    from cutroom.api.timeline import Timeline


def split(timeline: Timeline, at: TimeLike | Iterable[TimeLike]) -> Timeline:
    """Cut every clip of the unlocked tracks at a timeline time, or at many.

    ::

        before  [A~~~~~~~~~][B]
        after   [A~][A'][A"][B]     tl.split([1, 2]); nothing moves

    Raises:
        EditError: one time, at which there is nothing to split; of many they are passed over, with a note.

    Example:
        >>> tl.split(at=cr.scenes("beach.mp4").starts)  # doctest: +SKIP
    """
    one, idle = isinstance(at, str) or not isinstance(at, Iterable), 0
    moments: list[TimeLike] = [at] if isinstance(at, str) or not isinstance(at, Iterable) else list(at)
    with step(timeline, "split", "video") as clock:
        for moment in moments:
            time = clock.at(moment)
            if 0 < time < timeline.duration and (one or _splits(timeline, time)):
                timeline.apply(ops.Split(clip=None, at=time))
            elif one:
                raise EditError(
                    f"there is nothing to split at {seconds(time)}", value=moment, hint="choose another time"
                )
            else:
                idle += 1
        if idle:
            timeline.session.note(f"nothing to split at {idle} of {len(moments)} times")
    return timeline


def _splits(timeline: Timeline, time: Fraction) -> bool:
    return any(
        (i := track.index_at(time)) < len(track.items) and track.items[i].kind == "clip" and track.start_of(i) < time
        for track in timeline.document.tracks
        if not track.locked
    )


def lift(timeline: Timeline, span: Any, *, tracks: Iterable[str] | None = None) -> Timeline:
    """Remove a span and leave a gap.

    ::

        before  [A~~~~~][B~~~]
        after   [A~]········[B']

    Args:
        span: (start, end) on the timeline.
        tracks: titles or ids; None: all that are not locked. What stays whole on a locked one is told.

    Raises:
        TimeError: the span is none.
        LockedTrackError: a named track is locked.

    Example:
        >>> tl.lift((3, 4), tracks="V1")  # doctest: +SKIP
    """
    named = arguments.names("tracks", tracks)
    with step(timeline, "lift", "video") as clock:
        timeline.apply(ops.Lift(spans=(span_of(span, clock),), tracks=named))
    return timeline


def extract(timeline: Timeline, span: Any, *, tracks: Iterable[str] | None = None) -> Timeline:
    """Remove a span and close up.

    ::

        before  [A~~~~~][B~~~]
        after   [A~][B']

    Args:
        span: (start, end) on the timeline.
        tracks: titles or ids; None: all that are not locked.

    Raises:
        TimeError: the span is none.
        LockedTrackError: a named track is locked, or a clip would move away from what it is linked to on a locked one.

    Example:
        >>> tl.extract((3, 4))  # doctest: +SKIP
    """
    named = arguments.names("tracks", tracks)
    with step(timeline, "extract", "video") as clock:
        timeline.apply(ops.Extract(spans=(span_of(span, clock),), tracks=named))
    return timeline


def cut(timeline: Timeline, spans: Spans | Iterable[Any], *, tracks: Iterable[str] | None = None) -> Timeline:
    """Extract many spans at once; media spans are mapped through every clip on these tracks that shows the media.

    ::

        before  [A~~~~~~~~~][B]
        after   [A~][A'][A"][B]     two spans of A are gone

    Raises:
        StaleSpansError: timeline spans that were measured before the last edit.
        LockedTrackError: a clip would move away from what it is linked to on a locked track.

    Example:
        >>> tl.cut(cr.silences("talk.mp4"))  # doctest: +SKIP
    """
    named, clock = arguments.names("tracks", tracks), Clock.of(timeline.document, "video")
    found = on_timeline(spans, timeline.session, named, clock, timeline.document)
    if found:
        _extract(timeline, f"cut {_counted(found)}", found, named, clock)
    return timeline


def _counted(spans: list[tuple[Fraction, Fraction]]) -> str:
    return f"{len(spans)} span{'' if len(spans) == 1 else 's'}"


def _extract(
    timeline: Timeline, label: str, spans: list[tuple[Fraction, Fraction]], tracks: tuple[str, ...] | None, clock: Clock
) -> None:
    with timeline.session.edit(label):
        timeline.apply(ops.Extract(spans=tuple(spans), tracks=tracks))
        clock.tell(timeline.session)


def keep(timeline: Timeline, spans: Spans | Iterable[Any], *, tracks: Iterable[str] | None = None) -> Timeline:
    """Extract all but these spans; media spans are mapped through every clip on these tracks that shows the media.

    ::

        before  [A~~~~~~~~~][B]
        after   [A'][A"]            two spans of A are left

    Raises:
        EditError: none of the spans is on the timeline: nothing would be left.
        StaleSpansError: timeline spans that were measured before the last edit.
        LockedTrackError: a clip would move away from what it is linked to on a locked track.

    Example:
        >>> tl.keep(people.spans(min_duration=0.5))  # doctest: +SKIP
    """
    named, clock = arguments.names("tracks", tracks), Clock.of(timeline.document, "video")
    length = timeline.duration
    there = on_timeline(spans, timeline.session, named, clock, timeline.document)
    found = [(start, min(end, length)) for start, end in there if start < length]
    if not found:
        raise EditError(
            "none of the spans is on the timeline: nothing would be left",
            hint="look at spans.to_df(); lower the confidence, or ask for something else",
        )
    rest = []
    position = Fraction(0)
    for start, end in found:
        if start > position:
            rest.append((position, start))
        position = max(position, end)
    if position < length:
        rest.append((position, length))
    if rest:
        _extract(timeline, f"keep {_counted(found)}", rest, named, clock)
    return timeline

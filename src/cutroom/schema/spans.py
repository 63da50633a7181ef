"""Spans: stretches of one clock with the reason for each, and their algebra.

A `Spans` is a sorted tuple of `Span`s that never overlap. Spans that touch stay apart until `.merge()`: two shots, one
right after the other, are two spans. `within` says what was looked at, so that `~` means "looked at, and not there".
Unknown stays unknown through the algebra (Kleene's three-valued logic): `a | b` is known where both were looked at and
wherever one of them is true. `a - b` takes away what `b` holds; `a & ~b` also leaves out where nobody looked for `b`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self, overload

from pydantic import model_validator

from cutroom.errors import TimeError, ValidationError
from cutroom.schema.base import Frozen, canonical_json, derive_id
from cutroom.schema.clock import Clock, MediaClock, TimelineClock, one_clock, same_clock
from cutroom.schema.media import Media
from cutroom.schema.span import (
    Interval,
    Span,
    bare,
    cover,
    fuse,
    join_labels,
    join_reasons,
    minus,
    overlaps,
    pieces_of,
    read_pairs,
    read_span,
    read_table,
    unite,
)
from cutroom.schema.time import Rate, TimeLike, parse_time, to_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Clock", "Interval", "MediaClock", "Span", "Spans", "TimelineClock", "same_clock"]


class Spans(Frozen):
    """Spans of one clock, in order, none overlapping another.

    `clock` None means seconds of whatever they are used with: they take the clock of what they are combined with, and
    a timeline takes them as its own time.

    Example:
        >>> people = Spans.of([(1, 3), (5, 6)], within=[(0, 10)])
        >>> [(float(s.start), float(s.end)) for s in ~people]
        [(0.0, 1.0), (3.0, 5.0), (6.0, 10.0)]
        >>> (people & Spans.of([(2, 5.5)])).duration
        Fraction(3, 2)
    """

    spans: tuple[Span, ...] = ()
    clock: Clock | None = None
    rate: Rate | None = None
    """Frames per second of the clock, for the frame columns of tables."""
    within: tuple[Interval, ...] | None = None
    """What was looked at; None where nobody said. Sorted, none touching another."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for left, right in zip(self.spans, self.spans[1:], strict=False):
            if right.start < left.end:
                raise ValueError(f"spans overlap or are out of order at {right.start}; make them with Spans.of")
        if self.within is not None and list(self.within) != cover(self.within):
            raise ValueError("`within` must be sorted, without empty, overlapping or touching parts")
        return self

    @classmethod
    def of(
        cls,
        value: Any,
        clock: MediaClock | TimelineClock | None = None,
        rate: Fraction | None = None,
        within: Iterable[tuple[TimeLike, TimeLike]] | None = None,
    ) -> Spans:
        """Spans from pairs or a table. Overlapping ones become one; touching ones stay apart.

        Args:
            value: pairs `(start, end)` or `(start, end, label)` of anything that is a time, `Span`s, another `Spans`,
                or a DataFrame with the columns start and end (and label, reason). With a `rate`, a number in a
                table within a microsecond of a frame means that frame: an edited `to_df()` comes back exact.
            clock: what the times are measured on.
            rate: frames per second of the clock; needed for timecodes and `cr.frames`.
            within: what was looked at, as pairs.

        Raises:
            TimeError: a time that is none, or a span that ends before it starts.
            ValidationError: neither pairs nor a table with start and end.
        """
        if isinstance(value, Spans):
            clock, rate = clock or value.clock, rate or value.rate
            known = value.within if within is None else tuple(cover(read_pairs(within, rate)))
            return cls(spans=value.spans, clock=clock, rate=rate, within=known)
        found = list(read_table(value, rate)) if hasattr(value, "itertuples") else [read_span(v, rate) for v in value]
        known = None if within is None else tuple(cover(read_pairs(within, rate)))
        return cls(spans=unite(found), clock=clock, rate=rate, within=known)

    @classmethod
    def of_media(cls, value: Any, media: Media) -> Spans:
        """Spans in media time of one file, all of which counts as looked at."""
        rate = media.video.rate if media.video else None
        return cls.of(value, MediaClock.of(media), rate, within=[(Fraction(0), media.duration)])

    # -- reading ------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.spans)

    def __iter__(self) -> Iterator[Span]:  # type: ignore[override]  # pydantic would iterate over fields
        return iter(self.spans)

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> Spans: ...
    def __getitem__(self, index: int | slice) -> Span | Spans:
        return self._with(self.spans[index]) if isinstance(index, slice) else self.spans[index]

    def __contains__(self, time: object) -> bool:
        at = parse_time(time, rate=self.rate, signed=True)
        before = bisect_right(self.spans, at, key=lambda span: span.start) - 1
        return before >= 0 and at < self.spans[before].end

    @property
    def starts(self) -> tuple[Fraction, ...]:
        """Where each span starts, in seconds."""
        return tuple(span.start for span in self.spans)

    @property
    def ends(self) -> tuple[Fraction, ...]:
        """Where each span ends (exclusive), in seconds."""
        return tuple(span.end for span in self.spans)

    @property
    def duration(self) -> Fraction:
        """The length of all of them together, in seconds."""
        return sum((span.duration for span in self.spans), Fraction(0))

    def to_df(self) -> pd.DataFrame:
        """One row per span: id, start, end, duration (float64 seconds), label, reason; with a rate start_frame and
        end_frame (Int64, end exclusive)."""  # fmt: skip
        import pandas as pd

        seed = canonical_json(self.clock)
        table = pd.DataFrame(
            {
                "id": pd.array([derive_id("s", f"{seed}/{s.start}/{s.end}", 0) for s in self.spans], dtype="str"),
                "start": pd.array([float(s.start) for s in self.spans], dtype="float64"),
                "end": pd.array([float(s.end) for s in self.spans], dtype="float64"),
                "duration": pd.array([float(s.duration) for s in self.spans], dtype="float64"),
                "label": pd.array([s.label for s in self.spans], dtype="str"),
                "reason": pd.Series([dict(s.reason) for s in self.spans], dtype="object"),
            }
        )
        if self.rate is not None:
            rate = self.rate
            table["start_frame"] = pd.array([to_frame(s.start, rate) for s in self.spans], dtype="Int64")
            table["end_frame"] = pd.array([to_frame(s.end, rate) for s in self.spans], dtype="Int64")
        return table

    def __repr__(self) -> str:
        parts = ", ".join(f"({float(s.start):g}, {float(s.end):g})" for s in self.spans[:4])
        return f"<Spans {len(self)}, {float(self.duration):g} s: {parts}{', …' if len(self) > 4 else ''}>"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return str(self.to_df().to_html(max_rows=20, border=0))

    # -- algebra ------------------------------------------------------------------------------------------------------

    def __and__(self, other: Spans) -> Spans:
        clock, rate = _agree(self, other)
        both = []
        for start, end, i, j in overlaps(bare(self.spans), bare(other.spans)):
            pair = (self.spans[i], other.spans[j])
            both.append(Span(start=start, end=end, label=join_labels(pair), reason=join_reasons("all", pair)))
        refuted = None
        if self.within is not None and other.within is not None:
            refuted = [*minus(self.within, bare(self.spans)), *minus(other.within, bare(other.spans))]
        return Spans(spans=tuple(both), clock=clock, rate=rate, within=_known(self, other, refuted))

    def __or__(self, other: Spans) -> Spans:
        clock, rate = _agree(self, other)
        known = _known(self, other, [*bare(self.spans), *bare(other.spans)])
        return Spans(spans=unite([*self.spans, *other.spans]), clock=clock, rate=rate, within=known)

    def __sub__(self, other: Spans) -> Spans:
        clock, rate = _agree(self, other)
        holes = bare(other.spans)
        left = tuple(
            span.replace(start=start, end=end) if (start, end) != (span.start, span.end) else span
            for span, pieces in zip(self.spans, pieces_of(bare(self.spans), holes), strict=True)
            for start, end in pieces
        )
        refuted = None
        if self.within is not None and other.within is not None:
            refuted = [*minus(self.within, bare(self.spans)), *holes]
        return Spans(spans=left, clock=clock, rate=rate, within=_known(self, other, refuted))

    def __invert__(self) -> Spans:
        if self.within is None:
            raise ValidationError(
                "cannot tell what lies outside of these spans: nothing says what was looked at",
                value=self,
                hint="give the extent: Spans.of(spans, within=[(0, duration)])",
            )
        outside = minus(self.within, bare(self.spans))
        return self._with(tuple(Span(start=start, end=end) for start, end in outside))

    def merge(self, gap: TimeLike = 0) -> Spans:
        """Spans that touch, or lie at most `gap` apart, made one; labels and reasons are kept together.

        Example:
            >>> Spans.of([(0, 1), (1, 2), (2.5, 3)]).merge().starts
            (Fraction(0, 1), Fraction(5, 2))
        """
        limit = parse_time(gap, rate=self.rate)
        return self._with(fuse(self.spans, lambda end, start: start - end <= limit))

    def pad(self, before: TimeLike, after: TimeLike | None = None) -> Spans:
        """Each span longer by `before` at its start and `after` (default: the same) at its end.

        Negative times shrink; what shrinks to nothing is dropped. Spans that come to overlap become one. Padding ends
        at zero and at the outer limits of what was looked at, where that is known.
        """
        left = parse_time(before, rate=self.rate, signed=True)
        right = left if after is None else parse_time(after, rate=self.rate, signed=True)
        first, last = (self.within[0][0], self.within[-1][1]) if self.within else (Fraction(0), None)
        padded = []
        for span in self.spans:
            start, end = span.start - left, span.end + right
            if left > 0:
                start = min(max(start, first), span.start)
            if right > 0 and last is not None:
                end = max(min(end, last), span.end)
            if start < end:
                padded.append(span.replace(start=start, end=end))
        return self._with(unite(padded))

    def shift(self, by: TimeLike) -> Spans:
        """All spans, and what was looked at, later by `by` seconds (earlier where it is negative).

        Raises:
            TimeError: a span would start before zero.
        """
        offset = parse_time(by, rate=self.rate, signed=True)
        if self.spans and self.spans[0].start + offset < 0:
            raise TimeError(
                f"shifting by {float(offset):g} s moves a span before zero",
                value=by,
                hint=f"shift by {-float(self.spans[0].start):g} s at most, or cut the spans first with `&`",
            )
        moved = tuple(span.replace(start=span.start + offset, end=span.end + offset) for span in self.spans)
        known = None
        if self.within is not None:
            known = tuple(cover((max(a + offset, Fraction(0)), max(b + offset, Fraction(0))) for a, b in self.within))
        return self.replace(spans=moved, within=known)

    def filter(
        self,
        min_duration: TimeLike = 0,
        max_duration: TimeLike | None = None,
        keep: Callable[[Span], bool] | None = None,
    ) -> Spans:
        """Only the spans that last at least `min_duration`, at most `max_duration`, and for which `keep` holds.

        Example:
            >>> Spans.of([(0, 1), (2, 5)]).filter(min_duration=2).starts
            (Fraction(2, 1),)
        """
        least = parse_time(min_duration, rate=self.rate)
        most = None if max_duration is None else parse_time(max_duration, rate=self.rate)
        chosen = (s for s in self.spans if s.duration >= least and (most is None or s.duration <= most))
        return self._with(tuple(s for s in chosen if keep is None or keep(s)))

    def _with(self, spans: tuple[Span, ...]) -> Spans:
        return Spans(spans=spans, clock=self.clock, rate=self.rate, within=self.within)


def _agree(left: Spans, right: Spans) -> tuple[MediaClock | TimelineClock | None, Fraction | None]:
    if not isinstance(right, Spans):
        raise ValidationError(f"not spans: {right!r}", value=right, hint="make them with cr.Spans([(start, end), …])")
    return one_clock(left.clock, right.clock), left.rate or right.rate


def _known(
    left: Spans, right: Spans, certain: list[tuple[Fraction, Fraction]] | None
) -> tuple[tuple[Fraction, Fraction], ...] | None:
    """What is known of a combination: where both were looked at, and `certain`, where one alone decides it."""
    if left.within is None and right.within is None:
        return None
    if left.within is None or right.within is None:
        both = list(left.within or right.within or ())
    else:
        both = [(start, end) for start, end, _, _ in overlaps(left.within, right.within)]
    return tuple(cover([*both, *(certain or ())]))

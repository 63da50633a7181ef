"""One span, and the arithmetic of sorted stretches that the algebra of `Spans` is made of. All ends are exclusive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Literal, Self

from pydantic import Field, JsonValue, model_validator

from cutroom.errors import TimeError, ValidationError
from cutroom.schema.base import Frozen, canonical_json
from cutroom.schema.time import Seconds, parse_time, to_frame

Interval = tuple[Seconds, Seconds]
"""Start and end in seconds, end exclusive."""
_JOIN = " + "
_SAME = Fraction(1, 1_000_000)


class Span(Frozen):
    """One stretch: seconds, end exclusive."""

    start: Seconds
    end: Seconds
    label: str = Field(default="", max_length=1000)
    reason: dict[str, JsonValue] = Field(default_factory=dict)
    """Where it comes from: model, counts, confidences, thresholds. JSON, carried along by the algebra."""

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"a span ends after it starts: ({self.start}, {self.end})")
        return self

    @property
    def duration(self) -> Fraction:
        """Its length in seconds."""
        return self.end - self.start


def _start(span: Span) -> Fraction:
    return span.start


def bare(spans: Iterable[Span]) -> list[Interval]:
    """Starts and ends alone."""
    return [(span.start, span.end) for span in spans]


def cover(parts: Iterable[Interval]) -> list[Interval]:
    """The parts sorted, with overlapping and touching ones made one and empty ones left out."""
    found: list[Interval] = []
    for start, end in sorted(parts):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def pieces_of(parts: Iterable[Interval], holes: Sequence[Interval]) -> Iterator[list[Interval]]:
    """What is left of each part without the holes. Both are sorted, and neither overlaps itself."""
    first = 0
    for start, end in parts:
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        at, left, hole = start, [], first
        while hole < len(holes) and holes[hole][0] < end:
            if holes[hole][0] > at:
                left.append((at, holes[hole][0]))
            at = max(at, holes[hole][1])
            hole += 1
        if at < end:
            left.append((at, end))
        yield left


def minus(parts: Iterable[Interval], holes: Sequence[Interval]) -> list[Interval]:
    """What is left of all parts without the holes."""
    return [piece for pieces in pieces_of(parts, holes) for piece in pieces]


def overlaps(left: Sequence[Interval], right: Sequence[Interval]) -> Iterator[tuple[Fraction, Fraction, int, int]]:
    """Every stretch that lies in both: start, end, and the index of the part of each side that it comes from."""
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            yield start, end, i, j
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1


def join_labels(spans: Iterable[Span]) -> str:
    """The different labels, sorted: `car + person`."""
    return _JOIN.join(sorted({word for span in spans for word in span.label.split(_JOIN) if word}))


def join_reasons(word: Literal["any", "all"], spans: Iterable[Span]) -> dict[str, JsonValue]:
    """The reasons of a combined span: one as it is, several as a list under `any` (a union) or `all` (an overlap)."""
    parts: dict[str, JsonValue] = {}
    for span in spans:
        nested = span.reason.get(word)
        for part in nested if isinstance(nested, list) and len(span.reason) == 1 else [span.reason]:
            if part:
                parts[canonical_json(part)] = part
    if len(parts) == 1:
        (only,) = parts.values()
        return dict(only) if isinstance(only, dict) else {word: [only]}
    return {word: [parts[key] for key in sorted(parts)]} if parts else {}


def fuse(spans: Iterable[Span], joins: Callable[[Fraction, Fraction], bool]) -> tuple[Span, ...]:
    """Neighbours for which `joins(end so far, next start)` holds, made one. Sorted by start beforehand."""
    found: list[Span] = []
    group: list[Span] = []
    end = Fraction(0)

    def close() -> None:
        if len(group) == 1:
            found.append(group[0])
        elif group:
            label, reason = join_labels(group), join_reasons("any", group)
            found.append(Span(start=group[0].start, end=end, label=label, reason=reason))

    for span in spans:
        if group and joins(end, span.start):
            group.append(span)
            end = max(end, span.end)
        else:
            close()
            group, end = [span], span.end
    close()
    return tuple(found)


def unite(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, with overlapping ones made one; touching ones stay apart."""
    ordered = sorted(spans, key=lambda span: (span.start, span.end, span.label))
    return fuse(ordered, lambda end, start: start < end)


def read_span(value: Any, rate: Fraction | None) -> Span:
    """A span from `(start, end)` or `(start, end, label)` of anything that is a time."""
    if isinstance(value, Span):
        return value
    try:
        parts = [] if isinstance(value, str) else list(value)  # "12" would unpack into two times
        start, end, *rest = parts
    except (TypeError, ValueError):
        raise ValidationError(f"not a span: {value!r}", value=value, hint="give pairs: [(1, 2.5), (4, 6)]") from None
    if len(rest) > 1 or (rest and not isinstance(rest[0], str)):
        raise ValidationError(f"not a span: {value!r}", value=value, hint='give (start, end) or (start, end, "label")')
    first, last = parse_time(start, rate=rate), parse_time(end, rate=rate)
    if last <= first:
        raise TimeError(f"a span ends after it starts: {value!r}", value=value, hint="give (start, end) in this order")
    return Span(start=first, end=last, label=rest[0] if rest else "")


def read_pairs(parts: Iterable[tuple[Any, Any]], rate: Fraction | None) -> Iterator[Interval]:
    """Exact starts and ends of pairs of times."""
    for part in parts:
        span = read_span(part, rate)
        yield span.start, span.end


def read_table(table: Any, rate: Fraction | None) -> Iterator[Span]:
    """Spans from a DataFrame with the columns start and end, and perhaps label and reason."""
    for column in ("start", "end"):
        if column not in table.columns:
            raise ValidationError(
                f"the table has no column {column!r}", value=list(table.columns), hint="columns: start, end, label"
            )
    for row in table.to_dict("records"):
        start, end = (_on_grid(parse_time(row[side], rate=rate), row[side], rate) for side in ("start", "end"))
        label, reason = row.get("label"), row.get("reason")
        span = read_span((start, end, label if isinstance(label, str) else ""), rate)
        yield span.replace(reason=reason) if isinstance(reason, dict) else span


def _on_grid(exact: Fraction, value: Any, rate: Fraction | None) -> Fraction:
    if rate is None or isinstance(value, str | Fraction):
        return exact
    frame = to_frame(exact, rate) / rate
    return frame if abs(frame - exact) < _SAME else exact

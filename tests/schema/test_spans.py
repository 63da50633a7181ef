"""The algebra of spans: set laws on exact time, what was looked at, provenance."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutroom.errors import StaleSpansError, TimeError, ValidationError
from cutroom.schema.spans import MediaClock, Span, Spans, TimelineClock
from cutroom.schema.time import frames

HERE = MediaClock(sha256="a" * 64, path="a.mp4")
TIMES = st.integers(0, 48).map(lambda n: Fraction(n, 6))
PAIRS = st.lists(
    st.tuples(st.integers(0, 48), st.integers(1, 12)).map(lambda p: (Fraction(p[0], 6), Fraction(sum(p), 6))),
    max_size=5,
)
INSTANTS = [Fraction(2 * i + 1, 12) for i in range(6 * 11)]  # between the sixths of a second that the spans are made of


SPANS = st.tuples(PAIRS, PAIRS).map(lambda both: Spans.of(both[0], within=both[0] + both[1]))


def truth(spans: Spans) -> list[bool | None]:
    """At each instant: there, not there, or nobody looked."""
    assert spans.within is not None
    known = [any(a <= t < b for a, b in spans.within) for t in INSTANTS]
    return [None if not k else t in spans for t, k in zip(INSTANTS, known, strict=True)]


def kleene_and(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else None if a is None or b is None else True


@given(SPANS, SPANS)
def test_algebra_is_three_valued_logic(a: Spans, b: Spans) -> None:
    pairs = list(zip(truth(a), truth(b), strict=True))
    assert truth(a & b) == [kleene_and(x, y) for x, y in pairs]
    negated = [kleene_and(None if x is None else not x, None if y is None else not y) for x, y in pairs]
    assert truth(a | b) == [None if z is None else not z for z in negated]
    assert truth(a - b) == [kleene_and(x, None if y is None else not y) for x, y in pairs]
    assert truth(~a) == [None if x is None else not x for x in truth(a)]


@given(SPANS, SPANS, SPANS)
def test_laws(a: Spans, b: Spans, c: Spans) -> None:
    def extent(spans: Spans) -> tuple[object, object]:
        merged = spans.merge()
        return list(zip(merged.starts, merged.ends, strict=True)), merged.within

    assert a | b == b | a
    assert (a & b).starts == (b & a).starts
    assert extent((a | b) | c) == extent(a | (b | c))
    assert extent(~(a | b)) == extent(~a & ~b)
    assert ((a & ~b) - (a - b)).duration == 0
    assert b.within is not None
    unseen = (a - b) - (a & ~b)  # a stretch where nobody looked for `b` is not taken away
    assert (unseen & Spans.of(b.within)).duration == 0
    assert extent(~~a) == extent(a)
    assert (a & b).duration + (a - b).duration == a.duration
    assert (a | b).duration == a.duration + b.duration - (a & b).duration


@given(SPANS, TIMES)
def test_padding_there_and_shifting_back(a: Spans, by: Fraction) -> None:
    assert a.shift(by).shift(-by) == a
    padded = a.pad(by)
    assert (a - padded).duration == 0
    assert padded.duration <= a.duration + 2 * by * len(a)
    if a.within:
        assert all(a.within[0][0] <= s.start and s.end <= a.within[-1][1] for s in padded)
    assert a.pad(-by).duration == sum((max(s.duration - 2 * by, Fraction(0)) for s in a), Fraction(0))


@given(SPANS, TIMES)
def test_merging_closes_gaps_and_only_those(a: Spans, gap: Fraction) -> None:
    merged = a.merge(gap)
    assert all(right.start - left.end > gap for left, right in pairwise(merged))
    assert (a - merged).duration == 0
    assert merged.merge(gap) == merged
    assert merged.duration - a.duration <= gap * (len(a) - len(merged))


@given(SPANS)
def test_json_round_trip_is_exact(a: Spans) -> None:
    assert Spans.model_validate_json(a.model_dump_json()) == a


def test_touching_spans_stay_apart_until_merged() -> None:
    shots = Spans.of([(0, 1, "a"), (1, 2, "b")])
    assert len(shots) == len(shots | shots) == 2
    (one,) = shots.merge()
    assert (one.start, one.end, one.label) == (0, 2, "a + b")


def test_overlapping_pairs_become_one() -> None:
    assert Spans.of([(2, 4), (0, 3)]).starts == (0,)


def test_complement_needs_to_know_what_was_looked_at() -> None:
    with pytest.raises(ValidationError, match="nothing says what was looked at") as caught:
        ~Spans.of([(1, 2)])
    assert "within" in str(caught.value.hint)


def test_plain_seconds_take_the_clock_and_extent_of_what_they_meet() -> None:
    found = Spans.of([(1, 3)], HERE, Fraction(25), within=[(0, 10)])
    first = found & Spans.of([(0, 2)])
    assert first.clock == HERE
    assert first.rate == 25
    assert (~first).starts == (0, 2)


def test_different_clocks_refuse() -> None:
    a = Spans.of([(0, 1)], HERE)
    assert len(a | Spans.of([(2, 3)], MediaClock(sha256="a" * 64, path="copy of a.mp4"))) == 2
    with pytest.raises(ValidationError, match=r"different clocks: media time of a\.mp4 and timeline p1"):
        a | Spans.of([(0, 1)], TimelineClock(document="p1", revision=3))
    old, new = (Spans.of([(0, 1)], TimelineClock(document="p1", revision=n)) for n in (3, 4))
    with pytest.raises(StaleSpansError):
        old & new
    with pytest.raises(ValidationError, match="not spans"):
        a & [(0, 1)]


def test_provenance_survives_the_algebra() -> None:
    person = Span(start=Fraction(0), end=Fraction(2), label="person", reason={"confidence": 0.9})
    car = Span(start=Fraction(1), end=Fraction(3), label="car", reason={"confidence": 0.8})
    (both,) = Spans.of([person]) & Spans.of([car])
    assert both.label == "car + person"
    assert both.reason == {"all": [{"confidence": 0.8}, {"confidence": 0.9}]}
    (either,) = Spans.of([person]) | Spans.of([car])
    assert either.reason == {"any": [{"confidence": 0.8}, {"confidence": 0.9}]}
    (rest,) = Spans.of([person]) - Spans.of([car])
    assert rest.reason == person.reason
    nested = Spans.of([either]).merge() | Spans.of([(2, 4)])
    assert nested[0].reason == either.reason


def test_table_has_frames_where_a_rate_is_known() -> None:
    rate = Fraction(30000, 1001)
    spans = Spans.of([(frames(10), frames(20), "x"), (frames(30), frames(31))], HERE, rate)
    table = spans.to_df()
    assert list(table.columns) == ["id", "start", "end", "duration", "label", "reason", "start_frame", "end_frame"]
    assert isinstance(table.index, pd.RangeIndex)
    assert table.start_frame.tolist() == [10, 30]
    assert table.end_frame.dtype == "Int64"
    assert table.id.is_unique
    assert table.duration.iloc[0] == pytest.approx(10 * 1001 / 30000)
    assert "start_frame" not in Spans.of([(0, 1)]).to_df()
    assert Spans.of([]).to_df().dtypes.equals(Spans.of([(0, 1)]).to_df().dtypes)


def test_an_edited_table_comes_back_on_exact_frames() -> None:
    rate = Fraction(30000, 1001)
    spans = Spans.of([(frames(10), frames(20), "x"), (frames(30), frames(35), "y")], HERE, rate, within=[(0, 3)])
    table = spans.to_df()
    assert Spans.of(table, HERE, rate, within=spans.within) == spans
    assert Spans.of(table[table.label == "y"], HERE, rate).starts == (frames(30).count / rate,)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ([(2, 1)], TimeError),
        ([(1, 1)], TimeError),
        ([(-1, 1)], TimeError),
        ([(0, float("nan"))], TimeError),
        ([("soon", 3)], TimeError),
        ([(1, frames(3))], TimeError),
        ([(1,)], ValidationError),
        ([(1, 2, 3)], ValidationError),
        ((1, 2), ValidationError),
        (["12"], ValidationError),
        (pd.DataFrame({"start": [1.0]}), ValidationError),
        (pd.DataFrame({"start": [1.0], "end": [float("nan")]}), TimeError),
    ],
)
def test_bad_input_is_named(value: object, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        Spans.of(value)
    assert caught.value.hint  # type: ignore[attr-defined]


def test_shifting_before_zero_is_an_error_not_a_clamp() -> None:
    with pytest.raises(TimeError, match="before zero"):
        Spans.of([(1, 2)]).shift(-2)


def test_reading() -> None:
    spans = Spans.of([(0, 1), (2, 4), (5, 6)], HERE, Fraction(25))
    assert 3 in spans
    assert 4 not in spans
    assert frames(30) not in spans
    assert "00:00:02:00" in spans
    assert spans[1].duration == 2
    assert spans[1:].ends == (4, 6)
    assert spans.filter(min_duration=2).starts == (2,)
    assert spans.filter(max_duration=1, keep=lambda span: span.start > 0).starts == (5,)
    assert not Spans()
    assert "(2, 4)" in repr(spans)
    assert "<table" in spans._repr_html_()

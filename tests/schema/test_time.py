"""Times of the interface become exact seconds that a project file can hold, or an error that names them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

import cutroom as cr
from cutroom.errors import TimeError
from cutroom.schema.time import LONGEST, Exact, parse_rate, parse_time

EXACT: TypeAdapter[Fraction] = TypeAdapter(Exact)


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        (0.1, "1/10"),
        (0.123456789, "123456789/1000000000"),
        (0.1 + 0.2, "3/10"),
        (1 / 3, "1/3"),
        (1001 / 30000, "1001/30000"),
        (float(Fraction(100 * 1001, 30000)), "1001/300"),
        (1.232595164407831e-32, "0"),
        (np.float32(0.5), "1/2"),
        (np.int64(3), "3"),
        (Decimal("2.5"), "5/2"),
        (Fraction(1001, 30000), "1001/30000"),
        (datetime.timedelta(milliseconds=1500), "3/2"),
        (pd.Timedelta("1ns"), "1/1000000000"),
        ("00:00:01.25", "5/4"),
        ("1001/30000", "1001/30000"),
        ("0.3333333333333333", "1/3"),
    ],
)
def test_what_a_time_means(given: object, exact: str) -> None:
    assert parse_time(given) == Fraction(exact)


@pytest.mark.parametrize(
    "bad",
    [
        *(None, True, "", "x", "1:2:3:4", "9" * 5000, "0." + "1" * 5000, "1/" + "3" * 5000, "²", "1/0"),
        *(float("nan"), float("inf"), -1, -0.5, 10**5000, 1e300, Decimal("1e400"), Decimal("nan"), pd.NaT, np.zeros(2)),
        *(Fraction(1, 10**50), Fraction(10**50 + 1, 10**50), cr.frames(10**5000), datetime.timedelta.max, [], object()),
    ],
    ids=lambda value: type(value).__name__,  # Python writes no number of 5,000 digits
)
def test_what_is_no_time(bad: object) -> None:
    with pytest.raises(TimeError) as caught:
        parse_time(bad, rate=Fraction(30))
    assert len(str(caught.value)) < 300


@given(st.floats(min_value=0, max_value=LONGEST) | st.fractions(0, LONGEST, max_denominator=10**30))
def test_a_project_file_reads_every_time_that_it_is_given(value: float | Fraction) -> None:
    exact = parse_time(value) + Fraction(1001, 240_000)
    assert EXACT.validate_json(EXACT.dump_json(exact)) == exact
    assert abs(parse_time(value) - Fraction(value)) < Fraction(1, 10**9)


def test_numbers_that_no_project_file_would_read_are_refused_before_they_are_in_it() -> None:
    for value in (Fraction(1, 10**200), 10**200, 10**5000, "1/" + "7" * 300):
        with pytest.raises(ValueError, match="exact number"):
            EXACT.validate_python(value)


def test_a_source_of_odd_floats_is_saved_and_opened(tmp_path: Path, film) -> None:
    with cr.Project.create(tmp_path / "a.tlp") as project:
        project.timeline.append(film.path, source=(1.232595164407831e-32, 1))
        project.timeline.append(film.path, source=(Fraction(1001, 30000), Fraction(1, 7) + 1))
        before = project.session.document
    with cr.Project.open(tmp_path / "a.tlp") as again:
        assert again.session.document == before


@pytest.mark.parametrize("bad", [1.7, "x", None, True, "2", float("nan"), float("inf"), np.float64(0.5), [1]])
def test_frames_are_counted_in_whole_numbers(bad: object) -> None:
    with pytest.raises(TimeError, match="whole number"):
        cr.frames(bad)  # type: ignore[arg-type]
    assert parse_time(cr.frames(np.int64(3)), rate=Fraction(30)) == Fraction(1, 10)


@pytest.mark.parametrize(
    "bad",
    [
        *(0, 0.5, 241, 10**5000, "x", "", "1e999999999", "9" * 5000, "25/0", None, True, float("nan")),
        Fraction(10**50, 10**49 + 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_rate(bad: object) -> None:
    with pytest.raises(TimeError) as caught:
        parse_rate(bad)
    assert len(str(caught.value)) < 300

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cutroom.media.grid import FrameGrid
from cutroom.schema.media import VideoStream

RATES = [Fraction(r) for r in ("25", "30", "30000/1001", "24000/1001", "25/2", "60000/1001", "240", "1")]
rates = st.sampled_from(RATES)


def stream(rate: Fraction, start: Fraction = Fraction(0), variable: bool = False) -> VideoStream:
    return VideoStream(
        index=0,
        codec="h264",
        width=64,
        height=64,
        rate=rate,
        variable_rate=variable,
        start=start,
        duration=Fraction(1),
        frames=1,
        pixel_format="yuv420p",
    )


@given(rates, st.integers(0, 10**6), st.integers(0, 10**6))
def test_milliseconds_mean_lines_of_the_grid(rate: Fraction, number: int, start: int) -> None:
    first = Fraction(start, 1000)
    grid = FrameGrid(stream(rate, first), Fraction(1, 1000), Fraction(0))
    ticks = round((first + number / rate) * 1000)
    assert grid.start(ticks) == first + number / rate
    assert grid.ticks(first + number / rate) >= ticks


@given(rates, st.integers(0, 10**6), st.integers(-(10**9), 10**9))
def test_the_clock_may_start_anywhere(rate: Fraction, number: int, ticks: int) -> None:
    tick = 1 / rate
    grid = FrameGrid(stream(rate), tick, ticks * tick)
    assert grid.start(ticks + number) == number / rate


@given(st.integers(0, 10**9))
def test_times_off_the_grid_stay_as_they_are(ticks: int) -> None:
    tick = Fraction(1, 90_000)
    exact = ticks * tick
    assert FrameGrid(stream(Fraction(30), variable=True), tick, Fraction(0)).start(ticks) == exact
    snapped = FrameGrid(stream(Fraction(30)), tick, Fraction(0)).start(ticks)
    assert snapped == exact or (snapped * 30).denominator == 1
    assert abs(snapped - exact) <= Fraction(1, 1000)

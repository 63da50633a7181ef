from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.media.rates import choose_rate, nominal


def ticks(rate: str, count: int, base: int) -> np.ndarray:
    return np.array([round(n / Fraction(rate) * base) for n in range(count)], np.int64)


@pytest.mark.parametrize("rate", ["24", "25", "30", "50", "60", "24000/1001", "30000/1001", "60000/1001", "25/2", "15"])
@pytest.mark.parametrize("base", [1000, 90_000, 12_800, 30_000])
def test_the_grid_is_recognised_on_any_clock(rate: str, base: int) -> None:
    exact = Fraction(rate)
    assert choose_rate(ticks(rate, 500, base), Fraction(1, base), [exact]) == (exact, False)
    assert choose_rate(ticks(rate, 500, base), Fraction(1, base), []) == (exact, False)


def test_a_wrong_claim_is_passed_over() -> None:
    pts = ticks("25", 300, 90_000)
    assert choose_rate(pts, Fraction(1, 90_000), [Fraction(30), Fraction(90_000)]) == (Fraction(25), False)


def test_a_claim_that_differs_by_a_thousandth_shows_in_a_long_film() -> None:
    pts = ticks("30000/1001", 20_000, 1000)
    assert choose_rate(pts, Fraction(1, 1000), [Fraction(30)]) == (Fraction(30000, 1001), False)


def test_frames_left_out_do_not_vary_the_rate() -> None:
    pts = np.delete(ticks("25", 300, 90_000), [3, 4, 90])
    assert choose_rate(pts, Fraction(1, 90_000), [Fraction(25)]) == (Fraction(25), False)


def test_frames_off_the_grid_vary_it() -> None:
    pts = ticks("25", 300, 90_000)
    pts[100:] += 900
    assert choose_rate(pts, Fraction(1, 90_000), [Fraction(25)]) == (Fraction(25), True)


def test_two_frames_on_one_line_vary_it() -> None:
    assert choose_rate(np.array([0, 40, 80, 81, 120]), Fraction(1, 1000), [Fraction(25)])[1]


def test_a_single_frame_keeps_to_its_claim() -> None:
    assert choose_rate(np.array([7]), Fraction(1, 1000), [Fraction(10)]) == (Fraction(10), False)
    assert choose_rate(np.array([7]), Fraction(1, 1000), [])[0] == 25


@pytest.mark.parametrize(
    ("measured", "meant"),
    [("2997/100", "30000/1001"), ("23976/1000", "24000/1001"), ("25001/1000", "25"), ("25/2", "25/2"), ("1/5", "1/5")],
)
def test_measured_rates_become_those_of_the_field(measured: str, meant: str) -> None:
    assert nominal(Fraction(measured)) == Fraction(meant)

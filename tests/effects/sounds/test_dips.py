from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

BEGIN, CUT, END = 48_000 - 7 * 1600, 48_000, 48_000 + 8 * 1600
"""Of fifteen frames about the cut, seven lie before it."""


def _heard(studio, kind, *, sides="both"):
    left, right = (studio.clip(studio.sound(np.full((1, 96_000), level)), 1, Fraction(1, 2)) for level in (0.5, 0.25))
    a, b = {"both": (left, right), "left": (left, None), "right": (None, left)}[sides]
    join = studio.dissolve(a, b, Fraction(1, 2)).evolve(transition=kind)
    clips = (left, right) if sides == "both" else (left,)
    document = studio.document(studio.track(*clips, kind="audio", transitions=[join]), channels=1)
    return studio.samples(document, 0, 96_000 if sides == "both" else 48_000)[0]


@pytest.mark.parametrize("kind", ["fade_black", "fade_white"])
def test_a_dip_silences_one_sound_before_the_other_begins(studio, kind):
    got = _heard(studio, kind)
    assert got[BEGIN - 1] == pytest.approx(0.5, abs=1e-3)
    assert got[(BEGIN + CUT) // 2] == pytest.approx(0.5 * np.sqrt(0.5), abs=1e-3)
    assert np.abs(got[CUT - 20 : CUT + 20]).max() < 0.002
    assert got[(CUT + END) // 2] == pytest.approx(0.25 * np.sqrt(0.5), abs=1e-3)
    assert got[END] == pytest.approx(0.25, abs=1e-3)


def test_other_kinds_cross_over(studio):
    got = _heard(studio, "wipe_left")
    middle = (BEGIN + END) // 2
    assert got[middle] == pytest.approx(0.75 * np.sqrt(0.5), abs=1e-3)


def test_a_dip_of_one_clip_takes_the_whole_time(studio):
    assert np.array_equal(_heard(studio, "fade_black", sides="left"), _heard(studio, "dissolve", sides="left"))
    assert np.array_equal(_heard(studio, "fade_black", sides="right"), _heard(studio, "dissolve", sides="right"))

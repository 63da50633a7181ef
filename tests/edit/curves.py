"""Curves to draw: every easing, keys before, inside of and behind a clip."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from cutroom.schema.curve import Curve, Keyframe

shares = st.floats(0, 1)
levels = st.floats(-2, 3)
easings = st.sampled_from(["linear", "ease_in", "ease_out", "ease_in_out", "hold"]) | st.tuples(
    shares, levels, shares, levels
)
moments = st.integers(-300, 900).map(lambda ticks: Fraction(ticks, 60)) | st.fractions(-5, 15, max_denominator=10**6)


@st.composite
def curves(draw: st.DrawFn, low: float = -1, high: float = 1, least: int = 1) -> Curve:
    times = draw(st.lists(moments, min_size=least, max_size=5, unique=True))
    values = st.floats(low, high)
    return tuple(Keyframe(time=time, value=draw(values), easing=draw(easings)) for time in sorted(times))

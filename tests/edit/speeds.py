"""Speeds to draw: constants, held pictures and ramps, all in fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from cutroom.schema.speed import Ramp, SpeedKey

paces = st.sampled_from(["0", "1/10", "1/3", "1/2", "1", "3/2", "2", "24000/30030", "10"]).map(Fraction)
moments = st.integers(-300, 900).map(lambda ticks: Fraction(ticks, 60))


@st.composite
def ramps(draw: st.DrawFn) -> Ramp:
    times = draw(st.lists(moments, min_size=2, max_size=5, unique=True))
    return Ramp(keys=tuple(SpeedKey(time=time, speed=draw(paces)) for time in sorted(times)))


speeds = paces | ramps()

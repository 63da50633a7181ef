"""Nodes of a sound's chain."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cutroom.schema.base import Frozen
from cutroom.schema.curve import Curve


class Gain(Frozen):
    """Multiply samples by a constant."""

    kind: Literal["gain"] = "gain"
    db: float = Field(ge=-200, le=60)

    @property
    def factor(self) -> float:
        """The multiplier: 10 to the power of dB / 20."""
        return float(10 ** (self.db / 20))


class Swell(Frozen):
    """Multiply samples by a gain that changes from each to the next."""

    kind: Literal["swell"] = "swell"
    db: Curve
    """Key times count from the first sample of the sound clip, as it stands in the segment."""
    low: float = Field(ge=-200)
    high: float = Field(le=60)
    """Limits of the gain, where an easing overshoots."""


class Ramp(Frozen):
    """A fade: the factor goes from 0 to 1 (or back) over `samples`, and stays there before and after."""

    kind: Literal["ramp"] = "ramp"
    rising: bool
    curve: Literal["linear", "equal_power"]
    start: int
    """Sample of the sound clip, as it stands in the segment, where the ramp begins; negative: it began earlier."""
    samples: int = Field(gt=0)


SoundNode = Annotated[Gain | Swell | Ramp, Field(discriminator="kind")]

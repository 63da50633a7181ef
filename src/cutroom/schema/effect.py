"""An effect as it stands on a clip: a registry name, its parameters, what of them is animated, on or off."""

from __future__ import annotations

from fractions import Fraction
from typing import Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from cutroom.schema.base import Frozen
from cutroom.schema.curve import Curve, scaled, shifted, value_at

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
"""What a parameter can be. Its range and unit are the registry's business, not the document's."""
_NOWHERE = Fraction(0)


class Effect(Frozen):
    """One effect of a chain."""

    id: str
    effect: str = Field(max_length=100)
    parameters: dict[str, Scalar] = Field(default_factory=dict, max_length=64)
    """The constants; one that is animated comes back when its animation goes."""
    curves: dict[str, Curve] = Field(default_factory=dict, max_length=64)
    """Of the parameters that are animated; they count from the clip's start."""
    enabled: bool = True

    def later(self, by: Fraction) -> Self:
        """The same for a clip that starts `by` seconds later: everything happens when it did."""
        if not self.curves:
            return self
        return self.evolve(curves={name: shifted(curve, by) for name, curve in self.curves.items()})

    def stretched(self, factor: Fraction) -> Self:
        """The same for a clip that lasts `factor` times as long: everything happens as slowly."""
        if not self.curves:
            return self
        return self.evolve(curves={name: scaled(curve, factor) for name, curve in self.curves.items()})

    def held(self, at: Fraction) -> Self:
        """The same for a clip that stands still: the values of one moment as constants.

        An overshoot may lie outside of the parameter's range, which only the registry knows; it stays a curve of one
        key, and is limited when it is rendered as it was while it moved.
        """
        if not self.curves:
            return self
        constants, beyond = {}, {}
        for name, curve in self.curves.items():
            value = value_at(curve, at)
            if min(key.value for key in curve) <= value <= max(key.value for key in curve):
                constants[name] = value
            else:
                beyond[name] = (curve[0].evolve(time=_NOWHERE, value=value, easing="linear"),)
        return self.evolve(parameters={**self.parameters, **constants}, curves=beyond)

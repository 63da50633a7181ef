"""Nodes that change colours pixel by pixel.

But for `Affine` they work on R'G'B' from 0 (black) to 1 (white), cut to that range after each node. Those of `ToneNode`
treat red, green and blue on their own: each channel goes through a function of one number.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cutroom.effects.nodes.own import OwnNode
from cutroom.schema.base import Frozen

Triple = tuple[float, float, float]
"""Of red, green and blue."""
_Signed = Annotated[float, Field(ge=-1, le=1)]
_NOTHING: Triple = (0.0, 0.0, 0.0)
_ALL: Triple = (1.0, 1.0, 1.0)


class Affine(OwnNode):
    """`gain * Y' + offset`; Cb and Cr turned by `turn` degrees, from Cb towards Cr, and multiplied by `chroma`.

    Y' is 0 at black and 1 at white, Cb and Cr are 0 at grey; each is cut to its range.
    """

    kind: Literal["affine"] = "affine"
    gain: float = 1.0
    offset: float = 0.0
    chroma: float = 1.0
    turn: float = 0.0


class ColourNode(OwnNode):
    """What works on R'G'B'; neighbours share one conversion from Y'CbCr and back."""


class Levels(ColourNode):
    """`out_black + (out_white - out_black) * ((x - in_black) / (in_white - in_black)) ** (1 / gamma)`.

    The quotient is cut to 0 … 1. An `in_white` that is not above `in_black` makes a step: 0 up to there, 1 above.
    """

    kind: Literal["levels"] = "levels"
    in_black: Triple = _NOTHING
    in_white: Triple = _ALL
    gamma: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = _ALL
    out_black: Triple = _NOTHING
    out_white: Triple = _ALL


class Balance(ColourNode):
    """`x + shadows * (1 - x)**2 / 2 + midtones * x * (1 - x) + highlights * x**2 / 2`, each channel its own numbers."""

    kind: Literal["balance"] = "balance"
    shadows: tuple[_Signed, _Signed, _Signed] = _NOTHING
    midtones: tuple[_Signed, _Signed, _Signed] = _NOTHING
    highlights: tuple[_Signed, _Signed, _Signed] = _NOTHING


class Zones(ColourNode):
    """`x + s * x * (1 - x)**3 + h * x**3 * (1 - x)`, the same for all channels; black and white stay.

    Where shadows are lifted `s` is 2.5 times `shadows`, where they are lowered once; of `highlights` likewise, 2.5
    times where they are lowered. So the function never falls.
    """

    kind: Literal["zones"] = "zones"
    shadows: _Signed = 0.0
    highlights: _Signed = 0.0


class Point(Frozen):
    """A point of a curve: what goes in, what comes out."""

    x: float = Field(ge=0, le=1)
    y: float = Field(ge=0, le=1)


class Spline(ColourNode):
    """Each channel through its own curve and then through `master`, mixed with what it was by `amount`.

    A curve goes through its points by cubics that never overshoot (Fritsch and Carlson's, as FFmpeg's `pchip`), and is
    level before the first and behind the last. None is a straight line from 0 to 1.
    """

    kind: Literal["spline"] = "spline"
    master: tuple[Point, ...] = ()
    red: tuple[Point, ...] = ()
    green: tuple[Point, ...] = ()
    blue: tuple[Point, ...] = ()
    amount: float = Field(default=1.0, ge=0, le=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for points in (self.master, self.red, self.green, self.blue):
            if len(points) == 1 or any(b.x <= a.x for a, b in pairwise(points)):
                raise ValueError("a curve has two points or more, from left to right")
        return self


class Matrix(ColourNode):
    """Red is `rows[0]` times (red, green, blue) plus `offset[0]`, and so on."""

    kind: Literal["matrix"] = "matrix"
    rows: tuple[Triple, Triple, Triple]
    offset: Triple = _NOTHING


class Vibrance(ColourNode):
    """`luma + (x - luma) * (1 + intensity * (1 - s))`, where `s` is the largest channel less the smallest."""

    kind: Literal["vibrance"] = "vibrance"
    intensity: float = Field(ge=-1, le=2)


class Lut3d(ColourNode):
    """What the .cube file of this digest says, interpolated between four corners, mixed with what it was."""

    kind: Literal["lut3d"] = "lut3d"
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    strength: float = Field(default=1.0, ge=0, le=1)

    @property
    def files(self) -> tuple[str, ...]:
        """The file."""
        return (self.sha256,)


ToneNode = Levels | Balance | Zones | Spline

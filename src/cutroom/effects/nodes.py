"""Frozen nodes of a picture's or a sound's chain, validated when they are made.

A `Filter` is one FFmpeg filter. Only names and arguments of `FILTERS` exist: a project file can never name another
one, and no argument is ever a piece of graph text. What FFmpeg cannot do to a fraction of a pixel, or not exactly, is
a node of our own: `Crop`, `Warp`, `Opacity`, `Gain`, `Swell`, `Ramp`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StrictFloat, StrictInt, StrictStr, model_validator

from cutroom.errors import nearest
from cutroom.schema.base import Frozen
from cutroom.schema.curve import Curve

FILTERS: Mapping[str, Mapping[str, type]] = {
    "lutyuv": {"y": str, "u": str, "v": str},
    "gblur": {"sigma": float, "steps": int, "planes": int},
}
"""Filters a chain may hold, with the arguments each takes. All keep the size and the pixel format."""


class Filter(Frozen):
    """One FFmpeg filter with its arguments by name."""

    kind: Literal["filter"] = "filter"
    filter: str
    args: dict[str, StrictInt | StrictFloat | StrictStr] = Field(default_factory=dict)
    spatial: bool = False
    """Whether it mixes neighbouring pixels. A picture with alpha then enters it with premultiplied colours."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.filter not in FILTERS:
            raise nearest(self.filter, FILTERS, what="filter")
        known = FILTERS[self.filter]
        for key, value in self.args.items():
            if key not in known:
                raise nearest(key, known, what=f"argument of the filter {self.filter}")
            if not isinstance(value, known[key] if known[key] is not float else (int, float)):
                raise ValueError(f"{self.filter}: {key} is of type {known[key].__name__}, not {value!r}")
        return self


class Crop(Frozen):
    """Cut away from each edge, in fractions of the picture; what is left stays where it was."""

    kind: Literal["crop"] = "crop"
    left: float = Field(default=0.0, ge=0, lt=1)
    top: float = Field(default=0.0, ge=0, lt=1)
    right: float = Field(default=0.0, ge=0, lt=1)
    bottom: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _something_left(self) -> Self:
        if self.left + self.right >= 1 or self.top + self.bottom >= 1:
            raise ValueError("a crop must leave something of the picture")
        return self


class Warp(Frozen):
    """Scale and turn about the anchor, then move. Lengths are fractions of the canvas, from its centre, y down."""

    kind: Literal["warp"] = "warp"
    scale: float = Field(default=1.0, gt=0, le=100)
    position_x: float = 0.0
    position_y: float = 0.0
    rotation: float = 0.0
    """Degrees clockwise."""
    anchor_x: float = 0.0
    anchor_y: float = 0.0

    def matrix(self, width: int, height: int) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """The map from pixel centres of an unmoved layer to the canvas, as two rows of an affine matrix.

        Example:
            >>> Warp(scale=0.5).matrix(101, 101)
            ((0.5, -0.0, 25.0), (0.0, 0.5, 25.0))
        """
        turn = math.radians(self.rotation % 360)
        cos, sin = _exact_turn(self.rotation) or (math.cos(turn), math.sin(turn))
        a, b = self.scale * cos, self.scale * sin
        anchor_x = (width - 1) / 2 + self.anchor_x * width
        anchor_y = (height - 1) / 2 + self.anchor_y * height
        to_x, to_y = anchor_x + self.position_x * width, anchor_y + self.position_y * height
        return (
            (a, -b, to_x - a * anchor_x + b * anchor_y),
            (b, a, to_y - b * anchor_x - a * anchor_y),
        )


def _exact_turn(degrees: float) -> tuple[float, float] | None:
    """Cosine and sine of quarter turns without the rounding of pi: they keep pixels on the grid."""
    return {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}.get(degrees % 360)


class Opacity(Frozen):
    """Multiply the alpha."""

    kind: Literal["opacity"] = "opacity"
    opacity: float = Field(ge=0, le=1)


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


StillNode = Annotated[Filter | Crop | Warp | Opacity, Field(discriminator="kind")]
"""Does the same to every frame."""


class Moving(Frozen):
    """What an animated effect does to each frame: to frame `i` of the segment, the nodes `frames[i + lead]`.

    They are worked out when the document is compiled, so that two stretches that look the same are the same.
    """

    kind: Literal["moving"] = "moving"
    frames: tuple[tuple[StillNode, ...], ...] = Field(min_length=1)
    lead: int = Field(default=0, ge=0)
    """Frames before the segment's first, for filters that look back."""


PictureNode = Annotated[Filter | Crop | Warp | Opacity | Moving, Field(discriminator="kind")]
SoundNode = Annotated[Gain | Swell | Ramp, Field(discriminator="kind")]
Node = PictureNode | SoundNode

"""Nodes of a picture's chain that are not FFmpeg's: what it cannot do to a fraction of a pixel, or not exactly."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from cutroom.effects.nodes.colour import Affine, Balance, Levels, Lut3d, Matrix, Spline, Vibrance, Zones
from cutroom.effects.nodes.detail import BoxBlur, Glow, Pixelate, Sharpen, Smooth
from cutroom.effects.nodes.filters import Filter
from cutroom.effects.nodes.keys import ChromaKey, LumaKey
from cutroom.effects.nodes.memory import MotionBlur, Settle
from cutroom.effects.nodes.own import OwnNode
from cutroom.effects.nodes.python import Python, PythonClocked
from cutroom.effects.nodes.style import Edges, Flare, Fringe, Grain, Lens, Vignette
from cutroom.schema.base import Frozen


class Crop(OwnNode):
    """Cut away from each edge, in fractions of the picture; what is left stays where it was."""

    clears: ClassVar[bool] = True
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


class Warp(OwnNode):
    """Scale and turn about the anchor, then move. Lengths are fractions of the canvas, from its centre, y down."""

    kind: Literal["warp"] = "warp"
    scale: float = Field(default=1.0, gt=0, le=100)
    position_x: float = 0.0
    position_y: float = 0.0
    rotation: float = 0.0
    """Degrees clockwise."""
    anchor_x: float = 0.0
    anchor_y: float = 0.0

    @property
    def scales(self) -> tuple[float, float]:
        """The factor along each of the layer's sides."""
        return self.scale, self.scale

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


class Flip(OwnNode):
    """Turn the layer over about the middle of its own rectangle, before whatever crops have left of it."""

    kind: Literal["flip"] = "flip"
    across: bool = False
    """Left and right change places."""
    down: bool = False
    """Top and bottom change places."""


class Mirror(OwnNode):
    """Show one half of the layer twice: the other half becomes its mirror image, about the middle of the layer."""

    kind: Literal["mirror"] = "mirror"
    keep: Literal["left", "right", "top", "bottom"]
    """The half that stays."""


class Opacity(OwnNode):
    """Multiply the alpha."""

    clears: ClassVar[bool] = True
    kind: Literal["opacity"] = "opacity"
    opacity: float = Field(ge=0, le=1)


class Typed(OwnNode):
    """How much of a title is written yet: its first letters, in the order in which they are read. Titles only."""

    kind: Literal["typed"] = "typed"
    shown: float = Field(ge=0, le=1)


class Rolled(OwnNode):
    """How far a title has come on its way from below the canvas to above it. Titles only.

    It rests at n-ths of a pixel: n is the largest power of 2 that is at most 8640 / height, and at least 2.
    """

    kind: Literal["rolled"] = "rolled"
    way: float = Field(ge=0, le=1)


BlendMode = Literal[
    "normal",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "add",
    "subtract",
    "difference",
    "exclusion",
    "soft_light",
    "hard_light",
    "dodge",
    "burn",
]
"""How a layer's colours meet those below it; `pictures/blending.py` has the formulas."""


class Mode(OwnNode):
    """Blend the whole layer with what is below it, wherever in the chain this stands; the last one counts."""

    clears: ClassVar[bool] = True
    kind: Literal["mode"] = "mode"
    mode: BlendMode


class Cell(OwnNode):
    """Put what is left of the layer, the box around it, into a part of the canvas, and cut away what reaches beyond.

    Lengths are fractions of the canvas. `fill` makes the layer so large that it fills the cell, `fit` so small that all
    of it is seen, `stretch` bends it to the cell's shape. Aligned by 0 the layer's left (top) edge lies at the cell's,
    aligned by 1 the right (bottom) one. A border lies inside of the cell, around and behind the picture.
    """

    clears: ClassVar[bool] = True
    anchored: ClassVar[bool] = True
    kind: Literal["cell"] = "cell"
    left: float
    top: float
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    fit: Literal["fill", "fit", "stretch"] = "fill"
    align_x: float = Field(default=0.5, ge=0, le=1)
    align_y: float = Field(default=0.5, ge=0, le=1)
    border: float = Field(default=0.0, ge=0)
    """Of the canvas's height."""
    colour: str = Field(default="#ffffff", pattern=r"^#[0-9a-f]{6}$")
    polygon: tuple[tuple[float, float], ...] = ()
    """Corners of a convex shape, in fractions of the cell; none: the whole cell."""


_Still = (
    Filter
    | Crop
    | Warp
    | Opacity
    | Mode
    | Cell
    | Flip
    | Mirror
    | BoxBlur
    | Sharpen
    | Smooth
    | Glow
    | Pixelate
    | MotionBlur
    | Settle
    | Vignette
    | Grain
    | Fringe
    | Flare
    | Edges
    | Lens
    | ChromaKey
    | LumaKey
    | Affine
    | Levels
    | Balance
    | Zones
    | Spline
    | Matrix
    | Vibrance
    | Lut3d
    | Python
    | PythonClocked
    | Typed
    | Rolled
)
StillNode = Annotated[_Still, Field(discriminator="kind")]
"""Does the same to every frame."""


class Moving(Frozen):
    """What an animated effect does to each frame: to frame `i` of the segment, the nodes `frames[i + lead]`.

    They are worked out when the document is compiled, so that two stretches that look the same are the same.
    """

    kind: Literal["moving"] = "moving"
    frames: tuple[tuple[StillNode, ...], ...] = Field(min_length=1)
    lead: int = Field(default=0, ge=0)
    """Frames before the segment's first, for filters that look back."""


PictureNode = Annotated[_Still | Moving, Field(discriminator="kind")]

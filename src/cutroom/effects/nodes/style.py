"""Nodes that imitate lenses, film and drawing. Lengths are fractions of the canvas height."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field

from cutroom.effects.nodes.own import OwnNode


class Vignette(OwnNode):
    """Darken towards the corners of what is left of the layer.

    Light is multiplied by `1 - amount * s`, where `s` rises smoothly (3 t² - 2 t³) from 0 at distance `radius` to 1 at
    `radius + softness`. Distance is 0 in the middle and 1 at the corners, on ellipses of the layer's own shape.
    """

    kind: Literal["vignette"] = "vignette"
    amount: float = Field(gt=0, le=1)
    radius: float
    softness: float


class Grain(OwnNode):
    """Add film grain to luma: smooth noise, strongest in the darker middle tones, none in black and white.

    The same noise moves to another place in each frame, by a hash of the frame's number and the seed. It is the same on
    canvases of all sizes.
    """

    clocked: ClassVar[bool] = True
    anchored: ClassVar[bool] = True
    kind: Literal["grain"] = "grain"
    amount: float = Field(gt=0)
    """Standard deviation where it is strongest, as a share of the way from black to white, before pixels average it."""
    grain: float = Field(gt=0)
    """Standard deviation of a grain's shape."""
    seed: int
    first: int = 0
    """The number in its clip of the segment's first frame."""

    def at(self, i: int) -> Self:
        """The node of frame `i`, which knows its number."""
        return self.model_copy(update={"first": self.first + i})


class Fringe(OwnNode):
    """Show red larger and blue smaller, about the middle of the layer; alpha goes along by their shares of luma."""

    spatial: ClassVar[bool] = True
    clears: ClassVar[bool] = True
    kind: Literal["fringe"] = "fringe"
    amount: float
    """How far red moves outwards, and blue inwards, at the layer's corners."""


class Flare(OwnNode):
    """Add the light of a lamp that shines into the lens: a core, a halo, a streak, a ring, and ghosts on the line
    through the canvas's centre. It falls on the layer only; light L comes over a picture P as P + L * (1 - luma of P).
    """

    anchored: ClassVar[bool] = True
    kind: Literal["flare"] = "flare"
    position_x: float
    """From the centre, as a fraction of the canvas width."""
    position_y: float
    strength: float
    flare: float = Field(gt=0)
    """Radius of the ring."""
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")


class Edges(OwnNode):
    """Draw lines where luma changes.

    The slope of luma, blurred by a Gaussian, is taken as the height of the step that would have it; lines rise smoothly
    from nothing at `threshold` to their full colour at twice that. `wires` draws on black, `outline` on the picture.
    """

    spatial: ClassVar[bool] = True
    kind: Literal["edges"] = "edges"
    mode: Literal["wires", "outline"]
    threshold: float = Field(gt=0)
    """As a share of the way from black to white."""
    radius: float = Field(gt=0)
    """Standard deviation of the blur."""
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")


class Lens(OwnNode):
    """Bend the picture about the middle of the layer: what is seen at distance r comes from `r (1 + k1 r² + k2 r⁴)`.

    Distance is 1 at the layer's corners. Where it comes from outside of the picture it is clear.
    """

    spatial: ClassVar[bool] = True
    clears: ClassVar[bool] = True
    kind: Literal["lens"] = "lens"
    k1: float
    k2: float

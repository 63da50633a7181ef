"""Nodes that blur, sharpen and coarsen. Lengths are fractions of the canvas height."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cutroom.effects.nodes.own import OwnNode


class BoxBlur(OwnNode):
    """Replace each pixel by the mean of a square about it; pixels that the square cuts count by their share."""

    spatial: ClassVar[bool] = True
    kind: Literal["box_blur"] = "box_blur"
    radius: float = Field(gt=0)
    """Half the square's side, less half a pixel."""


class Sharpen(OwnNode):
    """Add to luma `amount` times its difference from a Gaussian blur of itself; limited to black and white."""

    spatial: ClassVar[bool] = True
    kind: Literal["sharpen"] = "sharpen"
    amount: float
    radius: float = Field(gt=0)
    """Standard deviation of the blur."""


class Smooth(OwnNode):
    """A bilateral filter: each pixel becomes the mean of those about it, weighted by Gaussians of how far away they are
    and how much they differ; Y, Cb and Cr each by itself."""

    spatial: ClassVar[bool] = True
    kind: Literal["smooth"] = "smooth"
    noise: float = Field(gt=0)
    """Standard deviation of the difference, as a share of the way from black to white."""


class Glow(OwnNode):
    """Screen a blurred copy of the bright parts over the picture.

    Bright is what has more luma than `threshold`, fully from a tenth more on. Light L (luma from 0 to 1, Cb and Cr)
    comes over a picture P as P + L * (1 - luma of P).
    """

    spatial: ClassVar[bool] = True
    kind: Literal["glow"] = "glow"
    threshold: float
    radius: float = Field(gt=0)
    """Standard deviation of the blur."""
    strength: float
    """Factor on the blurred copy."""


class Pixelate(OwnNode):
    """Replace the picture by squares of its mean colours; four of them meet at the canvas's centre."""

    spatial: ClassVar[bool] = True
    kind: Literal["pixelate"] = "pixelate"
    block: float = Field(gt=0)
    """Side of a square."""

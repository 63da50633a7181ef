"""Nodes that look at the frames before the one shown."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from pydantic import Field

from cutroom.effects.nodes.own import OwnNode


class MotionBlur(OwnNode):
    """The mean of what the layer showed while a shutter was open, up to the end of the frame shown."""

    spatial: ClassVar[bool] = True
    kind: Literal["motion_blur"] = "motion_blur"
    shutter: float = Field(gt=1, le=32)
    """How long it is open, in frames; the earliest of them counts by its share."""

    @property
    def back(self) -> int:
        """All frames of the shutter but the one shown."""
        return math.ceil(self.shutter) - 1

    @property
    def weights(self) -> tuple[float, ...]:
        """The share of each frame, from the earliest to the one shown; together 1.

        Example:
            >>> MotionBlur(shutter=2.5).weights
            (0.2, 0.4, 0.4)
        """
        earliest = self.shutter - self.back
        return tuple(share / self.shutter for share in (earliest, *[1.0] * self.back))


class Settle(OwnNode):
    """The mean of the frame and those before it, pixel by pixel, as far as they show the same.

    An earlier frame counts fully where the mean difference over five by five pixels is below `1.3 * noise`, not at all
    from twice that on, and in a straight line between. Y, Cb and Cr each by itself.
    """

    spatial: ClassVar[bool] = True
    kind: Literal["settle"] = "settle"
    noise: float = Field(gt=0)
    """Standard deviation of the noise, as a share of the way from black to white."""
    frames: int = Field(ge=1, le=16)
    """How many before the one shown."""

    @property
    def back(self) -> int:
        """As many as it says."""
        return self.frames

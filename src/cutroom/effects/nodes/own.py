"""What every node of a picture's chain that is not FFmpeg's has in common."""

from __future__ import annotations

from typing import ClassVar, Self

from cutroom.schema.base import Frozen


class OwnNode(Frozen):
    """What every node of our own says about itself."""

    spatial: ClassVar[bool] = False
    """Whether it mixes neighbouring pixels. Its stage gets a picture as large as the canvas, and multiplies colours."""
    clears: ClassVar[bool] = False
    """Whether something of what is below may be seen through a picture that was solid before."""
    clocked: ClassVar[bool] = False
    """Whether it does something else to each frame, by the frame's number in its clip."""

    anchored: ClassVar[bool] = False
    """Whether it goes by places on the canvas: no movement before it is put off until after it."""

    @property
    def back(self) -> int:
        """How many frames before the one shown it looks at."""
        return 0

    def at(self, i: int) -> Self:
        """The node of frame `i` of the segment."""
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """SHA-256 of the resources that it reads; its stage gets them from `Place.resource`."""
        return ()

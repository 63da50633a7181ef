"""The packet index of a stream: where its frames and keyframes are, without decoding them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.media.grid import FrameGrid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cutroom.schema.media import VideoStream

NO_TIME = -(2**63)
"""Stands in `dts` for a packet without a decoding timestamp."""


@dataclass(frozen=True, eq=False)
class PacketIndex:
    """The packets of one stream, in decoding order. Times are ticks of the stream's clock.

    Attributes:
        stream: index of the stream in its file.
        tick: seconds of one tick.
        origin: where media time 0 lies on that clock, in seconds.
        pts: when each packet's frame is shown, int64.
        dts: when it is decoded, int64; `NO_TIME` where the file does not say.
        duration: how long it is shown, int64; 0 where the file does not say.
        size: bytes, int64.
        keyframe: whether decoding can start there (an open GOP's keyframe included), bool.
        corrupt: whether the demuxer found the packet damaged or cut short, bool.
        shown: False where an edit list hides the frame or the packet is corrupt, bool.

    Example:
        >>> from cutroom.media import index
        >>> packets = index("beach.mp4", executor)  # doctest: +SKIP
        >>> packets.pts[packets.keyframe]  # doctest: +SKIP
        array([    0, 30720, 61440])
    """

    stream: int
    tick: Fraction
    origin: Fraction
    pts: NDArray[np.int64]
    dts: NDArray[np.int64]
    duration: NDArray[np.int64]
    size: NDArray[np.int64]
    keyframe: NDArray[np.bool_]
    corrupt: NDArray[np.bool_]
    shown: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.pts)

    def ordered(self) -> NDArray[np.int64]:
        """Timestamps of the frames that are shown, in the order in which they are."""
        import numpy as np

        return np.sort(self.pts[self.shown])

    def starts(self, stream: VideoStream) -> list[Fraction]:
        """Media time at which each frame of a picture stream starts, in order, as `VideoReader` counts it."""
        grid = FrameGrid(stream, self.tick, self.origin)
        times = (grid.start(int(ticks)) for ticks in self.ordered())
        return [time for time in times if time >= stream.start]

    def dump(self) -> dict[str, Any]:
        """As plain data and arrays, to cross from a worker."""
        return {**vars(self), "tick": str(self.tick), "origin": str(self.origin)}

    @classmethod
    def load(cls, data: dict[str, Any]) -> PacketIndex:
        """What `dump` gave."""
        return cls(**{**data, "tick": Fraction(data["tick"]), "origin": Fraction(data["origin"])})

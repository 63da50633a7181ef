"""Packets on their way into a decoder, and which of them may have to go in again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from av.packet import Packet
from av.video.stream import VideoStream as AvVideoStream

_BUDGET = 64 * 2**20
"""Bytes of packets that are kept: only where timestamps are wrong do keyframes wait for so long."""

type VideoPacket = Packet[AvVideoStream]


class Taken(NamedTuple):
    """A packet that went into the decoder."""

    packet: VideoPacket
    number: int
    """How many went in with it, since a decoder is at work."""
    key: int
    """How many of those were keyframes."""
    place: Fraction | None
    """When its frame is shown, as far as that can be told."""


class Supply:
    """Packets in order. From a keyframe on whose frame is not out they are kept, and can be had again.

    Args:
        source: packets.
    """

    def __init__(self, source: Iterator[VideoPacket]) -> None:
        self._source = source
        self._again: deque[VideoPacket] = deque()
        self._kept: deque[Taken] = deque()
        self._size = 0

    def __iter__(self) -> Iterator[VideoPacket]:
        return self

    def __next__(self) -> VideoPacket:
        return self._again.popleft() if self._again else next(self._source)

    def keep(self, taken: Taken) -> None:
        """A packet goes in."""
        if self._kept or taken.packet.is_keyframe:
            self._kept.append(taken)
            self._size += taken.packet.size
        while self._size > _BUDGET:
            self._drop()
            self.drop(lambda key: False)

    def drop(self, is_out: Callable[[Taken], bool]) -> None:
        """Keep no packets before the first keyframe whose frame is not out."""
        while self._kept and (not self._kept[0].packet.is_keyframe or is_out(self._kept[0])):
            self._drop()

    def key(self, fits: Callable[[Taken], bool]) -> Taken | None:
        """The first keyframe of those that are kept that fits."""
        return next((one for one in self._kept if one.packet.is_keyframe and fits(one)), None)

    def up_to_key(self) -> Iterator[VideoPacket]:
        """The packets up to the next keyframe that has not gone in, which stays."""
        for packet in self:
            if packet.size:
                if packet.is_keyframe:
                    self._again.appendleft(packet)
                yield packet
                if packet.is_keyframe:
                    return

    def begin_again(self, key: Taken | None, without: VideoPacket | None) -> None:
        """Go back to a keyframe that is kept, if one is given; a packet is left out then."""
        if key is not None:
            again = [one.packet for one in self._kept if one.number >= key.number and one.packet is not without]
            self._again.extendleft(reversed(again))
        self._kept.clear()
        self._size = 0

    def _drop(self) -> None:
        self._size -= self._kept.popleft().packet.size

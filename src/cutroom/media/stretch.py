"""The frames that come out of a decoder up to the next damage, and which of them that takes with it.

A decoder goes on after damage, and what it gives then is patched up out of other frames, or goes by such a one. So a
damaged packet takes with it what is shown from it, or from what is decoded after it, up to the next keyframe; from
there on the decoder is a new one. That follows from the packets behind a keyframe alone: the same frames are lost, and
the same pixels shown, wherever the reading began. But where a decoder says nothing of damage, nothing is lost, and some
fill in what was in memory or came before: of FFV1 the damaged frames, of VP8 and HEVC those up to the next keyframe and
a few after it may then look different by where the reading began.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from av.video.frame import VideoFrame

from cutroom.media.supply import Supply, Taken, VideoPacket

if TYPE_CHECKING:
    from cutroom.media.decoding import Decoding

_REORDERED = 32
"""Packets behind its own after which a frame is no longer waited for; H.264 and HEVC hold back 16 at most."""


class Shown(NamedTuple):
    """A decoded frame and the media time from which it is shown."""

    start: Fraction
    frame: VideoFrame


class Lost(NamedTuple):
    """Stands where frames would be that cannot be decoded."""

    start: Fraction
    """Media time of the first of them."""
    end: Fraction | None = None
    """Where a picture is again, once that is known."""


class ThreadedDamageError(Exception):
    """Threads came upon damage: they have gone on meanwhile, and one thread has to look where it is."""


class _Due(NamedTuple):
    """A packet whose frame has not come out."""

    number: int
    place: Fraction


class _Held(NamedTuple):
    """A frame that came out; how many packets went in before its own."""

    shown: Shown
    number: int | None


class Run:
    """The frames up to the next damage, or to the end.

    A frame is given once all have come out that were decoded before it: it may go by any of them.

    Args:
        decoding: gives them.
        supply: packets; after damage they go on with the next keyframe, or lead to it.
        from_key: whether those before the first keyframe are dropped.
    """

    def __init__(self, decoding: Decoding, supply: Supply, *, from_key: bool) -> None:
        self._decoding, self._supply, self._from_key = decoding, supply, from_key
        self.lost: Fraction | None = None
        """From when on frames are lost; None: it went on to the end."""
        self._keys = self._shown_keys = 0
        self._floor: Fraction | None = None  # when the first keyframe is shown: what is before may lack what it needs
        self._key: Taken | None = None  # the last that went in
        self._leads = False  # only frames that are shown before that one followed it
        self._count = 0
        self._previous: Fraction | None = None
        self._decoded: Fraction | None = None
        self._due: dict[int, _Due] = {}
        self._held: deque[_Held] = deque()

    def __iter__(self) -> Iterator[Shown]:
        landed, decoding = self._from_key, self._decoding
        for packet in self._supply:
            if self._from_key and packet.size and not packet.is_keyframe:
                continue
            self._from_key = False
            if decoding.landed is None:
                decoding.landed = packet.pts if packet.dts is None else packet.dts
            if packet.size:
                self._note(packet)
            frames = decoding.feed(packet)
            if frames is None:
                if decoding.is_threaded:
                    raise ThreadedDamageError
                if packet.size and not (self._leads and self._is_early(decoding.place(packet))):
                    yield from self._before(packet)
                    return
            for frame in frames or ():
                start = decoding.start(frame, self._decoded)
                self._shown_keys += frame.key_frame
                if start is None or (self._is_early(start) and (landed or frame.is_corrupt)):
                    continue
                damaged = self._take(frame, start)
                if damaged is not None:
                    yield from self._whole(damaged)
                    return
                yield from self._released()
        yield from self._let_go(len(self._held))

    def _note(self, packet: VideoPacket) -> None:
        self._count += 1
        place = self._decoding.place(packet)
        self._keys += packet.is_keyframe
        taken = Taken(packet, self._count, self._keys, place)
        self._supply.keep(taken)
        if packet.is_keyframe:
            self._key, self._leads = taken, True
        elif self._key is None or self._key.place is None or place is None or place > self._key.place:
            self._leads = False
        if place is None:
            return
        if packet.is_keyframe and self._floor is None:
            self._floor = place
        if not packet.is_discard and packet.pts is not None:
            self._due[packet.pts] = _Due(self._count, place)

    def _is_early(self, start: Fraction | None) -> bool:
        return start is not None and self._floor is not None and start < self._floor

    def _take(self, frame: VideoFrame, start: Fraction) -> _Due | None:
        """Hold a frame; or what is damaged, as the frame shows by what it is or by coming before others."""
        own = None if frame.pts is None else self._due.pop(frame.pts, None)
        self._decoded = start
        late = [pts for pts, due in self._due.items() if due.place < start]
        missing = [due for due in map(self._due.pop, late) if not self._is_early(due.place)]
        if missing and self._decoding.is_complete:
            return _Due(min(one.number for one in missing), min(one.place for one in missing))
        number = None if own is None else own.number
        if frame.is_corrupt:
            return _Due(self._count if number is None else number, start)
        self._held.append(_Held(Shown(start, frame), number))
        return None

    def _released(self) -> Iterator[Shown]:
        """The frames that go by none that has not come out."""
        for pts in [pts for pts, due in self._due.items() if due.number <= self._count - _REORDERED]:
            del self._due[pts]
        while self._held:
            (start, _), number = self._held[0]
            if number is not None and any(due.number < number and due.place > start for due in self._due.values()):
                return
            yield from self._let_go(1)

    def _let_go(self, count: int) -> Iterator[Shown]:
        for _ in range(count):
            shown = self._held.popleft().shown
            self._previous = shown.start
            self._supply.drop(self._is_out)
            yield shown

    def _is_out(self, key: Taken) -> bool:
        if self._decoding.counted:
            return key.key <= max(1, self._shown_keys)
        return key.place is None or self._previous is None or key.place <= self._previous

    def _whole(self, damaged: _Due) -> Iterator[Shown]:
        """The held frames that do not go by a damaged one; what comes after them is lost."""
        lost = min([damaged.place, *(s.start for s, n in self._held if n is not None and n > damaged.number)])
        yield from self._let_go(sum(shown.start < lost for shown, _ in self._held))
        self._stop(lost, self._key_behind(lost, damaged.number))

    def _before(self, packet: VideoPacket) -> Iterator[Shown]:
        """The frames that a broken packet leaves, of those that were held back; and what is lost.

        A packet that is broken and the last one is where the stream ends.
        """
        decoding, place, is_last = self._decoding, self._decoding.place(packet), False
        key = self._key_behind(place, self._count) if self._leads or decoding.counted else None
        if key is None:
            first = None if self._key is None else self._key.place
            places = [place]
            following: VideoPacket | None = None
            for following in self._supply.up_to_key():
                if not following.is_keyframe:
                    places.append(decoding.place(following))
            is_last = following is None
            end = decoding.place(following) if following is not None and following.is_keyframe else None
            # the timestamp of a damaged packet may be wrong: then it is not between those of the keyframes around it
            told = [one for one in places if one is not None and (first is None or one >= first)]
            place = None if is_last else min((one for one in told if end is None or one < end), default=None)
        for frame in () if decoding.counted and not is_last else decoding.drain():
            start = decoding.start(frame, self._decoded)
            if start is not None and not self._is_early(start) and (is_last or place is None or start < place):
                damaged = self._take(frame, start)
                if damaged is not None:
                    yield from self._whole(damaged)
                    return
        yield from self._let_go(sum(place is None or shown.start < place for shown, _ in self._held))
        if not is_last:
            self._stop(place, key, broken=packet)

    def _stop(self, lost: Fraction | None, key: Taken | None, broken: VideoPacket | None = None) -> None:
        """Frames are lost from a time on, or from the last that was given, up to a keyframe or to the next one."""
        end = None
        if key is not None:
            end = key.place
        else:
            for packet in self._supply.up_to_key():
                end = self._decoding.place(packet) if packet.is_keyframe else None
        previous = self._previous
        is_told = lost is not None and (previous is None or lost > previous) and (end is None or lost < end)
        self.lost = lost if lost is not None and is_told else self._after(end)
        self._supply.begin_again(key, broken)

    def _after(self, end: Fraction | None) -> Fraction:
        if self._previous is None:
            return self._decoding.beginning
        following = self._previous + self._decoding.length
        return following if end is None or following < end or end <= self._previous else (self._previous + end) / 2

    def _key_behind(self, time: Fraction | None, number: int) -> Taken | None:
        """A keyframe that went in behind a packet, or is shown behind a time; not the one that all began with."""
        if self._decoding.counted:
            return self._supply.key(lambda key: not self._is_out(key))
        return self._supply.key(
            lambda key: key.place is not None and time is not None and (key.place > time or key.number > number)
        )

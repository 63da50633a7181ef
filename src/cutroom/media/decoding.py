"""From packets to frames and their times, and which of them are lost where packets are damaged.

A decoder goes on after damage, and what it gives then is patched up out of other frames, or goes by such a one. So a
damaged packet takes with it what is shown from it, or from what is decoded after it, up to the next keyframe; from
there on the decoder is a new one. That follows from the packets behind a keyframe alone: the same frames are lost, and
the same pixels shown, wherever the reading began. But where a decoder says nothing of damage, nothing is lost, and some
fill in what was in memory or came before: of FFV1 the damaged frames, of VP8 and HEVC those up to the next keyframe and
a few after it may then look different by where the reading began.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from fractions import Fraction
from typing import BinaryIO, NamedTuple, cast

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from cutroom.errors import MediaError
from cutroom.media.grid import FrameGrid
from cutroom.media.opening import (
    DECODER_OPTIONS,
    called,
    clock,
    counts_frames,
    decoder_of,
    only,
    open_container,
    origin,
    packets,
    reraise_unless_media,
)
from cutroom.media.supply import Supply, Taken, VideoPacket
from cutroom.schema.media import VideoStream

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


class Decoding:
    """An open file, and what comes out of a decoder for its picture from where the demuxer stands.

    Args:
        file: open for reading, seekable; it stays open.
        stream: what the probe found.
        threads: decoder threads.
        delay: where frames are counted: by how many the decoder holds them back, as an earlier one found.

    Raises:
        MediaError: the file is not the one that was probed.
    """

    def __init__(self, file: BinaryIO, stream: VideoStream, threads: int, delay: int | None = None) -> None:
        self._file, self._stream, self._threads = file, stream, threads
        self._name = called(file)
        self.delay = delay
        self.landed: int | None = None
        """Timestamp of the keyframe that the last seek led to."""
        self._spare: InputContainer | None = None
        self.container, self.source = self._opened()
        self.counted = counts_frames(self.container, self.source)
        self.grid = FrameGrid(stream, clock(self.source), origin(self.container))
        self._decoder = self._decoder_for(self.source)

    def seek(self, goal: int) -> bool:
        """Go to a keyframe at or before a timestamp; False where the file cannot be sought."""
        try:
            self.container.seek(goal, stream=self.source, backward=True)
        except (av.FFmpegError, OSError) as error:
            reraise_unless_media(error, self._name)
            return False
        if self._decoder is not self.source.codec_context:
            self._decoder.flush_buffers()
        return True

    def close(self) -> None:
        """Free the decoder; the file stays open."""
        self.container.close()
        if self._spare is not None:
            self._spare.close()

    def run(self, *, from_key: bool) -> Generator[Shown | Lost]:
        """Frames from the demuxer's position on; with `from_key`, packets before the first keyframe are dropped.

        Raises:
            ThreadedDamageError: something is damaged; begin anew with a single thread.
        """
        self.landed = None
        supply = Supply(packets(self.container, self.source))
        lost: Fraction | None = None
        was_lost = False
        while True:
            run = _Run(self, supply, from_key=from_key)
            for shown in run:
                if lost is not None and shown.start <= lost:
                    continue  # its timestamp is wrong
                was_lost = False
                yield shown
            if run.lost is None:
                return
            if self.is_threaded:
                raise ThreadedDamageError
            self._renew()  # at once: the old one may hold more of the damage than a flush clears
            from_key = True
            if not was_lost:
                was_lost, lost = True, run.lost
                yield Lost(lost)

    def feed(self, packet: VideoPacket) -> list[VideoFrame] | None:
        """What comes out when a packet goes in; None where it is broken."""
        try:
            return self._decoder.decode(packet)
        except EOFError:
            return []
        except (av.FFmpegError, ValueError, OSError) as failure:
            reraise_unless_media(failure, self._name)
            return None

    def drain(self) -> list[VideoFrame]:
        """All that is held back; nothing can go in after that."""
        try:
            return self._decoder.decode(None)
        except (av.FFmpegError, ValueError, OSError, EOFError) as failure:
            reraise_unless_media(failure, self._name)
            return []

    def place(self, packet: VideoPacket) -> Fraction | None:
        """When the frame of a packet is shown; None where that cannot be told from the packet."""
        return None if self.counted or packet.pts is None else self.grid.start(packet.pts)

    def start(self, frame: VideoFrame, previous: Fraction | None) -> Fraction | None:
        """When a frame starts; None where that cannot be known yet (after a seek).

        Frames come in order, so a missing or backward timestamp is one frame after the last.
        """
        ticks = frame.pts
        if self.counted:
            if self.delay is None and self.landed is not None:
                self.delay = 0 if frame.dts is None else frame.dts - self.landed
            ticks = None if frame.dts is None or self.delay is None else frame.dts - self.delay
        start = None if ticks is None else self.grid.start(ticks)
        if previous is not None and (start is None or start <= previous):
            return previous + 1 / self._stream.rate
        return start

    @property
    def is_threaded(self) -> bool:
        """Whether several threads decode: nobody can say how far they were when one came upon damage."""
        return self._decoder.thread_count > 1

    @property
    def length(self) -> Fraction:
        """Seconds that a frame lasts, as a rule."""
        return 1 / self._stream.rate

    @property
    def beginning(self) -> Fraction:
        """When the frame of the keyframe is shown that the last seek led to, as far as its timestamp says."""
        return self._stream.start if self.landed is None else self.grid.start(self.landed)

    @property
    def is_complete(self) -> bool:
        """Whether each packet becomes a frame, so that one that does not was damaged: HEVC's drop it without a word."""
        return self._decoder.codec.canonical_name == "hevc" and not self.counted

    def _opened(self) -> tuple[InputContainer, AvVideoStream]:
        container = open_container(self._file)
        source = only(container, self._stream.index, self._file)
        if source.type != "video":
            raise MediaError(f"stream {source.index} of {self._name} is no picture", hint="probe the file again")
        return container, cast(AvVideoStream, source)

    def _decoder_for(self, source: AvVideoStream) -> VideoCodecContext:
        context = decoder_of(source, alpha=self._stream.pixel_format.startswith("yuva"))
        context.options = DECODER_OPTIONS
        context.thread_count = 1 if self.counted else self._threads
        context.thread_type = ThreadType.SLICE if self.counted else ThreadType.AUTO
        return context

    def _renew(self) -> None:
        """A decoder as it is when the file has just been opened; the demuxer stays where it is."""
        position = self._file.tell()
        if self._spare is not None:
            self._spare.close()
        self._spare, source = self._opened()
        self._file.seek(position)
        self._decoder = self._decoder_for(source)


class _Due(NamedTuple):
    """A packet whose frame has not come out."""

    number: int
    place: Fraction


class _Held(NamedTuple):
    """A frame that came out; how many packets went in before its own."""

    shown: Shown
    number: int | None


class _Run:
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

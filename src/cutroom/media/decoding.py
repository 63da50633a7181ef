"""An open file and a decoder for its picture: packets in, frames and their times out. Damage: see `stretch`."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from typing import BinaryIO, cast

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
from cutroom.media.stretch import Lost, Run, Shown, ThreadedDamageError
from cutroom.media.supply import Supply, VideoPacket
from cutroom.schema.media import VideoStream


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
            run = Run(self, supply, from_key=from_key)
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

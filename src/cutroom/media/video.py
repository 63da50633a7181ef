"""Frames of a picture stream at exact times, in any order."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, cast

import av
from av.codec.context import ThreadType
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from cutroom.errors import DamagedMediaError, MediaError
from cutroom.media.fields import Fields
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
from cutroom.schema.media import VideoStream

_NEAR = 12
"""Frames ahead that are always reached by decoding on: a seek costs more."""
_FAR_UNINDEXED = Fraction(4)
"""Seconds ahead from which a seek is tried in a file whose index does not say where keyframes are."""
_ATTEMPTS = 8
"""Seeks, each further back, before reading from the very beginning."""


class Shown(NamedTuple):
    """A decoded frame and the media time from which it is shown."""

    start: Fraction
    frame: VideoFrame


class VideoReader:
    """Gives the frame that is shown at a media time. Reading in order decodes on; anything else seeks.

    The frame for a time is the same whatever was read before. Rotation is not applied. Of a frame that is interlaced
    the field of that time is given, with all lines (see `Fields`); a progressive one beside it is left alone.

    Args:
        file: open for reading, seekable; the reader owns it from here on.
        stream: what the probe found.
        threads: decoder threads.

    Raises:
        MediaError: the file is not the one that was probed.

    Example:
        >>> with VideoReader(open("beach.mp4", "rb"), media.video) as reader:  # doctest: +SKIP
        ...     picture = reader.frame_at(Fraction(7, 2)).to_ndarray(format="rgb24")
    """

    def __init__(self, file: BinaryIO, stream: VideoStream, *, threads: int = 1) -> None:
        self._file = file
        self._stream = stream
        self._threads = threads
        self._name = called(file)
        self._end: Fraction | None = None  # start of the last frame, once the end was reached
        self._fields = Fields()
        self._previous: Shown | None = None  # None after a seek, too
        self._current: Shown | None = None
        self._next: Shown | None = None
        self._broken: DamagedMediaError | None = None  # why no frame comes after these
        self._landed: int | None = None  # timestamp of the keyframe that the last seek led to
        self._delay: int | None = None  # where frames are counted: by how many the decoder holds them back
        self._open()

    def frame_at(self, time: Fraction) -> VideoFrame:
        """The frame shown at `time`: the one with the largest start that is not after it.

        Before the first frame that one is shown, after the last one the last. The same object may be given twice:
        treat it as read-only.

        Args:
            time: seconds of media time.

        Raises:
            DamagedMediaError: the data that this frame needs cannot be decoded.
        """
        return self.shown_at(time).frame

    def shown_at(self, time: Fraction) -> Shown:
        """What `frame_at` gives, with the media time from which it is shown."""
        time = max(time, self._stream.start)
        if self._end is not None:
            time = min(time, self._end)
        try:
            if self._current is None or time < self._current.start or self._is_far(time, self._current):
                self._seek(time)
            shown = self._walk(time)
            return self._whole(shown, time) if shown.frame.interlaced_frame else shown
        except MediaError:
            self._current = self._next = None
            raise

    def frames(self, time: Fraction = Fraction(0), *, fields: bool = False) -> Iterator[Shown]:
        """Every frame in order, from the one shown at `time` to the last. Read nothing else meanwhile.

        Args:
            time: seconds of media time.
            fields: whether an interlaced frame is given twice, once for each of its moments, or as its first alone.

        Raises:
            DamagedMediaError: what follows cannot be decoded.
        """
        self.shown_at(time)
        while self._current is not None:
            shown = self._current
            if shown.frame.interlaced_frame:
                yield self._whole(shown, shown.start)
                if fields and (second := self._whole(self._current, None)).start > shown.start:
                    yield second
            else:
                yield shown
            try:
                following = self._following()
            except MediaError:
                self._current = self._next = None
                raise
            if following is None:
                self._end = self._current.start
                return
            self._previous, self._current, self._next = self._current, following, None

    @property
    def broke_off(self) -> Fraction | None:
        """Where the picture really ends, where that was found to be before the end that the probe tells of.

        Of streams whose rate varies it is never told: how long their last frame lasts, only the file can say.
        """
        if self._end is None or self._stream.variable_rate:
            return None
        end = self._end + 1 / self._stream.rate
        return end if end < self._stream.start + self._stream.duration else None

    def close(self) -> None:
        """Free the decoder and close the file."""
        self._frames.close()
        self._container.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        self._container = open_container(self._file)
        start = origin(self._container)
        source = only(self._container, self._stream.index, self._file)
        if source.type != "video":
            raise MediaError(f"stream {source.index} of {self._name} is no picture", hint="probe the file again")
        self._source = cast(AvVideoStream, source)
        self._decoder = context = decoder_of(self._source, alpha=self._stream.pixel_format.startswith("yuva"))
        context.options = DECODER_OPTIONS
        context.thread_count = self._threads
        self._counted = counts_frames(self._container, self._source)
        context.thread_type = ThreadType.SLICE if self._counted else ThreadType.AUTO
        self._grid = FrameGrid(self._stream, clock(source), start)
        self._restart(from_key=False)
        if self._counted and self._delay is None:
            self._current = next(self._frames, None)

    def _restart(self, *, from_key: bool) -> None:
        self._frames: Generator[Shown] = self._decode(from_key)
        self._previous = self._current = self._next = None
        self._broken = None
        self._landed = None

    def _walk(self, time: Fraction) -> Shown:
        """Decode on from the current frame until the one for `time`."""
        while True:
            current = cast(Shown, self._current)
            if not self._stream.variable_rate and time < current.start + 1 / self._stream.rate:
                return current
            following = self._following()
            if following is None:
                self._end = current.start
                return current
            if following.start > time:
                return current
            self._previous, self._current, self._next = current, following, None

    def _following(self) -> Shown | None:
        """The frame after the current one; None at the end."""
        found = self._peek()
        if found is None and self._broken is not None:
            raise self._broken
        return found

    def _peek(self) -> Shown | None:
        """The frame after the current one; None where there is none that can be decoded."""
        if self._next is None and self._broken is None:
            try:
                self._next = next(self._frames, None)
            except DamagedMediaError as error:
                self._broken = error
        return self._next

    def _whole(self, shown: Shown, time: Fraction | None) -> Shown:
        """The picture of the field of the current, interlaced frame that a time falls into; None: of its second one."""
        if self._previous is None and shown.start > self._stream.start:  # after a seek: fetch what comes before, too
            self._seek(shown.start - self._grid.tick - self._grid.slack)
            shown = self._walk(shown.start)
        previous, following = self._previous, self._peek()
        length = 1 / self._stream.rate
        if following is not None:
            length = min(length, following.start - shown.start)
        middle = shown.start + length / 2
        second = time is None or time >= middle
        made = self._fields.picture(
            previous and previous.frame, shown.frame, following and following.frame, second=second
        )
        return Shown(middle if second else shown.start, made)

    def _is_far(self, time: Fraction, current: Shown) -> bool:
        """Whether a keyframe on the way makes a seek cheaper than decoding on."""
        distance = time - current.start
        if distance * self._stream.rate <= _NEAR:
            return False
        entries = self._source.index_entries
        if len(entries):
            key = entries.search_timestamp(self._grid.ticks(time), backward=True)
            if key >= 0 and self._grid.start(entries[key].timestamp) > current.start + _NEAR / self._stream.rate:
                return True
            if "mp4" in self._container.format.name:  # its index lists every frame
                return False
        return distance > _FAR_UNINDEXED

    def _seek(self, time: Fraction) -> None:
        """Make the current frame one that starts at or before `time` (or the first of all)."""
        goal, back = self._grid.ticks(time), Fraction(1, 4)
        for _ in range(_ATTEMPTS):
            if not self._land(goal):
                break
            if self._current is not None and self._current.start <= time:
                return
            goal = min(goal - int(back / self._grid.tick), goal if self._landed is None else self._landed - 1)
            back *= 4
        self._frames.close()
        self._container.close()
        self._open()
        self._current = next(self._frames, None)
        if self._current is None:
            raise self._damaged(self._stream.start)

    def _land(self, goal: int) -> bool:
        """Seek, and decode the first frame there, if any; False where the file cannot be sought."""
        self._frames.close()
        try:
            self._container.seek(goal, stream=self._source, backward=True)
        except (av.FFmpegError, OSError) as error:
            reraise_unless_media(error, self._name)
            return False
        if self._decoder is not self._source.codec_context:
            self._decoder.flush_buffers()
        self._restart(from_key=True)
        try:
            self._current = next(self._frames, None)
        except DamagedMediaError:
            self._current = None
        return True

    def _decode(self, from_key: bool) -> Generator[Shown]:
        """Frames from the demuxer's position on; with `from_key`, packets before the first keyframe are dropped."""
        previous: Fraction | None = None
        error: Exception | None = None
        for packet in packets(self._container, self._source):
            if error is not None and packet.size:
                break  # the broken packet was not the last one of a file cut short: what follows is missing too
            if from_key and packet.size and not packet.is_keyframe:
                continue
            from_key = False
            if self._landed is None:
                self._landed = packet.pts if packet.dts is None else packet.dts
            frames, error = self._feed(packet, error)
            for frame in frames:
                start = self._start(frame, previous)
                if start is not None:
                    previous = start
                    yield Shown(start, frame)
        else:
            return
        raise self._damaged(previous) from error

    def _feed(
        self, packet: Packet[AvVideoStream], error: Exception | None
    ) -> tuple[list[VideoFrame], Exception | None]:
        """Decode a packet; after an error, what the decoder still holds comes out first."""
        if error is not None:
            return [], error
        try:
            return self._decoder.decode(packet), None
        except EOFError:
            return [], None
        except (av.FFmpegError, ValueError, OSError) as failure:
            reraise_unless_media(failure, self._name)
            try:
                return self._decoder.decode(None), failure
            except (av.FFmpegError, ValueError, OSError) as again:
                reraise_unless_media(again, self._name)
                return [], failure

    def _start(self, frame: VideoFrame, previous: Fraction | None) -> Fraction | None:
        """When a frame starts; None where that cannot be known yet (after a seek).

        Frames come in order, so a missing or backward timestamp is one frame after the last.
        """
        ticks = frame.pts
        if self._counted:
            if self._delay is None and self._landed is not None:
                self._delay = 0 if frame.dts is None else frame.dts - self._landed
            ticks = None if frame.dts is None or self._delay is None else frame.dts - self._delay
        start = None if ticks is None else self._grid.start(ticks)
        if previous is not None and (start is None or start <= previous):
            return previous + 1 / self._stream.rate
        return start

    def _damaged(self, after: Fraction | None) -> DamagedMediaError:
        where = "" if after is None else f" after {float(after):.2f} s"
        return DamagedMediaError(
            f"the picture of {self._name} is damaged{where}",
            value=self._name,
            hint="copy the file again from its source, or keep that part out of the edit",
        )

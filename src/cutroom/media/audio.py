"""Samples of a sound stream at exact times, in any order, at any sample rate."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from types import TracebackType
from typing import BinaryIO, Self, cast

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.packet import Packet

from cutroom.errors import MediaError
from cutroom.media.opening import called, clock, only, open_container, origin, packets, reraise_unless_media
from cutroom.media.samples import as_channels, as_float, resample
from cutroom.media.sound import Assembler, Samples
from cutroom.schema.media import AudioStream

type AudioPacket = Packet[AvAudioStream]
CHUNK_SECONDS = 8
"""Sound is decoded in chunks that begin at fixed media times, whatever is asked for."""
_LEAD = Fraction(1, 2)
"""Seconds decoded before a chunk and thrown away: AAC needs two frames, Opus 80 ms, MP3 its bit reservoir."""
_BLEND = Fraction(1, 100)
"""Seconds in which one chunk gives over to the next."""
_KEPT = 3
"""Chunks kept in memory."""
_STATEFUL = ("aac", "ac3", "eac3", "mp1", "mp2", "mp3", "opus", "vorbis")
"""Codecs whose decoders remember earlier packets, noise generators included: each chunk gets a fresh decoder."""
_LOST = Fraction(1, 4)
"""Seconds of sound missing at the end from which on that is told; what codecs fill up or trim is less."""
_BLOCK_SECONDS = 30
"""Longest stretch that is resampled at once, to bound memory; the joins are exact."""


class AudioReader:
    """Gives samples of any stretch of media time. What it gives never depends on what was read before.

    Encoder delay is honoured as FFmpeg reports it; gaps in the timestamps, what cannot be decoded and everything
    outside the stream are silence. Mono to stereo and back keep the level; more channels are mixed down by
    libswresample (ITU-R BS.775).

    Args:
        file: open for reading, seekable; the reader owns it from here on.
        stream: what the probe found.

    Raises:
        MediaError: the file is not the one that was probed.

    Example:
        >>> with AudioReader(open("talk.mp4", "rb"), media.audio) as reader:  # doctest: +SKIP
        ...     second = reader.read(48_000, 48_000, sample_rate=48_000, channels=2)  # (2, 48000) float32
    """

    def __init__(self, file: BinaryIO, stream: AudioStream) -> None:
        self._file = file
        self._stream = stream
        self._name = called(file)
        self._rate = stream.sample_rate
        self._length = CHUNK_SECONDS * self._rate
        self._blend = max(1, round(_BLEND * self._rate))
        self._chunks: OrderedDict[int, Samples] = OrderedDict()
        self._anchor: int | None = None
        self._anchored = False
        self._exhausted = False
        self.broke_off: Fraction | None = None
        """Where the sound really ends, where that was found to be before the end that the probe tells of."""
        self._damaged: dict[int, list[tuple[Fraction, Fraction]]] = {}
        self._open()

    def read(self, first: int, count: int, sample_rate: int, channels: int) -> Samples:
        """Samples `first` … `first + count` on a grid of `sample_rate` samples a second that begins at media time 0.

        Returns:
            float32 of shape (channels, count), nominally within ±1.
        """
        step = _BLOCK_SECONDS * sample_rate
        blocks = [
            self._resampled(at, min(step, first + count - at), sample_rate, channels)
            for at in range(first, first + count, step)
        ]
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((channels, 0), np.float32)

    def damaged(self, begin: Fraction, end: Fraction) -> list[tuple[Fraction, Fraction]]:
        """The stretches of media time, of what was read between two of them, that cannot be decoded and are silent."""
        numbers = range(math.floor(begin / CHUNK_SECONDS), math.floor(end / CHUNK_SECONDS) + 1)
        found = (lost for number in numbers for lost in self._damaged.get(number, ()))
        return [lost for lost in found if lost[0] < end and lost[1] > begin]

    def close(self) -> None:
        """Free the decoder and close the file."""
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
        self._origin = origin(self._container)
        source = only(self._container, self._stream.index, self._file)
        if source.type != "audio":
            raise MediaError(f"stream {source.index} of {self._name} is no sound", hint="probe the file again")
        self._source = cast(AvAudioStream, source)
        self._tick = clock(source)
        self._scale, self._shift = float(self._tick * self._rate), float(self._origin * self._rate)
        self._fresh = True

    # -- from the stream's own grid to the asked one ---------------------------------------------------------------

    def _resampled(self, first: int, count: int, rate: int, channels: int) -> Samples:
        if rate == self._rate:
            return as_channels(self._native(first, count), self._stream.layout, channels)
        common = math.gcd(rate, self._rate)
        ours, theirs = self._rate // common, rate // common
        lead = (first - rate // 4) // theirs  # both grids meet at multiples of `ours` and `theirs`: same filter phase
        begin, end = lead * ours, math.ceil(Fraction(first + count, rate) * self._rate) + self._rate // 4
        samples = as_channels(self._native(begin, end - begin), self._stream.layout, channels)
        offset = first - lead * theirs
        return resample(samples, self._rate, rate)[:, offset : offset + count]

    def _native(self, first: int, count: int) -> Samples:
        """Samples on the stream's own grid."""
        out = np.zeros((self._stream.channels, count), np.float32)
        at = first
        while at < first + count:
            number, offset = divmod(at, self._length)
            size = min(self._length - offset, first + count - at)
            if self._holds(number):
                out[:, at - first : at - first + size] = self._joined(number, offset, size)
            at += size
        return out

    def _holds(self, number: int) -> bool:
        """Whether the stream can have sound in a chunk, by the probe's account."""
        start, end = self._stream.start, self._stream.start + self._stream.duration
        return (number + 1) * CHUNK_SECONDS > start and number * CHUNK_SECONDS <= end + 1

    def _joined(self, number: int, offset: int, size: int) -> Samples:
        """Part of a chunk, its first hundredth of a second blended with the end of the chunk before."""
        part = self._chunk(number)[:, offset : offset + size]
        shared = min(self._blend - offset, size)
        if shared > 0 and number and self._holds(number - 1):
            before = self._chunk(number - 1)[:, self._length + offset : self._length + offset + shared]
            weight = (np.arange(offset, offset + shared, dtype=np.float32) + 0.5) / self._blend
            part = part.copy()
            part[:, :shared] = before + weight * (part[:, :shared] - before)
        return part

    # -- decoding ---------------------------------------------------------------------------------------------------

    def _chunk(self, number: int) -> Samples:
        """One chunk and the hundredth of a second after it, always decoded in the very same way."""
        if number in self._chunks:
            self._chunks.move_to_end(number)
            return self._chunks[number]
        if not self._anchored:
            self._find_anchor()
        begin, end = number * CHUNK_SECONDS, (number + 1) * CHUNK_SECONDS + _BLEND + Fraction(1, 10)
        assembler, lost = Assembler(self._rate, self._tick), list[tuple[Fraction, Fraction]]()
        last = Fraction(0)
        for frame in self._decode(Fraction(begin), Fraction(end), lost):
            position = self._position(frame)
            assembler.add(position, as_float(frame, self._stream))
            last = Fraction(frame.samples, frame.sample_rate) + (
                last if position is None else Fraction(round(position), self._rate)
            )
        stated = self._stream.start + self._stream.duration
        last = last if assembler.runs else Fraction(begin)  # or even before
        if self._exhausted and begin < stated and last + _LOST < min(end, stated):
            self.broke_off = last if self.broke_off is None else min(last, self.broke_off)
        self._damaged[number] = [one for one in lost if one[1] > begin]
        chunk = assembler.write(number * self._length, self._length + self._blend, self._stream.channels, self._anchor)
        self._chunks[number] = chunk
        while len(self._chunks) > _KEPT:
            self._chunks.popitem(last=False)
        return chunk

    def _find_anchor(self) -> None:
        """Where the stream's second frame begins: the first may be shortened by the encoder delay."""
        self._anchored = True
        for frame in self._decode(Fraction(0), Fraction(CHUNK_SECONDS), []):
            position = self._position(frame)
            if position is not None:
                self._anchor = math.floor(position + 0.5) + frame.samples
                return

    def _position(self, frame: AudioFrame) -> float | None:
        """Where a frame begins, in samples of media time, by its timestamp."""
        return None if frame.pts is None else frame.pts * self._scale - self._shift

    def _decode(self, begin: Fraction, end: Fraction, lost: list[tuple[Fraction, Fraction]]) -> Iterator[AudioFrame]:
        """Frames from half a second before `begin` until `end`; what cannot be decoded is added to `lost`."""
        lead = math.ceil((begin - _LEAD + self._origin) / self._tick)
        stop = math.ceil((end + self._origin) / self._tick)
        inside = begin <= 0
        source = self._rewound() if inside else self._sought(lead)
        decoder = self._decoder()
        for packet in source:
            self._exhausted = not packet.size
            if not inside and packet.size:
                if packet.pts is None or packet.pts < lead:
                    continue
                inside = True
            try:
                frames = decoder.decode(packet if packet.size else None)
            except EOFError:
                return
            except (av.FFmpegError, ValueError, OSError) as error:
                reraise_unless_media(error, self._name)
                lost.extend(self._span(packet.pts, packet.duration))
                continue
            for frame in frames:
                if frame.is_corrupt:
                    lost.extend(self._span(frame.pts, packet.duration))
                else:
                    yield frame
            if packet.pts is not None and packet.pts >= stop:
                return

    def _span(self, pts: int | None, ticks: int | None) -> Iterator[tuple[Fraction, Fraction]]:
        """The stretch of media time that a packet is heard in, where it says so."""
        if pts is not None:
            start = pts * self._tick - self._origin
            yield start, start + max(ticks or 0, 1) * self._tick

    def _decoder(self) -> AudioCodecContext:
        """A decoder without a past."""
        own = self._source.codec_context
        if not own.name.startswith(_STATEFUL):
            return own  # flushed by the seek, and without memory
        decoder = cast(AudioCodecContext, av.CodecContext.create(own.name, "r"))
        decoder.extradata = own.extradata
        decoder.sample_rate = own.sample_rate
        decoder.layout = own.layout
        decoder.pkt_timebase = self._source.time_base
        decoder.thread_count = 1
        return decoder

    def _rewound(self) -> Iterator[AudioPacket]:
        """Packets from the very beginning, where FFmpeg knows the encoder delay."""
        if not self._fresh:
            self._container.close()
            self._open()
        self._fresh = False
        return packets(self._container, self._source)

    def _sought(self, goal: int) -> Iterator[AudioPacket]:
        """Packets from one at or before `goal` ticks on."""
        self._fresh = False
        back = Fraction(1, 2)
        while back < 1024:
            try:
                self._container.seek(goal - int(back / self._tick), stream=self._source, backward=True)
            except (av.FFmpegError, OSError) as error:
                reraise_unless_media(error, self._name)
                break
            rest = packets(self._container, self._source)
            first = next((packet for packet in rest if packet.pts is not None), None)
            if first is not None and first.pts is not None and first.pts <= goal:
                return chain((first,), rest)
            back *= 4
        return self._rewound()

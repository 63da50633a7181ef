"""Joins packets of segments to one file, child side: one header, one clock, and the index in front of the data."""

from __future__ import annotations

import contextlib
import heapq
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet as AvPacket
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from cutroom.errors import RenderError
from cutroom.render.codecs import picture_codec, sound_codec
from cutroom.render.codecs.kinds import PictureFormat, SoundFormat
from cutroom.render.encode import configure_picture, configure_sound
from cutroom.render.packets import Packets, UnreadableSegmentError, unpack
from cutroom.render.soft_look import HEADER
from cutroom.render.trimming import trim

if TYPE_CHECKING:
    from cutroom.render.orders import FileLayout, MuxTask, Piece
    from cutroom.render.soft import SoftTrack
    from cutroom.workers.context import Context

BUFFER = 1 << 20
_Timed = tuple[Fraction, int, "AvPacket[Any]"]
_Stream = VideoStream | AudioStream | SubtitleStream
_MILLISECOND = Fraction(1, 1000)
_MUXERS: dict[str, tuple[str, dict[str, str]]] = {
    "mp4": ("mp4", {"movflags": "+faststart"}),
    "mov": ("mov", {"movflags": "+faststart"}),
    "webm": ("webm", {"cues_to_front": "1", "fflags": "+bitexact"}),  # else it draws lots for its ids
    "wav": ("wav", {"rf64": "auto"}),
    "mp3": ("mp3", {}),
}
"""FFmpeg's muxer of each container, and its options."""


def write_file(task: MuxTask, context: Context) -> float:
    """Write a whole file.

    Returns:
        The sound's largest sample before it was limited to full scale.

    Raises:
        RenderError: the segments do not make up the file.
        OSError: the file cannot be written.
    """
    layout, peaks = task.layout, [0.0]
    file = context.create(task.output)
    format, options = _MUXERS[layout.settings.container]
    # To move the index to the front, FFmpeg opens the file that it writes a second time, for reading.
    container = av.open(
        file,
        "w",
        format=format,
        options=options,
        io_open=lambda *_: _Reread(file),
        buffer_size=BUFFER,
    )
    try:
        rows: list[Iterator[_Timed]] = []
        tracks = iter(layout.subtitles)
        streams = _add_streams(container, layout)
        container.start_encoding()
        with context.open(task.spool) as pictures, context.open(task.spool) as sounds:
            for stream in streams:
                if isinstance(stream, SubtitleStream):
                    rows.append(_subtitles(stream, next(tracks)))
                elif isinstance(stream, VideoStream):
                    payloads = _payloads(pictures, task.pictures, stream)
                    rows.append(_pictures(stream, layout, payloads, context))
                else:
                    rows.append(_sounds(stream, layout, _payloads(sounds, task.sounds, stream), peaks))
            for _, _, packet in heapq.merge(*rows, key=lambda timed: timed[:2]):
                container.mux(packet)
        container.close()
        file.flush()
    except BaseException:
        with contextlib.suppress(OSError):
            file.close()  # a container whose file is closed writes no index: nothing pretends to be whole
        raise
    return max(peaks)


class _Reread:
    """Reads from a file that is being written, at a position of its own."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._position = 0

    def read(self, size: int) -> bytes:
        writing_at = self._file.tell()
        self._file.seek(self._position)
        data = self._file.read(size)
        self._position += len(data)
        self._file.seek(writing_at)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._position
        elif whence == os.SEEK_END:
            writing_at = self._file.tell()
            offset += self._file.seek(0, os.SEEK_END)
            self._file.seek(writing_at)
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        """The file belongs to the one who writes it."""


def _add_streams(container: OutputContainer, layout: FileLayout) -> list[_Stream]:
    """The encoders are opened with the container only for their parameter sets; they encode nothing."""
    streams: list[_Stream] = []
    settings = layout.settings
    if layout.frames:
        codec = picture_codec(settings)
        video = cast(VideoStream, container.add_stream(codec.encoder, rate=layout.fps))
        configure_picture(video.codec_context, settings, PictureFormat(layout.fps, layout.width, layout.height))
        if settings.container in codec.tags:
            video.codec_context.codec_tag = codec.tags[settings.container]
        video.time_base = 1 / layout.fps
        streams.append(video)
    if layout.samples:
        audio = cast(AudioStream, container.add_stream(sound_codec(settings).encoder, rate=layout.sample_rate))
        configure_sound(audio.codec_context, settings, SoundFormat(layout.sample_rate, layout.channels))
        streams.append(audio)
    for track in layout.subtitles:
        told = cast(SubtitleStream, cast(Any, container).add_stream("mov_text"))
        told.codec_context.subtitle_header = HEADER
        told.time_base = told.codec_context.time_base = _MILLISECOND
        told.metadata["language"] = track.language
        streams.append(told)
    return streams


def _payloads(spool: BinaryIO, pieces: Sequence[Piece], stream: Stream) -> Iterator[Packets]:
    """The segments one after the other, each checked against the header that the file already has."""
    expected = bytes(cast(Any, stream).codec_context.extradata or b"")
    for piece in pieces:
        spool.seek(piece.offset)
        try:
            segment = unpack(spool.read(piece.size))
        except UnreadableSegmentError as error:
            raise RenderError(str(error), hint="clear the cache and export again") from error
        if segment.extradata != expected:
            raise RenderError(
                f"a {segment.codec} segment was encoded with other parameters than the file's header",
                hint="all workers must run the same version; clear the cache and export again",
            )
        yield segment


def _pictures(
    stream: VideoStream, layout: FileLayout, segments: Iterator[Packets], context: Context
) -> Iterator[_Timed]:
    """Picture packets with times on the frame grid; decoding times are counted anew over the whole stream."""
    tick = 1 / layout.fps
    delay = picture_codec(layout.settings).delay  # decoding runs ahead of showing by so many frames
    if delay is None:
        delay = stream.codec_context.reorder_depth
    first = decoded = 0
    for segment in segments:
        for number, key, data in segment.packets:
            packet = _packet(stream, data, tick, first + number, decoded - delay)
            packet.duration = 1
            packet.is_keyframe = key
            if packet.pts < packet.dts:  # type: ignore[operator]  # both were just set
                raise RenderError(f"frame {packet.pts} comes too late to be shown", value=packet.pts)
            decoded += 1
            yield (decoded - 1 - delay) * tick, 0, packet
        first += len(segment.packets)
        context.progress(first, layout.frames)
    if first != layout.frames:
        raise RenderError(f"the segments hold {first} frames, not {layout.frames}", value=first)


def _sounds(stream: AudioStream, layout: FileLayout, chunks: Iterator[Packets], peaks: list[float]) -> Iterator[_Timed]:
    """Sound packets on the codec's grid; what lies before sample 0 only primes the decoder, the last one ends early."""
    codec = sound_codec(layout.settings)
    tick = Fraction(1, layout.sample_rate)
    start = -codec.priming
    for chunk in chunks:
        peaks.append(chunk.peak)
        for _, _, data in chunk.packets:
            length = min(codec.packet, layout.samples - start)
            size = len(data) if codec.pack is None else len(data) // codec.packet * length
            packet = _packet(stream, data[:size], tick, start, start)
            packet.duration = length
            packet.is_keyframe = True
            if codec.trimmed and (start < 0 or length < codec.packet):
                trim(packet, max(-start, 0), codec.packet - length)
            yield start * tick, 1, packet
            start += codec.packet
    if not layout.samples <= start < layout.samples + codec.packet:
        raise RenderError(f"the sound's chunks reach to sample {start}, not {layout.samples}", value=start)


def _subtitles(stream: SubtitleStream, track: SoftTrack) -> Iterator[_Timed]:
    """Texts as MP4 has them: their length in two bytes, and UTF-8; where nothing is told, the muxer says so."""
    for start, end, text in track.told:
        data = text.encode()
        packet = _packet(stream, len(data).to_bytes(2, "big") + data, _MILLISECOND, start, start)
        packet.duration = end - start
        packet.is_keyframe = True
        yield start * _MILLISECOND, 2, packet


def _packet(stream: _Stream, data: bytes, tick: Fraction, pts: int, dts: int) -> AvPacket[Any]:
    packet: AvPacket[Any] = AvPacket(data)
    packet.stream = stream
    packet.time_base = tick
    packet.pts, packet.dts = pts, dts
    return packet

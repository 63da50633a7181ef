"""Joins packets of segments to one MP4, child side: one header, one clock, and the index in front of the data."""

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
from cutroom.render.encode import (
    SAMPLES_PER_PACKET,
    PictureFormat,
    SoundFormat,
    configure_picture,
    configure_sound,
)
from cutroom.render.packets import Packets, UnreadableSegmentError, unpack

if TYPE_CHECKING:
    from cutroom.render.orders import FileLayout, MuxTask, Piece
    from cutroom.render.soft import SoftTrack
    from cutroom.workers.context import Context

BUFFER = 1 << 20
_Timed = tuple[Fraction, int, "AvPacket[Any]"]
_Stream = VideoStream | AudioStream | SubtitleStream
_MILLISECOND = Fraction(1, 1000)
_FIELDS = {
    "Name": "Default",
    "Fontname": "Arial",
    "Fontsize": 16,
    "PrimaryColour": "&Hffffff",
    "SecondaryColour": "&Hffffff",
    "OutlineColour": "&H0",
    "BackColour": "&H0",
    "Bold": 0,
    "Italic": 0,
    "Underline": 0,
    "StrikeOut": 0,
    "ScaleX": 100,
    "ScaleY": 100,
    "Spacing": 0,
    "Angle": 0,
    "BorderStyle": 1,
    "Outline": 1,
    "Shadow": 0,
    "Alignment": 2,
    "MarginL": 10,
    "MarginR": 10,
    "MarginV": 10,
    "Encoding": 1,
}
_HEADER = "\r\n".join(
    [
        *("[Script Info]", "ScriptType: v4.00+", "PlayResX: 384", "PlayResY: 288", "", "[V4+ Styles]"),
        f"Format: {', '.join(_FIELDS)}",
        f"Style: {','.join(map(str, _FIELDS.values()))}",
        *("", "[Events]", "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text", ""),
    ]
).encode()
"""The look that FFmpeg's encoder writes beside the texts: white, below."""


def write_mp4(task: MuxTask, context: Context) -> float:
    """Write a whole MP4.

    Returns:
        The sound's largest sample before it was limited to full scale.

    Raises:
        RenderError: the segments do not make up the file.
        OSError: the file cannot be written.
    """
    layout, peaks = task.layout, [0.0]
    file = context.create(task.output)
    # To move the index to the front, FFmpeg opens the file that it writes a second time, for reading.
    container = av.open(
        file,
        "w",
        format="mp4",
        options={"movflags": "+faststart"},
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
    if layout.frames:
        video = container.add_stream("libx264", rate=layout.fps)
        picture = PictureFormat(layout.fps, layout.width, layout.height)
        configure_picture(video.codec_context, layout.settings, picture)
        video.time_base = 1 / layout.fps
        streams.append(video)
    if layout.samples:
        audio = container.add_stream("aac", rate=layout.sample_rate)
        configure_sound(audio.codec_context, layout.settings, SoundFormat(layout.sample_rate, layout.channels))
        streams.append(audio)
    for track in layout.subtitles:
        told = cast(SubtitleStream, cast(Any, container).add_stream("mov_text"))
        told.codec_context.subtitle_header = _HEADER
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
    delay = stream.codec_context.reorder_depth  # decoding runs ahead of showing by so many frames
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
    """Sound packets on the 1,024-sample grid; the first one only primes the decoder, the last one ends early."""
    tick = Fraction(1, layout.sample_rate)
    start = -SAMPLES_PER_PACKET
    for chunk in chunks:
        peaks.append(chunk.peak)
        for _, _, data in chunk.packets:
            packet = _packet(stream, data, tick, start, start)
            packet.duration = min(SAMPLES_PER_PACKET, layout.samples - start)
            packet.is_keyframe = True
            yield start * tick, 1, packet
            start += SAMPLES_PER_PACKET
    if not layout.samples <= start < layout.samples + SAMPLES_PER_PACKET:
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

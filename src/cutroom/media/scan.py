"""Reads all packets of a file once, without decoding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

import numpy as np
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream as AvVideoStream

from cutroom.errors import MediaError
from cutroom.media.opening import called, choose_streams, clock, counts_frames, origin, packets
from cutroom.media.packets import NO_TIME, PacketIndex

_REPORT_EVERY = 20_000
"""Packets between two reports of progress."""

_Row = tuple[int, int, int, int, bool, bool, bool]


def scan(
    container: InputContainer,
    streams: Sequence[AvVideoStream | AvAudioStream],
    progress: Callable[[int], None] | None = None,
    inspect: Callable[[Packet[AvVideoStream | AvAudioStream]], None] | None = None,
) -> list[PacketIndex]:
    """The packet indexes of `streams`, in one pass over a freshly opened file.

    Args:
        container: positioned at its start.
        streams: of that container.
        progress: called with the number of bytes seen now and then.
        inspect: called with every packet.
    """
    rows: dict[int, list[_Row]] = {stream.index: [] for stream in streams}
    seen = 0
    for count, packet in enumerate(packets(container, *streams)):
        if not packet.size:
            continue  # the end of a stream, or a frame that an AVI dropped
        rows[packet.stream_index].append(
            (
                NO_TIME if packet.pts is None else packet.pts,
                NO_TIME if packet.dts is None else packet.dts,
                packet.duration or 0,
                packet.size,
                packet.is_keyframe,
                packet.is_corrupt,
                not (packet.is_discard or packet.is_corrupt),
            )
        )
        if inspect is not None:
            inspect(packet)
        seen = max(seen, packet.pos or 0)
        if progress is not None and count % _REPORT_EVERY == 0:
            progress(seen)
    return [_index(container, stream, rows[stream.index]) for stream in streams]


def _index(container: InputContainer, stream: AvVideoStream | AvAudioStream, rows: list[_Row]) -> PacketIndex:
    columns = np.array(rows, np.int64).reshape(-1, 7).T
    pts, dts, duration, size = columns[:4]
    keyframe, corrupt, shown = columns[4:].astype(bool)
    if isinstance(stream, AvVideoStream) and counts_frames(container, stream):
        pts = dts
    pts = np.where(pts == NO_TIME, dts, pts)
    return PacketIndex(
        stream=stream.index,
        tick=clock(stream),
        origin=origin(container),
        pts=pts,
        dts=dts,
        duration=duration,
        size=size,
        keyframe=keyframe,
        corrupt=corrupt,
        shown=shown & (pts != NO_TIME),
    )


def pick(container: InputContainer, stream: int | None, file: BinaryIO) -> AvVideoStream | AvAudioStream:
    """The stream at an index; None: the picture in use, or else the sound.

    Raises:
        MediaError: there is no such picture or sound.
    """
    known: list[AvVideoStream | AvAudioStream] = [*container.streams.video, *container.streams.audio]
    wanted: list[AvVideoStream | AvAudioStream] = [
        one for one in (choose_streams(container) if stream is None else known) if one is not None
    ]
    found = next((one for one in wanted if stream is None or one.index == stream), None)
    if found is None:
        raise MediaError(
            f"{called(file)} has no {'picture or sound' if stream is None else f'stream {stream}'}",
            value=stream,
            hint="probe it to see what it holds",
        )
    return found

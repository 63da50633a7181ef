"""Whether a media file is whole, by what it says of its own size: nothing is decoded."""

from __future__ import annotations

import os
from typing import BinaryIO

from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.stream import VideoStream

_MATTER = frozenset((b"mdat", b"moof", b"moov"))
"""Boxes of MP4 without which something is missing; what follows them may be anybody's padding."""
_UNKNOWN = 0xFFFFFFFF
_SLACK = 8
"""Bytes by which writers of AVI miscount: some take the 8 of its header in."""


def missing_bytes(file: BinaryIO) -> int:
    """How many bytes the file lacks at its end, by the sizes that its own boxes, segment or chunks state.

    MP4 and QuickTime, Matroska and WebM, and AVI state them. MPEG-TS states neither a size nor a duration, and a
    recording that was never finished no size: nothing can be missed there, and 0 is returned.

    Args:
        file: open for reading, seekable; its position changes.

    Example:
        >>> import io
        >>> missing_bytes(io.BytesIO(bytes([0, 0, 0, 20]) + b"mdat" + bytes(7)))
        5
    """
    size = file.seek(0, os.SEEK_END)
    head = _read(file, 0, 12)
    if head[:4] == b"\x1aE\xdf\xa3":
        stated = _segment_end(file)
    elif head[:4] == b"RIFF" and head[8:] == b"AVI ":
        stated = _chunks_end(file, size) - _SLACK
    else:
        stated = _boxes_end(file, size)
    return max(stated - size, 0)


def is_broken(packet: Packet[VideoStream | AudioStream]) -> bool:
    """Whether a packet of H.264 or HEVC says that it holds more than it does: its bytes were overwritten.

    Packets of other codecs, and of streams whose units have start codes in place of lengths, pass.
    """
    context = packet.stream.codec_context
    at = {"h264": 4, "hevc": 21}.get(context.name)
    if at is None:
        return False
    setup = context.extradata or b""
    if len(setup) <= at or setup[0] != 1:
        return False
    width, data, here = (setup[at] & 3) + 1, memoryview(packet), 0
    while here + width <= len(data):
        here += width + int.from_bytes(data[here : here + width], "big")
    return here > len(data)


def _read(file: BinaryIO, at: int, count: int) -> bytes:
    file.seek(at)
    return file.read(count)


def _boxes_end(file: BinaryIO, size: int) -> int:
    """Where the last box of MP4 that matters ends."""
    at = end = 0
    while at < size:
        head = _read(file, at, 16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:], "big")
        if len(head) < 8 or length < 8:
            break  # the box goes on to the end of the file, or these are no boxes
        at += length
        if head[4:8] in _MATTER:
            end = at
    return end


def _segment_end(file: BinaryIO) -> int:
    """Where Matroska's segment ends; 0 where it was left open."""
    header, begin = _length(file, 4)
    at = begin + (header or 0)
    if _read(file, at, 4) != b"\x18S\x80g":
        return 0
    length, begin = _length(file, at + 4)
    return 0 if length is None else begin + length


def _length(file: BinaryIO, at: int) -> tuple[int | None, int]:
    """An element's length, None for "unknown", and where its content begins."""
    head = _read(file, at, 8)
    width = 9 - head[0].bit_length() if head and head[0] else 0
    if not width or len(head) < width:
        return None, at
    most = (1 << 7 * width) - 1
    length = int.from_bytes(head[:width], "big") & most
    return (None if length == most else length), at + width


def _chunks_end(file: BinaryIO, size: int) -> int:
    """Where the last RIFF chunk of an AVI ends: a long one has several."""
    end = 0
    while end < size:
        head = _read(file, end, 12)
        length = int.from_bytes(head[4:8], "little")
        if head[:4] != b"RIFF" or head[8:] not in {b"AVI ", b"AVIX"} or length in {0, _UNKNOWN}:
            break
        end += 8 + length + length % 2
    return end

"""A segment's encoded packets as bytes: what a worker sends up, the cache keeps, and the mux reads.

::

    magic b"CWS1" · header length (uint32 LE) · header (JSON) · table (int32 LE: position, keyframe, size) · data

Positions are presentation positions counted in frames (pictures) or packets (sound) from the segment's start; the
packets stand in decoding order. There are no other timestamps: the mux rebuilds them over the joined stream.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MAGIC = b"CWS1"
_HEAD = struct.Struct("<4sI")
_ROW = struct.Struct("<iii")


class Packet(NamedTuple):
    """One encoded packet."""

    position: int
    keyframe: bool
    data: bytes


class UnreadableSegmentError(ValueError):
    """Bytes that `pack` did not make."""


@dataclass(frozen=True)
class Packets:
    """The packets of a segment, and what a muxer must know about them.

    Args:
        codec: as the settings of an export call it: "h264", "aac".
        extradata: the codec's parameters (such as SPS and PPS), equal for all segments of a file.
        packets: in decoding order.
        peak: of sound, the largest absolute sample before it was limited to full scale; 0 for pictures.

    Example:
        >>> one = Packets("aac", b"\\x11\\x90", (Packet(0, True, b"abc"), Packet(1, True, b"d")))
        >>> unpack(pack(one)) == one
        True
    """

    codec: str
    extradata: bytes
    packets: tuple[Packet, ...]
    peak: float = 0.0


def pack(segment: Packets) -> bytes:
    """The bytes of a segment."""
    header = json.dumps(
        {
            "codec": segment.codec,
            "count": len(segment.packets),
            "extradata": segment.extradata.hex(),
            "peak": segment.peak,
        },
        sort_keys=True,
        separators=(",", ":"),
    ).encode("ascii")
    rows = [_ROW.pack(packet.position, packet.keyframe, len(packet.data)) for packet in segment.packets]
    return b"".join([_HEAD.pack(MAGIC, len(header)), header, *rows, *(packet.data for packet in segment.packets)])


def overhead(packets: int) -> int:
    """Bytes of a packed segment that are not its packets' own, at least."""
    return _HEAD.size + packets * _ROW.size


def unpack(payload: bytes) -> Packets:
    """The segment of some bytes.

    Raises:
        UnreadableSegmentError: they are not what `pack` makes.
    """
    try:
        magic, length = _HEAD.unpack_from(payload)
        if magic != MAGIC:
            raise ValueError("no segment")
        header = json.loads(payload[_HEAD.size : _HEAD.size + length])
        table = _HEAD.size + length
        rows = list(_rows(payload, table, header["count"]))
        packets = tuple(_cut(payload, table + _ROW.size * len(rows), rows))
        return Packets(header["codec"], bytes.fromhex(header["extradata"]), packets, float(header["peak"]))
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise UnreadableSegmentError(f"not a rendered segment: {error}") from None


def _rows(payload: bytes, start: int, count: int) -> Iterator[tuple[int, int, int]]:
    for number in range(count):
        yield _ROW.unpack_from(payload, start + number * _ROW.size)


def _cut(payload: bytes, start: int, rows: Sequence[tuple[int, int, int]]) -> Iterator[Packet]:
    for position, keyframe, size in rows:
        if size < 0 or start + size > len(payload):
            raise ValueError("a packet reaches past the end")
        yield Packet(position, bool(keyframe), payload[start : start + size])
        start += size
    if start != len(payload):
        raise ValueError("bytes behind the last packet")

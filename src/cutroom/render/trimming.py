"""Packets of sound of which not all samples are heard."""

from __future__ import annotations

import struct
from typing import Any

import av
import numpy as np
from av.packet import Packet

_SKIP = struct.Struct("<IIBB")


def trim(packet: Packet[Any], first: int, last: int) -> None:
    """Say in a packet how many samples at its beginning and at its end are no part of the stream.

    PyAV cannot make such a note, but change one: Opus's encoder writes it where a packet is not full.
    """
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.format, encoder.layout = 48_000, "flt", "mono"
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 1), np.float32), format="flt", layout="mono")
    frame.sample_rate = 48_000
    for other in (*encoder.encode(frame), *encoder.encode(None)):
        if other.has_sidedata("skip_samples"):
            note = other.get_sidedata("skip_samples")
            note.update(_SKIP.pack(first, last, 0, 0))
            packet.set_sidedata(note)


def notes(packet: Packet[Any]) -> tuple[int, int]:
    """Samples at the beginning and at the end of a packet that are not heard."""
    if not packet.has_sidedata("skip_samples"):
        return 0, 0
    first, last, _, _ = _SKIP.unpack(bytes(packet.get_sidedata("skip_samples")))
    return first, last

"""What is told of a file that was decoded as a whole: each stretch once."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from cutroom.media.audio import CHUNK_SECONDS
from cutroom.media.damage import find_damage
from cutroom.media.probing import Probed


@pytest.mark.parametrize(
    "stretches", [[(7.5, 8.5)], [(2.0, 3.0)], [(2.0, 3.0), (7.5, 8.5)], [(2.0, 2.5), (5.0, 5.5)], [(6.0, 17.0)]]
)
def test_damage_of_sound_is_one_stretch_across_chunks(
    film: Callable[..., Path], make_tone: Callable, probed: Callable[[Path], Probed], stretches: list
) -> None:
    path = film("stretches.mkv", frames=30, sound=make_tone(20), sound_codec="flac")
    audio = probed(path).audio
    assert audio is not None
    assert audio.duration > 2 * CHUNK_SECONDS
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        for packet in container.demux(audio=0):
            if packet.size and any(begin <= packet.pts * packet.time_base < end for begin, end in stretches):
                place = data.index(bytes(packet))
                data[place : place + packet.size] = bytes(packet.size)
    told: list[tuple[Fraction, Fraction]] = []
    found = find_damage(lambda: io.BytesIO(bytes(data)), None, audio, lambda done, total: told.append((done, total)))
    assert [one.stream for one in found] == ["sound"] * len(stretches)
    for one, (begin, end) in zip(found, stretches, strict=True):
        assert float(one.start) == pytest.approx(begin, abs=0.2)
        assert float(one.end) == pytest.approx(end, abs=0.2)
    assert [done for done, _ in told] == [0, CHUNK_SECONDS, 2 * CHUNK_SECONDS]

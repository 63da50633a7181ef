"""Opus by libopus, in packets of 20 ms."""

from __future__ import annotations

from cutroom.render.codecs.kinds import SoundCodec

CODEC = SoundCodec(
    "libopus",
    rates=frozenset({48000}),
    packet=960,
    priming=312,
    warm=128,
    ahead=2,
    sample_format="flt",
    other_rate=48000,
    trimmed=True,
)
"""After 64 warm packets those that follow are the very bytes of one whole encode; after 8 a sixth of them are not."""

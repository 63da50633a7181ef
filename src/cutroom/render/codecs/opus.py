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
"""A packet leans on the one before it. Against what the encoder meant, the first packets after a join are off by -79 dB
of the coding error with music; with a steady tone in gated noise by as much as that error, for 40 ms. With 8 warm
packets it is 30 dB more than that error."""

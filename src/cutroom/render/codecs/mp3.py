"""MP3 by LAME, at a constant rate."""

from __future__ import annotations

from cutroom.render.codecs.kinds import SoundCodec

CODEC = SoundCodec(
    "libmp3lame",
    rates=frozenset({48000, 44100, 32000}),
    packet=1152,
    priming=1105,
    warm=32,
    ahead=4,
    options={"reservoir": "0"},
    other_rate=48000,
    trimmed=True,
)
"""With the bit reservoir a packet's bits may lie in those before it, and chunks would not join. Without it, and eight
warm packets, they are the very bytes of one whole encode."""

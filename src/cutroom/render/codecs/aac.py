"""AAC-LC by FFmpeg's encoder."""

from __future__ import annotations

from cutroom.render.codecs.kinds import SoundCodec

CODEC = SoundCodec(
    "aac",
    rates=frozenset({96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000}),
    packet=1024,
    priming=1024,
    warm=128,
    ahead=2,
)
"""With fewer warm packets, the rate control starts afresh audibly: against one whole encode, frames after a join lose
3.5 dB with 8 packets, 1 dB with 64, nothing that can be measured with 128."""

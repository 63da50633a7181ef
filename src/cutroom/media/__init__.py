"""Media files: what is in them, their frames and samples at exact times, thumbnails and waveforms.

The functions here hand tasks to an executor and load no codec. `cutroom.media.video` and `cutroom.media.audio` read
frames and samples; they belong in a worker process.
"""

from __future__ import annotations

from cutroom.media.library import index, probe, thumbnails, waveform
from cutroom.media.packets import PacketIndex

__all__ = ["PacketIndex", "index", "probe", "thumbnails", "waveform"]

"""HEVC by x265: Main, or Main 10."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.render.codecs.kinds import PictureCodec, PictureFormat, quality

if TYPE_CHECKING:
    from cutroom.schema.export import ExportSettings


def _options(settings: ExportSettings, picture: PictureFormat) -> dict[str, str]:
    """One frame at a time, on a pool of as many threads as the settings say (wavefronts then): several frames at a time
    would change the bytes. Parameter sets stand in the header alone, and `info` would add the settings as text."""
    several = settings.threads > 1
    gop = settings.gop_frames(picture.fps)
    private = {
        "keyint": gop,
        "open-gop": 0,
        "repeat-headers": 0,
        "info": 0,
        "frame-threads": 1,
        "wpp": int(several),
        "pools": settings.threads if several else "none",
        "log-level": "none",
    }
    return {
        "preset": str(settings.encoder_preset),
        "crf": quality(settings),
        "forced-idr": "1",
        "a53cc": "0",
        "x265-params": ":".join(f"{name}={value}" for name, value in private.items()),
    }


CODEC = PictureCodec("libx265", _options, delay=2, tags={"mp4": "hvc1", "mov": "hvc1"})
"""A pyramid of B-frames is at most two deep in x265. QuickTime plays no `hev1`."""

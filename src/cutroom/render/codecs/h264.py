"""H.264 by x264."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.render.codecs.kinds import PictureCodec, PictureFormat, quality
from cutroom.render.engine import cpu_class

if TYPE_CHECKING:
    from cutroom.schema.export import ExportSettings


def _options(settings: ExportSettings, picture: PictureFormat) -> dict[str, str]:
    """`stitchable` keeps x264 from fitting the parameter sets to the content."""
    return {
        "preset": str(settings.encoder_preset),
        "crf": quality(settings),
        "forced-idr": "1",
        "a53cc": "0",
        "x264-params": ":".join(("stitchable=1:open-gop=0:scenecut=40", *repeatable(picture.width))),
    }


def repeatable(width: int) -> tuple[str, ...]:
    """What x264 must be told so that it gives the same bytes each time.

    Its AVX-512 code for macroblock trees does not where the width in macroblocks is no multiple of 8: 14 encodes of 20
    frames, 320 pixels wide, gave 7 streams; with AVX2, or 256 or 384 pixels wide, one (x264 in PyAV 19.0.2, AMD EPYC).
    Elsewhere AVX-512 stays on: without it encoding takes a quarter longer.
    """
    macroblocks = -(-width // 16)
    return ("asm=AVX2",) if macroblocks % 8 and "avx512f" in cpu_class() else ()


CODEC = PictureCodec("libx264", _options, delay=None)

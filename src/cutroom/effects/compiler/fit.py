"""How a picture of any shape lies on the canvas, and what its numbers mean."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from cutroom.effects.segment import Fit
from cutroom.schema.media import VideoStream

_SLIVER = 200
"""Bars thinner than a 200th of the canvas are no bars: the picture is stretched over them."""
_ALPHA = ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8", "ayuv", "vuya", "uyva", "yaf")
_IMAGES = frozenset({"bmp", "jpeg", "mjpeg", "png", "tiff"})


def full_range(stream: VideoStream) -> bool:
    """Whether black is 0 and white the largest number."""
    if stream.pixel_format.startswith("gray") and stream.codec in _IMAGES:
        return True  # these have no other range, and do not always say so
    return stream.colour.full_range or stream.pixel_format.startswith("yuvj")


def has_alpha(stream: VideoStream) -> bool:
    """Whether parts of the picture may be clear."""
    return stream.pixel_format.startswith(_ALPHA)


def fit(stream: VideoStream, width: int, height: int) -> Fit:
    """The largest place for a picture on a canvas at its own shape, in the middle; the rest stays clear.

    Offsets are even, so that chroma stays on its grid, and the size gives way by at most two pixels for it.

    Example:
        >>> from fractions import Fraction
        >>> stream = VideoStream(index=0, codec="h264", width=640, height=480, rate=Fraction(25), duration=Fraction(1),
        ...                      frames=25, pixel_format="yuv420p")
        >>> fit(stream, 1920, 1080)
        Fit(x=240, y=0, width=1440, height=1080)
    """
    across, down = stream.width * stream.pixel_aspect, Fraction(stream.height)
    shown_width, shown_height = (down, across) if stream.rotation in {90, 270} else (across, down)
    return _place(shown_width, shown_height, width, height)


@lru_cache(maxsize=256)
def _place(shown_width: Fraction, shown_height: Fraction, width: int, height: int) -> Fit:
    """Remembered: ten thousand clips of a film lie in few places, and fractions are slow."""
    scale = min(width / shown_width, height / shown_height)
    x, y = _margin(width, shown_width * scale), _margin(height, shown_height * scale)
    return Fit(x=x, y=y, width=width - 2 * x, height=height - 2 * y)


def _margin(canvas: int, inside: Fraction) -> int:
    margin = (canvas - inside) / 2
    if margin * _SLIVER < canvas:
        return 0
    return min(2 * round(margin / 2), (canvas - 1) // 2)

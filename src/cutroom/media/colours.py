"""What the numbers of a decoded picture mean, in FFmpeg's names (ITU-T H.273 code points)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from cutroom.schema.media import Colour

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Matrix = Literal["bt709", "bt601", "smpte240m", "fcc", "bt2020"]
KNOWN: Mapping[str | None, Matrix] = {
    "bt709": "bt709",
    "smpte170m": "bt601",
    "bt470bg": "bt601",
    "bt470m": "fcc",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
"""The matrices that pictures can be converted with, by the names that files give them."""
SD = (1280, 576)
"""A picture that does not say how it is coloured is taken for BT.601 where its longer side is below the first and its
shorter side at most the second, as in standard definition; for BT.709 where it is larger."""
MATRICES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp",
}  # fmt: skip
PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020", 10: "smpte428",
    11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100", 10: "log316",
    11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084",
    17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
_FULL = 2


def untagged(width: int, height: int) -> Matrix:
    """The matrix of a picture that does not name its own, by its size (see `SD`).

    Example:
        >>> untagged(720, 576), untagged(1280, 532)
        ('bt601', 'bt709')
    """
    return "bt601" if max(width, height) < SD[0] and min(width, height) <= SD[1] else "bt709"


def colour_of(frame: VideoFrame) -> Colour:
    """The colour tags of a frame; None where the file says nothing."""
    return Colour(
        matrix=MATRICES.get(int(frame.colorspace)),
        primaries=PRIMARIES.get(int(frame.color_primaries)),
        transfer=TRANSFERS.get(int(frame.color_trc)),
        full_range=int(frame.color_range) == _FULL or frame.format.name.startswith("yuvj"),
    )

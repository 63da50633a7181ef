"""What the numbers of a decoded picture mean, in FFmpeg's names (ITU-T H.273 code points)."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import TYPE_CHECKING, Literal

from cutroom.errors import UnsupportedMediaError
from cutroom.schema.media import Colour

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Matrix = Literal["bt709", "bt601", "smpte240m", "fcc", "bt2020"]
Primaries = Literal[
    "bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "film", "bt2020", "smpte431", "smpte432", "ebu3213"
]
"""Sets of primaries that colours can be converted from."""
KNOWN: Mapping[str | None, Matrix] = {
    "bt709": "bt709",
    "smpte170m": "bt601",
    "bt470bg": "bt601",
    "bt470m": "fcc",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
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
_CONTENT, _DISPLAY = Struct("=2I"), Struct("=20i2i")
BRIGHTEST = 10_000
"""cd/m² that PQ can say."""


HDR: Mapping[str | None, Literal["pq", "hlg"]] = {"smpte2084": "pq", "arib-std-b67": "hlg"}
"""Transfers of pictures brighter than white, by FFmpeg's names."""


def untagged(width: int, height: int) -> Matrix:
    """The matrix of a picture that does not name its own, by its size (see `SD`).

    Example:
        >>> untagged(720, 576), untagged(1280, 532)
        ('bt601', 'bt709')
    """
    return "bt601" if max(width, height) < SD[0] and min(width, height) <= SD[1] else "bt709"


def matrix_of(colour: Colour, width: int, height: int) -> Matrix:
    """The matrix of a picture: its own word; where it has none, BT.2020's in HDR, or by its size (see `SD`).

    Raises:
        UnsupportedMediaError: colours that are coded in another way than with a matrix of this list.
    """
    if colour.matrix in KNOWN:
        return KNOWN[colour.matrix]
    if colour.matrix not in {None, "gbr"}:
        raise unreadable(f"colours coded as {colour.matrix}", colour.matrix)
    if colour.transfer in HDR:
        return "bt2020"
    return untagged(width, height)


def unreadable(what: str, name: str | None) -> UnsupportedMediaError:
    """The error about colours that cannot be converted."""
    return UnsupportedMediaError(f"{what} cannot be read", value=name, hint="convert the file to BT.709 first")


def colour_of(frame: VideoFrame) -> Colour:
    """The colour tags of a frame; None where the file says nothing."""
    transfer = TRANSFERS.get(int(frame.color_trc))
    return Colour(
        matrix=MATRICES.get(int(frame.colorspace)),
        primaries=PRIMARIES.get(int(frame.color_primaries)),
        transfer=transfer,
        full_range=int(frame.color_range) == _FULL or frame.format.name.startswith("yuvj"),
        peak=_peak(frame) if HDR.get(transfer) == "pq" else None,
    )


def _peak(frame: VideoFrame) -> int | None:
    """The brightest light that a frame is said to hold, in cd/m²: of its pixels, or else of the display it was made on.

    The data are FFmpeg's structures: of the display, eight pairs of numbers for colours, one for the darkest and one
    for the brightest light, and whether these are set; of the content, the brightest pixel and the mean.
    """
    told: dict[str, bytes] = {key.name: bytes(data) for key, data in frame.side_data.items()}
    lights: list[float] = []
    if len(content := told.get("CONTENT_LIGHT_LEVEL", b"")) >= _CONTENT.size:
        lights.append(_CONTENT.unpack_from(content)[0])
    if len(display := told.get("MASTERING_DISPLAY_METADATA", b"")) >= _DISPLAY.size:
        *_, number, divisor, _, is_set = _DISPLAY.unpack_from(display)
        lights.append(number / divisor if is_set and divisor else 0)
    known = [light for light in lights if 0 < light <= BRIGHTEST]
    return max(1, round(min(known))) if known else None

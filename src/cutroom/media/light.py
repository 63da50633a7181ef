"""What light the colours of a picture mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, get_args

from pydantic import Field

from cutroom.media.colours import HDR, Primaries, unreadable
from cutroom.schema.base import Frozen
from cutroom.schema.media import Colour

_UNSHOWN = frozenset({"linear", "log100", "log316", "smpte428"})
"""Transfers whose numbers were not made for a display of BT.709."""
_PRIMARIES: Mapping[str | None, Primaries] = {name: name for name in get_args(Primaries)}


class Light(Frozen):
    """What light a source's R'G'B' means, where that is not BT.709's in SDR, which every canvas has."""

    HLG_PEAK: ClassVar[int] = 1000
    """cd/m² of the display that HLG is shown for; also what PQ was made for where a file does not tell."""

    primaries: Primaries
    transfer: Literal["sdr", "pq", "hlg"]
    peak: int = Field(default=0, ge=0, le=10_000)
    """The brightest light in it, in cd/m²; 0 in SDR, where white is white."""


def light_of(colour: Colour) -> Light | None:
    """What light R'G'B' of these tags means; None where it is the canvas's own.

    Primaries that are not named are taken for the canvas's, in HDR for those of BT.2020. PQ that does not tell how
    bright it gets is taken to be made for 1,000 cd/m².

    Raises:
        UnsupportedMediaError: primaries, or a transfer, that cannot be converted.
    """
    if colour.transfer in _UNSHOWN:
        raise unreadable(f"colours of the transfer {colour.transfer}", colour.transfer)
    if colour.primaries not in {None, *_PRIMARIES}:
        raise unreadable(f"colours of the primaries {colour.primaries}", colour.primaries)
    transfer = HDR.get(colour.transfer)
    if transfer is None:
        found = _PRIMARIES.get(colour.primaries, "bt709")
        return None if found == "bt709" else Light(primaries=found, transfer="sdr")
    found = _PRIMARIES.get(colour.primaries, "bt2020")
    peak = colour.peak if transfer == "pq" else None
    return Light(primaries=found, transfer=transfer, peak=peak or Light.HLG_PEAK)

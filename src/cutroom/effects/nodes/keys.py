"""Nodes that make parts of a picture clear by their colours. Alpha that is there already is multiplied."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from cutroom.effects.nodes.own import OwnNode


class ChromaKey(OwnNode):
    """Clear where Cb and Cr are near those of a colour, whatever the luma.

    Their distance is counted in parts of 255 √2 8-bit steps, on straight lines between chroma samples. Alpha is 0 up
    to `similarity`, and rises to 1 over `blend`. What is cleared takes on the chroma of what stays beside it.

    `despill` then takes light of the colour away: where a hue lies within 60° of the colour's, as much as brings it to
    that angle, times `despill`.
    """

    clears: ClassVar[bool] = True
    kind: Literal["chroma_key"] = "chroma_key"
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")
    similarity: float
    blend: float = Field(ge=0)
    despill: float = Field(ge=0, le=1)


class LumaKey(OwnNode):
    """Clear where luma is within `tolerance` of `threshold`; alpha rises to 1 over `softness` on both sides of that.

    All are shares of the way from black to white. `invert` keeps what would be cleared.
    """

    clears: ClassVar[bool] = True
    kind: Literal["luma_key"] = "luma_key"
    threshold: float
    tolerance: float = Field(ge=0)
    softness: float = Field(ge=0)
    invert: bool = False

"""Keys: what has a colour or a lightness becomes clear, and what is below shows through."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cutroom.effects.catalogue.tint import LUMA
from cutroom.effects.nodes import ChromaKey, LumaKey, Node
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting

_SHARE = "share of the way from black to white"


def _chroma_key(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    similarity, blend = values["similarity"], values["blend"]
    grey = _to_grey(values["colour"])
    if grey > _NEUTRAL:
        similarity = min(similarity, grey * (1 - _LEFT))
        blend = min(blend, grey * (1 - _LEFT) - similarity)
    return (ChromaKey(**{**values, "similarity": similarity, "blend": blend}),)


_NEUTRAL = 0.05
"""A screen that is nearer to grey than this, in the numbers of `similarity`, is grey, and grey is cleared."""


_LEFT = 0.1
"""Share of the screen's chroma that dark and grey things may have, and stay whole: cameras and codecs add some."""


def _to_grey(colour: str) -> float:
    """How far from a colour all greys are, black and white too, in the numbers of `similarity`."""
    rgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    luma = sum(share * value for share, value in zip(LUMA, rgb, strict=True))
    red, _, blue = LUMA
    chroma = math.hypot((rgb[2] - luma) / (2 * (1 - blue)), (rgb[0] - luma) / (2 * (1 - red)))
    return 224 * chroma / (255 * math.sqrt(2))


def _luma_key(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (LumaKey(**values),)


KEYS = (
    EffectSpec(
        "chroma_key",
        "video",
        "Clears what has a colour, whatever its lightness: a green or blue screen.",
        (
            Parameter("colour", "Of the screen.", "#00ff00", "colour"),
            Parameter(
                "similarity",
                "How far from it colours are cleared too; never what is grey, dark or light (0.37 from pure green).",
                0.3,
                minimum=0,
                maximum=1,
            ),
            Parameter(
                "blend",
                "How much farther they are cleared in part; never what is grey, dark or light.",
                0.0,
                minimum=0,
                maximum=1,
            ),
            Parameter("despill", "How much of its reflection is taken off what stays.", 0.5, minimum=0, maximum=1),
        ),
        _chroma_key,
        group="key",
        cost=12,
    ),
    EffectSpec(
        "luma_key",
        "video",
        "Clears what has a lightness.",
        (
            Parameter("threshold", "The lightness; 0 is black.", 0.0, minimum=0, maximum=1, unit=_SHARE),
            Parameter("tolerance", "How far from it is cleared too.", 0.1, minimum=0, maximum=1, unit=_SHARE),
            Parameter("softness", "How much farther is cleared in part.", 0.0, minimum=0, maximum=1, unit=_SHARE),
            Parameter("invert", "Whether to keep what would be cleared.", False, "bool"),
        ),
        _luma_key,
        group="key",
        example={"tolerance": 0.35, "softness": 0.1},
        cost=3,
    ),
)

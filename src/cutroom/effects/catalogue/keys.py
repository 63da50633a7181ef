"""Keys: what has a colour or a lightness becomes clear, and what is below shows through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import ChromaKey, LumaKey, Node
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting

_SHARE = "share of the way from black to white"


def _chroma_key(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (ChromaKey(**values),)


def _luma_key(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (LumaKey(**values),)


KEYS = (
    EffectSpec(
        "chroma_key",
        "video",
        "Clears what has a colour, whatever its lightness: a green or blue screen.",
        (
            Parameter("colour", "Of the screen.", "#00ff00", "colour"),
            Parameter("similarity", "How far from it colours are cleared too.", 0.3, minimum=0, maximum=1),
            Parameter("blend", "How much farther they are cleared in part.", 0.0, minimum=0, maximum=1),
            Parameter("despill", "How much of its reflection is taken off what stays.", 0.5, minimum=0, maximum=1),
        ),
        _chroma_key,
        group="key",
        cost=25,
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
        cost=11,
    ),
)

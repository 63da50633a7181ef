"""Effects on lightness and on the strength of colours, exact in the Y'CbCr that a picture in the chain is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Affine, Node
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting


def _brightness(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Affine(offset=values["value"]),) if values["value"] else ()


def _contrast(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    factor = values["value"]
    return (Affine(gain=factor, offset=(1 - factor) / 2, chroma=factor),) if factor != 1 else ()


def _saturation(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Affine(chroma=values["value"]),) if values["value"] != 1 else ()


COLOUR = (
    EffectSpec(
        "brightness",
        "video",
        "Adds to red, green and blue alike: 0.1 lifts by a tenth of the way from black to white.",
        (Parameter("value", "How much lighter; below 0: darker.", 0.0, minimum=-1, maximum=1),),
        _brightness,
        group="colour",
        cost=0.6,
        example={"value": 0.2},
    ),
    EffectSpec(
        "contrast",
        "video",
        "Spreads red, green and blue about middle grey.",
        (Parameter("value", "Factor; 0 is flat grey, 1 changes nothing.", 1.0, minimum=0, maximum=4),),
        _contrast,
        group="colour",
        cost=0.8,
        example={"value": 1.5},
    ),
    EffectSpec(
        "saturation",
        "video",
        "Makes colours stronger or weaker at the same lightness.",
        (Parameter("value", "Factor; 0 is black and white, 1 changes nothing.", 1.0, minimum=0, maximum=3),),
        _saturation,
        group="colour",
        cost=0.3,
        example={"value": 2.0},
    ),
)

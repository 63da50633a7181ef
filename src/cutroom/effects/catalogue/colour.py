"""Effects on colours.

A picture in the chain is Y'CbCr, BT.709, limited range: in 8 bits black is 16 and white 235 in Y, and 128 is grey in
Cb and Cr. A picture of 10 bits has four times these numbers, and FFmpeg may work on it with 16: expressions go by
`minval` and `maxval`, which are 16 and 235 (240 in Cb and Cr) on any of these scales.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Filter, Node
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting


def _luma(expression: str) -> str:
    return f"clip(round({expression}),minval,maxval)"


def _chroma(factor: float) -> str:
    grey = "maxval*128/240"
    return f"clip(round({grey}+(val-{grey})*{factor!r}),minval,maxval)"


def _brightness(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    offset = values["value"] * 219
    return (Filter(filter="lutyuv", args={"y": _luma(f"val+{offset!r}*maxval/235")}),) if offset else ()


def _contrast(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    factor = values["value"]
    if factor == 1:
        return ()
    chroma = _chroma(factor)
    grey = "maxval*125.5/235"
    luma = _luma(f"{grey}+(val-{grey})*{factor!r}")
    return (Filter(filter="lutyuv", args={"y": luma, "u": chroma, "v": chroma}),)


def _saturation(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    factor = values["value"]
    chroma = _chroma(factor)
    return (Filter(filter="lutyuv", args={"u": chroma, "v": chroma}),) if factor != 1 else ()


COLOUR = (
    EffectSpec(
        "brightness",
        "video",
        "Adds to red, green and blue alike: 0.1 lifts by a tenth of the way from black to white.",
        (Parameter("value", "How much lighter; below 0: darker.", 0.0, minimum=-1, maximum=1),),
        _brightness,
        group="colour",
        example={"value": 0.2},
    ),
    EffectSpec(
        "contrast",
        "video",
        "Spreads red, green and blue about middle grey.",
        (Parameter("value", "Factor; 0 is flat grey, 1 changes nothing.", 1.0, minimum=0, maximum=4),),
        _contrast,
        group="colour",
        example={"value": 1.5},
    ),
    EffectSpec(
        "saturation",
        "video",
        "Makes colours stronger or weaker at the same lightness.",
        (Parameter("value", "Factor; 0 is black and white, 1 changes nothing.", 1.0, minimum=0, maximum=3),),
        _saturation,
        group="colour",
        example={"value": 2.0},
    ),
)

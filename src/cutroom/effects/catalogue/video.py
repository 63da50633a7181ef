"""The built-in effects on pictures.

A picture in the chain is 8-bit Y'CbCr, BT.709, limited range: black is 16 and white 235 in Y, and 128 is grey in Cb and
Cr. Lengths are fractions of the canvas height, so that a preview at a smaller size looks the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Crop, Filter, Node, Opacity, Warp
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting
from cutroom.errors import ValidationError


def _luma(expression: str) -> str:
    return f"clip(round({expression}),16,235)"


def _chroma(factor: float) -> str:
    return f"clip(round(128+(val-128)*{factor!r}),16,240)"


def _brightness(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    offset = values["value"] * 219
    return (Filter(filter="lutyuv", args={"y": _luma(f"val+{offset!r}")}),) if offset else ()


def _contrast(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    factor = values["value"]
    if factor == 1:
        return ()
    chroma = _chroma(factor)
    luma = _luma(f"125.5+(val-125.5)*{factor!r}")
    return (Filter(filter="lutyuv", args={"y": luma, "u": chroma, "v": chroma}),)


def _saturation(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    factor = values["value"]
    chroma = _chroma(factor)
    return (Filter(filter="lutyuv", args={"u": chroma, "v": chroma}),) if factor != 1 else ()


def _blur(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    sigma = values["radius"] * setting.height
    if not sigma:
        return ()
    # gblur takes sigma in pixels of each plane, and Cb and Cr have half as many
    return (
        Filter(filter="gblur", args={"sigma": sigma, "steps": 2, "planes": 0b1001}, spatial=True),
        Filter(filter="gblur", args={"sigma": sigma / 2, "steps": 2, "planes": 0b0110}, spatial=True),
    )


def _leaves_nothing(values: Mapping[str, Any]) -> bool:
    return bool(values["left"] + values["right"] >= 1 or values["top"] + values["bottom"] >= 1)


def _require_something_left(values: Mapping[str, Any]) -> None:
    if _leaves_nothing(values):
        raise ValidationError(
            "crop: nothing would be left of the picture",
            value=dict(values),
            hint="left + right and top + bottom must stay below 1",
        )


def _crop(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if _leaves_nothing(values):  # for a while, when it is animated
        return (Opacity(opacity=0),)
    return (Crop(**values),) if any(values.values()) else ()


def _transform(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    moves = dict(values)
    opacity = moves.pop("opacity")
    warp = Warp(**moves)
    still = warp.scale == 1 and not (warp.position_x or warp.position_y or warp.rotation % 360)
    return (*(() if still else (warp,)), *(() if opacity == 1 else (Opacity(opacity=opacity),)))


def _edge(side: str) -> Parameter:
    return Parameter(side, f"Cut away at the {side}.", 0.0, minimum=0, maximum=0.999, unit="fraction of the picture")


_WIDTHS, _HEIGHTS = "fraction of the canvas width", "fraction of the canvas height"

VIDEO_EFFECTS = (
    EffectSpec(
        "brightness",
        "video",
        "Adds to red, green and blue alike: 0.1 lifts by a tenth of the way from black to white.",
        (Parameter("value", "How much lighter; below 0: darker.", 0.0, minimum=-1, maximum=1),),
        _brightness,
    ),
    EffectSpec(
        "contrast",
        "video",
        "Spreads red, green and blue about middle grey.",
        (Parameter("value", "Factor; 0 is flat grey, 1 changes nothing.", 1.0, minimum=0, maximum=4),),
        _contrast,
    ),
    EffectSpec(
        "saturation",
        "video",
        "Makes colours stronger or weaker at the same lightness.",
        (Parameter("value", "Factor; 0 is black and white, 1 changes nothing.", 1.0, minimum=0, maximum=3),),
        _saturation,
    ),
    EffectSpec(
        "blur",
        "video",
        "Gaussian blur.",
        (Parameter("radius", "Standard deviation.", 0.01, minimum=0, maximum=0.25, unit=_HEIGHTS),),
        _blur,
    ),
    EffectSpec(
        "crop",
        "video",
        "Cuts away at the edges; the rest stays where it was. Animated, it may close altogether.",
        (_edge("left"), _edge("top"), _edge("right"), _edge("bottom")),
        _crop,
        together=_require_something_left,
    ),
    EffectSpec(
        "transform",
        "video",
        "Scales and turns the layer about its anchor and moves it; positions count from the canvas's centre, y down.",
        (
            Parameter("scale", "Factor.", 1.0, minimum=0.001, maximum=20),
            Parameter("position_x", "To the right.", 0.0, minimum=-10, maximum=10, unit=_WIDTHS),
            Parameter("position_y", "Down.", 0.0, minimum=-10, maximum=10, unit=_HEIGHTS),
            Parameter("rotation", "Clockwise.", 0.0, minimum=-36000, maximum=36000, unit="degrees"),
            Parameter("anchor_x", "Fixed point of scale and rotation.", 0.0, minimum=-10, maximum=10, unit=_WIDTHS),
            Parameter("anchor_y", "Fixed point of scale and rotation.", 0.0, minimum=-10, maximum=10, unit=_HEIGHTS),
            Parameter("opacity", "0 is invisible, 1 solid.", 1.0, minimum=0, maximum=1),
        ),
        _transform,
    ),
)

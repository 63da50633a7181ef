"""Where a layer's picture lies. Lengths are fractions, so that a smaller preview looks the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from cutroom.effects.nodes import BlendMode, Crop, Flip, Mirror, Mode, Node, Opacity, Warp
from cutroom.effects.parameter import HEIGHTS, WIDTHS, Parameter
from cutroom.effects.registry import EffectSpec, Setting
from cutroom.errors import ValidationError

_OVER = "clip.effects.add('flip') turns it over"


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
    opacity, mode = moves.pop("opacity"), moves.pop("blend")
    warp = Warp(**moves)
    still = warp.scale == 1 and not (warp.position_x or warp.position_y or warp.rotation % 360)
    return (
        *(() if still else (warp,)),
        *(() if opacity == 1 else (Opacity(opacity=opacity),)),
        *(() if mode == "normal" else (Mode(mode=mode),)),
    )


def _flip(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    way = values["direction"]
    return (Flip(across=way != "vertical", down=way != "horizontal"),)


def _mirror(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Mirror(keep=values["keep"]),)


def _edge(side: str) -> Parameter:
    return Parameter(side, f"Cut away at the {side}.", 0.0, minimum=0, maximum=0.999, unit="fraction of the picture")


GEOMETRY = (
    EffectSpec(
        "crop",
        "video",
        "Cuts away at the edges; the rest stays where it was. Animated, it may close altogether.",
        (_edge("left"), _edge("top"), _edge("right"), _edge("bottom")),
        _crop,
        together=_require_something_left,
        group="geometry",
        example={"left": 0.2, "right": 0.2},
    ),
    EffectSpec(
        "flip",
        "video",
        "Turns the layer's picture over about its middle; its sides go along: a crop of its left is seen at the right.",
        (
            Parameter(
                "direction",
                "What changes places: left and right, top and bottom.",
                "horizontal",
                "choice",
                choices=("horizontal", "vertical", "both"),
            ),
        ),
        _flip,
        group="geometry",
        cost=2.9,
    ),
    EffectSpec(
        "mirror",
        "video",
        "Shows one half of the layer's picture twice, the second time as in a mirror.",
        (Parameter("keep", "The half that stays.", "left", "choice", choices=("left", "right", "top", "bottom")),),
        _mirror,
        group="geometry",
        cost=3.2,
    ),
    EffectSpec(
        "transform",
        "video",
        "Scales, turns, moves and blends the layer; positions count from the canvas's centre, y down.",
        (
            Parameter("scale", "Factor.", 1.0, minimum=0.001, maximum=20, below=_OVER),
            Parameter("position_x", "To the right.", 0.0, minimum=-10, maximum=10, unit=WIDTHS),
            Parameter("position_y", "Down.", 0.0, minimum=-10, maximum=10, unit=HEIGHTS),
            Parameter("rotation", "Clockwise.", 0.0, minimum=-36000, maximum=36000, unit="degrees"),
            Parameter("anchor_x", "Fixed point of scale and rotation.", 0.0, minimum=-10, maximum=10, unit=WIDTHS),
            Parameter("anchor_y", "Fixed point of scale and rotation.", 0.0, minimum=-10, maximum=10, unit=HEIGHTS),
            Parameter("opacity", "0 is invisible, 1 solid.", 1.0, minimum=0, maximum=1),
            Parameter(
                "blend",
                "How colours meet those below, in R'G'B'.",
                "normal",
                kind="choice",
                choices=get_args(BlendMode),
            ),
        ),
        _transform,
        group="geometry",
        example={"scale": 0.6, "rotation": 15},
        cost=8.5,
    ),
)

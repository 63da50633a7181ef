"""Blur and detail. Lengths are fractions of the canvas height, so that a smaller preview looks the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Filter, Node
from cutroom.effects.parameter import HEIGHTS, Parameter
from cutroom.effects.registry import EffectSpec, Setting


def _blur(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    sigma = values["radius"] * setting.height
    if not sigma:
        return ()
    # gblur takes sigma in pixels of each plane, and Cb and Cr have half as many
    return (
        Filter(filter="gblur", args={"sigma": sigma, "steps": 2, "planes": 0b1001}, spatial=True),
        Filter(filter="gblur", args={"sigma": sigma / 2, "steps": 2, "planes": 0b0110}, spatial=True),
    )


DETAIL = (
    EffectSpec(
        "blur",
        "video",
        "Gaussian blur.",
        (Parameter("radius", "Standard deviation.", 0.01, minimum=0, maximum=0.25, unit=HEIGHTS),),
        _blur,
        group="blur and detail",
    ),
)

"""Colour look-up tables from files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Lut3d, Node
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting


def _lut3d(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if not values["file"] or not values["strength"]:  # no file: only on pages of all effects
        return ()
    return (Lut3d(sha256=values["file"], strength=values["strength"]),)


LUTS = (
    EffectSpec(
        "lut3d",
        "video",
        "Takes colours through the table of a .cube file, in the display colours of the timeline (BT.709).",
        (
            Parameter("file", "The .cube file.", "", "file", resource="lut", required=True),
            Parameter("strength", "0 changes nothing, 1 is all of it.", 1.0, minimum=0, maximum=1),
        ),
        _lut3d,
        group="colour",
        cost=17.7,
    ),
)

"""What changes in how a title is drawn while it stands. They are made to be animated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Node, Rolled, Typed
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting


def _typewriter(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Typed(shown=values["shown"]),) if values["shown"] != 1 else ()


def _roll(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Rolled(way=values["way"]),)


TEXT = (
    EffectSpec(
        "typewriter",
        "video",
        "Writes a title letter by letter, in the order in which it is read.",
        (Parameter("shown", "How much of the text is written.", 1.0, minimum=0, maximum=1),),
        _typewriter,
        group="text",
        example={"shown": 0.5},
        cost=6.0,
        titles=True,
    ),
    EffectSpec(
        "roll",
        "video",
        "Rolls a title, however long, from below the picture to above it, as credits do.",
        (
            Parameter(
                "way", "How far it has come: 0 is just below the picture, 1 just above it.", 0.5, minimum=0, maximum=1
            ),
        ),
        _roll,
        group="text",
        cost=3.0,
        titles=True,
    ),
)

"""Looks: chains of other effects under one name, as data.

`amount` goes from the untouched picture to all of the look. It is no blend of two pictures: it is handed to every
effect of the chain that has an `amount` or a `strength` of its own, and scales all numbers of the others from where
they change nothing, so half of a look is a weaker grade, at no more than its cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.catalogue.colour import COLOUR
from cutroom.effects.catalogue.detail import DETAIL
from cutroom.effects.catalogue.style import STYLE
from cutroom.effects.catalogue.tint import TINT
from cutroom.effects.catalogue.tone import TONE
from cutroom.effects.nodes import Node
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Part, Setting

_SPECS = {spec.effect: spec for spec in (*COLOUR, *DETAIL, *STYLE, *TINT, *TONE)}


def look(effect: str, description: str, *chain: Part) -> EffectSpec:
    """An effect that is a chain of others.

    Args:
        effect: its name.
        description: one sentence.
        chain: effects in order, each with those of its values that are not its defaults.

    Example:
        >>> look("warm", "Warmer.", ("temperature", {"value": 0.4}))
        warm (video effect, pointwise)
        Warmer.
          amount: 0 … 1 = 1.0  0 changes nothing, 1 is all of it.
          is: temperature(value=0.4)
    """
    parts = [(_SPECS[name], _SPECS[name].values(given)) for name, given in chain]

    def build(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
        amount = values["amount"]
        return tuple(
            node for spec, full in parts for node in (spec.build(_some(spec, full, amount), setting) if amount else ())
        )

    return EffectSpec(
        effect,
        "video",
        description,
        (Parameter("amount", "0 changes nothing, 1 is all of it.", 1.0, minimum=0, maximum=1),),
        build,
        group="look",
        clocked=any(spec.clocked for spec, _ in parts),
        cost=_COSTS.get(effect, 0.0),
        chain=chain,
    )


def _some(spec: EffectSpec, full: Mapping[str, Any], amount: float) -> dict[str, Any]:
    """The values of a part of a look."""
    for key in ("amount", "strength"):
        if key in full:
            return {**full, key: full[key] * amount}
    numbers = {p.key: p.default for p in spec.parameters if p.kind == "float"}
    return {
        key: numbers[key] + amount * (value - numbers[key]) if key in numbers else value for key, value in full.items()
    }


_COSTS = {
    "vintage": 9.6,
    "noir": 11.6,
    "cyberpunk": 9.3,
    "dreamy": 9.3,
    "infrared": 11.5,
    "matrix": 9.5,
    "arctic": 9.5,
    "sunset": 17.5,
    "lomo": 9.7,
    "twilight": 8.9,
    "neon": 9.5,
}

LOOKS = (
    look(
        "vintage",
        "A faded print: warm, with milky blacks and yellowed whites.",
        ("saturation", {"value": 0.7}),
        ("temperature", {"value": 0.35}),
        ("curves", {"master": "0,0.07 0.25,0.27 0.75,0.78 1,0.95", "blue": "0,0.08 0.5,0.47 1,0.86"}),
        ("vignette", {"amount": 0.4}),
        ("film_grain", {"amount": 0.05}),
    ),
    look(
        "noir",
        "Black and white with hard light, as through an orange filter.",
        ("grayscale", {"red": 0.45, "green": 0.5, "blue": 0.05}),
        ("curves", {"master": "0,0 0.2,0.08 0.5,0.48 0.8,0.93 1,1"}),
        ("vignette", {"amount": 0.7}),
        ("film_grain", {"amount": 0.06}),
    ),
    look(
        "cyberpunk",
        "Cyan lights over magenta shadows.",
        ("saturation", {"value": 1.25}),
        (
            "color_balance",
            {
                "shadows_red": 0.25,
                "shadows_green": -0.2,
                "shadows_blue": 0.5,
                "midtones_red": 0.1,
                "midtones_green": -0.25,
                "midtones_blue": 0.35,
                "highlights_red": -0.35,
                "highlights_green": 0.1,
                "highlights_blue": 0.2,
            },
        ),
        ("curves", {"master": "0,0 0.25,0.18 0.75,0.82 1,1"}),
        ("glow", {"threshold": 0.65, "radius": 0.025, "strength": 0.5}),
    ),
    look(
        "dreamy",
        "Light and pale, with open shadows and a touch of rose.",
        ("saturation", {"value": 0.85}),
        ("temperature", {"value": 0.1, "tint": 0.3}),
        ("shadows_highlights", {"shadows": 0.5, "highlights": 0.3}),
        ("gamma", {"value": 1.15}),
        ("glow", {"threshold": 0.4, "radius": 0.035, "strength": 0.5}),
    ),
    look(
        "infrared",
        "Black-and-white film that sees infrared: bright leaves, dark skies.",
        ("grayscale", {"red": 0.4, "green": 1.5, "blue": -0.9}),
        ("curves", {"master": "0,0.02 0.3,0.28 0.7,0.82 1,1"}),
        ("glow", {"threshold": 0.65, "radius": 0.02, "strength": 0.6}),
        ("film_grain", {"amount": 0.06}),
    ),
    look(
        "matrix",
        "The green of old monitors.",
        ("saturation", {"value": 0.45}),
        (
            "color_balance",
            {
                "shadows_green": 0.12,
                "midtones_red": -0.35,
                "midtones_green": 0.4,
                "midtones_blue": -0.35,
                "highlights_red": -0.25,
                "highlights_blue": -0.3,
            },
        ),
        ("curves", {"master": "0,0 0.25,0.16 0.75,0.8 1,1"}),
    ),
    look(
        "arctic",
        "Cold, pale and bright.",
        ("saturation", {"value": 0.65}),
        ("temperature", {"value": -0.8}),
        ("exposure", {"stops": 0.25}),
        ("color_balance", {"shadows_blue": 0.15, "highlights_red": -0.1, "highlights_blue": 0.1}),
    ),
    look(
        "sunset",
        "Low golden light over violet shadows.",
        ("temperature", {"value": 0.8, "tint": 0.25}),
        ("color_balance", {"shadows_red": 0.1, "shadows_blue": 0.3, "highlights_red": 0.2, "highlights_blue": -0.3}),
        ("vibrance", {"value": 0.4}),
        ("vignette", {"amount": 0.35}),
    ),
    look(
        "lomo",
        "Toy camera: hard, strong and cross-processed.",
        ("saturation", {"value": 1.35}),
        (
            "curves",
            {
                "master": "0,0 0.25,0.15 0.75,0.87 1,1",
                "red": "0,0 0.25,0.2 0.75,0.82 1,1",
                "blue": "0,0.12 1,0.85",
            },
        ),
        ("vignette", {"amount": 0.75, "radius": 0.3}),
        ("film_grain", {"amount": 0.04}),
    ),
    look(
        "twilight",
        "The blue hour, with a last warm light.",
        ("exposure", {"stops": -0.7}),
        ("temperature", {"value": -0.5, "tint": 0.3}),
        ("color_balance", {"shadows_blue": 0.35, "highlights_red": 0.35, "highlights_blue": -0.15}),
    ),
    look(
        "neon",
        "Glaring colours out of deep black.",
        ("saturation", {"value": 1.7}),
        ("levels", {"in_black": 0.08, "in_white": 0.94}),
        ("color_balance", {"shadows_blue": 0.2, "midtones_red": 0.15, "midtones_blue": 0.2}),
        ("glow", {"threshold": 0.45, "radius": 0.02, "strength": 0.9}),
    ),
)

"""Lenses, film and drawing. Lengths are fractions of the canvas, so that a smaller preview looks the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Edges, Flare, Fringe, Grain, Lens, Node, Vignette
from cutroom.effects.parameter import HEIGHTS, WIDTHS, Parameter
from cutroom.effects.registry import EffectSpec, Setting

_SHARE = "share of the way from black to white"


def _vignette(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Vignette(**values),) if values["amount"] else ()


def _film_grain(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if not values["amount"]:
        return ()
    return (Grain(amount=values["amount"], grain=values["grain"], seed=values["seed"], first=setting.first),)


def _chromatic_aberration(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Fringe(amount=values["amount"]),) if values["amount"] else ()


def _lens_flare(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    given = dict(values)
    return (Flare(flare=given.pop("radius"), **given),) if values["strength"] else ()


def _edge(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Edges(**values),)


def _lens_correction(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Lens(**values),) if values["k1"] or values["k2"] else ()


STYLE = (
    EffectSpec(
        "vignette",
        "video",
        "Darkens the layer towards its corners.",
        (
            Parameter("amount", "How dark the corners are; 1 is black.", 0.6, minimum=0, maximum=1),
            Parameter("radius", "Where it begins; 0 is the middle, 1 the corners.", 0.35, minimum=0, maximum=1),
            Parameter("softness", "How far on it is fully dark.", 0.65, minimum=0, maximum=1),
        ),
        _vignette,
        group="style",
        cost=2,
    ),
    EffectSpec(
        "film_grain",
        "video",
        "Adds the grain of film, strongest in the darker middle tones; another one in each frame.",
        (
            Parameter("amount", "Standard deviation.", 0.08, minimum=0, maximum=0.5, unit=_SHARE),
            Parameter("grain", "How large a grain is.", 0.001, minimum=0.0007, maximum=0.02, unit=HEIGHTS),
            Parameter("seed", "Another number is another film.", 0, "int", minimum=0, maximum=65535),
        ),
        _film_grain,
        group="style",
        clocked=True,
        cost=3.4,
    ),
    EffectSpec(
        "chromatic_aberration",
        "video",
        "Shows red a little larger and blue a little smaller, as simple lenses do.",
        (
            Parameter(
                "amount",
                "How far red moves outwards at the corners; below 0: blue.",
                0.004,
                minimum=-0.1,
                maximum=0.1,
                unit=HEIGHTS,
            ),
        ),
        _chromatic_aberration,
        group="style",
        example={"amount": 0.02},
        cost=20,
    ),
    EffectSpec(
        "lens_flare",
        "video",
        "Adds the light of a lamp in front of the lens; it falls on the layer only.",
        (
            Parameter("position_x", "To the right of the canvas's centre.", -0.25, minimum=-2, maximum=2, unit=WIDTHS),
            Parameter("position_y", "Below the canvas's centre.", -0.25, minimum=-2, maximum=2, unit=HEIGHTS),
            Parameter("strength", "How bright.", 1.0, minimum=0, maximum=4),
            Parameter("radius", "Of the ring about the lamp.", 0.4, minimum=0.01, maximum=2, unit=HEIGHTS),
            Parameter("colour", "Of all but the white core.", "#ffb45a", "colour"),
        ),
        _lens_flare,
        group="style",
        cost=4.8,
    ),
    EffectSpec(
        "edge",
        "video",
        "Draws lines where the lightness changes: on black (wires) or on the picture (outline).",
        (
            Parameter("mode", "On what.", "wires", "choice", choices=("wires", "outline")),
            Parameter("threshold", "Smallest step that is drawn.", 0.08, minimum=0.005, maximum=1, unit=_SHARE),
            Parameter("radius", "How fine the lines are.", 0.002, minimum=0.0003, maximum=0.05, unit=HEIGHTS),
            Parameter("colour", "Of the lines.", "#ffffff", "colour"),
        ),
        _edge,
        group="style",
        cost=14,
    ),
    EffectSpec(
        "lens_correction",
        "video",
        "Bends lines straight that a wide lens has bent (k1 below 0), or the other way; clear beyond the picture.",
        (
            Parameter("k1", "Of the square of the distance from the middle.", 0.0, minimum=-1, maximum=1),
            Parameter("k2", "Of its fourth power.", 0.0, minimum=-1, maximum=1),
        ),
        _lens_correction,
        group="style",
        example={"k1": -0.2},
        cost=8.1,
    ),
)

"""Where sound stands and what is around it: pan, width, delay, chorus, reverb."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cutroom.effects.nodes import Chorus, Echo, Node, Pan, Reverb, Width
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import REMEMBERS, EffectSpec, Setting
from cutroom.schema.curve import Curve, Keyframe


def _still(value: float) -> Curve:
    return (Keyframe(time=Fraction(0), value=value),)


def _pan(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Pan(pan=_still(values["pan"]), law=values["law"]),) if values["pan"] else ()


def _panning(values: Mapping[str, Any], curves: Mapping[str, Curve]) -> tuple[Node, ...]:
    return (Pan(pan=curves["pan"], law=values["law"]),)


def _width(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Width(width=_still(values["width"])),) if values["width"] != 1 else ()


def _widening(values: Mapping[str, Any], curves: Mapping[str, Curve]) -> tuple[Node, ...]:
    return (Width(width=curves["width"]),)


def _delay(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if not values["mix"]:
        return ()
    return (Echo(time=values["time"] / 1000, feedback=values["feedback"], mix=values["mix"]),)


def _reverb(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if not values["mix"]:
        return ()
    predelay = values["predelay"] / 1000
    return (Reverb(decay=values["decay"], predelay=predelay, damping=values["damping"], mix=values["mix"]),)


def _chorus(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if not values["mix"]:
        return ()
    delay, depth = values["delay"] / 1000, values["depth"] / 1000
    return (Chorus(delay=delay, depth=depth, speed=values["speed"], mix=values["mix"]),)


def _part(key: str, default: float, what: str, high: float = 1) -> Parameter:
    return Parameter(key, what, default, minimum=0, maximum=high, animatable=False)


def _time(key: str, default: float, what: str, low: float, high: float) -> Parameter:
    return Parameter(key, what, default, minimum=low, maximum=high, unit="ms", animatable=False)


SPACE = (
    EffectSpec(
        "pan",
        "audio",
        "Turns stereo to the left or to the right.",
        (
            Parameter("pan", "-1 is left, 1 is right.", 0.0, minimum=-1, maximum=1),
            Parameter(
                "law",
                "balance takes the far side away, as a track's pan does; equal_power keeps the power of both together, "
                "so that the near side gets up to 3 dB louder.",
                "balance",
                kind="choice",
                choices=("balance", "equal_power"),
            ),
        ),
        _pan,
        swell=_panning,
        group="space",
        cost=0.6,
        example={"pan": -0.8},
    ),
    EffectSpec(
        "stereo_width",
        "audio",
        "Narrower or wider: what differs between left and right gets softer or louder.",
        (Parameter("width", "0 is mono, 1 as it is.", 1.0, minimum=0, maximum=2),),
        _width,
        swell=_widening,
        group="space",
        cost=0.6,
        example={"width": 2},
    ),
    EffectSpec(
        "delay",
        "audio",
        "Repeats it, softer each time.",
        (
            _time("time", 300.0, "From one repeat to the next.", 1, 5000),
            _part("feedback", 0.5, "How loud each repeat is, against the one before.", 0.95),
            _part("mix", 0.5, "How loud the first repeat is."),
        ),
        _delay,
        memory=REMEMBERS,
        group="space",
        cost=0.4,
    ),
    EffectSpec(
        "chorus",
        "audio",
        "Two voices more, slightly late and out of tune.",
        (
            _time("delay", 30.0, "How late the first voice is; the second comes 1.3 times as late.", 20, 75),
            _time("depth", 2.0, "By how much that changes.", 0, 10),
            Parameter("speed", "How often.", 0.5, minimum=0.1, maximum=5, unit="Hz", animatable=False),
            _part("mix", 0.7, "How loud both voices together are, against the first."),
        ),
        _chorus,
        memory=REMEMBERS,
        group="space",
        cost=1.5,
    ),
    EffectSpec(
        "reverb",
        "audio",
        "The sound of a hall around it; it ends with the clip.",
        (
            Parameter(
                "decay", "Until it is 60 dB softer.", 1.5, minimum=0.1, maximum=10, unit="seconds", animatable=False
            ),
            _time("predelay", 20.0, "Until the hall answers.", 0, 500),
            _part("damping", 0.5, "How much sooner what lies above 2 kHz dies away.", 0.9),
            _part("mix", 0.3, "How much of it is the hall."),
        ),
        _reverb,
        memory=REMEMBERS,
        group="space",
        cost=2.9,
    ),
)

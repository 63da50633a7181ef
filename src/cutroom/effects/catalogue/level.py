"""Loudness over time: gain and fades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Gain, Node, Ramp, Swell
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting
from cutroom.schema.curve import Curve


def _gain(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Gain(db=values["db"]),) if values["db"] else ()


def _swell(values: Mapping[str, Any], curves: Mapping[str, Curve]) -> tuple[Node, ...]:
    return (Swell(db=curves["db"], low=_DB.minimum, high=_DB.maximum),)


def _samples(values: Mapping[str, Any], setting: Setting) -> int:
    return min(round(float(values["duration"]) * setting.sample_rate), setting.samples)


def _fade_in(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    count = _samples(values, setting)
    return (Ramp(rising=True, curve="linear", start=0, samples=count),) if count else ()


def _fade_out(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    count = _samples(values, setting)
    return (Ramp(rising=False, curve="linear", start=setting.samples - count, samples=count),) if count else ()


def _duration(what: str) -> tuple[Parameter, ...]:
    return (Parameter("duration", what, 1.0, minimum=0, maximum=3600, unit="seconds", animatable=False),)


_DB = Parameter("db", "6.02 doubles the amplitude, -6.02 halves it.", 0.0, minimum=-96, maximum=48, unit="dB")

LEVEL = (
    EffectSpec(
        "gain",
        "audio",
        "Louder or softer.",
        (_DB,),
        _gain,
        swell=_swell,
        group="level",
        cost=0.6,
        example={"db": -12},
    ),
    EffectSpec(
        "fade_in",
        "audio",
        "The amplitude rises in a straight line from silence at the clip's start.",
        _duration("How long; at most the clip."),
        _fade_in,
        group="level",
        cost=0.6,
    ),
    EffectSpec(
        "fade_out",
        "audio",
        "The amplitude falls in a straight line to silence at the clip's end.",
        _duration("How long; at most the clip."),
        _fade_out,
        group="level",
        cost=0.6,
    ),
)

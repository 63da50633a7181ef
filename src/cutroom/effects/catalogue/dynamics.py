"""Loudness that follows loudness: compressor, limiter, gate, expander, ducking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Duck, Limit, Node, SoundFilter
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import REMEMBERS, EffectSpec, Setting


def _amplitude(db: float) -> float:
    return float(10 ** (db / 20))


def _compressor(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    args = {
        "threshold": _amplitude(values["threshold"]),
        "ratio": values["ratio"],
        "attack": values["attack"],
        "release": values["release"],
        "makeup": _amplitude(values["makeup"]),
        "knee": _amplitude(values["knee"]),
        "detection": "rms",
    }
    return (SoundFilter(filter="acompressor", args=args),)


def _limiter(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    attack, release = values["attack"] / 1000, values["release"] / 1000
    return (Limit(ceiling=values["ceiling"], attack=attack, release=release),)


def _downward(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    args = {
        "threshold": _amplitude(values["threshold"]),
        "ratio": 1 + (values.get("ratio", _GATE_RATIO) - 1) / 2,  # agate works it out of powers, which doubles it
        "attack": values["attack"],
        "release": values["release"],
        "range": _amplitude(-values["range"]),
        "knee": _GATE_KNEE,
        "detection": "rms",
    }
    return (SoundFilter(filter="agate", args=args),)


def _ducking(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    node = Duck(
        side=values["track"],
        threshold=values["threshold"],
        ratio=values["ratio"],
        range=values["range"],
        attack=values["attack"] / 1000,
        release=values["release"] / 1000,
    )
    return (node,)


_GATE_RATIO = 9000.0
_GATE_KNEE = 1.0


def _level(default: float, what: str, lowest: float = -60) -> Parameter:
    return Parameter("threshold", what, default, minimum=lowest, maximum=0, unit="dB", animatable=False)


def _time(key: str, default: float, what: str, low: float, high: float) -> Parameter:
    return Parameter(key, what, default, minimum=low, maximum=high, unit="ms", animatable=False)


def _ratio(default: float, what: str) -> Parameter:
    return Parameter("ratio", what, default, minimum=1, maximum=20, animatable=False)


def _range(default: float, what: str, high: float = 90) -> Parameter:
    return Parameter("range", what, default, minimum=1, maximum=high, unit="dB", animatable=False)


DYNAMICS = (
    EffectSpec(
        "compressor",
        "audio",
        "What is louder than a threshold gets softer: so many dB above it become one.",
        (
            _level(-20.0, "Above it sound is pressed down; of the root mean square."),
            _ratio(4.0, "dB that become one."),
            _time("attack", 5.0, "How fast it presses.", 0.01, 2000),
            _time("release", 50.0, "How fast it lets go.", 0.01, 9000),
            Parameter("makeup", "Louder afterwards.", 0.0, minimum=0, maximum=36, unit="dB", animatable=False),
            Parameter("knee", "How softly it sets in.", 6.0, minimum=0, maximum=18, unit="dB", animatable=False),
        ),
        _compressor,
        memory=REMEMBERS,
        group="dynamics",
        cost=1.5,
    ),
    EffectSpec(
        "limiter",
        "audio",
        "No true peak is louder than a ceiling; what is softer stays as it is.",
        (
            Parameter("ceiling", "The loudest peak.", -1.0, minimum=-24, maximum=0, unit="dBTP", animatable=False),
            _time("attack", 5.0, "How long before a peak it begins to turn down.", 0.1, 100),
            _time("release", 100.0, "How fast it lets go.", 1, 5000),
        ),
        _limiter,
        memory=REMEMBERS,
        group="dynamics",
        cost=4.6,
        example={"ceiling": -12},
    ),
    EffectSpec(
        "gate",
        "audio",
        "What is softer than a threshold falls silent.",
        (
            _level(-40.0, "Below it the gate shuts; of the root mean square.", -80),
            _range(60.0, "How much softer it gets."),
            _time("attack", 5.0, "How fast it opens.", 0.01, 2000),
            _time("release", 100.0, "How fast it shuts.", 0.01, 9000),
        ),
        _downward,
        memory=REMEMBERS,
        group="dynamics",
        cost=0.7,
    ),
    EffectSpec(
        "expander",
        "audio",
        "What is softer than a threshold gets softer still: one dB below it becomes so many.",
        (
            _level(-40.0, "Below it sound is pulled down; of the root mean square.", -80),
            _ratio(2.0, "dB that one becomes."),
            _range(24.0, "How much softer it gets at most."),
            _time("attack", 5.0, "How fast it comes back.", 0.01, 2000),
            _time("release", 100.0, "How fast it falls.", 0.01, 9000),
        ),
        _downward,
        memory=REMEMBERS,
        group="dynamics",
        cost=0.7,
    ),
    EffectSpec(
        "ducking",
        "audio",
        "Softer while another track is heard: what that has above a threshold is taken away here, but for 1 / ratio.",
        (
            Parameter(
                "track",
                "The other track, by id or title; as it is heard, with its effects.",
                "",
                kind="text",
                required=True,
            ),
            _level(-30.0, "Level of the other track from which on it counts, measured in steps of 10 ms.", -80),
            _ratio(4.0, "Of what the other track has above the threshold, 1 - 1 / ratio is taken away here."),
            _range(12.0, "How much softer it gets at most."),
            _time("attack", 100.0, "It has fallen by the range in this time, when the other sound begins.", 1, 5000),
            _time("release", 500.0, "It has risen by the range in this time, after the other sound.", 1, 10_000),
        ),
        _ducking,
        group="dynamics",
        cost=2.0,
        example={"track": "A1"},
    ),
)

"""What sound is made of: equalizer, filters, distortion, denoise, pitch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.nodes import Gain, Node, Shift, SoundFilter
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import REMEMBERS, EffectSpec, Setting

_HIGHEST = 0.49
"""Part of the sample rate that is the highest frequency of a filter."""
_BANDS = (("low", 100.0), ("mid", 1000.0), ("high", 10_000.0))
_PRECISE = "f64"


def _equalizer(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    bands = ((values[f"{band}_frequency"], values[band]) for band, _ in _BANDS)
    return tuple(
        _filter("equalizer", frequency=frequency, width_type="q", width=values["q"], gain=gain)
        for frequency, gain in bands
        if gain and frequency < _HIGHEST * setting.sample_rate
    )


def _highpass(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    frequency = min(values["frequency"], _HIGHEST * setting.sample_rate)
    return (_filter("highpass", frequency=frequency, poles=values["poles"], width_type="q", width=_FLAT),)


def _lowpass(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if values["frequency"] >= _HIGHEST * setting.sample_rate:
        return ()
    return (_filter("lowpass", frequency=values["frequency"], poles=values["poles"], width_type="q", width=_FLAT),)


def _bandpass(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    frequency = min(values["frequency"], _HIGHEST * setting.sample_rate)
    return (_filter("bandpass", frequency=frequency, width_type="q", width=values["q"]),)


def _filter(name: str, **args: float | str) -> SoundFilter:
    return SoundFilter(filter=name, args={**args, "precision": _PRECISE})


def _distortion(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    clip = SoundFilter(filter="asoftclip", args={"type": values["curve"]})
    gains = (
        Gain(db=values["drive"]) if values["drive"] else None,
        Gain(db=values["level"]) if values["level"] else None,
    )
    return tuple(node for node in (gains[0], clip, gains[1]) if node is not None)


def _denoise(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    args = {"noise_reduction": values["reduction"], "noise_floor": values["floor"]}
    return (SoundFilter(filter="afftdn", args=args),) if values["reduction"] else ()


def _pitch(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Shift(factor=2 ** (values["semitones"] / 12)),) if values["semitones"] else ()


_FLAT = 0.5**0.5
"""Q of a filter without a hump (Butterworth)."""


def _hertz(key: str, default: float, what: str) -> Parameter:
    return Parameter(key, what, default, minimum=10, maximum=24_000, unit="Hz", animatable=False)


def _poles() -> Parameter:
    return Parameter("poles", "6 dB an octave each.", 2, kind="int", minimum=1, maximum=2)


def _band(band: str) -> Parameter:
    what = {"low": "bass", "mid": "middle", "high": "treble"}[band]
    return Parameter(band, f"Louder or softer {what}.", 0.0, minimum=-40, maximum=40, unit="dB", animatable=False)


TIMBRE = (
    EffectSpec(
        "equalizer",
        "audio",
        "Three bells: louder or softer around three frequencies.",
        (
            *(_band(band) for band, _ in _BANDS),
            *(_hertz(f"{band}_frequency", at, f"Middle of the {band} bell.") for band, at in _BANDS),
            Parameter("q", "How narrow: middle by width.", 1.0, minimum=0.1, maximum=20, animatable=False),
        ),
        _equalizer,
        memory=REMEMBERS,
        group="tone",
        cost=1.0,
        example={"low": 6, "mid": -6, "high": 6},
    ),
    EffectSpec(
        "highpass",
        "audio",
        "Takes away what is lower than a frequency.",
        (_hertz("frequency", 200.0, "Here it is 3 dB softer."), _poles()),
        _highpass,
        memory=REMEMBERS,
        group="tone",
        cost=0.6,
    ),
    EffectSpec(
        "lowpass",
        "audio",
        "Takes away what is higher than a frequency.",
        (_hertz("frequency", 3000.0, "Here it is 3 dB softer."), _poles()),
        _lowpass,
        memory=REMEMBERS,
        group="tone",
        cost=0.6,
    ),
    EffectSpec(
        "bandpass",
        "audio",
        "Leaves only what is near a frequency.",
        (
            _hertz("frequency", 1000.0, "The middle, which stays as loud as it is."),
            Parameter("q", "How narrow: middle by width at -3 dB.", 1.0, minimum=0.1, maximum=50, animatable=False),
        ),
        _bandpass,
        memory=REMEMBERS,
        group="tone",
        cost=0.6,
    ),
    EffectSpec(
        "distortion",
        "audio",
        "Driven against a soft limit, which makes overtones.",
        (
            Parameter("drive", "Louder before the limit.", 18.0, minimum=0, maximum=48, unit="dB", animatable=False),
            Parameter("level", "Softer behind it.", -6.0, minimum=-40, maximum=0, unit="dB", animatable=False),
            Parameter(
                "curve", "Shape of the limit.", "tanh", kind="choice", choices=("hard", "tanh", "atan", "cubic", "exp")
            ),
        ),
        _distortion,
        memory=REMEMBERS,
        group="tone",
        cost=1.7,
    ),
    EffectSpec(
        "denoise",
        "audio",
        "Takes away steady noise, frequency by frequency.",
        (
            Parameter("reduction", "How much softer.", 12.0, minimum=0.01, maximum=97, unit="dB", animatable=False),
            Parameter("floor", "Level of the noise.", -50.0, minimum=-80, maximum=-20, unit="dB", animatable=False),
        ),
        _denoise,
        memory=REMEMBERS,
        group="tone",
        cost=5.2,
    ),
    EffectSpec(
        "pitch",
        "audio",
        "Higher or lower at the same tempo; onsets keep their places to the sample.",
        (
            Parameter(
                "semitones", "12 are an octave.", 0.0, minimum=-24, maximum=24, unit="semitones", animatable=False
            ),
        ),
        _pitch,
        memory=REMEMBERS,
        group="tone",
        cost=18.0,
        example={"semitones": 5},
    ),
)

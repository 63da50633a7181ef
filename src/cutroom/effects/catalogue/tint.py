"""Effects on hues: turned, warmed, strengthened, taken away, replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutroom.effects.catalogue.tone import DISPLAY
from cutroom.effects.nodes import Affine, Levels, Matrix, Node, Vibrance
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting

Triple = tuple[float, float, float]
LUMA: Triple = (0.2126, 0.7152, 0.0722)
"""Shares of red, green and blue in how light something is (ITU-R BT.709)."""
_SEPIA = ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131))
_TO_RGB = ((3.2404542, -1.5371385, -0.4985314), (-0.969266, 1.8760108, 0.041556), (0.0556434, -0.2040259, 1.0572252))
"""From CIE XYZ to the light of BT.709's red, green and blue."""
_NEUTRAL_MIREDS = 1e6 / 6500


def _hue(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    degrees = values["degrees"]
    return (Affine(turn=degrees),) if degrees % 360 else ()


def _white(mireds: float) -> Triple:
    """Light of red, green and blue of a glowing body of `1e6 / mireds` kelvin (Kim et al., US patent 7,024,034)."""
    t = mireds / 1e3  # 1000 K / temperature
    if t > 0.25:
        x = ((-0.2661239 * t - 0.2343589) * t + 0.8776956) * t + 0.179910
        y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
    else:
        x = ((-3.0258469 * t + 2.1070379) * t + 0.2226347) * t + 0.240390
        y = ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483
    xyz = (x / y, 1.0, (1 - x - y) / y)
    red, green, blue = (sum(a * b for a, b in zip(row, xyz, strict=True)) for row in _TO_RGB)
    return red, green, blue


def _temperature(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if not any(values.values()):
        return ()
    white = zip(_white(_NEUTRAL_MIREDS + 100 * values["value"]), _white(_NEUTRAL_MIREDS), strict=True)
    red, green, blue = (new / old for new, old in white)
    green *= 2 ** (-values["tint"] / 2)
    light = sum(share * gain for share, gain in zip(LUMA, (red, green, blue), strict=True))
    a, b, c = ((light / gain) ** (1 / DISPLAY) for gain in (red, green, blue))
    return (Levels(in_white=(a, b, c)),)


def _vibrance(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Vibrance(intensity=values["value"]),) if values["value"] else ()


def _mixed(rows: tuple[Triple, Triple, Triple], offset: Triple, amount: float) -> Matrix:
    """A matrix of which only a part is done."""
    some = [
        tuple(amount * share + (1 - amount) * (i == j) for j, share in enumerate(row)) for i, row in enumerate(rows)
    ]
    return Matrix.model_validate({"rows": some, "offset": [amount * part for part in offset]})


def _grayscale(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    amount, row = values["amount"], (values["red"], values["green"], values["blue"])
    if not amount:
        return ()
    return (Affine(chroma=1 - amount) if row == LUMA else _mixed((row, row, row), (0.0, 0.0, 0.0), amount),)


def _sepia(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (_mixed(_SEPIA, (0.0, 0.0, 0.0), values["amount"]),) if values["amount"] else ()


def _invert(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    amount = values["amount"]
    return (Affine(gain=1 - 2 * amount, offset=amount, chroma=1 - 2 * amount),) if amount else ()


def _rgb(colour: str) -> Triple:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _duotone(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    dark, light = _rgb(values["shadows"]), _rgb(values["highlights"])
    rows = [tuple((high - low) * share for share in LUMA) for low, high in zip(dark, light, strict=True)]
    return (_mixed((rows[0], rows[1], rows[2]), dark, values["amount"]),) if values["amount"] else ()  # type: ignore[arg-type]  # three of three


def _amount(default: float = 1.0) -> Parameter:
    return Parameter("amount", "0 changes nothing, 1 is all of it.", default, minimum=0, maximum=1)


def _share(channel: str, default: float) -> Parameter:
    return Parameter(channel, f"How light {channel} becomes.", default, minimum=-2, maximum=3)


TINT = (
    EffectSpec(
        "hue",
        "video",
        "Turns all hues, at the same lightness.",
        (Parameter("degrees", "Red goes over green to blue, and at 360 back.", 0.0, minimum=-360, maximum=360),),
        _hue,
        group="colour",
        cost=0.2,
        example={"degrees": 90.0},
    ),
    EffectSpec(
        "temperature",
        "video",
        "Warms or cools, as if under another light; a grey stays as light as it was.",
        (
            Parameter(
                "value",
                "Above 0 is warmer; 1 goes from daylight of 6500 K to a lamp of 3940 K (100 mireds), -1 to 18,600 K.",
                0.0,
                minimum=-1,
                maximum=1,
            ),
            Parameter(
                "tint", "Above 0 is more magenta, below more green; 1 is half a stop.", 0.0, minimum=-1, maximum=1
            ),
        ),
        _temperature,
        group="colour",
        cost=8.3,
        example={"value": 0.6},
    ),
    EffectSpec(
        "vibrance",
        "video",
        "Makes weak colours stronger, and strong ones less so.",
        (Parameter("value", "Below 0 weakens, weak colours most; -1 leaves strong ones.", 0.0, minimum=-1, maximum=2),),
        _vibrance,
        group="colour",
        cost=14.9,
        example={"value": 1.0},
    ),
    EffectSpec(
        "grayscale",
        "video",
        "Takes colours away; how light each becomes is a choice, as with a filter before a black-and-white film.",
        (_amount(), *(_share(channel, part) for channel, part in zip(("red", "green", "blue"), LUMA, strict=True))),
        _grayscale,
        group="colour",
        cost=0.3,
    ),
    EffectSpec("sepia", "video", "Browns, as an old print.", (_amount(),), _sepia, group="colour", cost=12.9),
    EffectSpec("invert", "video", "A negative.", (_amount(),), _invert, group="colour", cost=0.8),
    EffectSpec(
        "duotone",
        "video",
        "Two colours: one for black, one for white, and what lies between.",
        (
            Parameter("shadows", "What black becomes.", "#1b2a6b", kind="colour"),
            Parameter("highlights", "What white becomes.", "#ffd9a0", kind="colour"),
            _amount(),
        ),
        _duotone,
        group="colour",
        cost=13.7,
    ),
)

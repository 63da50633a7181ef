"""Effects on how light and dark lie: the same function of one number for red, green and blue, or one for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cutroom.effects.nodes import Balance, Levels, Node, Point, Spline, Zones
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Setting
from cutroom.errors import ValidationError

DISPLAY = 2.4
"""What a display makes of R'G'B': light is its power (ITU-R BT.1886)."""
MOST_POINTS = 64
_POINT = re.compile(r"([^\s,]+)\s*,\s*([^\s,]+)")
_CHANNELS = ("master", "red", "green", "blue")


def _gamma(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    value = values["value"]
    return () if value == 1 else (Levels(gamma=(value, value, value)),)


def _exposure(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    white = 2 ** (-values["stops"] / DISPLAY)
    return () if white == 1 else (Levels(in_white=(white, white, white)),)


_LEVELS = (
    Parameter("in_black", "What becomes `out_black`.", 0.0, minimum=0, maximum=1),
    Parameter("in_white", "What becomes `out_white`; above `in_black`.", 1.0, minimum=0, maximum=1),
    Parameter("gamma", "Above 1 lightens what is between them.", 1.0, minimum=0.1, maximum=10),
    Parameter("out_black", "The darkest that comes out.", 0.0, minimum=0, maximum=1),
    Parameter("out_white", "The lightest that comes out; below `out_black` it inverts.", 1.0, minimum=0, maximum=1),
)


def _levels(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if all(values[p.key] == p.default for p in _LEVELS):
        return ()
    return (Levels.model_validate({key: (value, value, value) for key, value in values.items()}),)


def _require_room(values: Mapping[str, Any]) -> None:
    if values["in_black"] >= values["in_white"]:
        raise ValidationError(
            f"levels: in_black ({values['in_black']:g}) is not below in_white ({values['in_white']:g})",
            value=dict(values),
            hint="to invert, swap out_black and out_white",
        )


def _curves(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    points = {channel: _points(channel, values[channel]) for channel in _CHANNELS}
    if not values["amount"] or not any(points.values()):
        return ()
    return (Spline.model_validate({**points, "amount": values["amount"]}),)


@lru_cache(maxsize=256)
def _points(channel: str, text: str) -> tuple[Point, ...]:
    """The points of a text such as "0,0 0.25,0.2 1,1"; none where it is the line from 0,0 to 1,1."""
    points: list[Point] = []
    for word in re.sub(r"\s*,\s*", ",", text).split():
        found = _POINT.fullmatch(word)
        try:
            x, y = (float(part) for part in found.groups()) if found else (2.0, 2.0)
        except ValueError:
            x, y = 2.0, 2.0
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise _wrong(channel, text, f"{word[:40]!r} is no point: two numbers from 0 to 1 with a comma between them")
        if points and x <= points[-1].x:
            raise _wrong(channel, text, f"{word!r} does not lie to the right of {points[-1].x:g},{points[-1].y:g}")
        points.append(Point(x=x, y=y))
    if len(points) == 1 or len(points) > MOST_POINTS:
        raise _wrong(channel, text, f"a curve has 2 to {MOST_POINTS} points, not {len(points)}")
    straight = [(point.x, point.y) for point in points] == [(0, 0), (1, 1)]
    return () if straight else tuple(points)


def _wrong(channel: str, text: str, what: str) -> ValidationError:
    return ValidationError(
        f"curves: {channel}: {what}",
        value=text,
        hint='give points from left to right, such as "0,0 0.25,0.2 1,1"; "" changes nothing',
    )


def _check_curves(values: Mapping[str, Any]) -> None:
    for channel in _CHANNELS:
        _points(channel, values[channel])


_TRIPLES = [
    (f"{zone}_{channel}", zone, channel) for zone in ("shadows", "midtones", "highlights") for channel in _CHANNELS[1:]
]


def _color_balance(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    if not any(values.values()):
        return ()
    zones = {
        zone: tuple(values[f"{zone}_{channel}"] for channel in _CHANNELS[1:])
        for zone in ("shadows", "midtones", "highlights")
    }
    return (Balance.model_validate(zones),)


def _shadows_highlights(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return (Zones(**values),) if any(values.values()) else ()


TONE = (
    EffectSpec(
        "gamma",
        "video",
        "Lightens or darkens what lies between black and white, which stay.",
        (Parameter("value", "Above 1 is lighter: x becomes x ** (1 / value).", 1.0, minimum=0.1, maximum=10),),
        _gamma,
        group="colour",
        cost=8.9,
        example={"value": 1.6},
    ),
    EffectSpec(
        "exposure",
        "video",
        "Multiplies the light, as a lens would that is opened or closed; what is too light becomes white.",
        (Parameter("stops", "Each doubles the light (of a display by ITU-R BT.1886).", 0.0, minimum=-8, maximum=8),),
        _exposure,
        group="colour",
        cost=8.5,
        example={"stops": 1.0},
    ),
    EffectSpec(
        "levels",
        "video",
        "Spreads what lies between two levels to between two others.",
        _LEVELS,
        _levels,
        together=_require_room,
        group="colour",
        cost=9,
        example={"in_black": 0.1, "in_white": 0.8, "gamma": 1.2},
    ),
    EffectSpec(
        "curves",
        "video",
        "Takes red, green and blue through curves of their own, then all of them through the master.",
        (
            Parameter("master", 'Points of the curve, such as "0,0 0.25,0.2 1,1".', "", kind="text"),
            *(Parameter(channel, f"Points of the curve of {channel}.", "", kind="text") for channel in _CHANNELS[1:]),
            Parameter("amount", "0 changes nothing, 1 is all of it.", 1.0, minimum=0, maximum=1),
        ),
        _curves,
        together=_check_curves,
        group="colour",
        cost=8.5,
        example={"master": "0,0 0.25,0.15 0.75,0.85 1,1", "blue": "0,0.1 1,0.9"},
    ),
    EffectSpec(
        "color_balance",
        "video",
        "Adds to red, green and blue, in the dark, the middle and the light parts of each.",
        tuple(
            Parameter(key, f"More {channel} in the {zone}; below 0: less.", 0.0, minimum=-1, maximum=1)
            for key, zone, channel in _TRIPLES
        ),
        _color_balance,
        group="colour",
        cost=8.6,
        example={"shadows_blue": 0.5, "highlights_red": 0.4, "highlights_blue": -0.4},
    ),
    EffectSpec(
        "shadows_highlights",
        "video",
        "Lightens or darkens the dark and the light parts; black and white stay.",
        (
            Parameter("shadows", "Above 0 lightens the dark parts.", 0.0, minimum=-1, maximum=1),
            Parameter("highlights", "Below 0 darkens the light parts.", 0.0, minimum=-1, maximum=1),
        ),
        _shadows_highlights,
        group="colour",
        cost=8.4,
        example={"shadows": 0.8, "highlights": -0.5},
    ),
)

"""Pictures, levels and titles between Final Cut Pro 7's XML and the effects here.

A picture's scale is a percentage of its own pixels, its centre lies in multiples of its own size from the middle of
the canvas, right and down. A level is a factor of the amplitude: 20 log10 of it are decibels. Rotation is not carried:
the programs that write it do not agree on its direction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement

from cutroom.interchange.fcp7_speed import put_effect, put_parameter
from cutroom.interchange.fcp7_values import decimal, number_of, put, words
from cutroom.schema.base import new_id
from cutroom.schema.clip import TitleStyle
from cutroom.schema.effect import Effect

Size = tuple[int, int]
Lose = Callable[[str, str], None]
"""Note what is lost, and why."""
LOUDEST = 12
"""Decibels above which others stop."""
SILENCE = -96.0
"""Decibels of what is not heard."""
SAME = 1e-6
_ALIGNS = {"1": "left", "2": "center", "3": "right"}


def parameters_of(effect: Element) -> dict[str, Element]:
    """The parameters of an effect, by id or else by name, in small letters."""
    return {(words(one, "parameterid") or words(one, "name")).lower(): one for one in effect.findall("parameter")}


def filters_of(item: Element) -> Iterator[tuple[str, Element, bool]]:
    """The filters of an item: id in small letters, effect, whether it is on."""
    for one in item.findall("filter"):
        effect = one.find("effect")
        if effect is not None:
            name = words(effect, "effectid") or words(effect, "name")
            yield name.lower(), effect, words(one, "enabled").upper() != "FALSE"


def read_looks(
    filters: Iterable[tuple[str, Element, bool]], canvas: Size, size: Size, sound: bool, lose: Lose
) -> Iterator[Effect]:
    """The effects that filters mean.

    Args:
        filters: without speeds.
        canvas: width and height of the sequence.
        size: of the picture, in its own pixels.
        sound: whether it is heard, not seen.
        lose: for what has no effect here.
    """
    moves: dict[str, float] = {}
    for name, effect, on in filters:
        values = _Values(effect, lose)
        if not on:
            lose(f"effect {values.title}", "left out: it is switched off")
        elif name == "basic" and not sound:
            moves |= _placed(values, canvas, size)
        elif name == "opacity" and not sound:
            moves["opacity"] = min(1.0, max(0.0, values.number("opacity", 100) / 100))
        elif name == "audiolevels" and sound:
            level = values.number("level", 1)
            db = round(20 * math.log10(level), 4) if level > 0 else SILENCE
            if abs(db) > SAME:
                yield Effect(id=new_id("e"), effect="gain", parameters={"db": max(SILENCE, min(48.0, db))})
        elif name == "audiopan" and sound and abs(values.number("pan", 0)) < SAME:
            continue
        else:
            lose(f"effect {values.title}", "left out: another program's")
    still = {"scale": 1.0, "position_x": 0.0, "position_y": 0.0, "opacity": 1.0}
    moved = {name: round(value, 6) for name, value in moves.items() if abs(value - still[name]) > SAME}
    if moved:
        yield Effect(id=new_id("e"), effect="transform", parameters=dict(moved))


def _placed(values: _Values, canvas: Size, size: Size) -> dict[str, float]:
    fit = fitting(canvas, size)
    x, y = values.point("center")
    turned, anchor = values.number("rotation", 0), values.point("centeroffset")
    if turned % 360:
        values.lose(f"rotation by {turned:g} degrees", "left out: programs do not agree on its direction")
    if max(map(abs, anchor)) > SAME:
        values.lose("anchor point", "left out: it scales about its centre")
    return {
        "scale": values.number("scale", 100 * fit) / 100 / fit,
        "position_x": x * size[0] / canvas[0],
        "position_y": y * size[1] / canvas[1],
    }


def fitting(canvas: Size, size: Size) -> float:
    """The factor by which a picture's pixels grow to fill the canvas without a crop."""
    return min(canvas[0] / size[0], canvas[1] / size[1])


class _Values:
    """The numbers of an effect; of one that moves, the first."""

    def __init__(self, effect: Element, lose: Lose) -> None:
        self.title = words(effect, "name") or words(effect, "effectid")
        self.lose = lose
        self._parameters = parameters_of(effect)

    def _value(self, name: str) -> Element | None:
        parameter = self._parameters.get(name)
        if parameter is None:
            return None
        keys = parameter.findall("keyframe")
        if len({_flat(key.find("value")) for key in keys}) > 1:
            self.lose(f"keyframes of {self.title} {name}", "left out: its first value holds")
        return keys[0].find("value") if keys else parameter.find("value")

    def number(self, name: str, default: float) -> float:
        """A parameter that is one number."""
        value = self._value(name)
        text = (value.text or "").strip() if value is not None else ""
        return number_of(text, f"{name} of {self.title}") if text else default

    def point(self, name: str) -> tuple[float, float]:
        """A parameter that is a place."""
        value = self._value(name)
        if value is None:
            return 0.0, 0.0
        if value.find("horiz") is None and value.find("vert") is None:
            texts = (value.text or "").split()[:2]
        else:
            texts = [words(value, "horiz"), words(value, "vert")]
        x, y = (number_of(text or "0", f"{name} of {self.title}") for text in (*texts, "0", "0")[:2])
        return x, y


def _flat(value: Element | None) -> str:
    return "" if value is None else "".join(value.itertext()).strip()


def hushed(effects: tuple[Effect, ...], sound: bool) -> tuple[Effect, ...]:
    """The effects of a clip that is switched off: it stays, and is neither seen nor heard."""
    name, parameters = ("gain", {"db": SILENCE}) if sound else ("transform", {"opacity": 0.0})
    known = [one for one in effects if one.effect == name]
    base = known[0] if known else Effect(id=new_id("e"), effect=name)
    others = tuple(one for one in effects if one.effect != name)
    return (*others, base.evolve(parameters={**base.parameters, **parameters}))


def is_hushed(effects: Iterable[Effect], sound: bool) -> bool:
    """Whether a clip is neither seen nor heard, which others call switched off."""
    name, key, least = ("gain", "db", SILENCE) if sound else ("transform", "opacity", 0.0)
    values = [one.parameters.get(key) for one in effects if one.enabled and one.effect == name]
    return any(isinstance(value, int | float) and value <= least for value in values)


def put_looks(item: Element, effects: Iterable[Effect], canvas: Size, size: Size, lose: Lose, *, sound: bool) -> None:
    """Add the filters that say what effects do, and how large a picture is that is not as large as the canvas."""
    fit = 1.0 if sound else fitting(canvas, size)
    moves: dict[str, float] = {}
    db = 0.0
    for effect in effects:
        values = {name: float(v) for name, v in effect.parameters.items() if isinstance(v, int | float)}
        what = f"effect {effect.effect}"
        if not effect.enabled:
            lose(what, "left out: it is switched off")
        elif effect.effect == "gain" and sound:
            db += values.get("db", 0.0)
        elif effect.effect == "transform" and not sound and not moves:
            moves = {"scale": 1.0, **values}
            _unsaid(effect, moves, lose)
        else:
            lose(what, "left out: a clip has one transform at most, and sound none")
    if moves or abs(fit - 1) > SAME:
        made = put_effect(item, "Basic Motion", "basic", "motion", "video")
        put_parameter(made, "scale", "Scale", decimal(moves.get("scale", 1.0) * fit * 100))
        x, y = moves.get("position_x", 0.0), moves.get("position_y", 0.0)
        if x or y:
            _put_point(made, "center", "Center", x * canvas[0] / size[0], y * canvas[1] / size[1])
    if 0 < moves.get("opacity", 1.0) < 1:
        made = put_effect(item, "Opacity", "opacity", "motion", "video")
        put_parameter(made, "opacity", "opacity", decimal(moves["opacity"] * 100))
    if db > SILENCE and db:
        if db > LOUDEST:
            lose(f"gain of {db:g} dB", f"written; some programs stop at {LOUDEST} dB")
        made = put_effect(item, "Audio Levels", "audiolevels", "audiolevels", "audio")
        put_parameter(made, "level", "Level", decimal(10 ** (db / 20)))


def _unsaid(transform: Effect, moves: dict[str, float], lose: Lose) -> None:
    """Tell what a transform does that is not written."""
    if moves.get("rotation", 0) % 360:
        lose("rotation", "left out: programs do not agree on its direction")
    if moves.get("anchor_x") or moves.get("anchor_y"):
        lose("anchor point", "left out: it scales about its centre")
    blend = transform.parameters.get("blend", "normal")
    if blend != "normal":
        lose(f"blend mode {blend}", "left out: it covers what is below")


def _put_point(effect: Element, name: str, title: str, x: float, y: float) -> None:
    value = put_parameter(effect, name, title, "").find("value")
    assert value is not None
    put(value, "horiz", decimal(x))
    put(value, "vert", decimal(y))


def put_title(effect: Element, text: str, style: TitleStyle, canvas: Size) -> None:
    """Add the parameters of a text generator."""
    put_parameter(effect, "str", "Text", text)
    put_parameter(effect, "fontname", "Font", "Helvetica")
    put_parameter(effect, "fontsize", "Size", decimal(style.size * canvas[1]))
    align = next(number for number, name in _ALIGNS.items() if name == style.align)
    put_parameter(effect, "fontalign", "Alignment", align)
    value = put_parameter(effect, "fontcolor", "Font Color", "").find("value")
    assert value is not None
    colour = [int(style.colour[i : i + 2], 16) for i in range(1, len(style.colour), 2)]
    for name, part in zip(("red", "green", "blue", "alpha"), (*colour, 255)[:4], strict=True):
        SubElement(value, name).text = str(part)
    _put_point(effect, "origin", "Origin", *style.position)


def read_title(effect: Element, canvas: Size, lose: Lose) -> tuple[str, TitleStyle]:
    """The text of a generator, and how it looks."""
    values, parameters = _Values(effect, lose), parameters_of(effect)
    text = _flat(parameters["str"].find("value")) if "str" in parameters else ""
    style = TitleStyle()
    size = values.number("fontsize", style.size * canvas[1]) / canvas[1]
    x, y = values.point("origin")
    align = _ALIGNS.get(_flat(parameters["fontalign"].find("value")), "center") if "fontalign" in parameters else ""
    looks = {
        "size": round(min(1.0, max(0.01, size)), 6),
        "position": (round(min(10.0, max(-10.0, x)), 6), round(min(10.0, max(-10.0, y)), 6)),
        "align": align or style.align,
        "colour": _colour(parameters.get("fontcolor")) or style.colour,
    }
    return text.replace("\r\n", "\n").replace("\r", "\n"), style.replace(**looks)


def _colour(parameter: Element | None) -> str | None:
    value = parameter.find("value") if parameter is not None else None
    if value is None or value.find("red") is None:
        return None
    parts = [number_of(words(value, name) or "0", f"{name} of a title") for name in ("red", "green", "blue")]
    alpha = number_of(words(value, "alpha") or "255", "alpha of a title")
    if 1 < alpha < 255:  # of solid colours some write 0, some 1, some 255
        parts.append(alpha)
    return "#" + "".join(f"{round(min(255.0, max(0.0, part))):02x}" for part in parts)

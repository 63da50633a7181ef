"""Speeds in Final Cut Pro 7's XML: a clip's frames and its media's, and the line between them.

Frames of a retimed clip count at its speed: frame n of one at 200 % shows frame 2n of its media, of one that plays
backwards frame L - 2n, L being how long its media is. The same line stands as a graph of keyframes beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from cutroom.interchange.fcp7_ramps import curve, ramp_of
from cutroom.interchange.fcp7_values import decimal, frames_of, number_of, put, said, words
from cutroom.schema.clip import Clip
from cutroom.schema.speed import NORMAL, Ramp, travel

MOST_KEYS = 10_000


class Key(NamedTuple):
    """A point of the graph."""

    when: Fraction
    value: Fraction
    flag: str
    """"start", "in", "out", "end" of a point that only says where the line runs; empty of one that bends it."""


class Shown(NamedTuple):
    """What a clip plays of its media, in frames of the clip."""

    start: Fraction
    speed: Fraction | Ramp
    reverse: bool
    mean: bool = False
    """Whether the speed is the mean of one that no ramp can be like."""


@dataclass(frozen=True)
class Remap:
    """A speed as the file has it."""

    speed: Fraction = NORMAL
    reverse: bool = False
    variable: bool = False
    keys: tuple[Key, ...] = ()

    @classmethod
    def of(cls, parameters: dict[str, Element], where: str) -> Remap:
        """From the parameters of a "timeremap"."""
        texts = {name: words(parameter, "value") for name, parameter in parameters.items()}
        percent = number_of(texts.get("speed") or "100", f"<speed> of {where}")
        graph = parameters.get("graphdict")
        keys = [] if graph is None else [_key(one, where) for one in graph.findall("keyframe")[:MOST_KEYS]]
        return cls(
            speed=_simple(abs(percent) / 100),
            reverse=texts.get("reverse", "").upper() == "TRUE" or percent < 0,
            variable=number_of(texts.get("variablespeed") or "0", f"<variablespeed> of {where}") == 1,
            keys=tuple(sorted(keys, key=lambda key: key.when)),
        )

    def shown(self, begin: Fraction, length: Fraction, rate: Fraction, whole: Fraction | None, plain: bool) -> Shown:
        """What is played of the media.

        Args:
            begin: in point of the clip, in its frames.
            length: of the clip on the timeline, in its frames.
            rate: frames of the clip a second.
            whole: length of its media, where the file says it.
            plain: whether its in point counts in frames of the media.
        """
        if self.variable and len(self.keys) > 1:
            return self._ramp(begin, length, rate)
        keys = {key.flag: key for key in self.keys}
        if not self.speed:
            held = keys.get("in")
            return Shown(held.value if held is not None else begin, self.speed, False)
        start = begin if plain else begin * self.speed
        if self.reverse and not plain:
            first = keys.get("start")
            whole = first.value if first is not None and not first.when and first.value > 0 else whole
            start = (whole or Fraction(0)) - (begin + length) * self.speed
        exact = keys.get("out" if self.reverse else "in")
        edge = begin + length if self.reverse else begin
        near = exact is not None and abs(exact.when - edge) <= 1 and abs(exact.value - start) <= self.speed + 1
        if near and not plain:
            assert exact is not None
            start = exact.value
        return Shown(max(start, Fraction(0)), self.speed, self.reverse)

    def _ramp(self, begin: Fraction, length: Fraction, rate: Fraction) -> Shown:
        bends = [key for key in self.keys if not key.flag]
        ends = [key for key in self.keys if key.flag in {"start", "end"} and key.value >= 0]
        line = sorted({key.when: key for key in (*ends, *bends)}.values())
        if len(line) < 2:
            return Shown(begin, self.speed, self.reverse)
        edges = [(when, _at(line, when)) for when in (begin, begin + length)]
        inside = [(key.when, key.value) for key in line if begin < key.when < begin + length]
        first, last = edges[0][1], edges[1][1]
        speed = ramp_of([edges[0], *inside, edges[1]], rate)
        mean = abs(last - first) / length
        start = max(Fraction(0), min(first, last))
        return Shown(start, mean if speed is None else _tidy(speed), last < first, speed is None)


def _tidy(speed: Fraction | Ramp) -> Fraction | Ramp:
    return _simple(float(speed)) if isinstance(speed, Fraction) else speed


def _key(element: Element, where: str) -> Key:
    when, value = frames_of(element, "when"), number_of(words(element, "value") or "0", f"a key of {where}")
    flag = next((name for name in ("start", "in", "out", "end") if said(element, f"speedkf{name}", False)), "")
    virtual = said(element, "speedvirtualkf", False)
    return Key(when or Fraction(0), _simple(value), flag or ("virtual" if virtual else ""))


def _simple(value: float) -> Fraction:
    """The fraction that a decimal means: 33.333333333 is 100/3 where that is near enough."""
    near = Fraction(value).limit_denominator(1000)
    return near if abs(near - Fraction(value)) < Fraction(1, 10**8) else Fraction(value).limit_denominator(10**6)


def _at(line: list[Key], when: Fraction) -> Fraction:
    """The value of a broken line, which goes on straight at both ends."""
    a, b = next((pair for pair in pairwise(line) if when <= pair[1].when), line[-2:])
    return a.value + (when - a.when) * (b.value - a.value) / (b.when - a.when)


def in_point(clip: Clip, whole: Fraction, fps: Fraction) -> int:
    """The clip's in point in its own frames; of one with a ramp, its media's."""
    if isinstance(clip.speed, Ramp) or not clip.speed:
        return int(clip.start * fps)
    begin = (whole - clip.end) / clip.speed if clip.reverse else clip.start / clip.speed
    return max(0, round(begin * fps))


def put_speed(filters: Element, clip: Clip, whole: Fraction, fps: Fraction, kind: str) -> bool:
    """Add the filter of a speed; False where a ramp is too long, and became its mean.

    Args:
        filters: the clip's element.
        clip: with a speed.
        whole: length of its media, in seconds.
        fps: frames a second of the clip.
        kind: "video" or "audio".
    """
    ramped = isinstance(clip.speed, Ramp)
    points = curve(clip, fps) if ramped else None
    speed = travel(clip.speed, clip.duration) / clip.duration if isinstance(clip.speed, Ramp) else clip.speed
    effect = put_effect(filters, "Time Remap", "timeremap", "motion", kind)
    put_parameter(effect, "variablespeed", "variablespeed", "0" if points is None else "1")
    put_parameter(effect, "speed", "speed", decimal(speed * 100))
    backwards = clip.reverse and points is None  # of a ramp, the graph falls
    put_parameter(effect, "reverse", "reverse", "TRUE" if backwards else "FALSE")
    put_parameter(effect, "frameblending", "frameblending", "FALSE")
    graph = put_parameter(effect, "graphdict", "graphdict", "0")
    if points is not None:
        begin = in_point(clip, whole, fps)
        for frame, value in points:
            _put_key(graph, begin + frame, value * fps)
        return True
    clip = clip.evolve(speed=speed)
    begin, length = in_point(clip, whole, fps), round(clip.duration * fps)
    first, last = (clip.end, clip.start) if clip.reverse else (clip.start, clip.end)
    if speed:
        _put_key(graph, 0, whole * fps if clip.reverse else Fraction(0), "start")
    _put_key(graph, begin, first * fps, "in")
    _put_key(graph, begin + length, last * fps, "out")
    if speed:
        _put_key(graph, round(whole / speed * fps), Fraction(0) if clip.reverse else whole * fps, "end")
    return not ramped


def _put_key(graph: Element, when: int, value: Fraction, flag: str = "") -> None:
    key = SubElement(graph, "keyframe")
    put(key, "when", when)
    put(key, "value", decimal(value))
    if flag:
        put(key, "speedvirtualkf", True)
        put(key, f"speedkf{flag}", True)


def put_effect(parent: Element, title: str, name: str, category: str, kind: str) -> Element:
    """Add a filter with its effect."""
    effect = SubElement(SubElement(parent, "filter"), "effect")
    put(effect, "name", title)
    put(effect, "effectid", name)
    put(effect, "effectcategory", category)
    put(effect, "effecttype", category)
    put(effect, "mediatype", kind)
    return effect


def put_parameter(effect: Element, name: str, title: str, value: str) -> Element:
    """Add a parameter with a plain value."""
    made = SubElement(effect, "parameter")
    put(made, "parameterid", name)
    put(made, "name", title)
    put(made, "value", value)
    return made

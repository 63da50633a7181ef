"""Values of Final Cut Pro 7's XML: frames, rates, switches and sizes; what is none is refused by its element's name."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement

from cutroom.errors import InterchangeError, TimeError
from cutroom.schema.time import LONGEST, parse_rate

HINT = "export it as XML (version 4 or 5) from the program that made it"
_DECIMAL = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,15})?")
_WIDEST = 1e12
"""Of a parameter; some programs write points of graphs that lie nowhere."""


def named(element: Element) -> str:
    """An element, in words: what it is, and its name or id."""
    name = (element.findtext("name") or "").strip() or element.get("id", "")
    return f"{element.tag} {name[:60]}".strip()


def words(element: Element, tag: str) -> str:
    """The text of a child; empty where there is none."""
    return (element.findtext(tag) or "").strip()


def said(element: Element, tag: str, default: bool) -> bool:
    """A switch: TRUE or FALSE."""
    text = words(element, tag).upper()
    return text in {"TRUE", "1", "YES"} if text else default


def frames_of(element: Element, tag: str) -> Fraction | None:
    """A number of frames; None where it is left open, which is no element or -1.

    Raises:
        InterchangeError: no number.

    Example:
        >>> from xml.etree.ElementTree import fromstring
        >>> item = fromstring("<clipitem><in>12</in><out>-1</out></clipitem>")
        >>> frames_of(item, "in"), frames_of(item, "out"), frames_of(item, "start")
        (Fraction(12, 1), None, None)
    """
    text = element.findtext(tag)
    if text is None or not (text := text.strip()):
        return None
    if text.isdecimal() and len(text) <= 15:
        return Fraction(int(text))
    if _DECIMAL.fullmatch(text) is None:
        raise InterchangeError(
            f"<{tag}> of {named(element)} is not a number of frames: {text[:40]!r}", value=text[:100], hint=HINT
        )
    value = Fraction(text)
    return None if value == -1 else value


def seconds(frames: Fraction, rate: Fraction, element: Element, tag: str) -> Fraction:
    """Seconds of a number of frames.

    Raises:
        InterchangeError: longer than any timeline.
    """
    time = frames / rate
    if abs(time) > LONGEST:
        raise InterchangeError(
            f"<{tag}> of {named(element)} is longer than any timeline: {float(time):g} s", value=str(frames),
            hint="correct it",
        )  # fmt: skip
    return time


def rate_of(element: Element, default: Fraction | None) -> Fraction:
    """Frames a second, from a child <rate>; `default` where there is none.

    Raises:
        InterchangeError: none at all, or not between 1 and 240.

    Example:
        >>> from xml.etree.ElementTree import fromstring
        >>> rate_of(fromstring("<a><rate><timebase>24</timebase><ntsc>TRUE</ntsc></rate></a>"), None)
        Fraction(24000, 1001)
    """
    rate = element.find("rate")
    text = words(rate, "timebase") if rate is not None else ""
    if rate is None or not text:
        if default is None:
            raise InterchangeError(f"{named(element)} has no frame rate", value=None, hint=HINT)
        return default
    try:
        return _rate(text[:100], said(rate, "ntsc", False))
    except TimeError:
        raise InterchangeError(
            f"<timebase> of {named(element)} is not a frame rate: {text[:40]!r}", value=text[:100], hint=HINT
        ) from None


@lru_cache(maxsize=64)
def _rate(timebase: str, ntsc: bool) -> Fraction:
    found = parse_rate(timebase)
    slower = found * 1000 / 1001
    return slower if ntsc and found.denominator == 1 and slower >= 1 else found


def nearest_rate(fps: Fraction) -> Fraction:
    """The rate nearest to `fps` that a timebase and its switch can say."""
    return min((Fraction(base * part, 1001) for base in (math.floor(fps), math.ceil(fps)) for part in (1000, 1001)
                if base), key=lambda rate: abs(rate - fps))  # fmt: skip


def put_rate(parent: Element, rate: Fraction) -> None:
    """Add a <rate>."""
    made = SubElement(parent, "rate")
    put(made, "timebase", math.ceil(rate))
    put(made, "ntsc", rate.denominator != 1)


def number_of(text: str, where: str) -> float:
    """A parameter's number.

    Raises:
        InterchangeError: none, or not finite.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _WIDEST:
        raise InterchangeError(f"{where} is not a number: {text[:40]!r}", value=text[:100], hint=HINT)
    return value


def put(parent: Element, tag: str, value: object) -> Element:
    """Add a child with a text."""
    made = SubElement(parent, tag)
    made.text = ("TRUE" if value else "FALSE") if isinstance(value, bool) else str(value)
    return made


def decimal(value: Fraction | float) -> str:
    """A number with as many decimals as tell it from others, and none where it is whole.

    Example:
        >>> decimal(Fraction(200)), decimal(Fraction(100, 3)), decimal(0.25), decimal(-0.0)
        ('200', '33.333333333', '0.25', '0')
    """
    text = f"{float(value):.9f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text

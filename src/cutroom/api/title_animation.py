"""Titles that come and go: keyframes of effects, which can be edited like all others."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.api.arguments import pair, text
from cutroom.api.names import AnimationName
from cutroom.effects.title_templates import Animation, Move, animation
from cutroom.errors import ValidationError
from cutroom.schema.time import TimeLike, parse_time

if TYPE_CHECKING:
    from cutroom.api.clip import Clip

USUAL = Fraction(1, 2)
"""Seconds that a title takes to come, and to go."""
Animate = AnimationName | str | tuple[AnimationName | str, TimeLike] | None
"""A name, or a name and how long; None: as the template says."""


def animated(clip: Clip, coming: Animate, going: Animate) -> None:
    """Give a title the keyframes of how it comes and goes.

    Args:
        clip: the title.
        coming: how; "none" or "": it is just there.
        going: how.

    Raises:
        UnknownNameError: there is no such animation.
        TimeError, ValidationError: no time, or both together are longer than the title, where a time was given; what
            has none becomes as short as it must.
    """
    length, rate = clip.duration, clip.document.settings.fps
    sides: list[tuple[Animation | None, Fraction]] = [_chosen(one, rate) for one in (coming, going)]
    (arriving, first), (leaving, last) = sides
    if arriving is not None and arriving.going == () and leaving is None:
        first = length  # a roll takes all the time that there is
    first, last = (first if arriving else Fraction(0)), (last if leaving else Fraction(0))
    if first + last > length:
        named = any(isinstance(one, tuple) for one in (coming, going))
        if named:
            raise ValidationError(
                f"the title stands {float(length):g} s, and would come and go for {float(first + last):g} s",
                value=first + last,
                hint="let it stand longer, or come and go faster",
            )
        first, last = (length / 2, length / 2) if arriving and leaving else (min(first, length), min(last, length))
    curves: dict[tuple[str, str], list[tuple[Fraction, float, Any]]] = {}
    for move in arriving.coming if arriving else ():
        curves[move.effect, move.parameter] = [(Fraction(0), move.away, move.easing), (first, move.rest, "linear")]
    for move in leaving.going if leaving else ():
        _add(curves.setdefault((move.effect, move.parameter), []), move, length - last, length)
    for effect in dict.fromkeys(name for name, _ in curves):
        made = clip.effects.add(effect)
        for (name, parameter), keys in curves.items():
            if name == effect:
                made.animate(parameter, keys)


def _add(keys: list[tuple[Fraction, float, Any]], move: Move, start: Fraction, end: Fraction) -> None:
    if keys and keys[-1][0] == start:
        keys.pop()
    keys += [(start, move.rest, move.easing), (end, move.away, "linear")]


def _chosen(wanted: Animate, rate: Fraction) -> tuple[Animation | None, Fraction]:
    if wanted is None or wanted in {"", "none"}:
        return None, Fraction(0)
    name, length = (wanted, USUAL) if isinstance(wanted, str) else pair("animate", wanted, "a name, or (name, seconds)")
    return animation(text("an animation", name)), parse_time(length, rate=rate)

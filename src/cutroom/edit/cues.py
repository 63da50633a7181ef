"""How cues follow when time comes in or goes away around them: pure functions on lists of cues."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from cutroom.schema.cue import Cue


def opened(cues: Iterable[Cue], at: Fraction, length: Fraction) -> tuple[Cue, ...]:
    """Cues after `length` seconds came in at `at`: later ones move, one that stands there stands on."""
    return tuple(
        cue.evolve(start=cue.start + length, end=cue.end + length)
        if cue.start >= at
        else cue.evolve(end=cue.end + length)
        if cue.end > at
        else cue
        for cue in cues
    )


def removed(cues: Iterable[Cue], start: Fraction, end: Fraction, *, close: bool) -> tuple[Cue, ...]:
    """Cues after [start, end) went away: cut to what is left of them; later ones move where it is closed."""
    length = end - start if close else Fraction(0)
    left: list[Cue] = []
    for cue in cues:
        if cue.end <= start:
            left.append(cue)
        elif cue.start >= end:
            left.append(cue.evolve(start=cue.start - length, end=cue.end - length))
        elif cue.start < start or cue.end > end:
            first = cue.start if cue.start < start else end - length
            last = cue.end - length if cue.end > end else start
            if first < last:
                left.append(cue.evolve(start=first, end=last))
    return tuple(sorted(left, key=lambda cue: (cue.start, cue.end)))  # those that began inside begin together now

"""Times as FCPXML writes them: exact fractions of a second."""

from __future__ import annotations

import re
from fractions import Fraction

from cutroom.errors import InterchangeError
from cutroom.schema.time import LONGEST

_TIME = re.compile(r"(-?\d{1,18})(?:/(\d{1,18})|\.(\d{1,9}))?s")


def seconds_of(text: str | None, default: Fraction = Fraction(0)) -> Fraction:
    """Exact seconds of "1001/30000s", "5s" or "0.5s".

    Raises:
        InterchangeError: none of these.

    Example:
        >>> seconds_of("1001/30000s")
        Fraction(1001, 30000)
    """
    if text is None:
        return default
    found = _TIME.fullmatch(text.strip())
    if found is None or (found[2] and not int(found[2])):
        raise InterchangeError(f"not a time of FCPXML: {text[:40]!r}", value=text, hint="export it anew")
    seconds = Fraction(int(found[1]), int(found[2])) if found[2] else Fraction(text.strip().removesuffix("s"))
    if abs(seconds) > LONGEST:
        raise InterchangeError(f"a time longer than any timeline: {text[:40]!r}", value=text, hint="correct it")
    return seconds


def text_of(seconds: Fraction) -> str:
    """Seconds as FCPXML writes them.

    Example:
        >>> text_of(Fraction(1001, 30000)), text_of(Fraction(2))
        ('1001/30000s', '2s')
    """
    return f"{seconds}s"

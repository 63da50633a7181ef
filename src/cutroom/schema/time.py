"""Exact time: seconds as fractions, and the only places where they are rounded.

Every time in a document is a `fractions.Fraction` of seconds. A frame rate is a Fraction too (30000/1001). Two
functions round, and nothing else does: `to_frame` to a frame grid, `to_sample` to a sample grid; both round half up.
"""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from cutroom.errors import TimeError

HINT = 'give seconds (3.5), a timecode ("00:00:03:15", "00:00:03.500") or cr.frames(105)'
LONGEST = 3_600_000
"""Seconds; a timeline of a day must work, and tables hold what is some way beyond."""
FINEST = 10**9
"""Floats and decimals mean the simplest fraction within a nanosecond: 0.1 is 1/10, 1/3 is 1/3."""
_FINEST_FRACTION = 10**40
"""Fractions are taken as they are, up to this denominator."""
_LONGEST_EXACT = 250
"""Characters of an exact number; to read far longer ones takes for ever."""
WIDEST = 10**120
"""What a project file holds above and below the line, and the finest clock that the items of a track may share: room
for sums of all that comes in."""
FARTHEST = 100 * LONGEST
"""Seconds; no single time of a project file is longer. A timeline ends at `LONGEST`."""
FASTEST_RATE = 240
"""Frames a second of a timeline."""
_FASTEST, _FINEST_RATE = 10**6, 10**12
_LONGEST_TEXT = 60
DROP_RATES = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}
"""Rates that have drop-frame timecode, and the frame numbers skipped each minute (SMPTE ST 12-1)."""


@dataclass(frozen=True, slots=True)
class FrameCount:
    """A number of frames of whichever clock it is used in; made by `frames`."""

    count: int

    def __neg__(self) -> FrameCount:
        return FrameCount(-self.count)


def frames(count: int) -> FrameCount:
    """`count` frames, as a time: of the timeline where a timeline time is taken, of the media where a media time is.

    Raises:
        TimeError: not a whole number.

    Example:
        >>> parse_time(frames(45), rate=Fraction(30))
        Fraction(3, 2)
    """
    whole = getattr(count, "item", lambda: count)()  # NumPy's numbers too
    if not isinstance(whole, int) or isinstance(whole, bool):
        raise TimeError(f"frames are counted in whole numbers, not {shown(count)}", value=count, hint="cr.frames(105)")
    return FrameCount(whole)


TimeLike = int | float | str | Fraction | datetime.timedelta | FrameCount
"""What a public function takes as a time (NumPy scalars and `pandas.Timedelta` too, which these types cover)."""


def parse_time(value: Any, *, rate: Fraction | None = None, signed: bool = False) -> Fraction:
    """Exact seconds of anything that the interface takes as a time.

    Args:
        value: seconds (int, float, Fraction, NumPy scalar), `timedelta` or `pandas.Timedelta`, `"HH:MM:SS:FF"`,
            drop-frame `"HH:MM:SS;FF"`, `"HH:MM:SS.mmm"`, `"MM:SS.mmm"`, `"SS.mmm"`, or `frames(n)`. A float or a
            decimal means the simplest fraction within a nanosecond: 0.1 is exactly 1/10. A Fraction stays as it is.
        rate: frames per second of the clock that the time is in; needed for timecodes with frames and `frames(n)`.
        signed: whether a negative time makes sense here (an offset).

    Raises:
        TimeError: not finite, negative where it may not be, or not understood.

    Example:
        >>> parse_time("00:00:01;02", rate=Fraction(30000, 1001))
        Fraction(2002, 1875)
    """
    seconds = _parse(value, rate)
    if seconds < 0 and not signed:
        raise TimeError(f"a time cannot be negative: {shown(value)}", value=value, hint=HINT)
    if abs(seconds) > LONGEST:
        raise TimeError(f"a time of more than 1,000 hours: {shown(value)}", value=value, hint=HINT)
    if seconds.denominator > _FINEST_FRACTION:
        raise TimeError(f"too fine for a time: {shown(value)}", value=value, hint="value.limit_denominator(10**9)")
    return seconds


def shown(value: object) -> str:
    """A value for a message: short, and never an error itself."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of 5,000 digits
        return f"a {type(value).__name__} of too many digits"
    return text if len(text) <= 100 else f"{text[:80]}…"


def _decimal(text: str) -> Fraction:
    return Fraction(text).limit_denominator(FINEST)


def _parse(value: Any, rate: Fraction | None) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or value is None:
        raise TimeError(f"not a time: {shown(value)}", value=value, hint=HINT)
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, FrameCount):
        return value.count / _need(rate, value)
    if isinstance(value, str):
        return _parse_text(value, rate)
    if isinstance(value, datetime.timedelta):
        nanoseconds = getattr(value, "nanoseconds", 0)  # only pandas.Timedelta is finer than a microsecond
        whole = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
        return Fraction(whole * 1000 + nanoseconds, 1_000_000_000)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise TimeError(f"not a time: {shown(value)}", value=value, hint=HINT) from None
    if not math.isfinite(number):
        raise TimeError(f"a time must be finite: {shown(value)}", value=value, hint=HINT)
    return _decimal(repr(number))


def _need(rate: Fraction | None, value: object) -> Fraction:
    if rate is None:
        raise TimeError(
            f"{shown(value)} counts frames, but there is no frame rate here", value=value, hint="give seconds"
        )
    return rate


_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)")
_RATIO = re.compile(r"-?\d+/\d+")
_TIMECODE = re.compile(r"(\d+):(\d{2}):(\d{2})([:;])(\d{2,3})")


def _parse_text(text: str, rate: Fraction | None) -> Fraction:
    stripped = text.strip()
    if len(stripped) > _LONGEST_TEXT:
        raise TimeError(f"not a time: {shown(text)}", value=text, hint=HINT)
    if stripped.startswith("-") and "/" not in stripped:
        return -_parse_text(stripped[1:], rate)
    if match := _TIMECODE.fullmatch(stripped):
        hours, minutes, seconds, mark, count = match.groups()
        return _timecode(int(hours), int(minutes), int(seconds), int(count), mark == ";", _need(rate, text), text)
    if match := _CLOCK.fullmatch(stripped):
        hours, minutes, seconds = match.groups()
        if (minutes and Fraction(seconds) >= 60) or (hours and int(minutes) >= 60):
            raise TimeError(f"not a clock time: {shown(text)}", value=text, hint="minutes and seconds stay below 60")
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + _decimal(seconds)
    if _RATIO.fullmatch(stripped) and int(stripped.split("/")[1]):
        return Fraction(stripped)
    raise TimeError(f"not a time: {shown(text)}", value=text, hint=HINT)


def _timecode(  # noqa: PLR0917 - the parts of one timecode, private and called once
    hours: int, minutes: int, seconds: int, count: int, drop: bool, rate: Fraction, text: str
) -> Fraction:
    nominal = math.ceil(rate)
    if minutes > 59 or seconds > 59 or count >= nominal:
        raise TimeError(f"not a timecode at {nominal} frames a second: {text!r}", value=text, hint=HINT)
    number = ((hours * 60 + minutes) * 60 + seconds) * nominal + count
    if drop:
        if rate not in DROP_RATES:
            raise TimeError(f"{rate} fps has no drop-frame timecode: {text!r}", value=text, hint="write HH:MM:SS:FF")
        skipped = DROP_RATES[rate]
        if seconds == 0 and count < skipped and minutes % 10:
            raise TimeError(f"drop-frame timecode skips {text!r}", value=text, hint=f"the next is frame {skipped:02}")
        total_minutes = hours * 60 + minutes
        number -= skipped * (total_minutes - total_minutes // 10)
    return number / rate


def to_frame(seconds: Fraction, rate: Fraction) -> int:
    """The nearest frame of a grid of `rate` frames a second; half a frame rounds up.

    Example:
        >>> to_frame(Fraction("0.05"), Fraction(30)), to_frame(Fraction("0.049"), Fraction(30))
        (2, 1)
    """
    return math.floor(seconds * rate + Fraction(1, 2))


def to_sample(seconds: Fraction, sample_rate: int) -> int:
    """The nearest sample of a grid of `sample_rate` samples a second; half a sample rounds up."""
    return (2 * seconds.numerator * sample_rate + seconds.denominator) // (2 * seconds.denominator)


def snap(seconds: Fraction, rate: Fraction) -> Fraction:
    """The time of the nearest frame of the grid.

    Example:
        >>> snap(Fraction("3.51"), Fraction(25))
        Fraction(88, 25)
    """
    return to_frame(seconds, rate) / rate


def timecode(seconds: Fraction, rate: Fraction) -> str:
    """`HH:MM:SS:FF` of the nearest frame, drop-frame (`HH:MM:SS;FF`) at 29.97 and 59.94 frames a second.

    Example:
        >>> timecode(Fraction(7, 2), Fraction(30)), timecode(Fraction(60), Fraction(30000, 1001))
        ('00:00:03:15', '00:00:59;28')
    """
    number, nominal, mark = to_frame(seconds, rate), math.ceil(rate), ":"
    if rate in DROP_RATES:
        skipped, mark = DROP_RATES[rate], ";"
        per_minute, per_ten = nominal * 60 - skipped, nominal * 600 - 9 * skipped
        tens, rest = divmod(number, per_ten)
        number += 9 * skipped * tens + (skipped * ((rest - skipped) // per_minute) if rest >= skipped else 0)
    whole, count = divmod(number, nominal)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{count:02}"


def parse_rate(value: Any) -> Fraction:
    """A frame rate as the field writes it: 29.97 means 30000/1001, 23.976 means 24000/1001.

    Raises:
        TimeError: not between 1 and 240 frames a second.

    Example:
        >>> parse_rate(29.97), parse_rate("30000/1001"), parse_rate(25)
        (Fraction(30000, 1001), Fraction(30000, 1001), Fraction(25, 1))
    """
    exact = _parse_rate(value)
    if exact is None:
        raise TimeError(f"not a frame rate: {shown(value)}", value=value, hint="give 25, 29.97 or 30000/1001")
    if not 1 <= exact <= FASTEST_RATE:
        raise TimeError(
            f"a frame rate lies between 1 and 240: {shown(value)}", value=value, hint="give frames per second"
        )
    nominal = math.ceil(exact)
    ntsc = Fraction(nominal * 1000, 1001)
    return ntsc if abs(exact - ntsc) < Fraction(1, 200) and exact != nominal else exact


def _parse_rate(value: Any) -> Fraction | None:
    if isinstance(value, Fraction):
        return value if value.denominator <= FINEST else None
    try:
        text = "" if isinstance(value, bool) else str(value).strip()
    except ValueError:  # a number of too many digits
        return None
    if len(text) > _LONGEST_TEXT or not re.fullmatch(r"\d+(\.\d+|/0*[1-9]\d*)?", text):
        return None
    return _decimal(text)


def _exact(value: Any) -> Fraction:
    """The stored form, parsed fast and strictly: a Fraction, an integer or `"n/d"`; never a float."""
    if isinstance(value, str):
        found = received(value)
        if found is not None:
            return found
    elif isinstance(value, Fraction):
        if -WIDEST < value.numerator < WIDEST and value.denominator < WIDEST:
            return value
    elif isinstance(value, int) and not isinstance(value, bool) and -WIDEST < value < WIDEST:
        return Fraction(value)
    raise ValueError(f'an exact number is written "n" or "n/d", not {shown(value)}')


def received(text: str) -> Fraction | None:
    """As `written`, of a text of which nobody knows how long it is."""
    return written(text) if len(text) < _LONGEST_EXACT else None


@lru_cache(maxsize=16_384)  # the clips of a project share most of their numbers
def written(text: str) -> Fraction | None:
    """The number in ``"n"`` or ``"n/d"``; None for any other text."""
    numerator, _, denominator = text.partition("/")
    if not numerator.removeprefix("-").isdecimal() or (denominator and not denominator.isdecimal()):
        return None
    above, below = int(numerator), int(denominator or 1)
    return Fraction(above, below) if -WIDEST < above < WIDEST and 0 < below < WIDEST else None


def _not_negative(value: Any) -> Fraction:
    exact = _exact(value)
    if exact.numerator < 0:  # comparing fractions takes ten times as long, and a project holds tens of thousands
        raise ValueError("must not be negative")
    if exact.numerator > FARTHEST * exact.denominator:
        raise ValueError("longer than any timeline")
    return exact


def _positive(value: Any) -> Fraction:
    exact = _exact(value)
    if exact.numerator <= 0:
        raise ValueError("must be greater than zero")
    if exact.numerator > FARTHEST * exact.denominator:
        raise ValueError("longer than any timeline")
    return exact


def _rate(value: Any) -> Fraction:
    exact = _positive(value)
    if exact.numerator > _FASTEST * exact.denominator or exact.denominator > _FINEST_RATE:
        raise ValueError(f"a rate lies between 0 and {_FASTEST:,} a second, in parts of {_FINEST_RATE:,} at the finest")
    return exact


_AS_TEXT = PlainSerializer(str, return_type=str, when_used="json")
_SCHEMA = WithJsonSchema({"type": "string", "pattern": r"^-?\d+(/\d+)?$"})

Exact = Annotated[Fraction, PlainValidator(_exact), _AS_TEXT, _SCHEMA]
"""An exact number; in JSON the string "n/d"."""
Seconds = Annotated[Fraction, PlainValidator(_not_negative), _AS_TEXT, _SCHEMA]
"""Seconds, zero or more."""
Duration = Annotated[Fraction, PlainValidator(_positive), _AS_TEXT, _SCHEMA]
"""Seconds, more than zero."""
Rate = Annotated[Fraction, PlainValidator(_rate), _AS_TEXT, _SCHEMA]
"""Frames per second."""

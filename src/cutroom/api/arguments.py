"""Arguments of the interface, checked where they come in: the error names the argument and what it takes."""

from __future__ import annotations

import errno
import math
import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutroom.errors import ValidationError
from cutroom.schema.time import shown


def wrong(name: str, takes: str, value: object) -> ValidationError:
    """The error for an argument of another type or out of range."""
    return ValidationError(f"{name} takes {takes}, not {shown(value)}", value=value)


def text(name: str, value: Any) -> str:
    """A text that a file can hold, such as a name in a registry.

    Raises:
        ValidationError: another type, or half of a character (a lone surrogate).
    """
    if not isinstance(value, str):
        raise wrong(name, "a text", value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise wrong(name, "a text of whole characters", value) from None
    return value


def drawable(name: str, value: Any, *, font: object = None) -> str:
    """A text that titles and subtitles can show.

    What a `font` of a person's own has is found out where it is drawn: it is opened in workers only.

    Raises:
        ValidationError: another type, or letters that the title fonts cannot draw; names them.
    """
    from cutroom.effects.text.lettering import require_glyphs

    words = text(name, value)
    if font is None:
        require_glyphs(words)
    return words


def truth(name: str, value: Any) -> bool:
    """True or False, NumPy's too.

    Raises:
        ValidationError: another type.
    """
    plain = _plain(value)
    if not isinstance(plain, bool):
        raise wrong(name, "True or False", value)
    return plain


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number from `low` to `high`.

    Raises:
        ValidationError: another type, or out of range.
    """
    plain = _plain(value)
    plain = float(plain) if isinstance(plain, Fraction) and abs(plain) <= 10**300 else plain
    fits = isinstance(plain, int | float) and not isinstance(plain, bool) and low <= plain <= high
    if not fits or not abs(plain) <= 1e300:
        between = f" from {low:g} to {high:g}" if math.isfinite(low + high) else ""
        raise wrong(name, f"a number{between}", value)
    return float(plain)


def whole(name: str, value: Any, low: int, high: int) -> int:
    """A whole number from `low` to `high`.

    Raises:
        ValidationError: another type, or out of range.
    """
    plain = _plain(value)
    if not isinstance(plain, int) or isinstance(plain, bool) or not low <= plain <= high:
        raise wrong(name, f"a whole number from {low} to {high}", value)
    return plain


def size(value: Any) -> tuple[int, int]:
    """(width, height) in pixels.

    Raises:
        ValidationError: something else.
    """
    width, height = pair("size", value, "(width, height) in pixels")
    return whole("the width of size", width, 2, 8192), whole("the height of size", height, 2, 8192)


def pair(name: str, value: Any, takes: str) -> tuple[Any, Any]:
    """Two values.

    Raises:
        ValidationError: not two.
    """
    try:
        first, second = value
    except (TypeError, ValueError):
        raise wrong(name, takes, value) from None
    return first, second


def path(value: Any) -> Path:
    """An absolute path that a project file can hold.

    Raises:
        ValidationError: not a path, or one that no file can have, or whose name is not UTF-8.
    """
    try:
        named = Path(os.fsdecode(os.fspath(value))).expanduser().absolute()
        str(named).encode()
        os.lstat(named)
    except (TypeError, RuntimeError):  # RuntimeError: "~nobody"
        raise wrong("a path", "a text or a pathlib.Path", value) from None
    except UnicodeEncodeError:
        raise ValidationError(f"the name is not UTF-8: {shown(value)}", value=value, hint="rename the file") from None
    except ValueError:
        raise ValidationError(f"no file can be called {shown(value)}", value=value, hint="check the path") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise ValidationError(f"too long for a path: {shown(value)}", value=value, hint="shorten it") from None
    return named


def names(name: str, value: Any) -> tuple[str, ...] | None:
    """Several names; one may come alone. None stays None.

    Raises:
        ValidationError: something else.
    """
    if value is None:
        return None
    return tuple(text(name, one) for one in ([value] if isinstance(value, str) else several(name, value)))


def several[T](name: str, value: Iterable[T]) -> list[T]:
    """Whatever can be gone through.

    Raises:
        ValidationError: what cannot.
    """
    try:
        return list(value)
    except TypeError:
        raise wrong(name, "several things", value) from None


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value

"""Amounts as people and hubs write them: cores and bytes."""

from __future__ import annotations

import math
import re

_UNIT = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
_UNIT_IEC = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


def cores(text: str) -> float:
    """A number of cores written as ``2``, ``1.5`` or ``500m`` (thousandths).

    Raises:
        ValueError: it is no such number.

    Example:
        >>> cores("500m")
        0.5
    """
    text = text.strip()
    value = float(text[:-1]) / 1000 if text.endswith("m") else float(text)
    if not math.isfinite(value) or value <= 0:
        raise ValueError(text)
    return value


def amount(text: str) -> int:
    """A number of bytes written as ``1048576``, ``512M``, ``600 MB`` or ``2Gi``.

    Raises:
        ValueError: it is no such number.

    Example:
        >>> amount("2Gi")
        2147483648
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", text.strip().lower())
    if not found or (found[3] and not found[2]):
        raise ValueError(text)
    value = int(float(found[1]) * (_UNIT_IEC if found[3] else _UNIT)[found[2]])
    if value <= 0:
        raise ValueError(text)
    return value


def shown(amount: int) -> str:
    """Bytes for people.

    Example:
        >>> shown(2_400_000_000), shown(75_300_000), shown(900)
        ('2.4 GB', '75 MB', '1 kB')
    """
    if amount >= 1_000_000_000:
        return f"{amount / 1e9:.1f} GB"
    return f"{amount / 1e6:.0f} MB" if amount >= 10_000_000 else f"{math.ceil(amount / 1e3)} kB"

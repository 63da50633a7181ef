"""Colours as people write them: `#f00`, `#ff0000` and the names of CSS, all kept as `#ff0000`."""

from __future__ import annotations

import re

_SHORT = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])")
_LONG = re.compile(r"(?:#|0x)([0-9a-fA-F]{6})")
ACCEPTED = '"#ff0000", "#f00" or a CSS name such as "red"'
"""The forms, for hints."""


def hexadecimal(colour: str) -> str | None:
    """A colour as `#rrggbb`; None where it is none.

    Args:
        colour: `#rgb`, `#rrggbb`, `0xrrggbb` or one of CSS's names, in any case.

    Example:
        >>> [hexadecimal(one) for one in ("#F00", "#00ff7f", "Rebecca Purple", "RebeccaPurple")]
        ['#ff0000', '#00ff7f', None, '#663399']
    """
    if long := _LONG.fullmatch(colour):
        return f"#{long[1].lower()}"
    if short := _SHORT.fullmatch(colour):
        return "#" + "".join(digit * 2 for digit in short.groups()).lower()
    if not colour.isascii() or not colour.isalpha():
        return None
    from PIL import ImageColor  # only where there is a name to look up

    if colour.lower() not in ImageColor.colormap:
        return None
    red, green, blue, *_ = ImageColor.getrgb(colour)  # the table itself holds texts, and numbers after their first use
    return f"#{red:02x}{green:02x}{blue:02x}"

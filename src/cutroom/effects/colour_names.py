"""Colours as people write them: `#f00`, `#ff0000` and the names of CSS, all kept as `#ff0000`."""

from __future__ import annotations

import re

_SHORT = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])")
_LONG = re.compile(r"(?:#|0x)([0-9a-fA-F]{6})")
_CLEARER = re.compile(r"#[0-9a-fA-F]{8}")
ACCEPTED = '"#ff0000", "#f00" or a CSS name such as "red"'
"""The forms, for hints."""
SOLID = "the colour is solid: how much of what is below shows is a matter of opacity"
"""What is said of a colour with alpha where none can be."""


def hexadecimal(colour: str, *, alpha: bool = False) -> str | None:
    """A colour as `#rrggbb`; None where it is none.

    Args:
        colour: `#rgb`, `#rrggbb`, `0xrrggbb` or one of CSS's names, in any case.
        alpha: whether `#rrggbbaa` is one, too, and kept so.

    Example:
        >>> [hexadecimal(one) for one in ("#F00", "#00ff7f", "Rebecca Purple", "RebeccaPurple")]
        ['#ff0000', '#00ff7f', None, '#663399']
        >>> hexadecimal("#000000B0"), hexadecimal("#000000B0", alpha=True)
        (None, '#000000b0')
    """
    if alpha and _CLEARER.fullmatch(colour):
        return colour.lower()
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


def has_alpha(colour: object) -> bool:
    """Whether it is a colour that is not solid, as `#rrggbbaa` or `#rgba`.

    Example:
        >>> has_alpha("#ff000080"), has_alpha("#f008"), has_alpha("#f00")
        (True, True, False)
    """
    return isinstance(colour, str) and re.fullmatch(r"#(?:[0-9a-fA-F]{4}){1,2}", colour) is not None

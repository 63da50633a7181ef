"""How titles and subtitles look, as people write it: names of colours, paths of fonts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from cutroom.api.arguments import text, wrong
from cutroom.api.resources import with_font
from cutroom.effects.colour_names import hexadecimal
from cutroom.errors import ValidationError
from cutroom.schema.clip import TitleStyle
from cutroom.schema.time import shown
from cutroom.session import Session

_COLOURS = frozenset({"colour", "outline_colour", "background", "shadow"})
_CLEAR = frozenset({"background", "shadow"})
"""Those that None takes away."""
_HEIGHTS = frozenset({"size", "outline", "radius", "shadow_blur", "shadow_offset"})
"""Fractions of the canvas's height."""


def colour(name: str, value: Any) -> str:
    """A colour as the document holds it: "#rrggbb", or "#rrggbbaa" where it is not solid.

    Args:
        name: of the argument.
        value: as an effect takes it, or "#rrggbbaa".

    Raises:
        ValidationError: something else.

    Example:
        >>> colour("colour", "Tomato"), colour("colour", "#fff"), colour("shadow", "#000000b0")
        ('#ff6347', '#ffffff', '#000000b0')
    """
    if isinstance(value, str) and (found := hexadecimal(value, alpha=True)) is not None:
        return found
    raise ValidationError(
        f"{name} takes a colour, not {shown(value)}",
        value=value,
        hint='give "#rrggbb", "#rgb", "#rrggbbaa" where it is not solid, or a name of CSS such as "white"',
    )


def styled_values(session: Session, style: Mapping[Any, Any]) -> dict[str, Any]:
    """The look of a title as the document holds it: colours in digits, a path of a font as a resource of the project.

    Raises:
        ValidationError: no colour, True or False where there must be a number, or the other way round.
        MediaNotFoundError, UnsupportedMediaError: what is wrong with the path of the font.
    """
    values = {text("style", name): value for name, value in style.items()}
    for name, value in values.items():
        field = TitleStyle.model_fields.get(name)
        if name in _COLOURS and not (value is None and name in _CLEAR):
            values[name] = colour(name, value)
        elif field is not None and field.annotation is bool and not isinstance(value, bool):
            raise wrong(name, "True or False", value)
        elif (
            field is not None
            and isinstance(value, bool)
            and {float, int} & {field.annotation, *get_args(field.annotation)}
        ):
            raise wrong(name, "a number", value)
    height = session.document.settings.height
    for name in _HEIGHTS & values.keys():
        _require_fractions(name, values[name], height)
    return with_font(session, values)


def _require_fractions(name: str, value: Any, height: int) -> None:
    """Sizes in pixels are what people expect who come from elsewhere."""
    parts = value if isinstance(value, tuple | list) else (value,)
    pixels = [part for part in parts if isinstance(part, int | float) and 1 < abs(part) <= height]
    if not pixels:
        return
    try:
        TitleStyle.checked(**{name: value})
    except ValidationError as error:
        hint = f"it is a fraction of the canvas height: {pixels[0]:g} pixels of {height} are {pixels[0] / height:.3g}"
        raise ValidationError(error.message, value=value, hint=hint) from None

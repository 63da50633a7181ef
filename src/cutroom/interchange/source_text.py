"""Values as the Python that makes them: what is at its default is left out, ids are called by their names."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pydantic_core import PydanticUndefined

from cutroom.edit.operations.base import BaseOperation
from cutroom.schema.base import Frozen
from cutroom.schema.clip import MediaSource
from cutroom.schema.speed import Ramp

_TELLS_KIND = frozenset({"op", "kind"})
_SHORT = 8
_PLACES = {"track": 0, "clip": 0, "at": 0, "compound": 2}
"""Which fields come first, and which last."""


def text(value: Any, names: Mapping[str, str] | None = None) -> str:
    """The Python for a value; times are fractions, written as decimals where those mean the very same.

    Args:
        value: a value of a document, or an operation (without its id).
        names: what to write for a string that is an id.

    Example:
        >>> from cutroom.edit.operations import Trim
        >>> text(Trim(clip="c_1", edge="end", to=Fraction(7, 2)), {"c_1": "beach_1"})
        'ops.Trim(clip=beach_1, edge=\\'end\\', to=F("3.5"))'
        >>> text(Fraction(1001, 30000)), text(Ramp.of({0: 1, 2: Fraction(1, 3)}))
        ('F(1001, 30000)', 'ops.Ramp.of({0: 1, 2: F(1, 3)})')
    """
    known = names or {}
    if isinstance(value, Fraction):
        return _number(value)
    if isinstance(value, str):
        return known.get(value, repr(value))
    if isinstance(value, tuple):
        parts = [text(one, known) for one in value]
        return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text(key, known)}: {text(one, known)}" for key, one in value.items()) + "}"
    if isinstance(value, Ramp):
        return f"ops.Ramp.of({text({key.time: key.speed for key in value.keys})})"
    if isinstance(value, MediaSource) and (shown := known.get(media_key(value.media))):
        return shown
    if isinstance(value, Frozen):
        return _made(value, known)
    return repr(value)


def media_key(media_id: str) -> str:
    """Under what the name for showing a media stands: ids of media are no ids that a script makes."""
    return f"media {media_id}"


def _made(value: Frozen, names: Mapping[str, str]) -> str:
    parts = []
    fields = type(value).model_fields
    for name in sorted(fields, key=lambda name: _PLACES.get(name, 1)):  # all others as they are declared
        one = getattr(value, name)
        default = fields[name].get_default(call_default_factory=True, validated_data={})
        told = name in _TELLS_KIND and default is not PydanticUndefined  # the class says it
        if told or (name == "id" and isinstance(value, BaseOperation)):
            continue
        if default is PydanticUndefined or one != default:
            parts.append(f"{name}={text(one, names)}")
    return f"ops.{type(value).__name__}({', '.join(parts)})"


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    short = repr(float(value))
    if len(short) <= _SHORT and Fraction(short) == value:
        return f'F("{short}")'
    return f"F({value.numerator}, {value.denominator})"

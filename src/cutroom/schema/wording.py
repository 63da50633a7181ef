"""What is wrong with a value that does not fit a field, in the words of Cutroom's other errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined

from cutroom.errors import CutroomError, UnknownNameError, ValidationError, nearest
from cutroom.schema.time import shown

_WRONG_KIND = re.compile(r"(float|int|string|bool)_(type|parsing|from_float|parsing_size)|finite_number")
_OUT_OF_RANGE = re.compile(r"(greater|less)_than(_equal)?")
_LENGTH = re.compile(r"string_too_(long|short)")
_COUNTS = {2: "two", 3: "three", 4: "four"}


def worded(error: ErrorDetails, fields: Mapping[str, FieldInfo], given: Mapping[str, Any], owner: str) -> CutroomError:
    """Cutroom's error for one of pydantic's.

    Args:
        error: pydantic's.
        fields: what the value has, by name.
        given: what was given for them.
        owner: what the value is called.
    """
    place = [str(part) for part in error["loc"]]
    name = ".".join(place)
    if error["type"] == "extra_forbidden":
        return _unknown(name, fields, owner)
    field = fields.get(place[0]) if place else None
    value, takes = error["input"], None
    if field is not None and _is_row(field) and (len(place) == 2 or error["type"] == "tuple_type"):
        name, value = place[0], given.get(place[0], value)
        parts = get_args(field.annotation)
        takes = f"{_COUNTS.get(len(parts), len(parts))} numbers{_range(_limits(get_args(parts[0])))}"
    elif field is not None and len(place) == 1:
        takes = _takes(error, field)
    if takes is None:
        told = error["msg"].removeprefix("Value error, ")
        return ValidationError(f"{name}: {told}, not {shown(value)}", value=value)
    return ValidationError(f"{name} takes {takes}, not {shown(value)}", value=value, hint=_hint(error, field, value))


def _unknown(name: str, fields: Mapping[str, FieldInfo], owner: str) -> UnknownNameError:
    british = name.replace("color", "colour")
    if british in fields:
        what = f"there is no field of {owner} {name!r}"
        return UnknownNameError(what, value=name, hint=f"it is written {british!r}")
    return nearest(name, fields, what=f"field of {owner}")


def _is_row(field: FieldInfo) -> bool:
    """Whether it takes so many values and not another number of them."""
    return get_origin(field.annotation) is tuple and ... not in get_args(field.annotation)


def _takes(error: ErrorDetails, field: FieldInfo) -> str | None:
    """What a field takes; None where nobody wrote that down."""
    kind = error["type"]
    limits = _limits(field.metadata)
    if kind == "literal_error":
        return str(error["ctx"]["expected"])
    if _LENGTH.fullmatch(kind):
        return f"a text of {limits.get('min_length', 0):,} to {limits['max_length']:,} characters"
    if not _WRONG_KIND.fullmatch(kind) and not _OUT_OF_RANGE.fullmatch(kind):
        return None
    annotations = {field.annotation, *get_args(field.annotation)}
    for known, called in ((bool, "True or False"), (str, "a text"), (int, "a whole number"), (float, "a number")):
        if known in annotations:
            return called + ("" if known in {bool, str} else _range(limits))
    return None


def _limits(metadata: Any) -> dict[str, Any]:
    """Ends of a range and of lengths, by the names that pydantic's fields have for them."""
    names = ("ge", "gt", "le", "lt", "min_length", "max_length")
    found: dict[str, Any] = {}
    for one in metadata:
        inner = _limits(one.metadata) if isinstance(one, FieldInfo) else {}
        found |= inner | {name: getattr(one, name) for name in names if getattr(one, name, None) is not None}
    return found


def _range(limits: Mapping[str, Any]) -> str:
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    if low is None:
        return "" if high is None else f" of {'at most' if 'le' in limits else 'less than'} {high:g}"
    if high is None:
        return f" of {'at least' if 'ge' in limits else 'more than'} {low:g}"
    return f" from {low:g} to {high:g}"


def _hint(error: ErrorDetails, field: FieldInfo | None, value: object) -> str | None:
    """The nearest value that fits, or the usual one."""
    kind = error["type"]
    if kind == "literal_error" and isinstance(value, str):
        return nearest(value, re.findall(r"'([^']*)'", error["ctx"]["expected"]), what="").hint
    if _OUT_OF_RANGE.fullmatch(kind) and isinstance(value, int | float):
        return f"the nearest that fits is {next(iter(error['ctx'].values())):g}"
    usual = None if field is None else field.get_default()
    return None if usual in {None, "", PydanticUndefined} else f"the usual one is {usual!r}"

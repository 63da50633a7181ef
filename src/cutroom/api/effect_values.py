"""Values given to an effect, as the document holds them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.api.resources import with_files
from cutroom.app import app
from cutroom.effects.checks import kind_on
from cutroom.effects.colour_names import hexadecimal
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import EffectSpec, Registry
from cutroom.errors import ValidationError
from cutroom.schema.effect import Scalar
from cutroom.schema.time import shown

if TYPE_CHECKING:
    from cutroom.api.clip import Clip

_LARGEST = 1e300


def spec_for(clip: Clip, effect: str) -> EffectSpec:
    """What an effect takes on such a clip.

    Raises:
        UnknownNameError: there is none of this name; names the nearest.
        ValidationError: a picture's effect on sound, or the other way round.
    """
    return registry_for(clip.session.document, app().get(Registry)).effect(effect, kind_on(clip.track.value.kind))


def kept(clip: Clip, effect: str, parameters: Mapping[str, Any]) -> dict[str, Scalar]:
    """Parameters as the document holds them.

    NumPy's numbers become Python's, paths of files resources of the project, and names of colours six digits.

    Raises:
        UnknownNameError: there is no such effect; names the nearest.
        MediaNotFoundError, UnsupportedMediaError: what is wrong with a path.
        ValidationError: one that is neither a finite number nor a text nor a truth value, or a broken table.
    """
    spec = spec_for(clip, effect)
    colours = {one.key for one in spec.parameters if one.kind == "colour"}
    given = with_files(clip.session, app(), spec, parameters)
    return {name: _scalar(spec, name, value, colour=name in colours) for name, value in given.items()}


def _scalar(spec: EffectSpec, name: str, value: Any, *, colour: bool) -> Scalar:
    item = value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value
    item = float(item) if isinstance(item, Fraction) and abs(item) <= _LARGEST else item
    if not isinstance(item, bool | int | float | str) or (
        isinstance(item, int | float) and not abs(item) <= _LARGEST  # neither is NaN
    ):
        raise ValidationError(
            f"{name} takes a finite number, a text or a truth value, not {shown(value)}",
            value=value,
            hint=f"{spec.title} takes {_taken(spec)}",
        )
    return hexadecimal(item) or item if colour and isinstance(item, str) else item


def require_names(spec: EffectSpec, values: tuple[Any, ...], call: str) -> None:
    """Refuse values that were given without the names of their parameters.

    Args:
        spec: of the effect.
        values: those without names.
        call: what to write instead; `{}` stands for the values with their names.

    Raises:
        ValidationError: names the parameters.
    """
    if not values:
        return
    keys = [one.key for one in spec.parameters]
    named = ", ".join(f"{key}={value!r}" for key, value in zip(keys, values, strict=False))
    fits = len(values) <= len(keys) and len(named) <= 200
    raise ValidationError(
        f"{spec.title} takes its values by name",
        value=values,
        hint=call.format(named) if fits else f"{spec.title} takes {_taken(spec)}",
    )


def _taken(spec: EffectSpec) -> str:
    return ", ".join(map(str, spec.parameters)) or "no values"

"""What an effect takes: its parameters with type, range, unit and default, and the check of a value against them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cutroom.effects.colour_names import ACCEPTED, SOLID, has_alpha, hexadecimal
from cutroom.errors import ValidationError, nearest
from cutroom.schema.curve import Curve
from cutroom.schema.effect import Scalar
from cutroom.schema.resource import ResourceKind

ParameterKind = Literal["float", "int", "bool", "choice", "colour", "text", "file"]
WIDTHS, HEIGHTS = "fraction of the canvas width", "fraction of the canvas height"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TYPES: dict[str, tuple[type, ...]] = {"float": (int, float), "int": (int,), "bool": (bool,), "text": (str,)}


@dataclass(frozen=True)
class Parameter:
    """One parameter of an effect.

    Args:
        key: how it is called, in Python and in project files.
        description: one sentence.
        default: what it is when it is not given.
        kind: its type; a `float` takes whole numbers too, a `colour` is kept as "#rrggbb". A `file` is a path to
            whoever edits; the file becomes a resource of the project, and the value its SHA-256. "" is no file.
        minimum: smallest number, inclusive.
        maximum: largest number, inclusive.
        unit: what the number counts.
        choices: the words that a `choice` may be.
        animatable: whether it may change while the clip plays; only a `float` does, and none that says something about
            the whole clip, such as how long its beginning is.
        resource: what a `file` must be.
        required: whether it must be given, since no default would make sense: that of a text or a file is "".
        below: what to do instead where someone gives a number below the smallest.

    Example:
        >>> level = Parameter("value", "How much lighter.", 0.0, minimum=-1, maximum=1)
        >>> level.range, level.check(1, "brightness")
        ('-1 … 1', 1.0)
    """

    key: str
    description: str
    default: Scalar
    kind: ParameterKind = "float"
    minimum: float = -math.inf
    maximum: float = math.inf
    unit: str = ""
    choices: tuple[str, ...] = ()
    animatable: bool = True
    resource: ResourceKind | None = None
    required: bool = False
    below: str = ""

    @property
    def moves(self) -> bool:
        """Whether it can be animated."""
        return self.animatable and self.kind == "float"

    @property
    def range(self) -> str:
        """What it may be, for people."""
        if self.kind == "choice":
            return " | ".join(self.choices)
        if self.kind in {"bool", "text"}:
            return self.kind
        if self.kind == "colour":
            return "#000000 … #ffffff"
        if self.kind == "file":
            return f"path of a {self.resource} file"
        if self.minimum == -math.inf and self.maximum == math.inf:
            return "any"
        return f"{self.minimum:g} … {self.maximum:g}"

    def check(self, value: Scalar, owner: str) -> Scalar:
        """The value in the parameter's own type.

        Args:
            value: what was given.
            owner: the effect's name, for the message.

        Raises:
            ValidationError: of another type, not finite, or out of range.
            UnknownNameError: a choice that does not exist.
        """
        if self.kind == "choice":
            if not isinstance(value, str):
                raise self._wrong(value, owner)
            if value not in self.choices:
                raise nearest(value, self.choices, what=f"{owner} {self.key}")
            return value
        if self.kind == "colour":
            colour = hexadecimal(value) if isinstance(value, str) else None
            if colour is None:
                raise self._wrong(value, owner)
            return colour
        if self.kind == "file":
            if not isinstance(value, str) or (value and not _SHA256.fullmatch(value)):
                raise self._wrong(value, owner)
            return value
        fits = _TYPES[self.kind]
        if not isinstance(value, fits) or (isinstance(value, bool) and self.kind != "bool"):
            raise self._wrong(value, owner)
        if isinstance(value, bool | str):
            return value
        if not math.isfinite(value) or not self.minimum <= value <= self.maximum:
            raise self._wrong(value, owner)
        return float(value) if self.kind == "float" else value

    def require_moves(self, owner: str) -> None:
        """Make sure that it can be animated.

        Raises:
            ValidationError: it is always constant.
        """
        if not self.moves:
            why = "it says something about the whole clip" if self.kind == "float" else f"it is a {self.kind}"
            raise ValidationError(
                f"{owner}: {self.key} cannot be animated: {why}", value=self.key, hint="give it one value"
            )

    def check_curve(self, curve: Curve, owner: str) -> None:
        """Make sure that its keys are in range.

        A curve of one key is a value that a freeze has held in the middle of an overshoot: like every value between
        keys it may lie out of range, and is limited when it is rendered.

        Raises:
            ValidationError: one is not.
        """
        for key in curve if len(curve) > 1 else ():
            try:
                self.check(key.value, owner)
            except ValidationError as error:
                at = f"{float(key.time):g} s"
                raise ValidationError(f"{error.message} at {at}", value=key.value, hint=error.hint) from None

    def limited(self, value: float) -> float:
        """The nearest number of its range."""
        return min(max(value, self.minimum), self.maximum)

    def _wrong(self, value: object, owner: str) -> ValidationError:
        unit = f" ({self.unit})" if self.unit else ""
        solid = f"; {SOLID}" if self.kind == "colour" and has_alpha(value) else ""
        under = isinstance(value, int | float) and value < self.minimum
        instead = f"; {self.below}" if self.below and under else ""
        return ValidationError(
            f"{owner}: {self.key} cannot be {value!r}",
            value=value,
            hint=f"{self.key} takes {self._takes}{unit}{solid}; {self.initial}{instead}",
        )

    @property
    def _takes(self) -> str:
        if self.kind == "bool":
            return "True or False"
        return f"a colour: {ACCEPTED}" if self.kind == "colour" else f"{self.kind}: {self.range}"

    @property
    def initial(self) -> str:
        """What it is where it is not given, for people."""
        return "it is required" if self.required else f"default {self.default!r}"

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        still = ", constant" if self.kind == "float" and not self.animatable else ""
        default = ", required" if self.required else f" = {self.default!r}"
        return f"{self.key}: {self.range}{unit}{default}{still}"


def resolve(owner: str, parameters: tuple[Parameter, ...], given: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Every parameter's value: what was given, checked, and the defaults of the rest.

    Raises:
        UnknownNameError: a parameter that does not exist; the hint names the nearest.
        ValidationError: a value of the wrong type or out of range.
    """
    known = {parameter.key: parameter for parameter in parameters}
    for key in given:
        if key not in known:
            raise nearest(key, known, what=f"{owner} parameter")
    return {key: p.check(given[key], owner) if key in given else p.default for key, p in known.items()}

"""The code of an effect as bytes: a line of JSON that says what it is, then the pickled function."""

from __future__ import annotations

import json
import math
import re
import sys
from functools import lru_cache
from typing import Annotated, Literal, Self

import pydantic
from pydantic import Field, model_validator

from cutroom.effects.parameter import Parameter
from cutroom.errors import RenderError, ValidationError
from cutroom.schema.base import Frozen, canonical_json, strict_json
from cutroom.schema.effect import Scalar
from cutroom.schema.resource import LARGEST_PAYLOAD, Resource, effect_name

Numbers = Literal["uint8", "float32"]
"""What the array holds: whole numbers from 0 to 255, or numbers from 0 to 1."""
Clock = Literal["time", "index"]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Python that this is; the code of functions is different in each."""
LONGEST_TITLE = 60
MODULE = re.compile(r"^\w+(\.\w+)*$")
_Module = Annotated[str, Field(max_length=200, pattern=MODULE)]


class Declared(Frozen):
    """A parameter, as data."""

    key: str = Field(max_length=60, pattern=r"^\w+$")
    kind: Literal["float", "int", "bool", "text", "choice"]
    default: Scalar
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Annotated[str, Field(max_length=200)], ...] = Field(default=(), max_length=100)
    description: str = Field(default="", max_length=1000)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            self.parameter.check(self.default, "its default")
        except ValidationError as error:
            raise ValueError(f"{error.message}; {error.hint}") from None
        return self

    @property
    def parameter(self) -> Parameter:
        """The parameter."""
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        return Parameter(
            self.key, self.description, self.default, self.kind, minimum=low, maximum=high, choices=self.choices
        )


class Code(Frozen):
    """What the code of an effect says about itself. It is a part of the bytes, so nothing of it can be changed."""

    format: Literal[1] = 1
    title: str = Field(max_length=LONGEST_TITLE, pattern=r"^[^\W\d]\w*$")
    """The function's name."""
    description: str = Field(default="", max_length=1000)
    dtype: Numbers = "uint8"
    takes: tuple[Clock, ...] = ()
    """What it wants to know of the frame beside its pixels."""
    parameters: tuple[Declared, ...] = Field(default=(), max_length=64)
    modules: tuple[_Module, ...] = Field(default=(), max_length=200)
    """What must be imported before it can be unpickled and run."""
    python: str = Field(max_length=20)
    source: str = Field(max_length=LARGEST_PAYLOAD)

    def require_runnable(self) -> None:
        """Make sure that this Python can run it.

        Raises:
            RenderError: it was made by another one.
        """
        if self.python != PYTHON:
            raise RenderError(
                f"effect {self.title} was made by Python {self.python}, and this is Python {PYTHON}",
                value=self.title,
                hint=f"project.effects.source({self.title!r}) is its text: define it anew, and put that on the clips",
            )


def packed(code: Code, pickled: bytes) -> Resource:
    """Code as a resource of a project.

    Raises:
        ValidationError: it is too large.
    """
    data = canonical_json(code).encode() + b"\n" + pickled
    if len(data) > LARGEST_PAYLOAD:
        raise ValidationError(
            f"effect {code.title} has {len(data) / (1 << 20):.1f} MiB; at most {LARGEST_PAYLOAD >> 20} are possible",
            value=code.title,
            hint="the arrays that it uses travel with it: make them inside of the function, or smaller",
        )
    return Resource.of_payload(data, source=code.source)


def unpacked(data: bytes) -> tuple[Code, bytes]:
    """What the code says about itself, and the pickled function; nothing is unpickled.

    Raises:
        ValidationError: it is no code of an effect.
    """
    head, _, pickled = data.partition(b"\n")
    try:
        code = Code.model_validate_json(json.dumps(strict_json(head.decode())))
    except (ValueError, RecursionError, pydantic.ValidationError) as error:
        raise ValidationError(
            f"this is no code of an effect: {str(error).splitlines()[0]}", hint="define it anew with @cr.effect"
        ) from None
    return code, pickled


@lru_cache(maxsize=256)
def code(resource: Resource) -> Code:
    """What a resource of the kind "python" says about itself.

    Raises:
        ValidationError: it is no code of an effect, or the text that is shown is not the one that it was made from.
    """
    assert resource.data is not None
    found, _ = unpacked(resource.data)
    if found.source != resource.source:
        raise ValidationError(
            f"effect {found.title} shows another text than it was made from",
            value=resource.sha256,
            hint="somebody changed the project file: ask who sent it",
        )
    return found


def name_of(resource: Resource) -> str:
    """What the effect of a resource is called in projects."""
    return effect_name(code(resource).title, resource.sha256)

"""From a function to an effect: what its signature declares, and its code as a resource of projects."""

from __future__ import annotations

import inspect
import math
import textwrap
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Annotated, Any, Literal, get_args, get_origin

import pydantic

from cutroom.effects.python.code import LONGEST_TITLE, MODULE, PYTHON, Clock, Code, Declared, Numbers, packed
from cutroom.effects.python.declared import spec_of
from cutroom.effects.registry import EffectSpec
from cutroom.errors import ValidationError, nearest
from cutroom.schema.resource import Resource

_CLOCK: tuple[Clock, ...] = ("time", "index")
_KINDS: Mapping[type, Literal["float", "int", "bool", "text"]] = {
    float: "float",
    int: "int",
    bool: "bool",
    str: "text",
}
_HINT = "@cr.effect above def tint(frame, *, amount: float = 0.5):"
_TAKEN = frozenset({"self", "effect"})


@dataclass(frozen=True)
class PythonEffect:
    """A function that is an effect. Called, it is the function itself.

    Args:
        function: as it was written.
        resource: its code, as projects hold it.
    """

    function: Callable[..., Any]
    resource: Resource

    def __call__(self, *arguments: Any, **values: Any) -> Any:
        """Call the function, as if it were no effect."""
        return self.function(*arguments, **values)

    @property
    def spec(self) -> EffectSpec:
        """What it is called and takes."""
        return spec_of(self.resource)

    @property
    def effect(self) -> str:
        """Its name in projects, which names its code."""
        return self.spec.effect

    @property
    def source(self) -> str:
        """The text that it was made from."""
        return self.resource.source

    def as_function(self) -> Callable[..., Any]:
        """What another effect that calls this one takes along."""
        return self.function

    def __repr__(self) -> str:
        return str(self.spec)

    def _repr_html_(self) -> str:
        return self.spec._repr_html_()


def define(
    function: Callable[..., Any],
    *,
    dtype: Numbers = "uint8",
    parameters: Mapping[str, Sequence[Any]] | None = None,
    modules: Sequence[str] = (),
) -> PythonEffect:
    """An effect from a function.

    Args:
        function: takes the frame, then parameters with defaults; `time` and `index` are told, not set.
        dtype: what the frame's array holds.
        parameters: the range of a number as (smallest, largest), or the words that a text may be.
        modules: what the function imports beside what can be seen in it.

    Raises:
        ValidationError: not a function of this kind, or something that cannot travel; names it.

    Example:
        >>> def dim(frame, *, amount: float = 0.5):
        ...     return frame * amount
        >>> print(define(dim, dtype="float32", parameters={"amount": (0, 1)}).spec)  # doctest: +ELLIPSIS
        python:dim (video effect, pointwise)
        The function dim.
          amount: 0 … 1 = 0.5...
    """
    if not isinstance(function, FunctionType) or inspect.iscoroutinefunction(function):
        raise ValidationError(f"an effect is made of a function, not of {function!r}"[:200], value=function, hint=_HINT)
    if function.__name__ == "<lambda>":
        raise ValidationError("a lambda has no name that projects could know it by", value=function, hint=_HINT)
    if dtype not in {"uint8", "float32"}:
        raise ValidationError(f"{function.__name__}: no frames of {dtype!r}", value=dtype, hint="uint8 or float32")
    title = function.__name__
    if len(title) > LONGEST_TITLE:
        raise ValidationError(
            f"the name {title[:LONGEST_TITLE]}… is too long for an effect",
            value=title,
            hint=f"at most {LONGEST_TITLE} letters are possible",
        )
    if parameters is not None and not isinstance(parameters, Mapping):
        raise ValidationError(
            f"{title}: parameters takes ranges by name, not {parameters!r}"[:200],
            value=parameters,
            hint='parameters={"amount": (0, 1)}',
        )
    for module in modules:
        if not MODULE.fullmatch(module):
            raise ValidationError(
                f"{title}: {module!r} is no name of a module", value=module, hint='modules=["scipy.ndimage"]'
            )
    ranges = dict(parameters or {})
    declared, takes = _signature(function, ranges)
    if unknown := [name for name in ranges if name not in {one.key for one in declared}]:
        raise nearest(unknown[0], [one.key for one in declared], what=f"{title} parameter")
    from cutroom.effects.python.pickling import pickled

    made = pickled(function)
    words = inspect.getdoc(function)
    code = _checked(
        Code,
        title,
        title=title,
        description=" ".join(words.partition("\n\n")[0].split())[:1000] if words else "",
        dtype=dtype,
        takes=takes,
        parameters=declared,
        modules=tuple(sorted(made.modules | set(modules))),
        python=PYTHON,
        source=_source(function),
    )
    return PythonEffect(function, packed(code, made.data))


def _source(function: FunctionType) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError, IndentationError):
        raise ValidationError(
            f"the text of {function.__name__} is not to be found",
            value=function.__name__,
            hint="projects hold the text of their effects: define it in a cell or in a file",
        ) from None


def _signature(
    function: FunctionType, ranges: Mapping[str, Sequence[Any]]
) -> tuple[tuple[Declared, ...], tuple[Clock, ...]]:
    """What a function takes beside the frame."""
    title = function.__name__
    every = [*inspect.signature(function).parameters.values()]
    if not every or every[0].kind not in {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}:
        raise ValidationError(
            f"{title} takes no frame", value=title, hint=f"def {title}(frame, *, amount: float = 0.5):"
        )
    rest = every[1:]
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception:  # whatever an annotation may raise: it is not needed where there is a default
        hints = {}
    takes = tuple(one for one in _CLOCK if one in {parameter.name for parameter in rest})
    wanted = [one for one in rest if one.name not in _CLOCK]
    for one in wanted:
        if one.kind in {one.VAR_KEYWORD, one.VAR_POSITIONAL, one.POSITIONAL_ONLY} or one.name in _TAKEN:
            raise ValidationError(
                f"{title}: {one} can be no parameter of an effect", value=one.name, hint="each has a name of its own"
            )
        if one.default is one.empty:
            raise ValidationError(
                f"{title}: {one.name} has no default", value=one.name, hint=f"{one.name}: float = 0.5, say"
            )
    return tuple(_declared(title, one, hints.get(one.name), ranges.get(one.name)) for one in wanted), takes


def _declared(title: str, one: inspect.Parameter, hint: Any, limits: Sequence[Any] | None) -> Declared:
    """A parameter of a function, as data."""
    words = ""
    if get_origin(hint) is Annotated:
        hint, *said = get_args(hint)
        words = next((word for word in said if isinstance(word, str)), "")
        limits = limits or next((pair for pair in said if isinstance(pair, tuple | list)), None)
    if get_origin(hint) is Literal:
        hint, limits = str, get_args(hint)
    default = one.default.item() if hasattr(one.default, "item") else one.default
    kind = _KINDS.get(hint if hint in _KINDS else type(default))
    if kind is None:
        raise ValidationError(
            f"{title}: {one.name} can be a number, a truth value or a text, not {hint or type(default)!r}",
            value=one.name,
            hint=f"{one.name}: float = 0.5, say",
        )
    given: dict[str, Any] = {"key": one.name, "kind": kind, "default": default, "description": words}
    if limits is not None and kind == "text":
        if isinstance(limits, str) or not _gone_through(limits) or not all(isinstance(one, str) for one in limits):
            raise ValidationError(
                f"{title}: {limits!r} are no words of {one.name}", value=limits, hint='such as ("left", "right")'
            )
        given |= {"kind": "choice", "choices": tuple(limits)}
    elif limits is not None:
        low, high = _pair(title, one.name, limits)
        given |= {"minimum": low, "maximum": high}
    if kind == "float" and isinstance(default, int) and not isinstance(default, bool):
        given["default"] = float(default)
    return _checked(Declared, f"{title}: {one.name}", **given)


def _pair(title: str, name: str, limits: Sequence[Any]) -> tuple[float | None, float | None]:
    given = limits if _gone_through(limits) else ()
    numbers = [None if isinstance(one, float) and math.isinf(one) else one for one in given]
    if len(numbers) != 2 or not all(one is None or isinstance(one, int | float) for one in numbers):
        raise ValidationError(
            f"{title}: {limits!r} is no range of {name}", value=limits, hint="(smallest, largest), such as (0, 1)"
        )
    return numbers[0], numbers[1]


def _gone_through(value: object) -> bool:
    return isinstance(value, Iterable)


def _checked[T: pydantic.BaseModel](of: type[T], owner: str, /, **values: Any) -> T:
    try:
        return of(**values)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        told = first["msg"].removeprefix("Value error, ")
        raise ValidationError(f"{owner}: {field + ': ' if field else ''}{told}", value=first["input"]) from None

"""`cr.effect`, which makes an effect of a function, and `project.effects`: those that a project holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from cutroom.api.arguments import names, text
from cutroom.app import App, app
from cutroom.edit.operations import AddResource
from cutroom.effects.python.code import Numbers, code, name_of
from cutroom.effects.python.define import PythonEffect, define
from cutroom.errors import ValidationError, nearest
from cutroom.schema.resource import Resource, code_of, short_name
from cutroom.schema.time import shown
from cutroom.session import Session
from cutroom.workers.grantbook import GrantBook

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "python:"


@overload
def effect(function: Callable[..., Any], /) -> PythonEffect: ...
@overload
def effect(
    *,
    dtype: Numbers = ...,
    parameters: Mapping[str, Sequence[Any]] | None = ...,
    modules: str | Sequence[str] = ...,
) -> Callable[[Callable[..., Any]], PythonEffect]: ...
def effect(
    function: Callable[..., Any] | None = None,
    /,
    *,
    dtype: Numbers = "uint8",
    parameters: Mapping[str, Sequence[Any]] | None = None,
    modules: str | Sequence[str] = (),
) -> PythonEffect | Callable[[Callable[..., Any]], PythonEffect]:
    """Make an effect of a function, for `clip.effects.add(function, …)`, in previews and exports.

    The function gets the layer as it lies on the canvas, (height, width, 4): R'G'B' and straight alpha, and gives back
    such an array. A preview may be smaller than the project. What it leaves as it is stays as it was, to the bit. Its
    other parameters have defaults: numbers, truth values and texts. Those that are floats can be animated. Where it has
    a parameter `index` it is told the frame's number in its clip, and where it has `time` the seconds from the clip's
    start; both count from the clip's in point, and are negative before it, in a transition.

    It runs in a worker without files and network, with what it uses as it was when it was defined. The same frame and
    values must always give the same frame: each stretch of a clip is made apart, and kept. Defining it anew makes
    another effect; clips keep the one that they have.

    Args:
        function: of the user's own.
        dtype: "uint8": whole numbers from 0 to 255; "float32": from 0 to 1, without loss where a project has 10 bits.
        parameters: of numbers, the range as (smallest, largest); of texts, the words that are possible. The same can be
            said by `Annotated[float, (0, 1), "what it does"]` and `Literal["left", "right"]`.
        modules: what it imports that cannot be seen in it; workers import nothing after they have begun.

    Raises:
        ValidationError: no such function, or it uses something that cannot travel to a worker.

    Example:
        >>> import cutroom as cr
        >>> @cr.effect(parameters={"amount": (0, 1)})
        ... def fade_red(frame, *, amount: float = 0.5):
        ...     frame[..., 0] = frame[..., 0] * (1 - amount)
        ...     return frame
        >>> title = cr.Project.create(fps=30, size=(640, 360)).timeline.add_title("Hello", at=0, duration=2)
        >>> title.effects.add(fade_red, amount=0.4).parameters
        {'amount': 0.4}
    """

    def made(function: Callable[..., Any]) -> PythonEffect:
        named = names("modules", modules) or ()
        found = define(function, dtype=dtype, parameters=parameters, modules=named)
        app().get(GrantBook).allow_code(found.resource.sha256, remember=True)
        return found

    return made if function is None else made(function)


def known_as(session: Session, effect: str | PythonEffect) -> str:
    """What a project calls an effect; the code of one that it does not have yet is put into it.

    Args:
        session: of the project.
        effect: the effect, or its name; "python:tint" means the `tint` that came last.

    Raises:
        UnknownNameError: the project has none of this name; names the nearest.
    """
    if isinstance(effect, PythonEffect):
        if effect.resource not in session.document.resources:
            session.apply(AddResource(resource=effect.resource))
        return effect.effect
    name = title_of(effect)
    if name.startswith(PREFIX) and code_of(name) is None:
        return name_of(_found(session, name.removeprefix(PREFIX)))
    return name


def title_of(effect: str | PythonEffect) -> str:
    """What people call an effect that they give.

    Raises:
        ValidationError: something else; of a function the hint says how it becomes one.
    """
    if isinstance(effect, PythonEffect):
        return short_name(effect.effect)
    if callable(effect):
        called = getattr(effect, "__name__", "")
        raise ValidationError(
            f"effect takes a name or what @cr.effect made, not {shown(effect)}",
            value=effect,
            hint=f"write @cr.effect above def {called if called.isidentifier() else 'tint'}(frame), and give that",
        )
    return text("effect", effect)


def same_function(name: str, effect: str) -> bool:
    """Whether an effect is a function's of this name, whatever its code: "python:tint"."""
    return code_of(effect) is not None and effect.rpartition(":")[0] == name


def _found(session: Session, title: str) -> Resource:
    """The code of an effect, by the function's name or the effect's: the last of those that are called so."""
    codes = [one for one in session.document.resources if one.kind == "python"]
    names = {name: one for one in codes for name in (code(one).title, name_of(one))}
    if title not in names:
        raise nearest(title, names, what="effect in Python in this project")
    return names[title]


@dataclass(frozen=True, slots=True)
class ProjectEffects:
    """The effects in Python that a project holds. Those that came with somebody else's project must be trusted first.

    Args:
        session: of the project.
        services: of the process.
    """

    session: Session
    services: App

    def source(self, effect: str) -> str:
        """The text of the function, as whoever made it says.

        Args:
            effect: the function's name, or the effect's.

        Raises:
            UnknownNameError: there is none; names the nearest.
        """
        return _found(self.session, text("effect", effect)).source

    def trust(self, effect: str) -> None:
        """Let workers on this machine run the code of an effect, from now on and in any project.

        Workers run it without files and network, yet it sees the pictures: trust whom you have it from.

        Raises:
            UnknownNameError: there is none; names the nearest.
        """
        found = _found(self.session, text("effect", effect))
        self.services.get(GrantBook).allow_code(found.sha256, remember=True)

    def to_df(self) -> pd.DataFrame:
        """One row per effect: effect, title (of the function), trusted, used, python, modules, bytes."""
        import pandas as pd

        book, used = self.services.get(GrantBook), self.session.document.used_resources
        codes = [(one, code(one)) for one in self.session.document.resources if one.kind == "python"]
        rows = [
            (
                name_of(one),
                found.title,
                book.may_run(one.sha256),
                one.sha256 in used,
                found.python,
                ", ".join(found.modules),
                one.fingerprint.size,
            )
            for one, found in codes
        ]
        columns = ["effect", "title", "trusted", "used", "python", "modules", "bytes"]
        return pd.DataFrame(rows, columns=columns).astype({"trusted": "bool", "used": "bool", "bytes": "Int64"})

    def __len__(self) -> int:
        return sum(one.kind == "python" for one in self.session.document.resources)

    def __repr__(self) -> str:
        names = [code(one).title for one in self.session.document.resources if one.kind == "python"]
        return f"{len(names)} effects in Python: " + ", ".join(names)

    def _repr_html_(self) -> str:
        return str(self.to_df().to_html(index=False))

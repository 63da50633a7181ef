"""What effects and transitions there are: plain data, handed to whoever needs it."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from cutroom.effects.nodes import Node
from cutroom.effects.parameter import Parameter, resolve
from cutroom.effects.synonyms import EFFECTS, TRANSITIONS, unknown
from cutroom.errors import ValidationError, nearest
from cutroom.schema.curve import Curve, value_at
from cutroom.schema.effect import Effect, Scalar
from cutroom.schema.resource import short_name

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.effects.analysis import Request

EffectKind = Literal["video", "audio"]
Part = tuple[str, Mapping[str, Scalar]]
"""An effect of a look's chain, with those of its values that are not its defaults."""


@dataclass(frozen=True)
class Memory:
    """How far back an effect looks.

    `pointwise`: at nothing but the frame or sample itself. `preroll`: at up to `frames` before it as well; at how many
    with the values that it has, its nodes say. `analysis`: at the whole clip, which is measured first. `stateful`: of
    sound, at everything since the clip's first audible sample.

    Example:
        >>> str(Memory("preroll", frames=4))
        'preroll 4'
    """

    kind: Literal["pointwise", "preroll", "analysis", "stateful"] = "pointwise"
    frames: int = 0

    def __str__(self) -> str:
        return f"{self.kind} {self.frames}" if self.frames else self.kind


POINTWISE = Memory()
REMEMBERS = Memory("stateful")


@dataclass(frozen=True)
class Analysis:
    """What an effect measures, and what it makes of it; see `effects.analysis`.

    Args:
        requests: what it wants to know, from its values and what it measures: a `Heard` or a `Film`.
        build: its nodes, from the same and the results.
    """

    requests: Callable[[Mapping[str, Any], Any], tuple[Request, ...]]
    build: Callable[[Mapping[str, Any], Any, tuple[Any, ...]], tuple[Node, ...]]


@dataclass(frozen=True)
class Setting:
    """Where an effect works: the canvas it draws on, the clip it sounds in.

    Args:
        width: of the canvas, in pixels.
        height: of the canvas, in pixels.
        sample_rate: samples per second.
        samples: length of the clip.
        fps: frames per second.
        first: number in its clip of the segment's first frame, for effects that are `clocked`; 0 for all others, so
            that what they make does not depend on where it stands.
        depth: bits of the picture's numbers.
    """

    width: int
    height: int
    sample_rate: int
    samples: int
    fps: Fraction = Fraction(30)
    first: int = 0
    depth: Literal[8, 10] = 8


class _Shown:
    """Shows itself as its own documentation."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


@dataclass(frozen=True, repr=False)
class EffectSpec(_Shown):
    """One effect.

    Args:
        effect: its name.
        kind: `"video"` or `"audio"`.
        description: one sentence.
        parameters: what it takes.
        build: its nodes, from checked values and the setting; no nodes where the values change nothing.
        memory: how far back it looks; only one that is pointwise can be animated.
        together: refuses constants that are right each, but not together; what is animated may pass through such a
            moment.
        group: what it is listed under.
        example: values that show what it does, where the defaults change nothing.
        cost: milliseconds of one core for a 1080p frame, or for a second of stereo sound, with the defaults; as
            `python3 dev.py bench effects` measured it.
        clocked: whether it does something else to each frame, such as grain; `build` then gets the `first` frame.
        chain: of a look: the effects that it is made of.
        titles: whether it changes how a title is drawn, and does nothing to another clip.
        swell: of an effect on sound that can be animated: its nodes, from the values and the curves of those that are.
        analysis: of one that measures its clip first: what it measures, and its nodes then; `build` gives those that
            stand in for them where nothing is measured.
        namesakes: that are shown with it.
    """

    effect: str
    kind: EffectKind
    description: str
    parameters: tuple[Parameter, ...]
    build: Callable[[Mapping[str, Any], Setting], tuple[Node, ...]]
    memory: Memory = POINTWISE
    together: Callable[[Mapping[str, Any]], None] | None = None
    swell: Callable[[Mapping[str, Any], Mapping[str, Curve]], tuple[Node, ...]] | None = None
    group: str = ""
    example: Mapping[str, Scalar] = field(default_factory=dict, hash=False)
    cost: float = 0.0
    clocked: bool = False
    titles: bool = False
    chain: tuple[Part, ...] = field(default=(), hash=False)
    analysis: Analysis | None = None
    namesakes: tuple[EffectSpec, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if (self.memory.kind == "analysis") != (self.analysis is not None):
            raise ValueError(f"{self.effect}: its memory is analysis where it says what it measures, and nowhere else")

    def values(self, given: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """Every parameter's value, checked, defaults filled in.

        Raises:
            UnknownNameError, ValidationError: as `parameter.resolve`.
        """
        return resolve(self.title, self.parameters, given)

    def values_of(self, effect: Effect) -> dict[str, Scalar]:
        """The constants of an effect of this kind, all of it checked: they, its keyframes, and both together.

        Raises:
            UnknownNameError: a parameter that does not exist; the hint names the nearest.
            ValidationError: a value of the wrong type or out of range, one that is required and was not given, or a
                parameter that cannot be animated.
        """
        values = self.values(effect.parameters)
        self._require_all(values)
        if effect.curves:
            for key, curve in effect.curves.items():
                self.animated(key).check_curve(curve, self.title)
        elif self.together is not None:
            self.together(values)
        return values

    def _require_all(self, values: Mapping[str, Scalar]) -> None:
        for parameter in self.parameters:
            if parameter.required and values[parameter.key] == parameter.default:
                from cutroom.effects.listing import call

                raise ValidationError(f"{self.title} needs a {parameter.key}", value=self.effect, hint=call(self))

    def animated(self, parameter: str) -> Parameter:
        """The parameter of this name, which is to be animated.

        Raises:
            UnknownNameError: there is none; names the nearest.
            ValidationError: it cannot be animated.
        """
        known = {one.key: one for one in self.parameters}
        if parameter not in known:
            raise nearest(parameter, known, what=f"{self.title} parameter")
        known[parameter].require_moves(self.title)
        if self._is_still:
            raise ValidationError(
                f"{self.title} cannot be animated: it looks at more than one frame or sample",
                value=self.effect,
                hint="split the clip, and give each part values of its own",
            )
        return known[parameter]

    def animates(self, parameter: Parameter) -> bool:
        """Whether one of its parameters may change while the clip plays."""
        return parameter.moves and not self._is_still

    @property
    def _is_still(self) -> bool:
        return self.memory.kind != "pointwise" or (self.kind == "audio" and self.swell is None)

    def at(self, values: Mapping[str, Scalar], curves: Mapping[str, Curve], time: Fraction) -> dict[str, Scalar]:
        """Every parameter's value at a moment of the clip; an overshoot is limited to the parameter's range."""
        return {
            p.key: p.limited(value_at(curves[p.key], time)) if p.key in curves else values[p.key]
            for p in self.parameters
        }

    def moments(self, values: Mapping[str, Scalar], curves: Mapping[str, Curve]) -> Iterator[dict[str, Scalar]]:
        """Every parameter's value at each moment at which some parameter has a key; where none is animated, once."""
        times = {key.time for curve in curves.values() for key in curve} or {Fraction(0)}
        return (self.at(values, curves, time) for time in sorted(times))

    @property
    def title(self) -> str:
        """What people call it."""
        return short_name(self.effect)

    @property
    def parts(self) -> str:
        """What a look is made of, for people."""
        return ", ".join(
            f"{name}({', '.join(f'{key}={value!r}' for key, value in given.items())})" for name, given in self.chain
        )

    def __str__(self) -> str:
        page = _page(f"{self.title} ({self.kind} effect, {self.memory})", self.description, self.parameters)
        page = f"{page}\n  is: {self.parts}" if self.chain else page
        return "\n\n".join([page, *map(str, self.namesakes)])

    def _repr_html_(self) -> str:
        from cutroom.effects.listing import effect_page

        return effect_page(self)


@dataclass(frozen=True, repr=False)
class TransitionSpec(_Shown):
    """One transition.

    Args:
        transition: its name.
        description: one sentence or two.
        group: what it is listed under.
        opposite: the one that goes the other way, if any.
        sound: `"cross"`: both sounds cross over at equal power; `"dip"`: the outgoing one is gone half-way, and the
            incoming one begins there.
    """

    transition: str
    description: str
    group: str = ""
    opposite: str = ""
    sound: Literal["cross", "dip"] = "cross"

    def __str__(self) -> str:
        other = f"; the other way: {self.opposite}" if self.opposite else ""
        return _page(f"{self.transition} (transition, {self.group}{other})", self.description, ())


def _page(title: str, description: str, parameters: tuple[Parameter, ...]) -> str:
    return "\n".join([title, description, *(f"  {p}  {p.description}" for p in parameters)])


class Registry:
    """Effects and transitions by name; itself never changed.

    Example:
        >>> registry = default_registry()
        >>> registry.effect("brightnes")
        Traceback (most recent call last):
        cutroom.errors.UnknownNameError: there is no effect 'brightnes'
          → did you mean 'brightness'?
    """

    def __init__(self, effects: Iterable[EffectSpec], transitions: Iterable[TransitionSpec]) -> None:
        self.effects: dict[str, dict[EffectKind, EffectSpec]] = {}
        """By name; one may be an effect on pictures and another one on sound."""
        for spec in effects:
            self.effects.setdefault(spec.effect, {})[spec.kind] = spec
        self.transitions = {spec.transition: spec for spec in transitions}

    @property
    def specs(self) -> tuple[EffectSpec, ...]:
        """All effects."""
        return tuple(spec for kinds in self.effects.values() for spec in kinds.values())

    def effect(self, effect: str, kind: EffectKind | None = None) -> EffectSpec:
        """The effect of this name.

        Args:
            effect: its name.
            kind: what it is to work on; None: either, and pictures where there are two.

        Raises:
            UnknownNameError: the hint names the nearest.
            ValidationError: a picture's effect on sound, or the other way round.
        """
        if effect not in self.effects:
            known = [name for name, kinds in self.effects.items() if kind is None or kind in kinds]
            raise unknown(effect, map(short_name, known), EFFECTS, what="effect", listed="cr.effects.to_df()")
        kinds = self.effects[effect]
        if kind is None:
            return kinds["video"] if "video" in kinds else kinds["audio"]
        if kind not in kinds:
            what = {"audio": "sound", "video": "a picture"}
            (only,) = kinds
            raise ValidationError(
                f"{effect} works on {what[only]}, not on {what[kind]}",
                value=effect,
                hint="put it on the linked clip of the other track",
            )
        return kinds[kind]

    def transition(self, transition: str) -> TransitionSpec:
        """The transition of this name.

        Raises:
            UnknownNameError: the hint names the nearest.
        """
        if transition not in self.transitions:
            listed = "cr.transitions.to_df()"
            raise unknown(transition, self.transitions, TRANSITIONS, what="transition", listed=listed)
        return self.transitions[transition]

    def effects_df(self) -> pd.DataFrame:
        """One row per effect; `cutroom.effects.to_df` says what the columns are."""
        from cutroom.effects.listing import effects_table

        return effects_table(self.specs)

    def parameters_df(self) -> pd.DataFrame:
        """One row per parameter of each effect; `cutroom.effects.parameters_df` says what the columns are."""
        from cutroom.effects.listing import parameters_table

        return parameters_table(self.specs)

    def transitions_df(self) -> pd.DataFrame:
        """One row per transition: transition, group, description."""
        import pandas as pd

        rows = [(s.transition, s.group, s.description) for s in self.transitions.values()]
        return pd.DataFrame(rows, columns=["transition", "group", "description"], dtype="str")


@cache
def default_registry() -> Registry:
    """The built-in effects and transitions."""
    from cutroom.effects.catalogue import EFFECTS, TRANSITIONS

    return Registry(EFFECTS, TRANSITIONS)

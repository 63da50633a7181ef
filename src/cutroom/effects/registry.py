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
from cutroom.errors import ValidationError, nearest
from cutroom.schema.clip import Clip
from cutroom.schema.curve import Curve, value_at
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect, Scalar

if TYPE_CHECKING:
    import pandas as pd

EffectKind = Literal["video", "audio"]


@dataclass(frozen=True)
class Memory:
    """How far back an effect looks.

    `pointwise`: at nothing but the frame or sample itself. `preroll`: at the `frames` before it as well. `analysis`: at
    the whole clip, which is measured once; then it is pointwise. `stateful`: of sound, at everything since the clip's
    first audible sample.

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
    """

    width: int
    height: int
    sample_rate: int
    samples: int
    fps: Fraction = Fraction(30)
    first: int = 0


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
        swell: of an effect on sound that can be animated: its nodes, from the values and the curves of those that are.
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

    def values(self, given: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """Every parameter's value, checked, defaults filled in.

        Raises:
            UnknownNameError, ValidationError: as `parameter.resolve`.
        """
        return resolve(self.effect, self.parameters, given)

    def values_of(self, effect: Effect) -> dict[str, Scalar]:
        """The constants of an effect of this kind, all of it checked: they, its keyframes, and both together.

        Raises:
            UnknownNameError: a parameter that does not exist; the hint names the nearest.
            ValidationError: a value of the wrong type or out of range, or a parameter that cannot be animated.
        """
        values = self.values(effect.parameters)
        if effect.curves:
            known = {parameter.key: parameter for parameter in self.parameters}
            for key, curve in effect.curves.items():
                if key not in known:
                    raise nearest(key, known, what=f"{self.effect} parameter")
                known[key].check_curve(curve, self.effect)
            if self.memory.kind != "pointwise" or (self.kind == "audio" and self.swell is None):
                raise ValidationError(
                    f"{self.effect} cannot be animated: it looks at more than one frame or sample",
                    value=self.effect,
                    hint="split the clip, and give each part values of its own",
                )
        elif self.together is not None:
            self.together(values)
        return values

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

    def __str__(self) -> str:
        return _page(f"{self.effect} ({self.kind} effect, {self.memory})", self.description, self.parameters)


@dataclass(frozen=True, repr=False)
class TransitionSpec(_Shown):
    """One transition.

    Args:
        transition: its name.
        description: one sentence.
    """

    transition: str
    description: str

    def __str__(self) -> str:
        return _page(f"{self.transition} (transition)", self.description, ())


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
        self.effects = {spec.effect: spec for spec in effects}
        self.transitions = {spec.transition: spec for spec in transitions}

    def effect(self, effect: str) -> EffectSpec:
        """The effect of this name.

        Raises:
            UnknownNameError: the hint names the nearest.
        """
        if effect not in self.effects:
            raise nearest(effect, self.effects, what="effect")
        return self.effects[effect]

    def transition(self, transition: str) -> TransitionSpec:
        """The transition of this name.

        Raises:
            UnknownNameError: the hint names the nearest.
        """
        if transition not in self.transitions:
            raise nearest(transition, self.transitions, what="transition")
        return self.transitions[transition]

    def effects_df(self) -> pd.DataFrame:
        """One row per effect: effect, kind, memory, parameters (text: range, unit and default of each), description."""
        import pandas as pd

        rows = [
            (s.effect, s.kind, str(s.memory), "; ".join(map(str, s.parameters)), s.description)
            for s in self.effects.values()
        ]
        return pd.DataFrame(rows, columns=["effect", "kind", "memory", "parameters", "description"], dtype="str")

    def transitions_df(self) -> pd.DataFrame:
        """One row per transition: transition, description."""
        import pandas as pd

        rows = [(s.transition, s.description) for s in self.transitions.values()]
        return pd.DataFrame(rows, columns=["transition", "description"], dtype="str")


@cache
def default_registry() -> Registry:
    """The built-in effects and transitions."""
    from cutroom.effects.catalogue import EFFECTS, TRANSITIONS

    return Registry(EFFECTS, TRANSITIONS)


def check(subject: Document | Clip | Effect, registry: Registry | None = None) -> None:
    """Make sure that every effect and transition exists and that its parameters and keyframes are in range.

    Raises:
        UnknownNameError: an effect, transition, parameter or choice that does not exist; the hint names the nearest.
        ValidationError: a value of the wrong type or out of range, or a sound effect on a picture.

    Example:
        >>> check(Effect(id="e_1", effect="blur", parameters={"radius": 0.02}))
    """
    registry = registry or default_registry()
    if isinstance(subject, Effect):
        registry.effect(subject.effect).values_of(subject)
    elif isinstance(subject, Clip):
        for effect in subject.effects:
            check(effect, registry)
    else:
        for track in subject.tracks:
            for transition in track.transitions:
                registry.transition(transition.transition)
            for _, clip in track.clips():
                check(clip, registry)
                for effect in clip.effects:
                    require_kind(registry.effect(effect.effect), "audio" if track.kind == "audio" else "video")


def require_kind(spec: EffectSpec, kind: EffectKind) -> None:
    """Refuse a picture's effect on sound, and the other way round.

    Raises:
        ValidationError: names both.
    """
    if spec.kind != kind:
        what = {"audio": "sound", "video": "a picture"}
        raise ValidationError(
            f"{spec.effect} works on {what[spec.kind]}, not on {what[kind]}",
            value=spec.effect,
            hint="put it on the linked clip of the other track",
        )

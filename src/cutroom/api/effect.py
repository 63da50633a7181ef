"""Handles of effects: the chain of a clip, and one effect in it, read live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from cutroom.api import effect_views
from cutroom.api.arguments import text, truth, whole
from cutroom.api.effect_values import kept, require_names, spec_for
from cutroom.api.handle import gone
from cutroom.api.keyframes import KeyframesLike, keyframes_of
from cutroom.api.python_effects import PREFIX, known_as, same_function, title_of
from cutroom.api.tables import effects_table, keyframes_table
from cutroom.app import app
from cutroom.edit import operations as ops
from cutroom.effects.python.define import PythonEffect
from cutroom.effects.registry import Registry
from cutroom.errors import EditError, UnknownNameError, ValidationError, nearest
from cutroom.schema.curve import Easing, Keyframe
from cutroom.schema.effect import Effect as EffectValue
from cutroom.schema.effect import Scalar
from cutroom.schema.resource import short_name
from cutroom.schema.time import shown

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.api.clip import Clip
    from cutroom.api.effect_calls import EffectAdd
    from cutroom.api.names import EffectName


LONGEST_CHAIN = 64


@dataclass(slots=True, unsafe_hash=True)
class Effect:
    """One effect of a clip's chain."""

    clip: Clip
    id: str

    @property
    def value(self) -> EffectValue:
        """The effect as it is now.

        Raises:
            ClipGoneError: it was removed.
        """
        for effect in self.clip.value.effects:
            if effect.id == self.id:
                return effect
        raise gone(self.clip.session, "effect", self.id)

    @property
    def exists(self) -> bool:
        """Whether it is in the chain, and the clip on the timeline."""
        return self.clip.exists and any(effect.id == self.id for effect in self.clip.value.effects)

    @property
    def effect(self) -> str:
        """Its name in the registry."""
        return self.value.effect

    @property
    def parameters(self) -> dict[str, Scalar]:
        """Its parameters as they were set; what was not set has the registry's default."""
        return dict(self.value.parameters)

    @property
    def enabled(self) -> bool:
        """Whether it is on."""
        return self.value.enabled

    @enabled.setter
    def enabled(self, on: bool) -> None:
        _ = self.value
        enabled = truth("enabled", on)
        self.clip.apply(ops.SetEffect(clip=self.clip.id, effect=self.id, enabled=enabled))

    @property
    def keyframes(self) -> dict[str, list[Keyframe]]:
        """The keyframes of each parameter that is animated; their times count in seconds from the clip's start."""
        return {name: list(curve) for name, curve in self.value.curves.items()}

    def set(self, *values: Any, **parameters: Scalar) -> Effect:
        """Change parameters; one that was animated is constant from then on.

        Args:
            values: none; parameters are given by name.
            parameters: as `cr.effects.get(effect)` describes them.

        Raises:
            ValidationError: unknown, without its name, or out of range; nothing changed.
        """
        name = self.effect
        if values:
            require_names(spec_for(self.clip, name), values, "fx.set({})")
        with self.clip.session.edit(f"set {short_name(name)}"):
            given = kept(self.clip, name, parameters)
            self.clip.apply(ops.SetEffect.checked(clip=self.clip.id, effect=self.id, parameters=given))
        return self

    def animate(self, parameter: str, keyframes: KeyframesLike, *, easing: Easing = "linear") -> Effect:
        """Let a parameter go from value to value while the clip plays; replaces the keyframes that it has.

        Times count from the clip's start, on the timeline, and are not snapped. Before the first key the parameter has
        the first value, after the last one the last. A cut of the clip leaves every moment as it was: its parts keep
        keys that lie outside of them. At another speed the keys move with the clip, backwards they stay.

        Args:
            parameter: its name, as `cr.effects.get(effect)` lists it.
            keyframes: `{time: value}`, or rows `(time, value)` and `(time, value, easing)`; two or more.
            easing: how each value goes to the next, where a row has no easing of its own: `"linear"`, `"ease_in"`,
                `"ease_out"`, `"ease_in_out"`, `"hold"` (up to the next key), or the four numbers `(x1, y1, x2, y2)` of
                a cubic Bézier as in CSS. What overshoots is limited to the parameter's range when it is rendered.

        Raises:
            UnknownNameError: the effect has no such parameter; names the nearest.
            ValidationError: a value out of range, an unknown easing, or a parameter that cannot be animated.
            TimeError: not a time, or one that stands twice.

        Example:
            >>> import cutroom as cr
            >>> title = cr.Project.create(fps=30, size=(640, 360)).timeline.add_title("Hello", at=0, duration=2)
            >>> title.transform(scale=0.5).animate("opacity", {0: 0, 0.5: 1}, easing="ease_out")
            transform(scale=0.5, opacity=2 keyframes from 0 to 1)
        """
        _ = self.value
        name = text("parameter", parameter)
        spec_for(self.clip, self.effect).animated(name)
        keys = keyframes_of(name, keyframes, easing, self.clip.document.settings.fps)
        self.clip.apply(ops.SetKeyframes.checked(clip=self.clip.id, effect=self.id, parameter=name, keyframes=keys))
        return self

    def still(self, parameter: str) -> Effect:
        """End the animation of a parameter: it has the value again that it had before, or its default.

        Raises:
            UnknownNameError: it is not animated; names what is.
        """
        animated = self.value.curves
        if text("parameter", parameter) not in animated:
            raise nearest(parameter, animated, what=f"animated parameter of {self.effect}")
        self.clip.apply(ops.SetKeyframes(clip=self.clip.id, effect=self.id, parameter=parameter, keyframes=()))
        return self

    def move(self, index: int) -> Effect:
        """Give it another place in the chain, counted from 0.

        Raises:
            ValidationError: not a whole number from 0, or beyond the end of the chain.
        """
        _ = self.value
        place = _place(index, len(self.clip.value.effects) - 1, len(self.clip.value.effects))
        self.clip.apply(ops.MoveEffect(clip=self.clip.id, effect=self.id, index=place))
        return self

    def remove(self) -> None:
        """Take it out of the chain; where it is gone already, nothing happens."""
        if self.exists:
            self.clip.apply(ops.RemoveEffect(clip=self.clip.id, effect=self.id))

    def __repr__(self) -> str:
        value = self.value
        files = {one.sha256: one.title for one in self.clip.session.document.resources}
        constants = {k: repr(files.get(v, v) if isinstance(v, str) else v) for k, v in value.parameters.items()}
        inside = ", ".join(f"{k}={v}" for k, v in {**constants, **_told(value)}.items())
        return f"{short_name(value.effect)}({inside})" + ("" if value.enabled else " off")


def _place(index: Any, last: int, length: int) -> int:
    """A place in a chain of so many effects."""
    place = whole("index", index, 0, LONGEST_CHAIN)
    if place > last:
        there = f"{length} effect{'' if length == 1 else 's'}"
        raise ValidationError(f"the chain has {there}, and no place {place}", value=index, hint=f"give 0 to {last}")
    return place


def _told(value: EffectValue) -> dict[str, str]:
    """What is animated, in words."""
    return {
        name: f"{len(curve)} keyframe{'s' * (len(curve) > 1)} from {curve[0].value:g} to {curve[-1].value:g}"
        for name, curve in value.curves.items()
    }


def _each(function: Callable[..., Effect]) -> EffectAdd:
    """The function, as editors and type checkers see it: with what each effect takes."""
    return cast("EffectAdd", function)


@dataclass(frozen=True, slots=True)
class EffectChain:
    """The effects of a clip, in the order they are applied."""

    clip: Clip

    @_each
    def add(
        self, effect: EffectName | str | PythonEffect, *values: Any, index: int | None = None, **parameters: Any
    ) -> Effect:
        """Put an effect at the end of the chain, or at `index`.

        Args:
            effect: a name of `cr.effects.to_df()`, or what `@cr.effect` made; "python:tint" is the project's `tint`.
            values: none; parameters are given by name.
            index: place in the chain, from 0.
            parameters: as `cr.effects.get(effect)` describes them; what is left out has its default. A file is given
                by its path.

        Raises:
            UnknownNameError: there is no such effect or parameter; names the nearest.
            ValidationError: a value out of range or without its name, one that is required and was not given, or a
                place beyond the end of the chain.
            EditError: the chain is full.
        """
        self._require_names("add", effect, values)
        if len(self.clip.value.effects) >= LONGEST_CHAIN:
            raise EditError(
                f"clip {self.clip.id} has {LONGEST_CHAIN} effects, and no more", value=effect, hint="remove one first"
            )
        length = len(self.clip.value.effects)
        place = None if index is None else _place(index, length, length)
        with self.clip.session.edit(f"add {title_of(effect).removeprefix(PREFIX)}"):
            name = known_as(self.clip.session, effect)
            given = kept(self.clip, name, parameters)
            adding = ops.AddEffect.checked(clip=self.clip.id, effect=name, parameters=given, index=place)
            made = self.clip.apply(adding)
        return Effect(self.clip, made.created[-1])

    def replace(self, effect: EffectName | str | PythonEffect, *values: Any, **parameters: Any) -> Effect:
        """Put an effect in the place of the one with its name, or at the end where there is none.

        One that `@cr.effect` made takes the place of an earlier version of its function.
        """
        self._require_names("replace", effect, values)
        name = title_of(effect)
        with self.clip.session.edit(name):
            for index, old in enumerate(self.clip.value.effects):
                if old.effect == name or same_function(name, old.effect):
                    Effect(self.clip, old.id).remove()
                    return self.add(effect, index=index, **parameters)
            return self.add(effect, **parameters)

    def _require_names(self, verb: str, effect: str | PythonEffect, values: tuple[Any, ...]) -> None:
        if isinstance(effect, PythonEffect):
            require_names(effect.spec, values, f"clip.effects.{verb}({effect.function.__name__}, {{}})")
        elif values:
            spec = spec_for(self.clip, known_as(self.clip.session, effect))
            require_names(spec, values, f"clip.effects.{verb}({spec.title!r}, {{}})")

    def __iter__(self) -> Iterator[Effect]:
        return iter([Effect(self.clip, effect.id) for effect in self.clip.value.effects])

    def __len__(self) -> int:
        return len(self.clip.value.effects)

    def _ipython_key_completions_(self) -> list[str]:
        return list(dict.fromkeys(short_name(effect.effect) for effect in self.clip.value.effects))

    def __getitem__(self, key: int | str) -> Effect:
        """An effect by place, name or id.

        Raises:
            UnknownNameError: the chain has none there, or of that name.
        """
        chain = self.clip.value.effects
        if isinstance(key, int):
            if not -len(chain) <= key < len(chain):
                raise UnknownNameError(
                    f"there is no effect {shown(key)}", value=key, hint=f"the chain has {len(chain)}"
                )
            return Effect(self.clip, chain[key].id)
        text("an effect of a chain", key)
        for effect in chain:
            if key in {effect.effect, effect.id} or same_function(key, effect.effect):
                return Effect(self.clip, effect.id)
        raise nearest(key, {short_name(effect.effect) for effect in chain}, what="effect in this chain of the name")

    def to_df(self) -> pd.DataFrame:
        """One row per effect and parameter: id, clip, place, effect, enabled, parameter, value (a file by its name),
        set (whether it was, or has its default), keyframes (how many; 0 where it stays at its value).
        """
        clip = self.clip
        return effects_table(clip.document, app().get(Registry), [(clip.track.value.kind, clip.value)])

    def keyframes_df(self) -> pd.DataFrame:
        """One row per keyframe: id (of the effect), clip, effect, parameter, time, time_frame, value, easing."""
        return keyframes_table(self.clip.document, [(self.clip.id, self.clip.value.effects)])

    graph = effect_views.graph
    compare = effect_views.compare
    contact_sheet = effect_views.contact_sheet

    def __repr__(self) -> str:
        return " → ".join(repr(effect) for effect in self) or "no effects"

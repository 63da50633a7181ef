"""A clip's effects as one chain of nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from cutroom.effects.analysis import Film, Heard, Results, require
from cutroom.effects.nodes import Moving, Node
from cutroom.effects.nodes.own import OwnNode
from cutroom.effects.registry import Analysis, EffectKind, EffectSpec, Registry, Setting
from cutroom.effects.segment import Fit, MediaPicture
from cutroom.schema.clip import Clip
from cutroom.schema.curve import Curve
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect, Scalar


@dataclass(frozen=True)
class Scene:
    """What a compilation works on: the document, the effects there are, the canvas."""

    document: Document
    registry: Registry
    setting: Setting
    results: Results | None
    """What was measured; None: effects that measure their clip are shown as if they did nothing."""

    @cached_property
    def step(self) -> Fraction:
        """Seconds of a frame."""
        return 1 / self.document.settings.fps

    def values(self, spec: EffectSpec, effect: Effect) -> dict[str, Scalar]:
        """The constants of an effect; it may have thousands of keyframes, and is checked once."""
        known = self._values.get(id(effect))
        if known is None:
            self._values[id(effect)] = known = effect, spec.values_of(effect)
        return known[1]

    @cached_property
    def _values(self) -> dict[int, tuple[Effect, dict[str, Scalar]]]:
        return {}

    @cached_property
    def shown(self) -> dict[str, tuple[MediaPicture, Fit]]:
        """How each media looks from its beginning, and where it lies, by id: the same for all clips that show it."""
        return {}


Subject = Callable[[int, int], Heard | Film | None]
"""What the effect of a number in its clip measures, and how many frames before the stretch's first it must know;
None: a picture that never moves."""


class Stretch(NamedTuple):
    """The frames of a clip that are compiled."""

    offset: int
    """Of the first, counted from the clip's in point; before it, in a transition: negative."""
    frames: int
    shown: int
    """Frames of the clip that are shown before the first."""


def chain(
    scene: Scene, clip: Clip, kind: EffectKind, subject: Subject, stretch: Stretch | None = None
) -> tuple[tuple[Node, ...], int, int]:
    """The nodes of the clip's enabled effects in order, and how far back they look.

    Args:
        scene: the document, the effects, the canvas.
        clip: the clip.
        kind: of its track.
        subject: what effects that measure first are to measure.
        stretch: of a picture. The curves of sound are left as they are, counted from the clip's start.

    Returns:
        The nodes; how many frames before the one shown they look at; how many of these the clip has.

    Raises:
        UnknownNameError, ValidationError: an effect that does not exist, does not belong here, or has wrong values.
        AnalysisNeededError: something must be measured first.
    """
    active: list[tuple[EffectSpec, Effect, dict[str, Scalar], int]] = []
    for place, effect in enumerate(clip.effects):
        spec = scene.registry.effect(effect.effect, kind)
        values = scene.values(spec, effect)
        if effect.enabled:
            active.append((spec, effect, values, place))
    still = [
        () if effect.curves or spec.analysis is not None else spec.build(values, _setting(scene, spec, stretch))
        for spec, effect, values, _ in active
    ]
    preroll = sum(node.back for found in still for node in found if isinstance(node, OwnNode))
    lead = min(preroll, stretch.shown) if stretch else 0
    nodes: list[Node] = []
    for (spec, effect, values, place), found in zip(active, still, strict=True):
        if spec.analysis is not None:
            if scene.results is not None:
                made = _measured(scene.results, spec.analysis, values, subject(place, lead))
                nodes = [*made, *nodes] if kind == "video" else [*nodes, *made]
        elif not effect.curves:
            nodes += found
        elif stretch is None:
            assert spec.swell is not None
            nodes += spec.swell(values, effect.curves)
        else:
            nodes += _moving(scene, spec, (values, effect.curves), stretch, lead)
    return tuple(nodes), preroll, lead


def _measured(
    results: Results, analysis: Analysis, values: dict[str, Scalar], subject: Heard | Film | None
) -> tuple[Node, ...]:
    """The nodes of an effect that measures first.

    Those of a picture stand before all others of its clip, as its source is what was measured.
    """
    if subject is None:
        return ()
    return analysis.build(values, subject, require(results, analysis.requests(values, subject)))


def _moving(
    scene: Scene, spec: EffectSpec, moved: tuple[dict[str, Scalar], dict[str, Curve]], stretch: Stretch, lead: int
) -> tuple[Node, ...]:
    """What an animated effect does to each frame; where it does the same to all, just that."""
    before: dict[str, Scalar] | None = None
    setting = _setting(scene, spec, stretch)
    nodes: tuple[Node, ...] = ()
    found: list[tuple[Node, ...]] = []
    for number in range(stretch.offset - lead, stretch.offset + stretch.frames):
        values = spec.at(*moved, number * scene.step)
        if values != before:
            before, nodes = values, spec.build(values, setting)
        found.append(nodes)
    if all(one == found[0] for one in found):
        return found[0]
    return (Moving.model_validate({"frames": found, "lead": lead}),)


def _setting(scene: Scene, spec: EffectSpec, stretch: Stretch | None) -> Setting:
    if not spec.clocked or stretch is None:
        return scene.setting
    return replace(scene.setting, first=stretch.offset)

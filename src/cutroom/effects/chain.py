"""A clip's effects as one chain of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from cutroom.effects.nodes import Node
from cutroom.effects.registry import EffectKind, Registry, Setting, require_kind
from cutroom.effects.segment import Fit, MediaPicture
from cutroom.errors import ValidationError
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document


@dataclass(frozen=True)
class Scene:
    """What a compilation works on: the document, the effects there are, the canvas."""

    document: Document
    registry: Registry
    setting: Setting

    @cached_property
    def step(self) -> Fraction:
        """Seconds of a frame."""
        return 1 / self.document.settings.fps

    @cached_property
    def shown(self) -> dict[str, tuple[MediaPicture, Fit]]:
        """How each media looks from its beginning, and where it lies, by id: the same for all clips that show it."""
        return {}


def chain(scene: Scene, clip: Clip, kind: EffectKind) -> tuple[tuple[Node, ...], int]:
    """The nodes of the clip's enabled effects in order, and how many frames before the one shown they look at.

    Raises:
        UnknownNameError, ValidationError: an effect that does not exist, does not belong here, or has wrong values.
    """
    nodes: list[Node] = []
    preroll = 0
    for effect in clip.effects:
        spec = scene.registry.effect(effect.effect)
        require_kind(spec, kind)
        values = spec.values(effect.parameters)
        if not effect.enabled:
            continue
        if spec.memory.kind == "analysis":
            raise ValidationError(
                f"{spec.effect} must have measured its clip first", value=spec.effect, hint="run its analysis"
            )
        nodes += spec.build(values, scene.setting)
        preroll += spec.memory.frames
    return tuple(nodes), preroll

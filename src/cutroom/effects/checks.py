"""What is looked at before a project keeps it: whether its effects exist, fit where they stand and can be built."""

from __future__ import annotations

from cutroom.effects.registry import EffectKind, EffectSpec, Registry, default_registry
from cutroom.errors import ValidationError
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.track import TrackKind


def check(subject: Document | Clip | Effect, registry: Registry | None = None, kind: EffectKind | None = None) -> None:
    """Make sure that every effect and transition exists and that its parameters and keyframes are in range.

    Args:
        subject: what is looked at.
        registry: the effects and transitions; None: the built-in ones.
        kind: of a clip or an effect: what it works on; None: not known.

    Raises:
        UnknownNameError: an effect, transition, parameter or choice that does not exist; the hint names the nearest.
        ValidationError: a value of the wrong type or out of range, or a sound effect on a picture.

    Example:
        >>> check(Effect(id="e_1", effect="blur", parameters={"radius": 0.02}))
    """
    registry = registry or default_registry()
    if isinstance(subject, Effect):
        registry.effect(subject.effect, kind).values_of(subject)
    elif isinstance(subject, Clip):
        for effect in subject.effects:
            check(effect, registry, kind)
            require_title(registry.effect(effect.effect, kind), subject)
        _check_once(subject, registry)
    else:
        from cutroom.effects.python.declared import registry_for

        registry = registry_for(subject, registry)
        for track in subject.tracks:
            for transition in track.transitions:
                registry.transition(transition.transition)
            for _, clip in track.clips():
                kind = kind_on(track.kind)
                check(clip, registry, kind)
                for effect in clip.effects:
                    require_files(registry.effect(effect.effect, kind), effect, subject)


def kind_on(track: TrackKind) -> EffectKind:
    """What effects work on that stand on a track.

    Example:
        >>> kind_on("audio"), kind_on("title")
        ('audio', 'video')
    """
    return "audio" if track == "audio" else "video"


def require_files(spec: EffectSpec, effect: Effect, document: Document) -> None:
    """Make sure that the files of an effect are resources of the project, of the right kind.

    Raises:
        ValidationError: names the parameter.
    """
    for parameter in spec.parameters:
        sha256 = effect.parameters.get(parameter.key) if parameter.kind == "file" else None
        if not sha256:
            continue
        found = next((one for one in document.resources if one.sha256 == sha256), None)
        if found is None or found.kind != parameter.resource:
            what = "is no resource of the project" if found is None else f"is {found.title}, a {found.kind}"
            raise ValidationError(
                f"{spec.effect}: {parameter.key} {what}", value=sha256, hint=f"give the {parameter.range}"
            )


def _check_once(clip: Clip, registry: Registry) -> None:
    """Refuse a second effect that goes by the clip's source, whatever stands before it: it would do the same again."""
    seen: set[str] = set()
    for effect in clip.effects:
        spec = registry.effect(effect.effect)
        if spec.analysis is None or spec.kind != "video" or not effect.enabled:
            continue
        if spec.effect in seen:
            raise ValidationError(
                f"clip {clip.id} has {spec.effect} twice",
                value=effect.id,
                hint="it measures the clip's source: one is enough; remove or disable the other",
            )
        seen.add(spec.effect)


def require_title(spec: EffectSpec, clip: Clip) -> None:
    """Refuse an effect of titles on another clip.

    Raises:
        ValidationError: names both.
    """
    if spec.titles and not clip.is_title:
        raise ValidationError(
            f"{spec.effect} works on titles, and clip {clip.id} is none",
            value=spec.effect,
            hint="tl.add_title(...) makes one",
        )

"""What an operation brings in is looked at before it is kept: a timeline holds nothing that could never be shown."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cutroom.edit import operations as ops
from cutroom.effects.checks import check, kind_on, require_files
from cutroom.effects.compiler.ducking import DUCKING, require_no_circle
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import Registry, Setting
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document
from cutroom.schema.time import to_sample
from cutroom.schema.track import TrackKind


def accept(operation: ops.Operation, document: Document, registry: Registry) -> None:
    """Refuse effects, transitions and parameters that the registry does not know or cannot build.

    Args:
        operation: one that was just done; the operations of a batch are looked at one by one.
        document: what it made.
        registry: the effects and transitions that there are.

    Raises:
        UnknownNameError, ValidationError: names what does not fit, and the nearest that does.
        EditError: a track would duck itself.

    Example:
        >>> from fractions import Fraction
        >>> from cutroom.effects.registry import default_registry
        >>> fade = ops.AddTransition(transition="disolve", left="c_1", right=None, duration=Fraction(1))
        >>> accept(fade, Document(id="p"), default_registry())
        Traceback (most recent call last):
        cutroom.errors.UnknownNameError: there is no transition 'disolve'
          → did you mean 'dissolve'?
    """
    if operation.compound is not None:
        document = document.inside(operation.compound)
    registry = registry_for(document, registry)
    name = operation.transition if isinstance(operation, ops.AddTransition) else None
    name = operation.kind if isinstance(operation, ops.SetTransition) else name
    if name is not None:
        registry.transition(name)
    ducked = isinstance(operation, ops.RemoveTrack) or (isinstance(operation, ops.SetTrack) and operation.title)
    for clip, track in _chains(operation, document):
        _accept_chain(clip, track, document, registry)
        ducked = ducked or any(effect.effect == DUCKING for effect in clip.effects)
    if ducked:
        require_no_circle(document)


def _chains(operation: ops.Operation, document: Document) -> Iterator[tuple[Clip, TrackKind]]:
    """The clips whose effects an operation has changed or brought in, and the kinds of their tracks."""
    if isinstance(operation, ops.AddEffect | ops.SetEffect | ops.SetKeyframes):
        track, _ = document.locate(operation.clip)
        yield document.clip(operation.clip), document.tracks[track].kind
    elif isinstance(operation, ops.Freeze):
        # what an animation came to at a moment must be right together, as it is held; the hold lies beside its clip
        track, item = document.locate(operation.clip)
        for near in document.tracks[track].items[max(0, item - 1) : item + 2]:
            if near.kind == "clip":
                yield near, document.tracks[track].kind
    elif isinstance(operation, ops.Arrange | ops.Ripple):
        kinds = {name: track.kind for track in document.tracks for name in (track.id, track.title)}
        rows = operation.placed if isinstance(operation, ops.Arrange) else operation.added
        yield from ((row.clip, kinds[row.track]) for row in rows if row.clip.effects)
        for clip in chain.from_iterable(operation.changed) if isinstance(operation, ops.Ripple) else ():
            if clip.effects:
                yield clip, document.tracks[document.locate(clip.id)[0]].kind


def _accept_chain(clip: Clip, track: TrackKind, document: Document, registry: Registry) -> None:
    settings = document.settings
    kind = kind_on(track)
    check(clip, registry, kind)
    samples = to_sample(clip.duration, settings.sample_rate)
    setting = Setting(settings.width, settings.height, settings.sample_rate, samples, settings.fps)
    for effect in clip.effects:
        spec = registry.effect(effect.effect, kind)
        require_files(spec, effect, document)
        for moment in spec.moments(spec.values(effect.parameters), effect.curves):
            spec.build(moment, setting)

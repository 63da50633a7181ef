"""Whether a project is fit to be handed over: media, references, clips, transitions and effects, one finding each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cutroom.edit.items import cut_sides
from cutroom.edit.limits import beyond, check_transition, readable
from cutroom.edit.references import problems
from cutroom.effects.checks import check, kind_on, require_files
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import Registry
from cutroom.errors import CutroomError, EditError
from cutroom.schema.clip import Clip, Transition
from cutroom.schema.document import Document
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource
from cutroom.schema.track import Track


class Finding(NamedTuple):
    """What was looked at, and what it is like."""

    what: str
    """media, resource, reference, clip, transition, effect or version."""
    id: str
    where: str
    """The path of a media or a resource; of other things the track, after the title of the compound that it lies in."""
    status: str
    """ok, or what is wrong in a word."""
    detail: str


def verify(
    document: Document, state: Callable[[Media | Resource], tuple[str, str]], registry: Registry
) -> Iterator[Finding]:
    """Look at everything; nothing is raised.

    Args:
        document: a project.
        state: of a media or a resource: a word ("ok", "missing", "changed", "not granted") and a sentence.
        registry: the effects and transitions that there are.
    """
    for media in document.media:
        yield Finding("media", media.id, media.path, *state(media))
    for resource in document.resources:
        yield Finding("resource", resource.sha256, resource.path or resource.title, *state(resource))
    registry = registry_for(document, registry)
    loose = set()
    for problem in problems(document):
        loose.add(problem.id)
        yield Finding("reference", problem.id, problem.where, "loose", problem.says)
    for compound in (None, *document.compounds):
        inside = document.inside(compound.id if compound else None)
        for track in inside.tracks:
            where = f"{compound.title}/{track.title}" if compound else track.title
            for _, clip in track.clips():
                if clip.id not in loose:
                    yield _clip(inside, clip, where)
                yield from _effects(registry, track, clip, where, document)
            for transition in track.transitions:
                if transition.id not in loose and loose.isdisjoint({transition.left, transition.right}):
                    yield _transition(inside, registry, track, transition, where)


def _clip(document: Document, clip: Clip, where: str) -> Finding:
    early, late = beyond(document, clip)
    if early or late > 1 / document.settings.fps:
        says = f"it reaches {readable(max(early, late))} beyond its source, and is clear or silent there"
        return Finding("clip", clip.id, where, "beyond", says)
    return Finding("clip", clip.id, where, "ok", "")


def _effects(registry: Registry, track: Track, clip: Clip, where: str, document: Document) -> Iterator[Finding]:
    for effect in clip.effects:
        status, detail = "ok", effect.effect
        try:
            kind = kind_on(track.kind)
            spec = registry.effect(effect.effect, kind)
            check(effect, registry, kind)
            require_files(spec, effect, document)
        except CutroomError as error:
            status = "invalid" if effect.effect in registry.effects else "unknown"
            detail = error.message
        yield Finding("effect", f"{clip.id}/{effect.id}", where, status, detail)


def _transition(document: Document, registry: Registry, track: Track, transition: Transition, where: str) -> Finding:
    status, detail = "ok", transition.transition
    try:
        registry.transition(transition.transition)
        sides = cut_sides(track, transition.left, transition.right)
        if sides is None:
            status, detail = "apart", "its clips do not touch"
        else:
            check_transition(document, *sides, transition.duration)
    except EditError as error:
        status, detail = "short", error.message
    except CutroomError as error:
        status, detail = "unknown", error.message
    return Finding("transition", transition.id, where, status, detail)

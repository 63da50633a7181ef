"""From the code that a project holds to the effects that it has: data only, nothing is unpickled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from cutroom.effects.nodes import Node, Python, PythonClocked
from cutroom.effects.python.code import Code, code, name_of
from cutroom.effects.registry import EffectSpec, Registry, Setting, default_registry
from cutroom.schema.document import Document
from cutroom.schema.resource import Resource


@lru_cache(maxsize=256)
def spec_of(resource: Resource) -> EffectSpec:
    """The effect that a resource of the kind "python" is.

    Raises:
        ValidationError: it is no code of an effect.
    """
    found = code(resource)
    return EffectSpec(
        name_of(resource),
        "video",
        found.description or f"The function {found.title}.",
        tuple(one.parameter for one in found.parameters),
        partial(_build, resource.sha256, found),
        group="python",
        clocked=bool(found.takes),
    )


def _build(sha256: str, found: Code, values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    given = tuple(sorted(values.items()))
    if not found.takes:
        return (Python(sha256=sha256, values=given, worker_imports=found.modules),)
    return (
        PythonClocked(
            sha256=sha256,
            values=given,
            worker_imports=found.modules,
            first=setting.first,
            step=1 / setting.fps,
            takes=found.takes,
        ),
    )


def registry_for(document: Document, registry: Registry | None = None) -> Registry:
    """The effects of a document: those of a registry, and the document's own, which are made of code.

    Args:
        document: a project.
        registry: the effects there are for all; None: the built-in ones.

    Raises:
        ValidationError: a resource that is no code of an effect.
    """
    registry = registry or default_registry()
    codes = tuple(one for one in document.resources if one.kind == "python")
    return _with_codes(registry, codes) if codes else registry


@lru_cache(maxsize=32)
def _with_codes(registry: Registry, codes: tuple[Resource, ...]) -> Registry:
    return Registry((*registry.specs, *map(spec_of, codes)), registry.transitions.values())

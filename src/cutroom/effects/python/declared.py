"""From the code that a project holds to the effects that it has: data only, nothing is unpickled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from cutroom.effects.nodes import Node, Python, PythonClocked
from cutroom.effects.python.code import Code, code, name_of
from cutroom.effects.registry import EffectSpec, Setting
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

"""Cutroom: a video editor that lives in Jupyter.

Example:
    >>> import cutroom as cr
    >>> with cr.Project.create("trip.tlp") as project:  # doctest: +SKIP
    ...     project.timeline.append("beach.mp4", source=(2, 5))
    ...     cr.Renderer(project).render("trip.mp4")

Names are loaded when they are first used, so that importing Cutroom costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutroom import effects, errors, jobs, telemetry
    from cutroom.api import cache, models, ops, presets
    from cutroom.api.clip import Clip
    from cutroom.api.compound import Compound
    from cutroom.api.detect import Spans, detect, scenes, silences
    from cutroom.api.effect import Effect, EffectChain
    from cutroom.api.effect_graph import EffectGraph
    from cutroom.api.history import History
    from cutroom.api.loudness import loudness
    from cutroom.api.marker import Marker
    from cutroom.api.media import Media, MediaLibrary
    from cutroom.api.picture import Frame
    from cutroom.api.project import Project, timeline
    from cutroom.api.python_effects import effect
    from cutroom.api.renderer import Renderer, verify
    from cutroom.api.resources import Resource, ResourceLibrary
    from cutroom.api.sheet import BeforeAfter, Sheet
    from cutroom.api.system import limits, show_versions
    from cutroom.api.timeline import Timeline
    from cutroom.api.track import Cue, Track
    from cutroom.effects import templates, transitions
    from cutroom.errors import CutroomError
    from cutroom.jobs.job import Job
    from cutroom.render.report import Report
    from cutroom.schema.detections import Detections
    from cutroom.schema.time import frames
    from cutroom.widgets import PlayerWidget, TimelineWidget

__version__ = "0.1.0"

_HOMES = {
    "BeforeAfter": "cutroom.api.sheet",
    "Clip": "cutroom.api.clip",
    "Compound": "cutroom.api.compound",
    "Cue": "cutroom.api.track",
    "CutroomError": "cutroom.errors",
    "Detections": "cutroom.schema.detections",
    "Effect": "cutroom.api.effect",
    "EffectChain": "cutroom.api.effect",
    "EffectGraph": "cutroom.api.effect_graph",
    "Frame": "cutroom.api.picture",
    "History": "cutroom.api.history",
    "Job": "cutroom.jobs.job",
    "Marker": "cutroom.api.marker",
    "Media": "cutroom.api.media",
    "MediaLibrary": "cutroom.api.media",
    "PlayerWidget": "cutroom.widgets",
    "Project": "cutroom.api.project",
    "Renderer": "cutroom.api.renderer",
    "Report": "cutroom.render.report",
    "Resource": "cutroom.api.resources",
    "ResourceLibrary": "cutroom.api.resources",
    "Sheet": "cutroom.api.sheet",
    "Spans": "cutroom.api.detect",
    "Timeline": "cutroom.api.timeline",
    "TimelineWidget": "cutroom.widgets",
    "Track": "cutroom.api.track",
    "detect": "cutroom.api.detect",
    "effect": "cutroom.api.python_effects",
    "frames": "cutroom.schema.time",
    "limits": "cutroom.api.system",
    "loudness": "cutroom.api.loudness",
    "scenes": "cutroom.api.detect",
    "show_versions": "cutroom.api.system",
    "silences": "cutroom.api.detect",
    "timeline": "cutroom.api.project",
    "verify": "cutroom.api.renderer",
}
_MODULES = {
    "cache": "cutroom.api.cache",
    "effects": "cutroom.effects",
    "errors": "cutroom.errors",
    "jobs": "cutroom.jobs",
    "models": "cutroom.api.models",
    "ops": "cutroom.api.ops",
    "presets": "cutroom.api.presets",
    "telemetry": "cutroom.telemetry",
    "templates": "cutroom.effects.templates",
    "transitions": "cutroom.effects.transitions",
}

__all__ = [
    "BeforeAfter",
    "Clip",
    "Compound",
    "Cue",
    "CutroomError",
    "Detections",
    "Effect",
    "EffectChain",
    "EffectGraph",
    "Frame",
    "History",
    "Job",
    "Marker",
    "Media",
    "MediaLibrary",
    "PlayerWidget",
    "Project",
    "Renderer",
    "Report",
    "Resource",
    "ResourceLibrary",
    "Sheet",
    "Spans",
    "Timeline",
    "TimelineWidget",
    "Track",
    "cache",
    "detect",
    "effect",
    "effects",
    "errors",
    "frames",
    "jobs",
    "limits",
    "loudness",
    "models",
    "ops",
    "presets",
    "scenes",
    "show_versions",
    "silences",
    "telemetry",
    "templates",
    "timeline",
    "transitions",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in _MODULES:
        value: Any = import_module(_MODULES[name])
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'cutroom' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})

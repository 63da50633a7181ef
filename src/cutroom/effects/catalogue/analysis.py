"""Effects that measure their clip first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cutroom.effects.nodes import Gain, Node
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import Analysis, EffectSpec, Memory, Setting

if TYPE_CHECKING:
    from cutroom.effects.analysis import Film, Heard, Loudness, LoudnessRequest, Motion, MotionRequest


def _loudness_requests(values: Mapping[str, Any], heard: Heard) -> tuple[LoudnessRequest, ...]:
    from cutroom.effects.analysis import LoudnessRequest

    return (LoudnessRequest(blocks=heard.blocks),)


def _normalized(values: Mapping[str, Any], heard: Heard, found: tuple[Loudness, ...]) -> tuple[Node, ...]:
    from cutroom.effects.analysis import gain_for, level_for

    if values["mode"] == "limit":
        return level_for(found[0], values["target"], values["true_peak"])
    db = gain_for(found[0], values["target"], values["true_peak"])
    return (Gain(db=db),) if db else ()


def _motion_requests(values: Mapping[str, Any], film: Film) -> tuple[MotionRequest, ...]:
    from cutroom.effects.compiler.stabilize import requests

    return requests(values, film)


def _steadied(values: Mapping[str, Any], film: Film, found: tuple[Motion, ...]) -> tuple[Node, ...]:
    from cutroom.effects.compiler.stabilize import nodes

    return nodes(values, film, found)


def _not_measured(values: Mapping[str, Any], setting: Setting) -> tuple[Node, ...]:
    return ()


ANALYSIS = (
    EffectSpec(
        "normalize",
        "audio",
        "Brings the clip, as it is after the effects before this one, to a loudness by EBU R 128 with one gain; true "
        "peaks that would pass the ceiling are limited.",
        (
            Parameter("target", "Integrated loudness.", -23.0, minimum=-70, maximum=-5, unit="LUFS", animatable=False),
            Parameter("true_peak", "Ceiling.", -1.0, minimum=-20, maximum=0, unit="dBTP", animatable=False),
            Parameter(
                "mode",
                "limit: peaks above the ceiling are made softer, and what that takes is missing from the target; gain: "
                "the gain is smaller where a peak would pass the ceiling, and nothing else changes.",
                "limit",
                "choice",
                choices=("limit", "gain"),
            ),
        ),
        _not_measured,
        memory=Memory("analysis"),
        group="level",
        cost=0.01,
        analysis=Analysis(_loudness_requests, _normalized),
    ),
    EffectSpec(
        "stabilize",
        "video",
        "Takes the shake of the camera out of the clip's own picture, before all of its other effects; pans and zooms "
        "go on, more smoothly.",
        (
            Parameter(
                "smoothing", "Width of the bell curve.", 0.5, minimum=0.05, maximum=3, unit="seconds", animatable=False
            ),
            Parameter(
                "zoom",
                "The largest zoom; the picture is never moved further than this would hide.",
                0.15,
                minimum=0,
                maximum=1,
                unit="fraction of the picture",
                animatable=False,
            ),
            Parameter(
                "mode",
                "crop zooms in slowly as far as borders would show; keep leaves the size, and borders clear.",
                "crop",
                "choice",
                choices=("crop", "keep"),
            ),
        ),
        _not_measured,
        memory=Memory("analysis"),
        group="geometry",
        cost=6.7,
        analysis=Analysis(_motion_requests, _steadied),
    ),
)

"""Effects, transitions and titles: what there is, what it takes, and the compiler that turns a document into pictures.

As the public namespace `cutroom.effects` it answers what effects there are. The registry is data; `compile` is pure;
only `run` touches pixels, and it runs in a worker.

Example:
    >>> get("blur")
    blur (video effect, pointwise)
    Gaussian blur.
      radius: 0 … 0.25 fraction of the canvas height = 0.01  Standard deviation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.effects.registry import EffectKind, EffectSpec

__all__ = ["get", "parameters_df", "to_df"]


def to_df() -> pd.DataFrame:
    """One row per effect: effect, kind, group, memory, cost (milliseconds of one core for a 1080p frame, or for a
    second of stereo sound), parameters (range, unit and default of each), animatable (their names), description.

    Example:
        >>> table = to_df()
        >>> table[table.group == "key"].effect.tolist()
        ['chroma_key', 'luma_key']
    """
    from cutroom.effects.registry import default_registry

    return default_registry().effects_df()


def parameters_df() -> pd.DataFrame:
    """One row per parameter of each effect: effect, works_on (video or audio), parameter, kind, minimum, maximum (NaN:
    no limit, or no number), unit, default, required, choices (a list), animatable, description.

    Example:
        >>> table = parameters_df()
        >>> table[table.effect == "blur"][["parameter", "minimum", "maximum", "default"]].values.tolist()
        [['radius', 0.0, 0.25, 0.01]]
    """
    from cutroom.effects.registry import default_registry

    return default_registry().parameters_df()


def get(effect: str, kind: EffectKind | None = None) -> EffectSpec:
    """What an effect does and takes; it shows itself.

    Args:
        effect: its name.
        kind: `"video"` or `"audio"`, where both have an effect of this name; None: the picture's, which then shows the
            other one too.

    Raises:
        UnknownNameError: there is none of this name; the hint names the nearest.
        ValidationError: it works on the other one only.

    Example:
        >>> get("denoise", kind="audio").description
        'Takes away steady noise, frequency by frequency.'
    """
    from cutroom.effects.registry import default_registry

    registry = default_registry()
    found = registry.effect(effect, kind)
    others = tuple(spec for spec in registry.effects[effect].values() if kind is None and spec is not found)
    return replace(found, namesakes=others) if others else found

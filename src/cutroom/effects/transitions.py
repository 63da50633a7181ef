"""Transitions, as the public namespace `cutroom.transitions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.effects.registry import TransitionSpec


def to_df() -> pd.DataFrame:
    """One row per transition: transition, group, description."""
    from cutroom.effects.registry import default_registry

    return default_registry().transitions_df()


def get(transition: str) -> TransitionSpec:
    """What a transition does; it shows itself.

    Raises:
        UnknownNameError: there is none of this name; the hint names the nearest.
    """
    from cutroom.effects.registry import default_registry

    return default_registry().transition(transition)

"""`cr.presets`: named export settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.api.arguments import text
from cutroom.render.presets import Preset, default_presets

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["get", "to_df"]


def get(preset: str) -> Preset:
    """The preset of this name.

    Raises:
        UnknownNameError: there is none; the hint names the nearest.
    """
    return default_presets().get(text("preset", preset))


def to_df() -> pd.DataFrame:
    """One row per preset: preset, description, and every field of its settings."""
    return default_presets().to_df()

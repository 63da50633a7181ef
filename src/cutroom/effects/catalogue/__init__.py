"""What effects and transitions there are: their declarations, by theme. A new one is listed here, and nowhere else."""

from __future__ import annotations

from cutroom.effects.catalogue.colour import COLOUR
from cutroom.effects.catalogue.detail import DETAIL
from cutroom.effects.catalogue.dynamics import DYNAMICS
from cutroom.effects.catalogue.geometry import GEOMETRY
from cutroom.effects.catalogue.level import LEVEL
from cutroom.effects.catalogue.space import SPACE
from cutroom.effects.catalogue.tone import TONE
from cutroom.effects.catalogue.transitions import TRANSITIONS

__all__ = ["EFFECTS", "TRANSITIONS"]

EFFECTS = (
    *COLOUR,
    *DETAIL,
    *GEOMETRY,
    *LEVEL,
    *DYNAMICS,
    *TONE,
    *SPACE,
)

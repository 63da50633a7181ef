"""What effects and transitions there are: their declarations, by theme. A new one is listed here, and nowhere else."""

from __future__ import annotations

from cutroom.effects.catalogue.analysis import ANALYSIS
from cutroom.effects.catalogue.cell import CELL
from cutroom.effects.catalogue.colour import COLOUR
from cutroom.effects.catalogue.detail import DETAIL
from cutroom.effects.catalogue.dynamics import DYNAMICS
from cutroom.effects.catalogue.geometry import GEOMETRY
from cutroom.effects.catalogue.keys import KEYS
from cutroom.effects.catalogue.level import LEVEL
from cutroom.effects.catalogue.looks import LOOKS
from cutroom.effects.catalogue.luts import LUTS
from cutroom.effects.catalogue.space import SPACE
from cutroom.effects.catalogue.style import STYLE
from cutroom.effects.catalogue.text import TEXT
from cutroom.effects.catalogue.timbre import TIMBRE
from cutroom.effects.catalogue.tint import TINT
from cutroom.effects.catalogue.tone import TONE
from cutroom.effects.catalogue.transitions import TRANSITIONS

__all__ = ["EFFECTS", "TRANSITIONS"]

EFFECTS = (
    *ANALYSIS,
    *COLOUR,
    *TONE,
    *TINT,
    *LUTS,
    *LOOKS,
    *DETAIL,
    *GEOMETRY,
    *CELL,
    *KEYS,
    *LEVEL,
    *DYNAMICS,
    *TIMBRE,
    *SPACE,
    *STYLE,
    *TEXT,
)

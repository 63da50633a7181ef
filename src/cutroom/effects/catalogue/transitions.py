"""The built-in transitions."""

from __future__ import annotations

from cutroom.effects.registry import TransitionSpec

TRANSITIONS = (
    TransitionSpec(
        "dissolve",
        "One picture fades into the other, half-way exactly at the cut; sound crosses over at equal power. "
        "With nothing on one side it is a fade from or to black and silence, inside the clip.",
    ),
)

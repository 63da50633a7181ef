"""Subtitles: an interval list. Unlike clips, cues may overlap, and their times are stored."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from cutroom.schema.base import Frozen
from cutroom.schema.clip import TextSpan, TitleStyle
from cutroom.schema.time import Seconds

SUBTITLE_STYLE = TitleStyle(size=0.05, outline=0.004, position=(0.0, 0.4))
"""How a subtitle looks that does not say: white with a black outline, at the foot of the picture."""


class Cue(Frozen):
    """One subtitle."""

    id: str
    start: Seconds
    """Timeline time."""
    end: Seconds
    """Timeline time, exclusive."""
    text: str = Field(min_length=1, max_length=10_000)
    style: TitleStyle | None = None
    """None: `SUBTITLE_STYLE`."""
    spans: tuple[TextSpan, ...] = Field(default=(), max_length=1000)
    """Letters that look different."""

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a cue must end after it starts")
        return self

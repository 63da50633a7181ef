"""Operations on subtitles."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cutroom.edit.operations.base import BaseOperation
from cutroom.schema.cue import Cue


class SetCues(BaseOperation):
    """Give a subtitle track these cues in the place of those it has."""

    op: Literal["set_cues"] = "set_cues"
    track: str
    """Id or title."""
    cues: tuple[Cue, ...] = Field(max_length=100_000)

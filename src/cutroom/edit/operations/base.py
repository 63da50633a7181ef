"""What every operation has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cutroom.schema.base import Frozen, new_id
from cutroom.schema.time import Seconds

Span = tuple[Seconds, Seconds]
Edge = Literal["start", "end"]


class BaseOperation(Frozen):
    """An operation's `id` seeds the ids of what it creates."""

    id: str = Field(default_factory=lambda: new_id("op"))
    compound: str | None = None
    """Id of the compound whose timeline is edited; None: the project's own."""

"""What a session is at a moment, and what it tells of a change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cutroom.edit.history import History
from cutroom.schema.document import Document


@dataclass(frozen=True, slots=True)
class Change:
    """What subscribers hear. `previous` and `document` share every part that did not change."""

    revision: int
    document: Document
    previous: Document
    kind: Literal["apply", "undo", "redo"]
    label: str


@dataclass(frozen=True, slots=True)
class State:
    """All that a step changes, so that it changes at once."""

    revision: int
    document: Document
    history: History = field(default_factory=History)
    last: str = ""

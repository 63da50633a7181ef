"""An effect as it stands on a clip: a registry name, its parameters, on or off."""

from __future__ import annotations

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from cutroom.schema.base import Frozen

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
"""What a parameter can be. Its range and unit are the registry's business, not the document's."""


class Effect(Frozen):
    """One effect of a chain."""

    id: str
    effect: str = Field(max_length=100)
    parameters: dict[str, Scalar] = Field(default_factory=dict, max_length=64)
    enabled: bool = True

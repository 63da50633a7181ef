"""One FFmpeg filter as a node, and the filters that there may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, StrictFloat, StrictInt, StrictStr, model_validator

from cutroom.errors import nearest
from cutroom.schema.base import Frozen

FILTERS: Mapping[str, Mapping[str, type]] = {
    "deband": {
        "1thr": float,
        "2thr": float,
        "3thr": float,
        "4thr": float,
        "range": int,
        "direction": float,
        "blur": int,
        "coupling": int,
    },
    "gblur": {"sigma": float, "steps": int, "planes": int},
}
"""Filters that a picture's chain may hold, with the arguments each takes. All keep the size."""


class Filter(Frozen):
    """One FFmpeg filter with its arguments by name; it works on the chain's own Y'CbCr."""

    kind: Literal["filter"] = "filter"
    filter: str
    args: dict[str, StrictInt | StrictFloat | StrictStr] = Field(default_factory=dict)
    spatial: bool = False
    """Whether it mixes neighbouring pixels. A picture with alpha then enters it with premultiplied colours."""
    clears: ClassVar[bool] = False
    clocked: ClassVar[bool] = False
    anchored: ClassVar[bool] = False
    back: ClassVar[int] = 0
    """Frames before the one shown that it looks at: what looks back is a node of our own, which forgets exactly."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.filter not in FILTERS:
            raise nearest(self.filter, FILTERS, what="filter")
        known = FILTERS[self.filter]
        for key, value in self.args.items():
            if key not in known:
                raise nearest(key, known, what=f"argument of the filter {self.filter}")
            if not isinstance(value, known[key] if known[key] is not float else (int, float)):
                raise ValueError(f"{self.filter}: {key} is of type {known[key].__name__}, not {value!r}")
        return self

    def at(self, i: int) -> Self:
        """The node of frame `i` of the segment: itself."""
        return self

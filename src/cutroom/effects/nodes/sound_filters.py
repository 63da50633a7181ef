"""One FFmpeg filter of a sound's chain as a node, and the filters that there may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, StrictFloat, StrictInt, StrictStr, model_validator

from cutroom.errors import nearest
from cutroom.schema.base import Frozen

SOUND_FILTERS: Mapping[str, Mapping[str, type]] = {
    "acompressor": {
        "threshold": float,
        "ratio": float,
        "attack": float,
        "release": float,
        "makeup": float,
        "knee": float,
        "detection": str,
    },
    "afftdn": {"noise_reduction": float, "noise_floor": float},
    "agate": {
        "threshold": float,
        "ratio": float,
        "attack": float,
        "release": float,
        "range": float,
        "knee": float,
        "detection": str,
    },
    "asoftclip": {"type": str, "oversample": int},
    "bandpass": {"frequency": float, "width_type": str, "width": float, "precision": str},
    "equalizer": {"frequency": float, "width_type": str, "width": float, "gain": float, "precision": str},
    "highpass": {"frequency": float, "poles": int, "width_type": str, "width": float, "precision": str},
    "lowpass": {"frequency": float, "poles": int, "width_type": str, "width": float, "precision": str},
}
"""Filters that a sound's chain may hold, with the arguments each takes. None changes the rate or the channels.

`anlmdn` must not come in: it writes beyond its memory (FFmpeg 9.0.2, stereo, default settings). Nor `chorus`, whose
voices are late by their depth alone, whatever delay they are given.
"""

_LATENCIES: Mapping[str, Callable[[int], int]] = {"afftdn": lambda rate: 2 * (rate // 80)}
"""Samples by which a filter is late, from the sample rate."""


class SoundFilter(Frozen):
    """One FFmpeg filter with its arguments by name; it has heard everything since the clip's first sample."""

    kind: Literal["sound_filter"] = "sound_filter"
    remembers: ClassVar[bool] = True
    filter: str
    args: dict[str, StrictInt | StrictFloat | StrictStr] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.filter not in SOUND_FILTERS:
            raise nearest(self.filter, SOUND_FILTERS, what="sound filter")
        known = SOUND_FILTERS[self.filter]
        for key, value in self.args.items():
            if key not in known:
                raise nearest(key, known, what=f"argument of the sound filter {self.filter}")
            if not isinstance(value, known[key] if known[key] is not float else (int, float)):
                raise ValueError(f"{self.filter}: {key} is of type {known[key].__name__}, not {value!r}")
        return self

    def latency(self, rate: int) -> int:
        """Samples that it is late by; the runner takes them off, so that sound keeps its place."""
        late = _LATENCIES.get(self.filter)
        return 0 if late is None else late(rate)

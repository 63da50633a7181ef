"""What an export did."""

from __future__ import annotations

import html
import math
import os
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cutroom.render.verify import Verification
from cutroom.schema.base import Frozen
from cutroom.schema.time import Seconds

if TYPE_CHECKING:
    import pandas as pd


class Report(Frozen):
    """The outcome of an export. Draws itself as a table."""

    output: str
    """Absolute path of the file."""
    size: int
    """Bytes."""
    frames: int
    seconds: Seconds
    """Length of the film."""
    segments_encoded: int = Field(ge=0)
    """Segments of the picture and chunks of sound that were encoded now."""
    segments_cached: int = Field(ge=0)
    """Those that an earlier export, or an equal part of this one, had made already."""
    encoder: str
    """Which encoder made the picture, and why that one; of sound only, its own."""
    verified: Verification
    wall_seconds: float
    """From the call to the published file."""
    warnings: tuple[str, ...] = ()
    """Clips that ask for more than their media has, times at which no clip lies on any track (black, or silent; five of
    each, further ones as a number), media that break off, peaks that were limited."""

    @property
    def speed(self) -> float:
        """Seconds of film per second of work."""
        return float(self.seconds) / self.wall_seconds if self.wall_seconds else 0.0

    def to_df(self) -> pd.DataFrame:
        """One row: the fields, times in seconds; ``verified`` is whether nothing is wrong."""
        import pandas as pd

        row: dict[str, Any] = self.model_dump()
        row.update(seconds=float(self.seconds), verified=self.verified.ok, warnings="\n".join(self.warnings))
        return pd.DataFrame([row])

    def __str__(self) -> str:
        words = {**self._words, "verified": "verified" if self.verified.ok else "; ".join(self.verified.problems)}
        length = f"{_frames(self.frames)}, {float(self.seconds):.3f} s"
        return (
            f"{os.path.basename(self.output)}: {length}, {words['size']} in {words['made']}; {words['encoder']};"
            f" {words['verified']}" + "".join(f"\n  ! {warning}" for warning in self.warnings)
        )

    def __repr__(self) -> str:
        return f"<Report {self}>"

    def _repr_html_(self) -> str:
        cells = {name: html.escape(value) for name, value in self._words.items()}
        if self.warnings:
            cells["warnings"] = "<br>".join(map(html.escape, self.warnings))
        rows = (f'<tr><th style="text-align: left">{name}</th><td>{cell}</td></tr>' for name, cell in cells.items())
        return f"<table>{''.join(rows)}</table>"

    @property
    def _words(self) -> dict[str, str]:
        """What a notebook shows, but for the warnings."""
        made = f"{self.segments_encoded} encoded, {self.segments_cached} reused"
        return {
            "file": self.output,
            "length": f"{float(self.seconds):.3f} s, {_frames(self.frames)}",
            "size": f"{self.size / 1e6:.1f} MB" if self.size >= 1e6 else f"{math.ceil(self.size / 1e3)} kB",
            "made": f"{self.wall_seconds:.1f} s ({self.speed:.1f}x; {made})",
            "encoder": self.encoder,
            "verified": "✓" if self.verified.ok else "✗ " + "; ".join(self.verified.problems),
        }


def _frames(count: int) -> str:
    return "sound only" if not count else f"{count} frame{'' if count == 1 else 's'}"

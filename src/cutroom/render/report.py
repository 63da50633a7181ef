"""What an export did."""

from __future__ import annotations

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
    """Which encoder made the picture, and why that one."""
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
        made = f"{self.segments_encoded} encoded, {self.segments_cached} from the cache"
        return (
            f"{os.path.basename(self.output)}: {self.frames} frames, {float(self.seconds):.3f} s,"
            f" {self.size / 1e6:.1f} MB in {self.wall_seconds:.1f} s ({self.speed:.1f}x; {made}); {self.encoder}; "
            + ("verified" if self.verified.ok else "; ".join(self.verified.problems))
            + "".join(f"\n  ! {warning}" for warning in self.warnings)
        )

    def __repr__(self) -> str:
        return f"<Report {self}>"

    def _repr_html_(self) -> str:
        table = self.to_df().T.rename(columns={0: ""})
        return str(table._repr_html_())  # type: ignore[operator]  # pandas has it, its stubs do not

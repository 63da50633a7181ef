"""A frame that draws itself in a notebook."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from cutroom.schema.time import timecode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a timeline.

    Example:
        >>> tl.frame(3.2).array.shape  # doctest: +SKIP
        (1080, 1920, 3)
    """

    array: NDArray[np.uint8] = field(repr=False)
    """(height, width, 3), uint8 RGB."""
    time: Fraction
    """Seconds on the timeline."""
    fps: Fraction = Fraction(30)

    def save(self, path: str) -> None:
        """Write it as a picture; the suffix says which kind (.png, .jpg, .webp)."""
        from PIL import Image

        Image.fromarray(self.array).save(path)

    def _repr_jpeg_(self) -> bytes:
        from PIL import Image

        buffer = io.BytesIO()
        Image.fromarray(self.array).save(buffer, "JPEG", quality=85)
        return buffer.getvalue()

    def __repr__(self) -> str:
        height, width = self.array.shape[:2]
        return f"Frame({timecode(self.time, self.fps)}, {width}x{height})"

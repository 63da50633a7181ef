"""A frame that draws itself in a notebook."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.api import arguments
from cutroom.edit.project_file import write_whole
from cutroom.errors import OutputError
from cutroom.schema.time import timecode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

KINDS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def encoded(array: NDArray[np.uint8], kind: str) -> bytes:
    """A picture as a file of a kind."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind, **({"quality": 85} if kind == "JPEG" else {}))
    return buffer.getvalue()


class Drawn:
    """What has pixels: it is an array to NumPy, a file on disk, and draws itself in a notebook."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def array(self) -> NDArray[np.uint8]:
            """(height, width, 3), uint8 RGB."""

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """The pixels, for `np.asarray` and all that takes arrays: (height, width, 3), uint8 RGB."""
        import numpy as np

        return np.array(self.array, dtype=dtype, copy=copy)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as a picture, whole or not at all; the suffix says which kind (.png, .jpg, .webp).

        Raises:
            OutputError, DiskFullError: another suffix, or the folder cannot be written.
        """
        target = arguments.path(path)
        kind = KINDS.get(target.suffix.lower())
        if kind is None:
            raise OutputError(
                f"not a kind of picture: {target.name}", value=str(target), hint=f"name it {target.stem or 'frame'}.png"
            )
        write_whole(target, encoded(self.array, kind))

    def _repr_jpeg_(self) -> bytes:
        return encoded(self.array, "JPEG")


@dataclass(frozen=True, slots=True)
class Frame(Drawn):
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

    def __repr__(self) -> str:
        height, width = self.array.shape[:2]
        return f"Frame({timecode(self.time, self.fps)}, {width}x{height})"

"""Pictures with coloured squares, for the model that sees red and green."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cutroom.schema.media import Media

WriteClip = Callable[..., Media]
SIZE = (320, 192)
"""Letterboxed into 320 by 320 without a change of scale, two cells down: squares lie on the model's cells."""
RED, GREEN = (255, 0, 0), (0, 255, 0)


def draw(squares: Sequence[tuple[tuple[int, int, int], int, int]], size: tuple[int, int] = SIZE) -> np.ndarray:
    """A black picture with 32-pixel squares: colour, column and row of the cell."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    for colour, column, row in squares:
        picture[row * 32 : row * 32 + 32, column * 32 : column * 32 + 32] = colour
    return picture

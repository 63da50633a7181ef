"""A film to show."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def moving(studio):
    """A textured picture, different in every frame, smooth enough to be resampled alike."""

    def picture(i):
        rows, columns = np.mgrid[0:180, 0:320].astype(float)
        y = 126 + 60 * np.sin((columns + 7 * i) / 17) * np.cos((rows - 3 * i) / 13) + 20 * np.sin(columns * rows / 900)
        u = 128 + 50 * np.sin((columns[::2, ::2] - 5 * i) / 29)
        v = 128 + 50 * np.cos((rows[::2, ::2] + 5 * i) / 31)
        return [np.rint(p).astype(np.uint8) for p in (y, u, v)]

    return studio.film(picture, frames=60)

"""Effects that go by thresholds, on a picture with hard edges and saturated colours, as footage has."""

from __future__ import annotations

import numpy as np
import pytest
from ffmpeg_program import compare

from cutroom.effects.registry import default_registry


@pytest.fixture
def hard(studio):
    """Discs and stripes of strong colours over a shaded ground."""

    def picture(i):
        rows, columns = np.mgrid[0:180, 0:320].astype(float)
        disc = np.hypot(rows - 90, columns - 150 - 8 * i) < 50
        stripe = ((columns + 2 * rows) // 40 % 3 == 0) & (rows > 120)
        planes = []
        for ground, inside, line, step in (
            (60 + columns / 3 + 25 * np.sin(columns * rows / 90), 170, 230, 1),
            (118, 60, 200, 2),
            (140, 50, 110, 2),
        ):
            plane = np.where(stripe, line, np.where(disc, inside, ground))
            planes.append(np.rint(plane[::step, ::step]).astype(np.uint8))
        return planes

    return studio.film(picture, frames=9)


@pytest.mark.parametrize(
    ("effect", "least"),
    [("edge", 45), ("glow", 45), ("neon", 45), ("lens_flare", 45), ("luma_key", 45), ("chroma_key", 45)],
)
def test_an_effect_on_hard_edges(studio, hard, tmp_path, effect, least):
    spec = default_registry().effect(effect, "video")
    clip = studio.clip(hard, "1/5", effects=[studio.effect(effect, **studio.example(spec))])
    below = studio.clip(hard, "1/5", "1/10")
    compare(studio, studio.document(studio.track(below), studio.track(clip)), tmp_path, least)

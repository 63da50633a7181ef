"""Subtitles in the picture."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from cutroom.effects.compiler.document import cut_points
from cutroom.schema.cue import Cue

F = Fraction


def cue(number: int, start: int, end: int, text: str) -> Cue:
    return Cue(id=f"s_{number}", start=F(start, 30), end=F(end, 30), text=text)


def bright(planes: list[np.ndarray]) -> np.ndarray:
    """Rows of the picture that hold white text."""
    return np.flatnonzero((planes[0] > 200).any(axis=1))


def test_a_cue_stands_at_the_foot_of_the_picture_as_long_as_it_lasts(studio):
    film = studio.clip(studio.film(studio.flat(60), 30), 1)
    track = studio.track(kind="subtitle", cues=(cue(1, 5, 12, "Hello"), cue(2, 10, 20, "there")))
    document = studio.document(studio.track(film), track)
    assert cut_points(document) == [0, 5, 10, 12, 20, 30]
    rows = {frame: bright(studio.frames(document, frame)[0]) for frame in (4, 5, 10, 12, 20)}
    assert not len(rows[4])
    assert not len(rows[20])
    assert rows[5].min() > 140
    assert len(rows[10]) > 1.5 * len(rows[5])  # two lines
    assert rows[12].min() > 140


def test_a_hidden_subtitle_track_is_not_drawn(studio):
    film = studio.clip(studio.film(studio.flat(60), 30), 1)
    track = studio.track(kind="subtitle", cues=(cue(1, 0, 30, "Hello"),), hidden=True)
    document = studio.document(studio.track(film), track)
    assert cut_points(document) == [0, 30]
    assert not len(bright(studio.frames(document)[0]))

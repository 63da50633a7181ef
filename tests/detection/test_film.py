"""The demo film, of which everything is known: objects, spans, scenes and silences against the truth."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from cutroom.demo.film import FilmTruth
from cutroom.detection import store
from cutroom.detection.boxes import iou
from cutroom.detection.listen import silences
from cutroom.detection.run import detect
from cutroom.detection.watch import scenes
from cutroom.errors import DamagedMediaError, UnsupportedMediaError, ValidationError
from cutroom.schema.detections import Detections
from cutroom.schema.media import Media
from cutroom.schema.time import frames
from cutroom.workers import InlineExecutor

SURE = 0.5


@pytest.fixture(scope="module")
def found(film: tuple[Media, FilmTruth]) -> Detections:
    media, _ = film
    executor = InlineExecutor()
    return detect(media, media.path, store.load("shapes", executor), executor, confidence=SURE)


def hits(found: Detections, truth: FilmTruth) -> Counter[str]:
    """Boxes that are right, boxes that are not, and visible shapes that have none."""
    table, counted = found.to_df(), Counter[str]()
    for number, shapes in enumerate(truth.boxes):
        rows = table[table.frame == number]
        places = np.array([(s.x1, s.y1, s.x2, s.y2) for s in shapes], np.float32).reshape(-1, 4)
        overlap = iou(rows[["x1", "y1", "x2", "y2"]].to_numpy(np.float32), places)
        same = np.array([[label == s.label for s in shapes] for label in rows.label], bool).reshape(overlap.shape)
        fits = same & (overlap >= 0.5)
        counted["right"] += int(fits.any(axis=1).sum())
        counted["wrong"] += int((~fits.any(axis=1)).sum())
        counted["missed"] += sum(s.visible >= 0.5 and not fits[:, i].any() for i, s in enumerate(shapes))
    return counted


def test_objects_are_where_they_are(film: tuple[Media, FilmTruth], found: Detections) -> None:
    counted = hits(found, film[1])
    assert counted["right"] > 300
    assert counted["right"] / (counted["right"] + counted["wrong"]) >= 0.95
    assert counted["right"] / (counted["right"] + counted["missed"]) >= 0.95


def test_spans_are_those_of_the_film_to_the_frame(film: tuple[Media, FilmTruth], found: Detections) -> None:
    media, truth = film
    assert media.video is not None
    rate = media.video.rate
    for label in found.labels:
        spans = found.query(f"label == '{label}'").spans(merge_gap=frames(5), min_duration=frames(10))
        measured = [(int(s.start * rate), int(s.end * rate)) for s in spans]
        expected = [span for span in truth.spans(label, visible=0.5) if span[1] - span[0] >= 10]
        assert len(measured) == len(expected), label
        np.testing.assert_allclose(np.array(measured), np.array(expected), atol=2, err_msg=label)


def test_every_shape_of_a_scene_is_one_track(film: tuple[Media, FilmTruth], found: Detections) -> None:
    _, truth = film
    (cut,) = truth.cuts
    table = found.tracks_df()
    long = table[table.detections > 30]
    shapes = [{(b.label, i) for i, b in enumerate(truth.boxes[n]) if b.visible > 0.5} for n in (0, truth.frames - 1)]
    for part, expected in zip((long[long.start_frame < cut], long[long.start_frame >= cut]), shapes, strict=True):
        assert Counter(part.label) == Counter(label for label, _ in expected)
    assert not ((table.start_frame < cut) & (table.end_frame > cut)).any()


def test_scenes_begin_at_the_cuts(film: tuple[Media, FilmTruth]) -> None:
    media, truth = film
    found = scenes(media, media.path, InlineExecutor())
    assert found.starts == (0, *(cut / truth.fps for cut in truth.cuts))
    assert found.ends[-1] == truth.frames / truth.fps
    assert len(found) == len(truth.cuts) + 1  # touching scenes stay apart
    assert found[1].label == "scene 2"
    assert found.within == ((Fraction(0), truth.frames / truth.fps),)
    assert len(scenes(media, media.path, InlineExecutor(), min_duration=10)) == 1


def test_silences_are_the_pauses(film: tuple[Media, FilmTruth]) -> None:
    media, truth = film
    found = silences(media, media.path, InlineExecutor(), threshold_db=-35, min_duration=0.3)
    long = [(a, b) for a, b in truth.pauses if b - a >= 0.5 * truth.sample_rate]
    assert len(long) >= 1
    assert len(found) == len(long)
    for span, (first, end) in zip(found, long, strict=True):  # words end softly: a little more than the pause is quiet
        assert span.start - Fraction(1, 50) <= Fraction(first, truth.sample_rate) <= span.start + Fraction(1, 5)
        assert span.end - Fraction(1, 5) <= Fraction(end, truth.sample_rate) <= span.end + Fraction(1, 10)
        assert float(span.reason["level_db"]) < -35  # type: ignore[arg-type]
    assert (~found).duration + found.duration == found.within[0][1] - found.within[0][0]  # type: ignore[index]
    assert len(silences(media, media.path, InlineExecutor(), threshold_db=-120)) == 0
    assert len(silences(media, media.path, InlineExecutor(), threshold_db=0)) == 1


def test_what_has_no_picture_or_sound_says_so(film: tuple[Media, FilmTruth]) -> None:
    media, _ = film
    with pytest.raises(UnsupportedMediaError, match="no picture"):
        scenes(media.replace(video=None), media.path, InlineExecutor())
    with pytest.raises(UnsupportedMediaError, match="no sound"):
        silences(media.replace(audio=None), media.path, InlineExecutor())
    for wrong in (0, 300, float("nan")):
        with pytest.raises(ValidationError):
            scenes(media, media.path, InlineExecutor(), threshold=wrong)
    for level in (3, -200, float("nan")):
        with pytest.raises(ValidationError):
            silences(media, media.path, InlineExecutor(), threshold_db=level)


def test_a_picture_that_yields_no_frame_is_damaged(
    film: tuple[Media, FilmTruth], monkeypatch: pytest.MonkeyPatch
) -> None:
    media, _ = film
    monkeypatch.setattr("cutroom.media.video.VideoReader.frames", lambda reader, time=Fraction(0): iter(()))
    with pytest.raises(DamagedMediaError, match="no frame"):
        scenes(media, media.path, InlineExecutor())

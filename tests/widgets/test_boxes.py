"""Boxes over the picture: where a detection of a file is seen on the timeline."""

from __future__ import annotations

from fractions import Fraction

import pytest
from scenery import clip, media, trip

from cutroom.edit import operations as ops
from cutroom.edit.apply import apply
from cutroom.schema.clock import MediaClock, TimelineClock
from cutroom.schema.detection_columns import make_boxes, make_frames
from cutroom.schema.detections import Detections
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.track import Track
from cutroom.widgets.boxes import boxes_at

SOURCE = media("m_a", "street.mp4", 10, size=(1920, 1080))


def seen(clock: MediaClock | TimelineClock | None, size: tuple[int, int] = (1920, 1080)) -> Detections:
    """In frame `i` one star, its left side at pixel `i`, and one ring that no tracker has seen."""
    base, frames = make_frames((i, Fraction(i, 30), Fraction(1, 30), Fraction(i + 1, 30)) for i in range(120))
    boxes = make_boxes(
        row=[i for i in range(120) for _ in range(2)],
        class_id=[0, 1] * 120,
        confidence=[0.75, 0.5] * 120,
        track_id=[4, -1] * 120,
        xyxy=[box for i in range(120) for box in ((i, 0, i + 192, 108), (960, 540, 1920, 1080))],
    )
    return Detections(clock, ("star", "ring"), base, frames, boxes, Fraction(30), size)


def placed(*operations: ops.Operation, width: int = 1920, height: int = 1080) -> Document:
    """The source from 1 s on, behind half a second of nothing."""
    document = Document(
        id="p",
        settings=ProjectSettings(width=width, height=height),
        media=(SOURCE,),
        timeline=Timeline(tracks=(Track(id="v", kind="video", title="V1", items=(clip("c", "m_a", 1, 2),)),)),
    )
    document = apply(document, ops.Move(clip="c", to=Fraction(1, 2))).document
    for operation in operations:
        document = apply(document, operation).document
    return document


def test_a_detection_follows_its_file_through_the_clip() -> None:
    found = boxes_at(seen(MediaClock.of(SOURCE)), placed(), 15 + 7, 0)
    assert [(one.label, one.track, one.confidence) for one in found] == [("star", 4, 0.75), ("ring", None, 0.5)]
    assert found[0].box == pytest.approx((37 / 1920, 0, (37 + 192) / 1920, 0.1), abs=1e-5)
    assert found[1].box == (0.5, 0.5, 1, 1)
    assert boxes_at(seen(MediaClock.of(SOURCE)), placed(), 14, 0) == ()


def test_another_file_has_no_boxes() -> None:
    other = media("m_b", "other.mp4", 10)
    assert boxes_at(seen(MediaClock.of(other)), placed(), 22, 0) == ()


def test_a_picture_that_is_fitted_carries_its_boxes_along() -> None:
    tall = boxes_at(seen(MediaClock.of(SOURCE)), placed(width=1080, height=1920), 15, 0)
    # 1080 pixels wide: 607.5 high, in the middle of 1920
    assert tall[1].box == pytest.approx((0.5, 0.5, 1, 0.5 + 607.5 / 2 / 1920), abs=0.002)


def test_a_transform_carries_boxes_along() -> None:
    half = ops.AddEffect(clip="c", effect="transform", parameters={"scale": 0.5, "position_x": 0.25})
    found = boxes_at(seen(MediaClock.of(SOURCE)), placed(half), 15, 0)
    assert found[1].box == pytest.approx((0.75, 0.5, 1, 0.75), abs=0.001)
    turned = ops.AddEffect(clip="c", effect="transform", parameters={"rotation": 180.0})
    found = boxes_at(seen(MediaClock.of(SOURCE)), placed(turned), 15, 0)
    assert found[1].box == pytest.approx((0, 0, 0.5, 0.5), abs=0.001)


def test_what_is_cropped_away_has_no_box() -> None:
    right = ops.AddEffect(clip="c", effect="crop", parameters={"right": 0.6})
    found = boxes_at(seen(MediaClock.of(SOURCE)), placed(right), 15, 0)
    assert [one.label for one in found] == ["star"]


def test_what_lies_under_another_picture_has_no_box() -> None:
    document = placed()
    above = Track(id="w", kind="video", title="V2", items=(clip("d", "m_b", 0, 1),))
    both = document.evolve(
        media=(SOURCE, media("m_b", "other.mp4", 10)),
        timeline=document.timeline.evolve(tracks=(*document.tracks, above)),
    )
    assert boxes_at(seen(MediaClock.of(SOURCE)), both, 22, 0) == ()


def test_detections_of_a_timeline_show_on_their_own_revision_only() -> None:
    document = trip()
    of_it = seen(TimelineClock(document=document.id, revision=3))
    assert boxes_at(of_it, document, 10, 3)[0].box == pytest.approx((10 / 1920, 0, 202 / 1920, 0.1), abs=1e-5)
    assert boxes_at(of_it, document, 10, 4) == ()
    assert len(boxes_at(seen(None), document, 10, 4)) == 2

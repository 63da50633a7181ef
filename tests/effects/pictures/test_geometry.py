"""Crops and transforms in one chain: measured in the pixels, and against the boxes that are drawn over them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.schema.clock import MediaClock
from cutroom.schema.detection_columns import make_boxes, make_frames
from cutroom.schema.detections import Detections
from cutroom.widgets.boxes import boxes_at

SIZES = [(320, 180), (160, 90), (80, 46)]


def _shown(studio, *effects, size=(320, 180), media=None):
    """How much of each pixel a white layer covers, 0 to 1."""
    clip = studio.clip(media or studio.film(studio.flat(216)), 1, effects=[studio.effect(n, **p) for n, p in effects])
    return (studio.frames(studio.document(studio.track(clip)), size=size)[0][0] - 16) / 200


def _extent(cover, axis):
    """First and last place that is covered along an axis, in fractions, to a part of a pixel."""
    line = cover.max(axis=axis)
    seen = np.flatnonzero(line > 0.02)
    first, last = seen[0], seen[-1]
    return (first + 1 - line[first]) / len(line), (last + line[last]) / len(line)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    ("transform", "crop", "expected"),
    [
        ({"scale": 0.5}, {"left": 0.1}, (0.3, 0.75)),
        ({"scale": 0.5}, {"right": 0.3}, (0.25, 0.6)),
        ({"scale": 0.5, "position_x": -0.5}, {"left": 0.5}, (0, 0.25)),
        ({"scale": 2.0}, {"left": 0.5, "right": 0.25}, (0.5, 1)),
        ({"position_x": 0.5}, {"right": 0.75}, (0.5, 0.75)),
        ({"scale": 0.5, "rotation": 180.0}, {"left": 0.5}, (0.25, 0.5)),
    ],
    ids=str,
)
def test_a_crop_after_a_transform_cuts_fractions_of_the_layer(studio, size, transform, crop, expected):
    cover = _shown(studio, ("transform", transform), ("crop", crop), size=size)
    assert _extent(cover, 0) == pytest.approx(expected, abs=0.6 / size[0])


@pytest.mark.parametrize(
    "between", [[], [("brightness", {"value": 0.0})], [("transform", {"rotation": 17.0, "scale": 0.9})]], ids=str
)
def test_a_crop_cuts_the_same_before_a_transform_and_after_it(studio, between):
    media = studio.film(studio.spot(160, 90, 60))
    move = ("transform", {"scale": 0.6, "rotation": 30.0, "position_x": 0.05})
    crop = ("crop", {"left": 0.2, "top": 0.3, "bottom": 0.1})
    before = _shown(studio, crop, move, *between, media=media)
    after = _shown(studio, move, *between, crop, media=media)
    assert before.max() > 0.4
    assert (np.abs(before - after) > 0.02).mean() < 0.01  # along the edges only, where antialiasing differs
    assert abs(before.sum() - after.sum()) < 0.005 * before.sum()


def test_the_edges_that_a_crop_leaves_alone_stay_soft(studio):
    soft = [("transform", {"scale": 0.5}), ("blur", {"radius": 0.03})]
    whole = _shown(studio, *soft)
    cut = _shown(studio, *soft, ("crop", {"left": 0.5}))
    assert np.abs(cut[:, 160:] - whole[:, 160:]).max() < 1.1 / 200  # one step of 8 bits
    assert (cut[:, :160] == 0).all()
    assert (whole[90, 242:250] > 0.02).any()


def test_a_second_crop_cuts_fractions_of_what_the_first_left(studio):
    cover = _shown(studio, ("crop", {"left": 0.55}), ("crop", {"left": 0.5, "right": 0.2}))
    assert _extent(cover, 0) == pytest.approx((0.775, 0.91), abs=0.1 / 320)


def test_a_title_is_cropped_as_the_canvas_that_it_is_drawn_on(studio):
    def drawn(*effects):
        title = studio.title("WWWWWWWW", 1, position=(0.0, -0.2), effects=effects)
        return studio.frames(studio.document(studio.track(title)))[0][0]

    whole, half = drawn(), drawn(studio.effect("crop", right=0.5))
    assert np.abs(half[:, :160] - whole[:, :160]).max() <= 1
    assert (half[:, 160:] == 16).all()
    assert (whole[:, 160:] > 16).any()


def test_what_leaves_the_canvas_comes_back_with_the_next_transform(studio):
    media = studio.film(studio.spot(60, 50, 20))
    there_and_back = [("transform", {"scale": 3.0}), ("brightness", {"value": 0.0}), ("transform", {"scale": 1 / 3})]
    assert np.abs(_shown(studio, *there_and_back, media=media) - _shown(studio, media=media)).max() < 1.1 / 200
    aside = [("transform", {"position_x": -0.7, "rotation": 10.0}), ("crop", {"right": 0.2})]
    back = [("transform", {"position_x": 0.7}), ("transform", {"rotation": -10.0, "anchor_x": 0.0})]
    assert (_shown(studio, *aside, *back)[60:120, 80:250] == 1).all()


def test_nothing_is_drawn_where_a_crop_leaves_only_what_lies_beside_the_canvas(studio):
    cover = _shown(studio, ("transform", {"position_x": -0.5, "rotation": 3.0}), ("crop", {"right": 0.6}))
    assert (cover == 0).all()


def test_boxes_go_along_with_what_is_animated(studio):
    from cutroom.schema.curve import Keyframe

    media = studio.film(studio.flat(216))
    keys = (Keyframe(time=0, value=0.5), Keyframe(time=Fraction(1, 2), value=0.25))
    effect = studio.effect("transform").replace(curves={"scale": keys})
    document = studio.document(studio.track(studio.clip(media, 1, effects=[effect])))
    for frame, half in ((0, 0.25), (6, 0.2), (20, 0.125)):
        cover = (studio.frames(document, frame)[0][0] - 16) / 200
        (box,) = boxes_at(_everything(studio, media), document, frame, 0)
        assert box.box == pytest.approx((0.5 - half, 0.5 - half, 0.5 + half, 0.5 + half), abs=1e-4)
        assert _extent(cover, 0) == pytest.approx((box.box[0], box.box[2]), abs=0.6 / 320)


def _everything(studio, media):
    found = studio.media[media]
    base, frames = make_frames([(0, Fraction(0), Fraction(1, 30), Fraction(1))])
    boxes = make_boxes(row=[0], class_id=[0], confidence=[1.0], track_id=[-1], xyxy=[(0, 0, 320, 180)])
    return Detections(MediaClock.of(found), ("all",), base, frames, boxes, Fraction(30), (320, 180))


def _box_of_everything(studio, media, effects):
    seen = _everything(studio, media)
    clip = studio.clip(media, 1, effects=[studio.effect(n, **p) for n, p in effects])
    return boxes_at(seen, studio.document(studio.track(clip)), 0, 0)[0].box


@pytest.mark.parametrize(
    "effects",
    [
        [("crop", {"left": 0.2, "bottom": 0.4})],
        [("transform", {"scale": 0.5}), ("crop", {"left": 0.1, "top": 0.5})],
        [("crop", {"left": 0.1, "top": 0.5}), ("transform", {"scale": 0.5, "position_x": -0.35})],
        [("transform", {"scale": 0.5, "position_x": -0.5}), ("crop", {"left": 0.5})],
        [("transform", {"rotation": 90.0}), ("crop", {"left": 0.6}), ("transform", {"scale": 0.5})],
        [("transform", {"scale": 0.5, "rotation": 30.0}), ("crop", {"left": 0.4}), ("crop", {"left": 0.5})],
        [("crop", {"left": 0.5}), ("blur", {"radius": 0.0}), ("crop", {"left": 0.5})],
    ],
    ids=str,
)
def test_boxes_are_drawn_around_what_is_seen(studio, effects):
    media = studio.film(studio.flat(216))
    cover = _shown(studio, *effects, media=media)
    left, top, right, bottom = _box_of_everything(studio, media, effects)
    assert _extent(cover, 0) == pytest.approx((left, right), abs=1.5 / 320)
    assert _extent(cover, 1) == pytest.approx((top, bottom), abs=1.5 / 180)

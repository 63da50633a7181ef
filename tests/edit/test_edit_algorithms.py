"""The cases of OpenTimelineIO's edit algorithms, as strips: the same result wherever the verb means the same.

Its overwrite, insert, slice, trim, ripple, roll, slip, slide, fill and remove are our overwrite, insert, split, trim,
trim with ripple, roll, slip, slide, fill and delete. Times are frames; `0-24` plays frames 0 to 24 of a media that goes
on for long, unless a case says otherwise. Where ours differ:

- What does not fit is an error that says by how much. There it is clamped (roll, slip, slide) or silently does nothing
  (slice at an edge, slide by a whole neighbour, trim into a neighbour).
- Trim, ripple and roll move one edge a call, given as the time that it moves to, not two as differences.
- Slide takes from both neighbours, so nothing behind them moves; there it takes from the left one and pushes the rest.
- Fill goes into a gap only. There, material longer than the gap runs over what follows (our overwrite) or, by its
  "sequence" rule, is cut to the gap (here: ask for that piece); its "fit" rule is a speed that fits the gap.
- Insert before the start of time does not exist, as times are not negative; beyond the end it leaves the gap, where
  there it appends.
- A cut inside of a transition takes the transition away only if it needs what was cut off; there, always.
- Media of any rate stand on one exact clock, so the cases of mixed rates are the same cases.
"""

from __future__ import annotations

import pytest
from editing import F, do, ids
from films import MEDIA, at, film, shown

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddTransition,
    Delete,
    Fill,
    Insert,
    Overwrite,
    Retime,
    Split,
)
from cutroom.errors import EditError


@pytest.mark.parametrize(
    ("before", "frame", "after"),
    [
        ("0-24", 12, "0-12 12-24"),
        ("0-24", 1, "0-1 1-24"),
        ("0-24", 23, "0-23 23-24"),
        ("0-72 0-72 90-180", 103, "0-72 0-31 31-72 90-180"),
        ("0-72 0-31 31-72 90-180", 104, "0-72 0-31 31-32 32-72 90-180"),
    ],
)
def test_slice(before: str, frame: int, after: str) -> None:
    assert shown(do(film(before), Split(clip=None, at=at(frame)))) == after


@pytest.mark.parametrize("frame", [0, 24])
def test_slice_at_an_edge_has_nothing_to_cut(frame: int) -> None:
    with pytest.raises(EditError, match="no clip to split"):
        apply(film("0-24"), Split(clip=None, at=at(frame)))


def test_slice_goes_on_after_a_piece_was_removed() -> None:
    document = film("0-72 0-31 31-32 32-72 90-180")
    closed = do(document, Delete(clip=ids(document)[2], ripple=True))
    assert shown(closed) == "0-72 0-31 32-72 90-180"
    assert shown(do(closed, Split(clip=None, at=at(104)))) == "0-72 0-31 32-33 33-72 90-180"


def test_slice_inside_of_a_transition_takes_it_away() -> None:
    document = film("10-34 10-60 10-40 10-35")
    clips = ids(document)
    document = do(document, AddTransition(left=clips[0], right=clips[1], duration=at(8)))
    document = do(document, AddTransition(left=clips[3], right=None, duration=at(8)))
    made = apply(document, Split(clip=None, at=at(23)))  # a frame before the cut, which the transition needs
    assert shown(made.document) == "10-33 33-34 10-60 10-40 10-35"
    assert [t.left for t in made.document.tracks[0].transitions] == [clips[3]]
    assert "too short for a transition" in made.notes[0]
    assert len(do(document, Split(clip=None, at=at(19))).tracks[0].transitions) == 2


@pytest.mark.parametrize(
    ("before", "frame", "put", "after"),
    [
        ("0-24", 48, "0-24", "0-24 ·24 0-24"),
        ("1-101", 42, "1-2", "1-43 1-2 44-101"),
        ("0-24 0-24", 12, "0-24", "0-12 0-24 12-24"),
        ("0-704", 272, "0-1", "0-272 0-1 273-704"),
        ("0-272 0-1 273-704", 360, "0-1", "0-272 0-1 273-360 0-1 361-704"),
        ("0-272 0-1 273-360 0-1 361-704", 360, "0-1", "0-272 0-1 273-360 0-1 361-704"),
        ("0-72 0-72 90-180", 110, "0-1", "0-72 0-38 0-1 39-72 90-180"),
        ("·10 0-24", 0, "0-5", "0-5 ·5 0-24"),  # before all
        ("·10 0-24", 5, "0-10", "·5 0-10 5-24"),
        ("0-24", 12, "0-24", "0-12 0-24"),  # over the end
        ("0-24 50-74", 0, "5-29", "5-29 50-74"),  # exactly a whole clip
        ("0-24 50-74", 24, "5-29", "0-24 5-29"),
        ("0-24 ·24 50-74", 30, "5-10", "0-24 ·6 5-10 ·13 50-74"),  # inside of a gap
        ("0-24 ·24 50-74", 24, "5-29", "0-24 5-29 50-74"),  # all of it
        ("0-24 ·24 50-74", 36, "5-29", "0-24 ·12 5-29 62-74"),  # from a gap into a clip
        ("0-24 50-74 ·6 0-24", 12, "0-50", "0-12 0-50 8-24"),  # across clips and a gap, from middle to middle
        ("0-24 50-74 0-24", 0, "0-72", "0-72"),  # over all
        ("", 5, "0-10", "·5 0-10"),
    ],
)
def test_overwrite(before: str, frame: int, put: str, after: str) -> None:
    first, last = (int(part) for part in put.split("-"))
    document = film(before)
    made = do(document, Overwrite(track="V1", at=at(frame), source=MEDIA, start=at(first), duration=at(last - first)))
    assert shown(made) == after
    assert made.duration == max(document.duration, at(frame + last - first))


@pytest.mark.parametrize(
    ("frame", "after"),
    [
        (12, "0-12 50-62 12-24 0-24"),
        (0, "50-62 0-24 0-24"),
        (24, "0-24 50-62 0-24"),
        (48, "0-24 0-24 50-62"),
        (1, "0-1 50-62 1-24 0-24"),
        (47, "0-24 0-23 50-62 23-24"),
        (50, "0-24 0-24 ·2 50-62"),  # there: appended without the gap
        (23, "0-23 50-62 23-24 0-24"),
        (25, "0-24 0-1 50-62 1-24"),
    ],
)
def test_insert(frame: int, after: str) -> None:
    document = film("0-24 0-24")
    made = do(document, Insert(track="V1", at=at(frame), source=MEDIA, start=at(50), duration=at(12)))
    assert shown(made) == after
    assert made.duration == max(document.duration, at(frame)) + at(12)


@pytest.mark.parametrize(
    ("before", "frame", "after"),
    [
        ("0-24 ·24 0-24", 36, "0-24 ·12 50-62 ·12 0-24"),
        ("0-24 ·24 0-24", 24, "0-24 50-62 ·24 0-24"),
        ("0-24 ·24 0-24", 48, "0-24 ·24 50-62 0-24"),
        ("·24 0-24", 0, "50-62 ·24 0-24"),
        ("", 0, "50-62"),
        ("", 5, "·5 50-62"),
    ],
)
def test_insert_into_a_gap(before: str, frame: int, after: str) -> None:
    made = do(film(before), Insert(track="V1", at=at(frame), source=MEDIA, start=at(50), duration=at(12)))
    assert shown(made) == after


@pytest.mark.parametrize(("frame", "left"), [(20, 1), (23, 0), (24, 0), (25, 0), (30, 1)])
def test_insert_beside_or_into_a_transition(frame: int, left: int) -> None:
    document = film("10-34 10-60")
    clips = ids(document)
    document = do(document, AddTransition(left=clips[0], right=clips[1], duration=at(8)))
    made = apply(document, Insert(track="V1", at=at(frame), source=MEDIA, duration=at(12)))
    assert len(made.document.tracks[0].transitions) == left
    assert bool(made.notes) is not bool(left)
    over = apply(document, Overwrite(track="V1", at=at(frame), source=MEDIA, duration=at(1)))
    assert len(over.document.tracks[0].transitions) == (frame in {19, 30})


@pytest.mark.parametrize(
    ("first", "last", "after"),
    [(0, 30, "0-20 0-30 5-25"), (0, 5, "0-20 0-5 ·25 5-25"), (10, 15, "0-20 10-15 ·25 5-25")],
)
def test_fill(first: int, last: int, after: str) -> None:
    document = film("0-20 ·30 5-25")
    made = do(document, Fill(track="V1", at=at(20), source=MEDIA, start=at(first), duration=at(last - first)))
    assert shown(made) == after


@pytest.mark.parametrize(
    ("frame", "after"),
    [
        (19, None),  # it begins in the clip before
        (25, "0-20 ·5 0-10 ·15 5-25"),
        (40, "0-20 ·20 0-10 5-25"),
        (41, None),  # it ends in the clip behind
        (70, "0-20 ·30 5-25 0-10"),
        (80, "0-20 ·30 5-25 ·10 0-10"),
        (0, None),
    ],
)
def test_fill_at_the_edges_of_the_gap(frame: int, after: str | None) -> None:
    document = film("0-20 ·30 5-25")
    fill = Fill(track="V1", at=at(frame), source=MEDIA, duration=at(10))
    if after is not None:
        assert shown(do(document, fill)) == after
        return
    with pytest.raises(EditError, match="leaves"):
        apply(document, fill)


def test_fill_with_too_much_is_an_overwrite_a_shorter_piece_or_a_speed() -> None:
    document = film("0-20 ·30 5-25")
    with pytest.raises(EditError, match=r"leaves 1.25 s of the 1.458 s"):
        apply(document, Fill(track="V1", at=at(20), source=MEDIA, duration=at(35)))
    over = do(document, Overwrite(track="V1", at=at(20), source=MEDIA, duration=at(35)))
    assert shown(over) == "0-20 0-35 10-25"
    cut = do(document, Fill(track="V1", at=at(20), source=MEDIA, start=at(5), duration=at(30)))
    assert shown(cut) == "0-20 5-35 5-25"
    fit = do(document, Fill(track="V1", at=at(20), source=MEDIA, duration=at(30), speed=F(35, 30)))
    assert shown(fit) == "0-20 0-35 5-25"
    assert fit.duration == document.duration
    assert (
        shown(do(document, Retime(clip=ids(document)[0], speed=F(2), duration=at(10), ripple=False))) == "0-20 ·40 5-25"
    )


@pytest.mark.parametrize(("ripple", "after"), [(False, "0-20 ·30 5-25"), (True, "0-20 5-25")])
def test_remove(ripple: bool, after: str) -> None:
    document = film("0-20 0-30 5-25")
    assert shown(do(document, Delete(clip=ids(document)[1], ripple=ripple))) == after


@pytest.mark.parametrize(
    ("before", "clip", "gap", "closed"),
    [
        ("0-20 0-30", 0, "·20 0-30", "0-30"),
        ("0-20 ·5 0-30 ·5 0-10", 1, "0-20 ·40 0-10", "0-20 ·10 0-10"),  # gaps on both sides become one
        ("·5 0-30 0-10", 0, "·35 0-10", "·5 0-10"),
        ("0-20", 0, "", ""),
        ("0-20 ·5 0-30", 1, "0-20", "0-20"),
    ],
)
def test_remove_at_the_ends_and_between_gaps(before: str, clip: int, gap: str, closed: str) -> None:
    document = film(before)
    name = ids(document)[clip]
    assert shown(do(document, Delete(clip=name))) == gap
    assert shown(do(document, Delete(clip=name, ripple=True))) == closed


def test_remove_takes_the_transitions_of_the_clip_along() -> None:
    document = film("10-34 10-60 10-40")
    clips = ids(document)
    for left, right in ((0, 1), (1, 2)):
        document = do(document, AddTransition(left=clips[left], right=clips[right], duration=at(8)))
    for ripple in (False, True):
        made = apply(document, Delete(clip=clips[1], ripple=ripple))
        assert made.document.tracks[0].transitions == ()
        assert len(made.notes) == 2


def test_remove_of_the_last_leaves_no_gap_behind_it() -> None:
    document = film("0-20 0-30")
    assert shown(do(document, Delete(clip=ids(document)[1]))) == "0-20"

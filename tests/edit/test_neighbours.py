"""Roll, slip and slide: neighbours share out time, and the timeline keeps its length."""

from __future__ import annotations

from fractions import Fraction

import pytest
from editing import F, do, ids, lay, strip, strips, switched

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddTransition,
    Append,
    Link,
    Overwrite,
    Retime,
    Reverse,
    Roll,
    Slide,
    Slip,
    Split,
    Trim,
    Unlink,
)
from cutroom.errors import EditError, HandlesError, LockedTrackError
from cutroom.schema.clip import MediaSource, TitleSource
from cutroom.schema.document import Document


@pytest.fixture
def gap(document: Document) -> Document:
    """`a2-4 ·1 b1-5`, picture and sound."""
    return do(document, Trim(clip=ids(document)[0], edge="end", to=F(2)))


@pytest.fixture
def three(document: Document) -> Document:
    """`a2-5 b1-5 a3-6`, picture and sound."""
    source = MediaSource(media="m_a")
    return do(document, Append(track="V1", source=source, start=F(3), duration=F(3), sound_track="A1"))


@pytest.mark.parametrize(
    ("number", "edge", "to", "after"),
    [
        (0, "end", 2, "a2-4 b0-5"),
        (1, "start", 2, "a2-4 b0-5"),  # the same cut, named from the other side
        (0, "end", 4, "a2-6 b2-5"),
        (1, "start", 4, "a2-6 b2-5"),
        (0, "end", 3, "a2-5 b1-5"),
        (0, "end", F(91, 30), "a2-151/30 b31/30-5"),
        (1, "end", 8, "a2-5 b1-6"),  # nothing follows: its end moves
        (1, "end", 6, "a2-5 b1-4"),
    ],
)
def test_roll(document: Document, number: int, edge: str, to: Fraction, after: str) -> None:
    made = do(document, Roll(clip=ids(document)[number], edge=edge, to=to))
    assert strips(made) == {"V1": after, "A1": after}
    assert ids(made) == ids(document)


@pytest.mark.parametrize(
    ("number", "edge", "to", "after"),
    [
        (0, "end", F(5, 2), "a2-9/2 ·1/2 b1-5"),
        (0, "end", 3, "a2-5 b1-5"),  # nothing of the gap is left
        (0, "end", 1, "a2-3 ·2 b1-5"),
        (1, "start", 2, "a2-4 b0-5"),
        (1, "start", 4, "a2-4 ·2 b2-5"),
    ],
)
def test_roll_where_one_side_is_a_gap(gap: Document, number: int, edge: str, to: Fraction, after: str) -> None:
    assert strips(do(gap, Roll(clip=ids(gap)[number], edge=edge, to=to))) == {"V1": after, "A1": after}


@pytest.mark.parametrize(
    ("number", "edge", "to", "kind", "said", "short"),
    [
        (0, "end", 1, HandlesError, "lacks 1 s of media before", 1),
        (0, "end", 10, HandlesError, r"ends at 8 s, 4 s before", 4),
        (1, "start", 0, EditError, "nothing would be left of clip .*: it lasts 3 s", 0),
        (1, "end", 11, HandlesError, r"ends at 8 s, 1 s before", 1),
        (0, "start", 1, EditError, "no cut to roll", None),
    ],
)
def test_roll_says_what_is_missing(
    document: Document, number: int, edge: str, to: int, kind: type[EditError], said: str, short: int | None
) -> None:
    with pytest.raises(kind, match=said) as caught:
        apply(document, Roll(clip=ids(document)[number], edge=edge, to=F(to)))
    assert short is None or caught.value.value == short


def test_roll_further_than_the_gap_reaches(gap: Document) -> None:
    with pytest.raises(EditError, match="the gap beside it is 1 s too short: it lasts 1 s"):
        apply(gap, Roll(clip=ids(gap)[0], edge="end", to=F(4)))


def test_roll_leaves_something_of_both(three: Document) -> None:
    with pytest.raises(EditError, match=r"nothing would be left of clip .*: it lasts 3 s"):
        apply(three, Roll(clip=ids(three)[1], edge="end", to=F(10)))
    assert strip(do(three, Roll(clip=ids(three)[1], edge="end", to=F(299, 30))), "V1") == "a2-5 b1-239/30 a179/30-6"


def test_roll_takes_the_cut_of_the_sound_along_where_it_lies_elsewhere(document: Document) -> None:
    pictures, sounds = ids(document), ids(document, "A1")
    early = do(document, *[Unlink(clip=clip) for clip in pictures], Roll(clip=sounds[1], edge="start", to=F(2)))
    assert strips(early) == {"V1": "a2-5 b1-5", "A1": "a2-4 b0-5"}
    early = do(early, *[Link(clips=pair) for pair in zip(pictures, sounds, strict=True)])
    made = do(early, Roll(clip=pictures[1], edge="start", to=F(4)))
    assert strips(made) == {"V1": "a2-6 b2-5", "A1": "a2-5 b1-5"}


def test_roll_of_clips_at_other_speeds_and_backwards(document: Document) -> None:
    first, second = ids(document)
    fast = do(document, Retime(clip=first, speed=F(2), duration=F(3, 2)), Reverse(clip=second))
    assert strip(fast, "V1") == "a2-5*2 b5-1"
    # a half second later: a plays a second more, and b, backwards, starts half a second further down
    assert strip(do(fast, Roll(clip=first, edge="end", to=F(2))), "V1") == "a2-6*2 b9/2-1"


@pytest.mark.parametrize(
    ("by", "after"),
    [(0, "a2-5"), (1, "a3-6"), (-2, "a0-3"), (3, "a5-8"), (F(-1, 30), "a59/30-149/30"), (F(91, 30), "a151/30-241/30")],
)
def test_slip(document: Document, by: Fraction, after: str) -> None:
    made = do(document, Slip(clip=ids(document)[0], by=by))
    assert strips(made) == {"V1": f"{after} b1-5", "A1": f"{after} b1-5"}
    assert do(made, Slip(clip=ids(document)[0], by=-by)) == document


@pytest.mark.parametrize(("by", "short"), [(-3, 1), (4, 1), (F(-61, 30), F(1, 30)), (F(92, 30), F(2, 30))])
def test_slip_beyond_the_media(document: Document, by: Fraction, short: Fraction) -> None:
    with pytest.raises(HandlesError) as caught:
        apply(document, Slip(clip=ids(document)[0], by=by))
    assert caught.value.value == short


def test_slip_counts_in_seconds_of_media(document: Document) -> None:
    first = ids(document)[0]
    fast = do(document, Retime(clip=first, speed=F(2), duration=F(3, 2)))
    assert strip(do(fast, Slip(clip=first, by=F(1))), "V1") == "a3-6*2 b1-5"
    assert strip(do(fast, Reverse(clip=first), Slip(clip=first, by=F(1))), "V1") == "a6-3*2 b1-5"


def test_a_roll_leaves_sound_alone_that_goes_on_beneath_the_neighbour(document: Document) -> None:
    first = ids(document)[0]
    cut = do(document, Split(clip=first, at=F(1), linked=False))
    assert (strip(cut, "V1"), strip(cut, "A1")) == ("a2-3 a3-5 b1-5", "a2-5 b1-5")
    assert [cut.clip(clip).link is not None for clip in ids(cut)] == [True, False, True]
    made = do(cut, Roll(clip=first, edge="end", to=F(2)))
    assert (strip(made, "V1"), strip(made, "A1")) == ("a2-4 a4-5 b1-5", "a2-5 b1-5")
    with pytest.raises(EditError, match="not inside"):
        apply(document, Split(clip=first, at=F(3), linked=False))
    with pytest.raises(LockedTrackError):
        apply(switched(document, "V1", locked=True), Split(clip=first, at=F(1), linked=False))


def test_slip_tells_what_does_not_play_along_any_more(document: Document) -> None:
    parted = lay(document, "V1", 1, 1)  # the sound of its first part goes on beneath all three
    first, _, rest, _ = ids(parted)
    made = apply(parted, Slip(clip=first, by=F(1, 2)))
    sound = ids(parted, "A1")[0]
    assert strip(made.document, "V1") == "a5/2-7/2 b0-1 a4-5 b1-5"
    assert made.notes == (f"clip {rest} is 0.5 s out of sync with clip {sound} now",)
    assert apply(made.document, Slip(clip=first, by=F(-1, 2))).notes == ()
    alone = apply(parted, Slip(clip=rest, by=F(1, 2)))
    assert alone.notes == (f"clip {sound} is 0.5 s out of sync with clip {rest} now",)
    assert apply(document, Slip(clip=first, by=F(1, 2))).notes == ()


def test_slip_takes_a_transition_away_that_lost_its_handles(document: Document) -> None:
    first, second = ids(document)
    document = do(document, AddTransition(left=first, right=second, duration=F(1)))
    made = apply(document, Slip(clip=second, by=F(-1)))
    assert made.document.tracks[0].transitions == ()
    assert "lacks 0.5 s" in made.notes[0]
    assert apply(document, Slip(clip=second, by=F(-1, 2))).document.tracks[0].transitions


@pytest.mark.parametrize(
    ("by", "after"),
    [
        (0, "a2-5 b1-5 a3-6"),
        (1, "a2-6 b1-5 a4-6"),
        (-1, "a2-4 b1-5 a2-6"),
        (F(29, 10), "a2-79/10 b1-5 a59/10-6"),
        (F(-29, 10), "a2-21/10 b1-5 a1/10-6"),
    ],
)
def test_slide(three: Document, by: Fraction, after: str) -> None:
    made = do(three, Slide(clip=ids(three)[1], by=by))
    assert strips(made) == {"V1": after, "A1": after}
    assert made.duration == three.duration
    assert ids(made) == ids(three)


@pytest.mark.parametrize(
    ("number", "by", "after"),
    [
        (0, 1, "·1 a2-5 b2-5 a3-6"),  # a gap opens before the first
        (2, 1, "a2-5 b1-6 a3-6"),  # nothing follows the last
        (2, -1, "a2-5 b1-4 a3-6"),
    ],
)
def test_slide_of_the_first_and_the_last(three: Document, number: int, by: int, after: str) -> None:
    made = do(three, Slide(clip=ids(three)[number], by=F(by)))
    assert strips(made) == {"V1": after, "A1": after}
    assert do(made, Slide(clip=ids(three)[number], by=F(-by))) == three


def test_slide_into_a_gap(gap: Document) -> None:
    first, second = ids(gap)
    assert strip(do(gap, Slide(clip=first, by=F(1))), "V1") == "·1 a2-4 b1-5"
    assert strip(do(gap, Slide(clip=second, by=F(-1))), "V1") == "a2-4 b1-5"
    assert strip(do(gap, Slide(clip=second, by=F(1, 2))), "V1") == "a2-4 ·3/2 b1-5"
    with pytest.raises(EditError, match=r"the gap beside it is 0.5 s too short"):
        apply(gap, Slide(clip=second, by=F(-3, 2)))


@pytest.mark.parametrize(
    ("number", "by", "kind", "said"),
    [
        (1, 3, EditError, "lasts 3 s"),
        (1, -3, EditError, "lasts 3 s"),
        (0, -1, EditError, "1 s before the timeline"),
        (0, 4, EditError, "lasts 4 s"),
        (2, 4, HandlesError, r"ends at 8 s, 1 s before"),
    ],
)
def test_slide_says_what_is_missing(three: Document, number: int, by: int, kind: type[EditError], said: str) -> None:
    with pytest.raises(kind, match=said):
        apply(three, Slide(clip=ids(three)[number], by=F(by)))


def test_slide_needs_media_of_the_neighbour_that_grows(document: Document) -> None:
    document = lay(document, "V1", 3, 4, "m_b", 1, sound="A1")
    document = do(document, Append(track="V1", source=MediaSource(media="m_a"), duration=F(2), sound_track="A1"))
    with pytest.raises(HandlesError, match="lacks 1 s of media before"):
        apply(document, Slide(clip=ids(document)[1], by=F(-1)))


@pytest.mark.parametrize(
    "operation", [Roll(clip="?", edge="end", to=F(2)), Slip(clip="?", by=F(1)), Slide(clip="?", by=F(1))]
)
def test_what_is_linked_must_not_be_locked(document: Document, operation: Roll | Slip | Slide) -> None:
    locked = switched(document, "A1", locked=True)
    with pytest.raises(LockedTrackError, match="A1"):
        apply(locked, operation.replace(clip=ids(document)[0]))


def test_titles_have_nothing_to_slip_but_roll_and_slide(document: Document) -> None:
    titled = do(
        document, Overwrite(track="V2", at=F(1), source=TitleSource(text="x"), duration=F(2)),
        Overwrite(track="V2", at=F(3), source=TitleSource(text="y"), duration=F(2)),
    )  # fmt: skip
    first, second = ids(titled, "V2")
    with pytest.raises(EditError, match="is a title, which plays no media and cannot be slipped"):
        apply(titled, Slip(clip=first, by=F(1)))
    assert strip(do(titled, Roll(clip=first, edge="end", to=F(4))), "V2") == "·1 T·3 T·1"
    assert strip(do(titled, Slide(clip=second, by=F(1))), "V2") == "·1 T·3 T·2"

"""Fill, arrange, move, and placing at other speeds or backwards."""

from __future__ import annotations

from fractions import Fraction

import pytest
from editing import F, do, ids, lay, strip, strips, switched

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddEffect,
    AddTransition,
    Append,
    Arrange,
    Fill,
    Insert,
    Move,
    Overwrite,
    Placed,
    Split,
    Trim,
)
from cutroom.errors import EditError, HandlesError, LockedTrackError
from cutroom.schema.clip import Clip, MediaSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.speed import Ramp

A, B = MediaSource(media="m_a"), MediaSource(media="m_b")
UP = Ramp.of({0: 0, 2: 2})


@pytest.fixture
def gap(document: Document) -> Document:
    """`a2-4 ·1 b1-5`, picture and sound."""
    return do(document, Trim(clip=ids(document)[0], edge="end", to=F(2)))


@pytest.mark.parametrize(
    ("at", "duration", "after"),
    [
        (2, 1, "a2-4 b0-1 b1-5"),
        (2, F(1, 2), "a2-4 b0-1/2 ·1/2 b1-5"),
        (F(5, 2), F(1, 2), "a2-4 ·1/2 b0-1/2 b1-5"),
        (F(7, 3), F(1, 3), "a2-4 ·1/3 b0-1/3 ·1/3 b1-5"),
        (7, 2, "a2-4 ·1 b1-5 b0-2"),
        (9, 2, "a2-4 ·1 b1-5 ·2 b0-2"),
    ],
)
def test_fill(gap: Document, at: Fraction, duration: Fraction, after: str) -> None:
    made = do(gap, Fill(track="V1", at=at, source=B, duration=duration, sound_track="A1"))
    assert strips(made) == {"V1": after, "A1": after}
    assert [made.clip_start(clip) for clip in ids(gap)] == [gap.clip_start(clip) for clip in ids(gap)]


@pytest.mark.parametrize(
    ("at", "duration", "room"), [(2, 2, 1), (F(5, 2), 1, F(1, 2)), (1, 1, 0), (0, 1, 0), (6, 4, 0), (3, 1, 0)]
)
def test_fill_says_how_much_room_there_is(gap: Document, at: Fraction, duration: int, room: Fraction) -> None:
    with pytest.raises(EditError, match=rf"leaves {float(room):g} s of the {duration} s") as caught:
        apply(gap, Fill(track="V1", at=F(at), source=B, duration=F(duration)))
    assert caught.value.value == duration - room


def test_fill_needs_room_for_the_sound_too(document: Document) -> None:
    gap = do(document, Move(clip=ids(document)[1], to=F(5)))
    taken = lay(gap, "A1", 4, 1)
    with pytest.raises(EditError, match=r"on track A1 leaves 1 s of the 2 s"):
        apply(taken, Fill(track="V1", at=F(3), source=B, duration=F(2), sound_track="A1"))
    assert strip(do(taken, Fill(track="V1", at=F(3), source=B, duration=F(2))), "V1") == "a2-5 b0-2 b1-5"


def test_fill_ends_a_fade_to_nothing(gap: Document) -> None:
    faded = do(gap, AddTransition(left=ids(gap)[0], right=None, duration=F(1)))
    made = apply(faded, Fill(track="V1", at=F(2), source=B, duration=F(1)))
    assert made.document.tracks[0].transitions == ()
    assert "do not touch any more" in made.notes[0]
    later = apply(faded, Fill(track="V1", at=F(5, 2), source=B, duration=F(1, 2)))
    assert later.document.tracks[0].transitions == faded.tracks[0].transitions


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        (Append(track="V2", source=A, start=F(1), duration=F(2), speed=F(2)), "a1-5*2"),
        (Append(track="V2", source=A, start=F(1), duration=F(2), reverse=True), "a3-1"),
        (Append(track="V2", source=A, start=F(8), duration=F(5), speed=F(0)), "a8-8*0·5"),
        (Append(track="V2", source=A, start=F(6), duration=F(2), speed=UP), "a6-8~"),
        (Overwrite(track="V2", source=A, at=F(1), duration=F(4), speed=F(1, 2), reverse=True), "·1 a2-0*1/2"),
    ],
)
def test_placing_at_any_speed(document: Document, operation: Append | Overwrite, after: str) -> None:
    assert strip(do(document, operation), "V2") == after


@pytest.mark.parametrize(
    ("start", "duration", "speed", "short"),
    [(1, 4, F(2), 1), (9, 1, F(0), 1), (7, 2, UP, 1), (F(241, 30), 2, F(1, 2), F(31, 30))],
)
def test_placing_more_than_the_media_has_at_that_speed(
    document: Document, start: Fraction, duration: int, speed: Fraction | Ramp, short: Fraction
) -> None:
    with pytest.raises(HandlesError) as caught:
        apply(document, Append(track="V2", source=A, start=F(start), duration=F(duration), speed=speed))
    assert caught.value.value == short


@pytest.mark.parametrize(
    ("at", "after"),
    [
        (F(2), "a2-4 b0-1 a4-8*2 b1-5"),
        (F(3), "a2-4 a4-6*2 b0-1 a6-8*2 b1-5"),
        (F(5, 2), "a2-4 a4-5*2 b0-1 a5-8*2 b1-5"),
    ],
)
def test_insert_splits_a_fast_clip_where_it_shows_the_moment(document: Document, at: Fraction, after: str) -> None:
    first = ids(document)[0]
    mixed = do(document, Trim(clip=first, edge="end", to=F(2), ripple=True))
    mixed = do(mixed, Insert(track="V1", at=F(2), source=A, start=F(4), duration=F(2), speed=F(2), sound_track="A1"))
    assert strip(do(mixed, Insert(track="V1", at=at, source=B, duration=F(1))), "V1") == after


def row(document: Document, clip_id: str, track: str, at: int, **changes: object) -> Placed:
    return Placed(track=track, at=F(at), clip=document.clip(clip_id).replace(**changes))


def test_arrange_lays_tracks_out_anew(document: Document) -> None:
    first, second = ids(document)
    fresh = Clip(id="c_new", source=TitleSource(text="x"), duration=F(1))
    made = apply(
        document,
        Arrange(
            tracks=("V1", "V2"),
            placed=(
                row(document, second, "V1", 1, start=F(3), duration=F(2)),
                row(document, first, "V2", 4),
                Placed(track="V1", at=F(3), clip=fresh),
            ),
        ),
    )
    assert strips(made.document) == {"V1": "·1 b3-5 T·1", "V2": "·4 a2-5", "A1": "a2-5 b1-5"}
    assert made.created == ("c_new",)
    assert strips(do(document, Arrange(tracks=("V1",), placed=()))) == {"A1": "a2-5 b1-5"}


def test_arrange_leaves_the_rest_where_it_is_when_told_what_goes(document: Document) -> None:
    first, second = ids(document)
    third = lay(document, "V1", 8, 2)
    last = ids(third)[2]
    made = do(third, Arrange(tracks=("V1",), placed=(row(third, second, "V1", 4, duration=F(2)),), gone=(first,)))
    assert strips(made) == {"V1": "·4 b1-3 ·2 b0-2", "A1": "a2-5 b1-5"}
    assert made.tracks[0].items[-1] is third.tracks[0].items[-1]
    assert strips(do(third, Arrange(tracks=("V1",), placed=(), gone=(last,))))["V1"] == "a2-5 b1-5"
    for said, operation in (
        ("2 s before the one before it ends", Arrange(tracks=("V1",), placed=(row(third, last, "V1", 5),), gone=())),
        ("track t_.* is not among", Arrange(tracks=("V2",), placed=(), gone=(first,))),
        ("no clip 'c_none'", Arrange(tracks=("V1",), placed=(), gone=("c_none",))),
        ("linked clips stand on different", Arrange(
            tracks=("V1",), placed=(row(third, last, "V1", 8, link=document.clip(first).link),), gone=())),
    ):  # fmt: skip
        with pytest.raises(EditError, match=said):
            apply(third, operation)


def test_arrange_keeps_transitions_whose_cut_survives(document: Document) -> None:
    first, second = ids(document)
    cut = do(document, AddTransition(left=first, right=second, duration=F(1)))
    same = Arrange(tracks=("V1",), placed=(row(cut, first, "V1", 2), row(cut, second, "V1", 5)))
    assert do(cut, same).tracks[0].transitions == cut.tracks[0].transitions
    apart = apply(cut, Arrange(tracks=("V1",), placed=(row(cut, first, "V1", 2), row(cut, second, "V1", 6))))
    assert apart.document.tracks[0].transitions == ()
    assert apart.notes


def test_arrange_says_what_is_wrong(document: Document) -> None:
    first, second = ids(document)

    def refused(kind: type[EditError], said: str, *placed: Placed, tracks: tuple[str, ...] = ("V1", "V2")) -> None:
        with pytest.raises(kind, match=said):
            apply(document, Arrange(tracks=tracks, placed=placed))

    refused(
        EditError, "2 s before the one before it ends", row(document, first, "V1", 0), row(document, second, "V1", 1)
    )
    refused(EditError, "would stand there twice", row(document, first, "V1", 0), row(document, first, "V2", 0))
    refused(EditError, "would stand there twice", row(document, ids(document, "A1")[0], "V1", 0))
    refused(EditError, "track V2 is not among", row(document, first, "V2", 0), tracks=("V1",))
    refused(EditError, "does not go on track A1", row(document, first, "A1", 0).replace(
        clip=Clip(id="c_t", source=TitleSource(text="x"), duration=F(1))), tracks=("A1",))  # fmt: skip
    refused(HandlesError, "ends at 8 s", row(document, first, "V1", 0, start=F(6)))
    linked = document.clip(first).link
    refused(
        EditError,
        "stand on different tracks",
        row(document, first, "V1", 0),
        row(document, second, "V1", 3, link=linked),
    )
    with pytest.raises(LockedTrackError):
        apply(switched(document, "V1", locked=True), Arrange(tracks=("V1",), placed=()))


def test_move_of_a_faded_and_reversed_clip_changes_nothing_of_it(document: Document) -> None:
    first = ids(document)[0]
    faded = do(document, AddEffect(clip=first, effect="fade_in"))
    assert do(faded, Move(clip=first, to=F(9))).clip(first) == faded.clip(first)


@pytest.mark.parametrize(
    ("to", "after"),
    [
        (0, "a2-5 b1-5"),
        (1, "·1 a2-5 b2-5"),
        (5, "·3 b1-3 a2-5"),
        (4, "·3 b1-2 a2-5"),
        (7, "·3 b1-5 a2-5"),
        (20, "·3 b1-5 ·13 a2-5"),
    ],
)
def test_move(document: Document, to: int, after: str) -> None:
    made = do(document, Move(clip=ids(document)[0], to=F(to)))
    assert strips(made) == {"V1": after, "A1": after}


def test_a_move_into_the_middle_of_a_clip_leaves_both_its_ends(document: Document) -> None:
    split = do(document, Split(clip=ids(document)[0], at=F(1)))
    made = apply(split, Move(clip=ids(split)[0], to=F(4)))
    assert strips(made.document) == {"V1": "·1 a3-5 b1-2 a2-3 b3-5", "A1": "·1 a3-5 b1-2 a2-3 b3-5"}
    assert len(made.created) == 2

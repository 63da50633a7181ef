"""Retime, reverse and freeze, as strips before and after."""

from __future__ import annotations

from fractions import Fraction

import pytest
from editing import F, cues, do, ids, lay, moments, strip, strips, switched

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddEffect,
    AddMarker,
    AddTrack,
    AddTransition,
    Fill,
    Freeze,
    Overwrite,
    Retime,
    Reverse,
    Roll,
    SetCues,
    Slip,
    Split,
    Trim,
    Unlink,
)
from cutroom.errors import EditError, HandlesError, LockedTrackError
from cutroom.schema.clip import MediaSource, TitleSource
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document
from cutroom.schema.speed import Ramp

UP = Ramp.of({0: 0, 2: 2})


@pytest.mark.parametrize(
    ("speed", "duration", "after"),
    [
        (F(3), 1, "a2-5*3 b1-5"),
        (F(1, 2), 6, "a2-5*1/2 b1-5"),
        (F(1), 3, "a2-5 b1-5"),
        (F(2), 3, "a2-8*2 b1-5"),  # as long as before, and so more media
        (UP, 3, "a2-6~ b1-5"),
        (F(0), 5, "a2-2*0·5 b1-5"),  # a held picture lasts as long as one likes
    ],
)
def test_retime_closes_up_or_pushes(document: Document, speed: Fraction | Ramp, duration: int, after: str) -> None:
    made = do(document, Retime(clip=ids(document)[0], speed=speed, duration=F(duration)))
    assert strips(made) == {"V1": after, "A1": after}
    assert made.duration == document.duration - 3 + duration
    assert ids(made) == ids(document)


@pytest.mark.parametrize(
    ("speed", "duration", "after"),
    [(F(3), 1, "a2-5*3 ·2 b1-5"), (F(3, 2), 2, "a2-5*3/2 ·1 b1-5"), (UP, 3, "a2-6~ b1-5")],
)
def test_retime_without_ripple_leaves_the_rest(
    document: Document, speed: Fraction | Ramp, duration: int, after: str
) -> None:
    made = do(document, Retime(clip=ids(document)[0], speed=speed, duration=F(duration), ripple=False))
    assert strips(made) == {"V1": after, "A1": after}


def test_retime_without_ripple_grows_into_a_gap_only(document: Document) -> None:
    first, second = ids(document)
    gap = do(document, Retime(clip=first, speed=F(3), duration=F(1), ripple=False))
    assert strip(do(gap, Retime(clip=first, speed=F(1), duration=F(3), ripple=False)), "V1") == "a2-5 b1-5"
    with pytest.raises(EditError, match=r"in the way: 1 s too far"):
        apply(gap, Retime(clip=first, speed=F(1), duration=F(4), ripple=False))
    last = do(document, Retime(clip=second, speed=F(1, 2), duration=F(8), ripple=False))
    assert strip(last, "A1") == "a2-5 b1-5*1/2"


def test_retime_moves_markers_cues_and_sync_locked_tracks(document: Document) -> None:
    document = lay(lay(document, "V2", 4, 1), "V2", 7, 1)
    document = do(
        document,
        AddTrack(track="subtitle", title="S1"),
        SetCues(track="S1", cues=(Cue(id="u_1", start=F(4), end=F(5), text="x"),)),
        *[AddMarker(time=F(time), title="m") for time in (1, 2, 4)],
    )
    first = ids(document)[0]
    slow = do(document, Retime(clip=first, speed=F(1, 2), duration=F(6)))
    assert (strip(slow, "V2"), cues(slow), moments(slow)) == ("·7 b0-1 ·2 b0-1", "x7-8", [1, 2, 7])
    fast = do(document, Retime(clip=first, speed=F(2), duration=F(3, 2)))
    assert (strip(fast, "V2"), cues(fast), moments(fast)) == ("·5/2 b0-1 ·2 b0-1", "x5/2-7/2", [1, F(3, 2), F(5, 2)])
    alone = do(switched(document, "V2", sync_lock=False), Retime(clip=first, speed=F(1, 2), duration=F(6)))
    assert strip(alone, "V2") == strip(document, "V2")


def test_retime_refuses_what_the_media_lacks(document: Document) -> None:
    with pytest.raises(HandlesError, match=r"ends at 8 s, 3 s before") as caught:
        apply(document, Retime(clip=ids(document)[0], speed=F(3), duration=F(3)))
    assert caught.value.value == 3
    with pytest.raises(HandlesError):
        apply(document, Retime(clip=ids(document)[0], speed=UP, duration=F(5)))


def test_retime_refuses_linked_clips_of_other_edges(document: Document) -> None:
    short = lay(document, "A1", 2, 1)
    with pytest.raises(EditError, match="do not start and end together"):
        apply(short, Retime(clip=ids(short)[0], speed=F(2), duration=F(3, 2)))
    assert strip(do(short, Unlink(clip=ids(short)[0]), Retime(clip=ids(short)[0], speed=F(1), duration=F(3))), "A1")


def test_retime_keeps_a_transition_only_with_its_handles(document: Document) -> None:
    first, second = ids(document)
    document = do(document, AddTransition(left=first, right=second, duration=F(1)))
    kept = apply(document, Retime(clip=first, speed=F(2), duration=F(3, 2)))
    assert kept.document.tracks[0].transitions
    gone = apply(document, Retime(clip=first, speed=F(2), duration=F(3)))  # the media ends with it now
    assert not gone.document.tracks[0].transitions
    assert "lacks 0.5 s of media after the out point" in gone.notes[0]


@pytest.mark.parametrize(
    ("operations", "after"),
    [
        ((), "a5-2 b1-5"),
        ((Reverse(clip="a"),), "a2-5 b1-5"),
        ((Trim(clip="a", edge="end", to=F(2)),), "a5-3 ·1 b1-5"),  # its end plays the media's earlier part
        ((Trim(clip="a", edge="start", to=F(1)),), "·1 a4-2 b1-5"),
        ((Split(clip="a", at=F(1)),), "a5-4 a4-2 b1-5"),
        ((Retime(clip="a", speed=F(2), duration=F(1)),), "a4-2*2 b1-5"),
        ((Retime(clip="a", speed=UP, duration=F(2)), Split(clip="a", at=F(1))), "a4-7/2~ a7/2-2~ b1-5"),
    ],
)
def test_reverse(document: Document, operations: tuple[Reverse | Trim | Split | Retime, ...], after: str) -> None:
    first = ids(document)[0]
    made = do(document, Reverse(clip=first), *[operation.replace(clip=first) for operation in operations])
    assert strips(made) == {"V1": after, "A1": after}


def test_reverse_refuses_linked_clips_of_other_edges(document: Document) -> None:
    short = lay(document, "A1", 2, 1)  # backwards, each in its place, they would not meet any more
    with pytest.raises(EditError, match="do not start and end together"):
        apply(short, Reverse(clip=ids(short)[0]))
    made = do(short, Unlink(clip=ids(short)[0]), Reverse(clip=ids(short)[0]))
    assert strips(made) == {"V1": "a5-2 b1-5", "A1": "a2-4 b0-1 b1-5"}


def test_reverse_turns_the_handles_round(document: Document) -> None:
    first, second = ids(document)
    handles = do(
        document, AddTransition(left=first, right=second, duration=F(2))
    )  # b has one second before, three after
    made = apply(handles, Reverse(clip=second)).document
    assert made.tracks[0].transitions
    longer = apply(do(made, Trim(clip=second, edge="end", to=F(8))), Trim(clip=second, edge="start", to=F(4)))
    assert strip(longer.document, "V1") == "a2-5 ·1 b4-0"


def test_titles_play_nothing(document: Document) -> None:
    titled = do(document, Overwrite(track="V2", at=F(0), source=TitleSource(text="x"), duration=F(2)))
    title = ids(titled, "V2")[0]
    for operation, done in (
        (Reverse(clip=title), "reversed"),
        (Retime(clip=title, speed=F(2), duration=F(1)), "retimed"),
        (Freeze(clip=title, at=F(1), duration=F(1)), "frozen"),
    ):
        with pytest.raises(EditError, match=f"is a title, which plays no media and cannot be {done}"):
            apply(titled, operation)


@pytest.mark.parametrize(
    ("at", "picture", "sound"),
    [
        (1, "a2-3 a3-3*0·2 a3-5 b1-5", "a2-3 ·2 a3-5 b1-5"),
        (0, "a2-2*0·2 a2-5 b1-5", "·2 a2-5 b1-5"),
        (F(89, 30), "a2-149/30 a149/30-149/30*0·2 a149/30-5 b1-5", "a2-149/30 ·2 a149/30-5 b1-5"),
    ],
)
def test_freeze(document: Document, at: Fraction, picture: str, sound: str) -> None:
    made = apply(document, Freeze(clip=ids(document)[0], at=F(at), duration=F(2)))
    assert strips(made.document) == {"V1": picture, "A1": sound}
    assert made.document.duration == document.duration + 2
    assert len(set(ids(made.document))) == len(ids(made.document))
    assert made.document.clip(made.created[0]).speed == 0


def test_freeze_holds_the_picture_of_that_moment_at_any_speed(document: Document) -> None:
    first = ids(document)[0]
    fast = do(document, Retime(clip=first, speed=F(2), duration=F(3, 2)))
    assert strip(do(fast, Freeze(clip=first, at=F(1), duration=F(1))), "V1") == "a2-4*2 a4-4*0·1 a4-5*2 b1-5"
    back = do(document, Reverse(clip=first), Freeze(clip=first, at=F(1), duration=F(1)))
    assert strip(back, "V1") == "a5-4 a119/30-119/30*0·1 a4-2 b1-5"  # a frame shows the earliest moment it passes
    ramp = do(document, Retime(clip=first, speed=UP, duration=F(2)), Freeze(clip=first, at=F(1), duration=F(1)))
    assert strip(ramp, "V1") == "a2-5/2~ a5/2-5/2*0·1 a5/2-4~ b1-5"


def test_freeze_leaves_picture_and_sound_linked_on_both_sides(document: Document) -> None:
    made = do(document, Freeze(clip=ids(document)[0], at=F(1), duration=F(2)))
    left, hold, right, _ = [made.clip(clip) for clip in ids(made)]
    before, after, _ = [made.clip(clip) for clip in ids(made, "A1")]
    assert (left.link, right.link, hold.link) == (before.link, after.link, None)
    assert left.link != right.link


@pytest.mark.parametrize(
    ("at", "fades"),
    [(1, [["blur", "fade_in"], ["blur"], ["blur", "fade_out"]]), (0, [["blur", "fade_in"], ["blur", "fade_out"]])],
)
def test_a_held_picture_does_not_fade_again(document: Document, at: int, fades: list[list[str]]) -> None:
    first = ids(document)[0]
    faded = do(document, *[AddEffect(clip=first, effect=name) for name in ("blur", "fade_in", "fade_out")])
    made = do(faded, Freeze(clip=first, at=F(at), duration=F(2)))
    chains = [[effect.effect for effect in made.clip(clip).effects] for clip in ids(made)]
    assert chains == [*fades, []]


def test_freeze_says_what_is_wrong(document: Document) -> None:
    first, sound = ids(document)[0], ids(document, "A1")[0]
    for at in (F(3), F(7)):
        with pytest.raises(EditError, match="lies between 0 s and 3 s"):
            apply(document, Freeze(clip=first, at=at, duration=F(1)))
    with pytest.raises(EditError, match="is sound, which cannot be held"):
        apply(document, Freeze(clip=sound, at=F(1), duration=F(1)))
    with pytest.raises(LockedTrackError):
        apply(switched(document, "V1", locked=True), Freeze(clip=first, at=F(1), duration=F(1)))


def test_freeze_says_which_track_stayed(document: Document) -> None:
    apart = do(document, *[Unlink(clip=clip) for clip in ids(document)])
    made = apply(switched(apart, "A1", locked=True), Freeze(clip=ids(document)[0], at=F(1), duration=F(2)))
    assert made.notes == ("track A1 is locked and stayed where it is",)
    assert strip(made.document, "A1") == "a2-5 b1-5"


def test_a_hold_may_be_trimmed_to_any_length(document: Document) -> None:
    made = apply(
        document, Fill(track="V1", at=F(7), source=MediaSource(media="m_a"), start=F(8), duration=F(1), speed=F(0))
    )
    hold = made.created[0]
    assert strip(do(made.document, Trim(clip=hold, edge="end", to=F(90))), "V1") == "a2-5 b1-5 a8-8*0·83"


def test_what_reaches_beyond_its_media_by_less_than_a_frame_is_told(document: Document) -> None:
    over = F(1, 50)
    end = "m_a.mp4 ends 0.02 s before clip {} does, which holds its last picture"
    made = apply(
        document,
        Overwrite(
            track="V1", at=F(9), source=MediaSource(media="m_a"), start=F(7), duration=1 + over, sound_track="A1"
        ),
    )
    assert made.notes == (end.format(made.created[0]),)
    exact = do(
        document,
        Overwrite(track="V1", at=F(9), source=MediaSource(media="m_a"), start=F(7), duration=F(1), sound_track="A1"),
    )
    clip = ids(exact)[-1]
    for operation in (
        Slip(clip=clip, by=over),
        Trim(clip=clip, edge="end", to=10 + over),
        Roll(clip=clip, edge="end", to=10 + over),
        Retime(clip=clip, speed=F(1), duration=1 + over),
    ):
        assert apply(exact, operation).notes == (end.format(clip),), operation.op
    slipped = do(exact, Slip(clip=clip, by=over))
    assert apply(slipped, Trim(clip=clip, edge="start", to=F(19, 2))).notes == ()
    alone = apply(
        document, Overwrite(track="A1", at=F(9), source=MediaSource(media="m_a"), start=F(7), duration=1 + over)
    )
    assert alone.notes == (f"m_a.mp4 ends 0.02 s before clip {alone.created[0]} does, which is silent then",)

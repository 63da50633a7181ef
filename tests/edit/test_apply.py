"""Each verb, as a strip before and after."""

from __future__ import annotations

from fractions import Fraction

import pytest
from editing import F, ids, strip

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddEffect,
    AddTrack,
    AddTransition,
    Append,
    Batch,
    Delete,
    Extract,
    Insert,
    Lift,
    Move,
    MoveEffect,
    Overwrite,
    RemoveEffect,
    RemoveTransition,
    SetEffect,
    SetTitle,
    Split,
    Trim,
)
from cutroom.errors import ClipGoneError, EditError, HandlesError, LockedTrackError, TimeError
from cutroom.schema.clip import MediaSource, TitleSource
from cutroom.schema.document import Document


def test_append_puts_picture_and_sound_side_by_side(document: Document) -> None:
    assert strip(document, "V1") == strip(document, "A1") == "a2-5 b1-5"
    picture, sound = document.clip(ids(document)[0]), document.clip(ids(document, "A1")[0])
    assert picture.link is not None
    assert picture.link == sound.link


def test_append_fills_up_the_shorter_track(document: Document) -> None:
    longer = apply(document, Append(track="A1", source=MediaSource(media="m_a"), duration=F(1))).document
    both = apply(longer, Append(track="V1", source=MediaSource(media="m_b"), duration=F(2), sound_track="A1")).document
    assert strip(both, "V1") == "a2-5 b1-5 ·1 b0-2"
    assert strip(both, "A1") == "a2-5 b1-5 a0-1 b0-2"


def test_insert_splits_and_pushes_every_sync_locked_track(document: Document) -> None:
    over = apply(document, Overwrite(track="V2", at=F(4), source=MediaSource(media="m_b"), duration=F(1))).document
    made = apply(over, Insert(track="V1", at=F(2), source=MediaSource(media="m_b"), duration=F(1), sound_track="A1"))
    assert strip(made.document, "V1") == strip(made.document, "A1") == "a2-4 b0-1 a4-5 b1-5"
    assert strip(made.document, "V2") == "·5 b0-1"


def test_overwrite_leaves_the_rest_where_it_is(document: Document) -> None:
    made = apply(document, Overwrite(track="V1", at=F(2), source=MediaSource(media="m_b"), duration=F(2))).document
    assert strip(made, "V1") == "a2-4 b0-2 b2-5"
    assert strip(made, "A1") == strip(document, "A1")


def test_split_keeps_the_id_on_the_left_and_links_the_right_parts(document: Document) -> None:
    clip = ids(document)[0]
    made = apply(document, Split(clip=clip, at=F(1)))
    assert strip(made.document, "V1") == strip(made.document, "A1") == "a2-3 a3-5 b1-5"
    assert ids(made.document)[0] == clip
    right = made.document.clip(ids(made.document)[1])
    sound = made.document.clip(ids(made.document, "A1")[1])
    assert right.link == sound.link is not None
    assert right.link != made.document.clip(clip).link
    assert set(made.created) == {right.id, sound.id}


def test_split_leaves_each_fade_with_its_edge(document: Document) -> None:
    clip = ids(document, "A1")[0]
    faded = apply(document, AddEffect(clip=clip, effect="fade_in", parameters={"duration": 0.5})).document
    faded = apply(faded, AddEffect(clip=clip, effect="fade_out", parameters={"duration": 0.5})).document
    made = apply(faded, Split(clip=clip, at=F(1))).document
    left, right, _ = [made.clip(i) for i in ids(made, "A1")]
    assert [effect.effect for effect in left.effects] == ["fade_in"]
    assert [effect.effect for effect in right.effects] == ["fade_out"]


@pytest.mark.parametrize("at", [F(0), F(3), F(9)])
def test_split_outside_the_clip_is_an_error(document: Document, at: Fraction) -> None:
    with pytest.raises(EditError, match="not inside"):
        apply(document, Split(clip=ids(document)[0], at=at))


def test_split_all(document: Document) -> None:
    made = apply(document, Split(clip=None, at=F(4))).document
    assert strip(made, "V1") == strip(made, "A1") == "a2-5 b1-2 b2-5"


def test_trim_end_leaves_a_gap_and_trims_the_sound(document: Document) -> None:
    made = apply(document, Trim(clip=ids(document)[0], edge="end", to=F(2))).document
    assert strip(made, "V1") == strip(made, "A1") == "a2-4 ·1 b1-5"
    back = apply(made, Trim(clip=ids(document)[0], edge="end", to=F(3))).document
    assert strip(back, "V1") == "a2-5 b1-5"


def test_trim_start_with_and_without_ripple(document: Document) -> None:
    clip = ids(document)[1]
    assert strip(apply(document, Trim(clip=clip, edge="start", to=F(4))).document, "V1") == "a2-5 ·1 b2-5"
    rippled = apply(document, Trim(clip=clip, edge="start", to=F(4), ripple=True)).document
    assert strip(rippled, "V1") == strip(rippled, "A1") == "a2-5 b2-5"


def test_trim_ripple_moves_other_tracks(document: Document) -> None:
    over = apply(document, Overwrite(track="V2", at=F(4), source=MediaSource(media="m_b"), duration=F(1))).document
    made = apply(over, Trim(clip=ids(document)[0], edge="end", to=F(2), ripple=True)).document
    assert strip(made, "V1") == "a2-4 b1-5"
    assert strip(made, "V2") == "·3 b0-1"


def test_trim_says_by_how_much_it_fails(document: Document) -> None:
    first, second = ids(document)
    with pytest.raises(EditError, match=r"in the way: 1 s too far"):
        apply(document, Trim(clip=first, edge="end", to=F(4)))
    with pytest.raises(HandlesError, match=r"ends at 8 s, 2 s before") as caught:
        apply(document, Trim(clip=second, edge="end", to=F(12)))
    assert caught.value.value == F(2)
    with pytest.raises(HandlesError, match=r"lacks 1 s of media before"):
        apply(document, Trim(clip=first, edge="start", to=F(3), ripple=False).replace(clip=second, to=F(1)))
    with pytest.raises(EditError, match="nothing would be left"):
        apply(document, Trim(clip=first, edge="end", to=F(0)))


def test_delete_leaves_a_gap_or_closes_it(document: Document) -> None:
    clip = ids(document)[0]
    assert strip(apply(document, Delete(clip=clip)).document, "A1") == "·3 b1-5"
    assert strip(apply(document, Delete(clip=clip, ripple=True)).document, "V1") == "b1-5"


def test_ripple_delete_refuses_to_tear_another_track(document: Document) -> None:
    over = apply(document, Overwrite(track="V2", at=F(0), source=MediaSource(media="m_b"), duration=F(4))).document
    over = apply(over, Append(track="V2", source=MediaSource(media="m_b"), duration=F(1))).document
    with pytest.raises(EditError, match=r"push track V2 3 s into the clip before"):
        apply(over, Delete(clip=ids(document)[0], ripple=True))


def test_lift_and_extract_over_many_spans(document: Document) -> None:
    spans = ((F(1), F(2)), (F(4), F(5)), (F(6), F(20)))
    assert strip(apply(document, Lift(spans=spans)).document, "V1") == "a2-3 ·1 a4-5 b1-2 ·1 b3-4"
    made = apply(document, Extract(spans=spans)).document
    assert strip(made, "V1") == strip(made, "A1") == "a2-3 a4-5 b1-2 b3-4"
    assert len(set(ids(made))) == 4
    with pytest.raises(TimeError, match="end after it starts"):
        apply(document, Lift(spans=((F(2), F(2)),)))


def test_extract_on_one_track_closes_gaps_on_the_others(document: Document) -> None:
    over = apply(document, Overwrite(track="V2", at=F(5), source=MediaSource(media="m_b"), duration=F(1))).document
    made = apply(over, Extract(spans=((F(1), F(2)),), tracks=("V1", "A1"))).document
    assert strip(made, "V2") == "·4 b0-1"


def test_move_takes_linked_sound_along_and_overwrites(document: Document) -> None:
    first, second = ids(document)
    made = apply(document, Move(clip=second, to=F(1))).document
    assert strip(made, "V1") == strip(made, "A1") == "a2-3 b1-5"
    there = apply(document, Move(clip=first, to=F(8), track="V2")).document
    assert strip(there, "V1") == "·3 b1-5"
    assert strip(there, "V2") == "·8 a2-5"
    assert strip(there, "A1") == "·3 b1-5 ·1 a2-5"
    assert ids(there, "V2") == [first]


def test_move_to_another_track_only(document: Document) -> None:
    first = ids(document)[0]
    made = apply(document, Move(clip=first, to=F(0), track="V2")).document
    assert (strip(made, "V1"), strip(made, "V2"), strip(made, "A1")) == ("·3 b1-5", "a2-5", "a2-5 b1-5")


def test_pictures_do_not_go_on_sound_tracks(document: Document) -> None:
    with pytest.raises(EditError, match="does not go on track A1"):
        apply(document, Append(track="A1", source=TitleSource(text="x"), duration=F(1)))


def test_locked_tracks_refuse(document: Document) -> None:
    track = document.tracks[0].evolve(locked=True)
    locked = document.evolve(timeline=document.timeline.evolve(tracks=(track, *document.tracks[1:])))
    with pytest.raises(LockedTrackError, match="V1 is locked"):
        apply(locked, Delete(clip=ids(document)[0]))


def test_beyond_the_media(document: Document) -> None:
    with pytest.raises(HandlesError, match=r"ends at 8 s, 1 s before the clip would"):
        apply(document, Append(track="V1", source=MediaSource(media="m_a"), start=F(5), duration=F(4)))


def test_transition_needs_handles_and_follows_its_cut(document: Document) -> None:
    first, second = ids(document)
    made = apply(document, AddTransition(left=first, right=second, duration=F(1)))
    assert [(t.left, t.right) for t in made.document.tracks[0].transitions] == [(first, second)]
    with pytest.raises(HandlesError, match=r"lacks 0.5 s of media before the in point of the right clip"):
        apply(document, AddTransition(left=first, right=second, duration=F(3)))
    with pytest.raises(EditError, match="already"):
        apply(made.document, AddTransition(left=first, right=second, duration=F(1)))
    split = apply(made.document, Split(clip=first, at=F(1))).document
    assert split.tracks[0].transitions[0].left == ids(split)[1]
    gone = apply(made.document, Delete(clip=second))
    assert gone.document.tracks[0].transitions == ()
    assert "removed the dissolve" in gone.notes[0]
    plain = apply(made.document, RemoveTransition(transition=made.created[0])).document
    assert plain == document


def test_transitions_do_not_overlap_inside_a_clip(document: Document) -> None:
    first, second = ids(document)
    document = apply(document, Split(clip=second, at=F(4))).document
    third = ids(document)[2]
    made = apply(document, AddTransition(left=first, right=second, duration=F(1))).document
    with pytest.raises(HandlesError, match=r"0.5 s too short for a transition on both sides"):
        apply(made, AddTransition(left=second, right=third, duration=F(2)))
    both = apply(made, AddTransition(left=second, right=third, duration=F(1))).document
    shorter = apply(both, Trim(clip=second, edge="end", to=F(15, 4), ripple=True))
    assert len(shorter.document.tracks[0].transitions) == 1
    assert any("too short for a transition on both sides" in note for note in shorter.notes)


def test_transition_to_nothing(document: Document) -> None:
    made = apply(document, AddTransition(left=ids(document)[1], right=None, duration=F(1))).document
    assert made.tracks[0].transitions[0].right is None
    with pytest.raises(EditError, match="do not meet"):
        apply(document, AddTransition(left=ids(document)[0], right=None, duration=F(1)))


def test_effect_chain(document: Document) -> None:
    clip = ids(document)[0]
    document = apply(document, AddEffect(id="op_e", clip=clip, effect="blur", parameters={"radius": 2.0})).document
    made = apply(document, AddEffect(id="op_f", clip=clip, effect="brightness", index=0))
    chain = made.document.clip(clip).effects
    assert [effect.effect for effect in chain] == ["brightness", "blur"]
    other = apply(made.document, SetEffect(clip=clip, effect=chain[1].id, parameters={"radius": 3.0}, enabled=False))
    assert other.document.clip(clip).effects[1].parameters == {"radius": 3.0}
    assert not other.document.clip(clip).effects[1].enabled
    swapped = apply(other.document, MoveEffect(clip=clip, effect=chain[1].id, index=0)).document
    assert [effect.effect for effect in swapped.clip(clip).effects] == ["blur", "brightness"]
    assert len(apply(swapped, RemoveEffect(clip=clip, effect=chain[0].id)).document.clip(clip).effects) == 1
    with pytest.raises(ClipGoneError):
        apply(swapped, RemoveEffect(clip=clip, effect="e_gone"))


def test_batch_is_all_or_nothing_and_titles_change(document: Document) -> None:
    made = apply(
        document,
        Batch(
            operations=(
                AddTrack(track="title", title="T1"),
                Overwrite(track="T1", at=F(1), source=TitleSource(text="Hi"), duration=F(2)),
            )
        ),
    )
    assert [track.title for track in made.document.tracks] == ["V1", "V2", "T1", "A1"]
    changed = apply(made.document, SetTitle(clip=made.created[1], source=TitleSource(text="Ho"))).document
    assert changed.clip(made.created[1]).source == TitleSource(text="Ho")
    with pytest.raises(EditError):
        apply(document, Batch(operations=(AddTrack(track="title", title="T1"), Split(clip=None, at=F(90)))))
    assert len(document.tracks) == 3


def test_unknown_clip(document: Document) -> None:
    with pytest.raises(ClipGoneError, match="c_none"):
        apply(document, Delete(clip="c_none"))


@pytest.mark.parametrize(("track", "target"), [("V1", "A1"), ("A1", "V1"), ("A1", "V2")])
def test_a_picture_stays_a_picture_and_sound_stays_sound(document: Document, track: str, target: str) -> None:
    with pytest.raises(EditError, match="would make it"):
        apply(document, Move(clip=ids(document, track)[0], to=F(3), track=target))

"""Link, unlink, group, ungroup, and what goes along with what."""

from __future__ import annotations

import pytest
from editing import F, do, ids, lay, strip, strips, switched

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddMarker,
    AddTrack,
    Delete,
    Extract,
    Freeze,
    Group,
    Insert,
    Lift,
    Link,
    Move,
    Overwrite,
    Split,
    Trim,
    Ungroup,
    Unlink,
)
from cutroom.errors import ClipGoneError, EditError, LockedTrackError
from cutroom.schema.clip import MediaSource
from cutroom.schema.document import Document


@pytest.fixture
def apart(document: Document) -> Document:
    """Pictures and sounds, nothing linked; b's sound is music from elsewhere: `a2-5 a1-5`."""
    document = do(document, *[Unlink(clip=clip) for clip in ids(document)])
    return lay(document, "A1", 3, 4, "m_a", 1)


def test_unlinked_clips_go_their_own_ways(document: Document) -> None:
    made = do(document, Unlink(clip=ids(document)[0]), Trim(clip=ids(document)[0], edge="end", to=F(2)))
    assert strips(made) == {"V1": "a2-4 ·1 b1-5", "A1": "a2-5 b1-5"}
    assert [made.clip(clip).link for clip in (ids(made)[0], ids(made, "A1")[0])] == [None, None]
    with pytest.raises(EditError, match="is not linked"):
        apply(made, Unlink(clip=ids(made)[0]))


def test_linked_clips_go_together(apart: Document) -> None:
    pair = (ids(apart)[1], ids(apart, "A1")[1])
    made = do(apart, Link(clips=pair))
    assert made.clip(pair[0]).link == made.clip(pair[1]).link is not None
    assert strips(do(made, Trim(clip=pair[1], edge="start", to=F(4)))) == {"V1": "a2-5 ·1 b2-5", "A1": "a2-5 ·1 a2-5"}
    assert strips(do(made, Delete(clip=pair[0]))) == {"V1": "a2-5", "A1": "a2-5"}


def test_a_new_link_takes_the_place_of_the_old_one(document: Document) -> None:
    picture, sounds = ids(document)[0], ids(document, "A1")
    made = do(document, Link(clips=(picture, sounds[1])))
    assert strips(do(made, Delete(clip=picture))) == {"V1": "·3 b1-5", "A1": "a2-5"}
    with pytest.raises(EditError, match="is not linked"):
        apply(made, Unlink(clip=sounds[0]))


def test_both_halves_of_a_split_stay_linked_whatever_media_they_play(apart: Document) -> None:
    apart = lay(apart, "A1", 3, 4, "m_a", 2)  # b's sound comes from another recorder
    pair = (ids(apart)[1], ids(apart, "A1")[1])
    linked = do(apart, Link(clips=pair))
    for operation in (
        Split(clip=pair[0], at=F(5)),
        Insert(track="V2", at=F(5), source=MediaSource(media="m_b"), duration=F(1)),
        Extract(spans=((F(5), F(6)),)),
        Freeze(clip=pair[0], at=F(5), duration=F(1)),
    ):
        made = do(linked, operation)
        right, sound = made.clip(ids(made)[-1]), made.clip(ids(made, "A1")[-1])
        assert right.link == sound.link not in {None, made.clip(pair[0]).link}


def test_a_link_goes_with_the_part_that_plays_along(document: Document) -> None:
    late = do(document, Lift(spans=((F(0), F(1)),), tracks=("V1",)))  # the picture begins a second after its sound
    picture = ids(late)[0]
    for operation in (
        Insert(track="V2", at=F(1), source=MediaSource(media="m_b"), duration=F(1)),
        Freeze(clip=picture, at=F(1), duration=F(1)),
        Split(clip=ids(late, "A1")[0], at=F(1)),
        Overwrite(track="A1", at=F(1, 2), source=MediaSource(media="m_b"), duration=F(1, 2)),
    ):
        made = do(late, operation)
        head, *_, body, _ = [made.clip(clip) for clip in ids(made, "A1")]
        assert made.clip(picture).link == body.link != head.link
        left = ids(do(made, Delete(clip=picture)), "A1")
        assert head.id in left
        assert body.id not in left
    both = do(document, Overwrite(track="A1", at=F(1), source=MediaSource(media="m_b"), duration=F(1)))
    assert both.clip(ids(both)[0]).link == both.clip(ids(both, "A1")[0]).link  # it plays along with either part


@pytest.mark.parametrize("clips", [(0, 1), (0, 0)])
def test_linked_clips_stand_on_different_tracks(document: Document, clips: tuple[int, int]) -> None:
    names = tuple(ids(document)[number] for number in clips)
    with pytest.raises(EditError, match="stand on different tracks"):
        apply(document, Link(clips=names))


def test_a_move_does_not_bring_linked_clips_onto_one_track(document: Document) -> None:
    over = lay(document, "V2", 0, 2)
    linked = do(over, Link(clips=(ids(over)[0], ids(over, "V2")[0])))
    with pytest.raises(EditError, match="on track V2"):
        apply(linked, Move(clip=ids(over)[0], to=F(5), track="V2"))


def test_a_move_does_not_put_one_of_a_group_over_another(document: Document) -> None:
    over = lay(document, "V2", 1, 1)
    grouped = do(over, Group(clips=(ids(over)[0], ids(over, "V2")[0])))
    for to in (0, 5):
        with pytest.raises(EditError, match="on track V2"):
            apply(grouped, Move(clip=ids(over)[0], to=F(to), track="V2"))
    apart = do(over, Group(clips=(ids(over)[1], ids(over, "V2")[0])))
    assert strip(do(apart, Move(clip=ids(over)[1], to=F(4), track="V2")), "V2") == "·2 b0-1 ·1 b1-5"


def test_a_group_moves_and_takes_what_is_linked_along(document: Document) -> None:
    over = lay(document, "V2", 4, 1)
    grouped = do(over, Group(clips=(ids(over)[0], ids(over, "V2")[0])))
    made = do(grouped, Move(clip=ids(over)[0], to=F(9)))
    assert strips(made) == {"V1": "·3 b1-5 ·2 a2-5", "A1": "·3 b1-5 ·2 a2-5", "V2": "·13 b0-1"}
    with pytest.raises(EditError, match="would start 1 s before the timeline does"):
        apply(grouped, Move(clip=ids(over, "V2")[0], to=F(3)))


def test_a_group_is_deleted_together_but_trimmed_apart(document: Document) -> None:
    over = lay(document, "V2", 4, 1)
    grouped = do(over, Group(clips=(ids(over)[0], ids(over, "V2")[0])))
    assert strips(do(grouped, Delete(clip=ids(over, "V2")[0]))) == {"V1": "·3 b1-5", "A1": "·3 b1-5"}
    assert strip(do(grouped, Trim(clip=ids(over)[0], edge="end", to=F(2))), "V2") == "·4 b0-1"
    free = do(grouped, Ungroup(clip=ids(over)[0]))
    assert strip(do(free, Delete(clip=ids(over)[0])), "V2") == "·4 b0-1"
    with pytest.raises(EditError, match="is in no group"):
        apply(free, Ungroup(clip=ids(over)[0]))


def test_a_group_that_goes_closes_its_time_once(document: Document) -> None:
    over = lay(lay(document, "V2", 0, 3), "V2", 5, 1)
    over = do(over, Move(clip=ids(over)[1], to=F(6)), AddMarker(time=F(6), title="m"))
    assert strips(over) == {"V1": "a2-5 ·3 b1-5", "A1": "a2-5 ·3 b1-5", "V2": "b0-3 ·2 b0-1"}
    grouped = do(over, Group(clips=(ids(over)[0], ids(over, "V2")[0])))
    made = do(grouped, Delete(clip=ids(over)[0], ripple=True))
    assert strips(made) == {"V1": "·3 b1-5", "A1": "·3 b1-5", "V2": "·2 b0-1"}
    assert made.timeline.markers[0].time == 3
    assert do(grouped, Delete(clip=ids(over, "V2")[0], ripple=True)) == made


def test_a_group_across_a_title_closes_up_where_both_were(document: Document) -> None:
    over = lay(lay(document, "V2", 1, 1), "V2", 3, 1)
    grouped = do(over, Group(clips=(ids(over)[0], ids(over, "V2")[0])))
    made = do(grouped, Delete(clip=ids(over)[0], ripple=True))
    assert strips(made) == {"V1": "b1-5", "A1": "b1-5", "V2": "b0-1"}


def test_neighbours_of_a_group_close_up_together(document: Document) -> None:
    third = lay(document, "V1", 7, 1, "m_a", sound="A1")
    for names in (ids(third)[:2], [ids(third)[0], *ids(third, "A1")[:2]], [*ids(third)[:2], *ids(third, "A1")[:2]]):
        made = do(third, Group(clips=tuple(names)), Delete(clip=names[0], ripple=True))
        assert strips(made) == {"V1": "a0-1", "A1": "a0-1"}
    ends = do(third, Group(clips=(ids(third)[0], ids(third)[2])), Delete(clip=ids(third)[2], ripple=True))
    assert strips(ends) == {"V1": "b1-5", "A1": "b1-5"}


def test_a_group_that_goes_from_a_track_without_sync_lock_closes_there_too(document: Document) -> None:
    free = switched(document, "A1", sync_lock=False)
    made = do(free, Delete(clip=ids(free)[0], ripple=True))
    assert strips(made) == {"V1": "b1-5", "A1": "b1-5"}


def test_locked_tracks_keep_their_links_and_groups(document: Document) -> None:
    locked = switched(do(document, AddTrack(track="video", title="V3")), "A1", locked=True)
    picture, sound = ids(document)[0], ids(document, "A1")[1]
    for operation in (Link(clips=(picture, sound)), Unlink(clip=picture), Group(clips=(picture, sound))):
        with pytest.raises(LockedTrackError, match="A1"):
            apply(locked, operation)
    with pytest.raises(ClipGoneError):
        apply(document, Group(clips=(picture, "c_none")))
    over = lay(document, "V2", 0, 1)
    grouped = switched(do(over, Group(clips=(picture, ids(over, "V2")[0]))), "V2", locked=True)
    for refused in (Delete(clip=picture), Move(clip=picture, to=F(9)), Ungroup(clip=picture)):
        with pytest.raises(LockedTrackError, match="V2"):
            apply(grouped, refused)


def test_parts_of_a_grouped_clip_stay_in_the_group(document: Document) -> None:
    grouped = do(document, Group(clips=tuple(ids(document))))
    made = do(grouped, Split(clip=ids(document)[0], at=F(1)))
    groups = {made.clip(clip).group for clip in ids(made)}
    assert len(groups) == 1
    assert groups != {None}
    over = do(made, Overwrite(track="V1", at=F(5), source=MediaSource(media="m_b"), duration=F(1)))
    assert strips(do(over, Delete(clip=ids(over)[0]))) == {"V1": "·5 b0-1"}

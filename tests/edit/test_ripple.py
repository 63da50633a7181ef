"""Ripples: every sync-locked track follows, and nothing falls out of sync."""

from __future__ import annotations

from fractions import Fraction

import pytest
from editing import F, do, ids, lay, strip, strips, switched

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddTrack,
    Delete,
    Extract,
    Insert,
    Link,
    Overwrite,
    Retime,
    Reverse,
    Slip,
    Split,
    Trim,
    Unlink,
)
from cutroom.errors import EditError
from cutroom.schema.clip import MediaSource
from cutroom.schema.document import Document, Marker
from cutroom.schema.speed import Ramp


def test_insert_without_sound_opens_a_gap_in_the_sound_too(document: Document) -> None:
    made = apply(document, Insert(track="V1", at=F(2), source=MediaSource(media="m_b"), duration=F(1))).document
    assert strip(made, "V1") == "a2-4 b0-1 a4-5 b1-5"
    assert strip(made, "A1") == "a2-4 ·1 a4-5 b1-5"
    picture, sound = made.clip(ids(made)[2]), made.clip(ids(made, "A1")[1])
    assert picture.link == sound.link is not None


def test_insert_splits_what_lies_across_on_other_tracks(document: Document) -> None:
    over = lay(document, "V2", 1, 4)
    made = apply(over, Insert(track="V1", at=F(3), source=MediaSource(media="m_b"), duration=F(1))).document
    assert (strip(made, "V2"), strip(made, "A1")) == ("·1 b0-2 ·1 b2-4", "a2-5 ·1 b1-5")
    at_its_end = apply(over, Insert(track="V1", at=F(5), source=MediaSource(media="m_b"), duration=F(1))).document
    assert strip(at_its_end, "V2") == "·1 b0-4"


def test_ripple_trim_to_the_right_splits_what_lies_across(document: Document) -> None:
    made = apply(lay(document, "V2", 1, 4), Trim(clip=ids(document)[0], edge="end", to=F(4), ripple=True)).document
    assert strip(made, "V1") == strip(made, "A1") == "a2-6 b1-5"
    assert strip(made, "V2") == "·1 b0-2 ·1 b2-4"


def test_ripple_trim_of_a_head_moves_what_lies_over_the_rest(document: Document) -> None:
    over, clip = lay(document, "V2", 5, 1), ids(document)[1]
    shorter = apply(over, Trim(clip=clip, edge="start", to=F(4), ripple=True)).document
    assert (strip(shorter, "V1"), strip(shorter, "V2")) == ("a2-5 b2-5", "·4 b0-1")
    longer = apply(over, Trim(clip=clip, edge="start", to=F(2), ripple=True)).document
    assert (strip(longer, "V1"), strip(longer, "V2")) == ("a2-5 b0-5", "·6 b0-1")


def test_closing_up_leaves_music_whole_where_there_is_room(document: Document) -> None:
    over = lay(lay(document, "V2", 1, 3), "V2", 6, 1)
    made = apply(over, Trim(clip=ids(document)[0], edge="end", to=F(2), ripple=True)).document
    assert (strip(made, "V1"), strip(made, "V2")) == ("a2-4 b1-5", "·1 b0-3 ·1 b0-1")
    with pytest.raises(EditError, match=r"push track V2 1 s into the clip before"):
        apply(over, Delete(clip=ids(document)[0], ripple=True))


def test_closing_up_refuses_to_tear_picture_from_sound(document: Document) -> None:
    with pytest.raises(EditError, match=r"on track A1 from what it is linked to: 1 s in the way") as caught:
        apply(document, Extract(spans=((F(1), F(2)),), tracks=("V1",)))
    assert caught.value.value == F(1)
    second = ids(document)[1]
    over = apply(document, Split(clip=second, at=F(4))).document  # b's sound starts a second before its picture
    early = lay(over, "V1", 3, 1)
    with pytest.raises(EditError, match="push track A1 1 s into the clip before"):
        apply(early, Delete(clip=ids(early)[1], ripple=True))


def test_closing_up_refuses_to_tear_a_part_without_a_link_from_its_sound(document: Document) -> None:
    parted = lay(document, "V1", F(19, 6), F(1, 6))  # its sound goes on beneath, linked to the part before
    with pytest.raises(EditError, match="on track V1 from what it is linked to"):
        apply(parted, Extract(spans=((F(19, 6), F(7, 2)),), tracks=("A1",)))


def test_ripple_trim_of_a_clip_whose_sound_ends_elsewhere(document: Document) -> None:
    first = ids(document)[0]
    short = lay(document, "A1", 2, 1)  # the sound of the first clip ends a second before its picture
    made = apply(short, Trim(clip=first, edge="end", to=F(5, 2), ripple=True)).document
    assert (strip(made, "V1"), strip(made, "A1")) == ("a2-9/2 b1-5", "a2-7/2 b0-1 b1-5")
    linked = Overwrite(track="V2", at=F(2), source=MediaSource(media="m_b"), duration=F(1), sound_track="A1")
    with pytest.raises(EditError, match=r"0.5 s out of sync"):
        apply(apply(document, linked).document, Trim(clip=first, edge="end", to=F(7, 2), ripple=True))


def test_ripple_trim_keeps_the_rest_of_a_picture_in_sync_with_its_sound(document: Document) -> None:
    parted = lay(document, "V1", 1, 1)  # its sound goes on beneath all three
    with pytest.raises(EditError, match=r"0.5 s out of sync"):
        apply(parted, Trim(clip=ids(document)[0], edge="end", to=F(3, 2), ripple=True))


def test_markers_of_what_is_taken_away_go_to_the_cut(document: Document) -> None:
    times = {"before": 1, "start": 3, "inside": 4, "end": 7, "beyond": 8}
    markers = tuple(Marker(id=name, time=F(time), title=name) for name, time in times.items())
    marked = document.evolve(timeline=document.timeline.evolve(markers=markers))

    def moved(operation: Extract | Delete | Trim | Insert) -> list[Fraction]:
        return [marker.time for marker in apply(marked, operation).document.timeline.markers]

    assert moved(Extract(spans=((F(3), F(7)),))) == [1, 3, 3, 3, 4]
    assert moved(Delete(clip=ids(document)[1], ripple=True)) == [1, 3, 3, 3, 4]
    assert moved(Extract(spans=((F(0), F(2)), (F(6), F(9))))) == [0, 1, 2, 4, 4]
    assert moved(Trim(clip=ids(document)[1], edge="end", to=F(7, 2), ripple=True)) == [1, 3, F(7, 2), F(7, 2), F(9, 2)]
    assert moved(Insert(track="V1", at=F(3), source=MediaSource(media="m_b"), duration=F(1))) == [1, 4, 5, 8, 9]


@pytest.mark.parametrize(
    ("before", "off"),
    [
        ((Retime(clip="a", speed=F(2), duration=F(5, 2)),), "1 s"),
        ((Reverse(clip="a"),), "0.5 s"),
        ((Retime(clip="a", speed=F(1, 2), duration=F(3)), Reverse(clip="a")), "0.25 s"),
        ((Retime(clip="a", speed=Ramp.of({0: 1, 2: 1, 3: 2}), duration=F(3)),), "1 s"),  # where it runs at speed 2
    ],
)
def test_ripple_trim_keeps_sync_at_any_speed(document: Document, before: tuple[Retime | Reverse], off: str) -> None:
    clip = ids(document)[0]
    changed = do(document, *[operation.replace(clip=clip) for operation in before])
    parted = lay(changed, "V1", 1, 1)  # its sound goes on beneath all three
    with pytest.raises(EditError, match=f"{off} out of sync"):
        apply(parted, Trim(clip=clip, edge="end", to=F(3, 2), ripple=True))
    assert strips(do(parted, Trim(clip=clip, edge="end", to=F(1, 2))))


def test_ripple_trim_does_not_mind_what_never_was_in_sync(document: Document) -> None:
    clip = ids(document)[0]
    apart = do(document, Unlink(clip=clip), Reverse(clip=clip), Link(clips=(clip, ids(document, "A1")[0])))
    made = do(lay(apart, "A1", 2, 1), Trim(clip=clip, edge="end", to=F(2), ripple=True))
    assert strips(made) == {"V1": "a5-3 b1-5", "A1": "a2-3 b0-1 b1-5"}


def test_clips_of_other_speeds_are_no_pair_to_keep_in_sync(document: Document) -> None:
    first, second = ids(document)
    sound = ids(document, "A1")[1]
    mixed = do(lay(document, "A1", 2, 1), Unlink(clip=second), Trim(clip=second, edge="start", to=F(6)))
    mixed = do(mixed, Retime(clip=second, speed=F(1, 2), duration=F(1)), Slip(clip=second, by=F(-3)))
    mixed = do(mixed, Link(clips=(second, sound)))
    assert strips(mixed) == {"V1": "a2-5 ·3 b1-3/2*1/2", "A1": "a2-4 b0-1 b1-5"}
    assert mixed.clip(second).media_at(F(-6)) == mixed.clip(sound).media_at(F(-3))  # as if they had met at 0
    made = do(mixed, Trim(clip=first, edge="end", to=F(5, 2), ripple=True))
    assert strips(made) == {"V1": "a2-9/2 ·3 b1-3/2*1/2", "A1": "a2-7/2 b0-1 b1-5"}


def test_tracks_without_sync_lock_stay(document: Document) -> None:
    free = switched(lay(document, "V2", 4, 1), "V2", sync_lock=False)
    for operation in (
        Insert(track="V1", at=F(1), source=MediaSource(media="m_b"), duration=F(1)),
        Delete(clip=ids(document)[0], ripple=True),
        Trim(clip=ids(document)[0], edge="end", to=F(2), ripple=True),
        Retime(clip=ids(document)[0], speed=F(2), duration=F(3, 2)),
    ):
        assert strip(do(free, operation), "V2") == "·4 b0-1"


@pytest.fixture
def loose(document: Document) -> Document:
    """Music that begins and ends between two frames of the pictures, and pictures behind it."""
    track = do(document, AddTrack(track="audio", title="A2"))
    music = Overwrite(track="A2", at=F(1, 7), source=MediaSource(media="m_b"), start=F(0), duration=F(10, 7))
    behind = Overwrite(track="A2", at=F(11, 7), source=MediaSource(media="m_b"), start=F(0), duration=F(20, 7))
    empty = Overwrite(track="V2", at=F(5), source=MediaSource(media="m_b"), duration=F(1), sound_track="A1")
    return do(do(track, music, behind), Delete(clip=ids(track)[0]), Delete(clip=ids(track)[1]), empty)


@pytest.mark.parametrize(
    ("operation", "frames", "told"),
    [
        (Delete(clip="x", ripple=True), -42, "closed 1.4 s instead of 1.429 s"),
        (Retime(clip="x", speed=F(2), duration=F(5, 7)), -21, "closed 0.7 s instead of 0.714 s"),
        (Retime(clip="x", speed=F(1, 2), duration=F(20, 7)), 43, "opened 1.433 s instead of 1.429 s"),
        (Trim(clip="x", edge="end", to=F(1), ripple=True), -17, "closed 0.567 s instead of 0.571 s"),
        (Trim(clip="x", edge="start", to=F(1), ripple=True), -25, "closed 0.833 s instead of 0.857 s"),
        (Extract(spans=((F(1, 7), F(1)),), tracks=("A2",)), -25, "closed 0.833 s instead of 0.857 s"),
        (Insert(track="A2", at=F(1, 7), source=MediaSource(media="m_b"), duration=F(1, 7)), 5, "opened 0.167 s"),
    ],
)  # fmt: skip
def test_ripples_of_sound_move_pictures_by_whole_frames(
    loose: Document, operation: Delete | Extract, frames: int, told: str
) -> None:
    first, second = ids(loose, "A2")
    made = apply(loose, operation if isinstance(operation, Extract | Insert) else operation.evolve(clip=first))
    assert told in made.notes[0]
    assert strip(made.document, "V2") == strip(made.document, "A1") == f"·{5 + F(frames, 30)} b0-1"
    moved = made.document.clip_start(second) - loose.clip_start(second)
    assert moved == F(frames, 30)  # what was heard with a picture is heard with it still


def test_ripples_that_move_no_pictures_are_exact(loose: Document) -> None:
    alone = switched(loose, "V2", sync_lock=False)
    made = apply(alone, Delete(clip=ids(loose, "A2")[0], ripple=True))
    assert made.notes == ()
    assert made.document.clip_start(ids(loose, "A2")[1]) == F(1, 7)
    assert strip(made.document, "V2") == "·5 b0-1"

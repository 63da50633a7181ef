"""No link and no group is held by one clip alone, whatever an edit took away."""

from __future__ import annotations

import pytest
from editing import F, do, ids, lay, strips, switched

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    Arrange,
    Delete,
    Group,
    Lift,
    Link,
    Move,
    Nest,
    Operation,
    Overwrite,
    RemoveTrack,
    Trim,
    Unlink,
    Unnest,
)
from cutroom.errors import EditError
from cutroom.schema.clip import MediaSource
from cutroom.schema.document import Document


def tied(document: Document, title: str) -> list[bool]:
    return [document.clip(clip).link is not None for clip in ids(document, title)]


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        (RemoveTrack(track="A1"), [False, False]),
        (Lift(spans=((F(0), F(3)),), tracks=("A1",)), [False, True]),
        (Lift(spans=((F(3), F(7)),), tracks=("A1",)), [True, False]),
        (Overwrite(track="A1", at=F(0), source=MediaSource(media="m_b"), duration=F(3)), [False, True]),
        (Arrange(tracks=("A1",), placed=()), [False, False]),
    ],
)
def test_a_partner_that_goes_leaves_no_link(document: Document, operation: Operation, left: list[bool]) -> None:
    made = do(document, operation)
    assert tied(made, "V1") == left
    picture = ids(made)[left.index(False)]
    with pytest.raises(EditError, match="is not linked"):
        apply(made, Unlink(clip=picture))


def test_a_locked_partner_loses_the_link_too(document: Document) -> None:
    locked = switched(document, "A1", locked=True)
    made = do(locked, RemoveTrack(track="V1"))
    assert tied(made, "A1") == [False, False]
    assert strips(made) == {"A1": strips(document)["A1"]}


def test_a_new_link_or_group_frees_those_that_are_left_alone(document: Document) -> None:
    (a, b), (sound, other) = ids(document), ids(document, "A1")
    made = do(document, Link(clips=(a, other)))
    assert (made.clip(b).link, made.clip(sound).link) == (None, None)
    over = do(lay(document, "V2", 0, 1), Group(clips=(a, b)))
    again = do(over, Group(clips=(b, ids(over, "V2")[0])))
    assert again.clip(a).group is None
    assert again.clip(b).group is not None
    with pytest.raises(EditError, match="two clips or more"):
        apply(document, Group(clips=(a, a)))


def test_the_last_of_a_group_is_in_none(document: Document) -> None:
    grouped = do(document, Group(clips=tuple(ids(document))))
    for operation in (
        Lift(spans=((F(0), F(3)),)),
        Overwrite(track="V1", at=F(0), source=MediaSource(media="m_b"), duration=F(3)),
        Nest(clips=(ids(document)[0],), title="Scene"),
    ):
        made = do(grouped, operation)
        assert made.clip(ids(document)[1]).group is None
        inner = [clip for compound in made.compounds for track in compound.timeline.tracks for _, clip in track.clips()]
        assert not any(clip.group for clip in inner)


def test_what_plays_along_is_linked_when_its_partner_goes(document: Document) -> None:
    first, sound = ids(document)[0], ids(document, "A1")[0]
    parted = lay(document, "V1", 1, 1)  # its sound goes on beneath all three
    rest = ids(parted)[2]
    assert (parted.clip(first).link == parted.clip(sound).link, parted.clip(rest).link) == (True, None)
    made = do(parted, Overwrite(track="V1", at=F(0), source=MediaSource(media="m_b"), duration=F(1)))
    assert made.clip(rest).link == made.clip(sound).link is not None
    assert strips(do(made, Delete(clip=rest))) == {"V1": "b0-1 b0-1 ·1 b1-5", "A1": "·3 b1-5"}
    moved = do(parted, Move(clip=rest, to=F(9)))  # it does not play along there
    assert tied(do(moved, Lift(spans=((F(0), F(1)),), tracks=("V1",))), "A1") == [False, True]


def test_parts_on_both_tracks_find_each_other(document: Document) -> None:
    both = lay(lay(document, "V1", 1, 1), "A1", F(3, 2), 1)
    rest, heard = ids(both)[2], ids(both, "A1")[2]
    assert both.clip(rest).link == both.clip(heard).link is not None
    assert strips(do(both, Trim(clip=heard, edge="end", to=F(11, 4))))["V1"] == "a2-3 b0-1 a4-19/4 ·1/4 b1-5"


def test_what_comes_out_of_a_compound_twice_is_in_two_groups(document: Document) -> None:
    grouped = do(document, Group(clips=tuple(ids(document))))
    nested = do(grouped, Nest(clips=tuple(ids(document)), title="Scene"))
    (compound,) = nested.compounds
    shown = nested.tracks[0].items[0]
    out = do(nested, Unnest(clip=ids(nested)[0]))
    assert shown.duration == 7
    placed = Overwrite(
        track="V1",
        at=F(9),
        source=shown.source,
        duration=F(7),
        sound_track="A1",  # type: ignore[union-attr]
    )
    twice = do(out, placed)
    made = do(twice, Unnest(clip=ids(twice)[2]))
    groups = [made.clip(clip).group for clip in ids(made)]
    assert groups[0] == groups[1] != groups[2] == groups[3]
    assert None not in groups
    assert compound.title == "Scene"

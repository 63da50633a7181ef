"""What differs between two documents: exactly what was changed, and nothing that only stands beside it."""

from __future__ import annotations

from drawn import edits, rich
from editing import F, do, ids, lay, make_media
from hypothesis import given, settings
from hypothesis import strategies as st

from cutroom.edit.apply import apply
from cutroom.edit.difference import differences
from cutroom.edit.operations import (
    AddEffect,
    AddTransition,
    Group,
    Link,
    Move,
    Nest,
    Operation,
    SetMedia,
    SetTrack,
    Trim,
    Unlink,
)
from cutroom.edit.project_file import dump, parse
from cutroom.errors import CutroomError
from cutroom.schema.document import Document


def told(before: Document, *operations: Operation) -> list[tuple[str, str]]:
    return sorted({(row.what, row.field or row.change) for row in differences(before, do(before, *operations))})


def test_a_clip_that_moves_changes_neither_its_links_nor_its_groups(document: Document) -> None:
    over = lay(document, "V2", 0, 1)
    grouped = do(over, Group(clips=(ids(over)[1], ids(over, "V2")[0])))
    rows = differences(grouped, do(grouped, Move(clip=ids(over)[1], to=F(9))))
    assert {(row.what, row.id, row.field) for row in rows} == {
        ("clip", name, "start") for name in (ids(over)[1], ids(over, "A1")[1], ids(over, "V2")[0])
    }
    assert told(grouped, Trim(clip=ids(over)[1], edge="start", to=F(4))) == [
        ("clip", "duration"), ("clip", "source_start"), ("clip", "start"),
    ]  # fmt: skip


def test_effects_and_transitions_go_along_unchanged(document: Document) -> None:
    first, second = ids(document)
    made = do(document, AddEffect(clip=second, effect="blur"))
    assert told(made, Move(clip=second, to=F(9))) == [("clip", "start")]
    third = lay(made, "V1", 7, 2, "m_a", start=2)
    joined = do(third, AddTransition(left=second, right=ids(third)[2], duration=F(1, 2)))
    shorter = do(joined, Trim(clip=first, edge="end", to=F(2), ripple=True))
    assert len(shorter.tracks[0].transitions) == 1
    assert {(row.what, row.field) for row in differences(joined, shorter)} == {("clip", "start"), ("clip", "duration")}


def test_links_and_groups_change_with_their_members(document: Document) -> None:
    picture, sound = ids(document)[0], ids(document, "A1")[0]
    rows = differences(document, do(document, Unlink(clip=picture)))
    assert [(row.id, row.field, row.before, row.after) for row in rows] == [
        (name, "link", ("V1 0", "A1 0"), ()) for name in (picture, sound)
    ]
    over = lay(document, "V2", 0, 1)
    extra = ids(over, "V2")[0]
    three = do(over, Link(clips=(picture, sound, extra)))
    alone = do(three, Link(clips=(extra, ids(over, "A1")[1])))  # of three, two are left: that changes these two as well
    assert {row.id for row in differences(three, alone) if row.field == "link"} >= {picture, sound, extra}


def test_a_renamed_track_is_one_row(document: Document) -> None:
    assert told(document, SetTrack(track="V1", title="Main")) == [("track", "title")]


def test_a_media_that_lies_elsewhere_changes_what_shows_it(document: Document) -> None:
    moved = make_media("m_a").evolve(path="elsewhere.mp4")
    rows = differences(document, do(document, SetMedia(media=moved)))
    assert [(row.what, row.field, row.id) for row in rows] == [
        ("media", "path", "m_a"), ("clip", "source", ids(document)[0]), ("clip", "source", ids(document, "A1")[0]),
    ]  # fmt: skip


def test_compounds_are_known_by_their_id_or_their_title(document: Document) -> None:
    nested = do(document, Nest(id="op_1", clips=(ids(document)[0],), title="Scene"))
    (compound,) = nested.compounds
    renamed = nested.evolve(compounds=(compound.evolve(title="Opening"),))
    assert [(row.what, row.field) for row in differences(nested, renamed)] == [("compound", "title")]
    again = do(document, Nest(id="op_2", clips=(ids(document)[0],), title="Scene"))
    assert differences(nested, again) == []


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_what_is_shared_is_no_shortcut(data: st.DataObject) -> None:
    document = rich()
    for _ in range(data.draw(st.integers(1, 3))):
        try:
            after = apply(document, data.draw(edits(document))).document
        except CutroomError:
            continue
        rows = differences(document, after)
        assert rows == differences(document, parse(dump(after), name="p.tlp"))  # the same, in values of its own
        assert not rows or document != after
        document = after

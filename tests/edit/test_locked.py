"""Locked tracks: nothing goes out of sync with what is on them, and what stayed there is told."""

from __future__ import annotations

import pytest
from editing import F, do, ids, lay, moments, strips, switched

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddMarker,
    Batch,
    Delete,
    Extract,
    Freeze,
    Insert,
    Lift,
    Operation,
    Overwrite,
    SetTrack,
    Split,
    Trim,
    Unlink,
)
from cutroom.errors import LockedTrackError
from cutroom.schema.clip import MediaSource
from cutroom.schema.document import Document

B = MediaSource(media="m_b")


@pytest.fixture
def locked(document: Document) -> Document:
    """`a2-5 b1-5` on V1 and on A1, which is locked; `b0-1` on V2."""
    return switched(lay(document, "V2", 0, 1), "A1", locked=True)


def clip_names(document: Document, *operations: Operation) -> list[Operation]:
    """With the clips in place of "first", "second" and "over"."""
    names = {"first": ids(document)[0], "second": ids(document)[1], "over": ids(document, "V2")[0]}
    return [op.evolve(clip=names[op.clip]) if getattr(op, "clip", None) in names else op for op in operations]


def test_what_would_go_out_of_sync_with_a_locked_track_is_refused(locked: Document) -> None:
    for operation in clip_names(
        locked,
        Extract(spans=((F(1), F(2)),)),
        Extract(spans=((F(0), F(3)),)),
        Extract(spans=((F(1), F(2)),), tracks=("V1",)),
        Extract(spans=((F(0), F(1)), (F(4), F(5)))),
        Insert(track="V1", at=F(0), source=B, duration=F(1)),
        Insert(track="V2", at=F(1), source=B, duration=F(1)),
        Freeze(clip="first", at=F(1), duration=F(1)),
        Trim(clip="over", edge="end", to=F(2), ripple=True),
    ):
        with pytest.raises(
            LockedTrackError, match=r"would move clip c_\w+ away from clip c_\w+ on the locked track A1"
        ):
            apply(locked, operation)


def test_what_nothing_on_a_locked_track_belongs_to_moves(document: Document) -> None:
    apart = do(document, *[Unlink(clip=clip) for clip in ids(document)])
    made = apply(switched(apart, "A1", locked=True), Extract(spans=((F(1), F(2)),)))
    assert strips(made.document) == {"V1": "a2-3 a4-5 b1-5", "A1": "a2-5 b1-5"}
    assert made.notes == ("track A1 is locked and stayed where it is",)


def test_what_stays_whole_on_a_locked_track_is_told(locked: Document) -> None:
    for operation in clip_names(
        locked,
        Lift(spans=((F(1), F(2)),)),
        Lift(spans=((F(0), F(3)),)),
        Split(clip=None, at=F(1)),
        Extract(spans=((F(5), F(7)),)),
        Overwrite(track="V1", at=F(1), source=B, duration=F(1)),
        Delete(clip="over"),
    ):
        made = apply(locked, operation)
        assert strips(made.document)["A1"] == "a2-5 b1-5"
        whole = [note for note in made.notes if "stayed whole" in note]
        if isinstance(operation, Delete):
            assert whole == []
        else:
            sound = ids(locked, "A1")[isinstance(operation, Extract)]
            assert whole == [f"clip {sound} on the locked track A1 stayed whole, though its partner was cut"]
    made = apply(locked, Lift(spans=((F(2), F(4)),)))
    assert made.notes == ("2 clips on the locked track A1 stayed whole, though their partners were cut",)


def test_nothing_is_extracted_where_every_track_is_locked(document: Document) -> None:
    marked = do(document, AddMarker(time=F(4), title="m"))
    for title in ("V1", "V2", "A1"):
        marked = switched(marked, title, locked=True)
    for operation in (Extract(spans=((F(1), F(2)),)), Lift(spans=((F(1), F(2)),))):
        with pytest.raises(LockedTrackError, match="every track is locked"):
            apply(marked, operation)
    assert moments(marked) == [4]


def test_a_batch_may_unlock_first(locked: Document) -> None:
    steps = Batch(
        operations=(
            SetTrack(track="A1", locked=False),
            Extract(spans=((F(1), F(2)),)),
            SetTrack(track="A1", locked=True),
        )
    )
    assert strips(do(locked, steps)) == {"V1": "a2-3 a4-5 b1-5", "A1": "a2-3 a4-5 b1-5", "V2": "b0-1"}

"""Edited tables of clips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from editing import F, Row, cues, do, ids, lay, moments, strip, switched, table

from cutroom.edit.apply import apply
from cutroom.edit.operations import AddCompound, AddMarker, AddTrack, Delete, Overwrite, Retime, SetCues, Trim
from cutroom.edit.rows import Reading, read_rows
from cutroom.schema.clip import CompoundSource, MediaSource
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document


def read(document: Document, rows: list[Row], **options: Any) -> Reading:
    return read_rows(document, enumerate(rows), **options)


def edited(document: Document, change: Callable[[list[Row]], object], **options: Any) -> Document:
    rows = table(document)
    changed = change(rows)
    reading = read(document, changed if isinstance(changed, list) else rows, **options)
    assert not reading.problems
    assert reading.operation is not None
    return apply(document, reading.operation).document


def test_a_table_as_it_is_asks_for_nothing(document: Document) -> None:
    assert read(document, table(document)) == Reading()
    assert read(document, table(document), ripple=True) == Reading()
    assert read(document, [row for row in table(document) if row["track"] == "V1"], tracks={"V1"}) == Reading()


@pytest.mark.parametrize(
    ("change", "picture"),
    [
        ({"end": 2.0}, "a2-4 ·1 b1-5"),
        ({"duration": 2.0}, "a2-4 ·1 b1-5"),
        ({"source_end": 4.0}, "a2-4 ·1 b1-5"),
        ({"end_frame": 60}, "a2-4 ·1 b1-5"),
        ({"source_start": 3.0}, "a3-6 b1-5"),
        ({"source_start": 3.0, "source_end": 5.5}, "a3-11/2 ·1/2 b1-5"),
        ({"start": 9.0}, "·3 b1-5 ·2 a2-5"),
        ({"start_frame": 270}, "·3 b1-5 ·2 a2-5"),
        ({"start": 8.0, "end": 9.0}, "·3 b1-5 ·1 a2-3"),
        ({"speed": 2.0}, "a2-5*2 ·3/2 b1-5"),
    ],
)
def test_changed_times_move_trim_and_slip_a_clip_and_its_sound(document: Document, change: Row, picture: str) -> None:
    made = edited(document, lambda rows: rows[0].update(change))
    assert strip(made, "V1") == strip(made, "A1") == picture
    assert ids(made).count(ids(document)[0]) == 1


def test_the_operation_names_only_what_changes(document: Document) -> None:
    rows = table(lay(document, "V1", 8, 2))
    rows[0]["end"] = 2.0
    del rows[2]
    operation = read(lay(document, "V1", 8, 2), rows).operation
    assert operation is not None
    assert [row.clip.id for row in operation.placed] == [ids(document)[0], ids(document, "A1")[0]]
    assert operation.gone is not None
    assert len(operation.gone) == 1


def test_a_row_of_sound_that_was_changed_too_goes_its_own_way(document: Document) -> None:
    def change(rows: list[Row]) -> None:
        rows[0]["end"] = 2.0
        next(row for row in rows if row["track"] == "A1")["end"] = 1.0

    made = edited(document, change)
    assert strip(made, "V1") == "a2-4 ·1 b1-5"
    assert strip(made, "A1") == "a2-3 ·2 b1-5"


def test_rows_in_another_order_close_up_with_ripple(document: Document) -> None:
    made = edited(document, lambda rows: [rows[1], rows[0]], ripple=True, tracks={"V1"})
    assert strip(made, "V1") == strip(made, "A1") == "b1-5 a2-5"


def test_a_longer_clip_pushes_the_next_with_ripple(document: Document) -> None:
    made = edited(document, lambda rows: rows[0].update(end=4.0), ripple=True)
    assert strip(made, "V1") == strip(made, "A1") == "a2-6 b1-5"


@pytest.mark.parametrize("only_pictures", [False, True])
def test_a_shorter_picture_takes_its_sound_along_with_ripple(document: Document, only_pictures: bool) -> None:
    def change(rows: list[Row]) -> list[Row]:
        rows[0]["end"] = 2.0
        return [row for row in rows if row["track"] == "V1" or not only_pictures]

    made = edited(document, change, ripple=True, tracks={"V1"} if only_pictures else None)
    assert strip(made, "V1") == strip(made, "A1") == "a2-4 b1-5"


@pytest.fixture
def marked(document: Document) -> Document:
    """Markers and subtitles on, over and beside every clip; a third clip, so that the middle one can go."""
    document = lay(document, "V1", 7, 2, "m_a", sound="A1")
    texts = [(0, 1), (2, 4), (3, 7), (4, 5), (5, 8), (6, 7), (8, 10), (10, 11)]
    spoken = tuple(
        Cue(id=f"u_{i}", start=F(start), end=F(end), text="xyzuvwrs"[i]) for i, (start, end) in enumerate(texts)
    )
    every = [AddMarker(time=F(time, 2), title="m") for time in range(0, 22, 1)]
    return do(document, *every, AddTrack(track="subtitle", title="S1"), SetCues(track="S1", cues=spoken))


def test_markers_and_subtitles_ride_along_with_ripple_as_with_the_verbs(marked: Document) -> None:
    first, second, third = ids(marked)
    for change, verb in (
        (lambda rows: [row for row in rows if row["id"] != second], Delete(clip=second, ripple=True)),
        (lambda rows: [row for row in rows if row["id"] != first], Delete(clip=first, ripple=True)),
        (lambda rows: [row for row in rows if row["id"] != third], Delete(clip=third, ripple=True)),
        (lambda rows: rows[1].update(end=5.5), Trim(clip=second, edge="end", to=F(11, 2), ripple=True)),
        (lambda rows: rows[0].update(end=4.5), Trim(clip=first, edge="end", to=F(9, 2), ripple=True)),
        (lambda rows: rows[1].update(speed=2.0), Retime(clip=second, speed=F(2), duration=F(2))),
    ):
        made, expected = edited(marked, change, ripple=True), do(marked, verb)
        assert strip(made, "V1") == strip(expected, "V1")
        assert moments(made) == moments(expected)
        assert cues(made) == cues(expected)


def _marked_at(document: Document, time: int) -> Document:
    alone = document.evolve(timeline=document.timeline.evolve(markers=()))
    return do(alone, AddMarker(time=F(time), title="m"))


def test_markers_and_subtitles_go_with_the_clip_that_they_stand_over(marked: Document) -> None:
    made = edited(marked, lambda rows: [rows[1], rows[0], *rows[2:]], ripple=True)
    assert strip(made, "V1") == "b1-5 a2-5 a0-2"
    assert cues(made) == "z0-4 u1-2 v2-4 w3-4 x4-5 y6-7 r8-10 s10-11"  # of y and v, the longer part
    [chapter] = moments(edited(_marked_at(made, 5), lambda rows: [rows[1], rows[0], *rows[2:]], ripple=True))
    assert chapter == 1  # it stood over a second of the clip that starts now


def test_without_ripple_markers_and_subtitles_stay(marked: Document) -> None:
    made = edited(marked, lambda rows: rows[1].update(end=5.0))
    assert (moments(made), cues(made)) == (moments(marked), cues(marked))


def test_locked_subtitles_and_those_without_sync_lock_stay(marked: Document) -> None:
    for held in (switched(marked, "S1", locked=True), switched(marked, "S1", sync_lock=False)):
        assert cues(edited(held, lambda rows: rows[0].update(end=2.0), ripple=True)) == cues(marked)


def test_a_deleted_row_takes_its_linked_sound_along(document: Document) -> None:
    made = edited(document, lambda rows: rows[1:])
    assert strip(made, "V1") == strip(made, "A1") == "·3 b1-5"
    only_pictures = edited(document, lambda rows: [rows[0]], tracks={"V1"})
    assert strip(only_pictures, "V1") == strip(only_pictures, "A1") == "a2-5"


def test_new_rows_are_new_clips(document: Document) -> None:
    def change(rows: list[Row]) -> None:
        rows.append({"track": "V2", "media": "m_b.mp4", "start": 1.0, "source_start": 2.0, "source_end": 4.0})
        rows.append({"track": "V2", "text": "Hello", "start": 5.0, "duration": 1.0})

    made = edited(document, change)
    assert strip(made, "V2") == "·1 b2-4 ·2 T·1"
    assert strip(made, "V1") == strip(document, "V1")


def test_a_new_row_of_a_multicam_shows_its_first_angle(document: Document) -> None:
    begun = apply(document, AddCompound(title="Talk", multicam=True))
    (talk,) = begun.created
    filled = do(
        begun.document,
        *[AddTrack(track="video", title=title, compound=talk) for title in ("left", "right")],
        *[
            Overwrite(track=title, source=MediaSource(media="m_a"), at=F(0), duration=F(2), compound=talk)
            for title in ("left", "right")
        ],
    )
    made = edited(filled, lambda rows: rows.append({"track": "V2", "compound": "Talk", "start": 1.0}))
    (clip,) = ids(made, "V2")
    source = made.clip(clip).source
    assert isinstance(source, CompoundSource)
    assert source.angle == made.compound(talk).timeline.tracks[0].id


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"end": 20.0}, "the media ends"),
        ({"end": 5.0}, "before the clip before it on V1 ends"),
        ({"end": 2.0, "duration": 1.0}, "contradicts itself"),
        ({"duration": 0.0}, "nothing would be left"),
        ({"start": -1.0}, "negative"),
        ({"start": float("nan")}, "finite"),
        ({"track": "A1"}, "before the clip before it"),
        ({"track": "V9"}, "no track"),
        ({"id": "c_none"}, "no clip c_none"),
        ({"speed": 50.0}, "speed"),
        ({"source_start": 7.9}, "the media ends"),
    ],
)
def test_a_row_that_cannot_be_says_why(document: Document, change: Row, problem: str) -> None:
    rows = table(document)
    rows[0].update(change)
    reading = read(document, rows)
    assert reading.operation is None
    assert any(problem in found.problem for found in reading.problems), reading.problems
    assert reading.problems[0].hint


def test_every_row_that_cannot_be_is_told_at_once(document: Document) -> None:
    rows = table(document)
    rows[0]["end"], rows[1]["end"] = 50.0, 60.0
    assert [problem.row for problem in read(document, rows).problems] == [0, 1]

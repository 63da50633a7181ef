"""Edited tables with `ripple`: what moves is what the rippling verbs move."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction

import pytest
from drawn import GRID, edits, lengths, moments, offsets, rich
from editing import F, Row, build, do, ids, lay, strips, table
from editing import moments as markers
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from invariants import check

from cutroom.edit.apply import apply
from cutroom.edit.operations import AddMarker, AddTrack, Delete, Insert, Operation, Overwrite, Retime, Trim
from cutroom.edit.rows import Reading, read_rows
from cutroom.errors import CutroomError, EditError
from cutroom.schema.clip import Clip, MediaSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.speed import travel
from cutroom.schema.time import snap

KEEPING = (
    *("append", "insert", "overwrite", "move", "trim", "ripple", "roll", "slip", "split", "delete", "lift", "extract"),
    *("reverse", "freeze", "add_transition", "add_effect", "set_keyframes", "link", "unlink", "set_track", "set_cues"),
    *("add_marker", "nest"),
)
"""Verbs that leave the frame rate as it is."""


def rippled(document: Document, rows: list[Row]) -> Document:
    reading = read_rows(document, enumerate(rows), ripple=True)
    if reading.problems:
        raise EditError(reading.problems[0].problem)
    return document if reading.operation is None else apply(document, reading.operation).document


def seen(document: Document) -> Hashable:
    """All of a timeline but the ids of what was cut."""
    tracks = []
    for track in document.tracks:
        starts = {clip.id: start for start, clip in track.clips()}
        clips = [(start, clip.evolve(id="", link=None, group=None)) for start, clip in track.clips()]
        joins = {(one.transition, one.duration, starts.get(one.left or ""), starts.get(one.right or ""))
                 for one in track.transitions}  # fmt: skip
        tracks.append((track.title, tuple(clips), frozenset(joins), track.cues))
    return tuple(tracks), tuple((marker.time, marker.title) for marker in document.timeline.markers)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document = rich()
    for _ in range(draw(st.integers(0, 3))):
        operation = draw(edits(document, *KEEPING))
        try:
            document = apply(document, operation).document
        except CutroomError:
            continue
    return document


def _same_in_both(document: Document, verb: Operation, rows: list[Row]) -> None:
    try:
        expected = apply(document, verb).document
    except CutroomError:
        event("refused")
        with pytest.raises(CutroomError):
            rippled(document, rows)
        return
    event("done")
    made = rippled(document, rows)
    check(made)
    assert seen(made) == seen(expected)


def _family(document: Document, clip: Clip) -> list[str]:
    """A clip and what is linked to it; they must start and end together, and have no group."""
    every = [(start, one) for track in document.tracks for start, one in track.clips()]
    members = [(start, one) for start, one in every if one is clip or (clip.link and one.link == clip.link)]
    assume(len({(start, one.duration) for start, one in members}) == 1)
    assume(all(one.group is None for _, one in members))
    return [one.id for _, one in members]


def _drawn(data: st.DataObject, document: Document) -> Clip:
    clips = [clip for track in document.tracks for _, clip in track.clips()]
    assume(clips)
    return data.draw(st.sampled_from(clips))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_row_that_goes_is_a_clip_deleted_with_ripple(data: st.DataObject) -> None:
    document = data.draw(documents())
    clip = _drawn(data, document)
    gone = _family(document, clip)
    _same_in_both(
        document, Delete(clip=clip.id, ripple=True), [row for row in table(document) if row["id"] not in gone]
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data(), by=offsets)
def test_a_row_with_another_end_is_a_clip_trimmed_with_ripple(data: st.DataObject, by: Fraction) -> None:
    document = data.draw(documents())
    clip = _drawn(data, document)
    changed, rows = _family(document, clip), table(document)
    assume(by and clip.duration + by > 0)
    every = data.draw(st.booleans())  # or the linked follow
    for row in rows:
        if row["id"] == clip.id or (every and row["id"] in changed):
            row["duration"] = float(clip.duration + by)
            row["end"] = row["source_end"] = row["end_frame"] = None
    end = document.clip_start(clip.id) + clip.duration
    _same_in_both(document, Trim(clip=clip.id, edge="end", to=end + by, ripple=True), rows)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), speed=st.sampled_from([F(1, 2), F(2), F(3), F(5, 4)]))
def test_a_row_with_another_speed_is_a_clip_retimed_with_ripple(data: st.DataObject, speed: Fraction) -> None:
    document = data.draw(documents())
    clip = _drawn(data, document)
    _family(document, clip)
    assume(isinstance(clip.speed, Fraction) and clip.speed and clip.speed != speed and not clip.is_title)
    rows = table(document)
    next(row for row in rows if row["id"] == clip.id)["speed"] = float(speed)
    fps = document.settings.fps
    length = max(snap(travel(clip.speed, clip.duration) / speed, fps), 1 / fps)
    _same_in_both(document, Retime(clip=clip.id, speed=speed, duration=length), rows)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), at=moments, length=lengths, track=st.sampled_from(["V1", "V2", "A1", "A2"]))
def test_a_new_row_is_a_clip_inserted(data: st.DataObject, at: Fraction, length: Fraction, track: str) -> None:
    document = data.draw(documents())
    row = {"track": track, "media": "m_a.mp4", "start": float(at), "duration": float(length), "source_start": 1.0}
    insert = Insert(track=track, at=at, source=MediaSource(media="m_a"), start=F(1), duration=length)
    _same_in_both(document, insert, [*table(document), row])


@settings(max_examples=150, deadline=None)
@given(documents())
def test_a_table_as_it_is_changes_nothing(document: Document) -> None:
    assert read_rows(document, enumerate(table(document)), ripple=True) == Reading()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-4 * GRID, 2 * GRID), min_size=3, max_size=3))
def test_many_rows_are_the_verbs_one_by_one(steps: list[int]) -> None:
    document = lay(_film(), "V1", 8, 2, "m_a", sound="A1")  # what it gets room for is the last first
    rows, removing, making = table(document), [], []
    for name, step in zip(ids(document), steps, strict=True):
        clip, by = document.clip(name), Fraction(step, GRID)
        if clip.duration + by <= 0:
            rows = [row for row in rows if document.clip(row["id"]).link != clip.link]
            removing.append(lambda now, name=name: Delete(clip=name, ripple=True))
        elif by:
            row = next(row for row in rows if row["id"] == name)
            row["end"] = float(document.clip_start(name) + clip.duration + by)
            verb = lambda now, name=name, by=by: Trim(  # noqa: E731
                clip=name, edge="end", to=now.clip_start(name) + now.clip(name).duration + by, ripple=True
            )
            (removing if by < 0 else making).append(verb)
    expected = document
    try:
        for verb in (*reversed(removing), *reversed(making)):
            expected = do(expected, verb(expected))
    except CutroomError:
        with pytest.raises(CutroomError):
            rippled(document, rows)
        return
    assert seen(rippled(document, rows)) == seen(expected)


def _film() -> Document:
    """`V1 [a 0-3][b 3-6]`, with its sound; a title at 2-3, music at 4-5, a marker at 5."""
    document = do(
        build(),
        AddTrack(track="title", title="T1"),
        AddTrack(track="audio", title="A2"),
        Overwrite(track="T1", at=F(2), source=TitleSource(text="x"), duration=F(1)),
        AddMarker(time=F(5), title="m"),
    )
    return lay(document, "A2", 4, 1)


@settings(max_examples=250, deadline=None)
@given(data=st.data(), ripple=st.booleans())
def test_any_table(data: st.DataObject, ripple: bool) -> None:
    document = data.draw(documents())
    rows = []
    changed = data.draw(st.sets(st.integers(0, len(table(document))), max_size=3))
    for number, row in enumerate(table(document)):
        kinds = ["gone", "length", "length", "start", "track", "slip"] if number in changed else [""]
        change = data.draw(st.sampled_from(kinds))
        by = float(data.draw(offsets)) if change else 0.0
        if change == "length":
            row |= {"duration": row["duration"] + by, "end": None, "end_frame": None, "source_end": None}
        elif change == "start":
            row |= {"start": row["start"] + by, "start_frame": None, "end": None, "end_frame": None}
        elif change == "track":
            row["track"] = data.draw(st.sampled_from(["V1", "V2", "T1"]))
        elif change == "slip":
            row |= {"source_start": row["source_start"] + by, "source_end": None}
        if change != "gone":
            rows.append(row)
    for track, text in data.draw(st.lists(st.tuples(st.sampled_from(["V1", "T1"]), st.just("new")), max_size=2)):
        start, duration = data.draw(moments), data.draw(lengths)
        rows.append({"track": track, "text": text, "start": float(start), "duration": float(duration)})
    if data.draw(st.integers(0, 4)) == 0:
        rows = data.draw(st.permutations(rows))
    reading = read_rows(document, enumerate(rows), ripple=ripple)
    assert not (reading.problems and reading.operation)
    event("problems" if reading.problems else "ripple" if ripple else "stays")
    if reading.operation is None:
        return
    try:
        made = apply(document, reading.operation).document
    except CutroomError:
        event("refused")
        return
    event("done")
    check(made)
    names = {row["id"] for row in rows if "id" in row}
    assert names <= {clip.id for track in made.tracks for _, clip in track.clips()} | {
        clip.id for track in document.tracks for _, clip in track.clips() if clip.link
    }


def test_what_goes_within_what_goes_goes_with_it() -> None:
    film = _film()
    rows = [row for row in table(film) if row["text"] is None]
    rows[0] |= {"duration": 1.5, "end": None, "end_frame": None, "source_end": None}
    assert strips(rippled(film, rows)) == {"V1": "a2-7/2 b1-5", "A1": "a2-7/2 b1-5", "A2": "·5/2 b0-1"}


def test_gaps_and_what_stands_before_stay() -> None:
    film = _film()
    rows = [row for row in table(film) if row["id"] not in {ids(film)[0], ids(film, "A1")[0]}]
    made = rippled(film, rows)
    assert strips(made) == {"V1": "b1-5", "A1": "b1-5", "T1": "·2 T·1", "A2": "·1 b0-1"}
    assert markers(made) == [2]

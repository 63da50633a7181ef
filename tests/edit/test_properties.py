"""What holds after any sequence of edits."""

from __future__ import annotations

from fractions import Fraction

from drawn import edits, lengths, moments, rich
from editing import build, do, ids, make_media
from hypothesis import event, given, settings
from hypothesis import strategies as st
from invariants import check, in_sync

from cutroom.edit.apply import apply
from cutroom.edit.history import History, Step
from cutroom.edit.operations import (
    OPERATION,
    AddMedia,
    AddTrack,
    Arrange,
    Batch,
    Delete,
    Extract,
    Insert,
    Lift,
    Link,
    Move,
    Operation,
    Overwrite,
    Retime,
    Ripple,
    Trim,
)
from cutroom.edit.project_file import dump, parse
from cutroom.errors import CutroomError, EditError
from cutroom.schema.clip import MediaSource
from cutroom.schema.document import Document


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_any_sequence_of_edits(data: st.DataObject) -> None:
    document, history = rich(), History()
    for _ in range(data.draw(st.integers(1, 8))):
        operation = data.draw(edits(document))
        before = dump(document)
        try:
            made = apply(document, operation)
        except CutroomError:
            assert dump(document) == before
            continue
        assert dump(document) == before  # pure: undo is the old value
        check(made.document)
        again = apply(document, OPERATION.validate_json(OPERATION.dump_json(operation)))
        assert again == made  # replaying a journal gives the very same ids
        assert parse(dump(made.document), name="p.tlp") == made.document
        history = history.add(Step("edit", operation, document, made.document, made.notes))
        document = made.document
    steps = list(history.steps)
    for step in reversed(steps):
        history, undone = history.undo()
        assert undone.before == step.before
    for step in steps:
        history, redone = history.redo()
        assert redone.after == step.after


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_linked_clips_stay_in_sync(data: st.DataObject) -> None:
    document = rich()
    for _ in range(data.draw(st.integers(1, 6))):
        operation = data.draw(edits(document))
        before = in_sync(document)
        try:
            document = apply(document, operation).document
        except CutroomError:
            continue
        if isinstance(operation, Arrange | Ripple | Link | Batch) or operation.compound:
            continue
        for pair in before:
            clips = [clip for track in document.tracks for _, clip in track.clips() if clip.id in pair]
            if len(clips) == 2 and clips[0].link == clips[1].link is not None and _ripples(document, pair):
                assert pair in in_sync(document) or pair[::-1] in in_sync(document)


def _ripples(document: Document, pair: tuple[str, str]) -> bool:
    tracks = [document.tracks[document.locate(clip)[0]] for clip in pair]
    return all(track.sync_lock and not track.locked for track in tracks)


sevenths = st.integers(1, 14).map(lambda step: Fraction(step, 7))


@st.composite
def ripples_of_music(draw: st.DrawFn, document: Document) -> Operation:
    """A ripple that begins, ends or lasts between two frames of the pictures."""
    music = document.tracks[document.track_index("A2")].clips()
    start, clip = draw(st.sampled_from(music))
    length, edge = draw(sevenths), draw(st.sampled_from(["start", "end"]))
    to = start + draw(lengths) if edge == "start" else start + length
    return draw(
        st.sampled_from(
            [
                Delete(clip=clip.id, ripple=True),
                Retime(clip=clip.id, speed=Fraction(1, 2), duration=length),
                Trim(clip=clip.id, edge=edge, to=to, ripple=True),
                Extract(spans=((start, start + length), (start + 3, start + 3 + length)), tracks=("A2",)),
                Insert(track="A2", at=start, source=MediaSource(media="m_c"), duration=length),
            ]
        )
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_ripple_takes_a_picture_off_its_frames(data: st.DataObject) -> None:
    document = do(build(), AddMedia(media=make_media("m_c", 20)), AddTrack(track="audio", title="A2"))
    for clip, to in zip(ids(document)[::-1], (30, 20), strict=True):  # room before the pictures
        document = do(document, Move(clip=clip, to=to))
    at = Fraction(0)
    for _ in range(3):
        at += data.draw(sevenths)
        length = data.draw(sevenths)
        document = do(document, Overwrite(track="A2", at=at, source=MediaSource(media="m_c"), duration=length))
        at += length
    for _ in range(data.draw(st.integers(1, 3))):
        before = {clip.id: start for start, clip in document.tracks[0].clips()}
        if not document.tracks[document.track_index("A2")].items:
            break
        try:
            made = apply(document, data.draw(ripples_of_music(document)))
        except CutroomError:
            continue
        document = made.document
        assert _on_frames(document)
        moved = {clip.id: start - before[clip.id] for start, clip in document.tracks[0].clips()}
        assert len({*moved.values()}) == 1  # all of them as far
        event(f"told {bool(made.notes)}, moved {any(moved.values())}")


def _on_frames(document: Document) -> bool:
    times = [
        time * document.settings.fps
        for track in document.tracks
        for start, clip in (track.clips() if track.kind != "audio" else ())
        for time in (start, clip.duration)
    ]
    return all(time.denominator == 1 for time in times)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_extract_takes_exactly_what_was_asked(data: st.DataObject) -> None:
    document = build()
    pairs = data.draw(st.lists(st.tuples(moments, lengths), min_size=1, max_size=4))
    spans = tuple((start, start + length) for start, length in pairs)
    inside = {
        frame
        for start, end in spans
        for frame in range(int(start * 30), int(end * 30))
        if frame < document.duration * 30
    }
    made = apply(document, Extract(spans=spans)).document
    assert document.duration - made.duration == Fraction(len(inside), 30)
    lifted = apply(document, Lift(spans=spans)).document
    clips = sum(clip.duration for _, clip in lifted.tracks[0].clips())
    assert clips == document.duration - Fraction(len(inside), 30)


def seconds_shown(document: Document, title: str) -> dict[int, tuple[str | None, Fraction]]:
    """For each frame of a track: which media, and where the timeline would stand at its start."""
    track = document.tracks[document.track_index(title)]
    return {
        frame: (clip.media, begins - clip.start)
        for begins, clip in track.clips()
        for frame in range(int(begins * 30), int((begins + clip.duration) * 30))
    }


@st.composite
def ripples(draw: st.DrawFn, document: Document) -> Operation:
    clip = draw(st.sampled_from([clip.id for track in document.tracks for _, clip in track.clips()]))
    at, length = draw(moments), draw(lengths)
    track, sound = draw(st.sampled_from([("V1", None), ("V1", "A1"), ("V2", None), ("A1", None)]))
    named = draw(st.sampled_from([None, ("V1",), ("A1",), ("V1", "A1")]))
    source = MediaSource(media="m_c")
    return draw(
        st.sampled_from(
            [
                Insert(track=track, at=at, source=source, duration=length, sound_track=sound),
                Delete(clip=clip, ripple=True),
                Extract(spans=((at, at + length),), tracks=named),
                Trim(clip=clip, edge="end", to=at, ripple=True),
                Trim(clip=clip, edge="start", to=at, ripple=True),
            ]
        )
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_ripple_puts_the_sound_out_of_sync(data: st.DataObject) -> None:
    document = apply(build(), AddMedia(media=make_media("m_c"))).document
    over = data.draw(st.sampled_from(["V1", "A1", "V2"]))  # picture and sound may begin and end apart
    at, length = data.draw(moments), data.draw(lengths)
    laid = Overwrite(track=over, at=at, source=MediaSource(media="m_c"), duration=length)
    document = apply(document, laid).document
    for _ in range(data.draw(st.integers(1, 3))):
        try:
            document = apply(document, data.draw(ripples(document))).document
        except EditError:
            continue
        picture, sound = seconds_shown(document, "V1"), seconds_shown(document, "A1")
        for frame in picture.keys() & sound.keys():
            if picture[frame][0] == sound[frame][0] != "m_c":
                assert picture[frame] == sound[frame]

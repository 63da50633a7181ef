"""What holds after any sequence of edits."""

from __future__ import annotations

from fractions import Fraction

from editing import build, make_media
from hypothesis import given, settings
from hypothesis import strategies as st

from cutroom.edit.apply import apply
from cutroom.edit.items import cut_sides
from cutroom.edit.operations import (
    OPERATION,
    AddMedia,
    AddTransition,
    Append,
    Delete,
    Extract,
    Insert,
    Lift,
    Move,
    Operation,
    Overwrite,
    Split,
    Trim,
)
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, Gap, MediaSource
from cutroom.schema.document import Document

moments = st.integers(0, 12 * 30).map(lambda frame: Fraction(frame, 30))
lengths = st.integers(1, 4 * 30).map(lambda frame: Fraction(frame, 30))
tracks = st.sampled_from(["V1", "V2", "A1"])
sources = st.sampled_from(["m_a", "m_b"]).map(lambda media: MediaSource(media=media))


@st.composite
def edits(draw: st.DrawFn, document: Document) -> Operation:
    clips = [clip.id for track in document.tracks for _, clip in track.clips()] or ["c_none"]
    clip = st.sampled_from(clips)
    track = draw(tracks)
    sound = "A1" if track != "A1" and draw(st.booleans()) else None
    placing = {"track": track, "source": draw(sources), "start": draw(lengths), "sound_track": sound}
    span = draw(st.tuples(moments, lengths).map(lambda pair: (pair[0], pair[0] + pair[1])))
    named = draw(st.sampled_from([None, ("V1",), ("V1", "A1")]))
    kind = draw(st.integers(0, 9))
    duration = draw(lengths)
    at = draw(moments)
    flag = draw(st.booleans())
    match kind:
        case 0:
            return Append(duration=duration, **placing)
        case 1:
            return Insert(at=at, duration=duration, **placing)
        case 2:
            return Overwrite(at=at, duration=duration, **placing)
        case 3:
            return Trim(clip=draw(clip), edge=draw(st.sampled_from(["start", "end"])), to=at, ripple=flag)
        case 4:
            return Split(clip=draw(st.none() | clip), at=at)
        case 5:
            return Move(clip=draw(clip), to=at, track=draw(st.none() | tracks))
        case 6:
            return Delete(clip=draw(clip), ripple=flag)
        case 7:
            return Lift(spans=(span,), tracks=named)
        case 8:
            return Extract(spans=(span,), tracks=named)
        case _:
            return AddTransition(left=draw(clip), right=draw(st.none() | clip), duration=duration)


def check(document: Document) -> None:
    seen: set[str] = set()
    for track in document.tracks:
        if track.items:
            assert not isinstance(track.items[-1], Gap)
        for before, after in zip(track.items, track.items[1:], strict=False):
            assert not (isinstance(before, Gap) and isinstance(after, Gap))
        for item in track.items:
            assert item.duration > 0
            if isinstance(item, Clip):
                assert item.id not in seen
                seen.add(item.id)
                assert item.start >= 0
                assert item.media is not None
                assert item.end <= document.find_media(item.media).duration + Fraction(1, 30)
        fresh = track.evolve(items=track.items)  # works out anew what the edited one has taken over
        assert [track.start_of(i) for i in range(len(track.items) + 1)] == [
            fresh.start_of(i) for i in range(len(track.items) + 1)
        ]
        for i, item in enumerate(track.items):
            assert not isinstance(item, Clip) or track.index_of(item.id) == i
            assert not isinstance(item, Clip) or not item.link or track.linked(item.link) == fresh.linked(item.link)
        assert track.clips() == fresh.clips()
        for transition in track.transitions:
            assert cut_sides(track, transition.left, transition.right) is not None


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_any_sequence_of_edits(data: st.DataObject) -> None:
    document = build()
    for _ in range(data.draw(st.integers(1, 8))):
        operation = data.draw(edits(document))
        before = document.model_dump_json()
        try:
            made = apply(document, operation)
        except EditError:
            assert document.model_dump_json() == before
            continue
        assert document.model_dump_json() == before  # pure: undo is the old value
        check(made.document)
        again = apply(document, OPERATION.validate_json(OPERATION.dump_json(operation)))
        assert again.document == made.document  # replaying a journal gives the very same ids
        assert Document.model_validate_json(made.document.model_dump_json()) == made.document
        document = made.document


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

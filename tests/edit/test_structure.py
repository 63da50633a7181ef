"""Media, tracks, markers, subtitles and settings."""

from __future__ import annotations

from fractions import Fraction

import pytest
from editing import F, cues, do, ids, lay, make_media, moments, strip, strips, switched

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddCompound,
    AddMarker,
    AddMedia,
    AddTrack,
    AddTransition,
    Append,
    Batch,
    Delete,
    Extract,
    Insert,
    Lift,
    MoveTrack,
    Nest,
    Operation,
    RemoveMarker,
    RemoveMedia,
    RemoveTrack,
    SetCues,
    SetMarker,
    SetMedia,
    SetSettings,
    SetTrack,
    Trim,
)
from cutroom.errors import ClipGoneError, EditError, LockedTrackError, ValidationError
from cutroom.schema.clip import MediaSource
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document, Marker, ProjectSettings


def titles(document: Document) -> list[str]:
    return [track.title for track in document.tracks]


def test_tracks_stand_on_top_of_their_kind(document: Document) -> None:
    made = do(
        document,
        *[AddTrack(track=kind, title=title) for kind, title in (("subtitle", "S1"), ("title", "T1"), ("video", "V3"))],
        AddTrack(track="audio", title="A2"),
    )
    assert titles(made) == ["V1", "V2", "V3", "T1", "S1", "A1", "A2"]
    with pytest.raises(EditError, match="there is a track V2 already"):
        apply(made, AddTrack(track="audio", title="V2"))


def test_switches_change_and_the_rest_stays(document: Document) -> None:
    made = do(document, SetTrack(track="A1", muted=True, volume=0.5), SetTrack(track="A1", pan=-1.0, title="Voice"))
    track = made.tracks[made.track_index("Voice")]
    assert (track.muted, track.volume, track.pan, track.solo, track.sync_lock) == (True, 0.5, -1.0, False, True)
    assert strip(made, "Voice") == strip(document, "A1")
    assert do(made, SetTrack(track="Voice", title="Voice")) == made
    with pytest.raises(EditError, match="there is a track V1 already"):
        apply(made, SetTrack(track="Voice", title="V1"))


def test_a_locked_track_is_unlocked_before_anything_else(document: Document) -> None:
    locked = switched(document, "V1", locked=True)
    for operation in (
        SetTrack(track="V1", muted=True),
        SetTrack(track="V1", locked=True, title="X"),
        SetTrack(track="V1", locked=False, title="X"),
        SetTrack(track="V1", locked=False, volume=0.5),
        RemoveTrack(track="V1"),
        MoveTrack(track="V1", index=1),
        Append(track="V1", source=MediaSource(media="m_a"), duration=F(1)),
    ):
        with pytest.raises(LockedTrackError, match="V1 is locked"):
            apply(locked, operation)
    assert do(locked, SetTrack(track="V1", locked=False)) == document


@pytest.mark.parametrize(
    ("title", "index", "after"),
    [("V1", 1, "V2 V1 A1"), ("V1", 2, "V2 A1 V1"), ("A1", 0, "A1 V1 V2"), ("V2", 1, "V1 V2 A1")],
)
def test_move_track(document: Document, title: str, index: int, after: str) -> None:
    made = do(document, MoveTrack(track=title, index=index))
    assert " ".join(titles(made)) == after
    assert strips(made) == strips(document)
    with pytest.raises(EditError, match="there are 3 tracks"):
        apply(document, MoveTrack(track=title, index=3))


def test_a_removed_track_takes_its_clips_along_and_says_so(document: Document) -> None:
    made = apply(document, RemoveTrack(track="A1"))
    assert titles(made.document) == ["V1", "V2"]
    assert made.notes == ("2 clips went with track A1",)
    assert apply(document, RemoveTrack(track="V2")).notes == ()
    assert strip(do(made.document, Delete(clip=ids(document)[0], ripple=True)), "V1") == "b1-5"


def test_markers_stand_in_order_of_time(document: Document) -> None:
    made = document
    for time in (5, 1, 3):
        made = do(made, AddMarker(id=f"op_{time}", time=F(time), title=str(time), marker="chapter"))
    assert moments(made) == [1, 3, 5]
    first, middle, last = made.timeline.markers
    moved = do(made, SetMarker(marker=first.id, time=F(4)), SetMarker(marker=last.id, title="", kind="export"))
    assert [(m.time, m.title, m.marker) for m in moved.timeline.markers] == [
        (3, "3", "chapter"),
        (4, "1", "chapter"),
        (5, "", "export"),
    ]
    assert moments(do(moved, RemoveMarker(marker=middle.id))) == [4, 5]
    for operation in (SetMarker(marker="m_none", time=F(1)), RemoveMarker(marker="m_none")):
        with pytest.raises(ClipGoneError, match="there is no marker 'm_none'"):
            apply(made, operation)


def test_a_media_is_described_anew(document: Document) -> None:
    longer = make_media("m_a", 20)
    made = do(document, SetMedia(media=longer), Trim(clip=ids(document)[0], edge="start", to=F(1)))
    made = do(made, Delete(clip=ids(document)[1]), Trim(clip=ids(document)[0], edge="end", to=F(16)))
    assert strip(made, "V1") == "·1 a3-18"
    with pytest.raises(EditError, match="no media 'm_c'"):
        apply(document, SetMedia(media=make_media("m_c")))
    with pytest.raises(EditError, match=r"is 1 s too short for clip") as caught:
        apply(document, SetMedia(media=make_media("m_b", 4)))
    assert caught.value.value == 1
    for missing, said in (("video", "has no picture"), ("audio", "has no sound")):
        with pytest.raises(EditError, match=said):
            apply(document, SetMedia(media=longer.replace(**{missing: None})))


def test_a_shorter_media_takes_away_transitions_that_lose_their_handles(document: Document) -> None:
    document = do(document, AddTransition(left=ids(document)[0], right=ids(document)[1], duration=F(1)))
    assert apply(document, SetMedia(media=make_media("m_a", 6))).document.tracks[0].transitions
    made = apply(document, SetMedia(media=make_media("m_a", 5)))
    assert made.document.tracks[0].transitions == ()
    assert "lacks 0.5 s of media after the out point" in made.notes[0]


@pytest.fixture
def nested(document: Document) -> Document:
    """Media b only inside of a compound."""
    return do(document, Nest(id="op_n", clips=(ids(document)[1],), title="Scene"))


def test_media_that_a_compound_shows_is_in_use(nested: Document) -> None:
    inside = nested.compounds[0].id
    for compound in (None, inside):
        for media in ("m_a", "m_b"):
            with pytest.raises(EditError, match="is used by 2 clips"):
                apply(nested, RemoveMedia(media=media, compound=compound))
        with pytest.raises(EditError, match="too short for clip"):
            apply(nested, SetMedia(media=make_media("m_b", 4), compound=compound))
        with pytest.raises(EditError, match="too short for clip"):
            apply(nested, SetMedia(media=make_media("m_a", 4), compound=compound))
    unused = do(nested, AddMedia(media=make_media("m_c")))
    assert do(unused, RemoveMedia(media="m_c")) == nested


def test_what_concerns_the_project_concerns_all_of_it_from_inside_a_compound_too(nested: Document) -> None:
    inside = nested.compounds[0].id
    settings = ProjectSettings(fps=F(25))
    made = do(nested, SetSettings(settings=settings, compound=inside), AddCompound(title="More", compound=inside))
    assert made.settings == settings
    assert made.timeline == nested.timeline
    assert [compound.title for compound in made.compounds] == ["Scene", "More"]


def cue(text: str, start: Fraction | int, end: Fraction | int) -> Cue:
    return Cue(id=f"u_{text}", start=start, end=end, text=text)


@pytest.fixture
def subtitled(document: Document) -> Document:
    """`x1-2 y2-4 z5-6` over `a2-5 b1-5`."""
    spoken = (cue("z", 5, 6), cue("x", 1, 2), cue("y", 2, 4))
    return do(document, AddTrack(track="subtitle", title="S1"), SetCues(track="S1", cues=spoken))


def test_cues_stand_in_order_of_time_and_may_overlap(subtitled: Document) -> None:
    assert cues(subtitled) == "x1-2 y2-4 z5-6"
    over = apply(subtitled, SetCues(track="S1", cues=(cue("x", 1, 5), cue("w", 1, 2))))
    assert cues(over.document) == "w1-2 x1-5"
    assert over.created == ("u_w",)
    with pytest.raises(EditError, match="two cues share an id"):
        apply(subtitled, SetCues(track="S1", cues=(cue("x", 1, 2), cue("x", 3, 4))))
    with pytest.raises(EditError, match="track V1 holds no subtitles"):
        apply(subtitled, SetCues(track="V1", cues=()))
    with pytest.raises(LockedTrackError):
        apply(switched(subtitled, "S1", locked=True), SetCues(track="S1", cues=()))


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        (Insert(track="V1", at=F(2), source=MediaSource(media="m_b"), duration=F(1)), "x1-2 y3-5 z6-7"),
        (Insert(track="V1", at=F(3), source=MediaSource(media="m_b"), duration=F(1)), "x1-2 y2-5 z6-7"),
        (Insert(track="V1", at=F(9), source=MediaSource(media="m_b"), duration=F(1)), "x1-2 y2-4 z5-6"),
        (Extract(spans=((F(3), F(4)),)), "x1-2 y2-3 z4-5"),
        (Extract(spans=((F(1), F(2)),)), "y1-3 z4-5"),
        (Extract(spans=((F(3, 2), F(5, 2)),)), "x1-3/2 y3/2-3 z4-5"),
        (Extract(spans=((F(5, 2), F(3)),), tracks=("V1", "A1")), "x1-2 y2-7/2 z9/2-11/2"),
        (Extract(spans=((F(0), F(1)), (F(4), F(11, 2)))), "x0-1 y1-3 z3-7/2"),
        (Lift(spans=((F(3), F(4)),)), "x1-2 y2-3 z5-6"),
        (Lift(spans=((F(3, 2), F(5, 2)),)), "x1-3/2 y5/2-4 z5-6"),
        (Lift(spans=((F(0), F(9)),)), ""),
        (Lift(spans=((F(3), F(4)),), tracks=("V1",)), "x1-2 y2-4 z5-6"),
    ],
)
def test_cues_follow_a_ripple(subtitled: Document, operation: Operation, after: str) -> None:
    assert cues(do(subtitled, operation)) == after


def test_cues_that_follow_stay_in_order_of_time(subtitled: Document) -> None:
    over = do(subtitled, SetCues(track="S1", cues=(cue("x", 1, 7), cue("y", 2, 3), cue("z", 2, 4))))
    assert cues(do(over, Extract(spans=((F(0), F(2)),)))) == "y0-1 z0-2 x0-5"


def test_cues_of_a_free_or_locked_track_stay(subtitled: Document) -> None:
    first = ids(subtitled)[0]
    free = switched(subtitled, "S1", sync_lock=False)
    assert cues(do(free, Delete(clip=first, ripple=True))) == cues(subtitled)
    made = apply(switched(subtitled, "S1", locked=True), Delete(clip=first, ripple=True))
    assert cues(made.document) == cues(subtitled)
    assert made.notes == ("track S1 is locked and stayed where it is",)
    many = apply(switched(subtitled, "S1", locked=True), Extract(spans=((F(0), F(1)), (F(2), F(3)))))
    assert many.notes == ("track S1 is locked and stayed where it is",)


def test_a_track_named_twice_is_cut_once(document: Document) -> None:
    for tracks in (("V1", "A1", "V1"), ("V1", "A1", document.tracks[0].id)):
        made = do(document, Extract(spans=((F(1), F(2)),), tracks=tracks))
        assert strips(made) == {"V1": "a2-3 a4-5 b1-5", "A1": "a2-3 a4-5 b1-5"}


def test_more_than_a_document_holds_is_an_error_of_ours(document: Document) -> None:
    many = tuple(AddTrack(track="video", title=f"W{i}") for i in range(198))
    with pytest.raises(ValidationError, match=r"tracks: .*200"):
        apply(document, Batch(operations=many))
    markers = tuple(Marker(id=f"m_{i}", time=F(i), title="") for i in range(10_000))
    full = document.evolve(timeline=document.timeline.evolve(markers=markers))
    with pytest.raises(ValidationError, match=r"markers: .*10000"):
        apply(full, AddMarker(time=F(1), title="one more"))


def test_batches_work_inside_of_a_compound(nested: Document) -> None:
    inside = nested.compounds[0].id
    batch = Batch(
        compound=inside, operations=(AddTrack(track="video", title="V9"), AddTrack(track="video", title="V8"))
    )
    made = do(nested, batch)
    assert titles(made.inside(inside)) == ["V1", "V9", "V8", "A1"]
    assert made.timeline == nested.timeline
    both = Batch(operations=(AddTrack(track="video", title="V9", compound=inside), lay_on("V9", inside)))
    assert strip(do(nested, both).inside(inside), "V9") == "·9 a0-1"
    named = Batch(compound=inside, operations=(AddTrack(track="video", title="V9", compound=inside), lay_on("V9")))
    assert strip(do(nested, named).inside(inside), "V9") == "·9 a0-1"


def lay_on(track: str, compound: str | None = None) -> Operation:
    source = MediaSource(media="m_a")
    return Insert(track=track, at=F(9), source=source, duration=F(1), compound=compound)


def test_lay_puts_media_where_it_is_told(document: Document) -> None:
    assert strip(lay(document, "V2", 1, 2, "m_a", 3), "V2") == "·1 a3-5"

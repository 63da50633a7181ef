"""What a compound clip shows, put back in its place."""

from __future__ import annotations

import pytest
from editing import F, cues, do, ids, strip, strips
from invariants import flat

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddEffect,
    AddTrack,
    AddTransition,
    Append,
    Link,
    Move,
    Nest,
    Operation,
    Overwrite,
    RemoveCompound,
    Retime,
    Reverse,
    SetAngle,
    SetCues,
    SetTrack,
    Slip,
    Trim,
    Unlink,
    Unnest,
)
from cutroom.errors import EditError
from cutroom.schema.clip import CompoundSource, MediaSource
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document

B = MediaSource(media="m_b")


@pytest.fixture
def nested(document: Document) -> Document:
    """`a2-5 b1-5` in the compound "Scene", which one clip shows on V1 and A1: `n0-7`."""
    return do(document, Nest(clips=tuple(ids(document)), title="Scene"))


def scene(document: Document) -> str:
    return document.compounds[0].id


def test_unnest_undoes_nest(document: Document, nested: Document) -> None:
    made = apply(nested, Unnest(clip=ids(nested)[0]))
    assert made.document.timeline == document.timeline
    assert set(made.created) == {*ids(document), *ids(document, "A1")}
    assert do(made.document, RemoveCompound(name=scene(nested))) == document


def test_unnest_undoes_nest_with_its_transitions(document: Document) -> None:
    cut = do(document, AddTransition(left=ids(document)[0], right=ids(document)[1], duration=F(1)))
    cut = do(cut, AddTransition(left=ids(cut)[1], right=None, duration=F(1)))
    nested = do(cut, Nest(clips=tuple(ids(cut)), title="Scene"))
    assert do(nested, Unnest(clip=ids(nested)[0])).timeline == cut.timeline


def test_unnest_gives_a_second_copy_names_of_its_own(document: Document) -> None:
    cut = do(document, AddTransition(left=ids(document)[0], right=ids(document)[1], duration=F(1)))
    nested = do(cut, Nest(clips=tuple(ids(cut)), title="Scene"))
    source = CompoundSource(compound=scene(nested))
    twice = do(nested, Append(track="V1", source=source, duration=F(7), sound_track="A1"))
    made = do(twice, *[Unnest(clip=clip) for clip in ids(twice)])
    assert strips(made) == {"V1": "a2-5 b1-5 a2-5 b1-5", "A1": "a2-5 b1-5 a2-5 b1-5"}
    assert len({*ids(made), *ids(made, "A1")}) == 8
    links = [[made.clip(clip).link for clip in ids(made, title)] for title in ("V1", "A1")]
    assert links[0] == links[1]
    assert len(set(links[0])) == 4
    transitions = made.tracks[0].transitions
    assert [(t.left, t.right) for t in transitions] == [tuple(ids(made)[:2]), tuple(ids(made)[2:])]
    assert len({t.id for t in transitions}) == 2


@pytest.mark.parametrize(
    ("operations", "after"),
    [
        ((Trim(clip="n", edge="start", to=F(1)),), "·1 a3-5 b1-5"),
        ((Trim(clip="n", edge="end", to=F(4)),), "a2-5 b1-2"),
        ((Trim(clip="n", edge="end", to=F(2)),), "a2-4"),
        ((Trim(clip="n", edge="start", to=F(3)), Slip(clip="n", by=F(-1))), "·3 a4-5 b1-4"),
        ((Move(clip="n", to=F(2)),), "·2 a2-5 b1-5"),
    ],
)
def test_unnest_puts_back_what_is_shown(nested: Document, operations: tuple[Operation, ...], after: str) -> None:
    clip = ids(nested)[0]
    made = do(nested, *[operation.replace(clip=clip) for operation in operations], Unnest(clip=clip))
    assert strips(made) == {"V1": after, "A1": after}


def test_unnest_puts_back_no_transition_that_is_cut_short(document: Document) -> None:
    cut = do(document, AddTransition(left=ids(document)[0], right=ids(document)[1], duration=F(2)))
    nested = do(cut, Nest(clips=tuple(ids(cut)), title="Scene"))
    short = do(nested, Trim(clip=ids(nested)[0], edge="start", to=F(5, 2)))
    made = apply(short, Unnest(clip=ids(nested)[0]))
    assert strip(made.document, "V1") == "·5/2 a9/2-5 b1-5"
    assert made.document.tracks[0].transitions == ()
    assert "too short for a transition" in made.notes[0]


def test_unnest_puts_back_no_fade_of_an_edge_that_is_not_shown(document: Document) -> None:
    first, second = ids(document)
    faded = do(document, AddTransition(left=None, right=first, duration=F(1)))
    faded = do(faded, AddTransition(left=second, right=None, duration=F(1)))
    nested = do(faded, Nest(clips=(first, second), title="Scene"))
    clip = ids(nested)[0]
    late = do(nested, Trim(clip=clip, edge="start", to=F(1)), Unnest(clip=clip))
    assert [(t.left, t.right) for t in late.tracks[0].transitions] == [(second, None)]
    early = do(nested, Trim(clip=clip, edge="end", to=F(6)), Unnest(clip=clip))
    assert [(t.left, t.right) for t in early.tracks[0].transitions] == [(None, first)]


def test_unnest_puts_picture_and_sound_where_each_is(nested: Document) -> None:
    picture, sound = ids(nested)[0], ids(nested, "A1")[0]
    apart = do(nested, Unlink(clip=picture), Move(clip=sound, to=F(9)), Link(clips=(picture, sound)))
    for clip in (picture, sound):
        assert strips(do(apart, Unnest(clip=clip))) == {"V1": "a2-5 b1-5", "A1": "·9 a2-5 b1-5"}


def test_unnest_refuses_two_pictures_of_one_link(nested: Document) -> None:
    source = CompoundSource(compound=scene(nested))
    twice = do(nested, Overwrite(track="V2", at=F(0), source=source, duration=F(7)))
    clips = (ids(twice)[0], ids(twice, "V2")[0])
    with pytest.raises(EditError, match="is linked to another clip of its kind"):
        apply(do(twice, Link(clips=clips)), Unnest(clip=clips[0]))


def test_unnest_of_the_picture_alone_brings_no_sound(nested: Document) -> None:
    made = do(nested, Unlink(clip=ids(nested)[0]), Unnest(clip=ids(nested)[0]))
    assert strips(made) == {"V1": "a2-5 b1-5", "A1": "n0-7"}


def test_unnest_makes_the_tracks_that_are_missing(nested: Document) -> None:
    inside = scene(nested)
    over = do(nested, AddTrack(track="video", title="V5", compound=inside),
              Append(track="V5", source=B, duration=F(1), compound=inside))  # fmt: skip
    assert strips(do(over, Unnest(clip=ids(over)[0])))["V5"] == "b0-1"
    taken = do(over, AddTrack(track="audio", title="V5"))
    with pytest.raises(EditError, match="V5 is a track for audio"):
        apply(taken, Unnest(clip=ids(over)[0]))
    busy = do(over, AddTrack(track="video", title="V5"), Append(track="V5", source=B, duration=F(2)))
    with pytest.raises(EditError, match="in the way on track V5 for 2 s"):
        apply(busy, Unnest(clip=ids(over)[0]))


def test_unnest_puts_subtitles_back(nested: Document) -> None:
    inside = scene(nested)
    spoken = tuple(
        Cue(id=f"u_{text}", start=F(a), end=F(b), text=text) for text, a, b in (("x", 0, 1), ("y", 2, 4), ("z", 5, 6))
    )
    over = do(
        nested,
        AddTrack(track="subtitle", title="S1", compound=inside),
        SetCues(track="S1", cues=spoken, compound=inside),
    )
    clip = ids(over)[0]
    assert cues(do(over, Unnest(clip=clip))) == "x0-1 y2-4 z5-6"
    part = do(over, Trim(clip=clip, edge="start", to=F(3)), Move(clip=clip, to=F(10)))
    made = do(part, AddTrack(track="subtitle", title="S1"),
              SetCues(track="S1", cues=(spoken[1].replace(text="w"),)), Unnest(clip=clip))  # fmt: skip
    assert cues(made) == "w2-4 y10-11 z12-13"
    track = made.tracks[made.track_index("S1")]
    assert len({cue.id for cue in track.cues}) == 3


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (Retime(clip="n", speed=F(2), duration=F(7, 2)), "plays at another speed"),
        (Reverse(clip="n"), "plays at another speed"),
        (AddEffect(clip="n", effect="blur"), "has effects"),
    ],
)
def test_unnest_refuses_what_parts_cannot_do(nested: Document, operation: Operation, why: str) -> None:
    clip = ids(nested)[0]
    with pytest.raises(EditError, match=why):
        apply(do(nested, operation.replace(clip=clip)), Unnest(clip=clip))


def test_unnest_refuses_other_clips(document: Document, nested: Document) -> None:
    with pytest.raises(EditError, match="shows no compound"):
        apply(document, Unnest(clip=ids(document)[0]))
    angled = do(nested, SetAngle(clip=ids(nested)[0], angle="V1"))
    with pytest.raises(EditError, match=r"shows one angle only|shows another part"):
        apply(angled, Unnest(clip=ids(nested)[0]))


def test_unnest_keeps_how_loud_it_is(nested: Document) -> None:
    clip = ids(nested)[0]
    quiet = do(nested, SetTrack(track="A1", volume=0.5, compound=scene(nested)))
    with pytest.raises(EditError, match="A1 is not heard as it is in the compound"):
        apply(quiet, Unnest(clip=clip))
    matched = do(quiet, SetTrack(track="A1", title="Talk"), AddTrack(track="audio", title="A1"))
    made = do(matched, SetTrack(track="A1", volume=0.5), Unnest(clip=clip))
    assert flat(made) == flat(matched)
    renamed = do(quiet, SetTrack(track="A1", title="Talk"), SetTrack(track="V1", hidden=True, compound=scene(nested)),
                 SetTrack(track="V1", title="Old"))  # fmt: skip
    made = do(renamed, Unnest(clip=clip))
    assert flat(made) == flat(renamed)
    assert (made.tracks[made.track_index("A1")].volume, made.tracks[made.track_index("V1")].hidden) == (0.5, True)

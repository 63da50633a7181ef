"""Compounds and multi-cameras: nest, angles, and edits inside of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from editing import F, do, ids, lay, strip, strips, switched
from invariants import flat

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddCompound,
    AddTrack,
    AddTransition,
    Append,
    Delete,
    Extract,
    Insert,
    MoveTrack,
    Nest,
    Overwrite,
    RemoveCompound,
    RemoveTrack,
    Retime,
    Reverse,
    SetAngle,
    SetTrack,
    Slip,
    Split,
    Trim,
    Unnest,
)
from cutroom.errors import EditError, HandlesError, LockedTrackError
from cutroom.schema.clip import CompoundSource, MediaSource, TitleSource
from cutroom.schema.document import Document

B = MediaSource(media="m_b")


@pytest.fixture
def nested(document: Document) -> Document:
    """`a2-5 b1-5` in the compound "Scene", which one clip shows on V1 and A1: `n0-7`."""
    return do(document, Nest(clips=tuple(ids(document)), title="Scene"))


def scene(document: Document) -> str:
    return document.compounds[0].id


def inner(document: Document) -> dict[str, str]:
    return strips(document.inside(scene(document)))


def test_nest_puts_clips_and_their_sound_into_a_compound(document: Document) -> None:
    made = apply(document, Nest(clips=tuple(ids(document)), title="Scene"))
    assert strips(made.document) == {"V1": "n0-7", "A1": "n0-7"}
    assert inner(made.document) == {"V1": "a2-5 b1-5", "A1": "a2-5 b1-5"}
    picture, sound = (made.document.clip(ids(made.document, title)[0]) for title in ("V1", "A1"))
    assert picture.link == sound.link is not None
    assert made.created == (scene(made.document), picture.id, sound.id)


def test_nest_leaves_the_rest_where_it_is(document: Document) -> None:
    over = lay(lay(document, "V2", 5, 1), "V2", 8, 1)
    made = do(over, Nest(clips=(ids(over)[1], ids(over, "V2")[0]), title="Scene"))
    assert strips(made) == {"V1": "a2-5 n0-4", "A1": "a2-5 n0-4", "V2": "·8 b0-1"}
    assert inner(made) == {"V1": "b1-5", "A1": "b1-5", "V2": "·2 b0-1"}
    alone = do(over, Nest(clips=(ids(over, "V2")[0],), title="Scene"))
    assert strips(alone)["V2"] == "·5 n0-1 ·2 b0-1"


def test_nest_keeps_the_transitions_between_what_it_takes(document: Document) -> None:
    first, second = ids(document)
    cut = do(document, AddTransition(left=first, right=second, duration=F(1)))
    both = apply(cut, Nest(clips=(first, second), title="Scene"))
    assert both.document.compounds[0].timeline.tracks[0].transitions == cut.tracks[0].transitions
    assert both.document.tracks[0].transitions == ()
    assert both.notes == ()
    one = apply(cut, Nest(clips=(first,), title="Scene"))
    assert one.document.compounds[0].timeline.tracks[0].transitions == ()
    assert "a clip of it is not beside that cut any more" in one.notes[0]


def test_nest_stands_on_whole_frames(document: Document) -> None:
    document = lay(document, "A1", F(71, 10), F(1, 7), "m_a", sound=None)
    made = do(document, Nest(clips=(ids(document, "A1")[2],), title="Scene"))
    assert strips(made)["A1"] == "a2-5 b1-5 ·1/10 n0-1/6"
    assert inner(made) == {"A1": "a0-1/7"}


def test_nest_says_what_is_in_the_way(document: Document) -> None:
    three = do(document, Append(track="V1", source=B, duration=F(1), sound_track="A1"))
    first, second, third = ids(three)
    with pytest.raises(EditError, match=f"clip {second} stands in between on track V1"):
        apply(three, Nest(clips=(first, third), title="Scene"))
    titled = do(three, AddTrack(track="title", title="T1"),
                Overwrite(track="T1", at=F(0), source=TitleSource(text="x"), duration=F(1)))  # fmt: skip
    with pytest.raises(EditError, match="a compound cannot stand on track T1"):
        apply(titled, Nest(clips=(ids(titled, "T1")[0],), title="Scene"))
    with_title = do(titled, Nest(clips=(first, ids(titled, "T1")[0]), title="Scene"))
    assert inner(with_title) == {"V1": "a2-5", "T1": "T·1", "A1": "a2-5"}
    with pytest.raises(EditError, match="there is a compound 'Scene' already"):
        apply(with_title, Nest(clips=(second,), title="Scene"))
    with pytest.raises(LockedTrackError):
        apply(switched(three, "A1", locked=True), Nest(clips=(first,), title="Scene"))


def test_nest_leaves_what_is_seen_and_heard_as_it_was(document: Document) -> None:
    loud = lay(do(document, AddTrack(track="audio", title="A2")), "A2", 0, 3, "m_a", sound=None)
    over = lay(loud, "V2", 0, 3)
    first = (ids(over)[0], ids(over, "A2")[0], ids(over, "V2")[0])
    for switches in (
        {"A1": {"volume": 0.5, "pan": -0.5}},
        {"A1": {"volume": 0.3}, "A2": {"volume": 2.0, "pan": 0.25}},
        {"A1": {"muted": True}},
        {"A2": {"muted": True}, "V1": {"hidden": True}},
        {"A2": {"solo": True}, "V2": {"solo": True}},
        {"V1": {"hidden": True}, "V2": {"hidden": True}, "A1": {"muted": True}, "A2": {"muted": True}},
        {"A1": {"volume": 0.0}},
    ):
        before = over
        for title, values in switches.items():
            before = switched(before, title, **values)
        made = do(before, Nest(clips=first, title="Scene"))
        assert flat(made) == flat(before), switches
        shown = next(clip for title in ("V1", "V2") for clip in ids(made, title) if made.clip(clip).media is None)
        back = do(made, Unnest(clip=shown))
        assert (flat(back), strips(back)) == (flat(before), strips(before)), switches


def test_nest_refuses_what_one_track_cannot_sound_like(document: Document) -> None:
    two = lay(do(document, AddTrack(track="audio", title="A2")), "A2", 0, 4, "m_a", sound=None)
    two = switched(switched(two, "A1", pan=-1.0), "A2", pan=1.0)
    with pytest.raises(EditError, match="no track of theirs can sound like A1 and A2 together"):
        apply(two, Nest(clips=(ids(two)[0], ids(two, "A2")[0]), title="Scene"))


def test_nest_takes_a_title_that_lies_lowest(document: Document) -> None:
    titled = do(document, AddTrack(track="title", title="T1"), MoveTrack(track="T1", index=0),
                Overwrite(track="T1", at=F(0), source=TitleSource(text="x"), duration=F(1)))  # fmt: skip
    made = do(titled, Nest(clips=(ids(titled)[0], ids(titled, "T1")[0]), title="Scene"))
    assert strips(made) == {"V1": "n0-3 b1-5", "A1": "n0-3 b1-5"}
    assert strips(do(made, Unnest(clip=ids(made)[0]))) == strips(titled)


def test_nest_lets_nothing_go_under_what_lay_below(document: Document) -> None:
    three = do(document, AddTrack(track="video", title="V3"))
    three = lay(lay(three, "V2", 1, 1), "V3", 1, 1)
    with pytest.raises(EditError, match=f"clip {ids(three, 'V2')[0]} on track V2 lies between"):
        apply(three, Nest(clips=(ids(three)[0], ids(three, "V3")[0]), title="Scene"))
    hidden = switched(three, "V2", hidden=True)
    assert strip(do(hidden, Nest(clips=(ids(three)[0], ids(three, "V3")[0]), title="Scene")), "V1") == "n0-3 b1-5"


def test_angles(nested: Document) -> None:
    picture, sound = ids(nested)[0], ids(nested, "A1")[0]
    inside = nested.compounds[0].timeline.tracks
    for name in ("V1", inside[0].id):
        made = do(nested, SetAngle(clip=picture, angle=name))
        assert made.clip(picture).source == CompoundSource(compound=scene(nested), angle=inside[0].id)
        assert made.clip(sound) == nested.clip(sound)
        assert do(made, SetAngle(clip=picture, angle=None)) == nested
    with pytest.raises(EditError, match="'Scene' has no angle 'A1'"):
        apply(nested, SetAngle(clip=picture, angle="A1"))
    over = lay(nested, "V2", 0, 1)
    with pytest.raises(EditError, match="shows no multi-camera"):
        apply(over, SetAngle(clip=ids(over, "V2")[0], angle="V1"))


def test_an_angle_that_is_shown_is_not_removed(nested: Document) -> None:
    inside = scene(nested)
    shown = do(nested, SetAngle(clip=ids(nested)[0], angle="V1"))
    with pytest.raises(EditError, match="track V1 is the angle that clip"):
        apply(shown, RemoveTrack(track="V1", compound=inside))
    assert [track.title for track in do(nested, RemoveTrack(track="V1", compound=inside)).inside(inside).tracks] == [
        "A1"
    ]
    renamed = do(shown, SetTrack(track="V1", title="Left", compound=inside))
    assert renamed.timeline == shown.timeline


def test_clips_of_a_compound_are_edited_as_those_of_the_timeline(document: Document, nested: Document) -> None:
    inside = scene(nested)
    for operation in (
        Split(clip=None, at=F(1)),
        Insert(track="V1", at=F(3), source=B, duration=F(1), sound_track="A1"),
        Delete(clip=ids(document)[0], ripple=True),
        Extract(spans=((F(2), F(4)),)),
    ):
        made = do(nested, operation.replace(compound=inside))
        assert inner(made) == strips(do(document, operation))
        assert made.timeline == nested.timeline


def test_a_clip_of_a_compound_that_became_shorter_is_named(nested: Document) -> None:
    inside = scene(nested)
    made = apply(nested, Delete(clip=inner_ids(nested)[1], compound=inside))
    assert strip(made.document, "V1") == "n0-7"
    assert [note for note in made.notes if "4 s" in note] == [
        f"clip {clip} shows 4 s beyond the end of Scene" for clip in (ids(nested)[0], ids(nested, "A1")[0])
    ]
    assert apply(nested, Slip(clip=inner_ids(nested)[1], by=F(1), compound=inside)).notes == ()
    with pytest.raises(HandlesError):
        apply(made.document, Trim(clip=ids(nested)[0], edge="end", to=F(5)))
    assert strip(do(made.document, Trim(clip=ids(nested)[0], edge="end", to=F(3))), "V1") == "n0-3"


def test_transitions_that_a_shorter_compound_leaves_without_media_are_told(nested: Document) -> None:
    inside, shown = scene(nested), ids(nested)[0]
    short = do(nested, Trim(clip=shown, edge="end", to=F(5)))
    joined = lay(short, "V1", 5, 2, "m_a", start=2)
    joined = do(joined, AddTransition(left=shown, right=ids(joined)[1], duration=F(1)))
    longer = apply(joined, Delete(clip=inner_ids(joined)[0], compound=inside))
    assert (len(longer.document.tracks[0].transitions), longer.notes) == (1, ())
    shorter = apply(joined, Trim(clip=inner_ids(joined)[1], edge="end", to=F(5), compound=inside))
    assert shorter.document.tracks[0].transitions == ()
    assert "lacks 0.5 s of media after the out point" in shorter.notes[0]


def test_a_compound_that_fell_silent_is_told(nested: Document) -> None:
    made = apply(nested, RemoveTrack(track="A1", compound=scene(nested)))
    assert f"clip {ids(nested, 'A1')[0]} shows nothing: Scene has no sound any more" in made.notes


def inner_ids(document: Document) -> list[str]:
    return ids(document.inside(scene(document)))


def test_a_compound_is_media_with_an_end_of_its_own(nested: Document) -> None:
    clip = ids(nested)[0]
    assert strip(do(nested, Retime(clip=clip, speed=F(2), duration=F(7, 2)), Reverse(clip=clip)), "V1") == "n7-0*2"
    with pytest.raises(HandlesError, match=r"ends at 7 s, 1 s before"):
        apply(nested, Trim(clip=clip, edge="end", to=F(8)))
    with pytest.raises(HandlesError, match="lacks 1 s"):
        apply(nested, Slip(clip=clip, by=F(-1)))
    silent = do(nested, RemoveTrack(track="A1", compound=scene(nested)))
    with pytest.raises(EditError, match="Scene does not go on track A1"):
        apply(silent, Append(track="A1", source=CompoundSource(compound=scene(nested)), duration=F(1)))


def test_no_compound_shows_itself(nested: Document) -> None:
    inside = scene(nested)
    with pytest.raises(EditError, match="'Scene' would show itself"):
        apply(nested, Append(track="V1", source=CompoundSource(compound=inside), duration=F(1), compound=inside))
    more = apply(nested, AddCompound(id="op_more", title="More"))
    second = more.created[0]
    filled = do(
        more.document, AddTrack(track="video", title="V1", compound=second),
        Append(track="V1", source=CompoundSource(compound=inside), duration=F(1), compound=second),
    )  # fmt: skip
    with pytest.raises(EditError, match="would show itself"):
        apply(filled, Append(track="V1", source=CompoundSource(compound=second), duration=F(1), compound=inside))


def test_compounds_in_use_stay(nested: Document) -> None:
    inside = scene(nested)
    more = apply(nested, AddCompound(title="More", multicam=True))
    for compound in (None, inside, more.created[0]):
        with pytest.raises(EditError, match="compound 'Scene' is shown by 2 clips"):
            apply(more.document, RemoveCompound(name=inside, compound=compound))
        assert do(more.document, RemoveCompound(name=more.created[0], compound=compound)) == nested
    with pytest.raises(EditError, match="there is a compound 'Scene' already"):
        apply(nested, AddCompound(title="Scene"))
    with pytest.raises(EditError, match="no compound 'n_none'"):
        apply(nested, Append(track="V1", source=B, duration=F(1), compound="n_none"))


def test_nest_inside_of_a_compound(nested: Document) -> None:
    inside = scene(nested)
    made = do(nested, Nest(clips=(inner_ids(nested)[1],), title="Deep", compound=inside))
    assert inner(made) == {"V1": "a2-5 n0-4", "A1": "a2-5 n0-4"}
    assert strips(made.inside(made.compounds[1].id)) == {"V1": "b1-5", "A1": "b1-5"}
    back = do(made, Unnest(clip=inner_ids(made)[1], compound=inside))
    assert back.compounds[0] == nested.compounds[0]
    assert isinstance(back.compounds[1].timeline.duration, Fraction)

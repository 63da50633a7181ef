"""How far edits go: whatever they make, the project file that holds it opens again."""

from __future__ import annotations

import pytest
from editing import F, build

from cutroom.edit import operations as ops
from cutroom.edit.apply import apply
from cutroom.edit.bounds import DEEPEST
from cutroom.edit.project_file import dump, parse
from cutroom.errors import EditError
from cutroom.schema.clip import CompoundSource, TitleSource
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import Document
from cutroom.schema.speed import Ramp


def primes() -> list[int]:
    """Thirty that share no clock."""
    found: list[int] = []
    number = 10**9
    while len(found) < 30:
        number += 1
        if all(number % d for d in range(2, 32_000)):
            found.append(number)
    return found


def test_times_that_share_no_clock_are_refused_by_the_edit_that_brings_them() -> None:
    document = apply(Document(id="p"), ops.AddTrack(track="title", title="T1")).document
    *most, last = (
        ops.Append(track="T1", source=TitleSource(text="x"), duration=1 + F(1, prime)) for prime in primes()[:14]
    )
    for append in most:
        document = apply(document, append).document
    with pytest.raises(EditError, match="track T1 would be too fine to add up"):
        apply(document, last)
    assert parse(dump(document), name="trip.tlp") == document


def test_an_edit_makes_no_timeline_that_is_longer_than_any() -> None:
    document = apply(Document(id="p"), ops.AddTrack(track="title", title="T1")).document
    long = ops.Append(track="T1", source=TitleSource(text="x"), duration=F(2_000_000))
    document = apply(document, long).document
    with pytest.raises(EditError, match="longer than 1,000 hours"):
        apply(document, long)


def test_a_ramp_that_becomes_too_fine_is_refused() -> None:
    document = build()
    clip = document.tracks[0].clips()[0][1]
    keys = {F(i, 997): F(100_000 + i, 100_003) for i in range(400)}
    made = apply(document, ops.Retime(clip=clip.id, speed=Ramp.of(keys), duration=clip.duration)).document
    assert parse(dump(made), name="trip.tlp") == made
    with pytest.raises(EditError, match="too fine to add up"):
        apply(made, ops.Split(clip=clip.id, at=made.clip_start(clip.id) + F(1, 10**50 + 1)))


def test_compounds_nest_to_a_depth_that_can_be_shown() -> None:
    document = apply(Document(id="p"), ops.AddTrack(track="video", title="V1")).document
    document = apply(document, ops.Append(track="V1", source=TitleSource(text="x"), duration=F(1))).document
    for level in range(DEEPEST):
        (_, clip) = document.tracks[0].clips()[0]
        document = apply(document, ops.Nest(clips=(clip.id,), title=f"{level}")).document
    assert parse(dump(document), name="trip.tlp") == document
    (_, clip) = document.tracks[0].clips()[0]
    with pytest.raises(EditError, match="more than 20 compounds") as caught:
        apply(document, ops.Nest(clips=(clip.id,), title="one more"))
    assert caught.value.hint


def test_compounds_that_show_too_much_at_once_are_refused_where_they_are_placed() -> None:
    document = apply(Document(id="p"), ops.AddTrack(track="video", title="V1")).document
    source: TitleSource | CompoundSource = TitleSource(text="x")
    for level in range(3):
        made = apply(document, ops.AddCompound(title=f"{level}"))
        document, (name,) = made.document, made.created
        for lane in range(10):
            document = apply(document, _lane(name, lane, source)).document
        source = CompoundSource(compound=name)
    document = apply(document, ops.AddCompound(title="too much")).document
    name = document.compounds[-1].id
    for lane in range(2):
        document = apply(document, _lane(name, lane, source)).document
    with pytest.raises(EditError, match="2,000 clips at once"):
        apply(document, _lane(name, 2, source))
    assert parse(dump(document), name="trip.tlp") == document


def _lane(compound: str, lane: int, source: TitleSource | CompoundSource) -> ops.Batch:
    """One more track of a compound, with one clip."""
    add = ops.AddTrack(track="video", title=f"V{lane}", compound=compound)
    put = ops.Append(track=f"V{lane}", source=source, duration=F(1), compound=compound)
    return ops.Batch(operations=(add, put))


def test_keys_that_become_too_fine_are_refused_by_the_edit_that_makes_them_so() -> None:
    document = apply(Document(id="p"), ops.AddTrack(track="title", title="T1")).document
    made = apply(document, ops.Append(track="T1", source=TitleSource(text="x"), duration=F(8)))
    clip = made.created[0]
    made = apply(made.document, ops.AddEffect(clip=clip, effect="transform"))
    keys = tuple(Keyframe(time=time, value=float(time)) for time in (F(0), F(1)))
    effect = made.created[0]
    document = apply(
        made.document, ops.SetKeyframes(clip=clip, effect=effect, parameter="opacity", keyframes=keys)
    ).document
    refused = 0
    for prime in primes()[:20]:
        try:
            document = apply(document, ops.Trim(clip=clip, edge="start", to=F(1, prime))).document
            document = apply(document, ops.Move(clip=clip, to=F(0))).document
            document = apply(document, ops.Trim(clip=clip, edge="end", to=F(8))).document
        except EditError as error:
            assert "too fine to add up" in error.message  # noqa: PT017 - others must not be caught
            refused += 1
        assert parse(dump(document), name="trip.tlp") == document
    assert refused

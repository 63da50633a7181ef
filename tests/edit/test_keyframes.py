"""Keyframes through the verbs: what was to be seen at each moment is to be seen still."""

from __future__ import annotations

from fractions import Fraction

import pytest
from editing import F, build, do, ids

from cutroom.edit import operations as ops
from cutroom.edit.apply import apply
from cutroom.edit.difference import differences
from cutroom.edit.history import words
from cutroom.edit.rows import read_rows
from cutroom.errors import ClipGoneError, ValidationError
from cutroom.schema.clip import Clip
from cutroom.schema.curve import Keyframe, value_at
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.speed import Ramp

KEYS = (
    Keyframe(time=F(-1), value=-0.5, easing="ease_in"),
    Keyframe(time=F(1), value=0.0, easing=(0.3, -0.5, 0.6, 1.5)),
    Keyframe(time=F(5, 2), value=0.5, easing="hold"),
    Keyframe(time=F(4), value=1.0),
)


def animated(track: str = "V1") -> tuple[Document, str, str]:
    """The small document with a brightness that moves on its first clip (2 to 5 of m_a, at 0 to 3)."""
    document = build()
    clip = ids(document, track)[0]
    made = apply(document, ops.AddEffect(clip=clip, effect="brightness", parameters={"value": 0.25}))
    effect = made.created[-1]
    keyed = ops.SetKeyframes(clip=clip, effect=effect, parameter="value", keyframes=KEYS)
    return do(made.document, keyed), clip, effect


def effect_of(document: Document, clip: str) -> Effect:
    return document.clip(clip).effects[0]


def at(document: Document, time: Fraction) -> float | None:
    """What the brightness has come to on V1 at a moment of the timeline."""
    track = document.tracks[0]
    item = track.items[track.index_at(time)]
    if not isinstance(item, Clip) or not item.effects:
        return None
    effect = item.effects[0]
    curve = effect.curves.get("value")
    inside = time - track.start_of(track.index_at(time))
    return value_at(curve, inside) if curve else float(effect.parameters["value"])


MOMENTS = [Fraction(i, 20) for i in range(60)]


def test_set_clear_and_set_a_constant() -> None:
    document, clip, effect = animated()
    assert effect_of(document, clip).curves == {"value": KEYS}
    still = do(document, ops.SetKeyframes(clip=clip, effect=effect, parameter="value", keyframes=()))
    assert (effect_of(still, clip).curves, effect_of(still, clip).parameters) == ({}, {"value": 0.25})
    constant = do(document, ops.SetEffect(clip=clip, effect=effect, parameters={"value": 0.1}))
    assert (effect_of(constant, clip).curves, effect_of(constant, clip).parameters) == ({}, {"value": 0.1})
    off = do(document, ops.SetEffect(clip=clip, effect=effect, enabled=False))
    assert effect_of(off, clip).curves == {"value": KEYS}
    with pytest.raises(ClipGoneError, match="no effect"):
        do(document, ops.SetKeyframes(clip=clip, effect="e_none", parameter="value", keyframes=KEYS))
    with pytest.raises(ValidationError, match="in order of time"):
        ops.SetKeyframes.checked(clip=clip, effect=effect, parameter="value", keyframes=KEYS[::-1])


def test_the_history_and_the_differences_read_well() -> None:
    document, clip, effect = animated()
    operation = ops.SetKeyframes(clip=clip, effect=effect, parameter="value", keyframes=KEYS[:2])
    assert words(operation) == "animate value"
    assert words(operation.evolve(keyframes=())) == "still value"
    (row,) = differences(document, do(document, operation))
    assert (row.what, row.change, row.field) == ("effect", "changed", "keyframes")
    assert row.after == (("value", (F(-1), -0.5, "ease_in"), (F(1), 0.0, KEYS[1].easing)),)
    assert len(row.before[0]) == 5


@pytest.mark.parametrize(
    "operation",
    [
        ops.Split(clip=None, at=F(7, 5)),
        ops.Lift(spans=((F(1), F(2)),)),
        ops.Overwrite(track="V1", at=F(1), source=build().tracks[0].clips()[1][1].source, duration=F(1, 2)),
        ops.Trim(clip="first", edge="start", to=F(1)),
        ops.Trim(clip="first", edge="end", to=F(2)),
        ops.Roll(clip="first", edge="end", to=F(7, 2)),
        ops.Slip(clip="first", by=F(1)),
        ops.Reverse(clip="first"),
        ops.Nest(clips=("first",), title="Scene"),
    ],
    ids=lambda operation: operation.op,
)
def test_verbs_that_leave_the_moments_where_they_are(operation: ops.Operation) -> None:
    document, clip, _ = animated()
    fitted = {
        name: clip if value == "first" else (clip,) if value == ("first",) else value
        for name, value in operation
        if name in type(operation).model_fields
    }
    after = do(document, type(operation)(**fitted))
    if operation.op == "nest":
        after = after.inside(after.compounds[0].id)
    kept = [time for time in MOMENTS if at(after, time) is not None]
    assert len(kept) > 15
    assert [at(after, time) for time in kept] == [at(document, time) for time in kept]


@pytest.mark.parametrize(
    ("operation", "from_", "by"),
    [
        (ops.Extract(spans=((F(1), F(2)),)), F(2), F(-1)),
        (ops.Insert(track="V1", at=F(1), source=build().tracks[0].clips()[1][1].source, duration=F(2)), F(1), F(2)),
        (ops.Freeze(clip="first", at=F(6, 5), duration=F(2)), F(6, 5), F(2)),
    ],
    ids=lambda value: getattr(value, "op", ""),
)
def test_verbs_that_move_what_follows(operation: ops.Operation, from_: Fraction, by: Fraction) -> None:
    document, clip, _ = animated()
    after = do(document, operation.evolve(clip=clip) if operation.op == "freeze" else operation)
    for time in MOMENTS:
        if time >= from_:
            assert at(after, time + by) == at(document, time)
        elif time < min(from_, from_ + by):
            assert at(after, time) == at(document, time)


def test_a_trim_that_extends_brings_the_curve_back() -> None:
    document, clip, _ = animated()
    short = do(document, ops.Trim(clip=clip, edge="start", to=F(2)), ops.Trim(clip=clip, edge="end", to=F(5, 2)))
    assert effect_of(short, clip).curves["value"][0].time == -3
    again = do(short, ops.Trim(clip=clip, edge="start", to=F(0)), ops.Trim(clip=clip, edge="end", to=F(3)))
    assert again.clip(clip) == document.clip(clip)


def test_a_slide_moves_the_clip_with_its_curve_and_cuts_the_neighbours() -> None:
    document, clip, _ = animated()
    second = ids(document)[1]
    after = do(document, ops.Slide(clip=second, by=F(-1)))
    assert [at(after, time) for time in MOMENTS if time < 2] == [at(document, time) for time in MOMENTS if time < 2]
    assert after.clip(clip).duration == 2


def test_a_freeze_holds_the_values_as_constants() -> None:
    document, clip, _ = animated()
    hold = apply(document, ops.Freeze(clip=clip, at=F(1, 2), duration=F(1))).document
    held = hold.clip(ids(hold)[1]).effects[0]
    assert held.curves == {}
    assert held.parameters == {"value": value_at(KEYS, F(1, 2))}
    assert held.id == hold.clip(clip).effects[0].id  # ids are of a clip's own
    first = do(document, ops.Freeze(clip=clip, at=F(0), duration=F(1)))
    assert first.clip(clip).effects[0].curves["value"] == KEYS
    assert at(first, F(1, 2)) == at(document, F(0)) == at(first, F(1))


def test_a_freeze_in_the_middle_of_an_overshoot_stays_there() -> None:
    document, clip, effect = animated()
    keys = (Keyframe(time=F(0), value=0.0, easing=(0.1, 5.0, 0.9, 5.0)), Keyframe(time=F(2), value=1.0))
    document = do(document, ops.SetKeyframes(clip=clip, effect=effect, parameter="value", keyframes=keys))
    frozen = do(document, ops.Freeze(clip=clip, at=F(1), duration=F(1)))
    held = frozen.clip(ids(frozen)[1]).effects[0]
    assert [(key.time, key.value) for key in held.curves["value"]] == [(0, value_at(keys, F(1)))]
    assert value_at(keys, F(1)) > 1
    assert [at(frozen, F(1) + time / 3) for time in MOMENTS] == [at(document, F(1))] * 60


@pytest.mark.parametrize("speed", [F(2), F(1, 2), Ramp.of({0: 1, 1: 2})], ids=str)
def test_at_another_speed_the_keys_keep_their_places_in_the_clip(speed: Fraction | Ramp) -> None:
    document, clip, _ = animated()
    after = do(document, ops.Retime(clip=clip, speed=speed, duration=F(3, 2)))
    assert [key.time for key in effect_of(after, clip).curves["value"]] == [F(-1, 2), F(1, 2), F(5, 4), F(2)]
    assert [at(after, time / 2) for time in MOMENTS] == [at(document, time) for time in MOMENTS]


def test_a_table_that_changes_the_speed_does_as_retime_does() -> None:
    document, clip, _ = animated()
    row = {"id": clip, "speed": 2.0}
    others = [{"id": name} for name in (ids(document)[1],)]
    reading = read_rows(document, enumerate([row, *others]))
    assert reading.operation is not None
    after = do(document, reading.operation)
    assert [key.time for key in effect_of(after, clip).curves["value"]] == [F(-1, 2), F(1, 2), F(5, 4), F(2)]


def test_the_sound_of_a_picture_whose_row_has_another_speed_follows_with_its_keys() -> None:
    document = build()
    clip, sound = ids(document)[0], ids(document, "A1")[0]
    made = apply(document, ops.AddEffect(clip=sound, effect="gain"))
    keyed = ops.SetKeyframes(clip=sound, effect=made.created[-1], parameter="db", keyframes=KEYS)
    document = do(made.document, keyed)
    rest = [{"id": other.id} for track in document.tracks for _, other in track.clips() if other.id != clip]
    reading = read_rows(document, enumerate([{"id": clip, "speed": 2.0}, *rest]))
    assert reading.operation is not None
    after = do(document, reading.operation)
    assert after.clip(sound).duration == F(3, 2)
    assert [key.time for key in effect_of(after, sound).curves["db"]] == [F(-1, 2), F(1, 2), F(5, 4), F(2)]
    trimmed = read_rows(document, enumerate([{"id": clip, "duration": 2.0}, *rest]))
    assert trimmed.operation is not None
    assert effect_of(do(document, trimmed.operation), sound).curves["db"] == KEYS


def test_into_a_compound_and_out_of_a_part_of_it() -> None:
    document, clip, _ = animated()
    nested = do(document, ops.Nest(clips=(clip,), title="Scene"))
    shown = next(c.id for _, c in nested.tracks[0].clips() if c.source.kind == "compound")
    trimmed = do(nested, ops.Trim(clip=shown, edge="start", to=F(1)))
    back = do(trimmed, ops.Unnest(clip=shown))
    kept = [time for time in MOMENTS if time >= 1]
    assert [at(back, time) for time in kept] == [at(document, time) for time in kept]

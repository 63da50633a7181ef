"""Slip, slide, trim, ripple and roll as OpenTimelineIO tests them; `test_edit_algorithms` says where ours differ."""

from __future__ import annotations

import pytest
from editing import do, ids
from films import at, film, shown

from cutroom.edit.apply import apply
from cutroom.edit.operations import (
    AddTransition,
    Roll,
    Slide,
    Slip,
    Trim,
)
from cutroom.errors import EditError, HandlesError


@pytest.mark.parametrize(
    ("before", "verb", "short"),
    [
        ("0-24 0-24", Slip(clip="0", by=at(2)), 2),  # a frame of grace holds the last picture
        ("0-24 0-24", Slip(clip="0", by=at(-1)), 1),
        ("0-24 0-24", Trim(clip="0", edge="end", to=at(26), ripple=True), 2),
        ("·6 0-24", Trim(clip="0", edge="start", to=at(5), ripple=True), 1),
        ("·6 0-24", Trim(clip="0", edge="start", to=at(5)), 1),
        ("0-24 ·6", Trim(clip="0", edge="end", to=at(27)), 3),
        ("0-24 0-24", Roll(clip="0", edge="end", to=at(26)), 2),
        ("0-24 0-24", Roll(clip="0", edge="end", to=at(22)), 2),
        ("0-24 0-24 0-24", Slide(clip="1", by=at(3)), 3),
        ("0-24 0-24 0-24", Slide(clip="1", by=at(-3)), 3),
        ("0-24 0-24", AddTransition(left="0", right="1", duration=at(8)), 4),
    ],
)
def test_without_handles_nothing_grows(before: str, verb: Slip, short: int) -> None:
    document = film(before, media_frames=24)
    clips = ids(document)
    named = {name: clips[int(value)] for name in ("clip", "left", "right") if (value := getattr(verb, name, None))}
    with pytest.raises(HandlesError) as caught:
        apply(document, verb.evolve(**named))
    assert caught.value.value == at(short)


@pytest.mark.parametrize(
    ("by", "after"), [(5, "20-56"), (12, "27-63"), (-5, "10-46"), (-15, "0-36"), (20, "8 frames"), (-30, "15 frames")]
)
def test_slip(by: int, after: str) -> None:
    document = film("15-51", media_frames=63)
    slip = Slip(clip=ids(document)[0], by=at(by))
    if "frames" not in after:
        assert shown(do(document, slip)) == after
        return
    with pytest.raises(HandlesError) as caught:  # there: clamped to the media
        apply(document, slip)
    assert caught.value.value == at(int(after.split(maxsplit=1)[0]))


@pytest.mark.parametrize(
    ("by", "after"),
    [
        (0, "0-24 0-30 60-100"),
        (12, "0-36 0-30 72-100"),
        (-10, "0-14 0-30 50-100"),
        (39, "0-63 0-30 99-100"),
        (40, None),  # nothing of the right neighbour would be left
        (-24, None),  # nor of the left one; there: no change
    ],
)
def test_slide(by: int, after: str | None) -> None:
    document = film("0-24 0-30 60-100", media_frames=100)
    slide = Slide(clip=ids(document)[1], by=at(by))
    if after is None:
        with pytest.raises(EditError, match="nothing would be left"):
            apply(document, slide)
        return
    made = do(document, slide)
    assert shown(made) == after
    assert made.duration == document.duration


@pytest.mark.parametrize(
    ("before", "by", "after"),
    [
        ("0-24 ·10 0-30 ·10 60-100", 4, "0-24 ·14 0-30 ·6 60-100"),
        ("0-24 ·10 0-30 ·10 60-100", 10, "0-24 ·20 0-30 60-100"),
        ("0-24 ·10 0-30 ·10 60-100", -10, "0-24 0-30 ·20 60-100"),
        ("0-24 ·10 0-30", 7, "0-24 ·17 0-30"),  # nothing gives way behind the last
    ],
)
def test_slide_between_gaps(before: str, by: int, after: str) -> None:
    document = film(before)
    assert shown(do(document, Slide(clip=ids(document)[1], by=at(by)))) == after


@pytest.mark.parametrize(("by", "short"), [(11, 1), (-12, 2)])
def test_slide_beyond_a_gap(by: int, short: int) -> None:
    document = film("0-24 ·10 0-30 ·10 60-100")
    with pytest.raises(EditError, match="the gap beside it is") as caught:
        apply(document, Slide(clip=ids(document)[1], by=at(by)))
    assert caught.value.value == at(short)


def test_slide_does_not_clamp_to_the_media_of_the_neighbour() -> None:
    document = film("10-24 0-30 5-40")
    with pytest.raises(HandlesError, match=r"lacks 0.208 s"):  # five frames, of the right one; there it is pushed whole
        apply(document, Slide(clip=ids(document)[1], by=at(-10)))


@pytest.mark.parametrize(
    ("edge", "frame", "after"),
    [
        ("start", 25, "·25 10-55 0-10"),  # into a gap: it grows
        ("start", 15, "·15 0-55 0-10"),
        ("end", 65, "·20 5-50 ·5 0-10"),  # away from a neighbour: a gap opens
    ],
)
def test_trim(edge: str, frame: int, after: str) -> None:
    document = film("·20 5-55 0-10")
    made = do(document, Trim(clip=ids(document)[0], edge=edge, to=at(frame)))
    assert shown(made) == after
    assert made.duration == document.duration


@pytest.mark.parametrize(
    ("edge", "frame", "after"),
    [
        ("start", 20, "·20 5-55 ·5 0-10"),
        ("end", 70, "·20 5-55 ·5 0-10"),
        ("end", 75, "·20 5-60 0-10"),  # all of the gap
        ("start", 69, "·69 54-55 ·5 0-10"),  # a frame is left
        ("end", 21, "·20 5-6 ·54 0-10"),
        ("end", 20, None),
        ("start", 70, None),
        ("start", 14, None),  # a frame more than the media has
        ("end", 76, None),
    ],
)
def test_trim_to_its_limits(edge: str, frame: int, after: str | None) -> None:
    document = film("·20 5-55 ·5 0-10")
    trim = Trim(clip=ids(document)[0], edge=edge, to=at(frame))
    if after is not None:
        assert shown(do(document, trim)) == after
        return
    with pytest.raises(EditError):
        apply(document, trim)


def test_trim_does_not_run_into_the_neighbour() -> None:
    document = film("·20 5-55 0-10")
    with pytest.raises(EditError, match="is in the way"):  # there: no change
        apply(document, Trim(clip=ids(document)[0], edge="end", to=at(75)))


@pytest.mark.parametrize(
    ("edge", "frame", "after"),
    [
        ("start", 30, "·20 15-30 5-25"),
        ("start", 15, "·20 0-30 5-25"),
        ("end", 55, "·20 5-40 5-25"),
        ("end", 35, "·20 5-20 5-25"),
    ],
)
def test_ripple(edge: str, frame: int, after: str) -> None:
    document = film("·20 5-30 5-25")
    assert shown(do(document, Trim(clip=ids(document)[0], edge=edge, to=at(frame), ripple=True))) == after


@pytest.mark.parametrize(
    ("edge", "frame", "after"),
    [
        ("start", 30, "·30 15-35 5-25"),
        ("start", 15, "·15 0-35 5-25"),
        ("end", 60, "·20 5-45 15-25"),
        ("end", 45, "·20 5-30 0-25"),
    ],
)
def test_roll(edge: str, frame: int, after: str) -> None:
    document = film("·20 5-35 5-25")
    made = do(document, Roll(clip=ids(document)[0], edge=edge, to=at(frame)))
    assert shown(made) == after
    assert made.duration == document.duration


@pytest.mark.parametrize(
    ("before", "edge", "frame", "after"),
    [
        ("5-30 ·10 5-25", "end", 30, "5-35 ·5 5-25"),
        ("5-30 ·10 5-25", "end", 35, "5-40 5-25"),  # the gap is used up
        ("5-30 ·10 5-25", "end", 36, None),
        ("5-30 5-25", "end", 44, "5-49 24-25"),  # a frame of the neighbour is left
        ("5-30 5-25", "end", 45, None),
        ("5-30 5-25", "end", 0, None),
        ("5-30 5-25", "start", 3, None),  # there is no cut
        ("5-30", "end", 30, "5-35"),  # nothing follows
    ],
)
def test_roll_to_its_limits(before: str, edge: str, frame: int, after: str | None) -> None:
    document = film(before)
    roll = Roll(clip=ids(document)[0], edge=edge, to=at(frame))
    if after is not None:
        assert shown(do(document, roll)) == after
        return
    with pytest.raises(EditError):
        apply(document, roll)


def test_roll_does_not_clamp_to_the_media() -> None:
    document = film("·20 5-35 5-25")
    with pytest.raises(HandlesError, match=r"lacks 0.208 s"):  # five frames; there the roll stops at the media's start
        apply(document, Roll(clip=ids(document)[0], edge="start", to=at(10)))

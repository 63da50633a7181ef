"""A clip cut anywhere plays the same media at the same moment."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speeds import speeds

from cutroom.schema.clip import Clip, CompoundSource, Gap, MediaSource, TitleSource
from cutroom.schema.speed import Ramp

F = Fraction
SOURCE = MediaSource(media="m")


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    source = draw(st.sampled_from([SOURCE, CompoundSource(compound="n", angle="t")]))
    start, duration = draw(st.integers(0, 300)), draw(st.integers(2, 300))
    return Clip(
        id="c",
        source=source,
        start=F(start, 30),
        duration=F(duration, 30),
        speed=draw(speeds),
        reverse=draw(st.booleans()),
    )


fractions = st.integers(1, 99).map(lambda part: F(part, 100))


@given(clip=clips())
def test_a_clip_plays_from_its_in_point_to_its_out_point_or_back(clip: Clip) -> None:
    ends = clip.media_at(F(0)), clip.media_at(clip.duration)
    assert ends == ((clip.end, clip.start) if clip.reverse else (clip.start, clip.end))


@given(clip=clips(), cut=fractions, at=fractions)
def test_a_clip_cut_in_two_plays_the_same_media_at_the_same_moment(clip: Clip, cut: Fraction, at: Fraction) -> None:
    cut, at = cut * clip.duration, at * clip.duration
    left, right = clip.part(F(0), clip.duration - cut), clip.part(cut, F(0))
    assert left.duration == cut
    assert left.duration + right.duration == clip.duration
    assert left.media_at(at) == clip.media_at(at) == right.media_at(at - cut)  # in the handles, too
    first, second = (right, left) if clip.reverse else (left, right)
    assert (first.start, first.end, second.start, second.end) == (clip.start, second.start, second.start, clip.end)


@given(clip=clips(), one=fractions, two=fractions, at=fractions)
def test_cuts_of_cuts_are_the_cut_of_both(clip: Clip, one: Fraction, two: Fraction, at: Fraction) -> None:
    head, tail = one * clip.duration / 2, two * clip.duration / 2
    middle = clip.part(head, tail)
    assert middle == clip.part(head, F(0)).part(F(0), tail) == clip.part(F(0), tail).part(head, F(0))
    assert middle.media_at(at) == clip.media_at(at + head)
    assert middle.part(-head, -tail) == clip  # what was cut away comes back


@pytest.mark.parametrize(
    ("speed", "reverse", "left", "right"),
    [
        (F(1), False, (10, 11), (11, 14)),
        (F(1), True, (13, 14), (10, 13)),
        (F(2), False, (10, 12), (12, 18)),
        (F(2), True, (16, 18), (10, 16)),
        (F(0), False, (10, 10), (10, 10)),
        (F(0), True, (10, 10), (10, 10)),
        (Ramp.of({0: 0, 4: 4}), False, (10, F(21, 2)), (F(21, 2), 18)),
        (Ramp.of({0: 0, 4: 4}), True, (F(35, 2), 18), (10, F(35, 2))),
    ],
)
def test_which_media_the_parts_play(
    speed: Fraction | Ramp, reverse: bool, left: tuple[Fraction, Fraction], right: tuple[Fraction, Fraction]
) -> None:
    clip = Clip(id="c", source=SOURCE, start=F(10), duration=F(4), speed=speed, reverse=reverse)
    parts = clip.part(F(0), F(3)), clip.part(F(1), F(0))
    assert [(part.start, part.end) for part in parts] == [left, right]


def test_a_title_has_no_in_point_to_move() -> None:
    title = Clip(id="c", source=TitleSource(text="Hello"), duration=F(4))
    assert title.part(F(1), F(-2)) == title.replace(duration=F(5))


def test_a_part_of_nothing_less_is_the_clip_itself() -> None:
    clip, gap = Clip(id="c", source=SOURCE, duration=F(4)), Gap(duration=F(4))
    assert clip.part(F(0), F(0)) is clip
    assert gap.part(F(0), F(0)) is gap
    assert gap.part(F(1), F(-3)) == Gap(duration=F(6))

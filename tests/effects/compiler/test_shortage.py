"""Media that end before their clips do: clear and silent there, and no frame too early."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from tests.effects.conftest import Studio

from cutroom.effects.compiler.document import compile_picture, cut_points
from cutroom.effects.lack import Lack
from cutroom.schema.clip import Gap
from cutroom.schema.media import Media
from cutroom.schema.speed import Ramp

GREY, BLUE = 120, 60


def ends(media: Media, at: Fraction) -> list[Lack]:
    return [Lack(media.fingerprint.sha256, "end", at, at)]


def luma(studio: Studio, document, first: int, count: int) -> list[float]:  # type: ignore[no-untyped-def]
    """Mean of each frame, rendered one by one and in stretches without cuts: both must agree."""
    alone = [studio.frames(document, first + i)[0][0].mean() for i in range(count)]
    points = [p for p in cut_points(document) if first < p < first + count]
    edges = [first, *points, first + count]
    together = [planes[0].mean() for a, b in pairwise(edges) for planes in studio.frames(document, a, b - a)]
    assert alone == together
    return alone


def test_behind_the_end_is_black_and_not_the_last_frame(studio: Studio) -> None:
    film = studio.film(studio.flat(GREY), 10)
    document = studio.document(studio.track(studio.clip(film, Fraction(20, 30))))
    shown = luma(studio, document, 0, 20)
    assert shown[:11] == [GREY] * 11  # one frame of grace
    assert shown[11:] == [16] * 9


def test_below_a_clip_that_ended_lies_the_next_track(studio: Studio) -> None:
    film, other = studio.film(studio.flat(GREY), 10), studio.film(studio.flat(BLUE), 30)
    top, below = (studio.track(studio.clip(one, Fraction(20, 30))) for one in (film, other))
    assert luma(studio, studio.document(below, top), 0, 20) == [GREY] * 11 + [BLUE] * 9


def test_a_rate_that_divides_badly_never_ends_in_black(studio: Studio) -> None:
    rate = Fraction(30000, 1001)
    film = studio.film(studio.flat(GREY), 100, rate=rate)
    frames = -(-100 * 30 * 1001 // 30000)
    document = studio.document(studio.track(studio.clip(film, Fraction(frames, 30))))
    assert luma(studio, document, frames - 4, 4) == [GREY] * 4


def test_backwards_it_begins_black(studio: Studio) -> None:
    film = studio.film(studio.flat(GREY), 10)
    clip = studio.clip(film, Fraction(20, 30)).replace(reverse=True)
    assert luma(studio, studio.document(studio.track(clip)), 0, 20) == [16] * 9 + [GREY] * 11


@pytest.mark.parametrize("speed", [Fraction(2), Fraction(1, 2), Ramp.of({0: 1, 1: 3})])
def test_at_another_speed(studio: Studio, speed: Fraction | Ramp) -> None:
    film = studio.film(studio.flat(GREY), 10)
    clip = studio.clip(film, 1).replace(speed=speed)
    shown = luma(studio, studio.document(studio.track(clip)), 0, 30)
    count = shown.count(GREY)
    assert shown == [GREY] * count + [16] * (30 - count)
    last = clip.media_at(Fraction(count - 1, 30))
    assert Fraction(9, 30) <= last < Fraction(10, 30) + Fraction(3, 30)


def test_a_transition_with_nothing_on_either_side_is_clear(studio: Studio) -> None:
    film = studio.film(studio.flat(GREY), 30)
    media = studio.media[film]
    assert media.video is not None
    long = media.replace(id="m_long", duration=Fraction(3))
    studio.media["m_long"] = long
    left = studio.clip("m_long", Fraction(60, 30))
    right = studio.clip("m_long", Fraction(10, 30), start=2)
    track = studio.track(left, right, transitions=[studio.dissolve(left, right, Fraction(6, 30))])
    assert luma(studio, studio.document(track), 25, 45) == [GREY] * 6 + [16] * 39


def test_a_file_that_has_less_than_it_says(studio: Studio) -> None:
    film = studio.film(studio.flat(GREY), 10)
    media = studio.media[film]
    assert media.video is not None
    video = media.video.replace(duration=Fraction(2), frames=60)
    media = studio.media[film] = media.replace(video=video, duration=Fraction(2))
    document = studio.document(studio.track(studio.clip(film, 1)))
    assert cut_points(document) == [0, 30]
    assert luma(studio, document, 0, 30) == [GREY] * 11 + [16] * 19
    with studio.readers() as readers:
        from cutroom.effects.run import PictureRunner

        with PictureRunner(compile_picture(document, 0, 30), readers) as runner:
            for i in range(30):
                runner.frame(i)
                assert readers.lacks() == (ends(media, Fraction(1, 3)) if i > 10 else [])


def test_gaps_are_black_and_silent(studio: Studio) -> None:
    film = studio.film(studio.flat(GREY), 10)
    tone = studio.sound(np.full((1, 48_000), 0.5))
    gap = Gap(duration=Fraction(10, 30))
    pictures = studio.track(studio.clip(film, Fraction(10, 30)), gap, studio.clip(film, Fraction(10, 30)))
    sounds = studio.track(studio.clip(tone, Fraction(1, 3)), gap, studio.clip(tone, Fraction(1, 3)), kind="audio")
    document = studio.document(pictures, sounds)
    assert luma(studio, document, 0, 30) == [GREY] * 10 + [16] * 10 + [GREY] * 10
    heard = np.abs(studio.samples(document, 0, 48_000)).max(axis=0)
    assert heard[:16_000].min() > 0.4
    assert heard[16_000:32_000].max() == 0
    assert heard[32_000:].min() > 0.4


def test_sound_that_ends_early_is_silent(studio: Studio) -> None:
    tone = studio.sound(np.full((1, 24_000), 0.5))
    document = studio.document(studio.track(studio.clip(tone, 1), kind="audio"))
    heard = np.abs(studio.samples(document, 0, 48_000)).max(axis=0)
    assert heard[:24_000].min() > 0.4
    assert heard[24_000:].max() == 0


def test_a_sound_file_that_has_less_than_it_says_is_told_of(studio: Studio) -> None:
    tone = studio.sound(np.full((1, 24_000), 0.5))
    media = studio.media[tone]
    assert media.audio is not None
    media = studio.media[tone] = media.replace(audio=media.audio.replace(duration=Fraction(2)), duration=Fraction(2))
    document = studio.document(studio.track(studio.clip(tone, 2), kind="audio"))
    with studio.readers() as readers:
        from cutroom.effects.compiler.document import compile_sound
        from cutroom.effects.run import mix

        mix(compile_sound(document, 0, 20_000), readers)
        assert readers.lacks() == []
        mix(compile_sound(document, 0, 96_000), readers)
        assert readers.lacks() == ends(media, Fraction(1, 2))


@pytest.mark.parametrize("speeds", [{0: 1, 2: 5}, {0: 5, 2: 1}, {0: 2, 1: 6}])
def test_a_ramp_ends_at_one_frame_wherever_its_stretch_begins(studio: Studio, speeds: dict[int, int]) -> None:
    film = studio.film(lambda i: studio.flat(40 + i), 60)
    clip = studio.clip(film, 2).replace(speed=Ramp.of(speeds))
    document = studio.document(studio.track(clip))
    end = cut_points(document)[1]
    shown = luma(studio, document, 0, end + 1)
    assert shown[end - 1] == 99
    assert shown[end] == 16
    for first in range(0, end, 5):
        assert studio.frames(document, first, end - first)[-1][0].mean() == 99


def test_what_was_clear_a_moment_ago_hides_nothing(studio: Studio) -> None:
    """Motion blur looks back to where a reversed clip had no picture yet: what is below is seen through that."""
    film, other = studio.film(studio.flat(GREY), 10), studio.film(studio.flat(BLUE), 30)
    blur = studio.effect("motion_blur", shutter=4.0)
    clip = studio.clip(film, Fraction(20, 30), effects=[blur]).replace(reverse=True)
    below = studio.track(studio.clip(other, Fraction(20, 30)))
    shown = [studio.frames(studio.document(below, studio.track(clip)), i)[0][0].mean() for i in range(20)]
    assert shown[:8] == [BLUE] * 8
    assert all(a <= b for a, b in pairwise(shown)), shown

"""Clips at other speeds: which frame is shown, which sound is heard."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from cutroom.edit.apply import apply
from cutroom.edit.operations import Freeze
from cutroom.effects.compiler.document import compile_picture, cut_points
from cutroom.effects.run import PictureRunner
from cutroom.schema.clip import Clip
from cutroom.schema.speed import Ramp

F = Fraction
RATE = 48_000


def numbered(studio):
    """A film whose frame `i` is as bright as `20 + 3 i`."""
    return studio.film(lambda i: studio.flat(20 + 3 * i), 60)


def shown(studio, clip: Clip) -> list[int]:
    """The number of the film's frame in each frame of a clip."""
    document = studio.document(studio.track(clip))
    points = cut_points(document)
    numbers = []
    for first, end in pairwise(points):
        for planes in studio.frames(document, first, end - first):
            numbers.append(round((planes[0].mean() - 20) / 3))
    return numbers


def test_a_reversed_clip_shows_the_same_frames_backwards(studio):
    clip = studio.clip(numbered(studio), F(20, 30), F(10, 30))
    assert shown(studio, clip) == [*range(10, 30)]
    assert shown(studio, clip.evolve(reverse=True)) == [*range(29, 9, -1)]


def test_constant_speeds_show_the_frame_of_each_moment(studio):
    clip = studio.clip(numbered(studio), F(10, 30), F(4, 30))
    assert shown(studio, clip.evolve(speed=F(2))) == [*range(4, 24, 2)]
    assert shown(studio, clip.evolve(speed=F(1, 2))) == [4, 4, 5, 5, 6, 6, 7, 7, 8, 8]
    assert shown(studio, clip.evolve(speed=F(1, 2), reverse=True)) == [8, 8, 7, 7, 6, 6, 5, 5, 4, 4]
    assert shown(studio, clip.evolve(speed=F(2), reverse=True)) == [*range(22, 2, -2)]
    assert shown(studio, clip.evolve(speed=F(0))) == [4] * 10


def test_a_ramp_follows_its_parabola(studio):
    clip = studio.clip(numbered(studio), F(1), F(0)).evolve(speed=Ramp.of({0: 0, F(1, 2): 2, F(1): 1}))
    expected = [int(clip.media_at(F(i, 30)) * 30) for i in range(30)]
    assert shown(studio, clip) == expected
    assert expected[0] == 0
    assert expected[15] == 15  # half a second at 1 on average
    assert expected[-1] == 36


@pytest.mark.parametrize("speed", [F(1), F(3, 2), F(1, 4), Ramp.of({0: F(1, 2), F(2, 3): 2})])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_cut_clip_shows_what_the_whole_one_does(studio, speed, backwards):
    clip = studio.clip(numbered(studio), F(24, 30), F(5, 30)).evolve(speed=speed, reverse=backwards)
    left, right = clip.part(F(0), F(15, 30)), clip.part(F(9, 30), F(0)).evolve(id="c_right")
    assert shown(studio, left) + shown(studio, right) == shown(studio, clip)


def test_frames_of_a_reversed_clip_can_be_asked_for_in_any_order(studio):
    clip = studio.clip(numbered(studio), F(20, 30), F(10, 30)).evolve(reverse=True)
    document = studio.document(studio.track(clip))
    segment = compile_picture(document, 0, 20)
    with studio.readers() as readers, PictureRunner(segment, readers) as runner:
        for i in (7, 3, 19, 0, 11):
            assert round((float(np.frombuffer(runner.frame(i).planes[0], np.uint8)[0]) - 20) / 3) == 29 - i


def test_dissolves_between_retimed_clips_use_their_handles(studio):
    film = numbered(studio)
    left = studio.clip(film, F(10, 30), F(0)).evolve(speed=F(2))
    right = studio.clip(film, F(10, 30), F(20, 30)).evolve(reverse=True)
    join = studio.dissolve(left, right, F(4, 30))
    document = studio.document(studio.track(left, right, transitions=[join]))
    assert cut_points(document) == [0, 8, 12, 20]
    begun = studio.frames(document, 8, 4)
    # at the cut itself half of the left clip's frame 20 (its handle), half of the right one's 29
    assert begun[2][0].mean() == pytest.approx(20 + 3 * (20 + 29) / 2, abs=1)


@pytest.mark.parametrize("speed", [F(1), F(2), F(1, 2), Ramp.of({0: F(1, 2), F(1, 3): 2})])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_freeze_holds_the_picture_that_was_shown_there(studio, speed, backwards):
    clip = studio.clip(numbered(studio), F(12, 30), F(10, 30)).evolve(speed=speed, reverse=backwards)
    before = shown(studio, clip)
    document = studio.document(studio.track(clip))
    frozen = apply(document, Freeze(clip=clip.id, at=F(5, 30), duration=F(4, 30))).document
    points = cut_points(frozen)
    stretches = (studio.frames(frozen, first, end - first) for first, end in pairwise(points))
    numbers = [round((planes[0].mean() - 20) / 3) for stretch in stretches for planes in stretch]
    assert numbers == [*before[:5], *[before[5]] * 4, *before[5:]]


def tone(hertz: float, seconds: float) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)[None, :]


def heard(studio, clip: Clip, first: int = 0, count: int | None = None) -> np.ndarray:
    document = studio.document(studio.track(clip, kind="audio"), channels=1)
    return studio.samples(document, first, int(clip.duration * RATE) if count is None else count)


def test_sound_plays_faster_and_higher(studio):
    clip = studio.clip(studio.sound(tone(500, 2)), F(1, 2), F(1, 4)).evolve(speed=F(3, 2))
    samples = heard(studio, clip)[0]
    at = np.arange(len(samples)) / RATE
    expected = 0.5 * np.sin(2 * np.pi * 500 * (0.25 + 1.5 * at))
    assert np.abs(samples - expected)[200:-200].max() < 2e-4


def test_reversed_sound_mirrors_the_samples(studio):
    rng = np.random.default_rng(1)
    noise = rng.uniform(-0.5, 0.5, (1, RATE))
    clip = studio.clip(studio.sound(noise), F(1, 2), F(1, 4))
    forwards = heard(studio, clip)
    backwards = heard(studio, clip.evolve(reverse=True))
    soft = np.abs(forwards[0, ::-1] - backwards[0])
    low = tone(2000, 1)
    clip = studio.clip(studio.sound(low), F(1, 2), F(1, 4))
    mirrored = heard(studio, clip.evolve(reverse=True))[0]
    assert np.abs(mirrored[1:] - heard(studio, clip)[0, :0:-1])[100:-100].max() < 2e-4
    assert soft.mean() > 0.05  # white noise lies beyond the band that interpolation keeps


def test_a_faster_tone_beyond_the_band_is_silent_instead_of_folded(studio):
    clip = studio.clip(studio.sound(tone(15_000, 2)), F(1, 2), F(0)).evolve(speed=F(2))
    samples = heard(studio, clip)[0]
    assert np.abs(samples[500:-500]).max() < 1e-3


@pytest.mark.parametrize("speed", [F(3, 2), F(1, 3), Ramp.of({0: F(1, 2), F(1, 3): 2})])
@pytest.mark.parametrize("backwards", [False, True])
def test_retimed_sound_is_the_same_in_any_stretch_and_after_a_cut(studio, speed, backwards):
    rng = np.random.default_rng(2)
    sound = studio.sound(rng.uniform(-0.5, 0.5, (1, 3 * RATE)))
    clip = studio.clip(sound, F(1), F(1, 2)).evolve(speed=speed, reverse=backwards)
    whole = heard(studio, clip)
    assert np.abs(heard(studio, clip, 10_007, 9_001) - whole[:, 10_007:19_008]).max() < 2e-6
    left, right = clip.part(F(0), F(5, 8)), clip.part(F(3, 8), F(0)).evolve(id="c_right")
    document = studio.document(studio.track(left, right, kind="audio"), channels=1)
    joined = studio.samples(document, 0, RATE)
    assert np.abs(joined - whole).max() < 1e-5

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from cutroom.edit.apply import apply
from cutroom.edit.operations import AddTransition
from cutroom.effects.compiler.document import compile_picture, compile_sound, cut_points
from cutroom.errors import EditError, HandlesError
from cutroom.schema.clip import Clip, Gap, MediaSource
from cutroom.schema.document import Document, Timeline
from cutroom.schema.media import AudioStream, Fingerprint, Media, VideoStream
from cutroom.schema.track import Track


def _pair(studio, duration, *, start=Fraction(10, 30), length=Fraction(20, 30)):
    """Two clips with handles and a dissolve between them; the cut is at frame 20."""
    a, b = studio.film(studio.noise, 60), studio.film(lambda i: studio.noise(100 + i), 60)
    left, right = studio.clip(a, length, start), studio.clip(b, length, start)
    track = studio.track(left, right, transitions=[studio.dissolve(left, right, duration)])
    return studio.document(track), a, b


def test_half_way_is_the_mean_and_lies_at_the_cut(studio):
    document, _, _ = _pair(studio, Fraction(8, 30))
    planes = studio.frames(document, 20)[0]
    for plane, left, right in zip(planes, studio.noise(30), studio.noise(110), strict=True):
        assert np.abs(plane - (left.astype(float) + right) / 2).max() <= 1


@pytest.mark.parametrize("frames", [8, 7])
def test_a_dissolve_uses_the_handles_frame_by_frame(studio, frames):
    document, _, _ = _pair(studio, Fraction(frames, 30))
    before = frames // 2
    assert cut_points(document) == [0, 20 - before, 20 - before + frames, 40]
    shown = studio.frames(document, 20 - before, frames)
    for k, planes in enumerate(shown):
        number = 20 - before + k
        p = 0.5 + (number - 20) / frames
        left, right = studio.noise(10 + number), studio.noise(100 + 10 + number - 20)
        for plane, a, b in zip(planes, left, right, strict=True):
            assert np.abs(plane - ((1 - p) * a + p * b)).max() <= 1
    assert np.array_equal(studio.frames(document, 20 - before - 1)[0][0], studio.noise(10 + 19 - before)[0])
    assert np.array_equal(studio.frames(document, 20 - before + frames)[0][0], studio.noise(110 - before + frames)[0])


def test_a_dissolve_is_the_same_wherever_rendering_starts(studio):
    document, _, _ = _pair(studio, Fraction(8, 30))
    whole = studio.frames(document, 16, 8)
    for start in range(1, 8):
        part = studio.frames(document, 16 + start, 1)[0]
        assert all(np.array_equal(a, b) for a, b in zip(part, whole[start], strict=True))


def test_a_fade_from_black_and_to_black_lies_inside_its_clip(studio):
    film = studio.film(studio.flat(216, 90, 160), 30)
    clip = studio.clip(film, 1)
    fades = [studio.dissolve(None, clip, Fraction(10, 30)), studio.dissolve(clip, None, Fraction(10, 30))]
    document = studio.document(studio.track(clip, transitions=fades))
    assert cut_points(document) == [0, 10, 20, 30]
    rising = [planes[0][0, 0] for planes in studio.frames(document, 0, 10)]
    falling = [planes[0][0, 0] for planes in studio.frames(document, 20, 10)]
    assert rising == [16 + 20 * k for k in range(10)]
    assert falling == [216 - 20 * k for k in range(10)]


def test_a_fade_on_an_upper_track_shows_what_is_below(studio):
    below = studio.clip(studio.film(studio.flat(40)), 1)
    above = studio.clip(studio.film(studio.flat(240)), 1)
    fade = studio.dissolve(None, above, Fraction(10, 30))
    document = studio.document(studio.track(below), studio.track(above, transitions=[fade]))
    assert [planes[0][0, 0] for planes in studio.frames(document, 0, 10)] == [40 + 20 * k for k in range(10)]


def test_a_dissolve_of_small_layers_leaves_what_is_below(studio):
    small = [studio.effect("transform", scale=0.5)]
    left = studio.clip(studio.film(studio.flat(200)), 1, effects=small)
    right = studio.clip(studio.film(studio.flat(100)), 1, Fraction(10, 30), effects=small)
    left = left.replace(duration=Fraction(20, 30))
    right = right.replace(duration=Fraction(20, 30))
    track = studio.track(left, right, transitions=[studio.dissolve(left, right, Fraction(10, 30))])
    below = studio.clip(studio.film(studio.flat(60), 60), Fraction(40, 30))
    y = studio.frames(studio.document(studio.track(below), track), 20)[0][0]
    assert (y[:40] == 60).all()
    assert y[90, 160] == 150


@pytest.mark.parametrize(
    ("start", "length", "side", "missing"),
    [
        (Fraction(2, 30), Fraction(20, 30), "in point of the right", Fraction(2, 30)),
        (Fraction(38, 30), Fraction(20, 30), "out point of the left", Fraction(2, 30)),
    ],
)
def test_missing_handles_say_how_much_on_which_side(studio, start, length, side, missing):
    document, _, _ = _pair(studio, Fraction(8, 30), start=start, length=length)
    with pytest.raises(HandlesError, match=side) as caught:
        compile_picture(document, 20, 1)
    assert caught.value.value == missing
    compile_picture(document, 0, 10)  # the rest of the timeline is none the worse


def test_transitions_that_meet_in_one_clip_are_an_error(studio):
    film = studio.film(studio.flat(50), 60)
    a, b, c = (studio.clip(film, Fraction(10, 30), Fraction(20, 30)) for _ in range(3))
    joins = [studio.dissolve(a, b, Fraction(12, 30)), studio.dissolve(b, c, Fraction(12, 30))]
    with pytest.raises(HandlesError, match="meet inside clip"):
        compile_picture(studio.document(studio.track(a, b, c, transitions=joins)), 0, 1)


def test_sound_crosses_over_at_equal_power(studio):
    rng = np.random.default_rng(3)
    noise = [rng.uniform(-0.4, 0.4, (1, 96_000)).round(4) for _ in range(2)]
    left, right = (studio.clip(studio.sound(samples), 1, Fraction(1, 2)) for samples in noise)
    join = studio.dissolve(left, right, Fraction(1, 2))
    document = studio.document(studio.track(left, right, kind="audio", transitions=[join]), channels=1)
    got = studio.samples(document, 0, 96_000)[0]
    at = np.arange(96_000)
    begin = 48_000 - 7 * 1600  # of 15 frames, 7 lie before the cut
    way = np.clip((at - begin + 0.5) / 24_000, 0, 1)
    stored = [np.rint(samples[0] * 32767) / 32768 for samples in noise]
    first = np.where(at < begin + 24_000, stored[0][np.minimum(at + 24_000, 95_999)], 0)
    second = np.where(at >= begin, stored[1][np.clip(at - 48_000 + 24_000, 0, 95_999)], 0)
    assert np.abs(got - (first * np.cos(way * np.pi / 2) + second * np.sin(way * np.pi / 2))).max() < 2e-4
    level = [np.sqrt((got[i : i + 6000] ** 2).mean()) for i in range(0, 96_000, 6000)]
    assert max(level) / min(level) < 1.06


def test_sound_fades_from_and_to_silence(studio):
    clip = studio.clip(studio.sound(np.full((1, 48_000), 0.5)), 1)
    fades = [studio.dissolve(None, clip, Fraction(1, 4)), studio.dissolve(clip, None, Fraction(1, 4))]
    document = studio.document(studio.track(clip, kind="audio", transitions=fades), channels=1)
    got = studio.samples(document, 0, 48_000)[0]
    assert abs(got[0]) < 0.001
    assert got[6000] == pytest.approx(0.5 * np.sin(np.pi / 4), abs=0.001)
    assert got[24_000] == pytest.approx(0.5, abs=0.001)
    assert got[42_000] == pytest.approx(0.5 * np.sin(np.pi / 4), abs=0.001)
    assert abs(got[-1]) < 0.001


@settings(deadline=None)
@given(st.integers(1, 40), st.sampled_from([30, 60, 48_000]), st.sampled_from(["both", "left", "right"]))
def test_what_the_editor_accepts_compiles(number, unit, sides):
    stream = VideoStream(
        index=0, codec="h264", width=320, height=180, rate=30, duration=Fraction(2), frames=60, pixel_format="yuv420p"
    )
    sound = AudioStream(index=1, codec="aac", sample_rate=48_000, channels=2, layout="stereo", duration=Fraction(2))
    media = Media(
        id="m",
        path="a.mp4",
        fingerprint=Fingerprint(sha256="0" * 64, size=1),
        format="mp4",
        duration=Fraction(2),
        video=stream,
        audio=sound,
    )
    tracks = []
    for kind in ("video", "audio"):
        clips = tuple(
            Clip(id=f"{kind}_{i}", source=MediaSource(media="m"), start=Fraction(17, 30), duration=Fraction(26, 30))
            for i in range(2)
        )
        tracks.append(Track(id=kind, kind=kind, title=kind, items=clips))
    document = Document(id="d", media=(media,), timeline=Timeline(tracks=tuple(tracks)))
    duration = Fraction(number, unit) if unit != 48_000 else Fraction(number * 1234, unit)
    for kind in ("video", "audio"):
        left, right = {"both": (0, 1), "left": (1, None), "right": (None, 0)}[sides]
        operation = AddTransition(
            left=None if left is None else f"{kind}_{left}",
            right=None if right is None else f"{kind}_{right}",
            duration=duration,
        )
        try:
            document = apply(document, operation).document
        except EditError:
            return
    points = cut_points(document)
    for first, end in pairwise(points):
        compile_picture(document, first, end - first)
    compile_sound(document, 0, 83_200)


def test_missing_sound_handles_are_an_error(studio):
    sound = studio.sound(np.zeros((1, 48_000)))
    left, right = studio.clip(sound, Fraction(1, 2)), studio.clip(sound, Fraction(1, 2))
    join = studio.dissolve(left, right, Fraction(1, 5))
    document = studio.document(studio.track(left, right, kind="audio", transitions=[join]))
    with pytest.raises(HandlesError, match="in point of the right"):
        compile_sound(document, 24_000, 100)
    assert compile_sound(document, 0, 100).clips


def test_a_transition_next_to_a_gap(studio):
    clip = studio.clip(studio.film(studio.flat(216), 30), Fraction(10, 30))
    document = studio.document(
        studio.track(Gap(duration=Fraction(5, 30)), clip, transitions=[studio.dissolve(None, clip, Fraction(4, 30))])
    )
    assert cut_points(document) == [0, 5, 9, 15]
    assert [planes[0][0, 0] for planes in studio.frames(document, 5, 4)] == [16, 66, 116, 166]

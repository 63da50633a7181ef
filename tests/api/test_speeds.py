"""Speed, direction and held pictures, by the numbers that the film's frames carry."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import cutroom as cr
from cutroom.demo.film import read_frame_number
from cutroom.edit.operations import SetSettings
from cutroom.errors import EditError, HandlesError, ValidationError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    made.timeline.append(film.path, source=(1, 3))
    made.timeline.append(film.path, source=(4, 5))
    return made


def numbers(timeline: cr.Timeline, *frames: int) -> list[int | None]:
    return [read_frame_number(timeline.frame(cr.frames(frame)).array) for frame in frames]


def test_twice_as_fast_shows_every_second_frame(project: cr.Project) -> None:
    tl = project.timeline
    clip = tl.clips[0].retime(2)
    assert (clip.duration, clip.source, clip.speed) == (1, (1, 3), 2)
    assert clip.linked[0].duration == 1
    assert numbers(tl, 0, 1, 10, 29, 30) == [30, 32, 50, 88, 120]
    assert tl.duration == 2
    project.undo()
    assert numbers(tl, 1) == [31]


def test_without_ripple_nothing_else_moves(project: cr.Project) -> None:
    tl = project.timeline
    first, second = tl.track("V1").clips
    first.retime(4, ripple=False)
    assert (first.end, second.start) == (F(1, 2), 2)
    assert numbers(tl, 14, 15, 60) == [86, None, 120]
    with pytest.raises(EditError, match="way"):
        first.retime(0.5, ripple=False)
    assert first.duration == F(1, 2)


def test_the_duration_is_whole_frames_for_which_there_is_media(project: cr.Project, film) -> None:
    tl = project.timeline
    clip = tl.clips[0].retime(0.7)
    assert clip.duration == F(round(2 / 0.7 * 30), 30)
    last = tl.append(film.path, source=(5, None))
    last.retime(7)  # 30 frames last 4.29 of them
    assert last.duration == F(4, 30)
    assert last.source[1] <= 6
    last.retime(9)
    assert last.source[1] <= 6


def test_a_ramp_slows_down_in_the_middle(project: cr.Project) -> None:
    tl = project.timeline
    clip = tl.clips[0].retime({0: 1, 1: 0.25, 2: 1})
    assert clip.speed == {0: 1, 1: F(1, 4), 2: 1}
    assert abs(clip.source[1] - 3) <= F(1, 60)  # it still shows all of the two seconds
    assert clip.duration == F(83, 30)  # (1 + 1/4) / 2 * 2 seconds of media in the first two, the rest at its own speed
    shown = numbers(tl, 0, 15, 30, 45, 60, 82)
    assert shown == [30, 42, 48, 55, 67, 89]
    again = clip.retime(clip.speed)  # what it is can be given back
    assert again.duration == F(83, 30)
    assert abs(clip.retime(1).duration - 2) <= F(1, 30)


def test_a_ramp_that_never_arrives(project: cr.Project) -> None:
    with pytest.raises(EditError, match="never reach"):
        project.timeline.clips[0].retime({0: 1, 1: 0})
    assert project.timeline.clips[0].speed == 1


def test_reverse_plays_the_same_frames_backwards(project: cr.Project) -> None:
    tl = project.timeline
    clip = tl.clips[0].reverse()
    assert clip.reversed
    assert clip.linked[0].reversed
    assert numbers(tl, 0, 1, 59, 60) == [89, 88, 30, 120]
    assert not clip.reverse().reversed
    assert numbers(tl, 0, 59) == [30, 89]


def test_freeze_holds_one_picture(project: cr.Project) -> None:
    tl = project.timeline
    clip = tl.clips[0]
    hold = clip.freeze(at=0.5, duration=1)
    assert (hold.start, hold.end, hold.speed) == (F(1, 2), F(3, 2), 0)
    assert numbers(tl, 14, 15, 30, 44, 45, 46, 90) == [44, 45, 45, 45, 45, 46, 120]
    assert [c.start for c in tl.track("A1").clips] == [0, F(3, 2), 3]
    with pytest.raises(EditError, match="holds one picture"):
        hold.retime(2)


def test_placed_at_a_speed_and_backwards(project: cr.Project, film) -> None:
    tl = project.timeline
    fast = tl.append(film.path, source=(0, 2), speed=2, reverse=True)
    assert fast.duration == 1
    assert numbers(tl, 90, 91, 119) == [58, 56, 0]  # of each two frames the earlier one
    tl.insert(film.path, at=0, source=(2, 3), speed=0.5)
    assert numbers(tl, 0, 1, 2, 58, 60) == [60, 60, 61, 89, 30]
    tl.overwrite(film.path, at=0, source=(0, 1), speed={0: 0.5, 1: 1.5})
    assert abs(tl.clips[0].source[1] - 1) <= F(1, 20)


def test_the_keys_of_a_ramp_count_frames_of_the_first_film(film) -> None:
    project = cr.Project.create()  # at the film's 30 frames, once it is there
    project.session.apply(SetSettings(settings=project.settings.replace(fps=25)))
    clip = project.timeline.append(film.path, speed={0: 1, cr.frames(15): 2})
    assert clip.speed == {0: 1, F(1, 2): 2}


def test_fill_trims_or_fits(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.lift((1, 2))
    with pytest.raises(EditError, match="leaves"):
        tl.fill(film.path, span=(0.5, 1.5))
    with pytest.raises(HandlesError, match=r"0.5 s shorter than the span"):
        tl.fill(film.path, span=(1, 2), source=(5, 5.5))
    clip = tl.fill(film.path, span=(1, 2), source=(3, 6))
    assert (clip.speed, clip.source) == (1, (3, 4))
    assert numbers(tl, 29, 30, 59, 60) == [59, 90, 119, 120]
    project.undo()
    clip = tl.fill(film.path, span=(1, 2), source=(3, 6), fit=True)
    assert (clip.speed, clip.source, clip.linked[0].speed) == (3, (3, 6), 3)
    assert numbers(tl, 30, 31, 59) == [90, 93, 177]
    project.undo()
    with pytest.raises(EditError, match="times its speed"):
        tl.fill(film.path, span=(1, 2), source=(3, 3.05), fit=True)


def test_spans_of_a_media_are_found_through_speed(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.clips[0].retime(2)
    tl.clips[0].reverse()  # 3 … 1 within 0 … 1
    spans = cr.Spans([(1, 1.5)], project.media["film.mp4"])
    tl.keep(spans)
    assert tl.duration == F(7, 30)  # from 0.75, which is frame 22.5
    assert numbers(tl, 0, 6) == [42, 30]
    project.undo()
    tl.clips[0].retime({0: 2, 1: 0.5})
    tl.cut(spans)
    assert set(range(46, 89)) >= {n for n in numbers(tl, 0, 10, 20) if n is not None} - {120, 121}


def test_speeds_that_are_none(project: cr.Project) -> None:
    clip = project.timeline.clips[0]
    title = project.timeline.add_title("x", at=0, duration=1)
    for bad in (0, -1, 11, 0.05, "2", None, float("nan"), {}, {0: "x"}, {"x": 1}, [1], {0: 1, 1: 20}, F(1, 20)):
        with pytest.raises(ValidationError):
            clip.retime(bad)  # type: ignore[arg-type]
    with pytest.raises(EditError, match="title"):
        title.retime(2)
    with pytest.raises(EditError, match="title"):
        title.reverse()


def test_the_sound_goes_along(project: cr.Project, tmp_path, film) -> None:
    from cutroom.schema.time import to_sample

    tl = project.timeline
    tl.clips[0].retime(2)
    click = next(c for c in film.truth.clicks if 48_000 < c < 3 * 48_000)
    at = to_sample(F(click - 48_000, 48_000) / 2, 48_000)
    cr.Renderer(project).render(tmp_path / "o.mp4", progress=False)
    import av

    with av.open(str(tmp_path / "o.mp4")) as file:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    loudest = int(np.abs(samples[:48_000]).argmax())
    assert abs(loudest - at) < 400

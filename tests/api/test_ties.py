"""Verbs between neighbours, links and groups, on a real film."""

from __future__ import annotations

from fractions import Fraction

import pytest

import cutroom as cr
from cutroom.demo.film import read_frame_number
from cutroom.errors import EditError, HandlesError, TimeError, ValidationError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    for source in ((1, 2), (3, 4), (4.5, 5.5)):
        made.timeline.append(film.path, source=source)
    return made


def numbers(timeline: cr.Timeline, *frames: int) -> list[int | None]:
    return [read_frame_number(timeline.frame(cr.frames(frame)).array) for frame in frames]


def test_roll(project: cr.Project) -> None:
    tl = project.timeline
    a, b, c = tl.track("V1").clips
    assert a.roll(end=1.51) == a
    assert project.last == "roll; 1.51 s snapped to 1.5 s (frame 45)"
    assert (a.end, b.start, b.end, tl.duration) == (F(3, 2), F(3, 2), 2, 3)
    assert numbers(tl, 44, 45, 60) == [74, 105, 135]
    b.roll(start=0.5, end=2.5)
    assert (a.end, c.start) == (F(1, 2), F(5, 2))
    assert [clip.start for clip in tl.track("A1").clips] == [0, F(1, 2), F(5, 2)]
    with pytest.raises(HandlesError):
        c.roll(end=5)
    with pytest.raises(EditError, match="no cut to roll"):
        a.roll(start=0.1)


def test_slip_and_slide(project: cr.Project) -> None:
    tl = project.timeline
    a, b, c = tl.track("V1").clips
    b.slip(cr.frames(-3))
    assert numbers(tl, 29, 30, 59, 60) == [59, 87, 116, 135]
    assert b.linked[0].source == b.source
    b.slip(F(1, 10))
    with pytest.raises(HandlesError, match="lacks"):
        b.slip(-4)
    b.slide(0.5)
    assert (a.end, b.start, b.end, c.start, c.end) == (F(3, 2), F(3, 2), F(5, 2), F(5, 2), 3)
    assert numbers(tl, 44, 45, 74, 75) == [74, 90, 119, 150]
    b.slide(cr.frames(-30))
    assert b.start == F(1, 2)
    with pytest.raises(EditError):
        b.slide(-1)
    with pytest.raises(TimeError):
        b.slide("x")


def test_links(project: cr.Project, film) -> None:
    tl = project.timeline
    a, b, _ = tl.track("V1").clips
    sound = a.linked[0]
    assert a.unlink().linked == []
    a.trim(end=0.5)
    assert sound.end == 1
    with pytest.raises(EditError, match="not linked"):
        a.unlink()
    assert tl.link(a, sound) == tl
    assert a.linked == [sound]
    with pytest.raises(EditError, match="different tracks"):
        tl.link(a, b)
    with pytest.raises(ValidationError, match="2 to 100 clips"):
        tl.link(a)
    with pytest.raises(ValidationError, match="2 to 100 clips"):
        tl.link(a, a)


def test_groups(project: cr.Project) -> None:
    tl = project.timeline
    a, b, c = tl.track("V1").clips
    tl.group([a, c])
    assert a.group == c.group is not None
    assert (a.grouped, b.group, b.grouped) == ([c], None, [])
    a.move(to=5)
    assert (a.start, c.start, c.linked[0].start) == (5, 7, 7)
    table = tl.to_df().set_index("id")
    assert table.loc[a.id, "group"] == a.group
    c.ungroup()
    assert a.group is None
    with pytest.raises(EditError, match="no group"):
        a.ungroup()
    tl.group(a, b)
    a.delete()
    assert not b.exists


def test_what_moves_with_a_picture_moves_by_frames(project: cr.Project, film) -> None:
    tl = project.timeline
    a = tl.track("V1").clips[0]
    a.linked[0].trim(end=F(1, 7))  # the picture is trimmed with it
    assert a.end == F(4, 30)
    song = tl.overwrite(film.path, at=F(1, 7), source=(0, 1), track="A2")
    assert (song.start, project.last) == (F(1, 7), "overwrite")
    song.trim(start=F(2, 7), end=F(3, 7))
    assert (song.start, song.end, song.source[0]) == (F(2, 7), F(3, 7), F(1, 7))
    song.move(to=F(5, 7))
    assert (song.start, song.end) == (F(5, 7), F(6, 7))
    _, right = song.split(at=F(11, 14))
    assert right.start == F(11, 14)
    song.move(to=0.000_01)
    assert project.last == "move; 0.00001 s snapped to 0 s (sample 0)"
    song.move(to=F(1, 10**12))
    assert song.start == 0  # too fine to be meant
    tl.group(song, a)
    song.move(to=F(8, 7))
    assert a.start * 30 == int(a.start * 30)
    tl.insert(film.path, at=F(1, 7), source=(0, F(1, 7)), track="A3")
    assert all(clip.start * 30 == int(clip.start * 30) for clip in tl.track("V1").clips)
    right.ripple(end=F(9, 7))
    assert all(clip.start * 30 == int(clip.start * 30) for clip in tl.track("V1").clips)


def test_sound_alone_ripples_on_its_samples(film) -> None:
    tl = cr.Project.create(fps=30).timeline
    first = tl.append(film.path, source=(0, 1), track="A1")
    second = tl.append(film.path, source=(2, 3), track="A1")
    first.ripple(end=0.5001)
    assert second.start == F(24005, 48000)

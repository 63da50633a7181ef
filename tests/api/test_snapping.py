"""Times snap to the grid of their track, and `project.last` says which."""

from __future__ import annotations

from fractions import Fraction

import pytest

import cutroom as cr
from cutroom.errors import EditError, TimeError


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    made.timeline.append(film.path, source=(1, 4))
    return made


def test_what_snapped_is_told(project: cr.Project, film) -> None:
    tl = project.timeline
    assert project.last == "append"
    clip = tl.clips[0]
    clip.trim(end=2.01)
    assert project.last == "trim; 2.01 s snapped to 2 s (frame 60)"
    assert project.history.to_df().iloc[-1][["label", "notes"]].tolist() == ["trim", "2.01 s snapped to 2 s (frame 60)"]
    clip.trim(end=1.5)
    assert project.last == "trim"
    clip.trim(end=float(Fraction(31, 30)))
    assert project.last == "trim"  # what a float is off by is no news
    clip.split(at="00:00:00.51")
    assert project.last == "split; 0.51 s snapped to 0.5 s (frame 15)"
    tl.append(film.path, source=(0, 0.001))
    assert project.last == "append; 0.001 s snapped to 0.033333 s (1 frame)"
    tl.insert(film.path, at=0.01, source=(0, 1.01))
    assert project.last == "insert; 1.01 s snapped to 1 s (30 frames); 0.01 s snapped to 0 s (frame 0)"
    tl.add_title("x", at=0, duration=0.51)
    assert project.last == "add title; 0.51 s snapped to 0.5 s (15 frames)"
    tl.clips[0].move(5.01)
    assert project.last == "move; 5.01 s snapped to 5 s (frame 150)"
    tl.lift((0.11, 0.2))
    assert project.last == "lift; 0.11 s snapped to 0.1 s (frame 3)"
    tl.cut([(0, 0.11)])
    assert project.last == "cut 1 span; 0.11 s snapped to 0.1 s (frame 3)"
    tl.keep([(n + 0.01, n + 0.51) for n in range(3)])
    assert project.last == "keep 3 spans; 6 times snapped to the nearest frame"


def test_sound_snaps_to_samples(project: cr.Project, film) -> None:
    project.timeline.overwrite(film.path, at=0.000_01, track="A2", source=(0, 1))
    assert project.last == "overwrite; 0.00001 s snapped to 0 s (sample 0)"


def test_spans_of_a_media_that_lie_off_the_grid(project: cr.Project) -> None:
    media = project.media["film.mp4"]
    project.timeline.cut(cr.Spans([(1, 1.51)], media))
    assert project.last == "cut 1 span; 0.51 s snapped to 0.5 s (frame 15); 0.51 s snapped to 0.5 s (frame 15)"


def test_splitting_at_many_times_passes_over_those_with_nothing_to_split(project: cr.Project) -> None:
    tl = project.timeline
    before = len(tl.clips)
    tl.split(at=[Fraction(0)])  # as the scenes of a film of one scene
    assert len(tl.clips) == before
    tl.split(at=[0, 1, 100])
    assert len(tl.clips) > before
    assert project.last == "split; nothing to split at 2 of 3 times"
    with pytest.raises(EditError, match=r"nothing to split at 0 s"):
        tl.split(at=Fraction(0))
    with pytest.raises(EditError, match=r"nothing to split at 100\.5 s"):
        tl.split(at=100.5)


def test_a_group_tells_all_of_it(project: cr.Project) -> None:
    with project.edit("rough cut"):
        project.timeline.clips[0].trim(end=2.01)
        project.timeline.split(at=1.01)
    assert project.last == "rough cut; 2.01 s snapped to 2 s (frame 60); 1.01 s snapped to 1 s (frame 30)"


def test_there_is_no_picture_beyond_the_end(project: cr.Project) -> None:
    tl = project.timeline
    for late in (3, 3.001, 500, cr.frames(90)):
        with pytest.raises(TimeError, match="shows nothing"):
            tl.frame(late)
    last = tl.frame(2.999)
    assert last.time == Fraction(89, 30)
    assert (last.array == tl.frame(cr.frames(89)).array).all()
    assert not (last.array == tl.frame(cr.frames(88)).array).all()
    with pytest.raises(TimeError):
        tl.frames((1, 4))
    assert [frame.time for frame in tl.frames((2, 3), every=0.5)] == [2, Fraction(5, 2)]
    assert list(cr.Project.create().timeline.frames()) == []

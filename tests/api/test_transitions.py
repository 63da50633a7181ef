"""Handles of transitions, on a real film."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import cutroom as cr
from cutroom.errors import ClipGoneError, EditError, HandlesError, UnknownNameError, ValidationError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    for source in ((1, 2), (4, 5)):
        made.timeline.append(film.path, source=source)
    return made


def mixed(tl: cr.Timeline, frame: int, left: int, right: int) -> float:
    """How far a frame of the timeline has come from one frame of the film to another."""
    film = cr.timeline(tl.clips[0].media.path)
    here = tl.frame(cr.frames(frame)).array.astype(float)
    old, new = (film.frame(cr.frames(number)).array.astype(float) for number in (left, right))
    way = new - old
    return float((((here - old) * way).sum()) / (way * way).sum())


def test_a_longer_one_mixes_more_frames(project: cr.Project) -> None:
    tl = project.timeline
    a, b = tl.track("V1").clips
    dissolve = tl.add_transition("dissolve", a, b, duration=cr.frames(4))
    assert tl.transitions == [dissolve, *dissolve.linked]
    assert (dissolve.left, dissolve.right, dissolve.track, dissolve.transition) == (a, b, "V1", "dissolve")
    assert mixed(tl, 30, 60, 120) == pytest.approx(0.5, abs=0.03)
    assert mixed(tl, 27, 57, 117) == pytest.approx(0, abs=0.03)
    dissolve.duration = cr.frames(10)
    assert mixed(tl, 27, 57, 117) == pytest.approx(0.2, abs=0.03)
    assert [(one.duration, one.track) for one in tl.transitions] == [(F(1, 3), "V1"), (F(1, 3), "A1")]
    assert len(project.history) == 4  # two clips, the dissolve, its length
    project.undo()
    assert dissolve.duration == F(2, 15)


def test_it_is_removed_with_the_one_of_the_sound(project: cr.Project) -> None:
    tl = project.timeline
    a, b = tl.track("V1").clips
    plain = tl.frame(1).array
    dissolve = tl.add_transition("dissolve", a, b)
    assert not np.array_equal(tl.frame(1).array, plain)
    dissolve.remove()
    assert tl.transitions == []
    assert np.array_equal(tl.frame(1).array, plain)
    with pytest.raises(ClipGoneError, match="removed by step 'remove transition'"):
        _ = dissolve.duration
    project.undo()
    assert dissolve.duration == F(1, 2)
    a.unlink()
    b.unlink()
    dissolve.remove()
    assert [one.track for one in tl.transitions] == ["A1"]


def test_what_cannot_be_is_refused_and_changes_nothing(project: cr.Project) -> None:
    tl = project.timeline
    a, b = tl.track("V1").clips
    dissolve = tl.add_transition("dissolve", a, b)
    before = project.session.document
    with pytest.raises(HandlesError, match="too short for a transition of 5 s"):
        dissolve.duration = 5
    with pytest.raises(UnknownNameError, match="did you mean 'dissolve'"):
        dissolve.transition = "disolve"
    for wrong in (0, -1, float("nan"), "soon", None):
        with pytest.raises((ValidationError, cr.errors.TimeError)):
            dissolve.duration = wrong
    tl.track("A1").locked = True
    locked = project.session.document
    with pytest.raises(EditError, match="locked"):
        dissolve.remove()
    assert project.session.document is locked
    project.undo()
    assert project.session.document is before


def test_both_edges_of_a_clip_share_it(project: cr.Project, film) -> None:
    tl = project.timeline
    tl.append(film.path, source=(2, 3))
    a, b, c = tl.track("V1").clips
    first, second = tl.add_transition("dissolve", a, b, duration=1), tl.add_transition("dissolve", b, c, duration=0.8)
    with pytest.raises(HandlesError, match="too short for a transition on both sides"):
        second.duration = 1.2
    first.duration = 0.6
    second.duration = 1.2
    assert second.duration == F(6, 5)


def test_what_keeps_two_clips_apart_is_said(project: cr.Project, film) -> None:
    tl = project.timeline
    a, b = tl.track("V1").clips
    above = tl.overwrite(film.path, at=0, source=(0, 1), track="V2", sound=False)
    c = tl.append(film.path, source=(0, 1))
    for left, right, told in (
        (b, a, f"{a.id} comes first: give the clips in their order"),
        (a, above, f"{above.id} is on track V2: a transition joins two clips of one track"),
        (a, c, "a transition joins two neighbours, or a clip and a gap"),
    ):
        with pytest.raises(EditError, match="do not meet at a cut of track V1") as caught:
            tl.add_transition("dissolve", left, right)
        assert caught.value.hint == told
    a.trim(end=0.5)
    with pytest.raises(EditError) as caught:
        tl.add_transition("dissolve", a, b)
    assert caught.value.hint.startswith("a gap lies between them (0.5 s to 1 s): close it, or give one clip")
    tl.add_transition("dissolve", a, duration=0.2)


def test_fades_from_and_to_nothing_go_along_with_their_clip(film) -> None:
    tl = cr.Project.create(fps=30).timeline
    clip = tl.append(film.path, source=(1, 3))
    fades = [tl.add_transition("dissolve", clip, duration=0.4), tl.add_transition("dissolve", None, clip, duration=0.2)]
    dark, kept = tl.frame(cr.frames(59)).array.mean(), tl.transitions
    assert dark < tl.frame(1).array.mean() / 5
    clip.move(to=4)
    assert tl.project.last == "move"
    assert {one.id for one in tl.transitions} == {one.id for one in kept}
    assert tl.frame(4 + F(59, 30)).array.mean() == dark
    other = tl.overwrite(film.path, at=0, source=(0, 1))
    clip.move(to=1)  # now something is before it
    assert tl.transitions == [fades[0], *fades[0].linked]
    assert f"removed the dissolve {fades[1].id}" in tl.project.last
    clip.move(to=8, track="V2")
    assert [one.track for one in tl.transitions] == ["V2", "A1"]
    assert tl.clips[0] == other

"""What is refused rather than guessed, and what is told rather than done in silence; on a real film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import cutroom as cr
from cutroom.errors import EditError, HandlesError, ProjectExistsError, UnknownNameError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    made.timeline.append(film.path, source=(1, 3))
    return made


def test_keep_of_what_lies_behind_the_end_leaves_the_timeline(project: cr.Project) -> None:
    before = project.session.document
    with pytest.raises(EditError, match="nothing would be left"):
        project.timeline.keep([(100, 101), (2, 3)])
    assert project.session.document is before
    project.timeline.keep([(1, 500)])
    assert project.timeline.duration == 1


@pytest.mark.parametrize(("name", "hint"), [("v1", "did you mean 'V1'"), ("Musci", "did you mean 'Music'"), ("B", "")])
def test_a_misspelt_track_is_no_new_track(project: cr.Project, film, name: str, hint: str) -> None:
    tl = project.timeline
    tl.add_track("audio", name="Music")
    before = project.session.document
    for place in (
        lambda: tl.append(film.path, track=name),
        lambda: tl.insert(film.path, at=0, track=name),
        lambda: tl.overwrite(film.path, at=0, sound=name),
        lambda: tl.add_title("x", 0, 1, track=name),
    ):
        with pytest.raises(UnknownNameError, match=f"there is no track '{name}'") as caught:
            place()
        assert hint in caught.value.hint
        assert "tl.add_track(" in caught.value.hint
    assert project.session.document is before
    assert tl.append(film.path, track="V3").track.kind == "video"


def test_the_first_film_moves_no_title(film) -> None:
    project = cr.Project.create()
    project.timeline.add_title("Hello", at=cr.frames(7), duration=cr.frames(16))
    project.timeline.add_marker(F(46, 30), "here")
    slow = project.media.add(film.path)  # 30 frames a second, as the project
    assert (slow.value.video.rate, project.timeline.fps) == (30, 30)


def test_a_title_keeps_the_rate_that_it_stands_on(film, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    with cr.timeline(film.path, source=(0, 1)).project as other:
        other.save_as(tmp_path / "made" / "other.tlp")
    twenty = cr.Project.create(fps=25, size=(320, 180))
    twenty.timeline.append(film.path, source=(0, 1))
    twenty.timeline.render(tmp_path / "25.mp4", progress=False)
    project = cr.Project.create()
    project.timeline.add_marker(F(46, 30), "here")
    with pytest.warns(UserWarning, match="stays at 30 frames a second"):
        project.media.add(tmp_path / "25.mp4")
    assert project.timeline.fps == 30
    assert project.settings.width == 320
    assert "Project.create(fps=25)" in project.last
    empty = cr.Project.create()
    empty.media.add(tmp_path / "25.mp4")
    assert empty.timeline.fps == 25


def test_slip_says_how_far_it_can(project: cr.Project) -> None:
    (clip,) = project.timeline.track("V1").clips
    with pytest.raises(HandlesError) as caught:
        clip.slip(100)
    assert caught.value.hint == "it can slip by -1 s to 3 s"
    clip.slip(3)
    with pytest.raises(HandlesError) as caught:
        clip.slip(-5)
    assert caught.value.hint == "it can slip by -4 s to 0 s"


def test_no_project_is_written_over_a_film(project: cr.Project, film, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(Path(film.path).read_bytes())
    for write in (
        lambda: cr.Project.create(copy, overwrite=True),
        lambda: project.save_as(copy, overwrite=True),
    ):
        with pytest.raises(ProjectExistsError, match="is no project"):
            write()
    assert copy.read_bytes() == Path(film.path).read_bytes()
    project.save_as(tmp_path / "a.tlp")
    project.close()
    cr.Project.create(tmp_path / "a.tlp", overwrite=True).close()


def test_a_one_off_has_a_project(film, tmp_path: Path) -> None:
    tl = cr.timeline(film.path, source=(1, 3))
    tl.cut([(0, 1)])
    tl.project.undo()
    assert tl.duration == 2
    tl.project.save_as(tmp_path / "one.tlp")
    tl.project.close()
    assert cr.Project.open(tmp_path / "one.tlp").timeline.duration == 2


def test_a_long_timeline_shows_its_ends() -> None:
    project = cr.Project.create()
    with project.edit("titles"):
        for i in range(300):
            project.timeline.add_title(f"title {i:03}", at=i, duration=1)
    html = project._repr_html_()
    assert "title 000" in html
    assert "title 299" in html
    assert "title 150" not in html
    assert len(html) < 60_000

"""Files that are moved, changed, and found again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import cutroom as cr
from cutroom.demo.film import write_demo_film
from cutroom.errors import EditError, MediaNotFoundError, UnknownNameError


@pytest.fixture
def folder(film, tmp_path: Path) -> Path:
    made = tmp_path / "footage"
    (made / "day 2").mkdir(parents=True)
    shutil.copy(film.path, made / "a.mp4")
    shutil.copy(film.path, made / "same as a.mp4")
    write_demo_film(made / "day 2" / "b.MP4", seconds=1, size=(320, 180), seed=3)
    (made / "broken.mov").write_bytes(b"nothing of a film" * 100)
    (made / "notes.txt").write_text("not a film")
    (made / ".hidden.mp4").write_bytes(b"x")
    return made


def test_a_scan_finds_what_there_is_once(folder: Path, tmp_path: Path) -> None:
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        found = project.media.scan(folder, progress=False)
        assert [media.value.path for media in found] == ["footage/a.mp4", "footage/day 2/b.MP4"]
        assert len(project.history) == 1
        assert "left out broken.mov" in project.last
        assert "left out same as a.mp4: it has the same content as footage/a.mp4" in project.last
        assert project.media.scan(folder) == found
        assert len(project.media) == 2
        with pytest.raises(MediaNotFoundError, match="no folder"):
            project.media.scan(folder / "away")


def test_what_is_missing_or_changed_is_shown_and_found(folder: Path, film, tmp_path: Path) -> None:
    project = cr.Project.create(tmp_path / "trip.tlp")
    a, b = project.media.scan(folder, progress=False)
    project.timeline.append(a, source=(1, 2))
    picture = project.timeline.frame(0.5).array
    assert project.media.to_df()["state"].tolist() == ["ok", "ok"]
    (folder / "day 2").rename(tmp_path / "later")
    content = bytearray((folder / "a.mp4").read_bytes())
    content[-1] ^= 1
    (folder / "a.mp4").write_bytes(content)
    assert project.media.to_df()["state"].tolist() == ["changed", "missing"]
    assert (a.state, b.state) == ("changed", "missing")
    assert "changed" not in project.media._repr_html_()  # a look at a list reads no files
    with pytest.raises(OSError, match="has changed"):
        project.timeline.frame(0.5)
    assert project.media.relink(tmp_path / "later", progress=False) == [b]
    assert "is not in" in project.last
    assert project.media.relink(folder, progress=False) == [a]
    assert a.value.path == "footage/same as a.mp4"
    assert [media.state for media in project.media] == ["ok", "ok"]
    assert np.array_equal(project.timeline.frame(0.5).array, picture)
    project.save_as(tmp_path / "later" / "trip.tlp")
    project.undo()
    assert Path(a.path) == folder / "a.mp4"
    project.redo()
    assert Path(a.path) == folder / "same as a.mp4"
    project.close()
    with cr.Project.open(tmp_path / "later" / "trip.tlp") as again:
        assert np.array_equal(again.timeline.frame(0.5).array, picture)


def test_copies_are_found_by_their_names(film, tmp_path: Path) -> None:
    old, new = tmp_path / "a", tmp_path / "b"
    old.mkdir()
    for name in ("one.mp4", "two.mp4", "three.mp4"):
        shutil.copy(film.path, old / name)
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        medias = [project.media.add(old / name) for name in ("one.mp4", "two.mp4", "three.mp4")]
        for media in medias:
            project.timeline.append(media, source=(0, 1))
        old.rename(new)
        (new / "three.mp4").rename(new / "a copy.mp4")
        assert set(project.media.relink(new, progress=False)) == set(medias)
        assert [media.value.path for media in medias] == ["b/one.mp4", "b/two.mp4", "b/a copy.mp4"]
        (new / "two.mp4").unlink()
        assert project.media.relink(new, progress=False) == [medias[1]]
        assert medias[1].value.path == "b/a copy.mp4"


def test_relinking_one(folder: Path, film, tmp_path: Path) -> None:
    project = cr.Project.create(tmp_path / "trip.tlp")
    a, b = project.media.scan(folder, progress=False)
    clip = project.timeline.append(a, source=(1, 2))
    with pytest.raises(EditError, match="another content"):
        a.relink(b.path)
    with pytest.raises(EditError, match="override=True"):
        project.media.relink("a.mp4", b.path)
    with pytest.raises(EditError, match="too short for clip"):
        a.relink(b.path, override=True)
    assert project.media.relink("a.mp4", film.path) == [a]
    assert Path(a.path) == film.path
    assert project.last == "relink a.mp4"
    with pytest.raises(MediaNotFoundError, match="no file in"):
        project.media.relink(a, folder / "day 2", progress=False)
    clip.trim(end=0.5)
    clip.slip(-1)
    b.relink(a.path, override=True)
    assert b.duration == 6
    with pytest.raises(UnknownNameError):
        project.media.relink("c.mp4", film.path)


def test_only_what_no_clip_shows_can_be_removed(folder: Path) -> None:
    project = cr.Project.create()
    a, b = project.media.scan(folder, progress=False)
    clip = project.add_compound("Scene").append(a, source=(0, 1))
    with pytest.raises(EditError, match="used by 2 clips") as caught:
        a.remove()
    assert clip.id in caught.value.value
    b.remove()
    assert list(project.media) == [a]
    with pytest.raises(EditError, match="no media"):
        b.remove()

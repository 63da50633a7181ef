"""How a file comes into a project: examined while others may edit, granted only when it is a media."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import cutroom as cr
from cutroom import errors
from cutroom.app import App
from cutroom.edit.operations import AddTrack
from cutroom.schema.media import Media
from cutroom.settings import settings
from cutroom.workers.grantbook import GrantBook


@pytest.fixture
def project(tmp_path: Path):
    with cr.Project.create(tmp_path / "project" / "trip.tlp") as made:
        yield made


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path


def remembered(path: Path) -> bool:
    """Whether a later session could read it."""
    book = GrantBook(settings().data_dir / "grants.db")
    try:
        return book.grants.may_read(str(path))
    finally:
        book.close()


def test_what_is_no_media_leaves_no_grant(project: cr.Project, folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    text = other / "notes.mp4"
    text.write_text("no film\n" * 50)
    secret = other / "secret.txt"
    secret.write_text("secret")
    with pytest.raises(errors.UnsupportedMediaError, match="is a folder"):
        project.media.add(other)
    with pytest.raises(errors.UnsupportedMediaError):
        project.media.add(text)
    assert not any(remembered(path) for path in (other, text, secret))
    with pytest.raises(errors.AccessDeniedError):
        project.timeline.app.access.require_granted([str(secret)])


def test_a_name_that_no_project_takes_is_told(project: cr.Project, film, folder: Path) -> None:
    (folder / "two\nlines.mp4").write_bytes(film.path.read_bytes())
    with pytest.raises(errors.ValidationError, match="line break"):
        project.media.add(folder / "two\nlines.mp4")
    assert not len(project.media)
    assert not remembered(folder / "two\nlines.mp4")


def test_a_media_is_granted_for_later(project: cr.Project, film) -> None:
    project.media.add(film.path)
    assert remembered(film.path)


def test_others_may_edit_while_a_file_is_examined(project: cr.Project, film, monkeypatch: pytest.MonkeyPatch) -> None:
    examined, seen = App.probe, []

    def slowly(self: App, path: Path) -> Media:
        other = threading.Thread(target=lambda: seen.append(project.session.apply(AddTrack(track="video", title="V9"))))
        other.start()
        other.join(5)
        return examined(self, path)

    monkeypatch.setattr(App, "probe", slowly)
    clip = project.timeline.append(film.path, source=(0, 1))
    assert len(seen) == 1
    assert clip.exists
    assert project.history.to_df()["label"].tolist() == ["add track", "append"]
    project.undo()
    assert (len(project.media), len(project.timeline.tracks)) == (0, 1)

"""Journals that no project can be opened with: nothing is lost, and the way back is named and works."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import apsw
import pytest

import cutroom as cr
from cutroom.edit.journal_files import with_logs
from cutroom.errors import ProjectFileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A project with one title, and another one that only its journal holds."""
    path = tmp_path / "old.tlp"
    project = cr.Project.create(path, fps=25, size=(640, 360), sample_rate=48_000)
    project.timeline.add_title("saved", at=0, duration=1)
    project.save()
    project.timeline.add_title("unsaved", at=1, duration=1)
    project.timeline.add_title("undone", at=2, duration=1)
    project.undo()
    project.session.close(save=False)
    return path


def texts(project: cr.Project) -> list[str]:
    return [clip.text for clip in project.timeline.clips]


def named(text: str) -> str:
    """What a message tells to give to `Project.recover`."""
    found = re.search(r'Project\.recover\("([^"]+)"\)', text)
    assert found, text
    return found[1]


def test_what_was_set_aside_comes_back(path: Path, tmp_path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"saved"', b'"from git"'))
    with pytest.warns(UserWarning, match="changed by something else") as warned:
        project = cr.Project.open(path)
    assert texts(project) == ["from git"]
    project.close()
    aside = tmp_path / named(str(warned[0].message))
    before = aside.read_bytes()
    rescued = cr.Project.recover(aside)
    assert texts(rescued) == ["saved", "unsaved"]
    assert rescued.path is None
    assert rescued.recovered == "4 edits of old.tlp-journal.aside-1, not in any file yet: save_as(...) keeps them"
    assert texts(rescued.redo()) == ["saved", "unsaved", "undone"]
    rescued.save_as(tmp_path / "rescued.tlp")
    rescued.close()
    assert texts(cr.Project.open(tmp_path / "rescued.tlp")) == ["saved", "unsaved", "undone"]
    assert aside.read_bytes() == before
    assert texts(cr.Project.recover(path.with_name(aside.name))) == ["saved", "unsaved"]
    with pytest.raises(ProjectFileError, match=r"no journal .*old\.tlp-journal") as caught:
        cr.Project.recover(path)
    assert named(str(caught.value.hint)) == aside.name


def test_a_project_that_was_renamed_after_a_crash(path: Path, tmp_path: Path) -> None:
    path.rename(tmp_path / "new.tlp")
    with pytest.warns(UserWarning, match=r"unsaved edits of this project, from when it was old\.tlp") as warned:
        project = cr.Project.open(tmp_path / "new.tlp")
    assert texts(project) == ["saved"]
    assert project.recovered in str(warned[0].message)
    rescued = cr.Project.recover(tmp_path / named(project.recovered))
    assert texts(rescued) == ["saved", "unsaved"]
    project.close()
    for look in (cr.Project.open, lambda name: cr.Project.open(name, read_only=True)):
        with pytest.raises(ProjectFileError, match="but a journal of its edits") as caught:
            look(path)
        assert texts(cr.Project.recover(tmp_path / named(str(caught.value.hint)))) == ["saved", "unsaved"]
    rescued.save_as(tmp_path / "new.tlp", overwrite=True)
    rescued.close()
    for file in with_logs(tmp_path / "old.tlp-journal"):
        file.unlink(missing_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert texts(cr.Project.open(tmp_path / "new.tlp")) == ["saved", "unsaved"]


def test_journals_of_others_are_not_told_of(path: Path, tmp_path: Path) -> None:
    path.unlink()
    (tmp_path / "garbage.tlp-journal").write_bytes(b"garbage")
    (tmp_path / "link.tlp-journal").symlink_to(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            project = cr.Project.open(tmp_path / "another.tlp", create=True)
            assert project.recovered == ""
            project.close()
    assert (tmp_path / "garbage.tlp-journal").read_bytes() == b"garbage"


def test_what_comes_before_the_damage_comes_back(path: Path) -> None:
    with apsw.Connection(f"{path}-journal") as db:
        db.execute("update steps set operation = replace(operation, 'overwrite', 'of_the_future') where number = 3")
        assert db.changes() == 1
    db.close()
    rescued = cr.Project.recover(path)
    assert texts(rescued) == ["saved", "unsaved"]
    assert rescued.recovered.startswith("2 edits of old.tlp-journal, ")
    assert "cannot be done, so it ends there" in rescued.recovered


@pytest.mark.parametrize("damage", ["garbage", "nothing", "no journal"])
def test_what_cannot_be_brought_back_is_said(path: Path, damage: str) -> None:
    for file in with_logs(path.with_name("old.tlp-journal")):
        file.unlink(missing_ok=True)
    if damage != "no journal":
        path.with_name("old.tlp-journal").write_bytes(b"garbage" * 1000 if damage == "garbage" else b"")
    with pytest.raises(ProjectFileError, match="there is no journal" if damage == "no journal" else "holds nothing"):
        cr.Project.recover(path)


def test_media_beside_the_journal_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "film").mkdir()
    project = cr.Project.create(tmp_path / "film" / "trip.tlp")
    project.session.close(save=False)
    session = cr.Project.open(tmp_path / "film" / "trip.tlp")
    session.timeline.add_title("a", at=0, duration=1)
    session.session.close(save=False)
    monkeypatch.chdir(tmp_path)
    assert cr.Project.recover("film/trip.tlp").session.folder == tmp_path / "film"

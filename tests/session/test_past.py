"""What was done before a project was closed: it can be undone, redone and replaced when it is opened again."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

import cutroom as cr
from cutroom.edit import journal_database
from cutroom.edit.journal import KEPT, LEFT, Journal
from cutroom.edit.journal_files import journal_path
from cutroom.edit.operations import AddTrack, SetSettings
from cutroom.edit.project_file import load
from cutroom.errors import EditError, ProjectFileError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill -9")


@pytest.fixture(autouse=True)
def silent() -> Iterator[None]:
    """Nothing was unsaved: nobody is warned of anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    project = tmp_path / "trip.tlp"
    Session.create(project, ProjectSettings()).close()
    return project


def widen(session: Session, *widths: int) -> None:
    for width in widths:
        session.apply(SetSettings(settings=ProjectSettings(width=width)), f"width {width}")


def titles(session: Session, *names: str, label: str = "rough") -> None:
    with session.edit(label, again=True):
        for name in names:
            session.apply(AddTrack(track="video", title=name))


def names(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


def labels(session: Session) -> list[str]:
    return [step.label for step in session.history.steps]


def width(session: Session) -> int:
    return session.document.settings.width


def lived(path: Path, *widths: int) -> None:
    session = Session.open(path)
    widen(session, *widths)
    session.close()


def killed(path: Path, *widths: int, undo: int = 0) -> None:
    """Another process that edits, saves nothing and dies."""
    if (child := os.fork()) == 0:
        try:
            session = Session.open(path)
            widen(session, *widths)
            for _ in range(undo):
                session.undo()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.parametrize("network", [False, True])
def test_undo_and_redo_reach_across_a_close(path: Path, monkeypatch: pytest.MonkeyPatch, network: bool) -> None:
    monkeypatch.setattr(journal_database, "on_network_disk", lambda _: network)
    lived(path, 1000, 1002)
    session = Session.open(path)
    assert (session.recovered, session.dirty, session.revision) == ("", False, 0)
    assert labels(session) == ["width 1000", "width 1002"]
    session.undo()
    assert width(session) == 1000
    session.close()

    session = Session.open(path)
    assert (width(session), session.history.done) == (1000, 1)
    session.redo()
    assert width(session) == 1002
    widen(session, 1004)
    for expected in (1002, 1000, 1920):
        session.undo()
        assert width(session) == expected
    with pytest.raises(EditError, match="nothing to undo"):
        session.undo()
    session.close()


def test_an_edit_forgets_what_was_undone_before_the_close(path: Path) -> None:
    session = Session.open(path)
    widen(session, 1000, 1002)
    session.undo()
    session.close()
    lived(path, 1004)
    session = Session.open(path)
    assert (labels(session), width(session)) == (["width 1000", "width 1004"], 1004)
    session.close()


def test_a_cell_that_is_run_again_replaces_its_run_before_the_close(path: Path) -> None:
    for run in range(3):
        session = Session.open(path)
        titles(session, "V1", "V2")
        assert names(session) == ["V1", "V2"]
        if not run:
            widen(session, 1000)
        ids = [track.id for track in session.document.tracks]
        session.close()
    session = Session.open(path)
    titles(session, "V1", "V3")
    assert names(session) == ["V1", "V3"]
    assert labels(session) == ["rough", "width 1000"]
    assert width(session) == 1000
    assert [track.id for track in session.document.tracks] == ids
    session.close()


def test_a_notebook_that_is_run_again_doubles_nothing(tmp_path: Path, film: Any) -> None:
    file = tmp_path / "rr.tlp"
    for _ in range(3):
        project = cr.Project.open(file, create=True)
        with project.edit("rough", rerun="replace"):
            project.timeline.append(film.path, source=(0, 1))
            project.timeline.append(film.path, source=(1, 2))
        assert len(project.timeline.track("V1").clips) == 2
        times = list(project.history.to_df()["time"])
        project.close()
    project = cr.Project.open(file)
    assert list(project.history.to_df()["time"]) == times
    assert project.recovered == ""
    project.undo()
    assert len(project.timeline.clips) == 0
    project.close()


@needs_fork
@pytest.mark.parametrize("undo", [0, 1, 3])
def test_the_past_is_there_after_a_crash_too(path: Path, undo: int) -> None:
    lived(path, 1000, 1002)
    lived(path, 1004)
    killed(path, 1006, undo=undo)
    session = Session.open(path)
    assert session.recovered
    widths = (1920, 1000, 1002, 1004, 1006)
    assert (width(session), session.history.done) == (widths[4 - undo], 4 - undo)
    for expected in widths[4 - undo + 1 :]:
        session.redo()
        assert width(session) == expected
    for expected in reversed(widths[:-1]):
        session.undo()
        assert width(session) == expected
    session.close()


def test_a_file_that_something_else_changed_has_no_past(path: Path) -> None:
    lived(path, 1000)
    old = path.read_bytes()
    lived(path, 1002)
    path.write_bytes(old)
    session = Session.open(path)
    assert (width(session), labels(session), session.recovered) == (1000, [], "")
    assert not list(path.parent.glob("*aside*"))
    widen(session, 1004)
    session.undo()
    assert width(session) == 1000
    session.close()


@needs_fork
def test_edits_on_a_past_that_leads_elsewhere_are_kept(path: Path) -> None:
    lived(path, 1000, 1002)
    database = apsw.Connection(str(journal_path(path)))
    database.execute("update steps set operation = replace(operation, '1002', '1006')")
    database.close()
    killed(path, 1004)
    session = Session.open(path)
    assert session.recovered.startswith("replayed 1 unsaved edit")
    assert (width(session), labels(session)) == (1004, ["width 1004"])
    session.undo()
    assert width(session) == 1002
    session.close()
    session = Session.open(path)
    assert width(session) == 1002
    session.close()


@pytest.mark.parametrize("damage", ["operation = '{'", "label = null, kind = 'x'", "at = 'never'"])
def test_a_past_that_cannot_be_read_is_dropped(path: Path, damage: str) -> None:
    lived(path, 1000, 1002)
    database = apsw.Connection(str(journal_path(path)))
    database.execute(f"update steps set {damage} where number = 2")
    database.close()
    session = Session.open(path)
    assert (width(session), labels(session)) == (1002, [])
    widen(session, 1004)
    session.undo()
    assert width(session) == 1002
    session.close()


def test_a_long_past_is_shortened(quick_disk: Path) -> None:
    path = quick_disk / "trip.tlp"
    session = Session.create(path, ProjectSettings())
    widen(session, *range(1000, 1000 + LEFT + 20))
    for _ in range(2):
        session.undo()
    session.close()
    session = Session.open(path)
    assert 50 <= KEPT <= LEFT <= 200
    assert session.ledger.journal
    assert session.ledger.journal.last_step() <= LEFT
    assert session.history.done == KEPT
    assert labels(session)[-1] == f"width {1000 + LEFT + 19}"
    session.redo()
    for _ in range(KEPT + 1):
        session.undo()
    assert width(session) == 1000 + LEFT + 17 - KEPT
    session.close()
    for start in range(3000, 3000 + 3 * LEFT, 40):
        lived(path, *range(start, start + 40))
        assert 50 <= _rows(path) <= LEFT


def _rows(path: Path) -> int:
    opened = Journal(path)
    try:
        return opened.last_step()
    finally:
        opened.close(keep=True)


def test_without_a_step_nothing_is_left(path: Path) -> None:
    lived(path)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    lived(path, 1000)
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, journal_path(path).name]


def test_a_file_alone_opens(path: Path, tmp_path: Path) -> None:
    lived(path, 1000)
    copy = tmp_path / "copy.tlp"
    shutil.copy(path, copy)
    session = Session.open(copy)
    assert (width(session), labels(session)) == (1000, [])
    session.close()


def test_under_another_name_both_have_a_past(path: Path, tmp_path: Path) -> None:
    lived(path, 1000)
    session = Session.open(path)
    widen(session, 1002)
    session.save()
    widen(session, 1004, 1006)
    other = tmp_path / "other" / "film.tlp"
    other.parent.mkdir()
    session.save_as(other)
    session.close()
    for project, expected in ((path, [1000, 1002]), (other, [1000, 1002, 1004, 1006])):
        session = Session.open(project)
        assert session.recovered == ""
        assert labels(session) == [f"width {one}" for one in expected]
        session.undo()
        assert width(session) == expected[-2]
        session.close()


def test_a_project_that_is_started_anew_has_no_past(path: Path) -> None:
    lived(path, 1000)
    session = Session.create(path, ProjectSettings(), overwrite=True)
    assert labels(session) == []
    session.close()
    session = Session.open(path)
    assert (labels(session), session.recovered) == ([], "")
    session.close()


def test_who_only_looks_leaves_the_past_alone(path: Path) -> None:
    lived(path, 1000)
    kept = journal_path(path).read_bytes()
    looking = cr.Project.open(path, read_only=True)
    assert looking.settings.width == 1000
    looking.close()
    assert journal_path(path).read_bytes() == kept


def test_a_project_that_was_removed_comes_back_with_its_past(path: Path) -> None:
    lived(path, 1000, 1002)
    document, _ = load(path)
    path.unlink()
    with pytest.raises(ProjectFileError, match=r"Project\.recover"):
        Session.open(path)
    session = Session.recover(path)
    assert session.document == document
    session.undo()
    assert width(session) == 1000


def test_a_journal_that_is_renamed_along_is_the_past_of_the_new_name(path: Path) -> None:
    lived(path, 1000)
    new = path.with_name("film.tlp")
    for file in (path, journal_path(path)):
        file.rename(file.with_name(file.name.replace(path.name, new.name)))
    session = Session.open(new)
    session.undo()
    assert width(session) == 1920
    session.close()


def test_without_its_journal_a_renamed_project_opens_and_nobody_is_warned(path: Path) -> None:
    lived(path, 1000)
    new = path.rename(path.with_name("film.tlp"))
    session = Session.open(new)
    assert (width(session), labels(session), session.recovered) == (1000, [], "")
    session.close()

"""Journal and lock that are removed, or lie elsewhere, while their project is open."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cutroom.edit.operations import AddTrack
from cutroom.errors import CutroomError, OutputError, ReadOnlyProjectError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="open files of Windows can neither be moved nor removed"
)


def titles(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


def add(session: Session, title: str) -> None:
    session.apply(AddTrack(track="video", title=title))


def beside(path: Path) -> set[str]:
    return {file.name.removeprefix(path.name) for file in path.parent.iterdir()} - {""}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "film").mkdir()
    return tmp_path / "film" / "trip.tlp"


@pytest.mark.parametrize("edited", [False, True])
def test_what_was_put_in_its_place_is_not_touched(path: Path, edited: bool) -> None:
    first = Session.create(path, ProjectSettings())
    if edited:
        add(first, "mine")
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.mkdir()
    shutil.copy(path.parent.with_name("moved") / "trip.tlp", path)
    second = Session.open(path)
    add(second, "V1")
    for refused in (lambda: add(first, "lost"), first.save):
        with pytest.raises(ReadOnlyProjectError, match=r"trip\.tlp was moved, or another put in its place") as caught:
            refused()
        assert "save_as" in str(caught.value.hint)
    if edited:
        with pytest.raises(ReadOnlyProjectError, match="was moved"):
            first.close()
    first.close(save=False)
    assert beside(path) == {"-journal", "-journal-wal", "-lock"}
    with pytest.raises(ReadOnlyProjectError, match="is open"):
        Session.open(path)
    add(second, "V2")
    second.close()
    assert titles(Session.open(path)) == ["V1", "V2"]
    moved = Session.open(path.parent.with_name("moved") / "trip.tlp")
    assert titles(moved) == (["mine"] if edited else [])


def test_a_moved_project_goes_on_under_another_name(path: Path, tmp_path: Path) -> None:
    session = Session.create(path, ProjectSettings())
    add(session, "V1")
    path.parent.rename(tmp_path / "moved")
    with pytest.raises(ReadOnlyProjectError, match="was moved"):
        add(session, "V2")
    assert titles(session) == ["V1"]
    session.save_as(tmp_path / "other.tlp")
    add(session, "V2")
    session.close()
    assert titles(Session.open(tmp_path / "other.tlp")) == ["V1", "V2"]


CLEANED = """
import os, signal, sys
from pathlib import Path
from cutroom.edit import journal
from cutroom.edit.operations import AddTrack
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session
if sys.argv[2] == "network":
    journal.on_network_disk = lambda _: True
path = Path(sys.argv[1])
session = Session.create(path, ProjectSettings())
def add(title):
    session.apply(AddTrack(track="video", title=title))
add("V1")
session.save()
add("V2")
add("gone")
session.undo()
for number in range(2):
    for file in path.parent.iterdir():
        if file.name.endswith(tuple(sys.argv[3:])):
            file.unlink()
    add(f"V{3 + 2 * number}")
    add(f"V{4 + 2 * number}")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("disk", ["local", "network"])
@pytest.mark.parametrize("removed", [("-lock",), ("-journal",), ("-journal", "-wal"), ("-journal", "-wal", "-lock")])
def test_edits_are_kept_though_the_journal_was_removed(path: Path, disk: str, removed: tuple[str, ...]) -> None:
    code = [sys.executable, "-c", CLEANED, str(path), disk, *removed]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    again = Session.open(path)
    assert titles(again) == ["V1", "V2", "V3", "V4", "V5", "V6"]
    assert again.recovered == "replayed 7 unsaved edits of a session that did not end cleanly"
    again.close()
    assert beside(path) == {"-journal"}


def test_a_removed_lock_is_there_again(path: Path) -> None:
    session = Session.create(path, ProjectSettings())
    path.with_name("trip.tlp-lock").unlink()
    add(session, "V1")
    with pytest.raises(ReadOnlyProjectError, match="in this process already"):
        Session.open(path)
    path.with_name("trip.tlp-lock").unlink()
    path.with_name("trip.tlp-lock").write_text("1 elsewhere")
    with pytest.raises(ReadOnlyProjectError, match="was moved"):
        add(session, "V2")
    session.close(save=False)
    assert path.with_name("trip.tlp-lock").read_text() == "1 elsewhere"


@pytest.mark.skipif(os.getuid() == 0 if hasattr(os, "getuid") else True, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_any_more(path: Path) -> None:
    session = Session.create(path, ProjectSettings())
    path.with_name("trip.tlp-journal").unlink()
    path.parent.chmod(0o500)
    try:
        with pytest.raises((OutputError, ReadOnlyProjectError)):
            add(session, "V1")
        assert titles(session) == []
    finally:
        path.parent.chmod(0o700)
    add(session, "V1")
    session.close()


def test_a_disk_that_is_full_when_the_journal_is_written_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(path, ProjectSettings())
    add(session, "V1")
    journal = session.ledger.journal
    assert journal is not None
    write = journal.database.write
    for name in ("trip.tlp-journal", "trip.tlp-journal-wal"):
        path.with_name(name).unlink()

    def full(*statements: object) -> None:
        raise OutputError("no space left")

    monkeypatch.setattr(journal.database, "write", full)
    for _ in range(2):
        with pytest.raises(CutroomError, match="no space left"):
            add(session, "V2")
    monkeypatch.setattr(journal.database, "write", write)
    assert titles(session) == ["V1"]
    add(session, "V3")
    session.ledger.journal = None  # as a kill leaves it
    journal.close(keep=True)
    again = Session.open(path)
    assert titles(again) == ["V1", "V3"]
    again.close()


def test_a_journal_that_is_removed_while_a_step_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(path, ProjectSettings())
    journal = session.ledger.journal
    assert journal is not None
    write = journal.database.write

    def removed_then(*statements: tuple[str, tuple[object, ...]]) -> None:
        monkeypatch.setattr(journal.database, "write", write)
        write(*statements)
        for name in ("trip.tlp-journal", "trip.tlp-journal-wal", "trip.tlp-lock"):
            path.with_name(name).unlink()

    monkeypatch.setattr(journal.database, "write", removed_then)
    add(session, "V1")
    assert beside(path) >= {"-journal", "-lock"}
    session.ledger.journal = None  # as a kill leaves it
    journal.close(keep=True)
    again = Session.open(path)
    assert titles(again) == ["V1"]
    again.close()


def test_a_step_that_is_refused_after_it_was_written_is_no_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(path, ProjectSettings())
    add(session, "V1")
    journal, told = session.ledger.journal, []
    assert journal is not None
    session.changed.connect(lambda change: told.append(change.label))
    write = journal.database.write

    def write_and_lose(*rows: Any) -> None:
        write(*rows)
        monkeypatch.setattr(journal.database, "write", write)
        journal.path.rename(path.with_name("taken"))
        journal.path.write_bytes(b"another's")

    monkeypatch.setattr(journal.database, "write", write_and_lose)
    with pytest.raises(ReadOnlyProjectError, match="was moved"):
        add(session, "V2")
    assert (titles(session), told, session.revision) == (["V1"], [], 1)
    path.with_name("taken").replace(journal.path)
    add(session, "V3")
    session.close(save=False)
    assert titles(Session.open(path)) == ["V1", "V3"]

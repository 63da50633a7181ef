"""Saving beside others: a file that something else changed, a process that dies at the worst moment, a full disk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import cutroom as cr
from cutroom.edit.journal_files import journal_path
from cutroom.edit.operations import AddTrack
from cutroom.errors import ProjectExistsError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session


def titles(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


def add(session: Session, title: str) -> None:
    session.apply(AddTrack(track="video", title=title))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trip.tlp"


def test_a_file_that_something_else_changed_is_not_overwritten(path: Path) -> None:
    project = cr.Project.create(path)
    add(project.session, "V1")
    project.save()
    checked_out = path.read_bytes().replace(b'"V1"', b'"Main"')
    path.write_bytes(checked_out)
    add(project.session, "V2")
    for attempt in (project.save, project.close, lambda: project.save_as(path)):
        with pytest.raises(ProjectExistsError, match=r"trip\.tlp was changed by something else") as caught:
            attempt()
        assert "overwrite=True" in str(caught.value.hint)
        assert path.read_bytes() == checked_out
        assert not project.session.is_closed
    project.save(overwrite=True)
    assert [track["title"] for track in json.loads(path.read_bytes())["timeline"]["tracks"]] == ["V1", "V2"]
    project.save()
    path.write_bytes(checked_out)
    add(project.session, "V3")
    project.save_as(path.with_name("mine.tlp"))
    project.close()
    assert path.read_bytes() == checked_out
    assert titles(Session.open(path.with_name("mine.tlp"))) == ["V1", "V2", "V3"]


def test_a_file_that_was_removed_is_written_again(path: Path) -> None:
    session = Session.create(path, ProjectSettings())
    add(session, "V1")
    path.unlink()
    session.close()
    assert titles(Session.open(path)) == ["V1"]


TWICE = """
import os, signal, sys
from pathlib import Path
from cutroom.edit import ledger
from cutroom.edit.operations import AddTrack
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session
session = Session.create(Path(sys.argv[1]), ProjectSettings())
session.apply(AddTrack(track="video", title="V1"))
def interrupt():
    raise KeyboardInterrupt
session.ledger.journal.saved = interrupt
try:
    session.save()  # the file is in place, the journal was not told
except KeyboardInterrupt:
    pass
session.apply(AddTrack(track="video", title="V2"))
del session.ledger.journal.saved
ledger.write_whole = lambda path, data: os.kill(os.getpid(), signal.SIGKILL)
session.save()
"""


def test_killed_in_a_save_after_an_interrupted_save(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", TWICE, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    session = Session.open(path)
    assert titles(session) == ["V1", "V2"]
    assert session.recovered == "replayed 1 unsaved edits of a session that did not end cleanly"
    session.close()


FULL = """
import resource, signal, sys
from pathlib import Path
from cutroom.edit.journal import Journal
from cutroom.edit.operations import AddTrack
from cutroom.errors import OutputError
from cutroom.schema.document import Document, ProjectSettings
from cutroom.session import Session

path, where = Path(sys.argv[1]), sys.argv[2]

def room(folder, steps):
    # bytes of a journal that was made, and of one that was begun
    session = Session(Document(id="p"))
    for number in range(steps):
        session.apply(AddTrack(track="video", title=f"{number:0199}"))
    session = Session(session.document)  # the steps would take more room than the file
    journal = Journal(folder / "probe.tlp")
    log = journal.path.with_name(journal.path.name + "-wal")
    made = log.stat().st_size
    journal.begin(session.document, "0")
    begun = log.stat().st_size
    journal.close(keep=False)
    return session, made, begun

other = path.parent / "other"
other.mkdir()
session, made, begun = room(other, 0 if where != "file" else 200)
most = {"journal": made, "past": 0, "file": begun}[where] + 100
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    session.save_as(path, overwrite=True)
except OutputError as error:
    print("refused", flush=True)
"""

KILLED = """
import os, signal, sys
from pathlib import Path
from cutroom.edit.operations import AddTrack
from cutroom.session import Session
session = Session.open(Path(sys.argv[1]))
session.apply(AddTrack(track="video", title="V2"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("crashed", [False, True])
@pytest.mark.parametrize("where", ["journal", "past", "file"])
def test_a_disk_that_fills_while_a_project_is_replaced(path: Path, where: str, crashed: bool) -> None:
    session = Session.create(path, ProjectSettings())
    add(session, "V1")
    session.close()
    if where == "journal":
        journal_path(path).unlink()
    if crashed:
        subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL, str(path), where], capture_output=True, text=True, check=False
    )
    assert done.stdout == "refused\n", done.stderr
    assert path.read_bytes() == before
    names = {file.name for file in path.parent.iterdir()} - {"other"}
    assert {name for name in names if "aside" in name or "lock" in name} == set()
    again = Session.open(path)
    assert titles(again) == (["V1", "V2"] if crashed else ["V1"])
    assert len(again.history.steps) == {"journal": 0, "past": 1, "file": crashed}[where] + crashed
    again.close()

"""Saving beside others: a file that something else changed, a process that dies at the worst moment, a full disk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import cutroom as cr
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
from cutroom import session as sessions
from cutroom.edit.operations import AddTrack
from cutroom.schema.document import ProjectSettings
session = sessions.Session.create(Path(sys.argv[1]), ProjectSettings())
session.apply(AddTrack(track="video", title="V1"))
def interrupt():
    raise KeyboardInterrupt
session.journal.saved = interrupt
try:
    session.save()  # the file is in place, the journal was not told
except KeyboardInterrupt:
    pass
session.apply(AddTrack(track="video", title="V2"))
del session.journal.saved
sessions.write_whole = lambda path, data: os.kill(os.getpid(), signal.SIGKILL)
session.save()
"""


def test_killed_in_a_save_after_an_interrupted_save(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", TWICE, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    session = Session.open(path)
    assert titles(session) == ["V1", "V2"]
    assert session.recovered == "replayed 1 unsaved edits of a session that did not end cleanly"
    session.close()

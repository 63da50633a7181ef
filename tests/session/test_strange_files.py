"""A project folder from a stranger: links, pipes and devices where plain files should be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

import cutroom as cr
from cutroom.edit.operations import AddTrack
from cutroom.errors import CutroomError, ProjectFileError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "film").mkdir()
    path = tmp_path / "film" / "trip.tlp"
    Session.create(path, ProjectSettings()).close()
    return path


def tables(database: Path) -> list[str]:
    with apsw.Connection(str(database)) as db:
        names = [name for (name,) in db.execute("select name from sqlite_schema")]
    db.close()
    return names


@pytest.mark.parametrize("suffix", ["-journal", "-journal-wal", "-journal-journal", "-journal-shm"])
def test_a_journal_that_is_a_link_is_not_followed(path: Path, tmp_path: Path, suffix: str) -> None:
    other = tmp_path / "mine.sqlite"
    with apsw.Connection(str(other)) as db:
        db.execute("create table diary(day)")
    db.close()
    before = other.read_bytes()
    path.with_name(path.name + suffix).symlink_to(other)
    attempts = [lambda: Session.open(path), lambda: Session.create(path, ProjectSettings(), overwrite=True)]
    if suffix != "-journal-shm":  # which is not looked at where nothing is written
        attempts.append(lambda: cr.Project.open(path, read_only=True).session)
    for attempt in attempts:
        with pytest.raises(ProjectFileError, match=rf"trip\.tlp{suffix} is not a plain file") as caught:
            attempt()
        assert "remove it" in str(caught.value.hint)
    assert other.read_bytes() == before
    assert tables(other) == ["diary"]
    assert {file.name for file in path.parent.iterdir()} == {"trip.tlp", f"trip.tlp{suffix}"}
    path.with_name(path.name + suffix).unlink()
    Session.open(path).close()


def test_a_lock_that_is_a_link_makes_no_file_and_changes_none(path: Path, tmp_path: Path) -> None:
    lock, target = path.with_name("trip.tlp-lock"), tmp_path / "authorized_keys"
    lock.symlink_to(target)
    with pytest.raises(ProjectFileError, match=r"trip\.tlp-lock is not a plain file"):
        Session.open(path)
    assert not target.exists()
    target.write_text("mine")
    with pytest.raises(ProjectFileError, match=r"trip\.tlp-lock is not a plain file"):
        Session.open(path)
    assert target.read_text() == "mine"


@pytest.mark.parametrize("suffix", ["-journal", "-lock"])
def test_a_pipe_beside_a_project_is_not_waited_for(path: Path, suffix: str) -> None:
    os.mkfifo(path.with_name(path.name + suffix))
    with pytest.raises(ProjectFileError, match="not a plain file"):
        Session.open(path)


def test_a_link_that_comes_while_the_project_is_open(path: Path, tmp_path: Path) -> None:
    session = Session.open(path)
    journal = path.with_name("trip.tlp-journal")
    journal.unlink()
    journal.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CutroomError):
        session.apply(AddTrack(track="video", title="V1"))
    session.close()
    assert not (tmp_path / "elsewhere").exists()


OPENS = """
import sys
from pathlib import Path
import cutroom as cr
from cutroom.edit.project_file import digest_of
path = Path(sys.argv[1])
for attempt in (
    lambda: cr.Project.open(path),
    lambda: cr.Project.open(path, read_only=True),
    lambda: digest_of(path),
):
    try:
        attempt()
    except cr.errors.ProjectFileError as error:
        print(error.message)
"""


@pytest.mark.parametrize("kind", ["pipe", "link to a device", "folder"])
def test_a_project_that_is_not_a_plain_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "trip.tlp"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    code = [sys.executable, "-c", OPENS, str(path)]
    done = subprocess.run(code, capture_output=True, text=True, check=False, timeout=30)
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    assert all("plain file" in line for line in lines)
    assert list(tmp_path.iterdir()) == [path]

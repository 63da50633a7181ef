"""One process at a time has a project, however the processes come and go and whatever they call it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cutroom.edit.lock import ProjectLock
from cutroom.edit.operations import AddTrack
from cutroom.edit.project_file import load
from cutroom.errors import ProjectExistsError, ReadOnlyProjectError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")


def titles(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


def add(session: Session, title: str) -> None:
    session.apply(AddTrack(track="video", title=title))


OPENER = """
import sys
from pathlib import Path
from cutroom.edit import project_file, recovery
from cutroom.edit.operations import AddTrack
from cutroom.session import Session

real = project_file.load
def slowly(path):
    found = real(path)
    print("loaded", flush=True)
    sys.stdin.readline()
    return found
for module in (project_file, recovery, sys.modules["cutroom.session"]):
    if getattr(module, "load", None) is real:
        module.load = slowly
try:
    session = Session.open(Path(sys.argv[1]))
except Exception as error:
    print(type(error).__name__, flush=True)
else:
    session.apply(AddTrack(track="video", title="second"))
    session.save()
    session.close()
    print("saved", flush=True)
"""


def test_what_another_process_saves_while_one_opens_is_not_wiped(tmp_path: Path) -> None:
    """The second process is held just after it has read the file; the first tries to edit, save and close meanwhile."""
    project = tmp_path / "trip.tlp"
    Session.create(project, ProjectSettings()).close()
    with subprocess.Popen(
        [sys.executable, "-c", OPENER, str(project)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as second:
        assert second.stdin is not None
        assert second.stdout is not None
        assert second.stdout.readline() == "loaded\n"
        saved = ["first", "second", "third"]
        try:
            first = Session.open(project)
        except ReadOnlyProjectError:
            saved.remove("first")  # the second has the lock already: nobody can save between its reading and editing
        else:
            add(first, "first")
            first.close()
        second.stdin.write("\n")
        second.stdin.flush()
        assert second.stdout.readline() == "saved\n"
    third = Session.open(project)
    add(third, "third")
    third.close()
    assert [track.title for track in load(project)[0].tracks] == saved


RACER = """
import json, os, signal, sys, time
from pathlib import Path
from cutroom.edit.operations import AddTrack
from cutroom.errors import ProjectExistsError, ReadOnlyProjectError
from cutroom.session import Session

name, path, end, done = sys.argv[1], Path(sys.argv[2]), time.monotonic() + float(sys.argv[3]), []
while time.monotonic() < end:
    try:
        session = Session.open(path)
    except ReadOnlyProjectError:
        continue
    title = f"{name}-{len(done)}"
    session.apply(AddTrack(track="video", title=title))
    done.append(title)
    if len(done) >= 60:
        session.close()
        break
    session.close()
    if len(done) % 7 == 0:
        time.sleep(0.002)
print(json.dumps(done), flush=True)
"""


def test_processes_that_take_turns_lose_no_edit(tmp_path: Path) -> None:
    project = tmp_path / "trip.tlp"
    Session.create(project, ProjectSettings()).close()
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, name, str(project), "20"], stdout=subprocess.PIPE, text=True)
        for name in ("a", "b", "c")
    ]
    done = [title for racer in racers for title in json.loads(racer.communicate(timeout=100)[0])]
    assert all(racer.returncode == 0 for racer in racers)
    assert len(done) > 30
    last = Session.open(project)
    assert sorted(titles(last)) == sorted(done)
    last.close()
    assert {path.name for path in tmp_path.iterdir()} == {"trip.tlp", "trip.tlp-journal"}


KILLED = """
import os, signal, sys
from pathlib import Path
from cutroom.edit.operations import AddTrack
from cutroom.session import Session
session = Session.open(Path(sys.argv[1]))
session.apply(AddTrack(track="video", title="V1"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    project = tmp_path / "trip.tlp"
    Session.create(project, ProjectSettings()).close()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(project)], check=False)
    assert killed.returncode == -signal.SIGKILL
    again = Session.open(project)
    assert titles(again) == ["V1"]
    again.close()
    assert {path.name for path in tmp_path.iterdir()} == {"trip.tlp", "trip.tlp-journal"}


@pytest.mark.parametrize("way", ["create", "save_as"])
def test_a_project_that_came_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Between the question whether there is a file and the lock, another makes one, saves it and closes it."""
    project = tmp_path / "trip.tlp"
    session = Session.create(tmp_path / "mine.tlp", ProjectSettings())
    born = ProjectLock.__init__

    def other_first(self: ProjectLock, path: Path) -> None:
        monkeypatch.setattr(ProjectLock, "__init__", born)
        other = Session.create(path, ProjectSettings())
        add(other, "theirs")
        other.close()
        born(self, path)

    monkeypatch.setattr(ProjectLock, "__init__", other_first)
    with pytest.raises(ProjectExistsError, match=r"trip\.tlp exists"):
        Session.create(project, ProjectSettings()) if way == "create" else session.save_as(project)
    assert [track.title for track in load(project)[0].tracks] == ["theirs"]
    assert session.path == tmp_path / "mine.tlp"
    session.close()
    assert {path.name for path in tmp_path.iterdir()} == {"trip.tlp", "trip.tlp-journal", "mine.tlp"}


def test_a_refused_start_leaves_what_a_crash_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "trip.tlp"
    born = ProjectLock.__init__

    def crash_first(self: ProjectLock, path: Path) -> None:
        monkeypatch.setattr(ProjectLock, "__init__", born)
        Session.create(path, ProjectSettings()).close()
        subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
        born(self, path)

    monkeypatch.setattr(ProjectLock, "__init__", crash_first)
    with pytest.raises(ProjectExistsError):
        Session.create(project, ProjectSettings())
    again = Session.open(project)
    assert titles(again) == ["V1"]
    again.close()


def test_a_lock_whose_file_was_removed_while_it_was_taken_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its holder lets go between the opening of the file and the locking: the locked file is nobody's any more."""
    import fcntl

    first = ProjectLock(tmp_path / "trip.tlp")
    flock = fcntl.flock

    def release_first(descriptor: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        first.release()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", release_first)
    second = ProjectLock(tmp_path / "trip.tlp")
    assert second.path.exists()
    with pytest.raises(ReadOnlyProjectError):
        ProjectLock(tmp_path / "trip.tlp")
    second.release()
    assert list(tmp_path.iterdir()) == []

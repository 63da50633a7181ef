"""One process at a time has a project, however the processes come and go and whatever they call it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cutroom.edit.operations import AddTrack
from cutroom.edit.project_file import load
from cutroom.errors import ReadOnlyProjectError
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
from cutroom.errors import ReadOnlyProjectError
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
    assert [path.name for path in tmp_path.iterdir()] == ["trip.tlp"]


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
    assert [path.name for path in tmp_path.iterdir()] == ["trip.tlp"]

"""A process that forks while it has a project open: the child has no part in it, however it goes on and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cutroom.session import Session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks and kills")

HEAD = """
import gc, multiprocessing, os, signal, sys
from pathlib import Path
import cutroom as cr
from cutroom.edit.operations import AddTrack
from cutroom.session import Session
path = Path(sys.argv[1])

def waited(child):
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

def refused(call):
    try:
        call()
    except cr.errors.ReadOnlyProjectError as error:
        assert "process" in error.message, error.message
    else:
        raise AssertionError("not refused")
"""

TAIL = """
names = {file.name for file in path.parent.iterdir()}
assert names >= {"trip.tlp", "trip.tlp-journal", "trip.tlp-journal-wal", "trip.tlp-lock"}, names
session.apply(AddTrack(track="video", title="after"))
os.kill(os.getpid(), signal.SIGKILL)
"""

BEGUN = """
session = Session.open(path) if path.exists() else Session.create(path, cr.Project.create().settings)
session.apply(AddTrack(track="video", title="before"))
"""

EXITS = """
if not (child := os.fork()):
    sys.exit(0)
waited(child)
"""

COLLECTS = """
def work():
    global session
    refused(lambda: session.apply(AddTrack(track="video", title="mine")))
    refused(session.undo)
    refused(session.save)
    session.close()
    del session
    gc.collect()

process = multiprocessing.get_context("fork").Process(target=work)
process.start()
process.join()
assert process.exitcode == 0
"""

GOES_ON = """
if not (child := os.fork()):
    session.save_as(path.with_name("other.tlp"))
    session.apply(AddTrack(track="video", title="mine"))
    session.close()
    sys.exit(0)
waited(child)
"""

OPENS = """
project = cr.Project.open(path) if path.exists() else cr.Project.create(path)
session = project.session
session.apply(AddTrack(track="video", title="before"))
if not (child := os.fork()):
    refused(lambda: cr.Project.open(path))
    refused(lambda: cr.Project.create(path, overwrite=True))
    assert cr.Project.open(path, read_only=True).session is not session
    del project, session
    gc.collect()
    sys.exit(0)
waited(child)
"""


@pytest.mark.parametrize("network", [False, True])
@pytest.mark.parametrize("body", [BEGUN + EXITS, BEGUN + COLLECTS, BEGUN + GOES_ON, OPENS])
def test_a_fork_leaves_the_project_to_its_parent(tmp_path: Path, body: str, network: bool) -> None:
    path = tmp_path / "trip.tlp"
    head, tail = HEAD, TAIL
    if network:
        head += "from cutroom.edit import journal_database\njournal_database.on_network_disk = lambda _: True\n"
        tail = tail.replace('"trip.tlp-journal-wal", ', "")
    code = [sys.executable, "-c", head + body + tail, str(path)]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    again = Session.open(path)
    assert [track.title for track in again.document.tracks] == ["before", "after"]
    again.close()
    if "other.tlp" in body:
        other = Session.open(path.with_name("other.tlp"))
        assert [track.title for track in other.document.tracks] == ["before", "mine"]
        other.close()


OUTLIVES = """
import time
if not (child := os.fork()):
    time.sleep(60)
    os._exit(0)
print(child, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_child_that_outlives_its_parent_keeps_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "trip.tlp"
    with subprocess.Popen(
        [sys.executable, "-c", HEAD + BEGUN + OUTLIVES, str(path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            assert parent.wait(30) == -signal.SIGKILL
            again = Session.open(path)
            assert [track.title for track in again.document.tracks] == ["before"]
            again.close()
        finally:
            os.kill(child, signal.SIGKILL)

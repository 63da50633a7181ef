"""Ctrl-C at every line of an edit, an undo or a redo: what the journal holds is what the session shows."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cutroom.session import Session

CHILD = """
import json, os, signal, sys
from pathlib import Path

from cutroom import session as sessions
from cutroom.edit import history, journal, journal_database, ledger, project_file
from cutroom.edit.operations import AddTrack
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

FILES = {module.__file__ for module in (sessions, history, journal, journal_database, ledger, project_file)}

class Interrupt:
    # as a user does: after so many lines, wherever that is
    def __init__(self, after):
        self.left, self.struck = after, False

    def __call__(self, frame, event, argument):
        if frame.f_code.co_filename not in FILES:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                self.struck = True
                raise KeyboardInterrupt
        return self

    def over(self, call):
        sys.settrace(self)
        try:
            call()
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(None)
        return self.struck

def add(session, title):
    session.apply(AddTrack(track="video", title=title))

def titles(session):
    return [track.title for track in session.document.tracks]

told, open_ones = {}, []
for what in ("apply", "undo", "redo", "block"):
    for n in range(1, 400):
        folder = Path(sys.argv[1]) / f"{what}-{n}"
        folder.mkdir()
        session = Session.create(folder / "trip.tlp", ProjectSettings())
        add(session, "V1")
        add(session, "V2")
        def block():
            with session.edit("two"):
                add(session, "V3")
                add(session, "V4")
        if what == "redo":
            session.undo()
        call = {"apply": lambda: add(session, "V3"), "undo": session.undo, "redo": session.redo, "block": block}[what]
        struck = Interrupt(n).over(call)
        add(session, "later")
        told[folder.name] = titles(session)
        open_ones.append(session)
        if not struck:
            break
    else:
        sys.exit("it never ended")
print(json.dumps(told), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_an_interrupt_anywhere_leaves_document_and_journal_alike(quick_disk: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(quick_disk)], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert len(told) > 60
    allowed = {
        "apply": [["V1", "V2"], ["V1", "V2", "V3"]],
        "undo": [["V1", "V2"], ["V1"]],
        "redo": [["V1"], ["V1", "V2"]],
        "block": [["V1", "V2"], ["V1", "V2", "V3", "V4"]],
    }
    for name, shown in told.items():
        again = Session.open(quick_disk / name / "trip.tlp")
        assert [track.title for track in again.document.tracks] == shown, name
        assert shown[-1] == "later"
        assert shown[:-1] in allowed[name.split("-")[0]], name
        again.close(save=False)

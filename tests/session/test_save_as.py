"""Under another name a project keeps its steps, and every one of them finds its media."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from editing import make_media

from cutroom.edit.operations import AddMedia, AddTrack
from cutroom.schema.document import Document, ProjectSettings
from cutroom.session import Session


def add(session: Session, title: str) -> None:
    session.apply(AddTrack(track="video", title=title))


def titles(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


def filled(session: Session) -> None:
    """A track, then a media with a track in one step, then a step that was undone."""
    add(session, "V1")
    with session.edit("two"):
        session.apply(AddMedia(media=make_media("m_a")))
        add(session, "V2")
    add(session, "V3")
    session.undo()


def walk(session: Session) -> list[tuple[list[str], list[Path]]]:
    """Titles and media at every step, from the last that can be redone back to the first."""
    while session.history.done < len(session.history.steps):
        session.redo()
    seen = []
    while True:
        seen.append((titles(session), [session.media_path(media.id) for media in session.document.media]))
        if not session.history.done:
            return seen
        session.undo()


@pytest.mark.parametrize("in_memory", [False, True])
def test_the_steps_are_kept(tmp_path: Path, in_memory: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    session = Session(Document(id="p")) if in_memory else Session.create(tmp_path / "trip.tlp", ProjectSettings())
    filled(session)
    before = session.history
    session.save_as(tmp_path / "sub" / "other.tlp")
    assert not session.dirty
    assert [step.label for step in session.history.steps] == ["add track", "two", "add track"]
    assert session.history.done == before.done == 2
    film = tmp_path / "m_a.mp4"
    assert walk(session) == [
        (["V1", "V2", "V3"], [film]),
        (["V1", "V2"], [film]),
        (["V1"], []),
        ([], []),
    ]
    session.close()


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_save_as import add, filled
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

folder = Path(sys.argv[1])
session = Session.create(folder / "trip.tlp", ProjectSettings())
filled(session)
session.save_as(folder / "sub" / "other.tlp")
session.undo()
session.undo()
session.redo()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_steps_before_it_are_replayed_after_a_kill(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    here = Path(__file__).parent
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), str(here)],
        env={**os.environ, "PYTHONPATH": str(here.parent / "edit")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr
    session = Session.open(tmp_path / "sub" / "other.tlp")
    assert session.recovered
    assert titles(session) == ["V1"]
    film = tmp_path / "m_a.mp4"
    assert walk(session) == [(["V1", "V2", "V3"], [film]), (["V1", "V2"], [film]), (["V1"], []), ([], [])]
    session.close(save=False)

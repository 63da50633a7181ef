"""Values that fit an operation and not the document: refused in Cutroom's words, by an edit and by a replay."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import apsw
import pytest
from editing import build, ids, make_media

from cutroom.edit.operations import OPERATION, AddEffect, AddMedia, AddTrack
from cutroom.errors import EditError, ValidationError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session


def effects(session: Session) -> int:
    return len(session.document.clip(ids(session.document)[0]).effects)


def one_more(session: Session) -> AddEffect:
    return AddEffect(clip=ids(session.document)[0], effect="blur")


def test_one_effect_too_many() -> None:
    session = Session(build())
    while effects(session) < 64:
        session.apply(one_more(session))
    before = session.state
    with pytest.raises(ValidationError, match=r"effects: .*at most 64 items"):
        session.apply(one_more(session))
    assert session.state == before
    with session.edit("many"), pytest.raises(ValidationError, match=r"effects: .*at most 64 items"):
        session.apply(one_more(session))
    assert session.state == before


def test_text_that_no_file_can_hold(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "trip.tlp", ProjectSettings())
    for attempt in (
        lambda: session.apply(AddMedia(media=make_media("m_a").evolve(path="a\udcff.mp4"))),
        lambda: session.apply(AddTrack(track="video", title="V1"), "a\udcff"),
    ):
        with pytest.raises(EditError, match="UTF-8"):
            attempt()
        assert session.revision == 0
    session.apply(AddTrack(track="video", title="V1"))
    session.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from editing import build, ids
from cutroom.edit.operations import AddEffect
from cutroom.edit.recovery import begin
from cutroom.session import Session

path = Path(sys.argv[1])
begin(path, build(), overwrite=False).close(keep=False)
session = Session.open(path)
for _ in range(64):
    session.apply(AddEffect(clip=ids(session.document)[0], effect="blur"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_a_journal_with_a_step_that_does_not_fit_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "trip.tlp"
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1] / 'edit')!r})" + KILLED
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    document = build()
    operation = OPERATION.dump_json(AddEffect(clip=ids(document)[0], effect="blur")).decode()
    with apsw.Connection(str(path) + "-journal") as db:
        db.execute("insert into steps(kind, label, operation, at) values('apply', 'one more', ?, 0)", (operation,))
    db.close()
    with pytest.warns(UserWarning, match=r"aside-1: .*effects: .*at most 64 items"):
        session = Session.open(path)
    assert session.document == document
    session.close()
    assert {file.name for file in tmp_path.iterdir()} == {"trip.tlp", "trip.tlp-journal.aside-1"}
    Session.open(path).close()


def test_an_opening_that_fails_for_any_reason_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trip.tlp"
    Session.create(path, ProjectSettings()).close()
    with monkeypatch.context() as patch:
        patch.setattr("cutroom.edit.recovery.load", lambda path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Session.open(path)
    assert [file.name for file in tmp_path.iterdir()] == ["trip.tlp"]
    Session.open(path).close()

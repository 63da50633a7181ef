"""A project on the disk: saved whole, journalled always, recovered after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from cutroom.edit.operations import AddTrack
from cutroom.errors import EditError, OutputError, ProjectExistsError, ProjectFileError, ReadOnlyProjectError
from cutroom.schema.document import Document, ProjectSettings
from cutroom.session import Session


def titles(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


def add(session: Session, title: str) -> None:
    session.apply(AddTrack(track="video", title=title))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "trip.tlp"


def test_create_save_open(project: Path) -> None:
    session = Session.create(project, ProjectSettings(fps="30000/1001"))
    add(session, "V1")
    session.save()
    add(session, "V2")
    session.close()
    assert sorted(path.name for path in project.parent.iterdir()) == ["trip.tlp", "trip.tlp-journal"]
    again = Session.open(project)
    assert titles(again) == ["V1", "V2"]
    assert again.recovered == ""
    assert str(again.document.settings.fps) == "30000/1001"
    again.close()
    with pytest.raises(ProjectExistsError):
        Session.create(project, ProjectSettings())


def test_undo_redo_and_groups(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    heard: list[tuple[int, str, str]] = []
    session.changed.connect(lambda change: heard.append((change.revision, change.kind, change.label)))
    with session.edit("two tracks"):
        add(session, "V1")
        add(session, "V2")
    with pytest.raises(EditError), session.edit("broken"):  # noqa: PT012 - the first edit must be taken back
        add(session, "V3")
        add(session, "V3")
    assert titles(session) == ["V1", "V2"]
    session.undo()
    assert titles(session) == []
    session.redo()
    assert titles(session) == ["V1", "V2"]
    assert heard == [(1, "apply", "two tracks"), (2, "undo", "two tracks"), (3, "redo", "two tracks")]
    with pytest.raises(EditError, match="nothing to redo"):
        session.redo()
    session.close()


def test_a_failing_subscriber_does_not_harm(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    session.changed.connect(lambda change: 1 / 0)
    add(session, "V1")
    assert titles(session) == ["V1"]
    session.close()


CHILD = """
import os, signal, sys
from pathlib import Path
from cutroom.edit.operations import AddTrack
from cutroom.session import Session
session = Session.open(Path(sys.argv[1]))
for i in range(int(sys.argv[2])):
    session.apply(AddTrack(track="video", title=f"K{i}"))
session.undo()
print("acknowledged", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("save_between", [False, True])
def test_kill_loses_nothing_acknowledged(project: Path, save_between: bool) -> None:
    session = Session.create(project, ProjectSettings())
    add(session, "V1")
    session.close()
    code = CHILD.replace("session.undo()", "session.save(); session.undo()") if save_between else CHILD
    done = subprocess.run([sys.executable, "-c", code, str(project), "3"], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert "acknowledged" in done.stdout
    again = Session.open(project)
    assert titles(again) == ["V1", "K0", "K1"]
    assert again.recovered
    again.redo()
    assert titles(again) == ["V1", "K0", "K1", "K2"]
    again.close()
    assert Session.open(project).recovered == ""


def test_a_file_changed_behind_the_journal_is_believed_and_the_journal_kept(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    add(session, "V1")
    session.close()
    before = project.read_bytes()
    subprocess.run([sys.executable, "-c", CHILD, str(project), "2"], capture_output=True, check=False)
    project.write_bytes(before.replace(b'"V1"', b'"Main"'))
    with pytest.warns(UserWarning, match="kept in trip.tlp-journal.aside-1"):
        again = Session.open(project)
    assert titles(again) == ["Main"]
    assert (project.parent / "trip.tlp-journal.aside-1").stat().st_size > 0
    again.close()


def crashed(project: Path) -> None:
    """A session that added K0 to V1 and was killed before it saved."""
    session = Session.create(project, ProjectSettings())
    add(session, "V1")
    session.close()
    subprocess.run([sys.executable, "-c", CHILD, str(project), "2"], capture_output=True, check=False)


@pytest.mark.parametrize("damage", ["garbage", "unknown operation", "cut short"])
def test_a_journal_that_cannot_be_read_is_set_aside(project: Path, damage: str) -> None:
    crashed(project)
    journal = project.with_name("trip.tlp-journal")
    if damage == "unknown operation":
        import apsw

        with apsw.Connection(str(journal)) as db:
            db.execute("update steps set operation = replace(operation, 'add_track', 'no_such_thing')")
        db.close()
    else:
        for suffix in ("-wal", "-shm"):
            project.with_name("trip.tlp-journal" + suffix).unlink(missing_ok=True)
        journal.write_bytes(b"garbage" * 1000 if damage == "garbage" else b"SQLite format 3\0" + b"x" * 50)
    with pytest.warns(UserWarning, match="kept in trip.tlp-journal.aside-1"):
        again = Session.open(project)
    assert titles(again) == ["V1"]
    add(again, "V2")
    again.close()
    assert titles(Session.open(project)) == ["V1", "V2"]


def test_starting_anew_keeps_what_a_crashed_session_had_and_says_nothing(project: Path) -> None:
    crashed(project)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session = Session.create(project, ProjectSettings(), overwrite=True)
    assert session.recovered == (
        "unsaved edits of the project that was here are kept in trip.tlp-journal.aside-1: it was started anew; "
        'Project.recover("trip.tlp-journal.aside-1") brings them back'
    )
    session.close()
    assert (project.parent / "trip.tlp-journal.aside-1").exists()
    again = Session.open(project)
    assert (titles(again), again.recovered) == ([], "")
    again.close()


def test_starting_anew_drops_a_journal_that_holds_nothing_unsaved(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    add(session, "V1")
    session.save()
    assert session.ledger.journal
    session.ledger.journal.close(keep=True)  # as a kill after the save leaves it
    session.ledger.journal = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Session.create(project, ProjectSettings(), overwrite=True).close()
    assert not list(project.parent.glob("*aside*"))


def test_a_block_is_seen_by_its_own_thread_only(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    seen: list[int] = []
    with session.edit("two"):
        add(session, "V1")
        thread = threading.Thread(target=lambda: seen.append(len(session.document.tracks)))
        thread.start()
        thread.join()
        assert titles(session) == ["V1"]
        for attempt in (session.save, lambda: session.save_as(project.with_name("b.tlp")), session.close):
            with pytest.raises(EditError, match="inside an edit block"):
                attempt()
    assert seen == [0]
    assert session.state == (1, session.document)
    session.close()


def test_notes_of_a_block_are_told(project: Path) -> None:
    from editing import build, ids

    from cutroom.edit.operations import AddTransition, Delete

    session = Session(build())
    first, second = ids(session.document)
    session.apply(AddTransition(left=first, right=second, duration=1))
    with session.edit("tidy"):
        session.apply(Delete(clip=second))
    assert "removed the dissolve" in session.last
    assert "removed the dissolve" in session.history.steps[-1].notes[0]


def test_save_as_its_own_name_saves(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    add(session, "V1")
    session.save_as(project)
    assert not session.dirty
    session.close()
    with pytest.raises(EditError, match="was closed"):
        session.save_as(project.with_name("b.tlp"))
    assert not project.with_name("b.tlp").exists()


def test_crash_between_rename_and_bookkeeping(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(project, ProjectSettings())
    add(session, "V1")
    assert session.ledger.journal is not None
    monkeypatch.setattr(session.ledger.journal, "saved", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        session.save()
    session.ledger.journal.close(keep=True)
    again = Session.open(project)
    assert titles(again) == ["V1"]
    assert again.recovered == ""
    again.close()


def test_second_process_is_told(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    code = "import sys; from pathlib import Path; from cutroom.session import Session; Session.open(Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, str(project)], capture_output=True, text=True, check=False)
    assert "ReadOnlyProjectError" in done.stderr
    assert "open in another process" in done.stderr
    with pytest.raises(ReadOnlyProjectError):
        Session.create(project, ProjectSettings(), overwrite=True)
    session.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a project file"),
        ("{", "not a project file"),
        ("\ud800", "it is not text"),
        ("[1]", "not a Cutroom project"),
        ('{"schema_version": 99}', "newer Cutroom"),
        ('{"schema_version": 1, "id": "p", "id": "q"}', "'id' stands twice"),
        ('{"schema_version": 1, "id": "p", "x": NaN}', "NaN"),
        ('{"schema_version": 1, "id": "p", "shell": "rm"}', r"\$\.shell"),
        ('{"schema_version": 1, "id": "p", "settings": {"fps": "1/0"}}', r"\$\.settings\.fps"),
        ('{"schema_version": 1, "id": "p", "settings": {"fps": 29.97}}', r"\$\.settings\.fps"),
    ],
)
def test_broken_files_are_refused_by_name(project: Path, text: str, message: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    project.write_bytes(data)
    with pytest.raises(ProjectFileError, match=message):
        Session.open(project)
    assert project.read_bytes() == data
    assert list(project.parent.iterdir()) == [project]


def test_missing_project(project: Path) -> None:
    with pytest.raises(ProjectFileError, match="there is no project"):
        Session.open(project)


def test_unwritable_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        Session.create(tmp_path / "no" / "such" / "trip.tlp", ProjectSettings())


def test_a_failed_save_leaves_the_old_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(project, ProjectSettings())
    old = project.read_bytes()
    add(session, "V1")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="no space left"):
        session.save()
    monkeypatch.undo()
    assert project.read_bytes() == old
    assert titles(session) == ["V1"]
    session.save()
    assert json.loads(project.read_text())["timeline"]["tracks"][0]["title"] == "V1"
    session.close()


def test_threads_share_one_document(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    threads = [threading.Thread(target=add, args=(session, f"V{i}")) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(titles(session)) == [f"V{i}" for i in range(8)]
    assert session.revision == 8
    session.close()


def test_save_as_keeps_media_paths_true(project: Path, tmp_path: Path) -> None:
    session = Session.create(project, ProjectSettings())
    add(session, "V1")
    (tmp_path / "sub").mkdir()
    session.save_as(tmp_path / "sub" / "other.tlp")
    session.close()
    assert titles(Session.open(tmp_path / "sub" / "other.tlp")) == ["V1"]
    assert titles(Session.open(project)) == []


def test_a_closed_project_can_be_read_but_not_edited(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    add(session, "V1")
    session.close()
    for edit in (lambda: add(session, "V2"), session.undo):
        with pytest.raises(EditError, match="was closed"):
            edit()
    assert titles(session) == ["V1"]
    assert titles(Session.open(project)) == ["V1"]


def test_a_document_in_memory_needs_no_file() -> None:
    session = Session(Document(id="p"))
    add(session, "V1")
    with pytest.raises(EditError, match="no file yet"):
        session.save()
    session.close()


def test_a_note_is_told_with_its_step(project: Path) -> None:
    session = Session.create(project, ProjectSettings())
    with session.edit("a track"):
        add(session, "V1")
        session.note("its title is short")
    assert session.last == "a track; its title is short"
    assert session.history.steps[0].notes == ("its title is short",)
    with pytest.raises(EditError):
        session.note("nothing under way")
    session.close()

"""Disks with ways of their own: no folder syncs, no modes, quotas, networks; and what a kill in a save leaves."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cutroom.edit import journal_database, project_file
from cutroom.edit.operations import AddTrack
from cutroom.errors import DiskFullError, OutputError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at descriptors in /proc")


def add(session: Session, title: str) -> None:
    session.apply(AddTrack(track="video", title=title))


def titles(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EIO])
def test_a_disk_that_cannot_sync_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    sync = os.fsync

    def files_only(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(code, os.strerror(code))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    if code == errno.EIO:
        with pytest.raises(OutputError, match="cannot write"):
            Session.create(tmp_path / "trip.tlp", ProjectSettings())
        return
    session = Session.create(tmp_path / "trip.tlp", ProjectSettings())
    add(session, "V1")
    session.close()
    assert titles(Session.open(tmp_path / "trip.tlp")) == ["V1"]


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP])
def test_a_disk_without_modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refused(*values: object, **more: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "chmod", refused)
    Session.create(tmp_path / "trip.tlp", ProjectSettings()).close()
    assert [file.name for file in tmp_path.iterdir()] == ["trip.tlp"]


def test_a_quota_that_is_used_up_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(tmp_path / "trip.tlp", ProjectSettings())
    add(session, "V1")

    def used_up(descriptor: int) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", used_up)
        with pytest.raises(DiskFullError):
            session.save()
    session.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from cutroom.edit.operations import AddTrack
from cutroom.session import Session
session = Session.open(Path(sys.argv[1]))
session.apply(AddTrack(track="video", title="V1"))
os.replace = lambda *names: os.kill(os.getpid(), signal.SIGKILL)
session.save()
"""


@pytest.mark.parametrize("way", ["open", "create"])
def test_what_a_kill_in_a_save_leaves_is_swept(tmp_path: Path, way: str) -> None:
    path = tmp_path / "trip.tlp"
    Session.create(path, ProjectSettings()).close()
    mine = tmp_path / ".trip.tlp.notes"
    other = tmp_path / ".other.tlp.abcd0123.part"
    for file in (mine, other):
        file.write_text("mine")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".trip.tlp.*.part"))) == 1
    if way == "open":
        session = Session.open(path)
        assert titles(session) == ["V1"]
    else:
        session = Session.create(path, ProjectSettings(), overwrite=True)
    session.close()
    assert {file for file in tmp_path.iterdir() if "-journal" not in file.name} == {path, mine, other}


def test_a_network_disk_gets_a_rollback_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the same project was edited on a local disk before, and was left with a write-ahead log."""
    path = tmp_path / "trip.tlp"
    session = Session.create(path, ProjectSettings())
    add(session, "V1")
    log = path.with_name("trip.tlp-journal-wal")
    assert log.stat().st_size > 0
    session.close(save=False)
    monkeypatch.setattr(journal_database, "on_network_disk", lambda folder: folder == tmp_path)
    again = Session.open(path)
    assert again.ledger.journal is not None
    for title in ("V2", "V3"):
        add(again, title)
        assert not log.exists()
        assert not path.with_name("trip.tlp-journal-shm").exists()
    assert again.ledger.journal.database.connection.execute("pragma journal_mode").get == "delete"
    assert titles(again) == ["V1", "V2", "V3"]
    again.close()


def test_folders_are_synced_where_that_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    sync = os.fsync

    def heard(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", heard)
    project_file.write_whole(tmp_path / "trip.tlp", b"{}")
    assert synced[-1] == str(tmp_path)


def test_a_journal_that_was_cut_off_while_it_was_open(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "trip.tlp", ProjectSettings())
    for n in range(150):
        add(session, f"{n} " + "x" * 150)
    before = titles(session)
    session.ledger.journal.database.connection.execute("pragma shrink_memory")
    for file in tmp_path.glob("*-journal*"):
        os.truncate(file, 0)
    for call in (session.save, lambda: add(session, "one more"), session.close):
        with pytest.raises(OutputError, match=r"^the journal trip\.tlp-journal can be neither read nor") as caught:
            call()
        assert "save_as" in caught.value.hint
        assert titles(session) == before
    session.save_as(tmp_path / "other.tlp")
    session.close()
    assert titles(Session.open(tmp_path / "other.tlp")) == before

"""The files of the data folder: what cannot be opened or written is an error that names the file and the setting."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

import cutroom as cr
from cutroom.app import App
from cutroom.errors import DiskFullError, OutputError
from cutroom.jobs.store import JobStore
from cutroom.settings import settings, storing
from cutroom.workers.grantbook import GrantBook


@pytest.fixture(params=[GrantBook, JobStore])
def store(request: pytest.FixtureRequest) -> Callable[[Path], object]:
    made: Callable[[Path], object] = request.param
    return made


def test_a_file_that_cannot_be_opened(tmp_path: Path, store: Callable[[Path], object]) -> None:
    (tmp_path / "a.db").mkdir()
    with pytest.raises(OutputError, match=r"a\.db") as caught:
        store(tmp_path / "a.db")
    assert "CUTROOM_DATA_DIR" in (caught.value.hint or "")


def full(connection: apsw.Connection) -> None:
    """A disk without space, as SQLite sees one."""
    connection.pragma("max_page_count", 1)


def test_a_full_disk_while_a_grant_is_remembered(tmp_path: Path) -> None:
    book = GrantBook(tmp_path / "grants.db")
    full(book._db)
    with pytest.raises(DiskFullError, match=r"grants\.db"):
        book.allow(tmp_path / ("long/" * 2000), remember=True)
    book.close()


def test_a_full_disk_while_a_job_is_added(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    full(store._db)
    with pytest.raises(DiskFullError, match=r"jobs\.db"):
        store.add("export", "a", {"long": "x" * 100_000})
    store._db.pragma("max_page_count", 1 << 20)
    assert [record.title for record in store.all()] == []
    store.add("export", "b", {})
    store.close()


def test_our_own_mistakes_are_not_taken_for_the_disk(tmp_path: Path) -> None:
    with pytest.raises(apsw.SQLError), storing(tmp_path / "a.db"):
        apsw.Connection(":memory:").execute("no sql")


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CUTROOM_DATA_DIR", str(tmp_path / "data"))
    folder = settings().data_dir
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder)


def test_the_interface_names_the_file(data_folder: Path, film, monkeypatch: pytest.MonkeyPatch) -> None:
    (data_folder / "grants.db").mkdir()
    (data_folder / "jobs.db").mkdir()
    services = App()
    for module in ("renderer", "project"):
        monkeypatch.setattr(f"cutroom.api.{module}.app", lambda: services)
    with pytest.raises(OutputError, match=r"grants\.db"):
        cr.Project.create().media.add(film.path)
    with pytest.raises(OutputError, match=r"grants\.db"):
        cr.verify(film.path)
    with pytest.raises(OutputError, match=r"jobs\.db"):
        cr.jobs.to_df()
    services.close()


def test_a_damaged_book_is_begun_anew_without_what_lay_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "grants.db"
    book = GrantBook(path)
    book.allow(tmp_path / "a.mp4", remember=True)
    book._db.execute("pragma wal_checkpoint(truncate)")
    book.allow(tmp_path / "c.mp4", remember=True)  # the log holds the one page that this changes
    path.write_bytes(b"no database at all" * 1000)  # another process still has it open: its log stays
    again = GrantBook(path)
    assert not again.grants.may_read(tmp_path / "a.mp4")
    again.allow(tmp_path / "b.mp4", remember=True)
    again.close()
    book._db.close()
    assert GrantBook(path).grants.may_read(tmp_path / "b.mp4")
    assert (tmp_path / "grants.db.damaged").exists()

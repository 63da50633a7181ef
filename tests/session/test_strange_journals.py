"""Journals from strangers, and damaged ones: bounded, believed no more than a project file, set aside by name."""

from __future__ import annotations

import json
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from editing import build

from cutroom.edit import journal_database, project_file, recorded
from cutroom.edit.operations import AddTrack
from cutroom.errors import CutroomError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session


def titles(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """A project whose journal holds a track that the file does not."""
    path = tmp_path / "trip.tlp"
    session = Session.create(path, ProjectSettings())
    session.apply(AddTrack(track="video", title="V1"))
    session.close(save=False)
    return path


def change(path: Path, *statements: str, base: bytes | None = None) -> None:
    with apsw.Connection(str(path.with_name(path.name + "-journal"))) as db:
        for sql in statements:
            db.execute(sql)
        if base is not None:
            db.execute("update meta set value = ? where key = 'base'", (base,))
    db.close()


def set_aside(path: Path, why: str) -> None:
    with pytest.warns(UserWarning, match=rf"trip\.tlp-journal\.aside-1.*{why}"):
        session = Session.open(path)
    assert titles(session) == []
    session.apply(AddTrack(track="video", title="V2"))
    session.close()
    assert titles(Session.open(path)) == ["V2"]


def test_a_document_that_unpacks_without_end(crashed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (journal_database, project_file, recorded):
        monkeypatch.setattr(module, "LARGEST", 2**20)
    change(crashed, base=zlib.compress(b"[" * 2**26, 9))
    tracemalloc.start()
    try:
        set_aside(crashed, "more than 1 MiB")
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


def twice() -> bytes:
    return build().model_dump_json().replace('"id":', '"id":"q","id":', 1).encode()


def loose() -> bytes:
    plain = json.loads(build().model_dump_json())
    plain["media"] = []
    return json.dumps(plain).encode()


@pytest.mark.parametrize(("base", "why"), [(twice(), "stands twice"), (loose(), "there is no media"), (b"[]", "not a")])
def test_a_document_that_no_project_file_may_hold(crashed: Path, base: bytes, why: str) -> None:
    change(crashed, base=zlib.compress(base))
    set_aside(crashed, why)


def test_a_document_that_is_cut_short(crashed: Path) -> None:
    change(crashed, base=zlib.compress(build().model_dump_json().encode())[:-9])
    set_aside(crashed, "cut short")


def test_a_step_that_is_too_large(crashed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(crashed, "update steps set operation = printf('%.*c', 3000000, ' ') || operation")
    for module in (journal_database, project_file, recorded):
        monkeypatch.setattr(module, "LARGEST", 2**20)
    set_aside(crashed, "cannot be read")


@pytest.mark.parametrize(
    "statements",
    [
        ["drop table steps", "create view steps as select 1 number, 'apply' kind, '' label, '' operation, 0 at"],
        ["drop table steps", "create table steps(a)"],
        ["drop table meta", "create table meta_(a)", "create index meta on meta_(a)"],
        ["update steps set at = 'noon'"],
        ["update steps set at = 1e300"],
        ["update steps set kind = 'format'"],
    ],
)
def test_tables_that_are_not_those_of_a_journal(crashed: Path, statements: list[str]) -> None:
    change(crashed, *statements)
    set_aside(crashed, "")


def test_triggers_are_not_run(crashed: Path) -> None:
    change(crashed, "create trigger t after insert on steps begin delete from steps; end")
    session = Session.open(crashed)
    session.apply(AddTrack(track="video", title="V2"))
    session.close(save=False)
    again = Session.open(crashed)
    assert titles(again) == ["V1", "V2"]
    again.close()


def test_an_edit_that_no_journal_could_give_back_is_refused(crashed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_database, "LARGEST", 4096)
    session = Session.open(crashed)
    with pytest.raises(CutroomError):
        session.apply(AddTrack(track="video", title="x" * 100, id="op_" + "x" * 5000))
    assert titles(session) == ["V1"]
    session.close()


@pytest.mark.parametrize("again", [False, True])
def test_steps_that_are_replayed_have_the_time_at_which_they_were_made(tmp_path: Path, again: bool) -> None:
    path = tmp_path / "trip.tlp"
    session = Session.create(path, ProjectSettings())
    with session.edit("tracks", again=again):
        session.apply(AddTrack(track="video", title="V1"))
    made = session.history.steps[0].time
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)
    session.close(save=False)
    change(path, "update steps set at = at - 86400")
    found = Session.open(path)
    assert abs(made - timedelta(days=1) - found.history.steps[0].time) < timedelta(seconds=1)
    found.save_as(tmp_path / "other.tlp")
    found.apply(AddTrack(track="video", title="V2"))
    found.close(save=False)
    other = Session.open(tmp_path / "other.tlp")
    assert [step.time for step in other.history.steps[:1]] == [found.history.steps[0].time]
    other.close()

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import cutroom.media as media
from cutroom.media import tasks
from cutroom.media.digest import digest_file
from cutroom.media.fingerprint import Digests, identity_of
from cutroom.workers import InlineExecutor


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.bin"
    path.write_bytes(b"content")
    age(path)
    return path


def age(path: Path) -> None:
    """Let the file's last change lie in the past: its change time cannot be set, so the clock of the test moves."""
    os.utime(path, ns=(10**18, 10**18))


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 60)


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3_000_000])
def test_the_digest_is_that_of_all_bytes(size: int) -> None:
    data = os.urandom(size)
    file = io.BytesIO(data)
    file.seek(size // 2)
    assert digest_file(file) == hashlib.sha256(data).hexdigest()


def test_a_digest_is_remembered_until_the_file_changes(old: Path, tmp_path: Path) -> None:
    digests = Digests(tmp_path / "cache" / "digests.sqlite")
    assert digests.find(str(old)) is None
    digests.remember(str(old), identity_of(str(old)), "a" * 64)
    found = Digests(tmp_path / "cache" / "digests.sqlite").find(str(old))
    assert found is not None
    assert (found.sha256, found.size) == ("a" * 64, 7)
    old.write_bytes(b"CONTENT")
    age(old)  # same size, same modification time: the change time still tells
    assert digests.find(str(old)) is None


def test_a_file_that_changed_meanwhile_is_not_remembered(old: Path, tmp_path: Path) -> None:
    digests = Digests(tmp_path / "digests.sqlite")
    before = identity_of(str(old))
    old.write_bytes(b"something else")
    digests.remember(str(old), before, "b" * 64)
    assert digests.find(str(old)) is None


def test_a_file_that_is_still_warm_is_not_remembered(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    digests = Digests(tmp_path / "digests.sqlite")
    digests.remember(str(old), identity_of(str(old)), "c" * 64)
    assert digests.find(str(old)) is None


def test_a_cache_that_cannot_be_used_does_no_harm(old: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"no database at all " * 100)
    (tmp_path / "file").touch()
    for path in (tmp_path / "broken.sqlite", tmp_path / "file" / "below.sqlite"):
        digests = Digests(path)
        digests.remember(str(old), identity_of(str(old)), "d" * 64)
        assert digests.find(str(old)) is None
    assert Digests(tmp_path / "digests.sqlite").find(str(tmp_path / "missing")) is None


def test_the_probe_reads_a_known_file_only_once(
    film: Callable[..., Path], inline: InlineExecutor, tmp_path: Path
) -> None:
    path = film("digest.mp4", frames=10)
    digests = Digests(tmp_path / "digests.sqlite")
    asked: list[tasks.ProbeTask] = []

    class Watching(InlineExecutor):
        def run(self, fn, task, **options):  # type: ignore[no-untyped-def]
            asked.append(task)
            return super().run(fn, task, **options)

    first = media.probe(path, Watching(), digests=digests)
    second = media.probe(path, Watching(), digests=digests)
    assert [task.sha256 for task in asked] == [None, first.fingerprint.sha256]
    assert second.fingerprint == first.fingerprint == media.probe(path, inline).fingerprint

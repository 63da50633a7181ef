"""The cache of segments: whole entries only, bounded, shared by threads and processes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cutroom.errors import OutputError
from cutroom.render.cache import HEAD, SegmentCache


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def path_of(cache: SegmentCache, number: int) -> Path:
    return cache.folder / key(number)[:2] / key(number)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def test_what_was_put_is_there_and_nothing_else(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path / "deep" / "cache")
    assert (cache.get(key(1)), key(1) in cache, cache.entries(), cache.clear()) == (None, False, [], 0)
    cache.put(key(1), b"packets")
    assert (cache.get(key(1)), key(1) in cache, key(2) in cache) == (b"packets", True, False)
    cache.put(key(1), b"packets")
    cache.put(key(2), b"")
    assert cache.get(key(2)) == b""
    assert cache.size() == 7 + 2 * HEAD
    table = cache.to_df()
    assert table["bytes"].tolist() == [7 + HEAD, HEAD]
    assert {column: str(dtype) for column, dtype in table.dtypes.items()}["key"] == "str"
    assert cache.clear() == 2
    assert cache.to_df().empty


def test_any_flipped_byte_and_any_cut_is_a_miss_and_goes_away(tmp_path: Path) -> None:
    cache, rng = SegmentCache(tmp_path), np.random.default_rng(0)
    payload = rng.bytes(500)
    for trial in range(60):
        cache.put(key(1), payload)
        data = bytearray(path_of(cache, 1).read_bytes())
        if trial % 3:
            data[rng.integers(len(data))] ^= 1 << rng.integers(8)
        else:
            del data[rng.integers(len(data)) :]
        path_of(cache, 1).write_bytes(data)
        assert cache.get(key(1)) is None
        assert key(1) not in cache


def test_verify_names_and_removes_the_damaged(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path)
    for number in range(6):
        cache.put(key(number), bytes([number]) * 100)
    for number in (2, 5):
        path_of(cache, number).write_bytes(b"rust")
    assert sorted(cache.verify()) == sorted([key(2), key(5)])
    assert cache.verify() == []
    assert len(cache.entries()) == 4


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    size = 1000 + HEAD
    cache = SegmentCache(tmp_path, limit=10 * size, clock=Clock())
    for number in range(10):
        cache.put(key(number), bytes(1000))
    assert cache.get(key(0)) is not None
    cache.put(key(10), bytes(1000))
    kept = {number for number in range(11) if key(number) in cache}
    assert kept == {0, 3, 4, 5, 6, 7, 8, 9, 10}
    assert cache.size() <= 9 * size
    assert [entry.key for entry in cache.entries()][-2:] == [key(0), key(10)]


def test_the_limit_holds_for_entries_of_earlier_processes(tmp_path: Path) -> None:
    before = SegmentCache(tmp_path)
    for number in range(20):
        before.put(key(number), bytes(1000))
    SegmentCache(tmp_path, limit=5000).put(key(99), bytes(1000))
    assert before.size() <= 5000
    assert key(99) in before


def test_many_threads_write_and_read_the_same_keys(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path, limit=30_000)

    def work(number: int) -> bool:
        one = number % 7
        cache.put(key(one), bytes([one]) * 4000)
        return cache.get(key(one)) in {None, bytes([one]) * 4000}

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(300)))
    assert cache.verify() == []
    assert not [name for folder in tmp_path.iterdir() for name in os.listdir(folder) if name.startswith(".")]


_WRITER = """
import sys
from pathlib import Path
from cutroom.render.cache import SegmentCache
cache = SegmentCache(Path(sys.argv[1]))
for round in range(40):
    for number in range(4):
        cache.put(f"{number:064x}", bytes([number]) * 50_000)
"""


def test_processes_that_write_one_key_never_show_half_of_it(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)]) for _ in range(2)]
    cache, hits = SegmentCache(tmp_path), 0
    while any(writer.poll() is None for writer in writers):
        for number in range(4):
            payload = cache.get(f"{number:064x}")
            assert payload in {None, bytes([number]) * 50_000}
            hits += payload is not None
    assert [writer.returncode for writer in writers] == [0, 0]
    assert hits > 0
    assert cache.verify() == []


def test_what_a_killed_writer_left_is_swept_in_time(tmp_path: Path) -> None:
    clock = Clock()
    cache = SegmentCache(tmp_path, clock=clock)
    cache.put(key(1), b"whole")
    left = path_of(cache, 1).with_name(".abc.1-0")
    left.write_bytes(b"half")
    os.utime(left, (clock.now, clock.now))
    assert len(cache.entries()) == 1
    assert left.exists()
    clock.now += 2 * 24 * 3600
    assert len(cache.entries()) == 1
    assert not left.exists()


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"cannot write the cache in .*file") as caught:
        SegmentCache(tmp_path / "file").put(key(1), b"x")
    assert "CUTROOM_CACHE_DIR" in (caught.value.hint or "")

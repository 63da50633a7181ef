"""What the broker opens, and what it refuses."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from pathlib import Path

import pytest
import worker_tasks as tasks
from worker_tasks import Do

from cutroom import errors
from cutroom.workers import Grants, WorkerPool
from cutroom.workers.gate import RefusalError, open_read, open_write


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside"
    path.mkdir()
    (path / "secret").write_bytes(b"secret")
    return path


def reading(pool: WorkerPool, path: Path) -> object:
    return pool.run(tasks.read_all, Do(read=(str(path),)))


def writing(pool: WorkerPool, path: Path) -> object:
    return pool.run(tasks.write, Do({"data": b"abc"}, write=(str(path),)))


def test_an_ungranted_path_is_denied_and_named(pool: WorkerPool, outside: Path) -> None:
    with pytest.raises(errors.AccessDeniedError, match="secret") as caught:
        reading(pool, outside / "secret")
    assert caught.value.value == str(outside / "secret")
    with pytest.raises(errors.AccessDeniedError):
        writing(pool, outside / "new")
    assert not (outside / "new").exists()


def test_denial_does_not_tell_whether_a_file_exists(pool: WorkerPool, outside: Path) -> None:
    with pytest.raises(errors.AccessDeniedError):
        reading(pool, outside / "not there")


def test_dots_do_not_lead_out(pool: WorkerPool, granted: Path, outside: Path) -> None:
    with pytest.raises(errors.AccessDeniedError):
        reading(pool, granted / ".." / outside.name / "secret")
    with pytest.raises(errors.AccessDeniedError):
        reading(pool, Path(f"{granted}er"))


def test_a_link_to_the_outside_is_refused_and_one_inside_is_followed(
    pool: WorkerPool, granted: Path, outside: Path
) -> None:
    (granted / "real").write_bytes(b"mine")
    (granted / "inner").symlink_to(granted / "real")
    (granted / "escape").symlink_to(outside / "secret")
    (granted / "folder").symlink_to(outside)
    assert reading(pool, granted / "inner") == [b"mine"]
    for path in (granted / "escape", granted / "folder" / "secret"):
        with pytest.raises(errors.AccessDeniedError):
            reading(pool, path)
        with pytest.raises(errors.AccessDeniedError):
            writing(pool, path)
    with pytest.raises(errors.AccessDeniedError):
        writing(pool, granted / "folder" / "new")
    assert (outside / "secret").read_bytes() == b"secret"
    assert os.listdir(outside) == ["secret"]


def test_a_folder_that_becomes_a_link_between_check_and_use_opens_nothing_outside(granted: Path, outside: Path) -> None:
    granted.mkdir()
    place, aside = granted / "place", granted / "aside"
    place.mkdir()
    (place / "secret").write_bytes(b"mine")
    read, write = Grants(read=[granted], write=[granted]).snapshot()
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            place.rename(aside)
            place.symlink_to(outside)
            place.unlink()
            aside.rename(place)

    swapper = threading.Thread(target=swap)
    swapper.start()
    opened = refused = 0
    try:
        for _ in range(2000):
            for attempt, name, granting in ((open_read, "secret", read), (open_write, "new", write)):
                try:
                    descriptor = attempt(str(place / name), granting)
                except RefusalError:
                    refused += 1
                    continue
                opened += 1
                try:
                    assert os.read(descriptor, 10) in {b"mine", b""}
                finally:
                    os.close(descriptor)
    finally:
        stop.set()
        swapper.join()
    assert opened
    assert refused
    assert os.listdir(outside) == ["secret"]
    assert (outside / "secret").read_bytes() == b"secret"


def test_devices_pipes_sockets_and_folders_are_refused(pool: WorkerPool, granted: Path) -> None:
    os.mkfifo(granted / "fifo")
    (granted / "sub").mkdir()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(granted / "socket"))
    pool.grants = Grants(read=[granted, "/dev/zero"], write=[granted, "/dev/full"])
    for path in (granted / "fifo", granted / "socket", Path("/dev/zero")):
        with pytest.raises(errors.AccessDeniedError, match="not a regular file"):
            reading(pool, path)
    with pytest.raises(errors.UnsupportedMediaError, match="a folder"):
        reading(pool, granted / "sub")
    for path in (granted / "fifo", granted / "socket", granted / "sub", Path("/dev/full")):
        with pytest.raises(errors.OutputError, match="not a regular file"):
            writing(pool, path)


def test_a_missing_file_is_named(pool: WorkerPool, granted: Path) -> None:
    with pytest.raises(errors.MediaNotFoundError, match="beach") as caught:
        reading(pool, granted / "beach.mp4")
    assert isinstance(caught.value, FileNotFoundError)
    assert caught.value.value == str(granted / "beach.mp4")
    (granted / "file").touch()
    with pytest.raises(errors.MediaNotFoundError):
        reading(pool, granted / "file" / "below")


def test_an_output_without_a_folder_is_an_output_error(pool: WorkerPool, granted: Path) -> None:
    with pytest.raises(errors.OutputError, match="cannot write"):
        writing(pool, granted / "no folder" / "out.mp4")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_permissions_are_reported(pool: WorkerPool, granted: Path) -> None:
    (granted / "closed").mkdir(mode=0o500)
    (granted / "unreadable").touch(mode=0o000)
    with pytest.raises(errors.OutputError, match="Permission denied"):
        writing(pool, granted / "closed" / "out.mp4")
    with pytest.raises(errors.AccessDeniedError, match="may not be read"):
        reading(pool, granted / "unreadable")


def test_a_refused_read_leaves_the_outputs_of_its_task_alone(pool: WorkerPool, granted: Path) -> None:
    kept = granted / "kept"
    kept.write_bytes(b"precious")
    with pytest.raises(errors.MediaNotFoundError):
        pool.run(tasks.write, Do({"data": b""}, read=(str(granted / "none"),), write=(str(kept),)))
    assert kept.read_bytes() == b"precious"


def test_reading_and_writing_are_granted_apart(pool: WorkerPool, granted: Path) -> None:
    path = granted / "file"
    path.write_bytes(b"x")
    pool.grants = Grants(read=[granted])
    with pytest.raises(errors.AccessDeniedError):
        writing(pool, path)
    pool.grants = Grants(write=[path])
    with pytest.raises(errors.AccessDeniedError):
        reading(pool, path)
    assert writing(pool, path) == b"a!c"
    with pytest.raises(errors.AccessDeniedError):
        writing(pool, granted / "neighbour")


def test_a_path_the_task_did_not_list_does_not_open(pool: WorkerPool, granted: Path) -> None:
    (granted / "file").write_bytes(b"x")
    with pytest.raises(errors.AccessDeniedError, match="did not list"):
        pool.run(tasks.open_other, Do({"path": str(granted / "file")}))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_told_even_when_the_muxer_swallows_it(pool: WorkerPool, granted: Path) -> None:
    disk = granted / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(errors.DiskFullError, match=r"out\.mp4"):
            pool.run(tasks.swallow, Do({"times": 8}, write=(str(disk / "out.mp4"),)))
        (disk / "out.mp4").unlink()
        assert pool.run(tasks.swallow, Do({"times": 2}, write=(str(disk / "out.mp4"),))) == "all is well"
    finally:
        subprocess.run(["umount", disk], check=True)

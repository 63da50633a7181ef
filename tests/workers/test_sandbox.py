"""What a locked child cannot do, and what it still can: decode, encode, use threads."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import worker_tasks as tasks
from worker_tasks import HERE_KIND, Do

from cutroom.workers import Grants, WorkerPool, landlock, seccomp, self_test, syscalls

linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
confined = pytest.mark.skipif(
    sys.platform != "linux" or landlock.abi() == 0 or platform.machine() not in {"x86_64", "aarch64"},
    reason="this kernel or machine cannot confine",
)


@pytest.fixture(scope="module")
def media_pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WorkerPool, Path]]:
    folder = tmp_path_factory.mktemp("media")
    grants = Grants(read=[folder], write=[folder])
    with WorkerPool(HERE_KIND, workers=1, preload=("numpy", "av", "worker_tasks"), grants=grants, timeout=30) as pool:
        yield pool, folder


@pytest.fixture(scope="module")
def film(media_pool: tuple[WorkerPool, Path]) -> Path:
    """Sixty grey H.264 pictures, each a little lighter than the one before."""
    import av

    path = media_pool[1] / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "10", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(60):
            picture = av.VideoFrame.from_ndarray(np.full((240, 320), 20 + 3 * number, np.uint8), format="gray")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


@confined
def test_a_child_is_confined_and_every_attempt_to_get_out_is_refused() -> None:
    report = self_test("media")
    assert report["level"] == "confined", report
    assert report["landlock"] >= 1
    assert report["seccomp"] is True
    assert {"open", "create", "socket", "connect", "exec", "fork", "ptrace", "signal", "fchmod", "set_flags"} <= set(
        report["refused"]
    )
    assert all(report["refused"].values()), report["refused"]


@confined
def test_the_model_class_is_confined_with_onnxruntime_loaded() -> None:
    with WorkerPool("model", workers=1, preload=("numpy", "cv2", "onnxruntime")) as pool:
        assert pool.level == "confined", pool.report()


@confined
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers below are those of x86-64")
def test_raw_system_calls_are_judged(pool: WorkerPool) -> None:
    assert pool.run(tasks.raw_escapes, Do()) == {
        "open": "EACCES",
        "openat2": "EACCES",
        "clone without CLONE_THREAD": "EPERM",
        "clone3": "ENOSYS",
        "vfork": "EPERM",
        "x32 open": "ENOSYS",
        "newer than known": "ENOSYS",
        "kill the parent": "EPERM",
        "tgkill the parent": "EPERM",
        "raise RLIMIT": "EPERM",
        "limits of the parent": "EPERM",
        "fcntl F_SETOWN": "EPERM",
        "ioctl TIOCSTI": "EPERM",
        "own limits": "allowed",
        "signal to itself": "allowed",
        "getpid": "allowed",
    }


@confined
def test_a_file_granted_for_reading_cannot_be_changed(pool: WorkerPool, granted: Path) -> None:
    path = granted / "film.mp4"
    path.write_bytes(b"film")
    path.chmod(0o640)
    before = path.stat()
    outcomes = pool.run(tasks.change_what_is_read, Do(read=(str(path),)))
    assert outcomes.pop("ftruncate") == "EINVAL"  # the descriptor is read-only
    assert outcomes.pop("read") == "film"
    assert outcomes.pop("utime") == "EACCES"
    assert len(outcomes) == 8
    assert set(outcomes.values()) == {"EPERM"}, outcomes
    after = path.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_mode, before.st_mtime_ns, before.st_ctime_ns,
    )  # fmt: skip
    assert os.listxattr(path) == []


@confined
def test_threads_start_and_are_locked_in_too(pool: WorkerPool) -> None:
    assert pool.run(tasks.many_threads, Do()) == ["PermissionError"] * 8


@confined
def test_a_thread_from_before_the_lock_is_held(pool: WorkerPool) -> None:
    assert pool.run(tasks.old_threads, Do()) == [
        "open: Permission denied",
        "socket: Operation not permitted",
        "fork: Operation not permitted",
    ]


def test_h264_decodes_in_the_sandbox_with_threads(media_pool: tuple[WorkerPool, Path], film: Path) -> None:
    means = media_pool[0].run(tasks.decode, Do(read=(str(film),)))
    assert means == tasks.decode(Do(read=(str(film),)))
    assert np.allclose(np.diff(means), 3, atol=1.5)
    assert len(means) == 60


def test_encoding_works_in_the_sandbox(media_pool: tuple[WorkerPool, Path], film: Path) -> None:
    pool, folder = media_pool
    out = folder / "again.mp4"
    assert pool.run(tasks.transcode, Do(read=(str(film),), write=(str(out),))) == "done"
    means = tasks.decode(Do(read=(str(out),)))
    assert len(means) == 60
    assert np.allclose(means, tasks.decode(Do(read=(str(film),))), atol=2)


@linux
@pytest.mark.parametrize(
    ("header", "column"),
    [("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0), ("/usr/include/asm-generic/unistd.h", 1)],
)
def test_the_numbers_are_those_of_the_kernel_headers(header: str, column: int) -> None:
    if not Path(header).is_file():
        pytest.skip(f"no {header}")
    text = Path(header).read_text(encoding="utf-8")
    known = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", text)}
    tables = {**syscalls.PATHS, **syscalls.REFUSED, **syscalls.JUDGED}
    for name, numbers in tables.items():
        if numbers[column] is None:
            assert column == 1, name
            if name not in {"renameat"}:
                assert name not in known, name
        elif name in known:
            assert known[name] == numbers[column], name
    everywhere = {name for name, numbers in tables.items() if numbers[column] is not None}
    unverified = everywhere - set(known)
    assert all(tables[name][column] >= 446 for name in unverified), unverified  # type: ignore[operator]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_filters_are_well_formed(machine: str) -> None:
    """Every jump lands inside, every path ends in a verdict."""
    steps = seccomp.program(machine, 1234)
    assert len(steps) < 4096
    assert steps[-1] == (0x06, 0, 0, 0x7FFF0000)
    for index, (code, true, false, _) in enumerate(steps):
        if code in {0x15, 0x25, 0x45}:
            assert index + 1 + max(true, false) < len(steps)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_filters_decide_as_they_should(machine: str) -> None:
    column = ["x86_64", "aarch64"].index(machine)
    architecture = [0xC000003E, 0xC00000B7][column]
    steps = seccomp.program(machine, 1234)

    def verdict(nr: int, *arguments: int, arch: int = architecture) -> int:
        words = {0: nr, 4: arch}
        for index, argument in enumerate(arguments):
            words[16 + 8 * index], words[20 + 8 * index] = argument & 0xFFFFFFFF, argument >> 32
        at, value = 0, 0
        while True:
            code, true, false, constant = steps[at]
            at += 1
            match code:
                case 0x20:
                    value = words.get(constant, 0)
                case 0x06:
                    return constant
                case 0x15:
                    at += true if value == constant else false
                case 0x25:
                    at += true if value > constant else false
                case 0x45:
                    at += true if value & constant else false

    allow, eperm, eacces, enosys, kill = 0x7FFF0000, 0x50001, 0x5000D, 0x50026, 0x80000000
    for table, expected in ((syscalls.PATHS, eacces), (syscalls.REFUSED, eperm)):
        for name, numbers in table.items():
            if (nr := numbers[column]) is not None:
                assert verdict(nr) == expected, name

    def judged(name: str, *arguments: int) -> int:
        nr = syscalls.JUDGED[name][column]
        assert nr is not None
        return verdict(nr, *arguments)

    assert judged("clone", 0x3D0F00) == allow
    assert judged("clone", 17) == eperm
    assert judged("clone3", 1, 88) == enosys
    assert judged("kill", 1234, 9) == allow
    assert judged("kill", 0xFFFFFFFF, 9) == eperm
    assert judged("tgkill", 1233, 1233, 9) == eperm
    assert judged("prlimit64", 0, 7, 0, 4096) == allow
    assert judged("prlimit64", 0, 7, 1 << 32, 0) == eperm
    assert judged("prlimit64", 1, 7, 0, 4096) == eperm
    assert judged("prctl", 15, 4096) == allow
    assert judged("prctl", 1, 9) == eperm
    assert judged("fcntl", 3, 8, 1) == eperm
    assert judged("fcntl", 3, 3) == allow
    assert judged("ioctl", 0, 0x5412) == eperm
    assert judged("ioctl", 0, 0x5401) == allow
    for changing in (0x40086602, 0x401C5820, 0x40806685, 0x40049409, 0xC0189436):  # flags, xattr, verity, clone, dedupe
        assert judged("ioctl", 0, changing) == eperm
    assert verdict(463) == enosys
    assert verdict([0, 63][column]) == allow
    assert verdict(0, arch=0x40000003) == kill

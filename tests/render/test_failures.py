"""What goes wrong leaves nothing half-written, and the next export goes on where the last one stopped."""

from __future__ import annotations

import contextlib
import errno
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cutroom.errors import (
    CutroomError,
    DiskFullError,
    JobCancelledError,
    MediaError,
    MediaNotFoundError,
    OutputError,
    RenderError,
    VerificationError,
)
from cutroom.render.cache import HEAD, SegmentCache
from cutroom.render.plan import plan
from cutroom.render.publish import Part
from cutroom.render.space import space_of
from cutroom.render.tasks import mux
from cutroom.schema.export import ExportSettings
from cutroom.workers import InlineExecutor, WorkerPool

from .conftest import Desk, Film
from .test_export import CUTS, NUMBERS, SHORT_GOP

root_on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="mounting a small disk takes root on Linux"
)


def test_a_second_export_takes_everything_from_the_cache(desk: Desk, film: Film) -> None:
    first = desk.export(film.cuts(*CUTS), settings=SHORT_GOP)
    before = (desk.folder / "out.mp4").read_bytes()
    second = desk.export(film.cuts(*CUTS), settings=SHORT_GOP)
    assert (second.segments_encoded, second.segments_cached) == (0, first.segments_encoded + first.segments_cached)
    assert (desk.folder / "out.mp4").read_bytes() == before


def test_a_flipped_byte_in_the_cache_is_encoded_again(desk: Desk, film: Film) -> None:
    desk.export(film.cuts(*CUTS), settings=SHORT_GOP)
    before = (desk.folder / "out.mp4").read_bytes()
    entry = desk.cache.entries()[3]
    path = desk.cache.folder / entry.key[:2] / entry.key
    data = bytearray(path.read_bytes())
    data[HEAD + len(data) // 2] ^= 1
    path.write_bytes(data)
    assert desk.export(film.cuts(*CUTS), settings=SHORT_GOP).segments_encoded == 1
    assert (desk.folder / "out.mp4").read_bytes() == before


def test_an_existing_output_is_replaced_by_a_whole_file_only(desk: Desk, film: Film) -> None:
    output = desk.folder / "out.mp4"
    output.write_bytes(b"an older film")
    with pytest.raises(VerificationError, match="not what was planned"):
        desk.export(film.cuts(*CUTS), executor=Shortening())
    assert output.read_bytes() == b"an older film"
    assert desk.names() == ["out.mp4"]
    desk.export(film.cuts(*CUTS))
    assert desk.decode().numbers == NUMBERS


class Shortening(InlineExecutor):
    """A disk that loses the end of what is written to it."""

    def submit(self, fn: Any, /, task: Any, **more: Any) -> Any:
        future = super().submit(fn, task, **more)
        if fn is mux:
            os.truncate(task.output, os.path.getsize(task.output) - 5000)
        return future


def test_cancelling_leaves_nothing_and_the_next_export_goes_on(desk: Desk, film: Film, pool: WorkerPool) -> None:
    told: list[dict[str, Any]] = []
    with pytest.raises(JobCancelledError):
        desk.export(
            film.cuts(*CUTS),
            executor=pool,
            settings=SHORT_GOP,
            on_progress=told.append,
            cancelled=lambda: bool(told) and told[-1]["done"] > 20,
        )
    assert desk.names() == []
    assert not list(desk.cache.folder.glob("spool-*"))
    report = desk.export(film.cuts(*CUTS), executor=pool, settings=SHORT_GOP)
    assert report.segments_cached > 3  # three are equal to others
    assert desk.decode().numbers == NUMBERS


@pytest.mark.parametrize("stage", ["mux", "verify", "publish"])
def test_cancelling_late_leaves_nothing_either(desk: Desk, film: Film, pool: WorkerPool, stage: str) -> None:
    told: list[dict[str, Any]] = []
    with pytest.raises(JobCancelledError):
        desk.export(
            film.cuts((0, 20)),
            executor=pool,
            on_progress=told.append,
            cancelled=lambda: bool(told) and told[-1]["stage"] == stage,
        )
    assert desk.names() == []


_KILLED = """
import pickle, sys, time
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.workers import InlineExecutor

class Slow(InlineExecutor):
    def submit(self, fn, /, task, **more):
        time.sleep(0.15)
        return super().submit(fn, task, **more)

document, paths, output, settings, cache = pickle.load(sys.stdin.buffer)
export(document, paths, output, settings, Slow(), SegmentCache(cache))
"""


def test_a_killed_process_leaves_no_output_and_its_segments_are_used(desk: Desk, film: Film) -> None:
    output = desk.folder / "out.mp4"
    value = (film.cuts(*CUTS), film.paths, output, SHORT_GOP, desk.cache.folder)
    process = subprocess.Popen([sys.executable, "-c", _KILLED], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(pickle.dumps(value))
    process.stdin.close()
    _until(lambda: len(desk.cache.entries()) >= 5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert desk.names() == []
    finished = len(desk.cache.entries())
    assert finished < 15
    report = desk.export(film.cuts(*CUTS), settings=SHORT_GOP)
    assert report.segments_cached >= finished
    assert desk.decode().numbers == NUMBERS
    assert not list(desk.cache.folder.glob("spool-*")), "the dead process's spool is swept"


def test_parts_of_dead_processes_are_swept_and_those_of_others_are_not(desk: Desk, film: Film) -> None:
    desk.export(film.cuts((0, 10)), "first.mp4")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    from cutroom.render.publish import here

    left = desk.folder / f"out.mp4.part-{here()}-{dead.pid}-0a1b2c"
    kept = [desk.folder / f"out.mp4.part-{here()}-{os.getpid()}-0a1b2c", desk.folder / "out.mp4.part-note"]
    for path in (left, *kept):
        path.write_bytes(b"half")
    desk.export(film.cuts((0, 10)))
    assert not left.exists()
    assert all(path.exists() for path in kept)


def test_sources_are_never_overwritten_by_any_name(desk: Desk, film: Film) -> None:
    before = film.path.read_bytes()
    hard, soft = desk.folder / "hard.mp4", desk.folder / "soft.mp4"
    os.link(film.path, hard)
    soft.symlink_to(film.path)
    for name in (film.path, hard, soft):
        with pytest.raises(OutputError, match="this project"):
            desk.export(film.cuts((0, 10)), str(name))
    assert film.path.read_bytes() == before


class Linking(InlineExecutor):
    """Somebody makes the output a name of a source while the export runs."""

    def __init__(self, source: Path, output: Path) -> None:
        self.source, self.output = source, output

    def submit(self, fn: Any, /, task: Any, **more: Any) -> Any:
        if fn is mux:
            os.link(self.source, self.output)
        return super().submit(fn, task, **more)


def test_an_output_that_becomes_a_source_meanwhile_is_not_overwritten(desk: Desk, film: Film) -> None:
    with pytest.raises(OutputError, match="this project"):
        desk.export(film.cuts((0, 10)), executor=Linking(film.path, desk.folder / "out.mp4"))
    assert (desk.folder / "out.mp4").samefile(film.path)
    assert desk.names() == ["out.mp4"]


def test_a_link_is_followed_and_stays(desk: Desk, film: Film) -> None:
    real = desk.folder / "real.mp4"
    (desk.folder / "out.mp4").symlink_to(real)
    desk.export(film.cuts((0, 10)))
    assert (desk.folder / "out.mp4").is_symlink()
    assert desk.decode("real.mp4").numbers == list(range(10))


@pytest.mark.parametrize("place", ["missing/out.mp4", "file/out.mp4", "folder", "/proc/out.mp4", "/dev/full"])
def test_an_output_that_cannot_be_is_refused_before_anything_is_rendered(desk: Desk, film: Film, place: str) -> None:
    (desk.folder / "folder").mkdir()
    (desk.folder / "file").write_bytes(b"")
    if place.startswith("/") and not sys.platform.startswith("linux"):
        pytest.skip("a place on Linux")
    with pytest.raises(OutputError) as caught:
        desk.export(film.cuts((0, 10)), place)
    assert os.path.dirname(place) in str(caught.value)
    assert caught.value.hint
    assert desk.cache.entries() == []


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size // 1024}k", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@root_on_linux
@pytest.mark.parametrize("missing", [4096, 8192, 60_000, 200_000])
@pytest.mark.parametrize("confined", [False, True])
def test_a_full_disk_publishes_nothing(desk: Desk, film: Film, pool: WorkerPool, missing: int, confined: bool) -> None:
    size = desk.export(film.cuts(*CUTS)).size
    with small_disk(desk.folder / "disk", size - missing) as disk:
        (disk / "out.mp4").write_bytes(b"old")
        with pytest.raises(DiskFullError, match=r"no space left in .*disk for out\.mp4"):
            desk.export(film.cuts(*CUTS), "disk/out.mp4", executor=pool if confined else None)
        assert [path.name for path in disk.iterdir()] == ["out.mp4"]
        assert (disk / "out.mp4").read_bytes() == b"old"


@root_on_linux
def test_a_full_cache_disk_is_named(desk: Desk, film: Film) -> None:
    with small_disk(desk.folder / "disk", 100_000) as disk:
        desk.cache = SegmentCache(disk / "cache")
        with pytest.raises(DiskFullError, match="no space left for the cache"):
            desk.export(film.cuts(*CUTS))
        assert not list(disk.rglob("spool-*"))
    assert desk.names() == []


_LIMITED = """
import pickle, resource, signal, sys
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.workers import Grants, InlineExecutor, WorkerPool

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
document, paths, output, settings, cache, limit, folders = pickle.load(sys.stdin.buffer)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
executor = InlineExecutor()
if folders:
    grants = Grants(read=folders, write=folders)
    executor = WorkerPool("media", workers=1, preload=("cutroom.render.tasks",), grants=grants)
try:
    export(document, paths, output, settings, executor, SegmentCache(cache))
except Exception as error:
    pickle.dump(error, sys.stdout.buffer)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limit on Windows")
@pytest.mark.parametrize("confined", [False, True])
def test_a_file_that_may_not_grow_publishes_nothing(desk: Desk, film: Film, confined: bool) -> None:
    limit, output = 200_000, desk.folder / "out.mp4"
    folders = [*film.paths.values(), desk.folder, desk.cache.folder]
    value = (film.cuts(*CUTS), film.paths, output, SHORT_GOP, desk.cache.folder, limit, folders if confined else None)
    done = subprocess.run([sys.executable, "-c", _LIMITED], input=pickle.dumps(value), capture_output=True, check=True)
    error = pickle.loads(done.stdout)
    assert isinstance(error, OutputError)
    assert "File too large" in str(error)
    assert ("shared memory" if confined else str(desk.cache.folder)) in str(error)  # a segment on its way back
    assert "part-" not in str(error)
    assert "ulimit -f" in str(error.hint)
    assert desk.names() == []


def test_an_output_that_may_not_grow_is_called_by_its_own_name(tmp_path: Path) -> None:
    output, limited = tmp_path / "out.mp4", OSError(errno.EFBIG, "File too large")
    with Part(output) as part:
        told = OutputError(f"cannot write {part.path}: File too large", value=str(part.path), hint="raise the limit")
        for error in (part.renamed(told), part.failure(limited)):
            assert isinstance(error, OutputError)
            assert (error.value, ".part-" in str(error)) == (str(output), False)
            assert "out.mp4" in error.message
            assert "raise the limit" in str(error.hint)


def test_missing_and_damaged_sources_are_named(desk: Desk, film: Film, pool: WorkerPool) -> None:
    digest = film.media.fingerprint.sha256
    for executor in (InlineExecutor(), pool):
        moved = Film(desk.folder / "gone.mp4", film.truth, film.media)
        with pytest.raises((MediaNotFoundError, FileNotFoundError)) as caught:
            Desk(desk.folder, moved, desk.cache).export(film.cuts(*CUTS), executor=executor)
        assert "gone.mp4" in str(caught.value)
    broken = desk.folder / "broken.mp4"
    broken.write_bytes(film.path.read_bytes()[:200])  # its index is gone
    damaged = Desk(desk.folder, Film(broken, film.truth, film.media), desk.cache)
    assert damaged.film.paths == {digest: str(broken)}
    with pytest.raises(MediaError, match=r"broken\.mp4"):
        damaged.export(film.cuts(*CUTS), executor=pool)
    assert desk.names() == ["broken.mp4"]


def test_a_worker_that_dies_fails_the_export_and_the_pool_lives_on(desk: Desk, film: Film, pool: WorkerPool) -> None:
    started: list[dict[str, Any]] = []

    def kill(update: dict[str, Any]) -> None:
        if update["stage"] == "encode" and update["done"] > 0 and not started:
            started.append(update)
            for row in pool.status():
                if row["busy"] and row["child_pid"]:
                    os.kill(row["child_pid"], signal.SIGKILL)

    with pytest.raises(CutroomError, match="killed by"):
        desk.export(film.cuts(*CUTS), executor=pool, settings=SHORT_GOP, on_progress=kill)
    assert desk.names() == []
    assert desk.export(film.cuts(*CUTS), executor=pool, settings=SHORT_GOP).verified.ok


def _until(condition: Callable[[], bool], patience: float = 30) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


class Forging(InlineExecutor):
    """Workers that send a segment under another one's key."""

    def submit(self, fn: Any, /, task: Any, *, on_progress: Any = None, timeout: Any = None) -> Any:
        def forge(update: dict[str, Any]) -> None:
            on_progress({**update, "key": "f" * 64} if "key" in update else update)

        return super().submit(fn, task, on_progress=forge, timeout=timeout)


def test_a_worker_cannot_put_segments_under_other_keys(desk: Desk, film: Film) -> None:
    with pytest.raises(RenderError, match="nobody asked"):
        desk.export(film.cuts((0, 20)), executor=Forging())
    assert desk.cache.entries() == []


def test_a_name_of_any_length_that_the_disk_takes_will_do(desk: Desk, film: Film) -> None:
    name = "ü" * 120 + ".mp4"
    desk.export(film.cuts((0, 5)), name)
    assert desk.names() == [name]


def test_what_surely_does_not_fit_is_refused_before_it_starts(desk: Desk, film: Film, tmp_path: Path) -> None:
    """All segments are cached: their sizes are known."""
    size = desk.export(film.cuts(*CUTS)).size
    made = plan(film.cuts(*CUTS), ExportSettings(), cache=desk.cache)
    space = space_of(made, desk.cache)
    assert 0.9 * size < space.output.least <= space.output.likely <= size
    unknown = space_of(made, SegmentCache(tmp_path / "empty"))
    assert unknown.output.least < space.output.least
    assert unknown.output.likely > unknown.output.least
    assert unknown.cache.likely > unknown.output.likely  # once as segments, once more while the file is made


@root_on_linux
def test_a_disk_that_is_too_small_is_named_with_both_figures(desk: Desk, film: Film) -> None:
    size = desk.export(film.cuts(*CUTS)).size
    stages: list[str] = []
    with small_disk(desk.folder / "disk", size // 2) as disk:
        with pytest.raises(DiskFullError, match=r"at least \d+ kB there, and \d+ kB are free") as caught:
            desk.export(film.cuts(*CUTS), "disk/out.mp4", on_progress=lambda update: stages.append(update["stage"]))
        least, free = caught.value.value  # type: ignore[misc]
        assert free < least <= size
        assert "mux" not in stages
        assert list(disk.iterdir()) == []
    assert not list(desk.cache.folder.glob("spool-*"))


class Filling(InlineExecutor):
    """Somebody fills the disk while an export runs: before the file is written, or after some segments."""

    def __init__(self, disk: Path, after: int | None = None) -> None:
        self.disk, self.after, self.runs = disk, after, 0

    def submit(self, fn: Any, /, task: Any, **more: Any) -> Any:
        self.runs += 1
        if fn is mux if self.after is None else self.runs > self.after:
            with contextlib.suppress(OSError), open(self.disk / "others", "ab", buffering=0) as file:
                while file.write(bytes(1024)):
                    pass
        return super().submit(fn, task, **more)


@root_on_linux
def test_a_disk_that_becomes_full_meanwhile_publishes_nothing_and_the_next_export_goes_on(
    desk: Desk, film: Film
) -> None:
    with small_disk(desk.folder / "disk", 4_000_000) as disk:
        with pytest.raises(DiskFullError, match=r"no space left in .*disk for out\.mp4"):
            desk.export(film.cuts(*CUTS), "disk/out.mp4", executor=Filling(disk))
        assert [path.name for path in disk.iterdir()] == ["others"]
        assert desk.cache.verify() == []
        (disk / "others").unlink()
        report = desk.export(film.cuts(*CUTS), "disk/out.mp4")
    assert report.segments_encoded == 0
    assert report.verified.ok


@root_on_linux
def test_a_cache_disk_that_becomes_full_keeps_what_it_has(desk: Desk, film: Film) -> None:
    with small_disk(desk.folder / "disk", 4_000_000) as disk:
        desk.cache = SegmentCache(disk / "cache")
        with pytest.raises(DiskFullError, match="no space left for the cache"):
            desk.export(film.cuts(*CUTS), settings=SHORT_GOP, executor=Filling(disk, after=4))
        assert desk.names() == []
        assert not list(disk.rglob("spool-*"))
        assert not list(disk.rglob(".*"))
        assert desk.cache.verify() == []
        kept = len(desk.cache.entries())
        assert kept > 0
        (disk / "others").unlink()
        report = desk.export(film.cuts(*CUTS), settings=SHORT_GOP)
        assert report.segments_cached >= kept
    assert desk.decode().numbers == NUMBERS

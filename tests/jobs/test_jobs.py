"""Exports in real background kernels, and the store that outlives them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import cutroom as cr
from cutroom import errors
from cutroom.app import App, app
from cutroom.jobs import Jobs, default_jobs
from cutroom.jobs.store import JobStore, process_birth


@pytest.fixture
def project(tmp_path: Path):
    with cr.Project.create(tmp_path / "trip.tlp") as made:
        yield made


def gone(pid: int, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while process_birth(pid) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_an_export_in_a_background_kernel(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path, source=(0, 2))
    job = cr.Renderer(project).submit(tmp_path / "out.mp4")
    pid = None
    assert job.status in {"queued", "running"}
    project.timeline.clips[0].delete()  # the job has a snapshot
    report = job.result(timeout=120)
    pid = job.record.pid
    assert report.frames == 60
    assert job.status == "done"
    assert job.report == report
    assert job.progress["done"] == job.progress["total"] > 0
    assert pid != os.getpid()
    assert gone(pid)
    row = cr.jobs.to_df().iloc[0]
    assert (row["id"], row["state"], row["kind"]) == (job.id, "done", "export")
    assert cr.verify(tmp_path / "out.mp4").ok
    assert cr.jobs.attach(job.id).status == "done"
    spans = cr.telemetry.traces_df()
    exports = spans[(spans["span"] == "export") & (spans["process"] == pid)]
    assert len(exports) == 1


CHILD = """
import os, sys, cutroom as cr
project = cr.Project.open(sys.argv[1])
job = cr.Renderer(project).submit(sys.argv[2])
print(job.id, flush=True)
import time; time.sleep(600)
"""


def test_the_notebook_dies_and_the_job_lives(project: cr.Project, tmp_path: Path, film) -> None:
    clip = project.timeline.append(film.path)
    clip.effects.add("blur", radius=0.05)
    project.timeline.append(film.path).effects.add("blur", radius=0.06)
    project.close()
    command = [sys.executable, "-c", CHILD, str(tmp_path / "trip.tlp"), str(tmp_path / "out.mp4")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdout is not None
        job_id = notebook.stdout.readline().strip()
        job = cr.jobs.attach(job_id)
        assert job.status in {"queued", "running"}
        notebook.send_signal(signal.SIGKILL)
        notebook.wait()
    record = job.wait(timeout=120)
    assert record.state == "done", job.logs
    assert cr.verify(tmp_path / "out.mp4").frames == 2 * film.truth.frames
    again = subprocess.run(
        [sys.executable, "-m", "cutroom", "jobs", "attach", job_id, "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f'"frames": {2 * film.truth.frames}' in again.stdout


def test_cancel_leaves_nothing_behind(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path).effects.add("blur", radius=0.1)
    for _ in range(4):
        project.timeline.append(film.path).effects.add("blur", radius=0.11)
    job = cr.Renderer(project).submit(tmp_path / "out.mp4")
    deadline = time.monotonic() + 60
    while job.status == "queued" and time.monotonic() < deadline:
        time.sleep(0.05)
    began = time.monotonic()
    assert job.cancel() == "cancelled"
    assert time.monotonic() - began < 4
    assert gone(job.record.pid)
    assert not (tmp_path / "out.mp4").exists()
    assert [p.name for p in tmp_path.iterdir() if ".part" in p.name] == []
    with pytest.raises(errors.JobCancelledError):
        job.result()


def test_a_killed_kernel_is_interrupted(project: cr.Project, tmp_path: Path, film) -> None:
    for _ in range(4):
        project.timeline.append(film.path).effects.add("blur", radius=0.12)
    job = cr.Renderer(project).submit(tmp_path / "out.mp4")
    deadline = time.monotonic() + 60
    while job.status != "running" and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(job.record.pid, signal.SIGKILL)
    assert gone(job.record.pid)
    assert job.status == "interrupted"
    with pytest.raises(errors.JobError, match="interrupted"):
        job.result()
    assert not (tmp_path / "out.mp4").exists()


def test_a_failing_job_says_why(project: cr.Project, tmp_path: Path, film) -> None:
    own = tmp_path / "own.mp4"
    own.write_bytes(film.path.read_bytes())
    project.timeline.append(own, source=(0, 1))
    own.unlink()
    cr.cache.clear()  # what is cached needs no source
    job = cr.Renderer(project).submit(tmp_path / "out.mp4")
    with pytest.raises(errors.MediaNotFoundError, match=r"own\.mp4"):
        job.result(timeout=60)
    assert job.status == "failed"
    assert "own.mp4" in cr.jobs.to_df().iloc[0]["error"]


def test_the_store(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    assert (tmp_path / "jobs.db").stat().st_mode & 0o777 == 0o600
    first = store.add("export", "a.mp4", {"x": 1})
    assert store.spec(first) == {"x": 1}
    assert store.start(first, os.getpid())
    assert not store.start(first, os.getpid())
    assert store.progress(first, {"done": 1, "total": 2}) is False
    other = JobStore(tmp_path / "jobs.db")
    other.ask_cancel(first)
    assert store.progress(first, {"done": 2, "total": 2}) is True
    store.finish(first, "done", result={"ok": True})
    store.finish(first, "failed")
    assert other.get(first).state == "done"
    assert other.get(first).result == {"ok": True}
    second = store.add("export", "b.mp4", {})
    other.ask_cancel(second)
    assert store.get(second).state == "cancelled"
    assert not store.start(second, os.getpid())
    assert [record.id for record in store.all()] == [second, first]
    with pytest.raises(errors.JobNotFoundError):
        store.get("job_none")
    with pytest.raises(errors.JobNotFoundError):
        Jobs(tmp_path / "jobs.db").attach("job_none")


def test_a_job_reads_nothing_that_was_not_granted(tmp_path: Path, film) -> None:
    """A project from a stranger that names a file elsewhere: refused here, in the export and in the job."""
    secret = tmp_path / "private" / "secret.mp4"
    secret.parent.mkdir()
    secret.write_bytes(film.path.read_bytes())
    shared = tmp_path / "shared"
    shared.mkdir()
    with cr.Project.create(shared / "a.tlp") as project:
        (shared / "own.mp4").write_bytes(film.path.read_bytes())
        project.timeline.append(shared / "own.mp4", source=(0, 1))
    text = (shared / "a.tlp").read_text()
    (shared / "a.tlp").write_text(text.replace('"own.mp4"', '"../private/secret.mp4"'))
    cr.cache.clear()
    with cr.Project.open(shared / "a.tlp") as project:
        for attempt in (
            lambda: project.timeline.frame(0),
            lambda: cr.Renderer(project).render(tmp_path / "o.mp4", progress=False),
            lambda: cr.Renderer(project).submit(tmp_path / "o.mp4").result(timeout=60),
        ):
            with pytest.raises(errors.AccessDeniedError, match=r"secret\.mp4") as caught:
                attempt()
            assert "project.media.add" in caught.value.hint
        assert not (tmp_path / "o.mp4").exists()
        project.media.add(secret)
        assert project.timeline.frame(0).array.any()


def test_attaching_gives_a_report(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path, source=(0, 1))
    job = cr.Renderer(project).submit(tmp_path / "out.mp4")
    report = job.result(timeout=120)
    again = cr.jobs.attach(job.id)
    assert again.report == again.result() == report
    assert again.report.frames == 30


HOLD = """
import time
get_ipython().events.register("pre_execute", lambda: time.sleep(600))
"""


def test_a_kernel_that_dies_before_it_takes_the_job(
    project: cr.Project, tmp_path: Path, film, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "hold.py").write_text(HOLD)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    project.timeline.append(film.path, source=(0, 1))
    job = cr.Renderer(project).submit(tmp_path / "out.mp4")
    pid = job.record.pid
    assert job.status == "queued"
    assert job.progress == {}
    assert pid not in {None, os.getpid()}
    os.kill(pid, signal.SIGKILL)
    assert job.wait(timeout=20).state == "interrupted"
    assert not (tmp_path / "out.mp4").exists()


def test_old_jobs_are_forgotten(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    old, young = store.add("export", "a", {}), store.add("export", "b", {})
    store.start(old, os.getpid())
    store.finish(old, "done")
    assert store.prune(time.time() - 60) == []
    assert store.prune(time.time() + 60) == [old]
    assert [record.id for record in store.all()] == [young]


def test_a_submitter_that_dies_before_the_kernel_has_the_job(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    mine = store.add("export", "mine", {})
    code = (
        "import sys; from pathlib import Path; from cutroom.jobs.store import JobStore;"
        "print(JobStore(Path(sys.argv[1])).add('export', 'theirs', {}))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "jobs.db")]
    theirs = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    job = Jobs(tmp_path / "jobs.db").attach(theirs)
    assert job.wait(timeout=5).state == "interrupted"
    assert not store.start(theirs, os.getpid())  # a kernel that comes too late leaves
    assert store.get(mine).state == "queued"
    assert Jobs(tmp_path / "jobs.db").attach(mine).cancel() == "cancelled"  # and this process lives on


def test_one_service_for_all() -> None:
    assert default_jobs() is app().get(Jobs)
    with ThreadPoolExecutor(8) as threads:
        assert len({id(one.result()) for one in [threads.submit(default_jobs) for _ in range(8)]}) == 1


def test_a_service_that_was_closed_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUTROOM_DATA_DIR", str(tmp_path / "data"))
    services = App()
    first = services.get(Jobs)
    assert len(cr.jobs.to_df()) == 0
    services.close()
    assert default_jobs() is not first
    assert len(cr.jobs.to_df()) == 0
    default_jobs().close()


def test_an_output_that_cannot_be_fails_before_there_is_a_job(project: cr.Project, tmp_path: Path, film) -> None:
    project.timeline.append(film.path, source=(0, 1))
    before = len(cr.jobs.to_df())
    (tmp_path / "folder.mp4").mkdir()
    for output in (tmp_path / "nowhere" / "o.mp4", tmp_path / "folder.mp4", film.path):
        with pytest.raises(errors.OutputError):
            cr.Renderer(project).submit(output)
    assert len(cr.jobs.to_df()) == before


NOTEBOOK = """
import os, sys
import cutroom as cr
with cr.Project.open(sys.argv[1]) as project:
    print(cr.Renderer(project).submit(sys.argv[2]).id, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_an_export_outlives_the_kernel_of_a_jupyter_server(project: cr.Project, tmp_path: Path, film) -> None:
    """Such a kernel has its parent's number in JPY_PARENT_PID, and what inherits it leaves when its parent is gone."""
    for _ in range(4):
        project.timeline.append(film.path)
    project.timeline.clips[0].effects.add("blur", radius=0.02)
    frames = int(project.timeline.duration * project.timeline.fps)
    project.close()
    command = [sys.executable, "-c", NOTEBOOK, str(project.path), str(tmp_path / "out.mp4")]
    environment = {**os.environ, "JPY_PARENT_PID": str(os.getpid())}
    killed = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    report = cr.jobs.attach(killed.stdout.strip()).result(timeout=120)
    assert report.frames == frames
    assert report.verified

"""Nobody survives the user's process, however it ends; and a broker stays small."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
import worker_tasks as tasks
from worker_tasks import HERE, HERE_KIND, Do, gone

from cutroom.errors import WorkerError
from cutroom.workers import WorkerPool

SCRIPT = """
import sys, threading
sys.path.append({here!r})
import worker_tasks as tasks
from cutroom.workers import WorkerPool
pool = WorkerPool(tasks.HERE_KIND, workers=1, preload=("worker_tasks",))
told = threading.Event()
def tell(data):
    row = pool.status()[0]
    print(row["pid"], row["child_pid"], flush=True)
    told.set()
future = pool.submit(tasks.forever, tasks.Do(), on_progress=tell)
{then}
"""


def start(then: str) -> tuple[subprocess.Popen[str], int, int]:
    script = textwrap.dedent(SCRIPT).format(here=HERE, then=then)
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    broker, child = map(int, process.stdout.readline().split())
    return process, broker, child


def finish(process: subprocess.Popen[str]) -> str:
    with process:
        return process.communicate(timeout=10)[1]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_broker_and_child_die_with_the_user_process(number: signal.Signals) -> None:
    process, broker, child = start("future.result()")
    process.send_signal(number)
    process.wait(5)
    began = time.monotonic()
    assert gone(broker)
    assert gone(child)
    assert time.monotonic() - began < 2
    finish(process)


def test_the_child_dies_with_its_broker(pool: WorkerPool) -> None:
    pool.run(tasks.echo, Do({"value": 1}))
    row = pool.status()[0]
    os.kill(row["pid"], signal.SIGKILL)
    assert gone(row["child_pid"])
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"


def test_a_child_killed_while_idle_is_replaced(pool: WorkerPool) -> None:
    pool.run(tasks.echo, Do({"value": 1}))
    os.kill(pool.status()[0]["child_pid"], signal.SIGKILL)
    time.sleep(0.3)
    assert pool.run(tasks.echo, Do({"value": "alive"})) == "alive"


def test_a_script_that_ends_with_a_running_pool_ends_at_once_and_quietly() -> None:
    process, broker, child = start("told.wait()")
    assert finish(process) == ""
    assert process.returncode == 0
    assert gone(broker)
    assert gone(child)


def test_a_pool_that_nobody_holds_goes_away() -> None:
    pool = WorkerPool(HERE_KIND, workers=1, preload=("worker_tasks",))
    assert pool.run(tasks.echo, Do({"value": 1})) == 1
    row = pool.status()[0]
    del pool
    assert gone(row["pid"])
    assert gone(row["child_pid"])


def test_a_fork_of_the_user_process_leaves_the_workers_alone(pool: WorkerPool) -> None:
    pool.run(tasks.echo, Do({"value": 1}))
    script = f"""
        import os, sys
        sys.path.append({HERE!r})
        import worker_tasks as tasks
        from cutroom.workers import WorkerPool
        pool = WorkerPool(tasks.HERE_KIND, workers=1, preload=("worker_tasks",))
        pool.run(tasks.echo, tasks.Do({{"value": 1}}))
        if os.fork() == 0:
            try:
                pool.run(tasks.echo, tasks.Do())
            except Exception as error:
                print(type(error).__name__, flush=True)
            sys.exit(0)
        os.wait()
        print(pool.run(tasks.echo, tasks.Do({{"value": "alive"}})), pool.status()[0]["restarts"])
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stdout.split() == ["WorkerError", "alive", "0"], done.stderr


FULL = """
import logging, resource, sys, time
sys.path.append({here!r})
import worker_tasks as tasks
from cutroom.errors import WorkerError
from cutroom.workers import WorkerPool

told = []
logging.getLogger("cutroom.workers.crew").setLevel(logging.DEBUG)
logging.getLogger("cutroom.workers.crew").addFilter(lambda record: told.append(record) and False)
pool = WorkerPool(tasks.HERE_KIND, workers=1, preload=("worker_tasks",))
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, ({left}, hard))
pool.start()
until = time.monotonic() + 5
while not told and time.monotonic() < until:
    time.sleep(0.01)
still = pool.submit(tasks.echo, tasks.Do({{"value": "refused"}}))
try:
    print(still.result(5))
except WorkerError as error:
    print("a worker process cannot be started" in str(error), bool(error.hint))
except TimeoutError:
    print("nobody came")
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(pool.submit(tasks.echo, tasks.Do({{"value": "alive"}})).result(20))
"""


@pytest.mark.parametrize("left", [0, 5])  # no place for a socket; places for the sockets, and none for the process
def test_a_process_without_room_for_files_gets_its_worker_when_there_is_room(left: int) -> None:
    used = "max(map(int, __import__('os').listdir('/proc/self/fd')))"
    script = FULL.format(here=HERE, left=f"{used} - 1 + {left}")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=40, check=False)
    assert done.stdout.splitlines() == ["True True", "alive"], done.stderr


def test_a_process_without_room_for_threads_gets_its_worker_when_there_is_room() -> None:
    with WorkerPool(HERE_KIND, workers=1, preload=("worker_tasks",)) as pool:
        threading.stack_size(1 << 46)  # more than there are addresses: no thread starts
        try:
            for _ in range(2):
                with pytest.raises(WorkerError, match="no thread can be started"):
                    pool.start()
                with pytest.raises(WorkerError, match="no thread can be started") as caught:
                    pool.submit(tasks.echo, Do({"value": "refused"}))
        finally:
            threading.stack_size(0)
        assert caught.value.hint
        assert pool.status() == []
        pool.start()
        assert pool.run(tasks.echo, Do({"value": "alive"}), timeout=20) == "alive"
        (row,) = pool.status()
        assert (row["tasks"], row["restarts"]) == (1, 0), "what was refused was not run, and one worker started"


def test_a_busy_pool_that_can_start_no_other_worker_keeps_the_task() -> None:
    with WorkerPool(HERE_KIND, workers=2, preload=("worker_tasks",)) as pool:
        running = pool.submit(tasks.asleep, Do({"seconds": 0.3}))
        threading.stack_size(1 << 46)
        try:
            waiting = pool.submit(tasks.echo, Do({"value": "next"}))
        finally:
            threading.stack_size(0)
        assert waiting.result(20) == "next"
        assert isinstance(running.result(5), int)


def test_a_notebook_does_not_stop_where_a_worker_cannot_start_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    from cutroom.services import PreviewWorkers, Services

    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    services = Services()
    threading.stack_size(1 << 46)
    try:
        services.start_ahead(PreviewWorkers)
        assert services.get(PreviewWorkers).status() == []
    finally:
        threading.stack_size(0)
        services.close()


def test_a_broker_stays_small(pool: WorkerPool) -> None:
    pool.run(tasks.echo, Do({"value": 1}))
    pid = pool.status()[0]["pid"]
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    for name in ("numpy", "pydantic", "/av/", "libav", "_ctypes"):
        assert name not in maps
    resident = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096
    assert resident < 40 << 20


def test_nothing_heavy_is_imported_by_broker_or_package() -> None:
    code = (
        "import sys, cutroom.workers, cutroom.workers.broker;"
        "print([m for m in ('numpy','av','pydantic','pandas','ctypes','pickle','asyncio') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_the_worker_module_tells_people_what_it_is() -> None:
    done = subprocess.run([sys.executable, "-m", "cutroom.worker"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "started by Cutroom itself" in done.stderr

"""Background kernels: a real Jupyter kernel per job, independent of the process that started it.

The kernel gets no code but one fixed line with the job's id; what to do is data in the job store. Its sockets are Unix
sockets in a folder that only the user may enter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from cutroom.errors import JobError
from cutroom.jobs.places import folder, log_path

_LINES = """
try:
    from cutroom.app import run_job
    run_job("{job}")
finally:
    get_ipython().ask_exit()
"""
"""All the code that a job's kernel is ever given."""


class _OwnInterpreter(KernelSpecManager):
    """Every kernel runs this very Python, whatever kernel specifications the machine has."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[
                sys.executable,
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
                f"--KernelApp.name={kernel_name}",
            ],
            display_name="Cutroom job",
            language="python",
        )


def launch(job_id: str, *, timeout: float = 60) -> int:
    """Start a kernel for a queued job and hand it the job; returns the kernel's process id.

    Raises:
        JobError: the kernel did not come up; says what it printed.
    """
    place = folder(job_id)
    with log_path(job_id).open("ab") as log:
        manager = KernelManager(
            kernel_name="python3",
            kernel_spec_manager=_OwnInterpreter(),
            transport="ipc",
            connection_file=str(place / "k.json"),
        )
        manager.start_kernel(
            independent=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=str(place),
            env=_environment(),
        )
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=timeout)
        client.execute(_LINES.format(job=job_id), silent=True, store_history=False)
        pid = _process(manager)
        _wait_until_taken(manager, timeout)
    except BaseException as error:  # an interrupt too must not leave a kernel behind that nobody knows of
        manager.shutdown_kernel(now=True)
        if not isinstance(error, RuntimeError):
            raise
        said = log_path(job_id).read_text(errors="replace")[-2000:]
        raise JobError(
            f"the background kernel did not start: {error}", value=said, hint="cutroom doctor checks the set-up"
        ) from None
    finally:
        client.stop_channels()
    # `manager.provisioner` keeps a Popen that nobody waits for: reap it, or it stays a zombie while this process lives
    threading.Thread(target=_reap, args=(pid,), daemon=True, name=f"reap {job_id}").start()
    return pid


def _environment() -> dict[str, str]:
    """What the kernel inherits. A kernel of Jupyter Server's has the server's number in JPY_PARENT_PID; a job that
    inherited it would leave when its notebook does, which is what it must not do."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JPY_")}
    return {**inherited, "PYTHONSAFEPATH": "1"}


def _process(manager: KernelManager) -> int:
    provisioner = manager.provisioner
    pid = getattr(provisioner, "pid", None)
    if not isinstance(pid, int):
        raise RuntimeError("it has no process id")
    return pid


def _wait_until_taken(manager: KernelManager, timeout: float) -> None:
    """The request is in the kernel's socket only once the sending thread has sent it: see that the kernel lives on."""
    deadline = time.monotonic() + min(timeout, 0.2)
    while time.monotonic() < deadline:
        provisioner = manager.provisioner
        if provisioner is not None and not provisioner.has_process:
            raise RuntimeError("it ended at once")
        time.sleep(0.02)


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except (ChildProcessError, AttributeError):
        return

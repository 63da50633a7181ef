"""The share of this machine that Cutroom may use: affinity, control groups, limits of the shell, what a hub grants."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from cutroom.errors import warn

from .amounts import amount, cores, shown
from .groups import Group, groups, text_of

if TYPE_CHECKING:
    import pandas as pd

WORKER_MEMORY = 400_000_000
"""Bytes that a worker takes for an ordinary film, two layers in 1080p; an export looks at what its own film needs."""
_SHARED = "dev/shm"
_KEPT = 10
"""One part in so many of what is free stays free."""

What = Literal["cpu", "memory", "free memory", "memory of a process", "shared memory"]


class Finding(NamedTuple):
    """One thing that bounds this process."""

    what: What
    value: float
    """Cores, or bytes."""
    source: str
    """``affinity``, ``machine``, ``cgroup`` and its folder, ``CPU_LIMIT``, ``MEM_LIMIT``, ``RLIMIT_AS``, …"""

    @property
    def text(self) -> str:
        """The value for people."""
        return f"{self.value:g} cores" if self.what == "cpu" else shown(int(self.value))


@dataclass(frozen=True, slots=True)
class Limits:
    """What this process may use. Draws itself as a table.

    Attributes:
        cpu: cores; may be fractional (a quota of 1.5).
        memory: bytes of main memory, of all processes together.
        available: bytes of those that were free when this was made.
        process_memory: bytes of address space that one process may have; None: any number.
        cpu_source: where `cpu` comes from: ``affinity``, ``cgroup …`` or ``CPU_LIMIT``.
        memory_source: where `memory` comes from: ``machine``, ``cgroup …`` or ``MEM_LIMIT``.
        found: everything that was found, the weaker limits too.
    """

    cpu: float
    memory: int
    available: int
    process_memory: int | None
    cpu_source: str
    memory_source: str
    found: tuple[Finding, ...] = ()

    @property
    def cores(self) -> int:
        """Whole cores to plan workers for, at least 1."""
        return max(1, int(self.cpu))

    @property
    def workers(self) -> int:
        """Worker processes for an ordinary film, at least 1: no more than cores, nor than their memory holds."""
        return max(1, min(self.cores, self.budget // WORKER_MEMORY))

    @property
    def threads(self) -> int:
        """Threads of each worker: what an encoder makes depends on their number, so it is the same everywhere."""
        return 1

    @property
    def budget(self) -> int:
        """Bytes for all workers together: what is free, less a tenth."""
        return self.available - self.available // _KEPT

    @property
    def memory_per_worker(self) -> int:
        """Bytes for each of `workers`."""
        share = self.budget // self.workers
        return share if self.process_memory is None else min(share, self.process_memory)

    def to_df(self) -> pd.DataFrame:
        """What was found, and what follows.

        Columns: ``what``, ``value`` (float64: cores, bytes, or a number), ``text`` (the value for people), ``source``
        and ``decides`` (bool: no other limit of its kind is tighter).
        """
        import pandas as pd

        table = pd.DataFrame(self._rows, columns=["what", "value", "text", "source", "decides"])
        return table.astype({"what": "str", "value": "float64", "text": "str", "source": "str", "decides": "bool"})

    @property
    def _rows(self) -> list[tuple[str, float, str, str, bool]]:
        least = {what: min(one.value for one in self.found if one.what == what) for what, _, _ in self.found}
        rows = [(one.what, float(one.value), one.text, one.source, one.value == least[one.what]) for one in self.found]
        share, every = shown(self.memory_per_worker), "follows"
        return [
            *rows,
            ("workers", self.workers, f"{self.workers}", every, True),
            ("threads of a worker", self.threads, f"{self.threads}", every, True),
            ("memory of a worker", self.memory_per_worker, share, every, True),
        ]

    def __str__(self) -> str:
        return (
            f"{self.cpu:g} cores ({self.cpu_source}), {shown(self.memory)} ({self.memory_source}), "
            f"{shown(self.available)} free: {self.workers} worker{'' if self.workers == 1 else 's'} with "
            f"{self.threads} thread and {shown(self.memory_per_worker)} each"
        )

    def __repr__(self) -> str:
        return f"<Limits {self}>"

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><th style='text-align: left'>{html.escape(what)}</th><td>{html.escape(text)}</td>"
            f"<td>{html.escape(source)}</td><td>{'✓' if decides else ''}</td></tr>"
            for what, _, text, source, decides in self._rows
        )
        return f"<table><tr><th></th><th></th><th>from</th><th>decides</th></tr>{cells}</table>"


def limits() -> Limits:
    """The smallest of what affinity, control groups, shell limits and ``CPU_LIMIT``/``MEM_LIMIT`` allow this process.

    ``CPU_LIMIT`` counts cores (``2``, ``0.5``, ``500m``), ``MEM_LIMIT`` bytes (``2147483648``, ``2G``, ``2Gi``).
    A value that cannot be read is reported by a warning and left out.

    Example:
        >>> share = limits()
        >>> 1 <= share.cores <= max(1, share.cpu) and 1 <= share.workers <= share.cores and share.memory > 0
        True
    """
    return decide(Path("/"), os.environ)


def decide(root: Path, environment: Mapping[str, str]) -> Limits:
    """The limits that follow from the kernel's files below `root` (``proc``, ``sys``, ``dev``) and the environment."""
    own = groups(root)
    found = [*_of_cpu(root, environment, own), *_of_memory(root, environment, own), *_of_process(root)]
    if (free := _shared_memory(root)) is not None:
        found.append(Finding("shared memory", free, f"/{_SHARED}"))
    cpu, memory, available, process = (
        min((one for one in found if one.what == what), key=lambda one: one.value, default=None)
        for what in ("cpu", "memory", "free memory", "memory of a process")
    )
    assert cpu is not None  # the machine's own are always there
    assert memory is not None
    assert available is not None
    return Limits(
        cpu=float(cpu.value),
        memory=int(memory.value),
        available=int(min(available.value, memory.value)),
        process_memory=None if process is None else int(process.value),
        cpu_source=cpu.source,
        memory_source=memory.source,
        found=tuple(found),
    )


def _of_cpu(root: Path, environment: Mapping[str, str], own: list[Group]) -> Iterator[Finding]:
    yield Finding("cpu", float(_affinity(root)), "affinity")
    yield from (Finding("cpu", one.cpu, f"cgroup {one.path}") for one in own if one.cpu is not None)
    if (granted := _granted(environment, "CPU_LIMIT", cores)) is not None:
        yield Finding("cpu", granted, "CPU_LIMIT")


def _of_memory(root: Path, environment: Mapping[str, str], own: list[Group]) -> Iterator[Finding]:
    machine, free = _machine_memory(root)
    yield Finding("memory", machine, "machine")
    yield Finding("free memory", free, "machine")
    for one in own:
        if one.memory is not None and one.room is not None and one.memory < machine:
            yield Finding("memory", one.memory, f"cgroup {one.path}")
            yield Finding("free memory", one.room, f"cgroup {one.path}")
    if (granted := _granted(environment, "MEM_LIMIT", amount)) is not None:
        yield Finding("memory", granted, "MEM_LIMIT")
        yield Finding("free memory", max(0, granted - _resident(root)), "MEM_LIMIT less this process")


def _of_process(root: Path) -> Iterator[Finding]:
    """Limits that a shell (`ulimit`) sets: each process has them for itself."""
    names = {"Max address space": "RLIMIT_AS", "Max data size": "RLIMIT_DATA"}
    for line in text_of(root / "proc/self/limits").splitlines():
        for title, name in names.items():
            soft = line.removeprefix(title).split()[:1]
            if line.startswith(title) and soft and soft[0].isdigit():
                yield Finding("memory of a process", int(soft[0]), name)


def _granted[T](environment: Mapping[str, str], variable: str, read: Callable[[str], T]) -> T | None:
    text = environment.get(variable, "")
    if not text.strip():
        return None
    try:
        return read(text)
    except ValueError:
        warn(f"{variable}={text!r} is not an amount and was left out", RuntimeWarning)
        return None


def _affinity(root: Path) -> int:
    """Cores that the kernel lets this process run on."""
    for line in text_of(root / "proc/self/status").splitlines():
        name, _, value = line.partition(":")
        if name == "Cpus_allowed_list":
            ranges = [part.partition("-") for part in value.strip().split(",") if part]
            return sum(int(last or first) - int(first) + 1 for first, _, last in ranges)
    return os.cpu_count() or 1


def _machine_memory(root: Path) -> tuple[int, int]:
    """Bytes that the machine has, and those that are free or can be freed at once."""
    rows = {}
    for line in text_of(root / "proc/meminfo").splitlines():
        name, _, value = line.partition(":")
        rows[name] = int(value.split()[0]) * 1024
    if "MemTotal" in rows:
        return rows["MemTotal"], rows.get("MemAvailable", rows["MemTotal"])
    import psutil

    seen = psutil.virtual_memory()
    return int(seen.total), int(seen.available)


def _resident(root: Path) -> int:
    """Bytes of this process."""
    for line in text_of(root / "proc/self/status").splitlines():
        name, _, value = line.partition(":")
        if name == "VmRSS":
            return int(value.split()[0]) * 1024
    return 0


def _shared_memory(root: Path) -> int | None:
    """Bytes free in /dev/shm, where there is such a thing."""
    try:
        seen = os.statvfs(root / _SHARED)
    except (OSError, AttributeError):
        return None
    return seen.f_bavail * seen.f_frsize

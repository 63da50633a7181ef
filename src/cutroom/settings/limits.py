"""The share of this machine that Cutroom may use: affinity, control groups, and what a hub grants."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cutroom.errors import warn

UNIT = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
UNIT_IEC = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


@dataclass(frozen=True, slots=True)
class Limits:
    """What this process may use.

    Attributes:
        cores: whole cores to plan workers for, at least 1.
        cpu: the share itself, in cores; may be fractional (a quota of 1.5).
        memory: bytes of main memory.
        cpu_source: where `cpu` comes from: ``affinity``, ``cgroup`` or ``CPU_LIMIT``.
        memory_source: where `memory` comes from: ``machine``, ``cgroup`` or ``MEM_LIMIT``.
    """

    cores: int
    cpu: float
    memory: int
    cpu_source: str
    memory_source: str


def limits() -> Limits:
    """The smallest of what affinity, the control groups and ``CPU_LIMIT``/``MEM_LIMIT`` allow this process.

    ``CPU_LIMIT`` counts cores (``2``, ``0.5``, ``500m``), ``MEM_LIMIT`` bytes (``2147483648``, ``2G``, ``2Gi``).
    A value that cannot be read is reported by a warning and left out.

    Example:
        >>> share = limits()
        >>> 1 <= share.cores <= max(1, share.cpu) and share.memory > 0
        True
    """
    return decide(
        affinity=_affinity(),
        machine_memory=_machine_memory(),
        cgroup_text=_read(Path("/proc/self/cgroup")) or "",
        mount=Path("/sys/fs/cgroup"),
        environment=os.environ,
    )


def decide(
    *, affinity: int, machine_memory: int, cgroup_text: str, mount: Path, environment: Mapping[str, str]
) -> Limits:
    """The limits that follow from what was read; `mount` is where the control groups are mounted."""
    cpu = [(float(affinity), "affinity")]
    memory = [(machine_memory, "machine")]
    for folder in _cgroup_folders(cgroup_text, mount):
        if (quota := _cgroup_cpu(folder)) is not None:
            cpu.append((quota, "cgroup"))
        if (ceiling := _cgroup_memory(folder)) is not None:
            memory.append((ceiling, "cgroup"))
    if (granted := _granted(environment, "CPU_LIMIT", cores)) is not None:
        cpu.append((granted, "CPU_LIMIT"))
    if (bytes_granted := _granted(environment, "MEM_LIMIT", amount)) is not None:
        memory.append((int(bytes_granted), "MEM_LIMIT"))
    share, cpu_source = min(cpu, key=lambda pair: pair[0])
    ceiling_bytes, memory_source = min(memory, key=lambda pair: pair[0])
    return Limits(max(1, int(share)), share, ceiling_bytes, cpu_source, memory_source)


def cores(text: str) -> float:
    """A number of cores written as ``2``, ``1.5`` or ``500m`` (thousandths).

    Example:
        >>> cores("500m")
        0.5
    """
    text = text.strip()
    value = float(text[:-1]) / 1000 if text.endswith("m") else float(text)
    if not math.isfinite(value) or value <= 0:
        raise ValueError(text)
    return value


def amount(text: str) -> float:
    """A number of bytes written as ``1048576``, ``512M`` or ``2Gi``.

    Example:
        >>> amount("2Gi")
        2147483648.0
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", text.strip().lower())
    if not found or (found[3] and not found[2]):
        raise ValueError(text)
    value = float(found[1]) * (UNIT_IEC if found[3] else UNIT)[found[2]]
    if value <= 0:
        raise ValueError(text)
    return value


def _granted(environment: Mapping[str, str], variable: str, read: Callable[[str], float]) -> float | None:
    text = environment.get(variable, "")
    if not text.strip():
        return None
    try:
        return read(text)
    except ValueError:
        warn(f"{variable}={text!r} is not an amount and was left out", RuntimeWarning)
        return None


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _machine_memory() -> int:
    import psutil

    return int(psutil.virtual_memory().total)


def _cgroup_folders(text: str, mount: Path) -> Iterator[Path]:
    """Every folder whose limits apply: each group of this process and all groups above it, both cgroup versions."""
    for line in text.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not path:
            continue
        wanted = {"cpu", "memory"} & set(controllers.split(","))
        bases = [mount / controllers, *(mount / one for one in sorted(wanted))] if wanted else []
        if not controllers:
            bases = [mount, mount / "unified"]
        for base in dict.fromkeys(bases):
            group = Path(path.lstrip("/"))
            yield from (base / parent for parent in (group, *group.parents))


def _cgroup_cpu(folder: Path) -> float | None:
    if text := _read(folder / "cpu.max"):
        quota, _, period = text.partition(" ")
    else:
        quota, period = _read(folder / "cpu.cfs_quota_us") or "", _read(folder / "cpu.cfs_period_us") or ""
    if not quota.isdigit() or not period.isdigit() or int(period) == 0:  # "max" and -1: no quota
        return None
    return int(quota) / int(period)


def _cgroup_memory(folder: Path) -> int | None:
    text = _read(folder / "memory.max") or _read(folder / "memory.limit_in_bytes") or ""
    return int(text) if text.isdigit() and int(text) > 0 else None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
